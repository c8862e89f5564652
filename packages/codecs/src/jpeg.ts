/** JPEG (ISO 10918-1): baseline, extended, progressive and lossless processes, 8 to 16 bits. */
import type { Codec } from './codec.ts'
import { jpegHeader, requireSamePicture } from './codestream.ts'
import { rgb } from './colour-differences.ts'
import type { FrameFormat } from './frame-format.ts'
import { decodeJpegWith, encodeWith, type Samples } from './libjpeg-openjpeg.ts'
import { inContainer, unsignedEncoderSamples } from './samples.ts'

const lossless = ['1.2.840.10008.1.2.4.57', '1.2.840.10008.1.2.4.70']
const lossy = ['1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.51']

const containerOf = (precision: number): Samples => ({ allocated: precision <= 8 ? 8 : 16, precision })

export const jpeg: Codec = {
  decodes: ({ BitsAllocated, SamplesPerPixel }) => (BitsAllocated === 8 || BitsAllocated === 16) && SamplesPerPixel !== 4,

  // The encoder with losses has 8 bits only, and no sign.
  encodes: (format, transferSyntaxUID) => lossless.includes(transferSyntaxUID)
    ? (format.BitsAllocated === 8 || format.BitsAllocated === 16) && format.SamplesPerPixel !== 4
    : lossy.includes(transferSyntaxUID) && format.BitsAllocated === 8 && format.PixelRepresentation === 0 && format.SamplesPerPixel !== 4,

  /** The samples as they were encoded: colours are not converted, so YBR_FULL_422 becomes YBR_FULL and RGB stays. */
  decode(bytes, format) {
    const header = jpegHeader(bytes)
    requireSamePicture(header, format)
    const samples = decodeJpegWith(bytes, format, containerOf(header.precision))
    return { pixels: inContainer(samples, header.precision, false, format), format: { ...format, PhotometricInterpretation: decodedAs(format), PlanarConfiguration: 0 } }
  },

  encode(frame, transferSyntaxUID, { jpegQuality = 90 }) {
    if (lossless.includes(transferSyntaxUID)) {
      const { samples, precision } = unsignedEncoderSamples(frame.pixels, frame.format)
      return { bytes: encodeWith('EncodeJpeg', samples, frame.format, containerOf(precision), { lossy: false }), format: frame.format }
    }
    const { pixels, format } = rgb(frame)
    const bytes = encodeWith('EncodeJpeg', pixels, format, containerOf(8), { lossy: true, quality: jpegQuality })
    // The encoder turns red, green and blue into luminance and colour differences, none of them halved.
    return { bytes, format: format.SamplesPerPixel === 3 ? { ...format, PhotometricInterpretation: 'YBR_FULL' } : format }
  },
}

function decodedAs({ PhotometricInterpretation, SamplesPerPixel }: FrameFormat): string {
  return SamplesPerPixel === 3 && PhotometricInterpretation.startsWith('YBR_') ? 'YBR_FULL' : PhotometricInterpretation
}
