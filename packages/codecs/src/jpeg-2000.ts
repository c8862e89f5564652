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
    return (isRGB(format) ? await provenTransformed(samples, pixels, format) : undefined) ?? encode(samples, format, { lossy: false, transformComponents: false })
  },
}

const isRGB = ({ PhotometricInterpretation }: FrameFormat): boolean => PhotometricInterpretation === 'RGB'

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

/**
 * The frame with its components transformed, or undefined where that would lose. The encoder always writes two guard bits
 * (ISO 15444-1 E.1), which the colour differences outgrow in pictures with edges between strong colours: without a word, it
 * then writes a stream that decodes to others. Differences that cannot grow so far are believed, all others decoded again.
 */
async function provenTransformed(samples: EncoderSamples, pixels: Uint8Array, format: FrameFormat): Promise<EncodedFrame | undefined> {
  try {
    const encoded = encode(samples, format, { lossy: false, transformComponents: true })
    if (hasMildColours(samples) || Buffer.compare((await decode(encoded.bytes, encoded.format)).pixels, pixels) === 0) return encoded
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
  }
  return undefined
}

/** Below this the rounding of each level counts as well. */
const leastMildPrecision = 4

/**
 * Whether red and blue stay within half the range of green. Five levels of the reversible wavelet make a value at most 2.9
 * times as large in LL, 5 in HL and LH, 9 in HH; the bits there are let it grow to 4, 8 and 16 times half the range.
 */
function hasMildColours({ samples, precision }: EncoderSamples): boolean {
  if (precision < leastMildPrecision) return false
  const most = 2 ** (precision - 1)
  for (let red = 0; red + 2 < samples.length; red += 3) {
    const green = samples[red + 1] ?? 0
    if (Math.abs((samples[red] ?? 0) - green) > most || Math.abs((samples[red + 2] ?? 0) - green) > most) return false
  }
  return true
}
