/** Resumable uploads: bytes that come in any number of requests, to any server, and are stored once when all are there. */
import { randomUUID } from 'node:crypto'
import { browserInstanceBytes, type Upload } from '@isocenter/contracts'
import type { Catalogue } from '../catalogue/index.ts'
import type { Config } from '../config.ts'
import { actorOf, type Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import type { Metrics } from '../platform/metrics.ts'
import { payloadTooLarge, type ProblemError } from '../platform/problem.ts'
import type { BlobStore } from '../storage/index.ts'
import { assertMayCorrectOnArrival } from '../studies/index.ts'
import { finishUpload, type Finishing, type UploadLog } from './finish.ts'
import { noSuchUpload, tooManyUploads, uploadLocked, uploadOffsetMismatch } from './problems.ts'
import { receivePieces } from './receive.ts'
import {
  deleteExpired, deleteUpload, findUpload, insertUpload, isOf, LeaseLost, leaseMs, leaseToReceive, leftUploads, releaseLease, renewEveryMs, renewLease, toTold, type Lease, type StoredUpload,
} from './store.ts'
import type { Checksum, UploadMetadata } from './tus.ts'

export interface UploadsDeps {
  readonly db: Db
  readonly blobs: BlobStore
  readonly catalogue: Catalogue
  readonly metrics: Metrics
  readonly config: Pick<Config, 'STOW_MAX_INSTANCE_BYTES' | 'UPLOADS_MAX_OPEN'>
  readonly log: UploadLog
}

/** Bytes of one request. */
export interface Append {
  readonly byteOffset: number
  readonly body: AsyncIterable<Uint8Array>
  readonly checksum: Checksum | undefined
}

export interface Uploads {
  /** @throws payloadTooLarge 413, tooManyUploads 409, forbidden 403 and invalidCorrection 422 for the corrections that come with it */
  readonly create: (access: Access, upload: { readonly byteLength: number; readonly metadata: UploadMetadata; readonly serviceURL: string }) => Promise<StoredUpload>
  /**
   * Adds bytes. With the last one the object is stored, and the answer waits for that a while.
   * @throws noSuchUpload 404, uploadOffsetMismatch 409, uploadLocked 423, uploadChecksumMismatch 460, invalidUpload 400
   */
  readonly append: (access: Access, uploadId: string, append: Append) => Promise<StoredUpload>
  /** @throws noSuchUpload 404 */
  readonly find: (access: Access, uploadId: string) => Promise<StoredUpload>
  /** Gives it up, whatever has come. @throws noSuchUpload 404, uploadLocked 423 */
  readonly remove: (access: Access, uploadId: string) => Promise<void>
  /** Stores what was left complete, and removes what is over; answers how much of each. */
  readonly keep: () => Promise<{ finished: number; expired: number }>
  /** Resolves when nothing is under way in the background. */
  readonly close: () => Promise<void>
  readonly maxBytes: number
}

/** An upload is forgotten, with its result, so long after bytes have last come: lines in hospitals are cut for days. */
const keptMs = 7 * 24 * 60 * 60_000
/** Longest an answer waits for the object to be stored: proxies give up on silent servers after a minute. */
const answerWithinMs = 45_000
const batch = 100

export const told = toTold satisfies (upload: StoredUpload) => Upload

/** Uploads into the organisations of this installation. */
export function createUploads({ db, blobs, catalogue, metrics, config, log }: UploadsDeps): Uploads {
  const expiresAt = () => new Date(Date.now() + keptMs)
  const finishing: Finishing = { db, blobs, catalogue, metrics, log, maxInstanceBytes: config.STOW_MAX_INSTANCE_BYTES, expiresAt }
  const underWay = new Set<Promise<void>>()

  const finish = (organisationId: string, uploadId: string): Promise<void> => {
    const finished = finishUpload(finishing, { organisationId, uploadId, lease: randomUUID() }).finally(() => { underWay.delete(finished) })
    underWay.add(finished)
    return finished
  }
  /** Stores it now; the answer need not wait for the end. */
  const finishForAWhile = async (organisationId: string, uploadId: string): Promise<void> => {
    let timer: NodeJS.Timeout | undefined
    const longEnough = new Promise<void>((resolve) => { timer = setTimeout(resolve, answerWithinMs).unref() })
    await Promise.race([finish(organisationId, uploadId), longEnough]).finally(() => { clearTimeout(timer) })
  }

  const find = async (access: Access, uploadId: string): Promise<StoredUpload> => {
    const upload = await findUpload(db, access.organisationId, uploadId)
    if (!upload || !isOf(access, upload)) throw noSuchUpload('No upload of yours has this id; those that are over are forgotten.')
    return upload
  }

  return {
    find,
    maxBytes: config.STOW_MAX_INSTANCE_BYTES,

    create: async (access, { byteLength, metadata, serviceURL }) => {
      // People send from a browser, strictly less than the limit there; gateways and programs send whatever may be stored. A file is whole in memory once.
      const maxBytes = access.actor.kind === 'account' || metadata.kind === 'file' ? Math.min(config.STOW_MAX_INSTANCE_BYTES, browserInstanceBytes - 1) : config.STOW_MAX_INSTANCE_BYTES
      if (metadata.corrections !== undefined) assertMayCorrectOnArrival(access, metadata.corrections)
      if (byteLength > maxBytes) throw payloadTooLarge(`An upload may have ${maxBytes} bytes.`, { maxBytes }, { connection: 'close' })
      const upload = await db.transaction((trx) => insertUpload(trx, access, {
        actor: actorOf(access), kind: metadata.kind, metadata: metadata.text, serviceURL, byteLength, expiresAt: expiresAt(),
      }, config.UPLOADS_MAX_OPEN))
      if (!upload) throw tooManyUploads(`An organisation may have ${config.UPLOADS_MAX_OPEN} uploads that are not finished.`, {}, { connection: 'close' })
      if (upload.state === 'complete') await finishForAWhile(access.organisationId, upload.uploadId)
      return upload
    },

    append: async (access, uploadId, { byteOffset, body, checksum }) => {
      await find(access, uploadId)
      const held: Lease = { organisationId: access.organisationId, uploadId, lease: randomUUID() }
      const upload = await leaseToReceive(db, held, byteOffset)
      if (!upload) throw whyNot(await find(access, uploadId), byteOffset)
      const renewing = renewingWithProgress(db, held)
      try {
        await receivePieces(body, { db, blobs, held, lacking: upload.byteLength - byteOffset, checksum, expiresAt, onProgress: renewing.onProgress })
      } catch (error) {
        throw error instanceof LeaseLost ? uploadLocked('Another request has taken over.', {}, { connection: 'close' }) : error
      } finally {
        await renewing.stop()
        await releaseLease(db, held)
      }
      const received = await find(access, uploadId)
      if (received.state === 'complete') await finishForAWhile(access.organisationId, uploadId)
      return received
    },

    remove: async (access, uploadId) => {
      await find(access, uploadId)
      const removed = await db.transaction((trx) => deleteUpload(trx, access.organisationId, uploadId))
      if (removed === false) throw noSuchUpload('No upload of your organisation has this id.')
      if (removed === 'leased') throw locked()
    },

    keep: async () => {
      let expired = 0
      for (let removed = batch; removed === batch; expired += removed) removed = await db.transaction((trx) => deleteExpired(trx, batch))
      const left = await leftUploads(db, batch)
      for (const { organisationId, uploadId } of left) await finish(organisationId, uploadId)
      return { finished: left.length, expired }
    },

    close: async () => { await Promise.allSettled(underWay) },
  }
}

const locked = (): ProblemError => uploadLocked('Somebody works on it; try again in a moment.', {}, { 'retry-after': String(leaseMs / 1000), connection: 'close' })

/** Why bytes cannot be taken. What is complete already goes on nowhere: a repeated last request is told so by the offset. */
function whyNot(upload: StoredUpload, byteOffset: number): ProblemError {
  if (upload.byteOffset !== byteOffset || upload.state !== 'open') {
    return uploadOffsetMismatch('Upload-Offset is not where the upload goes on.', { uploadOffset: upload.byteOffset }, { 'upload-offset': String(upload.byteOffset), connection: 'close' })
  }
  return locked()
}

/** Renews a lease as long as bytes arrive: of a line that is dead the upload is free for the next request soon. */
function renewingWithProgress(db: Db, held: Lease): { onProgress: () => void; stop: () => Promise<void> } {
  let renewedAt = performance.now()
  let renewing: Promise<unknown> = Promise.resolve()
  let isRenewing = false
  return {
    onProgress: () => {
      const now = performance.now()
      if (isRenewing || now - renewedAt < renewEveryMs) return
      renewedAt = now
      isRenewing = true
      // A lease that could not be renewed is found lost when the next piece is added.
      renewing = renewLease(db, held).catch(() => false).finally(() => { isRenewing = false })
    },
    stop: async () => { await renewing },
  }
}
