/** RLE Lossless frames (PS3.5 Annex G), so that tests have compressed Pixel Data any decoder can open. */
import type { PixelShape } from './pixels.ts'

const HEADER_BYTES = 64
const MAX_RUN = 128

/** One native frame, little endian and colour by pixel, as an RLE Lossless frame of even length. BitsAllocated is a multiple of 8. */
export function rleFrame(frame: Uint8Array, { SamplesPerPixel, BitsAllocated }: Pick<PixelShape, 'SamplesPerPixel' | 'BitsAllocated'>): Uint8Array {
  const sampleBytes = BitsAllocated / 8
  const segments: Buffer[] = []
  for (let sample = 0; sample < SamplesPerPixel; sample++) {
    // The most significant byte of each sample comes first (PS3.5 §G.2).
    for (let byte = sampleBytes - 1; byte >= 0; byte--) {
      segments.push(packBits(everyNth(frame, sample * sampleBytes + byte, SamplesPerPixel * sampleBytes)))
    }
  }
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(segments.length, 0)
  let offset = HEADER_BYTES
  for (const [index, segment] of segments.entries()) {
    header.writeUInt32LE(offset, (index + 1) * 4)
    offset += segment.length
  }
  return Buffer.concat([header, ...segments])
}

function everyNth(bytes: Uint8Array, first: number, step: number): Uint8Array {
  return Uint8Array.from({ length: Math.ceil((bytes.length - first) / step) }, (_, index) => bytes[first + index * step] ?? 0)
}

/** PackBits runs, padded to an even length (PS3.5 §G.3.1). */
function packBits(bytes: Uint8Array): Buffer {
  const runs: number[] = []
  let position = 0
  while (position < bytes.length) {
    const repeated = repeatLength(bytes, position)
    if (repeated > 2) {
      runs.push(257 - repeated, bytes[position] ?? 0)
      position += repeated
      continue
    }
    const start = position
    while (position < bytes.length && position - start < MAX_RUN && repeatLength(bytes, position) <= 2) position++
    runs.push(position - start - 1, ...bytes.subarray(start, position))
  }
  if (runs.length % 2 === 1) runs.push(0)
  return Buffer.from(runs)
}

function repeatLength(bytes: Uint8Array, start: number): number {
  let end = start + 1
  while (end < bytes.length && end - start < MAX_RUN && bytes[end] === bytes[start]) end++
  return end - start
}
