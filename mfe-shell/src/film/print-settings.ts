/** What is chosen about a print, and how it is remembered and made to fit a printer. */
import { filmColours, filmOrientations, filmSizes, filmTexts, maxFilmColumns, printPriorities, type FilmPrinter, type PrintRequest, type PrintSettings } from '@isocenter/contracts'
import type { Language } from '@isocenter/design-system'

/** The choice of a document instead of a printer. */
export const asDocument = 'document'
export const ownLayout = 'own'

/** As the form has it. */
export interface PrintFields extends Omit<PrintSettings, 'texts' | 'language' | 'MediumType'> {
  /** `document`, or a printer by gateway and its id there. */
  readonly destination: string
  /** Columns × rows; `own` for what is in `columns` and `rows`. */
  readonly layout: string
  readonly texts: readonly (typeof filmTexts)[number][]
  /** Empty: the printer's own choice. */
  readonly MediumType: string
  readonly keepsItems: boolean
}

/** Columns × rows that are printed every day. */
export const layouts = ['1x1', '1x2', '2x2', '2x3', '3x3', '3x4', '3x5', '4x4', '4x5', '4x6', '5x6'] as const

const usual: PrintFields = {
  destination: asDocument, layout: '3x4', columns: 3, rows: 4, FilmOrientation: 'PORTRAIT', FilmSizeID: '14INX17IN', isTrueSize: false, texts: ['patient', 'technique'],
  colour: 'grayscale', copies: 1, PrintPriority: 'MED', MediumType: '', keepsItems: false,
}

export const destinationOf = ({ gatewayId, printerId }: Pick<FilmPrinter, 'gatewayId' | 'printerId'>): string => `${gatewayId} ${printerId}`
export const printerOf = (destination: string, printers: readonly FilmPrinter[]): FilmPrinter | undefined => printers.find((printer) => destinationOf(printer) === destination)

/** What somebody chose last, as far as it still means something. */
export function remembered(text: string | undefined, printers: readonly FilmPrinter[]): PrintFields {
  const first = printers.find(({ isReachable }) => isReachable)
  const begin = first === undefined ? usual : { ...usual, destination: destinationOf(first), FilmSizeID: first.filmSizes[0] ?? usual.FilmSizeID, colour: first.colour }
  return fitting(text === undefined ? begin : { ...begin, ...known(text) }, printers)
}

/** The fields with what the printer does not do replaced by what it does. */
export function fitting(given: PrintFields, printers: readonly FilmPrinter[]): PrintFields {
  // A number that was deleted to type another is none.
  const fields = { ...given, columns: Number(given.columns) || 1, rows: Number(given.rows) || 1, copies: Number(given.copies) || 1 }
  const layout = fields.layout.split('x').map(Number)
  const own = fields.layout === ownLayout ? {} : { columns: layout[0] ?? fields.columns, rows: layout[1] ?? fields.rows }
  const printer = printerOf(fields.destination, printers)
  if (!printer) return { ...fields, ...own, destination: asDocument, copies: 1, MediumType: '', PrintPriority: 'MED' }
  return {
    ...fields, ...own,
    FilmSizeID: printer.filmSizes.includes(fields.FilmSizeID) ? fields.FilmSizeID : printer.filmSizes[0] ?? fields.FilmSizeID,
    colour: printer.colour === 'color' ? fields.colour : 'grayscale',
    copies: Math.min(fields.copies, printer.maxCopies),
    MediumType: printer.mediumTypes.includes(fields.MediumType) ? fields.MediumType : '',
  }
}

/** @param language of who prints: what is written on the images is in it */
export function requestOf({ destination, layout: _layout, keepsItems, MediumType, texts, ...settings }: PrintFields, items: readonly string[], printers: readonly FilmPrinter[], language: Language): PrintRequest {
  const printer = printerOf(destination, printers)
  return {
    items: [...items], keepsItems, settings: { ...settings, texts: [...texts], language, ...(MediumType !== '' && { MediumType }) },
    ...(printer && { printer: { gatewayId: printer.gatewayId, printerId: printer.printerId } }),
  }
}

/** Members of what was written down that are still such as they must be. */
function known(text: string): Partial<PrintFields> {
  let written: Partial<Record<keyof PrintFields, unknown>>
  try {
    written = JSON.parse(text) as typeof written
  } catch {
    // Of another release, or written by somebody else: as if nothing had been chosen.
    return {}
  }
  const among = <Value>(values: readonly Value[], value: unknown): value is Value => (values as readonly unknown[]).includes(value)
  const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= maxFilmColumns
  const { destination, layout, columns, rows, FilmOrientation, FilmSizeID, isTrueSize, texts, colour, copies, PrintPriority, MediumType } = written
  return {
    ...(typeof destination === 'string' && { destination }), ...(among([...layouts, ownLayout], layout) && { layout }), ...(isCount(columns) && { columns }), ...(isCount(rows) && { rows }),
    ...(among(filmOrientations, FilmOrientation) && { FilmOrientation }), ...(among(filmSizes, FilmSizeID) && { FilmSizeID }), ...(typeof isTrueSize === 'boolean' && { isTrueSize }),
    ...(Array.isArray(texts) && { texts: filmTexts.filter((name) => texts.includes(name)) }), ...(among(filmColours, colour) && { colour }), ...(isCount(copies) && { copies }),
    ...(among(printPriorities, PrintPriority) && { PrintPriority }), ...(typeof MediumType === 'string' && { MediumType }),
  }
}
