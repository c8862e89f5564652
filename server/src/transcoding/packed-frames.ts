/** Frames of one bit a pixel, one behind the other without gaps (PS3.5 §8.2): all but the first may begin inside a byte. */
export async function* packedFrames(frames: AsyncIterable<Uint8Array>, frameBits: number): AsyncGenerator<Uint8Array> {
  let carried = 0
  let carriedBits = 0
  for await (const frame of frames) {
    const bits = carriedBits + frameBits
    const packed = new Uint8Array(bits >> 3)
    // Bits beyond the frame's last are zero, so that the bytes can be merged as they are.
    for (let index = 0; index < packed.length; index++) {
      packed[index] = carried | (((frame[index] ?? 0) << carriedBits) & 0xff)
      carried = carriedBits === 0 ? 0 : (frame[index] ?? 0) >> (8 - carriedBits)
    }
    if (bits % 8 > 0) carried |= ((frame[packed.length] ?? 0) << carriedBits) & 0xff
    carriedBits = bits % 8
    if (packed.length > 0) yield packed
  }
  if (carriedBits > 0) yield Uint8Array.of(carried)
}
