import { record } from '../audit/index.ts'
import { reachesStudy, type Access } from '../identity/index.ts'
import { rows, type Trx } from '../platform/db.ts'
import { actorOf } from './actor.ts'
import { recordChanges } from './changes.ts'
import { recountStudies } from './recount.ts'
import type { Scope } from './scope.ts'
import { leaveTombstones } from './tombstones.ts'

/**
 * Deletes a study, a series or an instance with all its versions, within the caller's transaction: what is left empty goes
 * too, counters follow, the blobs are handed to the sweep, and a tombstone of everything that went stays. The number of
 * instances that went; 0 when there was nothing the access reaches.
 */
export async function deleteScope(trx: Trx, access: Access, scope: Scope): Promise<number> {
  if (!reachesStudy(access, scope.StudyInstanceUID)) return 0
  const { organisationId } = access
  // The same lock as storing takes: see storeBatch.
  const study = await trx('study').where({ organisation_id: organisationId, study_instance_uid: scope.StudyInstanceUID })
    .forUpdate().first<{ study_key: string; patient_id: string | null } | undefined>('study_key', 'patient_id')
  if (!study) return 0

  await leaveTombstones(trx, study.study_key, scope)
  const deleted = await deleteInstances(trx, organisationId, study.study_key, scope)
  if (deleted === 0) return 0
  await deleteEmpty(trx, study.study_key)
  await record(trx, [{
    organisationId,
    actor: actorOf(access),
    action: 'study.delete',
    outcome: 'success',
    StudyInstanceUID: scope.StudyInstanceUID,
    PatientID: study.patient_id ?? undefined,
    occurrences: deleted,
    detail: { SeriesInstanceUID: scope.SeriesInstanceUID, SOPInstanceUID: scope.SOPInstanceUID },
  }])
  await recordChanges(trx, [{ organisationId, action: 'deleted', scope }])
  return deleted
}

// One statement, so that every blob of a row that goes is handed over, and no other.
const deleteSql = `
  with wanted as (
    select instance_key, series_key from instance join series using (study_key, series_key)
    where study_key = :studyKey::bigint
      and (:SeriesInstanceUID::text is null or series_instance_uid = :SeriesInstanceUID::text)
      and (:SOPInstanceUID::text is null or sop_instance_uid = :SOPInstanceUID::text)
  ),
  former as (delete from instance_version using wanted where instance_version.instance_key = wanted.instance_key returning blob_key),
  gone as (delete from instance using wanted where instance.instance_key = wanted.instance_key returning instance.series_key, blob_key),
  given_up as (
    insert into obsolete_blob (blob_key, organisation_id)
    select blob_key, :organisationId::bigint from former union all select blob_key, :organisationId::bigint from gone
  )
  update series set
    number_of_series_related_instances = number_of_series_related_instances - left_it.instances, version = version + 1, updated_at = now()
  from (select series_key, count(*)::integer as instances from gone group by series_key) as left_it
  where series.series_key = left_it.series_key
  returning left_it.instances`

async function deleteInstances(trx: Trx, organisationId: string, studyKey: string, scope: Scope): Promise<number> {
  const result = await trx.raw<{ rows: { instances: number }[] }>(deleteSql, {
    organisationId,
    studyKey,
    SeriesInstanceUID: scope.SeriesInstanceUID ?? null,
    SOPInstanceUID: scope.SOPInstanceUID ?? null,
  })
  return result.rows.reduce((sum, { instances }) => sum + instances, 0)
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
