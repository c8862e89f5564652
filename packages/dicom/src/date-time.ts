/**
 * DA, TM and DT values (PS3.5 §6.2) as text that compares in order of time, and the ranges of PS3.4 §C.2.2.2.5.
 * Normal forms: date `YYYYMMDD`, time `HHMMSS.FFFFFF`, date-time `YYYYMMDDHHMMSS.FFFFFF`.
 */

/** Both ends inclusive, in normal form; an absent end is open. `from` may lie behind `to`: then nothing matches. */
export interface TimeRange {
  readonly from?: string
  readonly to?: string
}

/** What one value covers: `10` in TM is the whole hour. */
interface Span {
  readonly first: string
  readonly last: string
}

const DATE = /^(\d{4})(?:(\d{2})(\d{2})|\.(\d{2})\.(\d{2}))$/
const TIME = /^(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.(\d+))?)?)?$/
const DATE_TIME = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d+))?)?)?)?)?)?([+-]\d{4})?$/
const OFFSET = /^([+-])(\d{2})(\d{2})$/

/** Offsets in use run from -1200 to +1400 (PS3.5 Table 6.2-1). */
const LOWEST_OFFSET_MINUTES = -12 * 60
const HIGHEST_OFFSET_MINUTES = 14 * 60

/**
 * A DA value as `YYYYMMDD`; also reads the `YYYY.MM.DD` of ACR-NEMA. Undefined when it is no date.
 * Lenient on purpose: 30 February, which modalities do send, still sorts where it was meant.
 */
export function normalDate(text: string): string | undefined {
  return dateSpan(text.trim())?.first
}

/** A TM value as `HHMMSS.FFFFFF`, parts left out being zero; also reads colons as ACR-NEMA wrote them. Undefined when it is no time. */
export function normalTime(text: string): string | undefined {
  return timeSpan(text.trim())?.first
}

/**
 * A DT value as `YYYYMMDDHHMMSS.FFFFFF`, parts left out being the first there is. Undefined when it is no date-time.
 * A value with an offset is brought to UTC; one without is brought there by `offset` when that is given and else left as it is.
 * @param offset Timezone Offset From UTC (0008,0201) of the data set or query, `+0100`
 */
export function normalDateTime(text: string, offset?: string): string | undefined {
  return dateTimeSpan(text.trim(), offset)?.first
}

/** The range a DA key asks for: `a`, `a-b`, `a-` or `-b`. Undefined when it is neither. */
export function dateRange(text: string): TimeRange | undefined {
  return rangeOf(text.trim(), dateSpan)
}

/** The range a TM key asks for; a single value asks for all that its precision covers: `10` is 10:00:00.000000 to 10:59:59.999999. */
export function timeRange(text: string): TimeRange | undefined {
  return rangeOf(text.trim(), timeSpan)
}

/**
 * The range a DT key asks for, in the normal form of `normalDateTime`. A hyphen may separate the ends or begin an offset:
 * what can be read as one value with an offset is one (`20240101-0500`); else the hyphen that leaves a value on either side separates.
 */
export function dateTimeRange(text: string, offset?: string): TimeRange | undefined {
  return rangeOf(text.trim(), (value) => dateTimeSpan(value, offset))
}

/** Minutes east of Greenwich that `&ZZXX` states, `-0530` being -330; undefined when it is no offset in use. */
export function offsetMinutes(offset: string): number | undefined {
  const match = OFFSET.exec(offset.trim())
  if (!match) return undefined
  const minutes = Number(match[3])
  const total = (Number(match[2]) * 60 + minutes) * (match[1] === '-' ? -1 : 1)
  return minutes > 59 || total < LOWEST_OFFSET_MINUTES || total > HIGHEST_OFFSET_MINUTES ? undefined : total
}

