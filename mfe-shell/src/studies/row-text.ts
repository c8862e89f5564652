/** How values of a study are written for a reader. */
import type { StudySummary } from '@isocenter/contracts'
import { dicomDate, personName, type Language } from '@isocenter/design-system'
import type { StudyWords } from './words.ts'

/** `20260213`, `091500.12` as `2026-02-13 09:15`: what the images say, in the time of where they were made. */
export function writtenTime(date: string | undefined, time?: string): string {
  const clock = /^(\d{2})(\d{2})?/.exec(time ?? '')
  return [dicomDate(date), clock ? `${clock[1] ?? ''}:${clock[2] ?? '00'}` : ''].filter((part) => part !== '').join(' ')
}

/** A moment as the reader's clock has it, as narrow as a column. */
export function writtenMoment(at: string): string {
  const date = new Date(at)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

export function writtenAge({ age }: Pick<StudySummary, 'age'>, words: StudyWords): string {
  return age === undefined ? '' : words[age.unit](age.value)
}

export function writtenSex({ PatientSex }: Pick<StudySummary, 'PatientSex'>, words: StudyWords): string {
  return PatientSex === undefined ? '' : PatientSex === 'M' || PatientSex === 'F' || PatientSex === 'O' ? words.sexes[PatientSex] : PatientSex
}

export const writtenName = ({ PatientName }: Pick<StudySummary, 'PatientName'>, language: Language, words: StudyWords): string => {
  const name = PatientName === undefined ? '' : personName(PatientName, language)
  return name === '' ? words.unnamed : name
}

/** Who stored it: a person or gateway by name, a program by what it is. */
export function writtenUploader({ uploader }: Pick<StudySummary, 'uploader'>, { actors, missing }: StudyWords): string {
  if (uploader === undefined) return missing
  const kind = uploader.actor.replace(/:.*$/, '')
  return uploader.name ?? (kind in actors ? actors[kind as keyof typeof actors] : missing)
}
