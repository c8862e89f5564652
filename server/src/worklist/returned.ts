/** Which attributes of a worklist item an answer has (PS3.18 §8.3.4.3). */
import { formatTag, tagOf, type DicomJson, type Keyword, type Tag } from '@isocenter/dicom'

/** Return keys of type 1 and 2 (PS3.4 Table K.6-1) at the top level; those of the step come with its sequence. */
const always: ReadonlySet<string> = new Set(([
  'ScheduledProcedureStepSequence',
  'RequestedProcedureID', 'RequestedProcedureDescription', 'RequestedProcedureCodeSequence', 'StudyInstanceUID', 'ReferencedStudySequence', 'RequestedProcedurePriority',
  'PatientTransportArrangements', 'AccessionNumber', 'RequestingPhysician', 'ReferringPhysicianName', 'AdmissionID', 'CurrentPatientLocation', 'ReferencedPatientSequence',
  'PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex', 'PatientWeight', 'ConfidentialityConstraintOnPatientDataDescription', 'PatientState', 'PregnancyStatus',
  'MedicalAlerts', 'Allergies', 'SpecialNeeds',
] as const satisfies readonly Keyword[]).map((keyword) => formatTag(tagOf(keyword))))

/** The item as answered: what every answer has, and what was asked for, whole sequences of it. */
export function returned(dataSet: DicomJson, asked: readonly Tag[] | 'all'): DicomJson {
  if (asked === 'all') return dataSet
  const wanted = new Set(asked.map(formatTag))
  return Object.fromEntries(Object.entries(dataSet).filter(([key]) => always.has(key) || wanted.has(key)))
}
