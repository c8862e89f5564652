/** What people have corrected of a study: kept apart, shown instead of what the images say, and searched beside it (LIST-14, decision 0048). */
import { correctable, type CaseCorrections, type CorrectableKeyword, type StudyFilter } from '@isocenter/contracts'
import { searchName } from '@isocenter/dicom'
import { rows, type Db } from '../platform/db.ts'
import { anywhere, beginning } from '../platform/like.ts'
import { defineProblem } from '../platform/problem.ts'

export const invalidCorrection = defineProblem({ type: '/problems/invalid-correction', status: 422, title: 'A correction is no value of its attribute' })

export interface Correction {
  readonly value: string
  readonly by: string
  readonly at: string
}
export type Corrections = Readonly<Partial<Record<CorrectableKeyword, Correction>>>

/** What is told of a study: what somebody has corrected, else what the images say. */
export const told = <Said extends string | null | undefined>(corrections: Corrections | null | undefined, keyword: CorrectableKeyword, said: Said): Said | string => corrections?.[keyword]?.value ?? said

/** What has been corrected of these studies; those of which nothing has are not in it. */
export async function correctionsOf(db: Db, organisationId: string, StudyInstanceUIDs: Iterable<string>): Promise<ReadonlyMap<string, Corrections>> {
  const uids = [...new Set(StudyInstanceUIDs)]
  if (uids.length === 0) return new Map()
  const found = await db('study_correction')
    .where({ organisation_id: organisationId })
    .whereRaw('study_instance_uid = any(?::text[])', [uids])
    .select<{ study_instance_uid: string; corrections: Corrections }[]>('study_instance_uid', 'corrections')
  return new Map(found.map(({ study_instance_uid, corrections }) => [study_instance_uid, corrections]))
}

const isDay = (text: string): boolean =>
  /^\d{8}$/.test(text)
    && !Number.isNaN(Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`))
    && new Date(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T00:00:00Z`).toISOString().replaceAll('-', '').startsWith(text)
/** What PS3.5 §6.2 lets stand in a value of each kind; a backslash parts several values, of which a correction is one. */
const isValue: Readonly<Record<(typeof correctable)[CorrectableKeyword]['kind'], (text: string, most: number) => boolean>> = {
  name: (text) => text.split('=').length <= 3 && text.split('=').every((group) => group.length <= 64 && group.split('^').length <= 5) && /[^=\s^]/.test(text),
  text: (text, most) => [...text].length <= most,
  date: isDay,
  sex: (text) => /^[MFO]$/.test(text),
  age: (text) => /^\d{3}[DWMY]$/.test(text),
  number: (text) => text.length <= 16 && /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text),
}

/** The value as it is kept. @throws invalidCorrection 422 */
export function checkedCorrection(keyword: CorrectableKeyword, given: string): string {
  const { kind, most } = correctable[keyword]
  const value = given.trim()
  if (value === '' || /[\u0000-\u001f\u007f\\]/.test(value) || !isValue[kind](value, most)) throw invalidCorrection(`${keyword} cannot be this.`, { keyword, kind })
  return value
}

/** The corrections after a change; null takes one away. */
export function changedCorrections(before: Corrections, change: CaseCorrections['corrections'], by: string, at: Date): Corrections {
  const after: Partial<Record<CorrectableKeyword, Correction>> = { ...before }
  for (const [keyword, given] of Object.entries(change) as [CorrectableKeyword, string | null][]) {
    if (given === null) delete after[keyword]
    else {
      const value = checkedCorrection(keyword, given)
      if (after[keyword]?.value !== value) after[keyword] = { value, by, at: at.toISOString() }
    }
  }
  return after
}

/** A Chinese name is typed without anything between its parts. */
const searched = (name: string): string => `${searchName(name)} ${searchName(name).replaceAll('^', '')}`

/** What rows are found by. */
export const searchedColumns = ({ PatientID, AccessionNumber, PatientName }: Corrections) => ({
  patient_id: PatientID?.value ?? null, accession_number: AccessionNumber?.value ?? null, patient_name_search: PatientName === undefined ? null : searched(PatientName.value),
})

/** Studies whose corrections a filter finds: they are found by these as by what the images say. */
export interface CorrectedStudies {
  readonly patientId: readonly string[]
  readonly studyNumber: readonly string[]
  readonly name: readonly string[]
  readonly keyword: readonly string[]
  /** Corrected to the sex that is asked for, and to another. */
  readonly sexIs: readonly string[]
  readonly sexIsNot: readonly string[]
}

export const noneCorrected: CorrectedStudies = { patientId: [], studyNumber: [], name: [], keyword: [], sexIs: [], sexIsNot: [] }
/** Beyond so many the images' own words are left to find by. */
const mostCorrected = 1_000
const wordsOf = (text: string): string[] => text.split(/[\s*?\\^=]+/).filter((word) => word !== '').map((word) => anywhere(searchName(word)))

/** Few are corrected of many: they are found first, so that a list's own search stays as it is where there are none. */
export async function correctedStudies(db: Db, organisationId: string, { record, patientId, studyNumber, name, keyword, sex }: StudyFilter): Promise<CorrectedStudies> {
  if (record !== undefined || [patientId, studyNumber, name, keyword, sex].every((asked) => asked === undefined)) return noneCorrected
  const by = async (condition: string, values: readonly (string | string[])[]): Promise<string[]> =>
    (await rows<{ uid: string }>(
      db,
      `select study_instance_uid as uid from study_correction where organisation_id = ? and (${condition}) limit ${String(mostCorrected)}`,
      [organisationId, ...values],
    )).map(({ uid }) => uid)
  const named = (text: string) => {
    const words = wordsOf(text)
    return words.length === 0 ? Promise.resolve([]) : by('patient_name_search like all(?::text[])', [words])
  }
  const sexIs = "corrections -> 'PatientSex' ->> 'value'"
  const [byPatient, byNumber, byName, byWord, byBeginning, ofSex, ofOther] = await Promise.all([
    patientId === undefined ? [] : by('patient_id = ?', [patientId.trim()]), studyNumber === undefined ? [] : by('accession_number = ?', [studyNumber.trim()]), name === undefined ? [] : named(name),
    keyword === undefined ? [] : named(keyword), keyword === undefined ? [] : by('patient_id like ? or accession_number like ?', [beginning(keyword.trim()), beginning(keyword.trim())]),
    sex === undefined ? [] : by(`${sexIs} = ?`, [sex]), sex === undefined ? [] : by(`${sexIs} is not null and ${sexIs} <> ?`, [sex]),
  ])
  return { patientId: byPatient, studyNumber: byNumber, name: byName, keyword: [...byWord, ...byBeginning], sexIs: ofSex, sexIsNot: ofOther }
}
