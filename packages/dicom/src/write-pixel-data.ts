/** Encapsulated Pixel Data: frames and their fragments → the items of one undefined-length element (PS3.5 §A.4). */
import { DicomWriteError } from './write-error.ts'
import type { InstancePiece } from './write-piece.ts'

const PIXEL_DATA = 0x7fe00010
const ITEM_HEADER_BYTES = 8
const MAX_BASIC_OFFSET = 0xffff_ffff

export interface EncapsulatedPixelData<P extends InstancePiece = Uint8Array> {
  /** Per frame its fragments, in order; most frames have one. */
  readonly frames: readonly (readonly P[])[]
  /**
   * `basic` fills the Basic Offset Table, `extended` the Extended Offset Table (7FE0,0001) and (7FE0,0002) with an empty
   * Basic Offset Table, `none` (what is taken when absent) leaves both out.
   */
  readonly offsetTable?: 'basic' | 'extended' | 'none'
}

/** The two values of an Extended Offset Table, little endian as every encapsulated transfer syntax is (PS3.3 §C.7.6.3.1.8). */
export interface ExtendedOffsetTable {
  readonly offsets: Uint8Array
  readonly lengths: Uint8Array
}

/**
 * The value field of encapsulated Pixel Data: Basic Offset Table item, one item a fragment, Sequence Delimitation Item.
 * The fragments are passed on, not copied.
 * @throws DicomWriteError when the Basic Offset Table cannot hold an offset
 */
export function encapsulated({ frames, offsetTable = 'none' }: EncapsulatedPixelData<InstancePiece>): InstancePiece[] {
  const chunks: InstancePiece[] = offsetTable === 'basic' ? [itemHeader(frames.length * 4), basicOffsets(frames)] : [itemHeader(0)]
  for (const fragment of frames.flat()) {
    chunks.push(itemHeader(evenLength(fragment.length)), fragment)
    if (fragment.length % 2 === 1) chunks.push(new Uint8Array(1))
  }
  chunks.push(Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]))
  return chunks
}

/**
 * Offsets and lengths of the frames for (7FE0,0001) and (7FE0,0002); undefined when no Extended Offset Table is asked for.
 * @throws DicomWriteError when a frame has more than one fragment, which the table cannot express
 */
export function extendedOffsetTable({ frames, offsetTable }: EncapsulatedPixelData<InstancePiece>): ExtendedOffsetTable | undefined {
  if (offsetTable !== 'extended') return undefined
  const offsets = Buffer.alloc(frames.length * 8)
  const lengths = Buffer.alloc(frames.length * 8)
  let position = 0
  for (const [index, fragments] of frames.entries()) {
    const fragment = fragments[0]
    if (!fragment || fragments.length > 1) throw new DicomWriteError('pixelData', PIXEL_DATA, 'with an Extended Offset Table every frame is one fragment')
    offsets.writeBigUInt64LE(BigInt(position), index * 8)
    // The length without the padding byte: what a decoder should see.
    lengths.writeBigUInt64LE(BigInt(fragment.length), index * 8)
    position += ITEM_HEADER_BYTES + evenLength(fragment.length)
  }
  return { offsets, lengths }
}

function basicOffsets(frames: EncapsulatedPixelData<InstancePiece>['frames']): Uint8Array {
  const table = Buffer.alloc(frames.length * 4)
  let position = 0
  for (const [index, fragments] of frames.entries()) {
    if (position > MAX_BASIC_OFFSET) throw new DicomWriteError('tooLong', PIXEL_DATA, 'a frame begins beyond what a Basic Offset Table can say')
    table.writeUInt32LE(position, index * 4)
    for (const fragment of fragments) position += ITEM_HEADER_BYTES + evenLength(fragment.length)
  }
  return table
}

function itemHeader(length: number): Uint8Array {
  const header = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0])
  header.writeUInt32LE(length, 4)
  return header
}

const evenLength = (length: number): number => length + (length % 2)
