/** A complete upload becomes what it is: its pieces, joined, go the way of every object that is stored. */
import { setTimeout as wait } from 'node:timers/promises'
import type { DicomJson } from '@isocenter/dicom'
import type { Catalogue } from '../catalogue/index.ts'
import { storeOne, storeResponse } from '../dicomweb/index.ts'
import type { Access } from '../identity/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import type { Metrics } from '../platform/metrics.ts'
import { BlobNotFound, giveBack, type BlobStore } from '../storage/index.ts'
import { correctCase } from '../studies/index.ts'
import { keepResult, leaseToFinish, piecesOf, releaseLease, renewEveryMs, renewLease, studyAttributes, type Lease, type Piece, type StoredUpload } from './store.ts'
import { withFinding } from './finding.ts'
import { metadataOf } from './tus.ts'
import { createTurns } from './turns.ts'
import { wrapFile } from './wrap/wrap.ts'

export interface UploadLog {
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
}

export interface Finishing {
  readonly db: Db
  readonly blobs: BlobStore
  readonly catalogue: Catalogue
  readonly metrics: Metrics
  readonly log: UploadLog
  readonly maxInstanceBytes: number
  readonly expiresAt: () => Date
}

/** A store that could not be done then is tried again after a while, longer each time; after so many the failure is the result. */
const maxAttempts = 12
const firstPauseMs = 2_000
const longestPauseMs = 10 * 60_000

/**
 * Stores a complete upload and keeps the result, unless somebody does it already. Whoever takes over from a server that died does all of it again, which
 * changes nothing that had been done: the same object twice is one.
 */
export async function finishUpload(options: Finishing, held: Lease): Promise<void> {
  const { db, log } = options
  const upload = await leaseToFinish(db, held)
  if (!upload) return
  const renewing = keepRenewing(db, held, log)
  try {
    const store = upload.kind === 'file' ? storeFile : storeUpload
    const { status, response } = await store(options, upload, await piecesOf(db, upload.uploadId)).catch((error: unknown) => withoutItsPieces(error, upload))
    if (status === 503 && upload.attempts + 1 < maxAttempts) await releaseLease(db, held, nextAttempt(upload))
    else {
      await db.transaction(async (trx) => {
        // Together, so that neither is there without the other; what a correction was made of before stays as it is.
        if (await keepResult(trx, held, status, response, options.expiresAt())) await correct(trx, upload, response)
      })
    }
    log.info({ uploadId: upload.uploadId, status }, 'upload stored')
  } catch (error) {
    log.warn({ err: error, uploadId: upload.uploadId }, 'upload could not be stored now')
    await releaseLease(db, held, nextAttempt(upload))
  } finally {
    await renewing.stop()
  }
}

/** Makes the corrections that came with it, where it was stored. */
async function correct(trx: Trx, upload: StoredUpload, response: DicomJson): Promise<void> {
  const { corrections } = metadataOf({ 'upload-metadata': upload.metadata })
  const StudyInstanceUID = studyOf(response)
  if (corrections === undefined || StudyInstanceUID === undefined) return
  // Whoever deletes a study between its arrival and this deletes what was to be said of it.
  if (await trx('study').where({ organisation_id: upload.organisationId, study_instance_uid: StudyInstanceUID }).first('study_key') === undefined) return
  await correctCase(trx, accessOf(upload), StudyInstanceUID, corrections, { version: undefined, at: new Date() })
}

/** Of what was stored, by its RetrieveURL. */
function studyOf(response: DicomJson): string | undefined {
  const stored = response['00081199']?.Value?.length
  const url = response['00081190']?.Value?.[0]
  return stored === undefined || typeof url !== 'string' ? undefined : /\/studies\/([0-9.]+)$/.exec(url)?.[1]
}

/** A piece that is lost comes back by no trying: the sender is told, and has room for the upload that takes its place. */
function withoutItsPieces(error: unknown, { serviceURL }: StoredUpload): { status: number; response: DicomJson } {
  if (!(error instanceof PieceLost)) throw error
  return { status: 409, response: storeResponse([{ kind: 'failed', reason: 'processingFailure', comment: 'bytes that had come were lost: upload the object again' }], serviceURL) }
}

