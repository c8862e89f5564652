/** What the images say of the patient, the examination and what was asked for, in the order a person reads it (LIST-14). */
import { correctable, correctableKeywords, type CaseAttribute, type Performer } from '@isocenter/contracts'
import type { Correction, Corrections } from '../corrections/index.ts'
import { formatTag, tagOf, textOf, type DicomJson, type Keyword } from '@isocenter/dicom'

const patient: readonly Keyword[] = [
  'PatientName', 'PatientID', 'IssuerOfPatientID', 'PatientSex', 'PatientAge', 'PatientSize', 'PatientWeight', 'PregnancyStatus', 'MedicalAlerts',
  'Allergies', 'AdditionalPatientHistory', 'PatientComments',
]
/** Only for who may see identities. */
const identity: readonly Keyword[] = ['PatientBirthDate', 'OtherPatientIDs', 'PatientTelephoneNumbers', 'PatientAddress']
const exam: readonly Keyword[] = [
  'StudyInstanceUID', 'StudyDate', 'StudyTime', 'StudyDescription', 'StudyID', 'InstitutionName', 'InstitutionalDepartmentName', 'StationName',
  'Manufacturer', 'ManufacturerModelName', 'ProtocolName', 'OperatorsName', 'PerformingPhysicianName',
]
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

/** The attributes of a block as people have corrected them, each with what the images say; what they say nothing of comes at the end. */
function corrected(block: 'patient' | 'exam' | 'order', told: readonly CaseAttribute[], corrections: Corrections, seesIdentities: boolean, performer: (actor: string) => Performer): CaseAttribute[] {
  const of = (keyword: string) => (corrections as Readonly<Record<string, Correction | undefined>>)[keyword]
  const note = ({ by, at }: Correction, original?: string) => ({ ...(original === undefined ? {} : { original }), correctedBy: performer(by), correctedAt: at })
  const there = new Set(told.map(({ keyword }) => keyword))
  const added = correctableKeywords.filter((keyword) => correctable[keyword].block === block && !there.has(keyword) && (seesIdentities || !('isIdentity' in correctable[keyword])))
  return [
    ...told.map((one) => {
      const correction = of(one.keyword)
      return correction === undefined ? one : { keyword: one.keyword, value: correction.value, correction: note(correction, one.value) }
    }),
    ...added.flatMap((keyword) => {
      const correction = of(keyword)
      return correction === undefined ? [] : [{ keyword, value: correction.value, correction: note(correction) }]
    }),
  ]
}

/**
 * Three blocks of attributes that have a value.
 * @param study of the study and of its first series together
 */
export function caseInformation(study: DicomJson, seesIdentities: boolean, corrections: Corrections, performer: (actor: string) => Performer): { patient: CaseAttribute[]; exam: CaseAttribute[]; order: CaseAttribute[] } {
  const items = study[formatTag(tagOf('RequestAttributesSequence'))]?.Value ?? []
  const requests = items.flatMap((item) => (
    typeof item === 'object' && item !== null
      ? readable(item as DicomJson, [
        'RequestedProcedureID',
        'RequestedProcedureDescription',
        'ReasonForTheRequestedProcedure',
        'ScheduledProcedureStepDescription',
      ])
      : []
  ))
  const once = new Map(requests.map((one) => [`${one.keyword} ${one.value}`, one]))
  return {
    patient: corrected('patient', readable(study, seesIdentities ? [...patient, ...identity] : patient), corrections, seesIdentities, performer),
    exam: corrected('exam', readable(study, exam), corrections, seesIdentities, performer),
    order: corrected('order', [...readable(study, order), ...once.values()], corrections, seesIdentities, performer),
  }
}
