import type { Keyword, VR } from '@isocenter/dicom'

export type Level = 'study' | 'series' | 'instance'

/**
 * How a column is compared:
 * - `uid`: a text column that takes lists; `text`: exact or wildcard, case-sensitive; Chinese, Japanese and Korean inside
 *   wildcards is looked up by the column's tokens where the table names them
 * - `name`: the folded name in `COLUMN_search` (and, where the table says so, its Han tokens)
 * - `date`, `time`: normal text, ranges; `integer`: a text column whose whole number stands in `number`
 * - `modalities`: the side table study_modality; `uids`: an array column; `request`: one item of request_attributes
 */
export type Searchable =
  | { readonly level: Level; readonly vr: VR; readonly column: string; readonly match: 'uid' | 'date' | 'time' | 'uids' | 'modalities' }
  | { readonly level: Level; readonly vr: VR; readonly column: string; readonly match: 'text'; readonly tokens?: string }
  | { readonly level: Level; readonly vr: 'PN'; readonly column: string; readonly match: 'name'; readonly tokens?: string }
  | { readonly level: Level; readonly vr: 'IS'; readonly column: string; readonly match: 'integer'; readonly number: string }

/**
 * Attributes a search can match (PS3.18 Table 10.6.1-5 and what viewers ask for besides): the one place where a keyword
 * meets a column. The items of RequestAttributesSequence stand in `searchableRequest`.
 */
export const searchable = {
  StudyDate:              { level: 'study', vr: 'DA', column: 'study_date', match: 'date' },
  StudyTime:              { level: 'study', vr: 'TM', column: 'study_time', match: 'time' },
  AccessionNumber:        { level: 'study', vr: 'SH', column: 'accession_number', match: 'text' },
  ModalitiesInStudy:      { level: 'study', vr: 'CS', column: 'modalities_in_study', match: 'modalities' },
  SOPClassesInStudy:      { level: 'study', vr: 'UI', column: 'sop_classes_in_study', match: 'uids' },
  ReferringPhysicianName: { level: 'study', vr: 'PN', column: 'referring_physician_name', match: 'name' },
  StudyDescription:       { level: 'study', vr: 'LO', column: 'study_description', match: 'text', tokens: 'study_description_tokens' },
  PatientName:            { level: 'study', vr: 'PN', column: 'patient_name', match: 'name', tokens: 'patient_name_tokens' },
  PatientID:              { level: 'study', vr: 'LO', column: 'patient_id', match: 'text' },
  IssuerOfPatientID:      { level: 'study', vr: 'LO', column: 'issuer_of_patient_id', match: 'text' },
  PatientBirthDate:       { level: 'study', vr: 'DA', column: 'patient_birth_date', match: 'date' },
  PatientSex:             { level: 'study', vr: 'CS', column: 'patient_sex', match: 'text' },
  StudyInstanceUID:       { level: 'study', vr: 'UI', column: 'study_instance_uid', match: 'uid' },
  StudyID:                { level: 'study', vr: 'SH', column: 'study_id', match: 'text' },

  SeriesDate:        { level: 'series', vr: 'DA', column: 'series_date', match: 'date' },
  SeriesTime:        { level: 'series', vr: 'TM', column: 'series_time', match: 'time' },
  Modality:          { level: 'series', vr: 'CS', column: 'modality', match: 'text' },
  SeriesDescription: { level: 'series', vr: 'LO', column: 'series_description', match: 'text' },
  BodyPartExamined:  { level: 'series', vr: 'CS', column: 'body_part_examined', match: 'text' },
  SeriesInstanceUID: { level: 'series', vr: 'UI', column: 'series_instance_uid', match: 'uid' },
  SeriesNumber:      { level: 'series', vr: 'IS', column: 'series_number', match: 'integer', number: 'series_number_sort' },
  PerformedProcedureStepStartDate: { level: 'series', vr: 'DA', column: 'performed_procedure_step_start_date', match: 'date' },
  PerformedProcedureStepStartTime: { level: 'series', vr: 'TM', column: 'performed_procedure_step_start_time', match: 'time' },

  SOPClassUID:    { level: 'instance', vr: 'UI', column: 'sop_class_uid', match: 'uid' },
  SOPInstanceUID: { level: 'instance', vr: 'UI', column: 'sop_instance_uid', match: 'uid' },
  InstanceNumber: { level: 'instance', vr: 'IS', column: 'instance_number', match: 'integer', number: 'instance_number_sort' },
  NumberOfFrames: { level: 'instance', vr: 'IS', column: 'number_of_frames', match: 'integer', number: 'number_of_frames' },
} satisfies Partial<Record<Keyword, Searchable>>

export type SearchableKeyword = keyof typeof searchable

/** What an item of RequestAttributesSequence is matched by; the items stand as objects with these members in series.request_attributes. */
export const searchableRequest = {
  ScheduledProcedureStepID: { vr: 'SH' },
  RequestedProcedureID: { vr: 'SH' },
} satisfies Partial<Record<Keyword, { readonly vr: VR }>>

export type SearchableRequestKeyword = keyof typeof searchableRequest

/**
 * Characters of one value that are kept for matching; a longer value is matched by its beginning. PS3.5 allows names three groups
 * of 64 and identifiers and descriptions 64; with four bytes a character these still fit one entry of the index study_by_time.
 */
export const searchableCharacters = (vr: VR): number => (vr === 'PN' ? 200 : 120)
