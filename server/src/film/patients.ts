/** Whose images would stand together on a film: one rule, by which the screen is told and the server decides. */
import { comparable } from '@isocenter/dicom'
import { correctionsOf, told, type Corrections } from '../corrections/index.ts'
import { rows, type Db } from '../platform/db.ts'

/** What a study says of its patient, as corrected. */
export interface StudyPatient {
  readonly StudyInstanceUID: string
  readonly PatientID: string | null
  readonly IssuerOfPatientID: string | null
  readonly PatientName: string | null
  readonly PatientBirthDate: string | null
}

/**
 * Numbers the patients of studies, from 1: studies of one number are of one patient. That is PatientID and its issuer, where one that is not said contradicts
 * none but several; without a PatientID, name and birth date. A study that says neither is of nobody else's patient: nothing tells that it is.
 */
export function numberedPatients(studies: readonly StudyPatient[]): ReadonlyMap<string, number> {
  const issuers = Map.groupBy(studies, ({ PatientID }) => PatientID)
  const hasSeveralIssuers = (PatientID: string) => new Set(issuers.get(PatientID)?.flatMap(({ IssuerOfPatientID }) => IssuerOfPatientID ?? [])).size > 1
  const keyOf = ({ StudyInstanceUID, PatientID, IssuerOfPatientID, PatientName, PatientBirthDate }: StudyPatient): string => {
    if (PatientID !== null) return JSON.stringify(['number', PatientID, ...(hasSeveralIssuers(PatientID) ? [IssuerOfPatientID] : [])])
    return JSON.stringify(PatientName !== null && PatientBirthDate !== null ? ['name', PatientName, PatientBirthDate] : ['study', StudyInstanceUID])
  }
  const numbers = new Map<string, number>()
  return new Map(studies.map((study) => {
    const key = keyOf(study)
    const number = numbers.get(key) ?? numbers.size + 1
    numbers.set(key, number)
    return [study.StudyInstanceUID, number]
  }))
}

/** Columns of a study that tell its patient. */
export interface PatientRow {
  readonly study_instance_uid: string
  readonly patient_id: string | null
  readonly issuer_of_patient_id: string | null
  readonly patient_name: string | null
  readonly patient_birth_date: string | null
}

/** What a study says of its patient, in the form it is compared in. */
export function studyPatient(row: PatientRow, corrected: Corrections | undefined): StudyPatient {
  const PatientName = told(corrected, 'PatientName', row.patient_name)
  return {
    StudyInstanceUID: row.study_instance_uid,
    PatientID: told(corrected, 'PatientID', row.patient_id)?.trim().normalize('NFC') || null,
    // Who issued a corrected number is not known.
    IssuerOfPatientID: corrected?.PatientID === undefined ? row.issuer_of_patient_id : null,
    PatientName: PatientName === null ? null : comparable('PN', PatientName) ?? null,
    PatientBirthDate: told(corrected, 'PatientBirthDate', row.patient_birth_date) || null,
  }
}

/** How many patients these studies are of, as `numberedPatients` tells them apart; studies that are gone are of nobody. */
export async function patientCount(db: Db, organisationId: string, StudyInstanceUIDs: Iterable<string>): Promise<number> {
  const uids = [...new Set(StudyInstanceUIDs)]
  const found = await rows<PatientRow>(db, `
    select study_instance_uid, patient_id, issuer_of_patient_id, patient_name, patient_birth_date from study
    where organisation_id = ? and study_instance_uid = any(?::text[])`, [organisationId, uids])
  const corrections = await correctionsOf(db, organisationId, uids)
  return new Set(numberedPatients(found.map((row) => studyPatient(row, corrections.get(row.study_instance_uid)))).values()).size
}
