/** JPEG 2000 Part 1 (ISO 15444-1). */
import type { Codec, EncodedFrame } from './codec.ts'
import { CodecError } from './codec-error.ts'
import { jpeg2000Header, requireSamePicture } from './codestream.ts'
import { afterComponentTransform, beforeComponentTransform } from './component-transform.ts'
import { decodedBy, loadModule, type Decoder } from './embind.ts'
import type { FrameFormat, NativeFrame } from './frame-format.ts'
import { encodeWith, type EncoderSettings } from './libjpeg-openjpeg.ts'
import { encoderSamples, inContainer, type EncoderSamples } from './samples.ts'

const lossy = '1.2.840.10008.1.2.4.91'
/** Five resolutions do not go into less: the encoder breaks off. */
const smallestEncoded = 32

interface OpenJPEG {
  readonly J2KDecoder: new () => Decoder
}

let opened: Promise<OpenJPEG> | undefined
const open = (): Promise<OpenJPEG> => opened ??= loadModule<OpenJPEG>('@cornerstonejs/codec-openjpeg/wasmjs')

export const jpeg2000: Codec = {
  // What OpenJPEG makes of signed bytes is not known to be right: no sample.
  decodes: ({ BitsAllocated, PixelRepresentation, SamplesPerPixel }) =>
    (BitsAllocated === 1 || (BitsAllocated === 8 && PixelRepresentation === 0) || BitsAllocated === 16) && SamplesPerPixel !== 4,

  // The encoder gets wrong words where a pixel has three of them.
  encodes: ({ Rows, Columns, BitsAllocated, PixelRepresentation, SamplesPerPixel }) =>
    (BitsAllocated === 1 || (BitsAllocated === 8 && PixelRepresentation === 0) || (BitsAllocated === 16 && SamplesPerPixel === 1))
    && SamplesPerPixel !== 4 && Math.min(Rows, Columns) >= smallestEncoded,

  decode,

  async encode({ pixels, format }, transferSyntaxUID, { jpeg2000Ratio = 10 }) {
    const samples = encoderSamples(pixels, format)
    if (transferSyntaxUID === lossy) return encode(samples, format, { lossy: true, rate: jpeg2000Ratio, transformComponents: isRGB(format) })
    let refusal: unknown
    for (const attempt of attemptsAt(samples, format)) {
      try {
        const encoded = encode(attempt.samples, format, { lossy: false, transformComponents: attempt.transformComponents })
        if (attempt.isBelieved || Buffer.compare((await decode(encoded.bytes, encoded.format)).pixels, pixels) === 0) return encoded
      } catch (error) {
        if (!(error instanceof CodecError)) throw error
        refusal = error
      }
    }
    throw refusal ?? new CodecError('unsupported', 'the encoder keeps not every pixel of the frame')
  },
}

const isRGB = ({ PhotometricInterpretation, SamplesPerPixel }: FrameFormat): boolean => PhotometricInterpretation === 'RGB' && SamplesPerPixel === 3

async function decode(bytes: Uint8Array, format: FrameFormat): Promise<NativeFrame> {
  const header = jpeg2000Header(bytes)
  requireSamePicture(header, format)
  const { J2KDecoder } = await open()
  const samples = decodedBy(new J2KDecoder(), bytes)
  return { pixels: inContainer(samples, header.precision, header.isSigned, format), format: afterComponentTransform(format, header) }
}

function encode({ samples, precision }: EncoderSamples, format: FrameFormat, settings: EncoderSettings): EncodedFrame {
  const bytes = encodeWith('EncodeJpeg2000', samples, format, { allocated: precision <= 8 ? 8 : 16, precision }, settings)
  return { bytes, format: beforeComponentTransform(format, jpeg2000Header(bytes)) }
}

interface Attempt {
  readonly samples: EncoderSamples
  readonly transformComponents: boolean
  /** Loses nothing whatever the picture; others are decoded again. */
  readonly isBelieved: boolean
}

/**
 * How a frame may be kept whole, best first. The encoder always writes two guard bits (ISO 15444-1 E.1), which colour
 * differences outgrow in pictures with edges between strong colours, and rounding in samples of few bits: without a word, it
 * then writes a stream that decodes to others. And it refuses samples of few bits that need more room than they have
 * uncompressed, as noise does. Told of eight bits, it has room for both.
 */
function attemptsAt(samples: EncoderSamples, format: FrameFormat): Attempt[] {
  const isBelieved = samples.precision >= leastBelieved
  return [
    ...(isRGB(format) ? [{ samples, transformComponents: true, isBelieved: isBelieved && hasMildColours(samples) }] : []),
    { samples, transformComponents: false, isBelieved },
    ...(format.BitsAllocated > 1 && samples.precision < 8 ? [{ samples: { ...samples, precision: 8 }, transformComponents: false, isBelieved: true }] : []),
  ]
}

/**
 * Five levels of the reversible wavelet make of values up to half the range at most 2.92 times as much in LL, 4.82 in HL and
 * LH, 7.96 in HH, to which their rounding adds no more than 22, 33 and 50; the guard bits let them grow to 4, 8 and 16 times.
 */
const leastBelieved = 6

/** Whether red and blue stay within half the range of green: their differences are no larger than samples then. */
function hasMildColours({ samples, precision }: EncoderSamples): boolean {
  const most = 2 ** (precision - 1)
  for (let red = 0; red + 2 < samples.length; red += 3) {
    const green = samples[red + 1] ?? 0
    if (Math.abs((samples[red] ?? 0) - green) > most || Math.abs((samples[red + 2] ?? 0) - green) > most) return false
  }
  return true
}
