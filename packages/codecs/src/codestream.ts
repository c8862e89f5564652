/** What a codestream says of itself before it is handed to a codec: a header that disagrees with the attributes never gets that far. */
import { CodecError } from './codec-error.ts'
import type { FrameFormat } from './frame-format.ts'

export interface CodestreamHeader {
  readonly Rows: number
  readonly Columns: number
  readonly SamplesPerPixel: number
  /** Bits of a sample, sign included. */
  readonly precision: number
  readonly isSigned: boolean
  /** JPEG 2000: the components are transformed into others (COD). */
  readonly hasComponentTransform: boolean
  /** Decoding gives what was encoded: a lossless process, the reversible wavelet, no permitted error. */
  readonly isReversible: boolean
}

/** JPEG and JPEG-LS: the first frame header (ISO 10918-1 B.2.2, ISO 14495-1 C.2.2). @throws CodecError malformed */
export function jpegHeader(bytes: Uint8Array): CodestreamHeader {
  for (const { marker, at } of segments(bytes, 0xffd8)) {
    const isFrame = marker === 0xfff7 || (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker))
    if (!isFrame) continue
    const precision = byteAt(bytes, at + 2)
    return {
      precision, Rows: word(bytes, at + 3), Columns: word(bytes, at + 5), SamplesPerPixel: byteAt(bytes, at + 7), isSigned: false, hasComponentTransform: false,
      isReversible: marker === 0xffc3 || marker === 0xffc7 || marker === 0xffcb || (marker === 0xfff7 && permittedError(bytes) === 0),
    }
  }
  throw new CodecError('malformed', 'the stream has no frame header')
}

/** The most a sample of a JPEG-LS stream may differ (NEAR in its first scan header, ISO 14495-1 C.2.3). */
function permittedError(bytes: Uint8Array): number {
  for (const { marker, at } of segments(bytes, 0xffd8)) if (marker === 0xffda) return byteAt(bytes, at + 3 + 2 * byteAt(bytes, at + 2))
  return 0
}

/** JPEG 2000 and HTJ2K, in their file format as well: SIZ and COD (ISO 15444-1 A.5.1, A.6.1). @throws CodecError malformed */
export function jpeg2000Header(bytes: Uint8Array): CodestreamHeader {
  const start = codestreamStart(bytes)
  let size: Omit<CodestreamHeader, 'hasComponentTransform' | 'isReversible'> | undefined
  for (const { marker, at } of segments(bytes.subarray(start), 0xff4f)) {
    const from = start + at
    if (marker === 0xff51) {
      const depth = byteAt(bytes, from + 38)
      size = {
        Columns: long(bytes, from + 4) - long(bytes, from + 12), Rows: long(bytes, from + 8) - long(bytes, from + 16),
        SamplesPerPixel: word(bytes, from + 36), precision: (depth & 0x7f) + 1, isSigned: depth > 0x7f,
      }
    }
    if (marker === 0xff52 && size) return { ...size, hasComponentTransform: byteAt(bytes, from + 6) !== 0, isReversible: byteAt(bytes, from + 11) === 1 }
  }
  throw new CodecError('malformed', 'the stream has no main header')
}

/** Where SOC and SIZ stand: at the beginning, or in a box of the file format, which PS3.5 §8.2.4 forbids and real files have. */
function codestreamStart(bytes: Uint8Array): number {
  const window = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024 * 1024))
  const start = window.indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]))
  if (start === -1) throw new CodecError('malformed', 'the stream has no main header')
  return start
}

/** Marker segments from the beginning to the first entropy-coded data; `at` is where the segment's length stands. */
function* segments(bytes: Uint8Array, firstMarker: number): Generator<{ marker: number; at: number }> {
  if (bytes.length < 2 || word(bytes, 0) !== firstMarker) throw new CodecError('malformed', 'the stream does not begin with its first marker')
  let position = 2
  while (position + 4 <= bytes.length) {
    // Fill bytes may stand before any marker (ISO 10918-1 B.1.1.2).
    if (byteAt(bytes, position) === 0xff && byteAt(bytes, position + 1) === 0xff) {
      position++
      continue
    }
    const marker = word(bytes, position)
    if (marker < 0xff00) break
    yield { marker, at: position + 2 }
    if (marker === 0xffda || marker === 0xff90) return
    position += 2 + Math.max(2, word(bytes, position + 2))
  }
  throw new CodecError('malformed', 'the stream ends inside its header')
}

/** @throws CodecError mismatch when the stream holds another picture than the attributes say */
export function requireSamePicture(header: CodestreamHeader, { Rows, Columns, SamplesPerPixel, BitsAllocated }: FrameFormat): void {
  if (header.Rows !== Rows || header.Columns !== Columns) throw new CodecError('mismatch', 'the stream has other Rows or Columns than the image')
  if (header.SamplesPerPixel !== SamplesPerPixel) throw new CodecError('mismatch', 'the stream has other Samples per Pixel than the image')
  if (header.precision > BitsAllocated) throw new CodecError('mismatch', 'the stream has wider samples than Bits Allocated')
}

function byteAt(bytes: Uint8Array, at: number): number {
  const value = bytes[at]
  if (value === undefined) throw new CodecError('malformed', 'the stream ends inside its header')
  return value
}

const word = (bytes: Uint8Array, at: number): number => byteAt(bytes, at) * 0x100 + byteAt(bytes, at + 1)
const long = (bytes: Uint8Array, at: number): number => word(bytes, at) * 0x1_0000 + word(bytes, at + 2)
