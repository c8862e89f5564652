import type { Access } from '../identity/index.ts'
import { reachesStudy } from '../identity/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { withRows } from './json-rows.ts'
import type { Prepared } from './prepare.ts'
import type { Scope } from './scope.ts'

const liftStatement = {
  name: 'lift-tombstones',
  text: `
    delete from deletion using json_to_recordset($1) as given(organisation_id bigint, study_instance_uid text, series_instance_uid text, sop_instance_uid text)
    where deletion.organisation_id = given.organisation_id and deletion.study_instance_uid = given.study_instance_uid
      and (deletion.series_instance_uid is null
        or deletion.series_instance_uid = given.series_instance_uid
          and (deletion.sop_instance_uid is null or deletion.sop_instance_uid = given.sop_instance_uid))`,
}

/** What is stored again is no longer deleted, nor are the series and study it is in; what was deleted beside it still is. */
export async function liftTombstones(trx: Trx, stored: readonly Prepared[]): Promise<void> {
  if (stored.length === 0) return
  await withRows(trx, liftStatement, stored.map(({ access, instance }) => ({
    organisation_id: access.organisationId,
    study_instance_uid: instance.StudyInstanceUID,
    series_instance_uid: instance.SeriesInstanceUID,
    sop_instance_uid: instance.SOPInstanceUID,
  })))
}

/**
 * One for each instance that goes, one for each series that goes whole, and one for the study if nothing of it stays. The time is the database's and read while
 * the study is locked: what was begun under that lock is before it or behind it, whatever the clocks of servers say.
 */
const leaveSql = `
  with wanted as (
    select study.organisation_id, study_instance_uid, series_instance_uid, sop_instance_uid,
      (:SeriesInstanceUID::text is null or series_instance_uid = :SeriesInstanceUID::text)
      and (:SOPInstanceUID::text is null or sop_instance_uid = :SOPInstanceUID::text) as goes
    from study join series using (study_key) join instance using (series_key) where study.study_key = :studyKey::bigint
  ),
  gone as (
    select organisation_id, study_instance_uid, series_instance_uid, sop_instance_uid from wanted where goes
    union all
    select organisation_id, study_instance_uid, series_instance_uid, null from wanted group by 1, 2, 3 having bool_and(goes)
    union all
    select organisation_id, study_instance_uid, null, null from wanted group by 1, 2 having bool_and(goes)
  )
  insert into deletion (organisation_id, study_instance_uid, series_instance_uid, sop_instance_uid, deleted_at) select *, clock_timestamp() from gone
  on conflict (organisation_id, study_instance_uid, series_instance_uid, sop_instance_uid) do update set deleted_at = excluded.deleted_at`

/**
 * Remembers everything that is about to be deleted from a locked study, so that asking for it is answered 410 and not 404
 * (PS3.18 §8.5), also after something else is stored into the same study.
 */
export async function leaveTombstones(trx: Trx, studyKey: string, { SeriesInstanceUID, SOPInstanceUID }: Scope): Promise<void> {
  await trx.raw(leaveSql, { studyKey, SeriesInstanceUID: SeriesInstanceUID ?? null, SOPInstanceUID: SOPInstanceUID ?? null })
}

/** True when this was deleted and has not been stored again. */
export async function wasDeleted(db: Db, access: Access, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: Scope): Promise<boolean> {
  if (!reachesStudy(access, StudyInstanceUID)) return false
  const tombstone: unknown = await db('deletion').where({
    organisation_id: access.organisationId,
    study_instance_uid: StudyInstanceUID,
    series_instance_uid: SeriesInstanceUID ?? null,
    sop_instance_uid: SOPInstanceUID ?? null,
  }).first('organisation_id')
  return tombstone !== undefined
}
