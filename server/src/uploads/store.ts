/**
 * Rows of uploads. What is longer than a transaction should be, receiving bytes and storing what is complete, is done under a lease: one statement
 * takes it, it is good for seconds, and whoever holds it renews it while there is progress. Every change asks for it, so that a server which has
 * stood still finds out that another has taken over.
 */
import type { Upload, UploadKind, UploadState } from '@isocenter/contracts'
import { orderedJson, type DicomJson } from '@isocenter/dicom'
import { takeAnnounced } from '../catalogue/index.ts'
import { actorOf, type Access } from '../identity/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { dispositionOf, findingOf } from './finding.ts'

/** An upload as it is held. */
export interface StoredUpload {
  readonly uploadId: string
  readonly organisationId: string
  readonly actor: string
  readonly studies: Access['studies']
  readonly kind: UploadKind
  readonly metadata: string
  readonly serviceURL: string
  readonly byteLength: number
  readonly byteOffset: number
  readonly state: UploadState
  readonly attempts: number
  readonly result: DicomJson | undefined
  readonly resultStatus: number | undefined
  readonly createdAt: Date
  readonly expiresAt: Date
}

interface UploadRow {
  readonly upload_id: string
  readonly organisation_id: string
  readonly actor: string
  readonly studies: string[] | null
  readonly kind: UploadKind
  readonly metadata: string
  readonly service_url: string
  readonly byte_length: string
  readonly byte_offset: string
  readonly state: UploadState
  readonly attempts: number
  readonly result: string | null
  readonly result_status: number | null
  readonly created_at: Date
  readonly expires_at: Date
}

const selected = 'upload_id, organisation_id, actor, studies, kind, metadata, service_url, byte_length, byte_offset, state, attempts, result, result_status, created_at, expires_at'

const toUpload = (row: UploadRow): StoredUpload => ({
  uploadId: row.upload_id, organisationId: row.organisation_id, actor: row.actor, studies: row.studies ?? 'all', kind: row.kind, metadata: row.metadata, serviceURL: row.service_url,
  byteLength: Number(row.byte_length), byteOffset: Number(row.byte_offset), state: row.state, attempts: row.attempts,
  result: row.result === null ? undefined : JSON.parse(row.result) as DicomJson, resultStatus: row.result_status ?? undefined,
  createdAt: row.created_at, expiresAt: row.expires_at,
})

/**
 * Whether an upload is theirs who ask: what comes is stored with the reach of who began it. Tokens are renewed while an upload is under way for days;
 * so another token of the very same reach goes on with it.
 */
export const isOf = (access: Access, { actor, studies }: Pick<StoredUpload, 'actor' | 'studies'>): boolean =>
  actor === actorOf(access) || (access.actor.kind === 'token' && actor.startsWith('token:') && reachOf(access.studies) === reachOf(studies))

const reachOf = (studies: Access['studies']): string => (studies === 'all' ? studies : studies.toSorted().join())

/** An upload as it is told. */
export const toTold = (upload: StoredUpload): Upload => ({
  uploadId: upload.uploadId, kind: upload.kind, state: upload.state, byteLength: upload.byteLength, byteOffset: upload.byteOffset,
  createdAt: upload.createdAt.toISOString(), expiresAt: upload.expiresAt.toISOString(),
  ...(findingOf(upload.result) !== undefined && { finding: findingOf(upload.result) }),
  ...(upload.result !== undefined && { disposition: dispositionOf(upload.result), result: upload.result }),
  ...(upload.resultStatus !== undefined && { status: upload.resultStatus }),
})

export interface NewUpload {
  readonly actor: string
  readonly kind: UploadKind
  readonly metadata: string
  readonly serviceURL: string
  readonly byteLength: number
  readonly expiresAt: Date
}

/** Adds an upload; undefined when the organisation has `maxOpen` that are not finished. */
export async function insertUpload(trx: Trx, { organisationId, studies }: Pick<Access, 'organisationId' | 'studies'>, upload: NewUpload, maxOpen: number): Promise<StoredUpload | undefined> {
  // Or two at once would both find room for one.
  await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`uploads ${organisationId}`])
  const [row] = await rows<UploadRow>(trx, `
    insert into upload (organisation_id, actor, studies, kind, metadata, service_url, byte_length, state, expires_at)
    select ?::bigint, ?, ?::text[], ?, ?, ?, ?::bigint, ?, ?::timestamptz
    where (select count(*) from upload where organisation_id = ? and state <> 'finished') < ?
    returning ${selected}`, [
    organisationId, upload.actor, studies === 'all' ? null : [...studies], upload.kind, upload.metadata, upload.serviceURL, upload.byteLength,
    upload.byteLength === 0 ? 'complete' : 'open', upload.expiresAt, organisationId, maxOpen,
  ] as never)
  return row && toUpload(row)
}

