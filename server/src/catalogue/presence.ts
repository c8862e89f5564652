import { reachesStudy, type Access } from '../identity/index.ts'
import { rows, type Db } from '../platform/db.ts'
import type { Scope } from './scope.ts'

/** That something is there, and as which edition. */
export interface Presence {
  /**
   * Changes whenever anything in the scope does, and never returns to a former value, not even after delete and store: the stuff of ETags.
   * No two studies, series or instances of any organisation have the same: keys of each level are counted by themselves.
   */
  readonly revision: string
  readonly numberOfInstances: number
  readonly updatedAt: Date
}

/** SQL of the revision of a row, told apart from those of other levels. */
export const revisionOf = (level: 'study' | 'series' | 'instance', row: string): string => `'${level} ' || ${row}.${level}_key || '.' || ${row}.version`

const studySql = `
  select ${revisionOf('study', 'study')} as revision, number_of_study_related_instances as instances, updated_at
  from study where organisation_id = ? and study_instance_uid = ?`

const seriesSql = `
  select ${revisionOf('series', 'series')} as revision, number_of_series_related_instances as instances, series.updated_at
  from study join series using (study_key) where study.organisation_id = ? and study_instance_uid = ? and series_instance_uid = ?`

const instanceSql = `
  select ${revisionOf('instance', 'instance')} as revision, 1 as instances, stored_at as updated_at
  from study join series using (study_key) join instance using (series_key)
  where study.organisation_id = ? and study_instance_uid = ? and series_instance_uid = ? and sop_instance_uid = ?`

/** Whether a study, series or instance exists for this access, without reading what is in it. */
export async function presence(db: Db, access: Access, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: Scope): Promise<Presence | undefined> {
  if (!reachesStudy(access, StudyInstanceUID)) return undefined
  const uids = [StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID].filter((uid) => uid !== undefined)
  const sql = uids.length === 1 ? studySql : uids.length === 2 ? seriesSql : instanceSql
  const [row] = await rows<{ revision: string; instances: number; updated_at: Date }>(db, sql, [access.organisationId, ...uids])
  return row && { revision: row.revision, numberOfInstances: row.instances, updatedAt: row.updated_at }
}
