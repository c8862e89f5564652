/** Rows of the worklist. Every function takes the access, and answers only for its organisation and the studies it reaches. */
import type { ScheduledStepStatus, WorklistItem } from '@isocenter/contracts'
import { orderedJson, type DicomJson } from '@isocenter/dicom'
import type { Access } from '../identity/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { withStatus, type NewItem } from './item.ts'
import type { SqlCondition } from './narrowing.ts'

type Reach = Pick<Access, 'organisationId' | 'studies'>

interface ItemRow {
  readonly worklist_item_id: string
  readonly study_instance_uid: string
  readonly patient_id: string
  readonly start_date: string
  readonly start_time: string
  readonly status: ScheduledStepStatus
  readonly attributes: string
  readonly version: number
  readonly created_at: Date
  readonly updated_at: Date
}

const selected = 'worklist_item_id, study_instance_uid, patient_id, start_date, start_time, status, attributes, version, created_at, updated_at'

/** An item with what it is about and what it is sorted by. */
export interface StoredItem {
  readonly StudyInstanceUID: string
  readonly PatientID: string
  readonly item: WorklistItem & { readonly attributes: DicomJson }
  readonly place: ItemPlace
}

/** Where an item stands in the order of a search. */
export interface ItemPlace {
  readonly startDate: string
  readonly startTime: string
  readonly worklistItemId: string
}

const toItem = (row: ItemRow): StoredItem => ({
  StudyInstanceUID: row.study_instance_uid,
  PatientID: row.patient_id,
  item: {
    worklistItemId: row.worklist_item_id,
    version: row.version,
    status: row.status,
    attributes: withStatus(JSON.parse(row.attributes) as DicomJson, row.status),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  },
  place: { startDate: row.start_date, startTime: row.start_time, worklistItemId: row.worklist_item_id },
})

const reachedSql = ({ studies }: Reach): SqlCondition => (studies === 'all' ? { text: 'true', bindings: [] } : { text: 'study_instance_uid = any(?::text[])', bindings: [studies] })

/**
 * Lets one transaction at a time change what belongs to these studies' schedules: items and performed steps name each other by values, so
 * that no row of the one could be locked for the other.
 */
export async function lockSchedules(trx: Trx, { organisationId }: Reach, StudyInstanceUIDs: readonly string[]): Promise<void> {
  for (const uid of [...new Set(StudyInstanceUIDs)].sort()) await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`schedule ${organisationId} ${uid}`])
}

/** Adds an item; undefined when its study and step are on the worklist already. */
export async function insertItem(trx: Trx, { organisationId }: Reach, { attributes, columns }: NewItem): Promise<StoredItem | undefined> {
  const [row] = await trx('worklist_item').insert({ organisation_id: organisationId, ...columns, attributes: orderedJson(attributes) })
    .onConflict(['organisation_id', 'study_instance_uid', 'scheduled_procedure_step_id']).ignore().returning<ItemRow[]>(selected.split(', '))
  return row && toItem(row)
}

/** The item of a study and step. */
export async function findItemOfStep(db: Db, reach: Reach, StudyInstanceUID: string, ScheduledProcedureStepID: string): Promise<StoredItem | undefined> {
  const [row] = await rows<ItemRow>(db, `select ${selected} from worklist_item where organisation_id = ? and study_instance_uid = ? and scheduled_procedure_step_id = ?`,
    [reach.organisationId, StudyInstanceUID, ScheduledProcedureStepID])
  return row && toItem(row)
}

export async function findItem(db: Db, reach: Reach, worklistItemId: string): Promise<StoredItem | undefined> {
  return selectItem(db, reach, worklistItemId, '')
}

/** Locks an item until the transaction ends. */
export async function lockItem(trx: Trx, reach: Reach, worklistItemId: string): Promise<StoredItem | undefined> {
  return selectItem(trx, reach, worklistItemId, 'for update')
}

async function selectItem(db: Db, reach: Reach, worklistItemId: string, locking: '' | 'for update'): Promise<StoredItem | undefined> {
  const reached = reachedSql(reach)
  const [row] = await rows<ItemRow>(db, `select ${selected} from worklist_item where organisation_id = ? and worklist_item_id = ? and ${reached.text} ${locking}`,
    [reach.organisationId, worklistItemId, ...bindingsOf(reached)])
  return row && toItem(row)
}

/** Puts other content into an item that is locked. */
export async function replaceItem(trx: Trx, worklistItemId: string, { attributes, columns }: NewItem): Promise<StoredItem> {
  const [row] = await trx('worklist_item').where({ worklist_item_id: worklistItemId })
    .update({ ...columns, attributes: orderedJson(attributes), version: trx.raw('version + 1'), updated_at: trx.fn.now() }).returning<ItemRow[]>(selected.split(', '))
  if (!row) throw new Error('a row that this transaction holds locked is missing')
  return toItem(row)
}

export async function deleteItem(trx: Trx, worklistItemId: string): Promise<void> {
  await trx('worklist_item').where({ worklist_item_id: worklistItemId }).delete()
}

/** Makes the status of a step's item what the performed steps of it come to; no performed step leaves it to what was said. */
export async function followPerformedSteps(trx: Trx, { organisationId }: Reach, StudyInstanceUID: string, ScheduledProcedureStepID: string): Promise<void> {
  await trx.raw(`
    update worklist_item set performed_status = performed.status, updated_at = now()
    from (
      select case when bool_or(status = 'IN PROGRESS') then 'STARTED' when bool_or(status = 'COMPLETED') then 'COMPLETED' when count(*) > 0 then 'DISCONTINUED' end as status
      from performed_step_schedule join performed_step using (performed_step_key)
      where performed_step_schedule.organisation_id = :organisationId and study_instance_uid = :study and scheduled_procedure_step_id = :step
    ) as performed
    where organisation_id = :organisationId and study_instance_uid = :study and scheduled_procedure_step_id = :step and performed_status is distinct from performed.status`,
  { organisationId, study: StudyInstanceUID, step: ScheduledProcedureStepID })
}

/** Items that satisfy the conditions, by start, behind a place; at most `limit`. */
export async function selectItems(db: Db, reach: Reach, conditions: readonly SqlCondition[], after: ItemPlace | undefined, limit: number): Promise<StoredItem[]> {
  const behind: SqlCondition[] = after ? [{ text: '(start_date, start_time, worklist_item_id) > (?, ?, ?::uuid)', bindings: [after.startDate, after.startTime, after.worklistItemId] }] : []
  const all = [reachedSql(reach), ...conditions, ...behind]
  const found = await rows<ItemRow>(db, `
    select ${selected} from worklist_item where organisation_id = ? and ${all.map(({ text }) => text).join(' and ')}
    order by start_date, start_time, worklist_item_id limit ?`, [reach.organisationId, ...all.flatMap(bindingsOf), limit])
  return found.map(toItem)
}

const bindingsOf = ({ bindings }: SqlCondition) => bindings.map((binding) => (typeof binding === 'string' ? binding : [...binding]))
