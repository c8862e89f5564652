/** What is sent of a stored object whose encoding changes: bytes made here, and ranges copied out of the stored object. */
import type { Tag } from './tag.ts'
import { vrTraits, type VR } from './vr.ts'

/** Bytes to send: made here, or to be copied out of the stored object. */
export type ReencodedPiece = Uint8Array | StoredRange

/** Bytes of the stored object, offsets as in `DataElement.offset`. */
export interface StoredRange {
  readonly offset: number
  readonly length: number
  /** Bytes of the words to be reversed, 1 for none. */
  readonly wordBytes: number
}

/** Bytes all pieces make together. */
export function lengthOfPieces(pieces: readonly ReencodedPiece[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}

/** Gathers small pieces into larger ones, so that a data set of a thousand elements is a few writes. */
export class Pieces {
  readonly #pieces: ReencodedPiece[] = []
  #gathered: Uint8Array[] = []

  bytes(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#gathered.push(bytes)
  }

  range(range: StoredRange): void {
    this.#flush()
    this.#pieces.push(range)
  }

  header(tag: Tag, vr: VR, length: number): void {
    const isLong = vrTraits(vr).hasLongLength
    const header = Buffer.alloc(isLong ? 12 : 8)
    writeTag(header, tag)
    header.write(vr, 4, 'latin1')
    if (isLong) header.writeUInt32LE(length, 8)
    else header.writeUInt16LE(length, 6)
    this.bytes(header)
  }

  tagAndLength(tag: Tag, length: number): void {
    const header = Buffer.alloc(8)
    writeTag(header, tag)
    header.writeUInt32LE(length, 4)
    this.bytes(header)
  }

  all(): ReencodedPiece[] {
    this.#flush()
    return this.#pieces
  }

  #flush(): void {
    if (this.#gathered.length > 0) this.#pieces.push(Buffer.concat(this.#gathered))
    this.#gathered = []
  }
}

function writeTag(header: Buffer, tag: Tag): void {
  header.writeUInt16LE(tag >>> 16, 0)
  header.writeUInt16LE(tag & 0xffff, 2)
}
