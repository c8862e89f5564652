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

/** What is stored again is no longer deleted, nor are its series and study. */
export async function liftTombstones(trx: Trx, stored: readonly Prepared[]): Promise<void> {
  if (stored.length === 0) return
  await withRows(trx, liftStatement, stored.map(({ access, instance }) => ({
    organisation_id: access.organisationId,
    study_instance_uid: instance.StudyInstanceUID,
    series_instance_uid: instance.SeriesInstanceUID,
    sop_instance_uid: instance.SOPInstanceUID,
  })))
}

/** Remembers that something was deleted, so that asking for it is answered 410 and not 404 (PS3.18 §8.5). */
export async function leaveTombstones(trx: Trx, organisationId: string, scopes: readonly Scope[]): Promise<void> {
  // What was asked for can be named again as what became empty by it; one statement may touch a row only once.
  const distinct = new Map(scopes.map((scope) => [[scope.StudyInstanceUID, scope.SeriesInstanceUID, scope.SOPInstanceUID].join('/'), scope]))
  await trx('deletion').insert([...distinct.values()].map((scope) => ({
    organisation_id: organisationId,
    study_instance_uid: scope.StudyInstanceUID,
    series_instance_uid: scope.SeriesInstanceUID ?? null,
    sop_instance_uid: scope.SOPInstanceUID ?? null,
  }))).onConflict(['organisation_id', 'study_instance_uid', 'series_instance_uid', 'sop_instance_uid']).merge({ deleted_at: trx.fn.now() })
}

/** True when this, its series or its study was deleted and has not been stored again. */
export async function wasDeleted(db: Db, access: Access, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: Scope): Promise<boolean> {
  if (!reachesStudy(access, StudyInstanceUID)) return false
  const tombstone: unknown = await db('deletion')
    .where({ organisation_id: access.organisationId, study_instance_uid: StudyInstanceUID })
    .where((series) => series.whereNull('series_instance_uid').orWhere((at) => {
      at.where('series_instance_uid', SeriesInstanceUID ?? null)
        .where((instance) => instance.whereNull('sop_instance_uid').orWhere('sop_instance_uid', SOPInstanceUID ?? null))
    }))
    .first('organisation_id')
  return tombstone !== undefined
}
