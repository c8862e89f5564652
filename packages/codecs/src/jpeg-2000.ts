/** JPEG 2000 Part 1 (ISO 15444-1). */
import type { Codec } from './codec.ts'
import { jpeg2000Header, requireSamePicture } from './codestream.ts'
import { afterComponentTransform, beforeComponentTransform } from './component-transform.ts'
import { decodedBy, loadModule, type Decoder } from './embind.ts'
import { encodeWith } from './libjpeg-openjpeg.ts'
import { encoderSamples, inContainer } from './samples.ts'

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

  async decode(bytes, format) {
    const header = jpeg2000Header(bytes)
    requireSamePicture(header, format)
    const { J2KDecoder } = await open()
    const samples = decodedBy(new J2KDecoder(), bytes)
    return { pixels: inContainer(samples, header.precision, header.isSigned, format), format: afterComponentTransform(format, header) }
  },

  encode({ pixels, format }, transferSyntaxUID, { jpeg2000Ratio = 10 }) {
    const { samples, precision } = encoderSamples(pixels, format)
    const bytes = encodeWith('EncodeJpeg2000', samples, format, { allocated: precision <= 8 ? 8 : 16, precision }, {
      lossy: transferSyntaxUID === lossy, rate: jpeg2000Ratio, transformComponents: format.PhotometricInterpretation === 'RGB',
    })
    return { bytes, format: beforeComponentTransform(format, jpeg2000Header(bytes)) }
  },
}
