import type { Access } from '../identity/index.ts'
import { rows, type Db } from '../platform/db.ts'

/** How many instances are stored of each of these studies; those of which there is none, or which the access does not reach, are left out. */
export async function instancesOfStudies(db: Db, { organisationId, studies }: Pick<Access, 'organisationId' | 'studies'>, StudyInstanceUIDs: readonly string[]): Promise<Map<string, number>> {
  const reached = studies === 'all' ? StudyInstanceUIDs : StudyInstanceUIDs.filter((uid) => studies.includes(uid))
  const found = await rows<{ study_instance_uid: string; instances: number }>(db, `
    select study_instance_uid, number_of_study_related_instances as instances from study
    where organisation_id = ? and study_instance_uid = any(?::text[])`, [organisationId, [...reached]])
  return new Map(found.map((row) => [row.study_instance_uid, row.instances]))
}
