/** What server and gateways say to each other about film printers: which there are, what is to be printed, what became of it. */
import { Type, type Static } from 'typebox'
import { filmColours, filmOrientations, filmSizes, maxFilmColumns, maxFilmCopies, printPriorities } from './film-terms.ts'

export * from './film-terms.ts'

/** Most sheets of one print job. */
export const maxFilmsOfJob = 50

/** Media type of an image to print. */
export const anymapType = 'image/x-portable-anymap'

export const PrinterId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })
/** Code String as far as printers need it (PS3.5 §6.2). */
const CodeString = Type.String({ pattern: '^[A-Z0-9_ ]{1,16}$' })

/** A film printer as its gateway tells of it. */
export const FilmPrinterDescription = Type.Object({
  printerId: PrinterId,
  name: Type.String({ minLength: 1, maxLength: 100 }),
  colour: Type.Enum([...filmColours]),
  filmSizes: Type.Array(Type.Enum([...filmSizes]), { minItems: 1, maxItems: filmSizes.length }),
  mediumTypes: Type.Array(CodeString, { maxItems: 10, description: 'Medium Type (2000,0030); the printer\'s own choice where none is named' }),
  maxCopies: Type.Integer({ minimum: 1, maximum: maxFilmCopies }),
})
export type FilmPrinterDescription = Static<typeof FilmPrinterDescription>

/** An image for its place. It is read by its id when its turn comes, as a portable anymap (netpbm P5 for greys, P6 for colours) of 8 bits a sample. */
export const PrintImage = Type.Object({
  imageId: Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
  position: Type.Integer({ minimum: 1, maximum: maxFilmColumns * maxFilmColumns, description: 'from 1, row by row from the top left' }),
  RequestedImageSize: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 2_000, description: 'width on the film in mm, for true size' })),
})
export type PrintImage = Static<typeof PrintImage>

export const PrintSheet = Type.Object({
  columns: Type.Integer({ minimum: 1, maximum: maxFilmColumns }),
  rows: Type.Integer({ minimum: 1, maximum: maxFilmColumns }),
  FilmOrientation: Type.Enum([...filmOrientations]),
  FilmSizeID: Type.Enum([...filmSizes]),
  images: Type.Array(PrintImage, { minItems: 1, maxItems: maxFilmColumns * maxFilmColumns, description: 'ascending by position' }),
})
export type PrintSheet = Static<typeof PrintSheet>

/** What a gateway is to print: read by it from /api/gateways/self/print-jobs/{jobId}. */
export const PrintOrder = Type.Object({
  jobId: Type.String({ format: 'uuid' }),
  colour: Type.Enum([...filmColours]),
  NumberOfCopies: Type.Integer({ minimum: 1, maximum: maxFilmCopies }),
  PrintPriority: Type.Enum([...printPriorities]),
  MediumType: Type.Optional(CodeString),
  sheets: Type.Array(PrintSheet, { minItems: 1, maxItems: maxFilmsOfJob }),
})
export type PrintOrder = Static<typeof PrintOrder>

/** Why a job ended before its last sheet. */
export const printFailureReasons = [
  'unknownPrinter', 'imagesUnavailable', 'lineDown', 'timedOut', 'tlsFailed', 'nodeBusy', 'nodeFailing', 'notAuthorised', 'wrongAddress', 'badAnswer',
  'printerNotReady', 'printerRefused', 'layoutRefused', 'colourNotSupported', 'interrupted',
] as const
export type PrintFailureReason = typeof printFailureReasons[number]

/** What became of a print job: the value of the command printFilms, also where the printer would not. */
export const PrintOutcome = Type.Object({
  sheets: Type.Integer({ minimum: 0, maximum: maxFilmsOfJob, description: 'sheets the printer took' }),
  warnings: Type.Array(Type.Object({
    status: Type.Integer({ description: 'of PS3.4 §H.4, as 46596 (B604H) for an image made smaller' }),
    sheet: Type.Integer({ minimum: 0 }),
    position: Type.Optional(Type.Integer({ minimum: 1 })),
  }), { maxItems: 100 }),
  failure: Type.Optional(Type.Object({
    reason: Type.Enum([...printFailureReasons]),
    status: Type.Optional(Type.Integer({ description: 'the printer answered with' })),
    printerStatusInfo: Type.Optional(Type.String({ maxLength: 64, description: 'a defined term of PS3.3 §C.13.9.1, as SUPPLY EMPTY' })),
  })),
}, { additionalProperties: false })
export type PrintOutcome = Static<typeof PrintOutcome>
