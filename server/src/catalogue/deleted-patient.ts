/** Whose a study was that is deleted and can come back: until then its StudyInstanceUID is that patient's (decision 0054). */
import { comparable } from '@isocenter/dicom'
import type { PatientIdentity } from './patient-conflict.ts'

export interface PatientWas {
  readonly deleted_study_id: string
  readonly patient_id: string | null
  readonly issuer_of_patient_id: string | null
  readonly patient_name: string | null
  readonly patient_birth_date: string | null
}

/** Which deletions can come back into their study, in the words of the index `deleted_study_of_study`; what was held apart was in no study. */
export const canComeBackSql = "quarantine_id is null and state in ('deleted', 'restoring', 'purging')"

/**
 * Of a study the deletion that is being taken back, or else the latest that is not ended.
 * @param study alias of what has `organisation_id` and `study_instance_uid`
 */
export const patientWasSql = (study: string): string => `
  select deleted_study_id, patient_id, issuer_of_patient_id, patient_name, patient_birth_date from deleted_study
  where deleted_study.organisation_id = ${study}.organisation_id and deleted_study.study_instance_uid = ${study}.study_instance_uid
    and ${canComeBackSql}
  order by state = 'restoring' desc, deleted_at desc limit 1`

export const patientWas = ({ patient_id, issuer_of_patient_id, patient_name, patient_birth_date }: Omit<PatientWas, 'deleted_study_id'>): PatientIdentity => ({
  patient_id, issuer_of_patient_id, patient_name_search: patient_name === null ? null : comparable('PN', patient_name) ?? null, patient_birth_date,
})
