import { together, type Trx } from '../platform/db.ts'
import { actorOf } from './actor.ts'
import { correctStudy, fillStudy } from './fill-in.ts'
import { assigned, withRows } from './json-rows.ts'
import { studyRow, type Prepared } from './prepare.ts'
import type { Ready } from './ready.ts'
import { recountStudies, saveModalities } from './recount.ts'

/** A study whose row this transaction has locked, and what the batch changes in it. */
export interface StudyState {
  readonly studyKey: string
  /** Made in this transaction, so that nothing can be in it yet. */
  readonly isNew: boolean
  readonly modalities: Set<string>
  readonly sopClasses: Set<string>
  ready: Ready
  newSeries: number
  newInstances: number
  isChanged: boolean
  isFilled: boolean
  hasNewModality: boolean
  /** True when an instance changed its SOP class, or a series its modality: what was in the study may be so no longer. */
  lostSomething: boolean
}

export const studyIdentity = ({ access, instance }: Pick<Prepared, 'access' | 'instance'>): string => `${access.organisationId} ${instance.StudyInstanceUID}`

/** What instances say of their study: whatever columns.ts and ready.ts make, save the study's identity. */
const described = Object.keys(studyRow({})).filter((column) => column !== 'study_instance_uid')

const insertStatement = {
  name: 'insert-studies',
  text: `
    insert into study (organisation_id, study_instance_uid, stored_by, ${described.join(', ')})
    select organisation_id, study_instance_uid, stored_by, ${described.join(', ')} from json_populate_recordset(null::study, $1) as given
    where not exists (select from study where study.organisation_id = given.organisation_id and study.study_instance_uid = given.study_instance_uid)
    order by organisation_id, study_instance_uid
    on conflict (organisation_id, study_instance_uid) do nothing
    returning study_key`,
}

const lockStatement = {
  name: 'lock-studies',
  text: `
    select study_key, organisation_id, study_instance_uid, attributes, more_attributes, modalities_in_study, sop_classes_in_study
    from study join json_to_recordset($1) as given(organisation_id bigint, study_instance_uid text) using (organisation_id, study_instance_uid)
    order by organisation_id, study_instance_uid
    for update of study`,
}

interface StudyNow {
  readonly study_key: string
  readonly organisation_id: string
  readonly study_instance_uid: string
  readonly attributes: string
  readonly more_attributes: string
  readonly modalities_in_study: string[]
  readonly sop_classes_in_study: string[]
}

/**
 * Makes the studies of a batch that are missing and locks all of them until the transaction ends. By `studyIdentity`.
 * First what is new, then what is there, both in one order for all writers: who waits for a new study holds no lock on an
 * old one, and so nobody waits in a circle.
 */
export async function lockStudies(trx: Trx, batch: readonly Prepared[]): Promise<Map<string, StudyState>> {
  const wanted = new Map(batch.map((prepared) => [studyIdentity(prepared), prepared] as const).toReversed())
  const states = new Map<string, StudyState>()
  // Again, when a study was deleted between the two statements.
  while (states.size < wanted.size) {
    const missing = [...wanted].flatMap(([identity, prepared]) => (states.has(identity) ? [] : [prepared]))
    const keys = missing.map(({ access, instance }) => ({ organisation_id: access.organisationId, study_instance_uid: instance.StudyInstanceUID, stored_by: actorOf(access) }))
    const [made, locked] = await together(
      withRows<Pick<StudyNow, 'study_key'>>(trx, insertStatement, missing.map(({ study }, index) => ({ ...study, ...keys[index] }))),
      withRows<StudyNow>(trx, lockStatement, keys),
    )
    const madeKeys = new Set(made.map((row) => row.study_key))
    for (const row of locked) {
      states.set(`${row.organisation_id} ${row.study_instance_uid}`, {
        studyKey: row.study_key,
        isNew: madeKeys.has(row.study_key),
        ready: row,
        modalities: new Set(row.modalities_in_study),
        sopClasses: new Set(row.sop_classes_in_study),
        newSeries: 0,
        newInstances: 0,
        isChanged: false,
        isFilled: false,
        hasNewModality: false,
        lostSomething: false,
      })
    }
  }
  return states
}

/**
 * Notes that an instance was accepted into the study.
 * @param isCorrection it takes the place of the study's oldest instance, which describes the study
 */
export function takeIntoStudy(study: StudyState, { instance, study: row }: Prepared, isCorrection: boolean): void {
  study.isChanged = true
  study.sopClasses.add(instance.SOPClassUID)
  const changed = isCorrection ? correctStudy(study.ready, row) : fillStudy(study.ready, row)
  if (!changed) return
  study.ready = changed
  study.isFilled = true
}

const countStatement = {
  name: 'count-studies',
  text: `
    update study set
      number_of_study_related_series = number_of_study_related_series + given.new_series,
      number_of_study_related_instances = number_of_study_related_instances + given.new_instances,
      modalities_in_study = given.modalities, sop_classes_in_study = given.sop_classes,
      version = version + 1, updated_at = now()
    from json_to_recordset($1) as given(study_key bigint, new_series integer, new_instances integer, modalities text[], sop_classes text[])
    where study.study_key = given.study_key`,
}

const fillStatement = {
  name: 'fill-studies',
  text: `
    update study set ${assigned(described)}
    from json_populate_recordset(null::study, $1) as given where study.study_key = given.study_key`,
}

/** Writes what the batch changed in its studies. */
export async function saveStudies(trx: Trx, studies: Iterable<StudyState>): Promise<void> {
  const changed = [...studies].filter(({ isChanged }) => isChanged)
  if (changed.length === 0) return
  const filled = changed.filter(({ isFilled }) => isFilled)
  if (filled.length > 0) await withRows(trx, fillStatement, filled.map(({ studyKey, ready }) => ({ ...ready, study_key: studyKey })))
  await withRows(trx, countStatement, changed.map((study) => ({
    study_key: study.studyKey,
    new_series: study.newSeries,
    new_instances: study.newInstances,
    modalities: [...study.modalities].sort(),
    sop_classes: [...study.sopClasses].sort(),
  })))
  const timeOrModality = changed.filter(({ isFilled, hasNewModality }) => isFilled || hasNewModality)
  if (timeOrModality.length > 0) await saveModalities(trx, timeOrModality.map(({ studyKey }) => studyKey))
  const toRecount = changed.filter(({ lostSomething }) => lostSomething)
  if (toRecount.length > 0) await recountStudies(trx, toRecount.map(({ studyKey }) => studyKey))
}
