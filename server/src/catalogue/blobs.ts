import { rows, type Db, type Trx } from '../platform/db.ts'
import type { InstanceScope } from './scope.ts'

/** Tables whose rows name blobs: of instances and what is derived from them, of uploads, and of what is set aside. Files have their own. */
export const blobTables = ['instance', 'instance_version', 'series_metadata', 'thumbnail', 'upload_chunk', 'deleted_instance', 'deleted_version', 'quarantined_instance'] as const

const isUnnamed = (blobKey: string): string => blobTables.map((table) => `not exists (select from ${table} where ${table}.blob_key = ${blobKey})`).join(' and ')

/**
 * Blobs that rows gave up at least this long ago, oldest first: whoever read them when they went has finished. Without those that a row
 * names again: a store whose commit went unheard and that was tried once more, after what it had made was deleted or superseded.
 */
export async function obsoleteBlobs(db: Db, before: Date, limit: number): Promise<string[]> {
  const found = await rows<{ blob_key: string }>(db, `
    select blob_key from obsolete_blob
    where since < ? and ${isUnnamed('obsolete_blob.blob_key')}
    order by since limit ?`, [before, limit])
  return found.map((row) => row.blob_key)
}

/** Takes blobs that are gone off the list. */
export async function forgetObsoleteBlobs(db: Db, blobKeys: readonly string[]): Promise<void> {
  await rows(db, 'delete from obsolete_blob where blob_key = any(?::text[])', [[...blobKeys]])
}

/** Says that a blob is about to be written which no row names yet: should it come to nothing, the sweep removes it. */
export async function announceBlob(db: Db, organisationId: string, blobKey: string): Promise<void> {
  await db('obsolete_blob').insert({ blob_key: blobKey, organisation_id: organisationId })
}

/**
 * An older announcement counts for nothing: the sweep takes what waits an hour, removes it and only then strikes it off, so that a blob may be
 * gone which still is announced. Half of that hour is for clocks that differ.
 */
const announcedNotBefore = `now() - interval '30 minutes'`

/** Takes announced blobs off the list, for rows name them from now on; false, and the transaction must not go on, when one may be the sweep's already. */
export async function takeAnnounced(trx: Trx, blobKeys: readonly string[]): Promise<boolean> {
  return await trx('obsolete_blob').whereIn('blob_key', [...blobKeys]).andWhere('since', '>', trx.raw(announcedNotBefore)).delete() === blobKeys.length
}

/** Of these blobs those no instance, no former version, nothing held apart, nothing deleted that can be restored, nothing derived, no upload and no entry of the obsolete ones names. */
export async function unnamedBlobs(db: Db, blobKeys: readonly string[]): Promise<string[]> {
  const found = await rows<{ blob_key: string }>(db, `
    select blob_key from unnest(?::text[]) as given(blob_key)
    where ${isUnnamed('given.blob_key')} and not exists (select from obsolete_blob where obsolete_blob.blob_key = given.blob_key)`, [[...blobKeys]])
  return found.map((row) => row.blob_key)
}

const heldSql = `
  with current as (
    select instance_key, instance.version, instance.blob_key, instance.sha256 from study join series using (study_key) join instance using (series_key)
    where study.organisation_id = ? and study_instance_uid = ? and series_instance_uid = ? and sop_instance_uid = ?
  ), held as (
    select * from current
    union all select former.instance_key, former.version, former.blob_key, former.sha256 from current join instance_version former using (instance_key)
  )
  select blob_key, sha256 from held union all select held.blob_key, received.sha256 from held join recompressed received using (instance_key, version)
  union all select kept.blob_key, kept.sha256 from deleted_study join deleted_instance kept using (organisation_id, deleted_study_id)
    where organisation_id = ? and study_instance_uid = ? and kept.series_instance_uid = ? and kept.sop_instance_uid = ?
  union all select apart.blob_key, apart.sha256 from quarantine join quarantined_instance apart using (organisation_id, quarantine_id)
    where organisation_id = ? and study_instance_uid = ? and apart.series_instance_uid = ? and apart.sop_instance_uid = ?`

/** The digest of a whole object that can be had, and the blob it can be had from: its own, or the one it is stored compressed in. */
export interface HeldObject {
  readonly blobKey: string
  readonly sha256: Buffer
}

/** What rows say is held of an instance, current and former; whether the blobs are there they cannot know. */
export async function heldObjects(db: Db, organisationId: string, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: InstanceScope): Promise<HeldObject[]> {
  const identity = [organisationId, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID]
  const found = await rows<{ blob_key: string; sha256: Buffer }>(db, heldSql, [...identity, ...identity, ...identity])
  return found.map((row) => ({ blobKey: row.blob_key, sha256: row.sha256 }))
}
