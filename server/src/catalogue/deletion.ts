import { randomUUID } from 'node:crypto'
import { record } from '../audit/index.ts'
import { actorOf, reachesStudy, type Access } from '../identity/index.ts'
import { rows, type Trx } from '../platform/db.ts'
import { recordChanges } from './changes.ts'
import { studyLocked } from './problems.ts'
import { recountStudies } from './recount.ts'
import type { Scope } from './scope.ts'
import { leaveTombstones } from './tombstones.ts'

/** What is said of a deletion. */
export interface DeletionNote {
  readonly reason?: string | undefined
  /** The device that is deleted with what it made. */
  readonly deviceId?: string | undefined
}

export interface Deletion {
  /** How many instances went. */
  readonly deleted: number
  /** What they can be restored by; absent where there was nothing the access reaches. */
  readonly deletedStudyId?: string | undefined
}

/**
 * Deletes a study, a series or an instance with all its versions, within the caller's transaction: what is left empty goes too, counters follow,
 * and a tombstone of everything that went stays. Rows and blobs are kept aside, from where `restoration.ts` brings them back and `purging.ts`
 * removes them for good.
 * @throws studyLocked 409
 */
export async function deleteScope(trx: Trx, access: Access, scope: Scope, { reason, deviceId }: DeletionNote = {}): Promise<Deletion> {
  if (!reachesStudy(access, scope.StudyInstanceUID)) return { deleted: 0 }
  const { organisationId } = access
  // The same lock as storing takes: see storeBatch.
  const study = await trx('study').where({ organisation_id: organisationId, study_instance_uid: scope.StudyInstanceUID })
    .forUpdate().first<{ study_key: string; patient_id: string | null } | undefined>('study_key', 'patient_id')
  if (!study) return { deleted: 0 }
  await assertNotLocked(trx, organisationId, scope.StudyInstanceUID)

  await leaveTombstones(trx, study.study_key, scope)
  const deletedStudyId = randomUUID()
  const kept = await keepAside(trx, { deletedStudyId, studyKey: study.study_key, scope, actor: actorOf(access), reason, deviceId })
  if (kept === undefined) return { deleted: 0 }
  await deleteInstances(trx, study.study_key, scope)
  await deleteEmpty(trx, study.study_key)
  await record(trx, [{
    organisationId,
    actor: actorOf(access),
    action: 'study.delete',
    outcome: 'success',
    StudyInstanceUID: scope.StudyInstanceUID,
    PatientID: study.patient_id ?? undefined,
    occurrences: kept.instances,
    detail: { SeriesInstanceUID: scope.SeriesInstanceUID, SOPInstanceUID: scope.SOPInstanceUID, deletedStudyId, bytes: kept.bytes, reason, deviceId },
  }])
  await recordChanges(trx, [{ organisationId, action: 'deleted', scope }])
  return { deleted: kept.instances, deletedStudyId }
}

/** @throws studyLocked 409 */
async function assertNotLocked(trx: Trx, organisationId: string, StudyInstanceUID: string): Promise<void> {
  const lock = await trx('study_lock').where({ organisation_id: organisationId, study_instance_uid: StudyInstanceUID }).first<{ locked_by: string } | undefined>('locked_by')
  if (lock) throw studyLocked('Unlock it first.', { lockedBy: lock.locked_by })
}

const chosen = `
  study_key = :studyKey::bigint
  and (:SeriesInstanceUID::text is null or series_instance_uid = :SeriesInstanceUID::text)
  and (:SOPInstanceUID::text is null or sop_instance_uid = :SOPInstanceUID::text)`

const headSql = `
  insert into deleted_study (deleted_study_id, organisation_id, study_instance_uid, series_instance_uid, sop_instance_uid, deleted_by, reason, device_id, instances, bytes,
    patient_id, issuer_of_patient_id, patient_name, patient_birth_date, study_date, study_description, accession_number, modalities, stored_by, arrived_at, deleted_at)
  select :deletedStudyId::uuid, organisation_id, study_instance_uid, :SeriesInstanceUID::text, :SOPInstanceUID::text, :actor::text, :reason::text, :deviceId::uuid, 0, 0,
    patient_id, issuer_of_patient_id, patient_name, patient_birth_date, study_date, study_description, accession_number, modalities_in_study, stored_by, created_at, clock_timestamp()
  from study where study_key = :studyKey::bigint`

