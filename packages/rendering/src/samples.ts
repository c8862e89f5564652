/** From the bytes of a native frame to its samples. */
import { NotRenderable } from './not-renderable.ts'
import type { PixelFormat } from './pixel-format.ts'

/** Raw words, as allocated: unused and overlay bits still in them; numbers for float frames. */
export type Samples = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array

/**
 * The samples of one little endian frame, in their stored order. A frame cut short is filled up with zeros, so that what there
 * is can be seen.
 * @throws NotRenderable for widths of sample no image has
 */
export function samplesOf(bytes: Uint8Array, { BitsAllocated, sampleKind }: PixelFormat, count: number): Samples {
  if (BitsAllocated === 1) return unpackedBits(bytes, count)
  if (BitsAllocated === 12) return unpackedTwelve(bytes, count)
  const whole = filled(bytes, Math.ceil((count * BitsAllocated) / 8))
  const { buffer, byteOffset } = whole
  if (sampleKind === 'float') return BitsAllocated === 64 ? new Float64Array(buffer, byteOffset, count) : new Float32Array(buffer, byteOffset, count)
  if (BitsAllocated === 8) return whole.subarray(0, count)
  if (BitsAllocated === 16) return new Uint16Array(buffer, byteOffset, count)
  if (BitsAllocated === 32) return new Uint32Array(buffer, byteOffset, count)
  throw new NotRenderable(`Samples of ${BitsAllocated} bits are not rendered.`)
}

/** The same bytes where they are long enough and lie as typed arrays need them, else a copy. */
function filled(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  if (bytes.length >= length && bytes.byteOffset % 8 === 0 && bytes.buffer instanceof ArrayBuffer) return bytes as Uint8Array<ArrayBuffer>
  const copy = new Uint8Array(length)
  copy.set(bytes.subarray(0, length))
  return copy
}

/** Bits from the least significant of each byte on (PS3.5 §8.1.1). */
export function unpackedBits(bytes: Uint8Array, count: number, firstBit = 0): Uint8Array {
  const bits = new Uint8Array(count)
  for (let index = 0; index < count; index++) {
    const position = firstBit + index
    bits[index] = ((bytes[position >> 3] ?? 0) >> (position & 7)) & 1
  }
  return bits
}

/** Retired packing: two samples in three bytes. */
function unpackedTwelve(bytes: Uint8Array, count: number): Uint16Array {
  const samples = new Uint16Array(count)
  for (let index = 0; index < count; index++) {
    const at = (index * 3) >> 1
    const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
    samples[index] = index % 2 === 0 ? word & 0xfff : word >> 4
  }
  return samples
}
