/** Makes the ready-made metadata of a series: one object, compressed as a whole, so a fraction of its pieces. */
import { pipeline } from 'node:stream/promises'
import { constants, createDeflateRaw, createGunzip } from 'node:zlib'
import type { Catalogue, SeriesEdition } from '../../catalogue/index.ts'
import { arrayEnd, arrayStart, joined, sizeOfArray } from '../../platform/gzip-array.ts'
import { newDerivedBlobKey, type BlobStore, type BlobWriter } from '../../storage/index.ts'
import { gzippedArray } from './array.ts'

export interface MakeDeps {
  readonly catalogue: Pick<Catalogue, 'readPieces' | 'forgetReadyMetadata' | 'nameReadyMetadata'>
  readonly blobs: Pick<BlobStore, 'create' | 'read' | 'delete'>
}

/**
 * Stores the metadata of a series as one object and names it; false when the series changed meanwhile or another server was
 * first, with nothing left behind. Bytes are streamed, and squeezed in another thread.
 * @throws EditionOutdated, BlobStoreError
 */
export async function makeReadyMetadata({ catalogue, blobs }: MakeDeps, series: SeriesEdition): Promise<boolean> {
  const { textBytes, crc32 } = joined(series.pieces)
  const blobKey = newDerivedBlobKey('derived/metadata/', series.organisationId, new Date())
  const writer = await blobs.create(blobKey, { contentType: 'application/gzip' })
  const ready = { blobKey, textBytes, crc32, deflatedBytes: 0 }
  try {
    await writer.write(arrayStart)
    // Inflating checks the length and the CRC of what was joined.
    await pipeline(
      gzippedArray({ catalogue, blobs }, { series: [{ ...series, ready: undefined }] }),
      createGunzip(),
      (text: AsyncIterable<Buffer>) => withoutBrackets(text, textBytes),
      // Ends at a byte with no block marked as the last, so that the arrays of a study's series can be joined in turn.
      createDeflateRaw({ level: 6, finishFlush: constants.Z_SYNC_FLUSH }),
      async (deflated: AsyncIterable<Buffer>) => { ready.deflatedBytes = await writeAll(writer, deflated) },
    )
    await writer.write(arrayEnd(sizeOfArray([ready])))
  } catch (error) {
    await writer.abort()
    throw error
  }
  await writer.commit()
  const isNamed = await catalogue.nameReadyMetadata(series, ready)
  if (!isNamed) await blobs.delete(blobKey)
  return isNamed
}

/** @param insideBytes bytes between the brackets */
async function* withoutBrackets(text: AsyncIterable<Buffer>, insideBytes: number): AsyncGenerator<Buffer> {
  let offset = 0
  for await (const chunk of text) {
    const inside = chunk.subarray(Math.max(0, 1 - offset), Math.max(0, Math.min(chunk.length, 1 + insideBytes - offset)))
    offset += chunk.length
    if (inside.length > 0) yield inside
  }
}

async function writeAll(writer: BlobWriter, chunks: AsyncIterable<Buffer>): Promise<number> {
  let byteLength = 0
  for await (const chunk of chunks) {
    byteLength += chunk.length
    await writer.write(chunk)
  }
  return byteLength
}
