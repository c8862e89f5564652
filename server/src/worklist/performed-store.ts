/** Rows of performed procedure steps. Every function takes the access, and answers only for its organisation. */
import type { PerformedStep, PerformedStepStatus } from '@isocenter/contracts'
import { orderedJson, type DicomJson } from '@isocenter/dicom'
import type { Access } from '../identity/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { comparableIn, itemsIn, textIn } from './data-set.ts'

type Reach = Pick<Access, 'organisationId' | 'studies'>

/** A scheduled step that is performed; without an id it was not scheduled. */
export interface ScheduledRef {
  readonly StudyInstanceUID: string
  readonly ScheduledProcedureStepID: string | undefined
}

/** A step as it is held. */
export interface StoredStep {
  readonly performedStepKey: string
  readonly SOPInstanceUID: string
  readonly status: PerformedStepStatus
  readonly dataSet: DicomJson
  readonly startDate: string
  readonly startTime: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

interface StepRow {
  readonly performed_step_key: string
  readonly sop_instance_uid: string
  readonly status: PerformedStepStatus
  readonly attributes: string
  readonly start_date: string
  readonly start_time: string
  readonly created_at: Date
  readonly updated_at: Date
}

const selected = 'performed_step_key, sop_instance_uid, status, attributes, start_date, start_time, created_at, updated_at'

const toStep = (row: StepRow): StoredStep => ({
  performedStepKey: row.performed_step_key, SOPInstanceUID: row.sop_instance_uid, status: row.status, dataSet: JSON.parse(row.attributes) as DicomJson,
  startDate: row.start_date, startTime: row.start_time, createdAt: row.created_at, updatedAt: row.updated_at,
})

/** What a step performs, in the order it says it. */
export const scheduleIn = (dataSet: DicomJson): ScheduledRef[] => itemsIn(dataSet, 'ScheduledStepAttributesSequence')
  .map((item) => ({ StudyInstanceUID: textIn(item, 'StudyInstanceUID') ?? '', ScheduledProcedureStepID: comparableIn(item, 'ScheduledProcedureStepID', 'SH')[0] }))

/** Adds a step; false when its UID is taken. */
export async function insertStep(trx: Trx, { organisationId }: Reach, SOPInstanceUID: string, dataSet: DicomJson): Promise<boolean> {
  const [row] = await trx('performed_step').insert({
    organisation_id: organisationId,
    sop_instance_uid: SOPInstanceUID,
    status: 'IN PROGRESS',
    performed_station_ae_title: comparableIn(dataSet, 'PerformedStationAETitle', 'AE')[0] ?? '',
    modality: comparableIn(dataSet, 'Modality', 'CS')[0] ?? '',
    patient_id: comparableIn(dataSet, 'PatientID', 'LO')[0] ?? null,
    start_date: comparableIn(dataSet, 'PerformedProcedureStepStartDate', 'DA')[0] ?? '',
    start_time: comparableIn(dataSet, 'PerformedProcedureStepStartTime', 'TM')[0] ?? '',
    attributes: orderedJson(dataSet),
  }).onConflict(['organisation_id', 'sop_instance_uid']).ignore().returning<{ performed_step_key: string }[]>('performed_step_key')
  if (!row) return false
  await trx('performed_step_schedule').insert(scheduleIn(dataSet).map(({ StudyInstanceUID, ScheduledProcedureStepID = '' }, place) => ({
    performed_step_key: row.performed_step_key, organisation_id: organisationId, place, study_instance_uid: StudyInstanceUID, scheduled_procedure_step_id: ScheduledProcedureStepID,
  })))
  return true
}

/** A step whose schedules all lie within the studies that the access reaches. */
const reachedSql = ({ studies }: Reach): { text: string; bindings: string[][] } => (studies === 'all'
  ? { text: 'true', bindings: [] }
  : { text: 'not exists (select from performed_step_schedule as schedule where schedule.performed_step_key = performed_step.performed_step_key and study_instance_uid <> all(?::text[]))', bindings: [[...studies]] })

export async function findStep(db: Db, reach: Reach, SOPInstanceUID: string, locking: '' | 'for update' = ''): Promise<StoredStep | undefined> {
  const reached = reachedSql(reach)
  const [row] = await rows<StepRow>(db, `select ${selected} from performed_step where organisation_id = ? and sop_instance_uid = ? and ${reached.text} ${locking}`,
    [reach.organisationId, SOPInstanceUID, ...reached.bindings])
  return row && toStep(row)
}

/** Puts the changed data set into a step that is locked. */
export async function updateStep(trx: Trx, { performedStepKey }: StoredStep, status: PerformedStepStatus, dataSet: DicomJson): Promise<void> {
  await trx('performed_step').where({ performed_step_key: performedStepKey }).update({ status, attributes: orderedJson(dataSet), updated_at: trx.fn.now() })
}

/** Where a step stands in the list: the latest first. */
export interface StepPlace {
  readonly startDate: string
  readonly startTime: string
  readonly performedStepKey: string
}

export interface StepFilter {
  readonly status?: PerformedStepStatus | undefined
  readonly StudyInstanceUID?: string | undefined
}

/** Steps behind a place, the latest first; at most `limit`. */
export async function listSteps(db: Db, reach: Reach, { status, StudyInstanceUID }: StepFilter, after: StepPlace | undefined, limit: number): Promise<StoredStep[]> {
  const reached = reachedSql(reach)
  const conditions = [
    { text: 'organisation_id = ?', bindings: [reach.organisationId] }, reached,
    ...(status === undefined ? [] : [{ text: 'status = ?', bindings: [status] }]),
    ...(StudyInstanceUID === undefined ? [] : [{
      text: 'performed_step_key in (select performed_step_key from performed_step_schedule where organisation_id = ? and study_instance_uid = ?)', bindings: [reach.organisationId, StudyInstanceUID],
    }]),
    ...(after ? [{ text: '(start_date, start_time, performed_step_key) < (?, ?, ?::bigint)', bindings: [after.startDate, after.startTime, after.performedStepKey] }] : []),
  ]
  const found = await rows<StepRow>(db, `
    select ${selected} from performed_step where ${conditions.map(({ text }) => text).join(' and ')}
    order by start_date desc, start_time desc, performed_step_key desc limit ?`, [...conditions.flatMap(({ bindings }) => bindings as (string | string[])[]), limit])
  return found.map(toStep)
}

/** The worklist items of what steps perform, by step, in order; without those that are on no worklist. */
export async function worklistItemsOf(db: Db, steps: readonly StoredStep[]): Promise<Map<string, (string | undefined)[]>> {
  const found = await rows<{ performed_step_key: string; place: number; worklist_item_id: string }>(db, `
    select performed_step_key, place, worklist_item_id from performed_step_schedule
      join worklist_item using (organisation_id, study_instance_uid, scheduled_procedure_step_id)
    where performed_step_key = any(?::bigint[])`, [steps.map(({ performedStepKey }) => performedStepKey)])
  const items = new Map<string, (string | undefined)[]>()
  for (const { performed_step_key, place, worklist_item_id } of found) {
    const places = items.get(performed_step_key) ?? []
    places[place] = worklist_item_id
    items.set(performed_step_key, places)
  }
  return items
}

/** A step as the product API tells it. */
export function toPerformedStep(step: StoredStep, worklistItems: readonly (string | undefined)[], numberOfInstances: ReadonlyMap<string, number>): PerformedStep {
  return {
    SOPInstanceUID: step.SOPInstanceUID, status: step.status, attributes: step.dataSet,
    schedule: scheduleIn(step.dataSet).map(({ StudyInstanceUID, ScheduledProcedureStepID }, place) => ({
      StudyInstanceUID, numberOfInstances: numberOfInstances.get(StudyInstanceUID) ?? 0,
      ...(ScheduledProcedureStepID !== undefined && { ScheduledProcedureStepID }),
      ...(worklistItems[place] !== undefined && { worklistItemId: worklistItems[place] }),
    })),
    createdAt: step.createdAt.toISOString(), updatedAt: step.updatedAt.toISOString(),
  }
}
