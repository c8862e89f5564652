/** Objects that came for a study of another patient: kept, but apart from it, until somebody decides (decision 0054). */
import { createHash } from 'node:crypto'
import { actorOf } from '../identity/index.ts'
import { publish } from '../notifications/index.ts'
import { rows, type Trx } from '../platform/db.ts'
import { patientWas, patientWasSql, type PatientWas } from './deleted-patient.ts'
import type { Decision } from './duplicates.ts'
import { bytea, withRows } from './json-rows.ts'
import { correctedPatient, isStranger, knownOf, type CorrectedRow, type PatientIdentity } from './patient-conflict.ts'
import type { Prepared } from './prepare.ts'
import { metadataColumns, type WithFormer } from './store-instances.ts'
import type { StudyState } from './store-studies.ts'

/**
 * Which of a batch are of another patient than their study: by their place in it. What is in the study already under the same UIDs is not asked, since other bytes
 * under the same UIDs are a correction of that object, which duplicate policies are for. Within a batch the first that says who the patient is, is believed.
 */
export async function findStrangers(trx: Trx, batch: readonly WithFormer[]): Promise<ReadonlySet<number>> {
  const suspects = strangersIn(batch)
  if (suspects.size === 0) return suspects
  await learnCorrections(trx, new Set([...suspects].flatMap((place) => batch[place]?.series.study ?? [])))
  return new Set([...strangersIn(batch)].filter((place) => batch[place]?.former === undefined))
}

function strangersIn(batch: readonly WithFormer[]): Set<number> {
  const strangers = new Set<number>()
  const patients = new Map<StudyState, PatientIdentity>()
  for (const [place, { prepared, series: { study }, former }] of batch.entries()) {
    const patient = patients.get(study) ?? study.patient
    if (isStranger({ patient, corrected: study.corrected }, prepared.study)) strangers.add(place)
    else if (former === undefined) patients.set(study, knownOf(patient, prepared.study))
  }
  return strangers
}

const correctedSql = "corrections #>> '{PatientID,value}' as patient_id, corrections #>> '{PatientName,value}' as patient_name, corrections #>> '{PatientBirthDate,value}' as patient_birth_date"

const correctionsStatement = {
  name: 'read-corrected-patients',
  text: `
    select study_key, ${correctedSql}
    from json_to_recordset($1) as given(study_key bigint) join study using (study_key) join study_correction using (organisation_id, study_instance_uid)`,
}

/** Reads what people say of the patients of studies, for `isStranger`. An object that says the same belongs there, whatever those before it say. */
export async function learnCorrections(trx: Trx, studies: Iterable<StudyState>): Promise<void> {
  const byKey = new Map([...studies].map((study) => [study.studyKey, study]))
  const found = await withRows<CorrectedRow & { readonly study_key: string }>(trx, correctionsStatement, [...byKey.keys()].map((study_key) => ({ study_key })))
  for (const row of found) {
    const study = byKey.get(row.study_key)
    if (study !== undefined) study.corrected = correctedPatient(row)
  }
}

const deletedSql = `
  select was.* from (select ?::bigint as organisation_id, ?::text as study_instance_uid) as asked cross join lateral (${patientWasSql('asked')}) as was`

const correctedOfStudySql = `select ${correctedSql} from study_correction where organisation_id = ? and study_instance_uid = ?`

/** What people say of the patient of one study, whether it is there or not; undefined where nothing. */
export async function correctedPatientOf(trx: Trx, organisationId: string, StudyInstanceUID: string): Promise<Partial<PatientIdentity> | undefined> {
  const [said] = await rows<CorrectedRow>(trx, correctedOfStudySql, [organisationId, StudyInstanceUID])
  return said && correctedPatient(said)
}

/** Whether the study of an object, which is not there, is deleted, can come back and is of another patient. */
export async function isDeletedOfAnother(trx: Trx, { access: { organisationId }, instance: { StudyInstanceUID }, study }: Prepared): Promise<boolean> {
  const [was] = await rows<PatientWas>(trx, deletedSql, [organisationId, StudyInstanceUID])
  if (was === undefined) return false
  return isStranger({ patient: patientWas(was), corrected: await correctedPatientOf(trx, organisationId, StudyInstanceUID) }, study)
}

interface Head {
  readonly quarantine_id: string
  readonly organisation_id: string
  readonly study_instance_uid: string
  readonly patient_key: string
  readonly is_new: boolean
}

// Locks the one that is there: of what comes, is put into the study and is deleted at once, one is first.
const headStatement = {
  name: 'find-or-make-quarantines',
  text: `
    insert into quarantine (organisation_id, study_instance_uid, patient_key, patient_id, issuer_of_patient_id, patient_name, patient_birth_date, patient_sex, modalities, received_by)
    select organisation_id, study_instance_uid, patient_key, patient_id, issuer_of_patient_id, patient_name, patient_birth_date, patient_sex, modalities, received_by
    from json_populate_recordset(null::quarantine, $1) order by organisation_id, study_instance_uid, patient_key
    on conflict (organisation_id, study_instance_uid, patient_key) do update
      set modalities = array(select distinct modality from unnest(quarantine.modalities || excluded.modalities) as modality order by modality)
    returning quarantine_id, organisation_id, study_instance_uid, patient_key, xmax = 0 as is_new`,
}

