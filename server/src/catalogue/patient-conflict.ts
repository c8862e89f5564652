import { comparable } from '@isocenter/dicom'
import type { StudyColumns } from './columns.ts'

/** What tells the patient of an object from another's, in the form it is compared in; null where the object does not say it. */
export type PatientIdentity = Pick<StudyColumns, 'patient_id' | 'issuer_of_patient_id' | 'patient_name_search' | 'patient_birth_date'>

export const patientOf = ({ patient_id, issuer_of_patient_id, patient_name_search, patient_birth_date }: PatientIdentity): PatientIdentity => ({
  patient_id,
  issuer_of_patient_id,
  patient_name_search,
  patient_birth_date,
})

/**
 * Whether two objects of one study cannot be of one patient: their PatientIDs differ, or are the same by issuers that differ; or neither has a PatientID, and names
 * or birth dates differ. What one of them does not say contradicts nothing. Names of one patient are written in many ways, so that beside equal PatientIDs they do
 * not matter (decision 0054).
 */
export function isOtherPatient(one: PatientIdentity, other: PatientIdentity): boolean {
  if (one.patient_id !== null && other.patient_id !== null) return one.patient_id !== other.patient_id || differ(one.issuer_of_patient_id, other.issuer_of_patient_id)
  if (one.patient_id !== null || other.patient_id !== null) return false
  return haveNoNameInCommon(one.patient_name_search, other.patient_name_search) || differ(one.patient_birth_date, other.patient_birth_date)
}

/** Columns of what people have written of a patient; null is what they left as it was. */
export interface CorrectedRow {
  readonly patient_id: string | null
  readonly patient_name: string | null
  readonly patient_birth_date: string | null
}

/** What people have written of a patient, as it is compared; what they left as it was is not in it. */
export function correctedPatient({ patient_id, patient_name, patient_birth_date }: CorrectedRow): Partial<PatientIdentity> {
  const name = patient_name === null ? undefined : comparable('PN', patient_name)
  return {
    // Who issued another number is not known.
    ...(patient_id !== null && { patient_id: comparable('LO', patient_id) ?? null, issuer_of_patient_id: null }),
    ...(name !== undefined && { patient_name_search: name }), ...(patient_birth_date !== null && { patient_birth_date }),
  }
}

/** Whose a study is: by what describes it, and by what people have corrected where that was read. */
export interface StudyPatient {
  readonly patient: PatientIdentity
  readonly corrected?: Partial<PatientIdentity> | undefined
}

/** Whether an object is of another patient than its study; what says the same as people do belongs there. */
export const isStranger = ({ patient, corrected }: StudyPatient, object: PatientIdentity): boolean =>
  isOtherPatient(patient, object) && (corrected === undefined || isOtherPatient({ ...patient, ...corrected }, object))

/** What is known of a patient after another object of the same has told what it knows. */
export function knownOf(patient: PatientIdentity, more: PatientIdentity): PatientIdentity {
  return {
    patient_id: patient.patient_id ?? more.patient_id,
    issuer_of_patient_id: patient.issuer_of_patient_id ?? more.issuer_of_patient_id,
    patient_name_search: patient.patient_name_search ?? more.patient_name_search,
    patient_birth_date: patient.patient_birth_date ?? more.patient_birth_date,
  }
}

const differ = (one: string | null, other: string | null): boolean => one !== null && other !== null && one !== other

/** A name is written in up to three ways, alphabetic, ideographic and phonetic: one in common is enough. */
function haveNoNameInCommon(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return false
  const written = new Set(groupsOf(one))
  return written.isDisjointFrom(new Set(groupsOf(other)))
}

const groupsOf = (name: string): string[] => name.split('=').filter((group) => group !== '')
