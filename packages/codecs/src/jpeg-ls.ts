/** JPEG-LS (ISO 14495-1), lossless and near-lossless. */
import type { Codec } from './codec.ts'
import { jpegHeader, requireSamePicture } from './codestream.ts'
import { decodedBy, encodedBy, frameInfoOf, loadModule, type Decoder, type Encoder } from './embind.ts'
import type { FrameFormat } from './frame-format.ts'
import { inContainer, unsignedEncoderSamples } from './samples.ts'

const nearLossless = '1.2.840.10008.1.2.4.81'
const bySample = 2
const byPlane = 0

interface JpegLSEncoder extends Encoder {
  readonly setNearLossless: (permittedError: number) => void
  readonly setInterleaveMode: (mode: number) => void
}

interface CharLS {
  readonly JpegLSDecoder: new () => Decoder
  readonly JpegLSEncoder: new () => JpegLSEncoder
}

let opened: Promise<CharLS> | undefined
const open = (): Promise<CharLS> => opened ??= loadModule<CharLS>('@cornerstonejs/codec-charls/wasmjs')

const takes = ({ BitsAllocated, SamplesPerPixel }: FrameFormat): boolean => (BitsAllocated === 8 || BitsAllocated === 16) && SamplesPerPixel !== 4

export const jpegLS: Codec = {
  decodes: takes,
  encodes: takes,

  async decode(bytes, format) {
    const header = jpegHeader(bytes)
    requireSamePicture(header, format)
    const { JpegLSDecoder } = await open()
    const samples = decodedBy(new JpegLSDecoder(), bytes)
    return { pixels: inContainer(samples, header.precision, false, format), format: { ...format, PlanarConfiguration: 0 } }
  },

  async encode({ pixels, format }, transferSyntaxUID, { nearLossless: permittedError = 2 }) {
    const { JpegLSEncoder } = await open()
    const encoder = new JpegLSEncoder()
    encoder.setNearLossless(transferSyntaxUID === nearLossless ? permittedError : 0)
    encoder.setInterleaveMode(format.SamplesPerPixel === 1 ? byPlane : bySample)
    const { samples, precision } = unsignedEncoderSamples(pixels, format)
    // ISO 14495-1 has no samples of one bit.
    return { bytes: encodedBy(encoder, samples, frameInfoOf(format, Math.max(2, precision), false)), format }
  },
}
