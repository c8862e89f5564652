/** What the samples of one frame are: the attributes of the Image Pixel module (PS3.3 §C.7.6.3) a codec needs. */
import { CodecError } from './codec-error.ts'

export interface FrameFormat {
  readonly Rows: number
  readonly Columns: number
  readonly SamplesPerPixel: number
  /** 1, 8, 16 or 32. */
  readonly BitsAllocated: number
  readonly BitsStored: number
  /** BitsStored - 1 where absent. */
  readonly HighBit?: number
  /** 0 unsigned, 1 two's complement. */
  readonly PixelRepresentation: number
  readonly PhotometricInterpretation: string
  /** 0 colour by pixel, 1 colour by plane; of no meaning for one sample a pixel. */
  readonly PlanarConfiguration: number
}

/** A frame without compression: little endian, colour by pixel, 1-bit frames packed from the least significant bit (PS3.5 §8.1, §8.2). */
export interface NativeFrame {
  readonly pixels: Uint8Array
  /** What `pixels` really are: the photometric interpretation after decoding, PlanarConfiguration 0. */
  readonly format: FrameFormat
}

/** Frames larger than this are refused: codecs hold them whole, several times. 512 MiB. */
export const maxFrameBytes = 512 * 1024 * 1024

/** Samples a frame has. */
export function samplesOf({ Rows, Columns, SamplesPerPixel, PhotometricInterpretation }: FrameFormat): number {
  // Two pixels share their colour difference samples (PS3.3 §C.7.6.3.1.2).
  if (PhotometricInterpretation === 'YBR_FULL_422' && SamplesPerPixel === 3) return Rows * Math.ceil(Columns / 2) * 4
  return Rows * Columns * SamplesPerPixel
}

/** Bytes of the frame without compression; those of a YBR_FULL_422 frame with its colour differences halved. */
export function nativeFrameBytes(format: FrameFormat): number {
  return format.BitsAllocated === 1 ? Math.ceil(samplesOf(format) / 8) : samplesOf(format) * (format.BitsAllocated / 8)
}

/**
 * The same format, once it is certain that a codec may rely on it.
 * @throws CodecError unsupported when its numbers make no frame, tooLarge
 */
export function checkedFormat(format: FrameFormat): FrameFormat {
  const { Rows, Columns, SamplesPerPixel, BitsAllocated, BitsStored } = format
  // How three samples of a bit would be packed is said nowhere.
  if (BitsAllocated === 1 && SamplesPerPixel !== 1) throw new CodecError('unsupported', 'a pixel of bits has one sample')
  const isSized = [Rows, Columns].every((size) => Number.isInteger(size) && size >= 1 && size <= 0xffff)
  if (!isSized || ![1, 3, 4].includes(SamplesPerPixel) || ![1, 8, 16, 32].includes(BitsAllocated)) throw new CodecError('unsupported', 'the frame has no size or sample format a codec takes')
  if (!Number.isInteger(BitsStored) || BitsStored < 1 || BitsStored > BitsAllocated) throw new CodecError('unsupported', 'Bits Stored does not go with Bits Allocated')
  if (nativeFrameBytes(format) > maxFrameBytes) throw new CodecError('tooLarge', 'the frame is larger than a codec takes')
  return format
}
