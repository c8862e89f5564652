/** Where each frame of an instance lies in its stored bytes, so that a frame is a ranged read and never a parse. */
import { wordsSwapped } from './swap-words.ts'

/** Frames that lie one behind the other without anything between them (PS3.5 §8.1.1); those of 1 bit a pixel may begin inside a byte (§8.2). */
export interface NativeFrames {
  readonly kind: 'native'
  /** First byte of the first frame, from the start of the object. */
  readonly offset: number
  readonly frameBits: number
  readonly numberOfFrames: number
  /** Bytes of the words that are stored most significant byte first (PS3.5 §7.3); 1 where nothing is to be swapped. */
  readonly wordBytes: number
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
  /**
   * Where in the range's bytes the frame begins, in bits from the least significant of the first byte, once they are little
   * endian (PS3.5 §8.2); absent when it is 0.
   */
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

/** Whether the stored bytes of a range are the frame already; else `frameOfRange` makes it of them. */
export function isStoredAsServed(index: NativeFrames, range: FrameRange): boolean {
  return index.wordBytes === 1 && range.firstBit === undefined && index.frameBits % 8 === 0
}

/**
 * A native frame as it is served: little endian (PS3.18 §8.7.3.5), beginning at the first bit, unused bits of its last byte zero.
 * `stored` are the bytes of the whole range, unchanged afterwards.
 */
export function frameOfRange({ frameBits, wordBytes }: NativeFrames, { firstBit = 0 }: FrameRange, stored: Uint8Array): Uint8Array {
  const bytes = wordsSwapped(stored, wordBytes).subarray(firstBit >> 3)
  return firstBit % 8 === 0 && frameBits % 8 === 0 ? bytes.subarray(0, frameBits / 8) : shifted(bytes, firstBit % 8, frameBits)
}

function shifted(bytes: Uint8Array, firstBit: number, bits: number): Uint8Array {
  const aligned = new Uint8Array(Math.ceil(bits / 8))
  for (let index = 0; index < aligned.length; index++) {
    aligned[index] = ((bytes[index] ?? 0) >> firstBit) | (((bytes[index + 1] ?? 0) << (8 - firstBit)) & 0xff)
  }
  const last = aligned.length - 1
  aligned[last] = (aligned[last] ?? 0) & (0xff >> (aligned.length * 8 - bits))
  return aligned
}

/** The range of whole words that holds a frame, since a word can only be swapped whole. */
function nativeRange({ offset, frameBits, wordBytes }: NativeFrames, frameIndex: number): FrameRange {
  const startBit = frameIndex * frameBits
  const wordBits = wordBytes * 8
  const firstByte = Math.floor(startBit / wordBits) * wordBytes
  const endByte = Math.ceil((startBit + frameBits) / wordBits) * wordBytes
  const firstBit = startBit - firstByte * 8
  const range = { offset: offset + firstByte, length: endByte - firstByte }
  return firstBit === 0 ? range : { ...range, firstBit }
}

function fragmentRanges({ offsets, lengths }: Fragments, from: number, to: number): FrameRange[] {
  const ranges: FrameRange[] = []
  for (let index = from; index < to; index++) {
    const length = lengths[index] ?? 0
    if (length > 0) ranges.push({ offset: offsets[index] ?? 0, length })
  }
  return ranges
}
