/** What one object may cost its reader. */
export interface ReadLimits {
  /** Longest value kept, bytes; a longer one is only located. */
  readonly maxKeptValueBytes: number
  /** Kept bytes of all values together, and of fragment heads and tails. */
  readonly maxKeptBytes: number
  /** Sequences inside sequences. */
  readonly maxDepth: number
  /** Elements, items and fragments of one object together; each costs about 100 bytes of memory. */
  readonly maxElements: number
  /** Longest Basic or Extended Offset Table, bytes: kept beyond `maxKeptValueBytes`, since frames are found by it. */
  readonly maxOffsetTableBytes: number
  /** Bytes that a deflated data set may become. */
  readonly maxInflatedBytes: number
}

export const defaultReadLimits: ReadLimits = {
  maxKeptValueBytes: 64 * 1024,
  maxKeptBytes: 128 * 1024 * 1024,
  maxDepth: 64,
  maxElements: 1_000_000,
  maxOffsetTableBytes: 8 * 1024 * 1024,
  maxInflatedBytes: 2 * 1024 ** 3,
}
