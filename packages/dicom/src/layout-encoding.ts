/**
 * Layouts as they are kept with an instance: a version byte, then numbers of seven bits a byte, fragments and bulk data as
 * distances from the one before. A single-frame CT takes about 40 bytes, a fragment about three.
 */
import { ByteReader, ByteWriter } from './compact-numbers.ts'
import type { Fragments, FrameIndex } from './frames.ts'
import type { BulkdataRange, Layout, PixelLayout } from './layout.ts'
import { vrOfBytes, type VR } from './vr.ts'

/** 1 had neither Bits Stored nor Pixel Representation. */
const VERSION = 2
const OLDEST_VERSION = 1
const LITTLE_ENDIAN = 1
const INFLATED = 2
const HAS_PIXEL = 4
const frameKinds = ['none', 'native', 'encapsulated', 'whole'] as const
const FRAME_KIND_SHIFT = 3

// Positions in this list are stored: append only.
const photometricInterpretations = [
  '', 'MONOCHROME1', 'MONOCHROME2', 'PALETTE COLOR', 'RGB', 'YBR_FULL', 'YBR_FULL_422', 'YBR_PARTIAL_420', 'YBR_ICT', 'YBR_RCT',
  'YBR_PARTIAL_422', 'XYB', 'HSV', 'ARGB', 'CMYK',
]

/** The layout as bytes; `decodeLayout` gives the same layout back. Linear in fragments, frames and bulk data. */
export function encodeLayout(layout: Layout): Uint8Array {
  const writer = new ByteWriter()
  const kind = frameKinds.indexOf(layout.frames?.kind ?? 'none')
  writer.byte(VERSION)
  writer.byte(
    (layout.littleEndian ? LITTLE_ENDIAN : 0) | (layout.inflated ? INFLATED : 0) | (layout.pixel ? HAS_PIXEL : 0) | (kind << FRAME_KIND_SHIFT),
  )
  writer.number(layout.dataSetOffset)
  if (layout.pixel) writePixel(writer, layout.pixel)
  if (layout.frames) writeFrames(writer, layout.frames)
  writeBulkdata(writer, layout.bulkdata)
  return writer.bytes()
}

/**
 * The layout that was encoded.
 * @throws RangeError when the bytes are not a layout of a version known here
 */
export function decodeLayout(bytes: Uint8Array): Layout {
  const reader = new ByteReader(bytes)
  const version = reader.byte()
  if (version < OLDEST_VERSION || version > VERSION) throw new RangeError(`layout version ${version} is not known`)
  const flags = reader.byte()
  const dataSetOffset = reader.number()
  const pixel = flags & HAS_PIXEL ? readPixel(reader, version) : undefined
  const frames = readFrames(reader, frameKinds[flags >> FRAME_KIND_SHIFT])
  const bulkdata = readBulkdata(reader)
  reader.assertAtEnd()
  return {
    littleEndian: (flags & LITTLE_ENDIAN) !== 0,
    inflated: (flags & INFLATED) !== 0,
    dataSetOffset,
    ...(frames === undefined ? {} : { frames }),
    ...(pixel === undefined ? {} : { pixel }),
    bulkdata,
  }
}

function writePixel(writer: ByteWriter, pixel: PixelLayout): void {
  const { Rows, Columns, SamplesPerPixel, BitsAllocated, BitsStored, PixelRepresentation, PlanarConfiguration } = pixel
  for (const number of [Rows, Columns, SamplesPerPixel, BitsAllocated, BitsStored, PixelRepresentation, PlanarConfiguration]) writer.number(number)
  // 0 is a text of its own; the others are counted from 1.
  const known = photometricInterpretations.indexOf(pixel.PhotometricInterpretation) + 1
  writer.number(known)
  if (known === 0) writer.text(pixel.PhotometricInterpretation)
}

function readPixel(reader: ByteReader, version: number): PixelLayout {
  const Rows = reader.number()
  const Columns = reader.number()
  const SamplesPerPixel = reader.number()
  const BitsAllocated = reader.number()
  const BitsStored = version === 1 ? 0 : reader.number()
  const PixelRepresentation = version === 1 ? 0 : reader.number()
  const PlanarConfiguration = reader.number()
  const known = reader.number()
  const PhotometricInterpretation = known === 0 ? reader.text() : (photometricInterpretations[known - 1] ?? '')
  return { Rows, Columns, SamplesPerPixel, BitsAllocated, BitsStored, PixelRepresentation, PlanarConfiguration, PhotometricInterpretation }
}

