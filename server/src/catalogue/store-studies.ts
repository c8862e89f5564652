import { actorOf } from '../identity/index.ts'
import { together, type Trx } from '../platform/db.ts'
import { correctStudy, fillStudy } from './fill-in.ts'
import { assigned, withRows } from './json-rows.ts'
import { patientWasSql, patientWas, type PatientWas } from './deleted-patient.ts'
import { isStranger, knownOf, patientOf, type PatientIdentity } from './patient-conflict.ts'
import { studyRow, withoutPatient, type Prepared } from './prepare.ts'
import type { Ready } from './ready.ts'
import { recountStudies, saveModalities } from './recount.ts'

/** A study whose row this transaction has locked, and what the batch changes in it. */
export interface StudyState {
  readonly studyKey: string
  /** Made in this transaction, so that nothing can be in it yet. */
  readonly isNew: boolean
  /** Whose study it is: before the batch, where its deletion can be taken back and it does not say itself, who that was of; then with what the batch tells. */
  patient: PatientIdentity
  /** What people say of the patient; absent unless it was asked for. */
  corrected?: Partial<PatientIdentity>
  /** New, while a deletion of it can be taken back. */
  readonly wasDeleted: boolean
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

// Whose it was before it was deleted: what made the row may be of anybody.
const insertStatement = {
  name: 'insert-studies',
  text: `
    with made as (
      insert into study (organisation_id, study_instance_uid, stored_by, ${described.join(', ')})
      select organisation_id, study_instance_uid, stored_by, ${described.join(', ')} from json_populate_recordset(null::study, $1) as given
      where not exists (select from study where study.organisation_id = given.organisation_id and study.study_instance_uid = given.study_instance_uid)
      order by organisation_id, study_instance_uid
      on conflict (organisation_id, study_instance_uid) do nothing
      returning study_key, organisation_id, study_instance_uid
    )
    select study_key, was.* from made left join lateral (${patientWasSql('made')}) as was on true`,
}

// A row without PatientID contradicts nobody, so it is asked whose it was; a row that has one pays nothing.
const lockStatement = {
  name: 'lock-studies',
  text: `
    select study_key, organisation_id, study_instance_uid, attributes, more_attributes, modalities_in_study, sop_classes_in_study,
      study.patient_id, study.issuer_of_patient_id, study.patient_name_search, study.patient_birth_date,
      case when study.patient_id is null then (select to_json(was) from (${patientWasSql('study')}) as was) end as was
    from study join json_to_recordset($1) as given(organisation_id bigint, study_instance_uid text) using (organisation_id, study_instance_uid)
    order by organisation_id, study_instance_uid
    for update of study`,
}

interface StudyNow extends PatientIdentity {
  readonly study_key: string
  readonly organisation_id: string
  readonly study_instance_uid: string
  readonly attributes: string
  readonly more_attributes: string
  readonly modalities_in_study: string[]
  readonly sop_classes_in_study: string[]
  /** Null where the row names its patient, and where nothing of the study can come back. */
  readonly was: PatientWas | null
}

/** A study that was just made; without `deleted_study_id` where nothing of it can come back. */
type Made = { readonly study_key: string } & (PatientWas | { readonly deleted_study_id: null })

const patientBefore = (made: Made | undefined): PatientIdentity | undefined => (made === undefined || made.deleted_study_id === null ? undefined : patientWas(made))

const patientNow = (row: StudyNow): PatientIdentity => (row.was === null ? patientOf(row) : knownOf(patientOf(row), patientWas(row.was)))

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
      withRows<Made>(trx, insertStatement, missing.map(({ study }, index) => ({ ...study, ...keys[index] }))),
      withRows<StudyNow>(trx, lockStatement, keys),
    )
    const madeByKey = new Map(made.map((row) => [row.study_key, row]))
    for (const row of locked) {
      const was = patientBefore(madeByKey.get(row.study_key))
      states.set(`${row.organisation_id} ${row.study_instance_uid}`, {
        studyKey: row.study_key,
        isNew: madeByKey.has(row.study_key),
        patient: was ?? patientNow(row),
        wasDeleted: was !== undefined,
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
 * Lets studies that come again after a deletion be described by what is of their patient: each was made of the first of the batch, whoever that is of.
 * @param strangers places of those that are of somebody else
 */
export function describeAgain(studies: Iterable<StudyState>, placed: readonly { readonly prepared: Prepared; readonly series: { readonly study: StudyState } }[], strangers: ReadonlySet<number>): void {
  for (const study of [...studies].filter(({ wasDeleted }) => wasDeleted)) {
    const objects = [...placed.entries()].filter(([, { series }]) => series.study === study)
    const own = objects.find(([place]) => !strangers.has(place))
    const [first] = objects
    if (first === undefined || own === first) continue
    study.ready = own === undefined ? withoutPatient(first[1].prepared).study : own[1].prepared.study
    study.isFilled = true
  }
}

const unmakeStatement = {
  name: 'unmake-studies',
  text: 'delete from study using json_to_recordset($1) as given(study_key bigint) where study.study_key = given.study_key',
}

/** Takes back the studies that were made for what is held apart now. */
export async function unmakeStudies(trx: Trx, studies: Iterable<StudyState>): Promise<void> {
  const empty = [...studies].filter(({ wasDeleted, newInstances }) => wasDeleted && newInstances === 0)
  if (empty.length > 0) await withRows(trx, unmakeStatement, empty.map(({ studyKey }) => ({ study_key: studyKey })))
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
  study.patient = knownOf(patientOf(changed), study.patient)
  study.isFilled = true
}

/** An object as its study may be described by it: where it is of another patient, without what it says of that. */
export const ofItsPatient = (study: StudyState, prepared: Prepared): Prepared => (isStranger(study, prepared.study) ? withoutPatient(prepared) : prepared)

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
