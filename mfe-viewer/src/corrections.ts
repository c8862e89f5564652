/** What somebody has corrected of a study's patient, in words for who reads its images. */
import { patientKeywords, type PatientKeyword, type StudySummary } from '@isocenter/contracts'
import { dicomDate, personName, type Language } from '@isocenter/design-system'
import type { ViewerWords } from './words.ts'

type Patient = Readonly<Partial<Record<PatientKeyword, string | undefined>>>

const patientOf = ({ PatientName, PatientID, PatientSex, identity }: StudySummary): Patient => ({ PatientName, PatientID, PatientSex, PatientBirthDate: identity?.PatientBirthDate })

/** PatientSex in a word; what the standard does not know stays as it is. */
export const writtenSex = (PatientSex: string, { sexes }: Pick<ViewerWords, 'sexes'>): string => (sexes as Readonly<Record<string, string>>)[PatientSex] ?? PatientSex

function written(keyword: PatientKeyword, value: string, language: Language, text: Pick<ViewerWords, 'sexes'>): string {
  switch (keyword) {
    case 'PatientName': return personName(value, language)
    case 'PatientSex': return writtenSex(value, text)
    case 'PatientBirthDate': return dicomDate(value)
    case 'PatientID': return value
  }
}

/** The whole patient by what holds now. */
export const patientNow = (study: StudySummary, language: Language, text: Pick<ViewerWords, 'sexes'>): string =>
  patientKeywords.map((keyword) => written(keyword, patientOf(study)[keyword] ?? '', language, text)).filter((part) => part !== '').join(' · ')

/** Each field of the patient that is not as the images say, with what they say and what holds now. None where they say the same by now. */
export function changesOf(study: StudySummary, language: Language, text: Pick<ViewerWords, 'change' | 'fields' | 'sexes' | 'notSaid'>): readonly string[] {
  const now = patientOf(study)
  return patientKeywords.filter((keyword) => study.corrected.includes(keyword)).flatMap((keyword) => {
    const values = [study.correctedFrom?.[keyword] ?? '', now[keyword] ?? '']
    const [before = '', after = ''] = values.map((value) => written(keyword, value, language, text))
    if (before !== after) return [text.change(text.fields[keyword], before || text.notSaid, after || text.notSaid)]
    // What is written alike may differ in what is left out: a title, say.
    return values[0] === values[1] ? [] : [text.change(text.fields[keyword], values[0] ?? '', values[1] ?? '')]
  })
}

/** Hours and minutes of a time as DICOM writes it (PS3.5 §6.2, TM), and its seconds where they are said. */
const dicomTime = (time: string | undefined): string => /^(\d{2})(\d{2})(\d{2})?/.exec(time ?? '')?.slice(1).filter(Boolean).join(':') ?? ''

/** Which of the studies that are shown: what it is and when it was made, and its numbers where that is said of another, too. Empty where there is but one. */
export function whichOf(study: StudySummary, shown: readonly StudySummary[]): string {
  if (shown.length < 2) return ''
  const said = ({ examTypes, StudyDate, StudyTime, StudyDescription }: StudySummary) => [examTypes.join('/'), dicomDate(StudyDate), dicomTime(StudyTime), StudyDescription ?? ''].filter((part) => part !== '').join(' ')
  const alike = shown.filter((other) => said(other) === said(study))
  const numbered = [said(study), study.AccessionNumber ?? ''].filter((part) => part !== '').join(' ')
  if (alike.length === 1) return said(study)
  return alike.filter(({ AccessionNumber }) => AccessionNumber === study.AccessionNumber).length === 1 ? numbered : `${numbered} ${study.recordId}`
}
