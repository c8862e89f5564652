import { comparable, comparableValues, integerOf, nameTokens, tagOf, formatTag, textOf } from '@isocenter/dicom'
import type { DicomJson, VR } from '@isocenter/dicom'
import { searchable, searchableCharacters, searchableRequest } from './attributes.ts'
import type { SearchableKeyword, SearchableRequestKeyword } from './attributes.ts'

/** What a study's row is searched by; names as in the table. */
export interface StudyColumns {
  readonly study_instance_uid: string
  readonly patient_id: string | null
  readonly issuer_of_patient_id: string | null
  readonly patient_name: string | null
  readonly patient_name_search: string | null
  readonly patient_name_tokens: string[]
  readonly patient_birth_date: string | null
  readonly patient_sex: string | null
  readonly study_date: string | null
  readonly study_time: string | null
  readonly accession_number: string | null
  readonly study_id: string | null
  readonly study_description: string | null
  readonly referring_physician_name: string | null
  readonly referring_physician_name_search: string | null
}

/** What a series' row is searched by. `request_attributes` is JSON text, for a jsonb column. */
export interface SeriesColumns {
  readonly series_instance_uid: string
  readonly modality: string | null
  readonly series_number: string | null
  readonly series_number_sort: number | null
  readonly series_description: string | null
  readonly series_date: string | null
  readonly series_time: string | null
  readonly body_part_examined: string | null
  readonly performed_procedure_step_start_date: string | null
  readonly performed_procedure_step_start_time: string | null
  readonly request_attributes: string
}

/** What an instance's row is searched by. */
export interface InstanceColumns {
  readonly sop_instance_uid: string
  readonly sop_class_uid: string
  readonly instance_number: string | null
  readonly instance_number_sort: number | null
  readonly number_of_frames: number | null
}

/** The study's searchable columns out of one instance's metadata. Absent, empty and unreadable values are null. */
export function studyColumns(json: DicomJson): StudyColumns {
  const PatientName = written(json, 'PatientName')
  const ReferringPhysicianName = written(json, 'ReferringPhysicianName')
  return {
    study_instance_uid: normal(json, 'StudyInstanceUID') ?? '',
    patient_id: normal(json, 'PatientID'),
    issuer_of_patient_id: normal(json, 'IssuerOfPatientID'),
    patient_name: PatientName,
    patient_name_search: normal(json, 'PatientName'),
    patient_name_tokens: PatientName === null ? [] : nameTokens(PatientName),
    patient_birth_date: normal(json, 'PatientBirthDate'),
    patient_sex: normal(json, 'PatientSex'),
    study_date: normal(json, 'StudyDate'),
    study_time: normal(json, 'StudyTime'),
    accession_number: normal(json, 'AccessionNumber'),
    study_id: normal(json, 'StudyID'),
    study_description: normal(json, 'StudyDescription'),
    referring_physician_name: ReferringPhysicianName,
    referring_physician_name_search: normal(json, 'ReferringPhysicianName'),
  }
}

/** The series' searchable columns out of one instance's metadata. */
export function seriesColumns(json: DicomJson): SeriesColumns {
  return {
    series_instance_uid: normal(json, 'SeriesInstanceUID') ?? '',
    modality: normal(json, 'Modality'),
    series_number: normal(json, 'SeriesNumber'),
    series_number_sort: whole(json, 'SeriesNumber'),
    series_description: normal(json, 'SeriesDescription'),
    series_date: normal(json, 'SeriesDate'),
    series_time: normal(json, 'SeriesTime'),
    body_part_examined: normal(json, 'BodyPartExamined'),
    performed_procedure_step_start_date: normal(json, 'PerformedProcedureStepStartDate'),
    performed_procedure_step_start_time: normal(json, 'PerformedProcedureStepStartTime'),
    request_attributes: JSON.stringify(requestItems(json)),
  }
}

/** The instance's searchable columns. */
export function instanceColumns(json: DicomJson): InstanceColumns {
  return {
    sop_instance_uid: normal(json, 'SOPInstanceUID') ?? '',
    sop_class_uid: normal(json, 'SOPClassUID') ?? '',
    instance_number: normal(json, 'InstanceNumber'),
    instance_number_sort: whole(json, 'InstanceNumber'),
    number_of_frames: fitsInteger(whole(json, 'NumberOfFrames')),
  }
}

/** The items of RequestAttributesSequence as far as they can be matched; one without identifiers still counts for empty-value matching. */
function requestItems(json: DicomJson): Partial<Record<SearchableRequestKeyword, string>>[] {
  const items = json[formatTag(tagOf('RequestAttributesSequence'))]?.Value ?? []
  const keywords = Object.keys(searchableRequest) as SearchableRequestKeyword[]
  return items.flatMap((item) => {
    if (typeof item !== 'object' || item === null) return []
    const found: Partial<Record<SearchableRequestKeyword, string>> = {}
    for (const keyword of keywords) {
      const [text] = comparableValues(searchableRequest[keyword].vr, (item as DicomJson)[formatTag(tagOf(keyword))])
      if (text !== undefined) found[keyword] = short(text, searchableRequest[keyword].vr)
    }
    return [found]
  })
}

/** The first value as written, for people to read. */
function written(json: DicomJson, keyword: SearchableKeyword): string | null {
  for (const value of json[formatTag(tagOf(keyword))]?.Value ?? []) {
    const text = textOf(value)
    if (text !== undefined) return short(text, searchable[keyword].vr)
  }
  return null
}

/** The first value in the form it is compared in. */
function normal(json: DicomJson, keyword: SearchableKeyword): string | null {
  const text = written(json, keyword)
  if (text === null) return null
  const compared = comparable(searchable[keyword].vr, text)
  return compared === undefined ? null : short(compared, searchable[keyword].vr)
}

function whole(json: DicomJson, keyword: SearchableKeyword): number | null {
  const text = written(json, keyword)
  return text === null ? null : integerOf(text) ?? null
}

/** The column is four bytes wide; no object has more frames than that, a larger number is a mistake of its sender. */
const fitsInteger = (number: number | null): number | null => (number !== null && number >= 0 && number <= 0x7fffffff ? number : null)

/** By code points, so that no surrogate pair is cut in two. */
function short(text: string, vr: VR): string {
  const most = searchableCharacters(vr)
  return text.length <= most ? text : Array.from(text).slice(0, most).join('')
}
