import { deflateRawSync } from 'node:zlib'
import { encodeInstance, transferSyntax, type DicomJson, type EncapsulatedPixelData, type EncodeInstanceOptions } from '@isocenter/dicom'
import { rleFrame } from './rle.ts'

const ExplicitVRLittleEndian = '1.2.840.10008.1.2.1'
const RLELossless = '1.2.840.10008.1.2.5'
const DeflatedImageFrameCompression = '1.2.840.10008.1.2.8.1'

export type BytesOptions = Partial<EncodeInstanceOptions> & {
  /** Which offset table is written when frames are compressed here. */
  readonly offsetTable?: EncapsulatedPixelData['offsetTable']
}

/**
 * The Part 10 file of a synthetic instance, Explicit VR Little Endian when nothing else is asked for. For RLE Lossless and
 * Deflated Image Frame Compression the native frames are compressed, one fragment each; every other encapsulated
 * transfer syntax needs its frames in `pixelData`.
 */
export function bytesOf(instance: DicomJson, { offsetTable, ...options }: BytesOptions = {}): Uint8Array {
  const transferSyntaxUID = options.transferSyntaxUID ?? ExplicitVRLittleEndian
  const pixelData = options.pixelData ?? compressed(instance, transferSyntaxUID, offsetTable)
  return encodeInstance(instance, { ...options, transferSyntaxUID, ...(pixelData === undefined ? {} : { pixelData }) })
}

function compressed(instance: DicomJson, transferSyntaxUID: string, offsetTable: BytesOptions['offsetTable']): EncapsulatedPixelData | undefined {
  const native = instance['7FE00010']?.InlineBinary
  if (native === undefined || !transferSyntax(transferSyntaxUID)?.encapsulated) return undefined
  const shape = { SamplesPerPixel: number(instance, '00280002', 1), BitsAllocated: number(instance, '00280100', 8) }
  const frames = nativeFrames(Buffer.from(native, 'base64'), number(instance, '00280008', 1), {
    ...shape,
    pixels: number(instance, '00280010', 0) * number(instance, '00280011', 0),
  })
  const encode = encoders[transferSyntaxUID]
  if (!encode) throw new Error(`frames for ${transferSyntaxUID} must be given: nothing here compresses them`)
  return { frames: frames.map((frame) => [encode(frame, shape)]), ...(offsetTable === undefined ? {} : { offsetTable }) }
}

const encoders: Record<string, (frame: Uint8Array, shape: { SamplesPerPixel: number; BitsAllocated: number }) => Uint8Array> = {
  [RLELossless]: rleFrame,
  [DeflatedImageFrameCompression]: (frame) => deflateRawSync(frame),
}

function nativeFrames(pixels: Uint8Array, count: number, shape: { pixels: number; SamplesPerPixel: number; BitsAllocated: number }): Uint8Array[] {
  if (shape.BitsAllocated % 8 !== 0) throw new Error('frames of less than a byte a sample must be given already compressed')
  const frameBytes = (shape.pixels * shape.SamplesPerPixel * shape.BitsAllocated) / 8
  return Array.from({ length: count }, (_, index) => pixels.subarray(index * frameBytes, (index + 1) * frameBytes))
}

function number(instance: DicomJson, key: string, otherwise: number): number {
  return Number(instance[key]?.Value?.[0] ?? otherwise)
}
