/** Encapsulated Pixel Data (PS3.5 §A.4): where its fragments are, and enough of each to find where frames begin. */

/** Bytes kept of each fragment's beginning: the codestream's first markers. */
export const fragmentHeadBytes = 16
/** Bytes kept of each fragment's end: an end-of-image marker and its padding. */
export const fragmentTailBytes = 8

export interface FragmentTable {
  /** The Basic Offset Table: offsets of each frame's first item tag from the first one after the table; empty when it is. */
  readonly basicOffsets: Uint32Array
  /** Offset of each fragment's first data byte (after its item tag and length), as in `DataElement.offset`. */
  readonly offsets: Float64Array
  /** Bytes of data of each fragment. */
  readonly lengths: Float64Array
  /** The first 16 bytes of each fragment, one after the other; a shorter fragment is followed by zeros. */
  readonly heads: Uint8Array
  /** The last 8 bytes of each fragment, one after the other; a shorter fragment is followed by zeros. */
  readonly tails: Uint8Array
}
