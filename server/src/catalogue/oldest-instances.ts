import type { Trx } from '../platform/db.ts'
import { withRows } from './json-rows.ts'

/** Whose oldest instance an instance is. Keys ascend in the order in which instances are stored. */
export interface OldestOf {
  readonly study: boolean
  readonly series: boolean
}

const readStatement = {
  name: 'read-oldest-instances',
  text: `
    select instance.instance_key,
      not exists (select from instance as older where older.study_key = instance.study_key and older.instance_key < instance.instance_key) as study,
      not exists (select from instance as older where older.series_key = instance.series_key and older.instance_key < instance.instance_key) as series
    from instance join json_to_recordset($1) as given(instance_key bigint) using (instance_key)`,
}

/** Of these instances of locked studies, by their key, whether they are the oldest of their study and series: what these say of themselves is what it said. */
export async function findOldest(trx: Trx, instanceKeys: readonly string[]): Promise<Map<string, OldestOf>> {
  if (instanceKeys.length === 0) return new Map()
  const found = await withRows<OldestOf & { instance_key: string }>(trx, readStatement, instanceKeys.map((instance_key) => ({ instance_key })))
  return new Map(found.map(({ instance_key, study, series }) => [instance_key, { study, series }]))
}
