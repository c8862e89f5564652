/** Film: images that are collected, how they are laid out, where they are printed, and what was printed. */
import { Type, type Static } from 'typebox'
import { filmColours, FilmPrinterDescription, filmOrientations, filmSizes, maxFilmColumns, maxFilmCopies, PrinterId, PrintOutcome, printPriorities } from './film-printers.ts'
import { Performer } from './maintenance.ts'
import { PageQuery } from './paging.ts'
import { Id, UID } from './values.ts'

const Moment = Type.String({ format: 'date-time' })
const strict = { additionalProperties: false } as const

/** Most images one person collects in an organisation: more than any film job takes. */
export const maxFilmItems = 500
/** Most images of one print job. */
export const maxPrintedImages = 200

/** The window an image is seen through (PS3.3 §C.11.2.1.2, function LINEAR); the image's own where absent. */
export const FilmWindow = Type.Object({
  center: Type.Number({ minimum: -1e9, maximum: 1e9 }),
  width: Type.Number({ minimum: 1, maximum: 1e9 }),
}, strict)
export type FilmWindow = Static<typeof FilmWindow>

/** Most columns or rows of an image (PS3.3 §C.7.6.3, US). */
const maxSide = 65_535
/** A part of an image, its pixels counted from 0 at the top left, before it is turned. */
export const FilmArea = Type.Object({
  left: Type.Integer({ minimum: 0, maximum: maxSide }),
  top: Type.Integer({ minimum: 0, maximum: maxSide }),
  width: Type.Integer({ minimum: 1, maximum: maxSide }),
  height: Type.Integer({ minimum: 1, maximum: maxSide }),
}, strict)
export type FilmArea = Static<typeof FilmArea>

const arrangement = {
  isInverted: Type.Optional(Type.Boolean({ description: 'black for white, beyond what the image itself says of its greys' })),
  rotation: Type.Optional(Type.Enum([0, 90, 180, 270], { description: 'degrees clockwise' })),
  isFlipped: Type.Optional(Type.Boolean({ description: 'left for right, after it is turned' })),
}
/** How an image is seen beside its window; as it is stored in what is absent. */
export const FilmView = Type.Object({ ...arrangement, area: Type.Optional(FilmArea) }, strict)
export type FilmView = Static<typeof FilmView>

/** One image as it is to be printed. */
export const FilmImage = Type.Object({
  StudyInstanceUID: UID,
  SeriesInstanceUID: UID,
  SOPInstanceUID: UID,
  frame: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }),
  window: Type.Optional(FilmWindow),
  view: Type.Optional(FilmView),
}, strict)
export type FilmImage = Static<typeof FilmImage>

export const FilmAddition = Type.Union([
  Type.Object({ images: Type.Array(FilmImage, { minItems: 1, maxItems: maxPrintedImages }) }, strict),
  Type.Object({ series: Type.Object({ StudyInstanceUID: UID, SeriesInstanceUID: UID, window: Type.Optional(FilmWindow), view: Type.Optional(Type.Object(arrangement, strict)) }, strict) }, strict),
], { description: 'images, or every image of a series in its order' })
export type FilmAddition = Static<typeof FilmAddition>

export const FilmItem = Type.Object({
  itemId: Id,
  ...FilmImage.properties,
  addedAt: Moment,
  patient: Type.Integer({ minimum: 1, description: 'images of one number are of one patient; told anew in each answer. Images of several are not printed together' }),
  PatientName: Type.Optional(Type.String()),
  StudyDate: Type.Optional(Type.String()),
  Modality: Type.Optional(Type.String()),
  SeriesNumber: Type.Optional(Type.String()),
  SeriesDescription: Type.Optional(Type.String()),
  InstanceNumber: Type.Optional(Type.String()),
})
export type FilmItem = Static<typeof FilmItem>

export const FilmBasket = Type.Object({ items: Type.Array(FilmItem, { maxItems: maxFilmItems, description: 'in the order they were added, or were put into; images that are gone or kept from films are left out' }) })
export type FilmBasket = Static<typeof FilmBasket>

/** Images of the basket in the order they are to stand: they change places among each other. */
export const FilmOrder = Type.Object({ items: Type.Array(Id, { minItems: 1, maxItems: maxFilmItems, uniqueItems: true }) }, strict)
export type FilmOrder = Static<typeof FilmOrder>

