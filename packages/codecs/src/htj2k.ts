/** High-Throughput JPEG 2000 (ISO 15444-15). */
import type { Codec } from './codec.ts'
import { jpeg2000Header, requireSamePicture } from './codestream.ts'
import { afterComponentTransform, beforeComponentTransform } from './component-transform.ts'
import { decodedBy, encodedBy, frameInfoOf, loadModule, type Decoder, type Encoder } from './embind.ts'
import type { FrameFormat } from './frame-format.ts'
import { jpeg2000 } from './jpeg-2000.ts'
import { encoderSamples, inContainer } from './samples.ts'

const lossy = '1.2.840.10008.1.2.4.203'

interface HTJ2KEncoder extends Encoder {
  readonly setQuality: (isReversible: boolean, quantizationStep: number) => void
  readonly setDecompositions: (count: number) => void
  /** 2: resolution, position, component, layer. */
  readonly setProgressionOrder: (order: number) => void
  readonly setTLMMarker: (isWritten: boolean) => void
  readonly setTilePartDivisionsAtResolutions: (isDivided: boolean) => void
}

interface OpenJPH {
  readonly HTJ2KDecoder: new () => Decoder
  readonly HTJ2KEncoder: new () => HTJ2KEncoder
}

let opened: Promise<OpenJPH> | undefined
const open = (): Promise<OpenJPH> => opened ??= loadModule<OpenJPH>('@cornerstonejs/codec-openjph')

export const htj2k: Codec = {
  // OpenJPH's front end here gives and takes wrong words where a pixel has three of them.
  decodes: ({ BitsAllocated, SamplesPerPixel, PixelRepresentation }) => (SamplesPerPixel === 1 ? BitsAllocated <= 16 : SamplesPerPixel === 3 && BitsAllocated === 8 && PixelRepresentation === 0),

  // And of components that are not transformed it takes the rows in another order than those of the stream: nobody else sees the picture then.
  encodes: (format) => (format.SamplesPerPixel === 1 ? format.BitsAllocated <= 16 : isRGB(format) && format.BitsAllocated === 8 && format.PixelRepresentation === 0),

  async decode(bytes, format) {
    const header = jpeg2000Header(bytes)
    requireSamePicture(header, format)
    // It gives them in that order, too; OpenJPEG has it right.
    if (format.SamplesPerPixel === 3 && !header.hasComponentTransform) return jpeg2000.decode(bytes, format)
    const { HTJ2KDecoder } = await open()
    const samples = decodedBy(new HTJ2KDecoder(), bytes)
    return { pixels: inContainer(samples, header.precision, header.isSigned, format), format: afterComponentTransform(format, header) }
  },

  async encode({ pixels, format }, transferSyntaxUID, { quantizationStep = 0.002 }) {
    const { HTJ2KEncoder } = await open()
    const { samples, precision } = encoderSamples(pixels, format)
    const isReversible = transferSyntaxUID !== lossy
    const encoder = new HTJ2KEncoder()
    encoder.setQuality(isReversible, quantizationStep)
    encoder.setDecompositions(isReversible ? reversibleLevels(isRGB(format) ? precision + 1 : precision) : mostLevels)
    // One order for all three: every .201 is a .202 then, which lets a reader fetch the low resolutions first (PS3.5 §A.4.4).
    encoder.setProgressionOrder(2)
    encoder.setTLMMarker(true)
    encoder.setTilePartDivisionsAtResolutions(true)
    const info = { ...frameInfoOf(format, precision, format.PixelRepresentation === 1), isUsingColorTransform: isRGB(format) }
    const bytes = encodedBy(encoder, samples, info)
    return { bytes, format: beforeComponentTransform(format, jpeg2000Header(bytes)) }
  },
}

const isRGB = ({ PhotometricInterpretation, SamplesPerPixel }: FrameFormat): boolean => PhotometricInterpretation === 'RGB' && SamplesPerPixel === 3

const mostLevels = 5

/**
 * Levels of the reversible wavelet that lose nothing whatever the picture. OpenJPH gives every band the bits its filters need
 * and none for their rounding: noise of one bit, or a picture laid for the fifth level, outgrows them, and without a word the
 * stream decodes to other pixels. In HH, the narrowest, the filters of the second to fifth level leave 0.875, 0.219, 0.067 and
 * 0.024 of 2^bits, and rounding takes up to 9, 21, 35 and 50 of it. One level has room from the first bit on, and none has not.
 */
function reversibleLevels(bits: number): number {
  if (bits >= 11) return mostLevels
  if (bits >= 9) return 4
  if (bits >= 7) return 3
  return bits >= 4 ? 2 : 1
}
