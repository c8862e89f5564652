/** Samples in the containers codecs take and give: bytes or little endian 16-bit words, whatever the frame's Bits Allocated. */
import { CodecError } from './codec-error.ts'
import type { FrameFormat } from './frame-format.ts'

/** One byte a pixel of a packed 1-bit frame (PS3.5 §8.1.1: the first pixel is the least significant bit). */
function unpackedBits(packed: Uint8Array, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => ((packed[index >> 3] ?? 0) >> (index & 7)) & 1)
}

/** The packed frame of one byte a pixel, unused bits of its last byte zero. */
function packedBits(samples: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(samples.length / 8))
  for (let index = 0; index < samples.length; index++) {
    if (samples[index] !== 0) packed[index >> 3] = (packed[index >> 3] ?? 0) | (1 << (index & 7))
  }
  return packed
}

/**
 * Samples as a codec gave them, of `precision` bits in as few bytes as hold them, in the frame's own Bits Allocated.
 * @throws CodecError mismatch when they are not as many as the frame has, or wider than it allocates
 */
export function inContainer(samples: Uint8Array, precision: number, isSigned: boolean, format: FrameFormat): Uint8Array {
  const { Rows, Columns, SamplesPerPixel, BitsAllocated } = format
  const count = Rows * Columns * SamplesPerPixel
  const given = precision <= 8 ? 1 : 2
  if (samples.length !== count * given) throw new CodecError('mismatch', 'the stream decodes to another number of samples than the frame has')
  if (BitsAllocated === 1) {
    if (precision > 1) throw new CodecError('mismatch', 'the stream has wider samples than Bits Allocated')
    return packedBits(samples)
  }
  const wanted = BitsAllocated / 8
  if (given > wanted) throw new CodecError('mismatch', 'the stream has wider samples than Bits Allocated')
  return given === wanted ? samples : widened(samples, given, wanted, isSigned)
}

function widened(samples: Uint8Array, given: number, wanted: number, isSigned: boolean): Uint8Array {
  const count = samples.length / given
  const result = new Uint8Array(count * wanted)
  for (let index = 0; index < count; index++) {
    for (let byte = 0; byte < given; byte++) result[index * wanted + byte] = samples[index * given + byte] ?? 0
    if (isSigned && (samples[index * given + given - 1] ?? 0) > 127) result.fill(0xff, index * wanted + given, (index + 1) * wanted)
  }
  return result
}

/** Samples as an encoder takes them: in bytes up to 8 bits, in 16-bit words above. */
export interface EncoderSamples {
  readonly samples: Uint8Array
  readonly precision: number
}

/**
 * The samples of a native frame of 1, 8 or 16 bits, with the fewest bits that lose nothing: Bits Stored, or all that are
 * allocated where a sample says more (overlays in unused bits, values shifted up to a higher High Bit, signs not extended).
 * Signed words stay words, and signed bytes keep 8 bits: encoders differ on smaller ones.
 */
export function encoderSamples(pixels: Uint8Array, format: FrameFormat): EncoderSamples {
  const { Rows, Columns, BitsAllocated, PixelRepresentation } = format
  if (BitsAllocated === 1) return { samples: unpackedBits(pixels, Rows * Columns), precision: 1 }
  const needed = neededPrecision(pixels, format)
  if (PixelRepresentation === 1) return { samples: pixels, precision: Math.max(needed, BitsAllocated === 8 ? 8 : 9) }
  if (BitsAllocated === 16 && needed <= 8) return { samples: pixels.filter((_, index) => index % 2 === 0), precision: needed }
  return { samples: pixels, precision: needed }
}

/** The same for codecs that know no signs: two's complement is kept with all its bits, as if unsigned. */
export function unsignedEncoderSamples(pixels: Uint8Array, format: FrameFormat): EncoderSamples {
  return format.PixelRepresentation === 1 ? { samples: pixels, precision: format.BitsAllocated } : encoderSamples(pixels, format)
}

function neededPrecision(pixels: Uint8Array, { BitsAllocated, BitsStored, PixelRepresentation }: FrameFormat): number {
  if (BitsStored === BitsAllocated) return BitsAllocated
  const isSigned = PixelRepresentation === 1
  const samples = BitsAllocated === 8 ? bytes(pixels, isSigned) : words(pixels, isSigned)
  const [lowest, highest] = isSigned ? [-(2 ** (BitsStored - 1)), 2 ** (BitsStored - 1) - 1] : [0, 2 ** BitsStored - 1]
  for (const sample of samples) if (sample < lowest || sample > highest) return BitsAllocated
  return BitsStored
}

const bytes = (pixels: Uint8Array, isSigned: boolean): Int8Array | Uint8Array => isSigned ? new Int8Array(pixels.buffer, pixels.byteOffset, pixels.length) : pixels

/** 16-bit words, little endian as every platform Node runs on; copied where they do not begin at an even address. */
function words(pixels: Uint8Array, isSigned: boolean): Int16Array | Uint16Array {
  const { buffer, byteOffset, length } = pixels.byteOffset % 2 === 0 ? pixels : new Uint8Array(pixels)
  return isSigned ? new Int16Array(buffer, byteOffset, length >> 1) : new Uint16Array(buffer, byteOffset, length >> 1)
}
