/** What in a data set says who it is of or where it comes from, to be looked for in the texts that stay. */
import { attribute } from '../dictionary.ts'
import type { DicomJson, DicomJsonAttribute, DicomJsonValue } from '../json.ts'

/** Beside names of persons: numbers and names that a sender's habit may repeat in a label or the meaning of a code. */
const identifying = new Set([
  'PatientID', 'OtherPatientIDs', 'AccessionNumber', 'PatientBirthDate', 'PatientAddress', 'PatientTelephoneNumbers', 'MedicalRecordLocator', 'AdmissionID', 'ServiceEpisodeID',
  'InstitutionName', 'InstitutionAddress', 'StationName', 'DeviceSerialNumber', 'RequestedProcedureID', 'StudyDate', 'SeriesDate', 'AcquisitionDate', 'ContentDate', 'PatientComments', 'IssuerOfPatientID',
])
const shortestWord = 3

/** The identifying texts of a data set and all its items, folded for comparison. */
export function identifiersOf(dataSet: DicomJson): ReadonlySet<string> {
  const found = new Set<string>()
  gather(dataSet, found)
  return found
}

function gather(dataSet: DicomJson, found: Set<string>): void {
  for (const [key, element] of Object.entries(dataSet)) {
    if (element.vr === 'SQ') for (const item of element.Value ?? []) gather(item as DicomJson, found)
    else if (element.vr === 'PN' || identifying.has(attribute(Number.parseInt(key, 16))?.keyword ?? '')) for (const value of element.Value ?? []) note(value, found)
  }
}

function note(value: DicomJsonValue, found: Set<string>): void {
  if (typeof value === 'string') add(value, found)
  else if (typeof value === 'object' && value !== null) for (const group of Object.values(value)) if (typeof group === 'string') noteName(group, found)
}

/** The whole, and each part of it that is more than an initial. */
function noteName(group: string, found: Set<string>): void {
  add(group.replaceAll('^', ''), found)
  for (const part of group.split(/[\^ ,.]+/)) add(part, found)
}

function add(text: string, found: Set<string>): void {
  const folded = fold(text)
  if (folded.length >= (isIdeographic(folded) ? 2 : shortestWord) && !meaningless.has(folded)) found.add(folded)
}

const isIdeographic = (text: string) => /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(text)
/** Left where a name was, or told of everybody. */
const meaningless = new Set(['anonymous', 'anonymized', 'anonymised', 'unknown', 'none', 'patient', 'test', '000'])
const fold = (text: string) => text.normalize('NFKC').toLowerCase().trim()

/** Whether a value that would stay says one of them. Of a name with few letters only a whole word counts: `Li` is in `spleen lining`. */
export function tells({ vr, Value = [] }: DicomJsonAttribute, identifiers: ReadonlySet<string>): boolean {
  return identifiers.size > 0 && Value.some((value) => {
    // Some write the Patient ID into the Series Number.
    if (vr === 'IS' && typeof value === 'number') return value >= 10_000 && identifiers.has(String(value))
    if (typeof value !== 'string') return false
    const folded = fold(value)
    const words = new Set(folded.split(/[^\p{L}\p{N}]+/u))
    for (const identifier of identifiers) if (words.has(identifier) || ((identifier.length > shortestWord || isIdeographic(identifier)) && folded.includes(identifier))) return true
    return false
  })
}
