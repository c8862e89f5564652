/** The bytes of one request as pieces of an upload: blobs, each durable and counted before the next begins. */
import { createHash } from 'node:crypto'
import { newUploadBlobKey, type BlobStore, type BlobWriter } from '../storage/index.ts'
import { announceBlob } from '../catalogue/index.ts'
import type { Db } from '../platform/db.ts'
import { invalidUpload, uploadChecksumMismatch } from './problems.ts'
import { addPieces, dropPieces, keepAnnounced, type Lease, type Piece } from './store.ts'
import type { Checksum } from './tus.ts'

/** A piece ends with so many bytes, or after so long: what a kill or a cut line costs, and how often the database is asked. */
export interface PieceLimits {
  readonly bytes: number
  readonly ms: number
}
export const pieceLimits: PieceLimits = { bytes: 32 * 1024 * 1024, ms: 15_000 }

export interface Receiving {
  readonly db: Db
  readonly blobs: BlobStore
  readonly held: Lease
  /** Bytes the upload still lacks. */
  readonly lacking: number
  readonly checksum: Checksum | undefined
  /** When the upload is over, said anew with every piece. */
  readonly expiresAt: () => Date
  readonly limits?: PieceLimits
  /** Told with every chunk that arrives. */
  readonly onProgress: () => void
}

/**
 * Receives bytes and adds them to the upload. Without a checksum what has come stays when the body breaks off; with one, all of it counts or nothing.
 * @returns bytes that were added
 * @throws invalidUpload 400 when there are more than the upload lacks, uploadChecksumMismatch 460, LeaseLost, what the body throws
 */
export async function receivePieces(body: AsyncIterable<Uint8Array>, { db, blobs, held, lacking, checksum, expiresAt, limits = pieceLimits, onProgress }: Receiving): Promise<number> {
  const hash = checksum && createHash(checksum.algorithm)
  /** Pieces that wait for the checksum of all. */
  const waiting: Piece[] = []
  let open: OpenPiece | undefined
  let received = 0

  const add = (pieces: readonly Piece[]) => db.transaction((trx) => addPieces(trx, held, pieces, expiresAt()))
  const close = async (): Promise<void> => {
    if (!open) return
    const piece = await open.commit()
    open = undefined
    if (!checksum) await add([piece])
    else {
      waiting.push(piece)
      await keepAnnounced(db, waiting.map(({ blobKey }) => blobKey))
    }
  }

  try {
    try {
      for await (const chunk of body) {
        onProgress()
        received += chunk.length
        if (received > lacking) throw invalidUpload('The body is longer than what the upload lacks.', { lacking }, { connection: 'close' })
        hash?.update(chunk)
        open ??= await OpenPiece.begin({ db, blobs, held })
        await open.write(chunk)
        if (open.byteLength >= limits.bytes || open.ageMs >= limits.ms) await close()
      }
    } catch (error) {
      // What came before the line broke stays: that is what uploads are for.
      if (!checksum) await close()
      throw error
    }
    await close()
    if (checksum && hash) {
      if (!hash.digest().equals(checksum.digest)) throw uploadChecksumMismatch('Upload-Checksum is not that of the bytes that came; none of them count.')
      if (waiting.length > 0) await add(waiting)
    }
    return received
  } catch (error) {
    await open?.abort()
    await dropPieces(db, waiting.map(({ blobKey }) => blobKey))
    throw error
  }
}

/** One piece while its bytes come. */
class OpenPiece {
  byteLength = 0
  readonly #began = performance.now()
  readonly #blobKey: string
  readonly #writer: BlobWriter

  private constructor(blobKey: string, writer: BlobWriter) {
    this.#blobKey = blobKey
    this.#writer = writer
  }

  static async begin({ db, blobs, held }: Pick<Receiving, 'db' | 'blobs' | 'held'>): Promise<OpenPiece> {
    const blobKey = newUploadBlobKey(held.organisationId, new Date())
    // Announced before it can be there: a crash leaves no blob that nobody knows of.
    await announceBlob(db, held.organisationId, blobKey)
    return new OpenPiece(blobKey, await blobs.create(blobKey, { contentType: 'application/octet-stream' }))
  }

  get ageMs(): number { return performance.now() - this.#began }

  async write(chunk: Uint8Array): Promise<void> {
    this.byteLength += chunk.length
    await this.#writer.write(chunk)
  }

  async commit(): Promise<Piece> {
    const { byteLength } = await this.#writer.commit()
    return { blobKey: this.#blobKey, byteLength }
  }

  abort(): Promise<void> { return this.#writer.abort() }
}
