/** What compressed bulk data say of themselves: their transfer syntax and the Image Pixel attributes that follow from them (PS3.18 Table 10.5.2-1). */
import { CodecError, jpeg2000Header, jpegHeader, type CodestreamHeader } from '@isocenter/codecs'
import type { DicomJson } from '@isocenter/dicom'

/** A compressed frame, looked at. */
export interface Codestream {
  readonly transferSyntaxUID: string
  /** Where the stream itself lies inside the part: a JP2 file has it in a box, which a DICOM object must not have (PS3.5 §8.2.4). */
  readonly offset: number
  readonly length: number
  /** What follows from the stream; the metadata go before it. */
  readonly attributes: DicomJson
}

/** Enough for every marker before the first entropy-coded data, and for the boxes before a JP2 file's stream. */
export const headBytes = 512 * 1024

const jpegProcesses: Readonly<Record<number, string>> = {
  0xc0: '1.2.840.10008.1.2.4.50', 0xc1: '1.2.840.10008.1.2.4.51', 0xc2: '1.2.840.10008.1.2.4.55', 0xc3: '1.2.840.10008.1.2.4.57',
}
const lossyMethods = { jpeg: 'ISO_10918_1', jls: 'ISO_14495_1', jpeg2000: 'ISO_15444_1', htj2k: 'ISO_15444_15' } as const

/** Reads the beginning of a frame of one of the image media types; undefined when it is no stream of that type. */
export function readCodestream(mediaType: string, head: Buffer, length: number): Codestream | undefined {
  try {
    switch (mediaType) {
      case 'image/jpeg': return jpeg(head, length)
      case 'image/jls': return jpegLs(head, length)
      case 'image/jp2': case 'image/jpx': case 'image/jphc': return jpeg2000(mediaType, head, length)
      case 'image/dicom-rle': return { transferSyntaxUID: '1.2.840.10008.1.2.5', offset: 0, length, attributes: {} }
      default: return undefined
    }
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}

function jpeg(head: Buffer, length: number): Codestream | undefined {
  const header = jpegHeader(head)
  const frame = segment(head, (marker) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
  const scan = segment(head, (marker) => marker === 0xda)
  const process = frame === undefined ? undefined : jpegProcesses[head[frame + 1] ?? 0]
  if (frame === undefined || process === undefined) return undefined
  // Lossless with the first predictor has a transfer syntax of its own, the default of image/jpeg.
  const predictor = scan === undefined ? 0 : head[scan + 5 + 2 * (head[scan + 4] ?? 0)]
  const transferSyntaxUID = process.endsWith('.57') && predictor === 1 ? '1.2.840.10008.1.2.4.70' : process
  const isColour = header.SamplesPerPixel === 3
  const photometric = !isColour ? 'MONOCHROME2' : isRGB(head) || header.isReversible ? 'RGB' : isSubsampled(head, frame) ? 'YBR_FULL_422' : 'YBR_FULL'
  return { transferSyntaxUID, offset: 0, length, attributes: attributesOf(header, photometric, 'jpeg') }
}

function jpegLs(head: Buffer, length: number): Codestream {
  const header = jpegHeader(head)
  return {
    transferSyntaxUID: header.isReversible ? '1.2.840.10008.1.2.4.80' : '1.2.840.10008.1.2.4.81', offset: 0, length,
    attributes: attributesOf(header, header.SamplesPerPixel === 3 ? 'RGB' : 'MONOCHROME2', 'jls'),
  }
}

function jpeg2000(mediaType: string, head: Buffer, length: number): Codestream {
  const header = jpeg2000Header(head)
  const offset = Math.max(0, head.indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51])))
  const isHighThroughput = mediaType === 'image/jphc'
  const [lossless, lossy] = isHighThroughput ? ['1.2.840.10008.1.2.4.201', '1.2.840.10008.1.2.4.203']
    : mediaType === 'image/jpx' ? ['1.2.840.10008.1.2.4.92', '1.2.840.10008.1.2.4.93'] : ['1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.91']
  const photometric = header.SamplesPerPixel !== 3 ? 'MONOCHROME2' : !header.hasComponentTransform ? 'RGB' : header.isReversible ? 'YBR_RCT' : 'YBR_ICT'
  return {
    transferSyntaxUID: (header.isReversible ? lossless : lossy) ?? '', offset, length: boxLength(head, offset, length),
    attributes: attributesOf(header, photometric, isHighThroughput ? 'htj2k' : 'jpeg2000'),
  }
}

/** The bytes of the contiguous codestream box that begins at `offset` (ISO 15444-1 §I.4); to the end where the box does not say. */
function boxLength(head: Buffer, offset: number, length: number): number {
  const rest = length - offset
  if (offset < 8 || head.toString('latin1', offset - 4, offset) !== 'jp2c') return rest
  const written = head.readUInt32BE(offset - 8)
  return written >= 8 ? Math.min(written - 8, rest) : rest
}

function attributesOf(header: CodestreamHeader, photometric: string, method: keyof typeof lossyMethods): DicomJson {
  const { Rows, Columns, SamplesPerPixel, precision, isSigned, isReversible } = header
  return {
    '00280002': { vr: 'US', Value: [SamplesPerPixel] }, '00280004': { vr: 'CS', Value: [photometric] },
    ...(SamplesPerPixel > 1 && { '00280006': { vr: 'US', Value: [0] } }),
    '00280010': { vr: 'US', Value: [Rows] }, '00280011': { vr: 'US', Value: [Columns] },
    '00280100': { vr: 'US', Value: [precision <= 8 ? 8 : 16] }, '00280101': { vr: 'US', Value: [precision] },
    '00280102': { vr: 'US', Value: [precision - 1] }, '00280103': { vr: 'US', Value: [isSigned ? 1 : 0] },
    ...(!isReversible && { '00282110': { vr: 'CS', Value: ['01'] }, '00282114': { vr: 'CS', Value: [lossyMethods[method]] } }),
  }
}

/** Where the first marker segment of a kind stands, its 0xFF; only segments before the first scan are looked at. */
function segment(head: Buffer, isWanted: (marker: number) => boolean): number | undefined {
  for (let at = 2; at + 4 <= head.length && head[at] === 0xff;) {
    const marker = head[at + 1] ?? 0
    if (marker === 0xff) {
      at++
      continue
    }
    if (isWanted(marker)) return at
    if (marker === 0xda) return undefined
    at += 2 + Math.max(2, head.readUInt16BE(at + 2))
  }
  return undefined
}

/** Adobe's marker says no colour transform, or the components are named R, G and B (what libjpeg goes by). */
function isRGB(head: Buffer): boolean {
  const adobe = segment(head, (marker) => marker === 0xee)
  if (adobe !== undefined && head.toString('latin1', adobe + 4, adobe + 9) === 'Adobe') return head[adobe + 15] === 0
  const frame = segment(head, (marker) => marker >= 0xc0 && marker <= 0xc3)
  return frame !== undefined && head[frame + 10] === 0x52 && head[frame + 13] === 0x47 && head[frame + 16] === 0x42
}

/** The first component is sampled more often than the others. */
const isSubsampled = (head: Buffer, frame: number): boolean => (head[frame + 11] ?? 0x11) !== 0x11