export async function findUpload(db: Db, organisationId: string, uploadId: string): Promise<StoredUpload | undefined> {
  const [row] = await rows<UploadRow>(db, `select ${selected} from upload where organisation_id = ? and upload_id = ?`, [organisationId, uploadId])
  return row && toUpload(row)
}

/** Stands in kept attributes where numbers of others go (catalogue). */
const mark = '\u001f'

/** What a study that is there says of patient and examination; undefined where there is none. */
export async function studyAttributes(db: Db, { organisationId }: Pick<StoredUpload, 'organisationId'>, StudyInstanceUID: string): Promise<DicomJson | undefined> {
  const [row] = await rows<{ attributes: string; more_attributes: string }>(db, 'select attributes, more_attributes from study where organisation_id = ? and study_instance_uid = ?', [organisationId, StudyInstanceUID])
  return row && { ...JSON.parse(row.attributes.replaceAll(mark, '')) as DicomJson, ...JSON.parse(row.more_attributes) as DicomJson }
}

/** Who holds an upload. */
export interface Lease {
  readonly uploadId: string
  readonly organisationId: string
  readonly lease: string
}

/** Nobody holds it, and nobody is to wait before trying again. */
const isFree = '(leased_until is null or leased_until < now())'
const leaseSeconds = 10
const leasedUntil = `now() + interval '${leaseSeconds} seconds'`
/** Renewed this often while there is progress. */
export const renewEveryMs = leaseSeconds * 1000 / 4
export const leaseMs = leaseSeconds * 1000

/** Takes an open upload to receive bytes at this offset; undefined when it is not open, goes on elsewhere, or is another's now. */
export async function leaseToReceive(db: Db, held: Lease, byteOffset: number): Promise<StoredUpload | undefined> {
  const [row] = await rows<UploadRow>(db, `
    update upload set lease = ?, leased_until = ${leasedUntil}
    where organisation_id = ? and upload_id = ? and state = 'open' and byte_offset = ? and ${isFree} returning ${selected}`, [held.lease, held.organisationId, held.uploadId, byteOffset])
  return row && toUpload(row)
}

/** Takes an upload that is complete, to store it; undefined when it is not, or is another's now. */
export async function leaseToFinish(db: Db, held: Lease): Promise<StoredUpload | undefined> {
  const [row] = await rows<UploadRow>(db, `
    update upload set lease = ?, leased_until = ${leasedUntil}
    where organisation_id = ? and upload_id = ? and state = 'complete' and ${isFree} returning ${selected}`, [held.lease, held.organisationId, held.uploadId])
  return row && toUpload(row)
}

/** Keeps a lease; false when it has been lost. */
export async function renewLease(db: Db, { uploadId, lease }: Lease): Promise<boolean> {
  return (await db('upload').where({ upload_id: uploadId, lease }).update({ leased_until: db.raw(leasedUntil) })) === 1
}

/** Gives a lease back; with a time before which nobody is to try again. */
export async function releaseLease(db: Db, { uploadId, lease }: Lease, notBefore?: Date): Promise<void> {
  await db('upload').where({ upload_id: uploadId, lease })
    .update({ lease: null, leased_until: notBefore ?? null, ...(notBefore !== undefined && { attempts: db.raw('attempts + 1') }) })
}

/** Says it again of pieces that wait for the end of their request. */
export async function keepAnnounced(db: Db, blobKeys: readonly string[]): Promise<void> {
  if (blobKeys.length > 0) await db('obsolete_blob').whereIn('blob_key', [...blobKeys]).update({ since: db.fn.now() })
}

/** Gives up pieces at once. */
export async function dropPieces(db: Db, blobKeys: readonly string[]): Promise<void> {
  if (blobKeys.length > 0) await db('obsolete_blob').whereIn('blob_key', [...blobKeys]).update({ since: new Date(0) })
}

/** A piece of an upload whose bytes are durable. */
export interface Piece {
  readonly blobKey: string
  readonly byteLength: number
}

