/** Print Management as a user (PS3.4 Annex H): sheets of film, one after the other. */
import { ExplicitVRLittleEndian, ImplicitVRLittleEndian } from '@isocenter/dicom'
import type { DimseConnection } from '../../message/connection.ts'
import type { ContextProposal } from '../../upper-layer/index.ts'
import { contextFor } from '../contexts.ts'
import type { CallOptions } from '../scu-call.ts'
import { action, create, deleteInstance, getAttributes, set, type NormalizedOptions, type NormalizedResponse } from '../scu-normalized.ts'
import { filmBoxDataSet, filmSessionDataSet, identityPresentationLUT, imageBoxDataSet, imageBoxesOf } from './data-sets.ts'
import type { Film, FilmSession, PrintColour } from './film.ts'
import {
  BasicColorImageBox, BasicColorPrintManagement, BasicFilmBox, BasicFilmSession, BasicGrayscaleImageBox, BasicGrayscalePrintManagement, PresentationLUT, Printer, PrinterInstance,
} from './sop-classes.ts'

const kinds = {
  grayscale: { metaClass: BasicGrayscalePrintManagement, imageBox: BasicGrayscaleImageBox },
  color: { metaClass: BasicColorPrintManagement, imageBox: BasicColorImageBox },
} as const
const printAction = 1

/** What to propose to a printer. */
export function printContexts(colour: PrintColour): ContextProposal[] {
  const transferSyntaxes = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
  return [{ abstractSyntax: kinds[colour].metaClass, transferSyntaxes }, ...(colour === 'grayscale' ? [{ abstractSyntax: PresentationLUT, transferSyntaxes }] : [])]
}

/** What the printer says of itself (PS3.3 §C.13.9). */
export interface PrinterState {
  readonly PrinterStatus: string
  /** A defined term that says why: SUPPLY EMPTY, FILM JAM … */
  readonly PrinterStatusInfo?: string | undefined
  readonly PrinterName?: string | undefined
}

/** The printer prints nothing now: `state` says why. */
export class PrinterNotReady extends Error {
  override readonly name = 'PrinterNotReady'
  readonly state: PrinterState

  constructor(state: PrinterState) {
    super(`the printer is in the state ${state.PrinterStatus}${state.PrinterStatusInfo === undefined ? '' : `, ${state.PrinterStatusInfo}`}`)
    this.state = state
  }
}

/** The printer made fewer image boxes than the layout has places. */
export class LayoutNotMade extends Error {
  override readonly name = 'LayoutNotMade'

  constructor(places: number, made: number) {
    super(`the printer made ${made} image boxes for a layout of ${places}`)
  }
}

/** The printer did what was asked, but not quite: a status of PS3.4 §H.4, as B604H for an image made smaller. */
export interface PrintWarning {
  readonly status: number
  /** 1 for the first sheet. */
  readonly film: number
  /** Of the image on it, where the warning is about one. */
  readonly position?: number
}

export interface PrintOptions extends CallOptions {
  readonly colour: PrintColour
  readonly session?: FilmSession
  readonly films: AsyncIterable<Film> | Iterable<Film>
  /** Told of each sheet the printer has taken, from 1 on. */
  readonly onFilm?: (film: number) => void
}

/** Asks how the printer is. @throws as getAttributes */
export async function printerState(connection: DimseConnection, colour: PrintColour, options: CallOptions = {}): Promise<PrinterState> {
  const { dataSet } = await getAttributes(connection, { ...options, abstractSyntax: kinds[colour].metaClass, SOPClassUID: Printer, SOPInstanceUID: PrinterInstance })
  return {
    PrinterStatus: dataSet?.string('PrinterStatus') ?? 'NORMAL',
    PrinterStatusInfo: dataSet?.string('PrinterStatusInfo'),
    PrinterName: dataSet?.string('PrinterName'),
  }
}

/**
 * Prints sheets in one film session; each is handed to the printer before the next one's images are asked for. The session is taken
 * down again, also when something fails: what was printed by then stays printed.
 * @returns what the printer did not do exactly
 * @throws PrinterNotReady, LayoutNotMade; DimseStatusError when the printer refuses; as action otherwise
 */
export async function printFilms(connection: DimseConnection, { colour, session = {}, films, onFilm, ...calling }: PrintOptions): Promise<PrintWarning[]> {
  const state = await printerState(connection, colour, calling)
  if (state.PrinterStatus === 'FAILURE') throw new PrinterNotReady(state)
  const { metaClass, imageBox } = kinds[colour]
  const { transferSyntax } = contextFor(connection.association, metaClass)
  const warnings: PrintWarning[] = []
  let film = 0
  const noted = async (response: Promise<NormalizedResponse>, position?: number): Promise<NormalizedResponse> => {
    const answer = await response
    if (answer.status !== 0) warnings.push({ status: answer.status, film, ...(position !== undefined && { position }) })
    return answer
  }
  const common = { ...calling, abstractSyntax: metaClass }
  const presentationLUTUID = colour === 'grayscale' ? await presentationLUT(connection, calling) : undefined
  const made = await noted(create(connection, { ...common, SOPClassUID: BasicFilmSession, dataSet: filmSessionDataSet(session) }))
  const filmSessionUID = uidOf(made)
  try {
    for await (const { images, ...box } of films) {
      film++
      const filmBox = await noted(create(connection, { ...common, SOPClassUID: BasicFilmBox, dataSet: filmBoxDataSet(box, filmSessionUID, presentationLUTUID) }))
      const places = imageBoxesOf(filmBox.dataSet)
      if (places.length < box.columns * box.rows) throw new LayoutNotMade(box.columns * box.rows, places.length)
      let position = 0
      for await (const image of images) {
        const SOPInstanceUID = places[position++]
        if (image === undefined) continue
        if (SOPInstanceUID === undefined) throw new RangeError(`a sheet has more images than its ${places.length} places`)
        await noted(set(connection, { ...common, SOPClassUID: imageBox, SOPInstanceUID, dataSet: imageBoxDataSet(image, position, colour, transferSyntax) }), position)
      }
      const printed = { ...common, SOPClassUID: BasicFilmBox, SOPInstanceUID: uidOf(filmBox) }
      await noted(action(connection, { ...printed, ActionTypeID: printAction }))
      onFilm?.(film)
      await deleteInstance(connection, printed)
    }
  } finally {
    await takeDown(connection, { ...common, SOPClassUID: BasicFilmSession, SOPInstanceUID: filmSessionUID })
  }
  return warnings
}

/** Where the printer knows how to take P-Values as they are, it is told so; undefined where it does not. */
async function presentationLUT(connection: DimseConnection, calling: CallOptions): Promise<string | undefined> {
  const isKnown = [...connection.association.contexts.values()].some(({ abstractSyntax }) => abstractSyntax === PresentationLUT)
  if (!isKnown) return undefined
  return uidOf(await create(connection, { ...calling, SOPClassUID: PresentationLUT, dataSet: identityPresentationLUT }))
}

/** A session that cannot be deleted ends with its association; why the printing failed matters more. */
async function takeDown(connection: DimseConnection, session: NormalizedOptions): Promise<void> {
  await deleteInstance(connection, session).catch(() => undefined)
}

function uidOf({ SOPInstanceUID }: NormalizedResponse): string {
  if (SOPInstanceUID === undefined) throw new RangeError('the printer names no instance it made')
  return SOPInstanceUID
}
