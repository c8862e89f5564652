/** What the images say of the patient, the examination and what was asked for, in the order a person reads it (LIST-14). */
import type { CaseAttribute } from '@isocenter/contracts'
import { formatTag, tagOf, textOf, type DicomJson, type Keyword } from '@isocenter/dicom'

const patient: readonly Keyword[] = ['PatientName', 'PatientID', 'IssuerOfPatientID', 'PatientSex', 'PatientAge', 'PatientSize', 'PatientWeight', 'PregnancyStatus', 'MedicalAlerts', 'Allergies', 'AdditionalPatientHistory', 'PatientComments']
/** Only for who may see identities. */
const identity: readonly Keyword[] = ['PatientBirthDate', 'OtherPatientIDs', 'PatientTelephoneNumbers', 'PatientAddress']
const exam: readonly Keyword[] = ['StudyInstanceUID', 'StudyDate', 'StudyTime', 'StudyDescription', 'StudyID', 'InstitutionName', 'InstitutionalDepartmentName', 'StationName', 'Manufacturer', 'ManufacturerModelName', 'ProtocolName', 'OperatorsName', 'PerformingPhysicianName']
const order: readonly Keyword[] = ['AccessionNumber', 'ReferringPhysicianName', 'RequestingPhysician', 'RequestingService', 'AdmissionID', 'AdmittingDiagnosesDescription', 'ReasonForVisit', 'CurrentPatientLocation']

/** First value of an attribute as text; undefined where there is none. */
export function textIn(json: DicomJson, keyword: Keyword): string | undefined {
  for (const value of json[formatTag(tagOf(keyword))]?.Value ?? []) {
    const text = textOf(value)?.trim()
    if (text !== undefined && text !== '') return text
  }
  return undefined
}

const readable = (json: DicomJson, keywords: readonly Keyword[]): CaseAttribute[] => keywords.flatMap((keyword) => {
  const value = textIn(json, keyword)
  return value === undefined ? [] : [{ keyword, value }]
})

/**
 * Three blocks of attributes that have a value.
 * @param study of the study and of its first series together
 */
export function caseInformation(study: DicomJson, seesIdentities: boolean): { patient: CaseAttribute[]; exam: CaseAttribute[]; order: CaseAttribute[] } {
  const items = study[formatTag(tagOf('RequestAttributesSequence'))]?.Value ?? []
  const requests = items.flatMap((item) => (typeof item === 'object' && item !== null ? readable(item as DicomJson, ['RequestedProcedureID', 'RequestedProcedureDescription', 'ReasonForTheRequestedProcedure', 'ScheduledProcedureStepDescription']) : []))
  const once = new Map(requests.map((one) => [`${one.keyword} ${one.value}`, one]))
  return { patient: readable(study, seesIdentities ? [...patient, ...identity] : patient), exam: readable(study, exam), order: [...readable(study, order), ...once.values()] }
}
