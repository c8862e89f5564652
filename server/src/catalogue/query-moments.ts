import { keywordOf, offsetMinutes, shiftDateTime, type DateTimeCondition } from '@isocenter/dicom'
import { searchable, type SearchableKeyword } from './attributes.ts'
import { fixed, joined, sql, type Sql } from './sql.ts'

/**
 * A date and a time read as one moment (PS3.18 §8.3.4.1.1). A row without a time stands for its whole day: it is found when
 * any moment of that day lies in the range.
 */
export function momentSql(condition: DateTimeCondition, sortKey: string): Sql {
  const date = columnOf(condition.date)
  const time = columnOf(condition.time)
  const moment: Moment = date === 'study.study_date'
    ? { date, time, start: sortKey }
    : { date, time, start: `(${date} || coalesce(${time}, '000000.000000'))` }
  const { from, to } = condition.range
  if (condition.offsetMinutes === undefined) return between(moment, from === undefined ? undefined : sql`${from}`, to === undefined ? undefined : sql`${to}`, from)
  return zoned(moment, condition.offsetMinutes, from ?? '', to ?? endOfTime)
}

/** Behind every date-time in any collation. */
const endOfTime = '99999999'

interface Moment {
  readonly date: string
  readonly time: string
  /** Its first moment, in the normal form of a date-time. */
  readonly start: string
}

function columnOf(tag: number): string {
  const keyword = keywordOf(tag) as SearchableKeyword
  return `${searchable[keyword].level}.${searchable[keyword].column}`
}

/** @param firstFrom the beginning as a constant, whose day lets an index skip what is before it */
function between({ date, time, start }: Moment, from: Sql | undefined, to: Sql | undefined, firstFrom?: string): Sql {
  return joined([
    sql`${fixed(date)} is not null`,
    ...(firstFrom === undefined ? [] : [sql`${fixed(start)} >= ${firstFrom.slice(0, 8)}`]),
    ...(from === undefined ? [] : [sql`(${fixed(start)} >= ${from} or ${fixed(time)} is null and ${fixed(date)} >= left(${from}, 8))`]),
    ...(to === undefined ? [] : [sql`${fixed(start)} <= ${to}`]),
  ], ' and ')
}

/** Every offset in use is a whole number of quarter hours (PS3.5 Table 6.2-1 bounds them). */
const zones: readonly string[] = ['-0000', ...Array.from({ length: (12 + 14) * 4 + 1 }, (_, index) => {
  const minutes = index * 15 - 12 * 60
  const digits = (number: number) => String(number).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${digits(Math.floor(Math.abs(minutes) / 60))}${digits(Math.abs(minutes) % 60)}`
})]

/**
 * The range in the zone of each row: the ends are moved here, once per zone there is, so that SQL has no dates to reckon with.
 * A row that does not say its zone is compared as written.
 */
function zoned(moment: Moment, requested: number, from: string, to: string): Sql {
  const ends = zones.map((zone) => ({ zone, from: moved(from, requested, zone), to: moved(to, requested, zone) }))
  const all = [{ zone: '', from, to }, ...ends]
  const earliest = all.reduce((least, { from }) => (from < least ? from : least), from)
  const latest = all.reduce((most, { to }) => (to > most ? to : most), to)
  const inZone = between(moment, fixed('zone.earliest'), fixed('zone.latest'))
  const known = sql`case when study.timezone_offset_from_utc = any(${[...zones]}::text[]) then study.timezone_offset_from_utc else '' end`
  return sql`${fixed(moment.start)} >= ${earliest.slice(0, 8)} and ${fixed(moment.start)} <= ${latest}
      and exists (
        select from unnest(${all.map(({ zone }) => zone)}::text[], ${all.map(({ from }) => from)}::text[], ${all.map(({ to }) => to)}::text[]) as zone(utc_offset, earliest, latest)
        where zone.utc_offset = ${known} and ${inZone})`
}

function moved(end: string, requested: number, zone: string): string {
  const minutes = (offsetMinutes(zone) ?? requested) - requested
  return minutes === 0 || end.length <= endOfTime.length ? end : shiftDateTime(end, minutes)
}
