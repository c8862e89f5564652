/** Bringing back what was deleted, in pieces: a process that is killed in between leaves the rest deleted, and the next one goes on. */
import type { Access } from '../identity/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import type { Prepared } from './prepare.ts'
import { prepareAgain, type SetAsideRow } from './set-aside.ts'
import { storeBatch } from './store-batch.ts'

const instancesAtOnce = 64

/**
 * Stores the instances of one deletion again, from the blobs they still have, with their former versions, their version numbers and the moments
 * they were stored at. What is stored under their UIDs by now stays as it is, and they stay deleted. How many came back.
 */
export async function restoreInstances(db: Db, { organisationId, deletedStudyId, StudyInstanceUID }: { organisationId: string; deletedStudyId: string; StudyInstanceUID: string }, access: Access): Promise<number> {
  let restored = 0
  for (let after: readonly [string, string] = ['', '']; ;) {
    const page = await rows<SetAsideRow>(db, `
      select * from deleted_instance where organisation_id = ? and deleted_study_id = ? and (series_instance_uid, sop_instance_uid) > (?, ?)
      order by series_instance_uid, sop_instance_uid limit ?`, [organisationId, deletedStudyId, ...after, instancesAtOnce])
    const last = page.at(-1)
    if (last === undefined) return restored
    after = [last.series_instance_uid, last.sop_instance_uid]
    // Without metadata an instance cannot be described again; its bytes are kept.
    const batch = await Promise.all(page.filter(({ metadata }) => metadata.length > 0).map((row) => prepareAgain(access, StudyInstanceUID, row)))
    restored += await db.transaction((trx) => restoreBatch(trx, deletedStudyId, batch))
  }
}

async function restoreBatch(trx: Trx, deletedStudyId: string, batch: readonly Prepared[]): Promise<number> {
  if (batch.length === 0) return 0
  // Who restores, or removes for good, holds this row; purging.ts takes it too.
  const head = await trx('deleted_study').where({ deleted_study_id: deletedStudyId, state: 'restoring' }).forUpdate().first<object | undefined>('deleted_study_id')
  if (head === undefined) return 0
  // Another process may have been there since they were read.
  const waiting = new Set(await trx('deleted_instance').where({ deleted_study_id: deletedStudyId }).whereIn('blob_key', batch.map(({ instance }) => instance.blobKey)).pluck<string[]>('blob_key'))
  const wanted = batch.filter(({ instance }) => waiting.has(instance.blobKey))
  if (wanted.length === 0) return 0
  const outcomes = await storeBatch(trx, wanted, { policy: 'reject', isAudited: false, isPatientAsked: false })
  const blobKeys = wanted.filter((_, index) => outcomes[index]?.outcome === 'created').map(({ instance }) => instance.blobKey)
  await rows(trx, arrivalSql, [deletedStudyId])
  for (const sql of [versionSql, formerVersionsSql, recompressedSql]) await rows(trx, sql, [deletedStudyId, blobKeys])
  await rows(trx, 'delete from deleted_instance where deleted_study_id = ? and blob_key = any(?::text[])', [deletedStudyId, blobKeys])
  return blobKeys.length
}

/** What had arrived earlier than what is there by now tells when the study arrived, and from whom. */
const arrivalSql = `
  update study set created_at = deleted.arrived_at, stored_by = deleted.stored_by from deleted_study as deleted
  where deleted.deleted_study_id = ? and study.organisation_id = deleted.organisation_id and study.study_instance_uid = deleted.study_instance_uid and deleted.arrived_at < study.created_at`

const ofBlobs = 'from deleted_instance as kept join instance on instance.blob_key = kept.blob_key'
const chosen = 'kept.deleted_study_id = ? and kept.blob_key = any(?::text[])'

const versionSql = `
  update instance set version = kept.version, stored_at = kept.stored_at from deleted_instance as kept
  where instance.blob_key = kept.blob_key and ${chosen}`

const formerVersionsSql = `
  insert into instance_version (instance_key, version, organisation_id, transfer_syntax_uid, blob_key, byte_length, sha256, data_set_sha256, stored_at, superseded_at)
  select instance_key, former.version, former.organisation_id, former.transfer_syntax_uid, former.blob_key, former.byte_length, former.sha256, former.data_set_sha256, former.stored_at, former.superseded_at
  ${ofBlobs} join deleted_version as former on former.deleted_study_id = kept.deleted_study_id and former.series_instance_uid = kept.series_instance_uid and former.sop_instance_uid = kept.sop_instance_uid
  where ${chosen}`

const recompressedSql = `
  insert into recompressed (instance_key, version, organisation_id, transfer_syntax_uid, byte_length, sha256, data_set_sha256, pixels_offset, rest, recompressed_at)
  select instance_key, received.version, received.organisation_id, received.transfer_syntax_uid, received.byte_length, received.sha256, received.data_set_sha256, pixels_offset, rest, recompressed_at
  ${ofBlobs} join deleted_recompressed as received on received.deleted_study_id = kept.deleted_study_id and received.series_instance_uid = kept.series_instance_uid and received.sop_instance_uid = kept.sop_instance_uid
  where ${chosen}`
