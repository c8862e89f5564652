/** Finding studies by their tags (PART-01). */
import { sql, type Sql } from '../catalogue/index.ts'
import type { Db } from '../platform/db.ts'

/** That a row of `study` has one of these tags, as it was last matched. By the index of tags, or along another order: how often a tag occurs is known, and decides. */
export const hasTag = (organisationId: string, tagIds: readonly string[]): Sql =>
  sql`study.study_key in (select study_key from study_tags where study_tags.organisation_id = ${organisationId} and tag_ids && ${[...tagIds]}::uuid[])`

/** Whether every study that was there has been matched by the rules as they are. */
export async function isTagSearchComplete(db: Db, organisationId: string): Promise<boolean> {
  const row = await db('tag_matching').where({ organisation_id: organisationId }).first<{ is_settled: boolean } | undefined>(db.raw('settled_version >= rules_version as is_settled'))
  return row?.is_settled ?? true
}
