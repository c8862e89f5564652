/** Reads the instances that were there before an extra attribute was added, for its values. */
import { inflateSync } from 'node:zlib'
import type { DicomJson } from '@isocenter/dicom'
import { rows, type Db } from '../platform/db.ts'
import { columns, toAttribute, type Row } from './extra-attributes.ts'
import { extraValuesOf } from './extra-values.ts'

/** How a step of filling in ended: more to do; all done; to be tried again shortly, since transactions of before are still open. */
export type FillStep = 'more' | 'done' | 'wait'

const instancesAtOnce = 200

/**
 * Fills in the values of the next instances, in one transaction. May be stopped after any step and go on anywhere, also at several
 * places at once.
 */
export async function fillExtraAttribute(db: Db, extraAttributeKey: string): Promise<FillStep> {
  return db.transaction(async (trx) => {
    const [found] = await rows<Row & { organisation_id: string; filled_to: string; is_seen: boolean }>(trx, `
      select ${columns}, organisation_id, filled_to, created_in < pg_snapshot_xmin(pg_current_snapshot()) as is_seen
      from extra_attribute where extra_attribute_key = ? for update`, [extraAttributeKey])
    if (!found || found.is_filled) return 'done'
    // Who began to store before the attribute was there may still store without it, behind where we would have read.
    if (!found.is_seen) return 'wait'

    const page = await rows<{ instance_key: string; study_key: string }>(trx, `
      select instance_key, study_key from instance where organisation_id = ? and instance_key > ? order by instance_key limit ?`, [found.organisation_id, found.filled_to, instancesAtOnce])
    const last = page.at(-1)
    if (!last) {
      await trx('extra_attribute').where({ extra_attribute_key: extraAttributeKey }).update({ is_filled: true, filled_at: trx.fn.now() })
      return 'done'
    }
    // As every writer: nothing below them changes from here on.
    await rows(trx, 'select study_key from study where study_key = any(?::bigint[]) order by organisation_id, study_instance_uid for update', [[...new Set(page.map((row) => row.study_key))]])
    const metadata = await rows<{ instance_key: string; series_key: string; study_key: string; metadata: Buffer }>(trx, `
      select instance_key, series_key, study_key, metadata from instance join instance_metadata using (instance_key) where instance_key = any(?::bigint[])`, [page.map((row) => row.instance_key)])
    const attribute = toAttribute(found)
    const values = metadata.flatMap(({ instance_key, series_key, study_key, metadata: deflated }) =>
      extraValuesOf(JSON.parse(inflateSync(deflated).toString('utf8')) as DicomJson, [attribute]).map((value) => ({ instance_key, series_key, study_key, ...value })))
    if (values.length > 0) await trx('extra_value').insert(values).onConflict().ignore()
    await trx('extra_attribute').where({ extra_attribute_key: extraAttributeKey }).update({ filled_to: last.instance_key, filled_at: trx.fn.now() })
    return 'more'
  })
}

/** Attributes not filled in, and not being so for some minutes: their job has gone. */
export async function extraAttributesLeftUnfilled(db: Db, before: Date): Promise<string[]> {
  return db('extra_attribute').where({ is_filled: false }).where('filled_at', '<', before).pluck<string[]>('extra_attribute_key')
}