const nextAttempt = ({ attempts }: StoredUpload): Date => new Date(Date.now() + Math.min(firstPauseMs * 2 ** attempts, longestPauseMs))

const storeUpload = (options: Finishing, upload: StoredUpload, pieces: readonly Piece[]): Promise<{ status: number; response: DicomJson }> =>
  storeBody(options, upload, joined(options.blobs, pieces), metadataOf({ 'upload-metadata': upload.metadata }).dataSetDigest)

function storeBody(
  { blobs, catalogue, metrics, log, maxInstanceBytes }: Finishing,
  upload: StoredUpload,
  body: AsyncIterable<Uint8Array>,
  dataSetDigest: string | undefined,
): Promise<{ status: number; response: DicomJson }> {
  return storeOne({
    body, dataSetDigest, access: accessOf(upload), serviceURL: upload.serviceURL, blobs, catalogue, metrics, maxInstanceBytes,
    log: { info: (fields, message) => { log.info(fields, message) }, warn: (fields, message) => { log.warn(fields, message) }, error: (fields, message) => { log.warn(fields, message) } },
  })
}

/** One file at a time becomes an object: it is whole in memory, decoded perhaps ten times as large. */
const inTurn = createTurns()

/** Makes an object of a file and stores that. */
async function storeFile(options: Finishing, upload: StoredUpload, pieces: readonly Piece[]): Promise<{ status: number; response: DicomJson }> {
  const { describes } = metadataOf({ 'upload-metadata': upload.metadata })
  if (describes === undefined) throw new TypeError('An upload of a file says nothing of it.')
  return inTurn(async () => {
    const wrapped = await wrapFile(Buffer.concat(await Array.fromAsync(joined(options.blobs, pieces))), {
      describes,
      uploadId: upload.uploadId,
      at: upload.createdAt,
      study: await studyAttributes(options.db, upload, describes.StudyInstanceUID),
    })
    if ('refused' in wrapped) return { status: 409, response: withFinding(storeResponse([{ kind: 'failed', reason: 'cannotUnderstand', comment: wrapped.refused }], upload.serviceURL), wrapped.refused) }
    const { status, response } = await storeBody(options, upload, (async function* () { yield* wrapped.object })(), undefined)
    return { status, response: wrapped.finding === undefined ? response : withFinding(response, wrapped.finding) }
  })
}

/** Read in parts that are copied: what is read into is lent and lent again, and what an object is made of may be kept. */
const joinedBytes = 64 * 1024

async function* joined(blobs: BlobStore, pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
  for (const { blobKey } of pieces) {
    const bytes = await blobs.read(blobKey).catch((error: unknown) => { throw error instanceof BlobNotFound ? new PieceLost() : error })
    for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
      for (let from = 0; from < chunk.byteLength; from += joinedBytes) yield Buffer.from(chunk.subarray(from, from + joinedBytes))
      giveBack(chunk)
    }
  }
}

/** A piece that rows name is not there. Of its own kind: that a blob of the object could not be written is another matter, and passes. */
class PieceLost extends Error {
  override readonly name = 'PieceLost'
  constructor() { super('A piece of an upload is lost.') }
}

/** Stores as who made the upload, with what that token could reach. */
function accessOf({ organisationId, actor, studies }: StoredUpload): Access {
  const [kind = 'token', ...id] = actor.split(':')
  return { organisationId, actor: { kind: kind as Access['actor']['kind'], id: id.join(':') }, permissions: new Set(['upload']), studies }
}

/** Keeps a lease until stopped. One that is lost is left: whoever has it now stores the same. */
export function keepRenewing(db: Db, held: Lease, log: UploadLog): { stop: () => Promise<void> } {
  const stopping = new AbortController()
  const run = async () => {
    while (!stopping.signal.aborted) {
      await wait(renewEveryMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
      if (!stopping.signal.aborted && !await renewLease(db, held)) return
    }
  }
  const running = run().catch((error: unknown) => { log.warn({ err: error, uploadId: held.uploadId }, 'the lease of an upload could not be renewed') })
  return {
    stop: () => {
      stopping.abort()
      return running
    },
  }
}
