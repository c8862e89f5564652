import { normalDate, normalDateTime, normalTime } from './date-time.ts'
import type { DicomJsonAttribute } from './json.ts'
import { formatPersonName, searchName } from './person-name.ts'
import type { VR } from './vr.ts'

/** Values that compare as whole numbers; outside of safe integers they compare as text. */
export function integerOf(text: string): number | undefined {
  if (!/^[+-]?\d{1,16}$/.test(text)) return undefined
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : undefined
}

/**
 * One value of DICOM JSON as plain text (PS3.18 F.2): trimmed, without NUL, a person name as its component groups
 * joined by `=`. Undefined for what holds no text: null, an empty string, a sequence item.
 */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return plain(value) || undefined
  if (typeof value !== 'object' || value === null) return undefined
  const { Alphabetic, Ideographic, Phonetic } = value as Record<string, unknown>
  return formatPersonName({ Alphabetic: plainGroup(Alphabetic), Ideographic: plainGroup(Ideographic), Phonetic: plainGroup(Phonetic) }) || undefined
}

/** No database text column holds NUL or half a surrogate pair. */
const plain = (text: string): string => text.replaceAll('\0', '').trim().toWellFormed()
const plainGroup = (group: unknown): string => (typeof group === 'string' ? plain(group) : '')

/**
 * A value's normal form for comparison by its VR: names folded, dates and times at full width, the rest as it is.
 * Undefined when a date or time cannot be read: such a value matches as if it were absent.
 */
export function comparable(vr: VR, text: string): string | undefined {
  switch (vr) {
    case 'PN': return searchName(text) || undefined
    case 'DA': return normalDate(text)
    case 'TM': return normalTime(text)
    case 'DT': return normalDateTime(text)
    case 'AS': case 'AT': return text.toUpperCase()
    default: return text.normalize('NFC')
  }
}

/** Every comparable value of an attribute; empty when it is absent, empty, bulk data or unreadable. */
export function comparableValues(vr: VR, attribute: DicomJsonAttribute | undefined): string[] {
  const values: string[] = []
  for (const value of attribute?.Value ?? []) {
    const text = textOf(value)
    const normal = text === undefined ? undefined : comparable(vr, text)
    if (normal !== undefined) values.push(normal)
  }
  return values
}