const heldStatement = {
  name: 'read-quarantined',
  text: `
    select position, held.blob_key
    from json_to_recordset($1) as given(position integer, quarantine_id uuid, series_instance_uid text, sop_instance_uid text, sha256 bytea, data_set_sha256 bytea, blob_key text)
      join quarantined_instance as held using (quarantine_id, series_instance_uid, sop_instance_uid)
    where held.sha256 = given.sha256 or held.data_set_sha256 = given.data_set_sha256
    order by position, held.blob_key = given.blob_key`,
}

const columns = [
  'quarantine_id', 'organisation_id', 'series_instance_uid', 'sop_instance_uid', 'sop_class_uid', 'transfer_syntax_uid', 'blob_key', 'byte_length', 'sha256', 'data_set_sha256', 'layout', 'warnings',
  'metadata', 'text_bytes', 'crc32',
].join(', ')

const insertStatement = {
  name: 'insert-quarantined',
  text: `
    with added as (insert into quarantined_instance (${columns}) select ${columns} from json_populate_recordset(null::quarantined_instance, $1) returning quarantine_id)
    update quarantine set last_received_at = now() where quarantine_id in (select quarantine_id from added)`,
}

/** Keeps objects apart from their studies, whose rows are locked; decisions in the order given. The same bytes again change nothing. */
export async function holdApart(trx: Trx, strangers: readonly Prepared[]): Promise<Decision[]> {
  if (strangers.length === 0) return []
  const wanted = [...Map.groupBy(strangers, placeOf).values()].flatMap((ofOne) => ofOne.slice(0, 1).map((first) => ({
    ...headColumns(first),
    modalities: [...new Set(ofOne.flatMap(({ series }) => series.modality ?? []))].sort(),
  })))
  const heads = new Map((await withRows<Head>(trx, headStatement, wanted)).map((head) => [`${head.organisation_id} ${head.study_instance_uid} ${head.patient_key}`, head]))
  const placed = strangers.map((prepared) => ({ prepared, head: known(heads.get(placeOf(prepared))) }))

  const held = new Map<number, string>()
  const found = await withRows<{ position: number; blob_key: string }>(trx, heldStatement, placed.map(({ prepared: { instance }, head }, position) => ({
    position, quarantine_id: head.quarantine_id, series_instance_uid: instance.SeriesInstanceUID, sop_instance_uid: instance.SOPInstanceUID,
    sha256: bytea(instance.sha256), data_set_sha256: bytea(instance.dataSetSha256), blob_key: instance.blobKey,
  })))
  for (const row of found) held.set(row.position, row.blob_key)
  const fresh = placed.filter((_, position) => !held.has(position))
  if (fresh.length > 0) await withRows(trx, insertStatement, fresh.map(({ prepared, head }) => instanceColumns(prepared, head)))
  for (const { organisation_id: organisationId, quarantine_id: recordId, is_new } of heads.values()) {
    if (is_new) await publish(trx, { event: 'study.held-apart', organisationId, recordId, details: {} })
  }
  return placed.map(({ prepared: { instance } }, position) => {
    const blobKey = held.get(position)
    // Under its own key it is this very object: its commit went through unheard.
    return { outcome: 'quarantined', version: 0, blobKept: blobKey === undefined || blobKey === instance.blobKey, writes: blobKey === undefined ? 'quarantine' : 'nothing' }
  })
}

const placeOf = (prepared: Prepared): string => `${prepared.access.organisationId} ${prepared.instance.StudyInstanceUID} ${patientKey(prepared)}`

const patientKey = ({ study: { patient_id, issuer_of_patient_id, patient_name_search, patient_birth_date } }: Prepared): string =>
  createHash('sha256').update(JSON.stringify([patient_id, issuer_of_patient_id, patient_name_search, patient_birth_date])).digest('base64url')

const headColumns = (prepared: Prepared) => ({
  organisation_id: prepared.access.organisationId,
  study_instance_uid: prepared.instance.StudyInstanceUID,
  patient_key: patientKey(prepared),
  patient_id: prepared.study.patient_id,
  issuer_of_patient_id: prepared.study.issuer_of_patient_id,
  patient_name: prepared.study.patient_name,
  patient_birth_date: prepared.study.patient_birth_date,
  patient_sex: prepared.study.patient_sex,
  received_by: actorOf(prepared.access),
})

const instanceColumns = (prepared: Prepared, head: Head) => ({
  quarantine_id: head.quarantine_id,
  organisation_id: prepared.access.organisationId,
  series_instance_uid: prepared.instance.SeriesInstanceUID,
  sop_instance_uid: prepared.instance.SOPInstanceUID,
  sop_class_uid: prepared.instance.SOPClassUID,
  transfer_syntax_uid: prepared.instance.transferSyntaxUID,
  blob_key: prepared.instance.blobKey,
  byte_length: prepared.instance.byteLength,
  sha256: bytea(prepared.instance.sha256),
  data_set_sha256: bytea(prepared.instance.dataSetSha256),
  layout: bytea(prepared.instance.layout),
  warnings: prepared.instance.warnings && prepared.instance.warnings.length > 0 ? prepared.instance.warnings : null,
  ...metadataColumns(prepared),
})

function known(head: Head | undefined): Head {
  if (head === undefined) throw new Error('a quarantine that was just made or found is missing')
  return head
}
