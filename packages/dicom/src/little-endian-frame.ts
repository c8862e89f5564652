import type { PixelLayout } from './layout.ts'
import { vrTraits } from './vr.ts'

/**
 * The bytes of a native frame in little endian, as application/octet-stream frames are (PS3.18 §8.7.3.5); the same array when
 * they already are. `frame` is one whole frame.
 */
export function littleEndianFrame(frame: Uint8Array, pixel: PixelLayout): Uint8Array {
  const width = swapWidth(pixel)
  if (pixel.littleEndian || width === 1) return frame
  const bytes = Buffer.from(frame)
  const whole = bytes.subarray(0, bytes.length - (bytes.length % width))
  if (width === 2) whole.swap16()
  else if (width === 4) whole.swap32()
  else whole.swap64()
  return bytes
}

/** Bytes that are reversed together: the VR's word (PS3.5 §7.3), or a sample where that is wider. */
function swapWidth({ vr, BitsAllocated }: PixelLayout): number {
  const word = vrTraits(vr).bytesPerValue
  return word === 1 ? 1 : Math.max(word, BitsAllocated / 8)
}