export const FilmItemParams = Type.Object({ itemId: Id })
export const FilmBasketQuery = Type.Object({ study: Type.Optional(UID) }, strict)
export const FilmAdded = Type.Object({ added: Type.Integer(), items: Type.Integer({ description: 'in the basket now' }) })
export type FilmAdded = Static<typeof FilmAdded>

/** Text burned into the images' corners. */
export const filmTexts = ['patient', 'technique'] as const

export const PrintSettings = Type.Object({
  columns: Type.Integer({ minimum: 1, maximum: maxFilmColumns }),
  rows: Type.Integer({ minimum: 1, maximum: maxFilmColumns }),
  FilmOrientation: Type.Enum([...filmOrientations]),
  FilmSizeID: Type.Enum([...filmSizes]),
  isTrueSize: Type.Boolean({ description: 'a centimetre of the body is a centimetre on the film' }),
  texts: Type.Array(Type.Enum([...filmTexts]), { maxItems: filmTexts.length, uniqueItems: true }),
  language: Type.Optional(Type.Enum(['zh-CN', 'en'], { description: 'of what is written on the images; English where absent' })),
  colour: Type.Enum([...filmColours]),
  copies: Type.Integer({ minimum: 1, maximum: maxFilmCopies }),
  PrintPriority: Type.Enum([...printPriorities]),
  MediumType: Type.Optional(Type.String({ pattern: '^[A-Z0-9_ ]{1,16}$' })),
}, strict)
export type PrintSettings = Static<typeof PrintSettings>

export const PrintRequest = Type.Object({
  items: Type.Array(Id, { minItems: 1, maxItems: maxPrintedImages, uniqueItems: true, description: 'of the basket, in the order they are to stand' }),
  settings: PrintSettings,
  printer: Type.Optional(Type.Object({ gatewayId: Id, printerId: PrinterId }, { ...strict, description: 'a document to fetch where absent' })),
  keepsItems: Type.Optional(Type.Boolean({ description: 'the images stay in the basket' })),
}, strict)
export type PrintRequest = Static<typeof PrintRequest>

/** `waiting`: for the gateway to take it; `expired`: not taken in time. */
export const printStates = ['waiting', 'printing', 'printed', 'failed', 'expired', 'cancelled'] as const
export type PrintState = typeof printStates[number]
export const printActions = ['cancel', 'repeat', 'fetch'] as const

export const PrintJob = Type.Object({
  jobId: Id,
  state: Type.Enum([...printStates]),
  settings: PrintSettings,
  images: Type.Integer(),
  sheets: Type.Integer(),
  studies: Type.Array(Type.String(), { description: 'StudyInstanceUID of each study it shows' }),
  createdBy: Performer,
  createdAt: Moment,
  finishedAt: Type.Optional(Moment),
  printer: Type.Optional(Type.Object({ gatewayId: Id, gatewayName: Type.String(), printerId: Type.String(), printerName: Type.String() })),
  outcome: Type.Optional(PrintOutcome),
  actions: Type.Array(Type.Enum([...printActions])),
})
export type PrintJob = Static<typeof PrintJob>

export const PrintJobPage = Type.Object({ items: Type.Array(PrintJob), next: Type.Optional(Type.String()) })
export type PrintJobPage = Static<typeof PrintJobPage>
export const PrintJobQuery = Type.Object({ study: Type.Optional(UID), ...PageQuery.properties }, strict)
export type PrintJobQuery = Static<typeof PrintJobQuery>
export const PrintJobParams = Type.Object({ jobId: Id })
export const PrintImageParams = Type.Object({ jobId: Id, imageId: Type.String({ pattern: '^[1-9][0-9]{0,3}$', description: 'place of the image in its job' }) })

/** A printer of one of the organisation's gateways. */
export const FilmPrinter = Type.Object({ gatewayId: Id, gatewayName: Type.String(), isReachable: Type.Boolean({ description: 'its gateway reports' }), ...FilmPrinterDescription.properties })
export type FilmPrinter = Static<typeof FilmPrinter>
export const FilmPrinterList = Type.Object({ items: Type.Array(FilmPrinter) })
export type FilmPrinterList = Static<typeof FilmPrinterList>
