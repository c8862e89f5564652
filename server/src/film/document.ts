/** Films as a document: a page for each sheet, as large as the film. */
import { filmSize, placeSize, sheetsOf, type PrintSettings } from '@isocenter/contracts'

export interface PageImage {
  /** From 1, over all sheets. */
  readonly position: number
  /** Of the whole image on the film in mm; as large as its place allows where absent. */
  readonly widthMm?: number | undefined
  readonly SOPInstanceUID: string
  readonly frame: number
  readonly jpeg: () => Promise<Uint8Array | 'notDrawable' | undefined>
}

const pointsOfMm = 72 / 25.4
/** Between an image and the edge of its place, mm. */
const margin = 2
const largestTextPoints = 10

/**
 * The document's bytes as they are made: an image is asked for when what was drawn before it has been taken, so that no more than one is held. A place
 * whose image has gone stays black; one whose image cannot be drawn says which that is.
 * @throws what an image throws
 */
export async function* filmDocument(settings: PrintSettings, images: readonly PageImage[]): AsyncGenerator<Uint8Array> {
  const { columns, rows } = settings
  const places = columns * rows
  const place = placeSize(settings)
  const film = filmSize(settings)
  // Not before the first document: it takes 29 MiB and a third of a second, which every start would pay.
  const { default: PDFDocument } = await import('pdfkit')
  const document = new PDFDocument({ autoFirstPage: false, size: [film.width * pointsOfMm, film.height * pointsOfMm], margin: 0, compress: true, info: { Producer: 'Isocenter', Creator: 'Isocenter' } })
  for (let sheet = 0; sheet < sheetsOf(images.at(-1)?.position ?? 0, settings); sheet++) {
    document.addPage()
    document.rect(0, 0, film.width * pointsOfMm, film.height * pointsOfMm).fill('black')
    for (const image of images.filter(({ position }) => Math.floor((position - 1) / places) === sheet)) {
      const jpeg = await image.jpeg()
      if (!jpeg) continue
      const index = (image.position - 1) % places
      const [left, top] = [(index % columns) * place.width, Math.floor(index / columns) * place.height]
      const box = { width: (place.width - 2 * margin) * pointsOfMm, height: (place.height - 2 * margin) * pointsOfMm }
      const [x, y] = [(left + margin) * pointsOfMm, (top + margin) * pointsOfMm]
      if (jpeg === 'notDrawable') writeNotDrawable(document, { x, y, ...box }, image)
      else if (image.widthMm === undefined) document.image(Buffer.from(jpeg), x, y, { fit: [box.width, box.height], align: 'center', valign: 'center' })
      else drawInTrueSize(document, Buffer.from(jpeg), { x, y, ...box }, image.widthMm * pointsOfMm)
      yield* written(document)
    }
  }
  document.end()
  yield* document as AsyncIterable<Uint8Array>
}

/** What the document has written and nobody has taken yet. */
function* written(document: PDFKit.PDFDocument): Generator<Uint8Array> {
  for (let bytes = document.read() as Uint8Array | null; bytes !== null; bytes = document.read() as Uint8Array | null) yield bytes
}

interface Box { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** Its UID says which it is, and nothing of its patient. */
function writeNotDrawable(document: PDFKit.PDFDocument, { x, y, width, height }: Box, { position, SOPInstanceUID, frame }: PageImage): void {
  document.font('Helvetica').fontSize(Math.min(largestTextPoints, height / 8)).fillColor('white')
    .text(`Image ${String(position)} could not be drawn.\n${SOPInstanceUID}\nFrame ${String(frame)}`, x, y + height / 4, { width, height: height / 2, align: 'center', ellipsis: true })
}

function drawInTrueSize(document: PDFKit.PDFDocument, jpeg: Buffer, box: Box, width: number): void {
  // Its own kind of object: opened once, so that the height is known before it is placed. The typings leave this method out.
  const opened = (document as PDFKit.PDFDocument & { openImage(src: Buffer): { readonly width: number; readonly height: number } }).openImage(jpeg)
  const height = width * opened.height / opened.width
  document.image(jpeg, box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, { width, height })
}
