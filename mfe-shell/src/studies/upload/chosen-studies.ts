/** Studies that chosen files are of, by what their headers say, and what in them does not fit together. */
import { shownKeywords, type Header, type ShownKeyword } from './dicom-file.ts'
import type { UploadItem } from './upload-queue.ts'

export interface ChosenStudy {
  readonly StudyInstanceUID: string
  readonly files: number
  readonly bytes: number
  readonly modalities: readonly string[]
  readonly StudyDate: string | undefined
  /** What the first file says that says anything. */
  readonly values: Readonly<Partial<Record<ShownKeyword, string>>>
  /** Patients its files are of, each once: more than one is somebody's mistake. */
  readonly patients: readonly string[]
}

/** Spaces and case of a name are no other patient. */
const folded = (text: string | undefined): string => (text ?? '').replaceAll(/[\s^=]+/g, ' ').trim().toLowerCase()
const patientOf = ({ values: { PatientID, PatientName } }: Header): string => `${PatientName ?? ''} ${PatientID ?? ''}`.trim()
/** The identifier says who it is; the name where there is none. */
const patientKey = ({ values: { PatientID, PatientName } }: Header): string => (PatientID === undefined ? `name ${folded(PatientName)}` : `id ${folded(PatientID)} ${folded(PatientName)}`)

interface Gathered {
  files: number
  bytes: number
  StudyDate: string | undefined
  readonly modalities: Set<string>
  readonly values: Partial<Record<ShownKeyword, string>>
  readonly patients: Map<string, string>
}

/** Of files that are ready; those without a readable header are of none. */
export function chosenStudies(items: readonly UploadItem[]): ChosenStudy[] {
  const studies = new Map<string, Gathered>()
  for (const { outcome, header, bytes } of items) {
    if (outcome !== 'ready' || header === undefined) continue
    const study: Gathered = studies.get(header.StudyInstanceUID) ?? { files: 0, bytes: 0, modalities: new Set(), StudyDate: undefined, values: {}, patients: new Map() }
    studies.set(header.StudyInstanceUID, study)
    study.files++
    study.bytes += bytes
    if (header.Modality !== undefined) study.modalities.add(header.Modality)
    study.StudyDate ??= header.StudyDate
    for (const keyword of shownKeywords) if (study.values[keyword] === undefined && header.values[keyword] !== undefined) study.values[keyword] = header.values[keyword]
    study.patients.set(patientKey(header), patientOf(header))
  }
  return [...studies].map(([StudyInstanceUID, { modalities, patients, ...study }]) => ({ StudyInstanceUID, ...study, modalities: [...modalities], patients: [...patients.values()] }))
}

/** Patients of all of them. */
export const patientsOf = (studies: readonly ChosenStudy[]): string[] => [...new Set(studies.flatMap(({ patients }) => patients))]

/** What was typed that the files do not say; an emptied field leaves what they say. */
export function differences(study: Pick<ChosenStudy, 'values'>, typed: Readonly<Partial<Record<ShownKeyword, string | undefined>>>): Partial<Record<ShownKeyword, string>> {
  return Object.fromEntries(shownKeywords.flatMap((keyword) => {
    const value = (typed[keyword] ?? '').trim()
    return value === '' || value === (study.values[keyword] ?? '') ? [] : [[keyword, value]]
  }))
}

/** Whether files are of another patient than the study that is there: by the identifier, or the name where one has none. */
export function isOfAnotherPatient({ values }: Pick<ChosenStudy, 'values'>, stored: { readonly PatientID: string | undefined; readonly PatientName: string | undefined }): boolean {
  if (values.PatientID !== undefined && stored.PatientID !== undefined) return folded(values.PatientID) !== folded(stored.PatientID)
  return values.PatientName !== undefined && stored.PatientName !== undefined && folded(values.PatientName) !== folded(stored.PatientName)
}
