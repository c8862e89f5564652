/** High-Throughput JPEG 2000 (ISO 15444-15). */
import type { Codec } from './codec.ts'
import { jpeg2000Header, requireSamePicture } from './codestream.ts'
import { afterComponentTransform, beforeComponentTransform } from './component-transform.ts'
import { decodedBy, encodedBy, frameInfoOf, loadModule, type Decoder, type Encoder } from './embind.ts'
import type { FrameFormat } from './frame-format.ts'
import { encoderSamples, inContainer } from './samples.ts'

const lossy = '1.2.840.10008.1.2.4.203'

interface HTJ2KEncoder extends Encoder {
  readonly setQuality: (isReversible: boolean, quantizationStep: number) => void
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

const takes = ({ BitsAllocated, SamplesPerPixel }: FrameFormat): boolean => BitsAllocated <= 8 || (BitsAllocated === 16 && SamplesPerPixel === 1)

export const htj2k: Codec = {
  // OpenJPH's front end here gives and takes wrong words where a pixel has three of them.
  decodes: takes,
  encodes: takes,

  async decode(bytes, format) {
    const header = jpeg2000Header(bytes)
    requireSamePicture(header, format)
    const { HTJ2KDecoder } = await open()
    const samples = decodedBy(new HTJ2KDecoder(), bytes)
    return { pixels: inContainer(samples, header.precision, header.isSigned, format), format: afterComponentTransform(format, header) }
  },

  async encode({ pixels, format }, transferSyntaxUID, { quantizationStep = 0.002 }) {
    const { HTJ2KEncoder } = await open()
    const { samples, precision } = encoderSamples(pixels, format)
    const encoder = new HTJ2KEncoder()
    encoder.setQuality(transferSyntaxUID !== lossy, quantizationStep)
    // One order for all three: every .201 is a .202 then, which lets a reader fetch the low resolutions first (PS3.5 §A.4.4).
    encoder.setProgressionOrder(2)
    encoder.setTLMMarker(true)
    encoder.setTilePartDivisionsAtResolutions(true)
    const info = { ...frameInfoOf(format, precision, format.PixelRepresentation === 1), isUsingColorTransform: format.PhotometricInterpretation === 'RGB' }
    const bytes = encodedBy(encoder, samples, info)
    return { bytes, format: beforeComponentTransform(format, jpeg2000Header(bytes)) }
  },
}