/** A normal date-time moved by minutes, staying within the years 0000 to 9999 that the form can hold. */
export function shiftDateTime(normal: string, minutes: number): string {
  const part = (start: number, end: number): number => Number(normal.slice(start, end))
  const moved = new Date(0)
  moved.setUTCFullYear(part(0, 4), part(4, 6) - 1, part(6, 8))
  moved.setUTCHours(part(8, 10), part(10, 12) + minutes, part(12, 14))
  const year = moved.getUTCFullYear()
  if (year < 0) return '00000101000000.000000'
  if (year > 9999) return '99991231235959.999999'
  return moved.toISOString().replace(/\D/g, '').slice(0, 14) + normal.slice(14)
}

function dateSpan(text: string): Span | undefined {
  const match = DATE.exec(text)
  if (!match) return undefined
  const month = match[2] ?? match[4] ?? ''
  const day = match[3] ?? match[5] ?? ''
  if (!isBetween(month, 1, 12) || !isBetween(day, 1, 31)) return undefined
  const date = `${match[1]}${month}${day}`
  return { first: date, last: date }
}

function timeSpan(text: string): Span | undefined {
  const match = TIME.exec(text)
  if (!match) return undefined
  const [, hour = '', minute, second, fraction] = match
  return clockSpan(hour, minute, second, fraction)
}

function dateTimeSpan(text: string, defaultOffset: string | undefined): Span | undefined {
  const match = DATE_TIME.exec(text)
  if (!match) return undefined
  const [, year = '', month, day, hour, minute, second, fraction, offset] = match
  if (month !== undefined && !isBetween(month, 1, 12)) return undefined
  if (day !== undefined && !isBetween(day, 1, 31)) return undefined
  const clock = clockSpan(hour, minute, second, fraction)
  if (!clock) return undefined
  const minutes = offset === undefined ? (defaultOffset === undefined ? 0 : offsetMinutes(defaultOffset)) : offsetMinutes(offset)
  if (minutes === undefined) return undefined
  const lastMonth = month ?? '12'
  const first = `${year}${month ?? '01'}${day ?? '01'}${clock.first}`
  const last = `${year}${lastMonth}${day ?? lastDayOf(Number(year), Number(lastMonth))}${clock.last}`
  return minutes === 0 ? { first, last } : { first: shiftDateTime(first, -minutes), last: shiftDateTime(last, -minutes) }
}

function clockSpan(hour?: string, minute?: string, second?: string, fraction?: string): Span | undefined {
  // A second may be 60: PS3.5 allows for leap seconds.
  if (hour !== undefined && !isBetween(hour, 0, 23)) return undefined
  if (minute !== undefined && !isBetween(minute, 0, 59)) return undefined
  if (second !== undefined && !isBetween(second, 0, 60)) return undefined
  return {
    first: `${hour ?? '00'}${minute ?? '00'}${second ?? '00'}.${(fraction ?? '').slice(0, 6).padEnd(6, '0')}`,
    last: `${hour ?? '23'}${minute ?? '59'}${second ?? '59'}.${(fraction ?? '').slice(0, 6).padEnd(6, '9')}`,
  }
}

function rangeOf(text: string, spanOf: (value: string) => Span | undefined): TimeRange | undefined {
  const single = spanOf(text)
  if (single) return { from: single.first, to: single.last }
  for (let hyphen = text.indexOf('-'); hyphen !== -1; hyphen = text.indexOf('-', hyphen + 1)) {
    const left = text.slice(0, hyphen).trim()
    const right = text.slice(hyphen + 1).trim()
    const from = left === '' ? undefined : spanOf(left)
    const to = right === '' ? undefined : spanOf(right)
    const isRange = (from !== undefined || left === '') && (to !== undefined || right === '') && (from ?? to) !== undefined
    if (isRange) return { ...(from && { from: from.first }), ...(to && { to: to.last }) }
  }
  return undefined
}

const isBetween = (digits: string, lowest: number, highest: number): boolean => Number(digits) >= lowest && Number(digits) <= highest

function lastDayOf(year: number, month: number): string {
  const day = new Date(0)
  day.setUTCFullYear(year, month, 0)
  return String(day.getUTCDate()).padStart(2, '0')
}