const instancesSql = `
  insert into deleted_instance (deleted_study_id, organisation_id, series_instance_uid, sop_instance_uid, sop_class_uid, transfer_syntax_uid, version, blob_key, byte_length, sha256, data_set_sha256,
    layout, warnings, metadata, text_bytes, crc32, stored_at)
  select :deletedStudyId::uuid, instance.organisation_id, series_instance_uid, sop_instance_uid, sop_class_uid, transfer_syntax_uid, instance.version, blob_key, byte_length, sha256, data_set_sha256,
    layout, warnings, coalesce(metadata, ''), text_bytes, crc32, stored_at
  from instance join series using (study_key, series_key) left join instance_metadata using (instance_key) where ${chosen}`

const versionsSql = `
  insert into deleted_version (deleted_study_id, series_instance_uid, sop_instance_uid, version, organisation_id,
    transfer_syntax_uid, blob_key, byte_length, sha256, data_set_sha256, stored_at, superseded_at)
  select :deletedStudyId::uuid, series_instance_uid, sop_instance_uid, former.version, former.organisation_id,
    former.transfer_syntax_uid, former.blob_key, former.byte_length, former.sha256, former.data_set_sha256, former.stored_at, superseded_at
  from instance_version former join instance using (instance_key) join series using (study_key, series_key) where ${chosen}`

const recompressedSql = `
  insert into deleted_recompressed (deleted_study_id, series_instance_uid, sop_instance_uid, version, organisation_id,
    transfer_syntax_uid, byte_length, sha256, data_set_sha256, pixels_offset, rest, recompressed_at)
  select :deletedStudyId::uuid, series_instance_uid, sop_instance_uid, received.version, received.organisation_id,
    received.transfer_syntax_uid, received.byte_length, received.sha256, received.data_set_sha256, pixels_offset, rest, recompressed_at
  from recompressed received join instance using (instance_key) join series using (study_key, series_key) where ${chosen}`

const countedSql = `
  update deleted_study set (instances, bytes) = (
    select count(*), coalesce(sum(byte_length), 0) + coalesce((select sum(byte_length) from deleted_version where deleted_study_id = :deletedStudyId::uuid), 0)
    from deleted_instance where deleted_study_id = :deletedStudyId::uuid
  ) where deleted_study_id = :deletedStudyId::uuid returning instances, bytes`

/** Copies the rows of what goes to where they wait; undefined when there is nothing in the scope. */
async function keepAside(trx: Trx, { deletedStudyId, studyKey, scope, actor, reason = null, deviceId = null }: {
  deletedStudyId: string; studyKey: string; scope: Scope; actor: string; reason?: string | null | undefined; deviceId?: string | null | undefined
}): Promise<{ instances: number; bytes: number } | undefined> {
  const bindings = { deletedStudyId, studyKey, SeriesInstanceUID: scope.SeriesInstanceUID ?? null, SOPInstanceUID: scope.SOPInstanceUID ?? null }
  await trx.raw(headSql, { ...bindings, actor, reason, deviceId })
  await trx.raw(instancesSql, bindings)
  await trx.raw(versionsSql, bindings)
  await trx.raw(recompressedSql, bindings)
  const { rows: [counted] } = await trx.raw<{ rows: { instances: number; bytes: string }[] }>(countedSql, bindings)
  if (counted !== undefined && counted.instances > 0) return { instances: counted.instances, bytes: Number(counted.bytes) }
  await trx('deleted_study').where({ deleted_study_id: deletedStudyId }).delete()
  return undefined
}

// Former versions, metadata, thumbnails and the like go with their instance.
const deleteSql = `
  with wanted as (select instance_key from instance join series using (study_key, series_key) where ${chosen}),
  gone as (delete from instance using wanted where instance.instance_key = wanted.instance_key returning instance.series_key)
  update series set
    number_of_series_related_instances = number_of_series_related_instances - left_it.instances, version = version + 1, updated_at = now()
  from (select series_key, count(*)::integer as instances from gone group by series_key) as left_it
  where series.series_key = left_it.series_key`

async function deleteInstances(trx: Trx, studyKey: string, scope: Scope): Promise<void> {
  await trx.raw(deleteSql, { studyKey, SeriesInstanceUID: scope.SeriesInstanceUID ?? null, SOPInstanceUID: scope.SOPInstanceUID ?? null })
}

/** Removes series and study that hold nothing any more and brings what stays up to date. */
async function deleteEmpty(trx: Trx, studyKey: string): Promise<void> {
  await trx('series').where({ study_key: studyKey, number_of_series_related_instances: 0 }).delete()
  const [left] = await rows(trx, 'select series_key from series where study_key = ? limit 1', [studyKey])
  if (left) {
    await recountStudies(trx, [studyKey])
    await trx('study').where({ study_key: studyKey }).update({ version: trx.raw('version + 1'), updated_at: trx.fn.now() })
  } else {
    await trx('study').where({ study_key: studyKey }).delete()
  }
}
