/** The data sets Print Management requests carry (PS3.4 §H.4). */
import { attribute, dataSetPieces, formatTag, tagOf, type DataSet, type DicomJson, type Keyword } from '@isocenter/dicom'
import type { OutgoingDataSet } from '../../message/message-stream.ts'
import type { FilmBox, FilmSession, PrintColour, PrintedImage } from './film.ts'
import { BasicFilmSession, PresentationLUT } from './sop-classes.ts'

type Value = string | number | readonly number[] | readonly DicomJson[] | undefined

/** Attributes by keyword; those without a value are left out. */
function byKeyword(values: { readonly [K in Keyword]?: Value }): DicomJson {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined) as [Keyword, Exclude<Value, undefined>][]
  return Object.fromEntries(entries.map(([keyword, value]) => [formatTag(tagOf(keyword)), { vr: attribute(keyword)?.vr[0] ?? 'UN', Value: Array.isArray(value) ? value as never : [value as string] }]))
}

/** PS3.4 Table H.4-1. */
export function filmSessionDataSet({ NumberOfCopies, ...session }: FilmSession): DicomJson {
  return byKeyword({ ...session, NumberOfCopies: NumberOfCopies === undefined ? undefined : String(NumberOfCopies) })
}

/** What the printer has to be told of a film before it makes its image boxes (PS3.4 Table H.4-4). */
export function filmBoxDataSet({ columns, rows, ...box }: FilmBox, filmSessionUID: string, presentationLUTUID: string | undefined): DicomJson {
  return byKeyword({
    ...box,
    ImageDisplayFormat: `STANDARD\\${columns},${rows}`,
    ReferencedFilmSessionSequence: [reference(BasicFilmSession, filmSessionUID)],
    ...(presentationLUTUID !== undefined && { ReferencedPresentationLUTSequence: [reference(PresentationLUT, presentationLUTUID)] }),
  })
}

/** Grey values are P-Values already: the printer is to do nothing but its own calibration (PS3.3 §C.11.6). */
export const identityPresentationLUT: DicomJson = byKeyword({ PresentationLUTShape: 'IDENTITY' })

/** The image boxes the printer made, in the order of their places. */
export function imageBoxesOf(filmBox: DataSet | undefined): string[] {
  return (filmBox?.items('ReferencedImageBoxSequence') ?? []).map((item) => item.string('ReferencedSOPInstanceUID') ?? '')
}

const sequenceOf = { grayscale: 'BasicGrayscaleImageSequence', color: 'BasicColorImageSequence' } as const satisfies Record<PrintColour, Keyword>
const pixelSource = 'pixels'

/**
 * An image for its place on the film (PS3.4 Table H.4-10, H.4-12), its pixels passed on as they come.
 * @param position 1 for the first place
 * @throws RangeError, while it is sent, when there are more or fewer pixels than rows and columns say
 */
export async function* imageBoxDataSet(image: PrintedImage, position: number, colour: PrintColour, transferSyntaxUID: string): AsyncGenerator<Uint8Array> {
  const sequence = sequenceOf[colour]
  const byteLength = image.Rows * image.Columns * (colour === 'grayscale' ? 1 : 3)
  const length = byteLength + byteLength % 2
  const pieces = dataSetPieces(byKeyword({
    ImageBoxPosition: position,
    RequestedImageSize: image.RequestedImageSize === undefined ? undefined : decimalString(image.RequestedImageSize),
    [sequence]: [imageItem(image, colour)],
  }), { transferSyntaxUID, bulkdata: new Map([[`${formatTag(tagOf(sequence))}.1.${formatTag(tagOf('PixelData'))}`, { source: pixelSource, offset: 0, length }]]) })
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece
    else yield* exactly(image.pixels, byteLength)
  }
}

function imageItem({ Rows, Columns }: PrintedImage, colour: PrintColour): DicomJson {
  const isGrey = colour === 'grayscale'
  return {
    ...byKeyword({
      SamplesPerPixel: isGrey ? 1 : 3,
      PhotometricInterpretation: isGrey ? 'MONOCHROME2' : 'RGB',
      PlanarConfiguration: isGrey ? undefined : 0,
      Rows,
      Columns,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
    }),
    [formatTag(tagOf('PixelData'))]: { vr: 'OB', BulkDataURI: pixelSource },
  }
}

/** @throws RangeError when there are more or fewer bytes than said */
async function* exactly(pixels: OutgoingDataSet | Iterable<Uint8Array>, byteLength: number): AsyncGenerator<Uint8Array> {
  let passed = 0
  for await (const chunk of pixels as AsyncIterable<Uint8Array>) {
    passed += chunk.byteLength
    if (passed > byteLength) break
    yield chunk
  }
  if (passed !== byteLength) throw new RangeError(`an image has ${passed > byteLength ? 'more' : 'fewer'} than the ${byteLength} bytes its rows and columns take`)
  if (byteLength % 2 === 1) yield new Uint8Array(1)
}

const reference = (ReferencedSOPClassUID: string, ReferencedSOPInstanceUID: string): DicomJson => byKeyword({ ReferencedSOPClassUID, ReferencedSOPInstanceUID })

/** At most 16 characters (PS3.5 §6.2); a thousandth of a millimetre is finer than any film. */
const decimalString = (millimetres: number): string => String(Number(millimetres.toFixed(3)))
