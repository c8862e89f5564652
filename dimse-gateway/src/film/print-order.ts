/** Prints one order of the cloud's on a printer of this site. */
import type { FilmColour, PrintImage, PrintOrder, PrintOutcome, PrintSheet } from '@isocenter/contracts'
import {
  DimseStatusError, LayoutNotMade, NoPresentationContext, printContexts, PrinterNotReady, printFilms, type Film, type PrintedImage, type PrintWarning,
} from '@isocenter/dimse'
import type { Printer } from '../configuration/printers.ts'
import { associationFailureOf } from '../nodes/association-failure.ts'
import { connectTo } from '../nodes/connect-to.ts'
import type { Secrets } from '../nodes/node-tls.ts'
import type { Anymap } from './anymap.ts'

/** Printers take their time over a sheet: they warm up, and spool slowly. */
const answerTimeoutMs = 300_000
/** More is said by the first ones already. */
const mostWarnings = 100

/** An image of the order cannot be had: the server says no, cannot be asked, or gives none that can be printed. */
export class ImagesUnavailable extends Error {
  override readonly name = 'ImagesUnavailable'
}

export interface PrintOrderOptions {
  readonly printer: Printer
  readonly callingAETitle: string
  readonly secrets: Secrets
  /** An image of the order; asked for when its turn comes. @throws ImagesUnavailable */
  readonly imageOf: (imageId: string, signal: AbortSignal) => Promise<Anymap>
  readonly signal: AbortSignal
}

/**
 * Prints, and tells what became of it: a printer that would not is an answer, not an error. Sheets it took by then are printed.
 * @throws the signal's reason, and what is neither the printer's nor the line's fault
 */
export async function printOrder(order: PrintOrder, { printer, callingAETitle, secrets, imageOf, signal }: PrintOrderOptions): Promise<PrintOutcome> {
  const { colour } = order
  let sheets = 0
  let warnings: readonly PrintWarning[] = []
  const outcome = (failure?: PrintOutcome['failure']): PrintOutcome => ({
    sheets,
    warnings: warnings.slice(0, mostWarnings).map(({ film, ...warning }) => ({ ...warning, sheet: film })),
    ...(failure && { failure }),
  })
  if (colour === 'color' && printer.colour !== 'color') return outcome({ reason: 'colourNotSupported' })
  try {
    await using connection = await connectTo(printer, { callingAETitle, secrets, contexts: printContexts(colour), signal })
    warnings = await printFilms(connection, {
      colour, signal, timeoutMs: answerTimeoutMs,
      session: { NumberOfCopies: order.NumberOfCopies, PrintPriority: order.PrintPriority, MediumType: order.MediumType },
      films: order.sheets.map((sheet) => filmOf(sheet, async (image) => printedImage(image, colour, await imageOf(image.imageId, signal)))),
      onFilm: (film) => { sheets = film },
    })
    return outcome()
  } catch (error) {
    signal.throwIfAborted()
    const failure = failureOf(error)
    if (!failure) throw error
    return outcome(failure)
  }
}

function filmOf({ images, ...box }: PrintSheet, imageOf: (image: PrintImage) => Promise<PrintedImage>): Film {
  return { ...box, MagnificationType: 'CUBIC', images: places(images, imageOf) }
}

/** The images of a sheet, with the empty places between them. */
async function* places(images: readonly PrintImage[], imageOf: (image: PrintImage) => Promise<PrintedImage>): AsyncGenerator<PrintedImage | undefined> {
  let position = 1
  for (const image of images) {
    for (; position < image.position; position++) yield undefined
    yield await imageOf(image)
    position++
  }
}

function printedImage({ RequestedImageSize }: PrintImage, colour: FilmColour, { Rows, Columns, colour: given, pixels }: Anymap): PrintedImage {
  if (given !== colour) throw new ImagesUnavailable(`the order is in ${colour}, an image of it in ${given}`)
  return { Rows, Columns, RequestedImageSize, pixels }
}

/** What a printer or the line to it did; undefined for what is a defect of ours. */
function failureOf(error: unknown): PrintOutcome['failure'] | undefined {
  if (error instanceof ImagesUnavailable) return { reason: 'imagesUnavailable' }
  if (error instanceof PrinterNotReady) return { reason: 'printerNotReady', printerStatusInfo: (error.state.PrinterStatusInfo ?? error.state.PrinterStatus).slice(0, 64) }
  if (error instanceof LayoutNotMade) return { reason: 'layoutRefused' }
  if (error instanceof NoPresentationContext) return { reason: 'colourNotSupported' }
  if (error instanceof DimseStatusError) return { reason: 'printerRefused', status: error.status }
  const failure = associationFailureOf(error)
  return failure && { reason: failure.code }
}
