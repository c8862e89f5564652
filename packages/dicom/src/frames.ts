/** Where each frame of an instance lies in its stored bytes, so that a frame is a ranged read and never a parse. */

/** Frames that lie one behind the other without anything between them (PS3.5 §8.1.1); those of 1 bit a pixel may begin inside a byte (§8.2). */
export interface NativeFrames {
  readonly kind: 'native'
  /** First byte of the first frame, from the start of the object. */
  readonly offset: number
  readonly frameBits: number
  readonly numberOfFrames: number
}

/** Compressed frames, each one or more fragments (PS3.5 §A.4). */
export interface EncapsulatedFrames {
  readonly kind: 'encapsulated'
  readonly fragments: Fragments
  /** For each frame the index of its first fragment, and behind the last frame the number of fragments used. */
  readonly firstFragments: Uint32Array
}

/** One stream that holds all frames, as video does (PS3.5 §8.2.5 to §8.2.9): no frame of it can be had alone. */
export interface WholeStream {
  readonly kind: 'whole'
  readonly fragments: Fragments
  readonly numberOfFrames: number
}

export type FrameIndex = NativeFrames | EncapsulatedFrames | WholeStream

/** Fragment values (item headers not included), bytes from the start of the object; one entry a fragment in both arrays. */
export interface Fragments {
  readonly offsets: Float64Array
  readonly lengths: Float64Array
}

export interface FrameRange {
  readonly offset: number
  readonly length: number
  /** Bit of the first byte that the frame begins at, from the least significant (PS3.5 §8.2); absent when it is 0. */
  readonly firstBit?: number
}

/** How many frames can be asked for by number. */
export function addressableFrames(index: FrameIndex): number {
  if (index.kind === 'native') return index.numberOfFrames
  if (index.kind === 'encapsulated') return Math.max(0, index.firstFragments.length - 1)
  return 0
}

/**
 * The byte ranges that make up one frame, in order, frames counted from 1; undefined when there is no such frame or it cannot
 * be had alone.
 */
export function frameRanges(index: FrameIndex, frameNumber: number): readonly FrameRange[] | undefined {
  if (!Number.isInteger(frameNumber) || frameNumber < 1 || frameNumber > addressableFrames(index)) return undefined
  if (index.kind === 'native') return [nativeRange(index, frameNumber - 1)]
  if (index.kind === 'whole') return undefined
  return fragmentRanges(index.fragments, index.firstFragments[frameNumber - 1] ?? 0, index.firstFragments[frameNumber] ?? 0)
}

/** The byte ranges of the stream that holds all frames: the video of an instance whose frames cannot be had alone. */
export function wholeRanges(index: WholeStream): readonly FrameRange[] {
  return fragmentRanges(index.fragments, 0, index.fragments.offsets.length)
}

/**
 * A frame of less than whole bytes, taken out of its range and moved to begin at the first bit; unused bits of the last byte
 * are zero. `bytes` is the whole range, `firstBit` as the range said.
 */
export function alignFrame(bytes: Uint8Array, firstBit: number, frameBits: number): Uint8Array {
  const aligned = new Uint8Array(Math.ceil(frameBits / 8))
  for (let index = 0; index < aligned.length; index++) {
    aligned[index] = ((bytes[index] ?? 0) >> firstBit) | (((bytes[index + 1] ?? 0) << (8 - firstBit)) & 0xff)
  }
  const unusedBits = aligned.length * 8 - frameBits
  const last = aligned.length - 1
  if (last >= 0) aligned[last] = (aligned[last] ?? 0) & (0xff >> unusedBits)
  return aligned
}

function nativeRange({ offset, frameBits }: NativeFrames, frameIndex: number): FrameRange {
  const startBit = frameIndex * frameBits
  const firstByte = Math.floor(startBit / 8)
  const length = Math.ceil((startBit + frameBits) / 8) - firstByte
  const firstBit = startBit % 8
  return firstBit === 0 ? { offset: offset + firstByte, length } : { offset: offset + firstByte, length, firstBit }
}

function fragmentRanges({ offsets, lengths }: Fragments, from: number, to: number): FrameRange[] {
  const ranges: FrameRange[] = []
  for (let index = from; index < to; index++) {
    const length = lengths[index] ?? 0
    if (length > 0) ranges.push({ offset: offsets[index] ?? 0, length })
  }
  return ranges
}
