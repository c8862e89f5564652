/** Deflated Image Frame Compression (PS3.5 §A.4.17): each frame's native bytes as one deflate stream. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Codec } from './codec.ts'
import { CodecError } from './codec-error.ts'
import { colourByPixel } from './colour-planes.ts'
import { nativeFrameBytes } from './frame-format.ts'

export const deflatedFrame: Codec = {
  decodes: () => true,
  encodes: () => true,
  decode(bytes, format) {
    const length = nativeFrameBytes(format)
    let inflated: Uint8Array
    try {
      // One byte of padding may follow the frame as well as the stream.
      inflated = inflateRawSync(bytes, { maxOutputLength: length + 1 })
    } catch (error) {
      throw new CodecError('malformed', 'the frame cannot be inflated', { cause: error })
    }
    if (inflated.length < length) throw new CodecError('mismatch', 'the frame inflates to fewer bytes than it has')
    return colourByPixel(inflated.subarray(0, length), format)
  },
  encode: ({ pixels, format }) => ({ bytes: deflateRawSync(pixels), format }),
}
