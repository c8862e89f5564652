/** How old a patient was at an examination. */
import type { StudySummary } from '@isocenter/contracts'

type Age = NonNullable<StudySummary['age']>
const units = { Y: 'years', M: 'months', W: 'weeks', D: 'days' } as const
const dayMs = 86_400_000

/** Out of PatientAge (VR AS) where it is one, else of birth and study date; undefined where neither tells. */
export function ageOf({ PatientAge, PatientBirthDate, StudyDate }: { readonly PatientAge?: string | undefined; readonly PatientBirthDate?: string | undefined; readonly StudyDate?: string | undefined }): Age | undefined {
  const written = /^(\d{3})([DWMY])$/.exec(PatientAge ?? '')
  if (written) return { value: Number(written[1]), unit: units[written[2] as keyof typeof units] }
  const [born, seen] = [dayOf(PatientBirthDate), dayOf(StudyDate)]
  if (born === undefined || seen === undefined || seen < born) return undefined
  const months = (seen.getUTCFullYear() - born.getUTCFullYear()) * 12 + seen.getUTCMonth() - born.getUTCMonth() - (seen.getUTCDate() < born.getUTCDate() ? 1 : 0)
  if (months >= 24) return { value: Math.floor(months / 12), unit: 'years' }
  if (months >= 1) return { value: months, unit: 'months' }
  return { value: Math.round((seen.getTime() - born.getTime()) / dayMs), unit: 'days' }
}

function dayOf(text: string | undefined): Date | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(text ?? '')
  if (!parts) return undefined
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date : undefined
}
