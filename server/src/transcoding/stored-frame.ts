/** Frames of stored instances as a codec takes them. */
import { ExplicitVRLittleEndian, frameOfRange, frameRanges, type FrameRange, type Layout } from '@isocenter/dicom'
import type { FrameFormat } from '@isocenter/codecs'
import type { BlobStore } from '../storage/index.ts'
import { readRanges } from './stored-bytes.ts'

/** What must be known of an instance to transcode it. */
export interface StoredInstance {
  readonly blobKey: string
  readonly byteLength: number
  /** Of the whole object: what was made of it stays right for as long as it is the same. */
  readonly sha256: Uint8Array
  readonly transferSyntaxUID: string
  readonly layout: Layout
}

const pixelData = '7FE00010'

/** What the frames are, as the attributes say; undefined where there are none a codec knows: video, floating point numbers, no pixels. */
export function formatOf({ frames, pixel, bulkdata }: Layout): FrameFormat | undefined {
  if (!pixel || !frames || frames.kind === 'whole' || !bulkdata.some(({ path }) => path === pixelData)) return undefined
  // An instance without Bits Stored uses what it allocates.
  return { ...pixel, BitsStored: pixel.BitsStored === 0 ? pixel.BitsAllocated : pixel.BitsStored }
}

/** The transfer syntax frames are read in: what `readFrame` gives of native ones is little endian already. */
export function frameSyntaxOf({ transferSyntaxUID, layout }: StoredInstance): string {
  return layout.frames?.kind === 'native' ? ExplicitVRLittleEndian : transferSyntaxUID
}

/** A frame's own bytes, fragments joined, native ones little endian from the first bit; undefined where there is no such frame. Frames count from 1. */
export async function readFrame(blobs: BlobStore, instance: StoredInstance, frameNumber: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const { frames } = instance.layout
  const ranges = frames && frameRanges(frames, frameNumber)
  if (!frames || !ranges) return undefined
  const stored = await bytesOf(readRanges(blobs, instance, ranges, signal), ranges)
  const [range] = ranges
  return frames.kind === 'native' && range ? frameOfRange(frames, range, stored) : stored
}

/** Bytes of all frames as they are stored. */
export function storedPixelBytes({ frames }: Layout): number {
  if (!frames) return 0
  if (frames.kind === 'native') return Math.ceil((frames.frameBits * frames.numberOfFrames) / 8)
  return frames.fragments.lengths.reduce((sum, length) => sum + length, 0)
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>, ranges: readonly FrameRange[]): Promise<Uint8Array> {
  const bytes = new Uint8Array(ranges.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for await (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes.subarray(0, offset)
}
