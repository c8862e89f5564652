/** Pieces of an object that is being written: bytes, and places for bytes that are elsewhere. */

/** Bytes the writer passes by: `length` of them from `offset` of what `source` names to the caller, little endian and as they are. */
export interface BulkPiece {
  readonly source: string
  readonly offset: number
  readonly length: number
}

/** Bytes to send, in order. */
export type InstancePiece = Uint8Array | BulkPiece

/** Whether a piece is bytes already. */
export const isBytes = (piece: InstancePiece): piece is Uint8Array => piece instanceof Uint8Array
