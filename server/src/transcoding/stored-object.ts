/** A stored object parsed again, and sent with another encoding around its long values. */
import { InstanceReader, wordsSwapped, type ParsedInstance, type ReencodedPiece } from '@isocenter/dicom'
import type { BlobStore } from '../storage/index.ts'
import { readStored, type StoredObject } from './stored-bytes.ts'

/** The structure of the object, of which long values are left out. @throws DicomReadError */
export async function parseStored(blobs: BlobStore, blobKey: string, signal: AbortSignal): Promise<ParsedInstance> {
  const reader = new InstanceReader({})
  for await (const chunk of await blobs.read(blobKey, undefined, signal) as AsyncIterable<Buffer>) {
    const read = reader.write(chunk)
    if (read) await read
  }
  return reader.end()
}

/** The bytes of the pieces in order, long values passed on as they are read. */
export async function* sentPieces(blobs: BlobStore, object: StoredObject, pieces: readonly ReencodedPiece[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece
    else yield* swapped(await readStored(blobs, object, piece, signal), piece.wordBytes)
  }
}

/** The same bytes with those of every word reversed, wherever chunks end. */
export async function* swapped(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, wordBytes: number): AsyncGenerator<Uint8Array> {
  if (wordBytes === 1) {
    yield* chunks
    return
  }
  let carried: Uint8Array = new Uint8Array(0)
  for await (const chunk of chunks) {
    const bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk])
    const whole = bytes.length - (bytes.length % wordBytes)
    if (whole > 0) yield wordsSwapped(bytes.subarray(0, whole), wordBytes)
    carried = bytes.subarray(whole)
  }
  if (carried.length > 0) yield carried
}