function writeFrames(writer: ByteWriter, frames: FrameIndex): void {
  if (frames.kind === 'native') {
    for (const number of [frames.offset, frames.frameBits, frames.numberOfFrames, frames.wordBytes]) writer.number(number)
    return
  }
  writeFragments(writer, frames.fragments)
  if (frames.kind === 'whole') {
    writer.number(frames.numberOfFrames)
    return
  }
  writer.steps(frames.firstFragments)
}

function readFrames(reader: ByteReader, kind: (typeof frameKinds)[number] | undefined): FrameIndex | undefined {
  switch (kind) {
    case 'none':
      return undefined
    case 'native':
      return { kind, offset: reader.number(), frameBits: reader.number(), numberOfFrames: reader.number(), wordBytes: reader.number() }
    case 'encapsulated':
      return readEncapsulated(reader)
    case 'whole':
      return { kind, fragments: readFragments(reader), numberOfFrames: reader.number() }
    default:
      throw new RangeError('the layout has frames of a kind not known')
  }
}

function readEncapsulated(reader: ByteReader): FrameIndex {
  const fragments = readFragments(reader)
  // A frame has at least a fragment, and there is one boundary more than frames.
  return { kind: 'encapsulated', fragments, firstFragments: Uint32Array.from(reader.steps(fragments.offsets.length + 1)) }
}

/** Lengths, and the gaps between one fragment's end and the next one's beginning: 8 bytes of item header, so that they cost one run. */
function writeFragments(writer: ByteWriter, { offsets, lengths }: Fragments): void {
  writer.number(lengths.length)
  let end = 0
  const gaps: number[] = []
  for (let index = 0; index < lengths.length; index++) {
    gaps.push((offsets[index] ?? 0) - end)
    end = (offsets[index] ?? 0) + (lengths[index] ?? 0)
  }
  for (const length of lengths) writer.number(length)
  writer.runs(gaps)
}

function readFragments(reader: ByteReader): Fragments {
  const count = reader.count()
  const lengths = Float64Array.from({ length: count }, () => reader.number())
  const gaps = reader.runs(count)
  const offsets = new Float64Array(count)
  let end = 0
  for (let index = 0; index < count; index++) {
    offsets[index] = end + (gaps[index] ?? 0)
    end = (offsets[index] ?? 0) + (lengths[index] ?? 0)
  }
  return { offsets, lengths }
}

/** Paths ascend and share their beginnings, offsets ascend: each entry says what it adds to the one before. */
function writeBulkdata(writer: ByteWriter, bulkdata: readonly BulkdataRange[]): void {
  writer.number(bulkdata.length)
  let path = ''
  let end = 0
  for (const range of bulkdata) {
    const shared = sharedStart(path, range.path)
    writer.number(shared)
    writer.text(range.path.slice(shared))
    writeVR(writer, range.vr)
    writer.signed(range.offset - end)
    writer.number(range.length)
    path = range.path
    end = range.offset + range.length
  }
}

function readBulkdata(reader: ByteReader): BulkdataRange[] {
  const count = reader.count()
  const bulkdata: BulkdataRange[] = []
  let path = ''
  let end = 0
  for (let index = 0; index < count; index++) {
    path = path.slice(0, reader.number()) + reader.text()
    const vr = readVR(reader)
    const offset = end + reader.signed()
    const length = reader.number()
    bulkdata.push({ path, offset, length, vr })
    end = offset + length
  }
  return bulkdata
}

function writeVR(writer: ByteWriter, vr: VR): void {
  writer.byte(vr.charCodeAt(0))
  writer.byte(vr.charCodeAt(1))
}

function readVR(reader: ByteReader): VR {
  const vr = vrOfBytes(reader.byte(), reader.byte())
  if (!vr) throw new RangeError('the layout names a VR not known')
  return vr
}

function sharedStart(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}
