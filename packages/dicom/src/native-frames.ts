import type { FrameWarning } from './frame-warning.ts'
import type { NativeFrames } from './frames.ts'
import type { Tag } from './tag.ts'

const NUMBER_OF_FRAMES = 0x00280008
const ROWS = 0x00280010

/** What the size of a native frame follows from (PS3.3 §C.7.6.3); undefined where the instance has no usable value. */
export interface FrameGeometry {
  readonly Rows: number | undefined
  readonly Columns: number | undefined
  readonly SamplesPerPixel: number | undefined
  /** Of Float and Double Float Pixel Data 32 and 64, whatever the instance says. */
  readonly BitsAllocated: number | undefined
  readonly PhotometricInterpretation: string | undefined
}

export interface NativePixelData {
  readonly tag: Tag
  readonly offset: number
  readonly length: number
  /** Bytes of the words that are stored most significant byte first; 1 where nothing is to be swapped. */
  readonly wordBytes: number
}

/**
 * The frames of native Pixel Data, as many as are there completely; undefined when the geometry is missing.
 * `NumberOfFrames` is undefined when the instance gives no valid one, which means a single frame.
 */
export function nativeFrames(pixelData: NativePixelData, geometry: FrameGeometry, NumberOfFrames: number | undefined, warnings: FrameWarning[]): NativeFrames | undefined {
  const declared = NumberOfFrames ?? 1
  const { offset, length, wordBytes } = pixelData
  const presentBits = (length - (length % wordBytes)) * 8
  const frameBits = frameBitsOf(geometry, presentBits, declared)
  if (frameBits === undefined || !Number.isSafeInteger(frameBits)) {
    warnings.push({ code: 'geometry', tag: ROWS })
    return undefined
  }
  const present = Math.floor(presentBits / frameBits)
  if (present < declared) warnings.push({ code: 'pixelDataShort', tag: pixelData.tag })
  else if (present > declared && frameBits >= 16) warnings.push({ code: 'numberOfFrames', tag: NUMBER_OF_FRAMES })
  return { kind: 'native', offset, frameBits, numberOfFrames: Math.min(present, declared), wordBytes }
}

function frameBitsOf({ Rows, Columns, SamplesPerPixel, BitsAllocated, PhotometricInterpretation }: FrameGeometry, presentBits: number, frames: number): number | undefined {
  if (!Rows || !Columns || !SamplesPerPixel || !BitsAllocated) return undefined
  const pixelBits = Rows * Columns * BitsAllocated
  const fullBits = pixelBits * SamplesPerPixel
  // Two pixels share their colour differences, so a pixel is two samples (PS3.3 §C.7.6.3.1.2). Some senders say 4:2:2 and
  // write three samples all the same; the length tells.
  const isSubsampled = PhotometricInterpretation === 'YBR_FULL_422' || PhotometricInterpretation === 'YBR_PARTIAL_422'
  const isWrittenInFull = presentBits >= fullBits * frames
  return isSubsampled && SamplesPerPixel === 3 && !isWrittenInFull ? pixelBits * 2 : fullBits
}
