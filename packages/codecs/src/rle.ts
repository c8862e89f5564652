/** RLE Lossless (PS3.5 Annex G): one segment a byte of a sample, most significant byte first, each packed by runs. */
import type { Codec, EncodedFrame } from './codec.ts'
import { CodecError } from './codec-error.ts'
import { nativeFrameBytes, type FrameFormat, type NativeFrame } from './frame-format.ts'

const headerBytes = 64
const maxSegments = 15
const maxRun = 128

/** Planes of bytes the frame is split into; the packed bytes of a 1-bit frame are one (PS3.5 §G.2). */
function planesOf({ SamplesPerPixel, BitsAllocated }: FrameFormat): { count: number; sampleBytes: number } {
  const sampleBytes = Math.max(1, BitsAllocated / 8)
  return { count: SamplesPerPixel * sampleBytes, sampleBytes }
}

/** Where byte 0 of a plane lies in the native frame. */
const firstByteOf = (plane: number, sampleBytes: number): number => Math.floor(plane / sampleBytes) * sampleBytes + (sampleBytes - 1 - (plane % sampleBytes))

function decode(bytes: Uint8Array, format: FrameFormat): NativeFrame {
  const { count, sampleBytes } = planesOf(format)
  if (bytes.length < headerBytes) throw new CodecError('malformed', 'the RLE header is cut off')
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes)
  if (header.getUint32(0, true) !== count) throw new CodecError('mismatch', 'the number of RLE segments is not that of the samples')
  const pixels = new Uint8Array(nativeFrameBytes(format))
  for (let plane = 0; plane < count; plane++) {
    const start = header.getUint32(4 + plane * 4, true)
    const end = plane + 1 < count ? header.getUint32(8 + plane * 4, true) : bytes.length
    if (start < headerBytes || end < start || end > bytes.length) throw new CodecError('malformed', 'an RLE segment lies outside the frame')
    unpack(bytes.subarray(start, end), pixels, firstByteOf(plane, sampleBytes), count)
  }
  return { pixels, format: { ...format, PlanarConfiguration: 0 } }
}

/** Writes one plane's bytes into every `step`-th place of `pixels`; what is left over at its end is padding. */
function unpack(packed: Uint8Array, pixels: Uint8Array, first: number, step: number): void {
  let position = 0
  let target = first
  while (target < pixels.length) {
    if (position >= packed.length) throw new CodecError('malformed', 'an RLE segment ends before its plane')
    const control = packed[position++] ?? 0
    if (control === 128) continue
    if (control < 128) {
      const end = Math.min(position + control + 1, packed.length)
      while (position < end && target < pixels.length) {
        pixels[target] = packed[position++] ?? 0
        target += step
      }
      position = end
    } else {
      const value = packed[position++] ?? 0
      for (let left = 257 - control; left > 0 && target < pixels.length; left--) {
        pixels[target] = value
        target += step
      }
    }
  }
}

function encode({ pixels, format }: NativeFrame): EncodedFrame {
  const { count, sampleBytes } = planesOf(format)
  const header = new Uint8Array(headerBytes)
  const view = new DataView(header.buffer)
  view.setUint32(0, count, true)
  const plane = new Uint8Array(Math.ceil(pixels.length / count))
  const segments: Uint8Array[] = [header]
  let offset = headerBytes
  for (let index = 0; index < count; index++) {
    for (let target = 0, source = firstByteOf(index, sampleBytes); target < plane.length; target++, source += count) plane[target] = pixels[source] ?? 0
    // Runs do not go from one row into the next (PS3.5 §G.3.1).
    const segment = pack(plane, format.BitsAllocated === 1 ? plane.length : format.Columns)
    view.setUint32(4 + index * 4, offset, true)
    segments.push(segment)
    offset += segment.length
  }
  return { bytes: Buffer.concat(segments), format }
}

function pack(plane: Uint8Array, rowBytes: number): Uint8Array {
  // A control byte for every 128 literal bytes of every row, and one for an even length.
  const packed = new Uint8Array(plane.length + Math.ceil(plane.length / rowBytes) * Math.ceil(rowBytes / maxRun) + 1)
  let length = 0
  for (let row = 0; row < plane.length; row += rowBytes) length = packRow(plane, row, Math.min(row + rowBytes, plane.length), packed, length)
  return packed.subarray(0, length + (length % 2))
}

function packRow(plane: Uint8Array, start: number, end: number, packed: Uint8Array, length: number): number {
  let at = length
  let position = start
  while (position < end) {
    const run = runAt(plane, position, end)
    if (run > 1) {
      packed[at++] = 257 - run
      packed[at++] = plane[position] ?? 0
      position += run
      continue
    }
    const first = position
    // A run of two inside literals costs as much as it saves.
    while (position < end && position - first < maxRun && runAt(plane, position, Math.min(end, position + 3)) < 3) position++
    packed[at++] = position - first - 1
    packed.set(plane.subarray(first, position), at)
    at += position - first
  }
  return at
}

function runAt(plane: Uint8Array, position: number, end: number): number {
  const value = plane[position]
  const last = Math.min(end, position + maxRun)
  let next = position + 1
  while (next < last && plane[next] === value) next++
  return next - position
}

export const rle: Codec = {
  decodes: (format) => planesOf(format).count <= maxSegments,
  encodes: (format) => planesOf(format).count <= maxSegments,
  decode,
  encode,
}