/** Somebody else works on the upload now, or it is gone: what this holder did since the last change counts for nothing. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
  constructor() { super('The lease of an upload has been lost.') }
}

/**
 * Adds pieces to the end of an upload, which is complete with the last byte; answers the new offset and state.
 * @throws LeaseLost when the lease is lost, or the sweep may have taken a piece for given up; nothing is added then
 */
export async function addPieces(trx: Trx, { uploadId, lease }: Lease, pieces: readonly Piece[], expiresAt: Date): Promise<{ byteOffset: number; state: UploadState }> {
  const [row] = await rows<{ byte_offset: string; byte_length: string }>(trx, 'select byte_offset, byte_length from upload where upload_id = ? and lease = ? for update', [uploadId, lease])
  if (!row) throw new LeaseLost()
  if (!await takeAnnounced(trx, pieces.map(({ blobKey }) => blobKey))) throw new LeaseLost()
  let byteOffset = Number(row.byte_offset)
  for (const { blobKey, byteLength } of pieces) {
    await trx('upload_chunk').insert({ upload_id: uploadId, byte_offset: byteOffset, byte_length: byteLength, blob_key: blobKey })
    byteOffset += byteLength
  }
  const state: UploadState = byteOffset === Number(row.byte_length) ? 'complete' : 'open'
  await trx('upload').where({ upload_id: uploadId }).update({ byte_offset: byteOffset, state, leased_until: trx.raw(leasedUntil), expires_at: expiresAt })
  return { byteOffset, state }
}

/** The pieces of an upload in order. */
export async function piecesOf(db: Db, uploadId: string): Promise<Piece[]> {
  const found = await rows<{ blob_key: string; byte_length: string }>(db, 'select blob_key, byte_length from upload_chunk where upload_id = ? order by byte_offset', [uploadId])
  return found.map((row) => ({ blobKey: row.blob_key, byteLength: Number(row.byte_length) }))
}

/** Keeps what came of an upload and gives its pieces up; false when the lease is lost. */
export async function keepResult(trx: Trx, held: Lease, status: number, response: DicomJson, expiresAt: Date): Promise<boolean> {
  const changed = await trx('upload').where({ upload_id: held.uploadId, lease: held.lease })
    .update({ state: 'finished', result: orderedJson(response), result_status: status, lease: null, leased_until: null, expires_at: expiresAt })
  if (changed === 1) await giveUpPieces(trx, [held.uploadId])
  return changed === 1
}

/** Removes an upload; false when there is none, `leased` when somebody works on it. */
export async function deleteUpload(trx: Trx, organisationId: string, uploadId: string): Promise<boolean | 'leased'> {
  const [row] = await rows<{ free: boolean }>(trx, `select ${isFree} or state = 'finished' as free from upload where organisation_id = ? and upload_id = ? for update`, [organisationId, uploadId])
  if (!row) return false
  if (!row.free) return 'leased'
  await giveUpPieces(trx, [uploadId])
  await trx('upload').where({ upload_id: uploadId }).delete()
  return true
}

/** Removes uploads whose time is over; answers how many. */
export async function deleteExpired(trx: Trx, limit: number): Promise<number> {
  const expired = (await rows<{ upload_id: string }>(trx, `select upload_id from upload where expires_at < now() and ${isFree} order by expires_at limit ? for update skip locked`, [limit])).map((row) => row.upload_id)
  if (expired.length === 0) return 0
  await giveUpPieces(trx, expired)
  return trx('upload').whereIn('upload_id', expired).delete()
}

/** Complete uploads nobody works on: their server died, or could not store them then. */
export async function leftUploads(db: Db, limit: number): Promise<{ uploadId: string; organisationId: string }[]> {
  const found = await rows<{ upload_id: string; organisation_id: string }>(db, `select upload_id, organisation_id from upload where state = 'complete' and ${isFree} order by created_at limit ?`, [limit])
  return found.map((row) => ({ uploadId: row.upload_id, organisationId: row.organisation_id }))
}

async function giveUpPieces(trx: Trx, uploadIds: readonly string[]): Promise<void> {
  await trx.raw(`
    with gone as (delete from upload_chunk where upload_id = any(?::uuid[]) returning upload_id, blob_key)
    insert into obsolete_blob (blob_key, organisation_id) select blob_key, organisation_id from gone join upload using (upload_id)`, [[...uploadIds]])
}
