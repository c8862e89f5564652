/** The keys of one search, understood together: what they state alone, in pairs of date and time, and inside sequence items. */
import { offsetMinutes, type TimeRange } from './date-time.ts'
import { tagOf } from './dictionary.ts'
import { conditionOf, MatchValueError, type Condition, type MatchKey, type MatchOptions } from './matching-condition.ts'
import type { Tag } from './tag.ts'
import type { VR } from './vr.ts'

/** All of it must hold of one data set or sequence item. */
export interface MatchPlan {
  readonly conditions: readonly { readonly tag: Tag; readonly vr: VR; readonly condition: Condition }[]
  readonly dateTimes: readonly DateTimeCondition[]
  readonly sequences: readonly { readonly tag: Tag; readonly plan: MatchPlan }[]
}

/** A date and a time attribute read as one moment (PS3.18 §8.3.4.1.1); ends are normal date-times, inclusive. */
export interface DateTimeCondition {
  readonly date: Tag
  readonly time: Tag
  readonly range: TimeRange
  /** Minutes east of Greenwich that the ends are in; absent when the search names no zone: then moments compare as written. */
  readonly offsetMinutes?: number
}

/** Attributes that together state one moment. */
const moments = ([
  ['StudyDate', 'StudyTime'], ['SeriesDate', 'SeriesTime'], ['AcquisitionDate', 'AcquisitionTime'], ['ContentDate', 'ContentTime'],
  ['PerformedProcedureStepStartDate', 'PerformedProcedureStepStartTime'],
  ['PerformedProcedureStepEndDate', 'PerformedProcedureStepEndTime'],
  ['ScheduledProcedureStepStartDate', 'ScheduledProcedureStepStartTime'],
] as const).map(([date, time]) => ({ date: tagOf(date), time: tagOf(time) }))

const TimezoneOffsetFromUTC = tagOf('TimezoneOffsetFromUTC')

/**
 * Understands the keys of a search. Keys that match everything leave no trace. A TimezoneOffsetFromUTC key is no condition:
 * it says which zone the other keys' dates and times are in (PS3.18 §8.3.4.1.1).
 * @throws MatchValueError when a value has not the form its VR asks for
 */
export function planOf(keys: readonly MatchKey[], options: MatchOptions = {}): MatchPlan {
  const zone = keys.find(({ path }) => path.length === 1 && path[0] === TimezoneOffsetFromUTC)
  const offset = zone?.value.trim() || options.timezoneOffsetFromUTC
  if (offset !== undefined && offsetMinutes(offset) === undefined) throw new MatchValueError([TimezoneOffsetFromUTC], 'is not an offset such as +0800')
  return plan(keys.filter((key) => key !== zone), 0, { ...options, ...(offset !== undefined && { timezoneOffsetFromUTC: offset }) })
}

function plan(keys: readonly MatchKey[], depth: number, options: MatchOptions): MatchPlan {
  const conditions = new Map<Tag, { tag: Tag; vr: VR; condition: Condition }>()
  const nested = new Map<Tag, MatchKey[]>()
  for (const key of keys) {
    const tag = key.path[depth]
    if (tag === undefined) continue
    if (key.path.length > depth + 1) {
      nested.set(tag, [...(nested.get(tag) ?? []), key])
    } else {
      const condition = conditionOf(key, options)
      if (condition.kind !== 'universal') conditions.set(tag, { tag, vr: key.vr, condition })
    }
  }
  const dateTimes: DateTimeCondition[] = []
  for (const moment of moments) {
    const range = combined(conditions.get(moment.date)?.condition, conditions.get(moment.time)?.condition, options)
    if (!range) continue
    conditions.delete(moment.date)
    conditions.delete(moment.time)
    dateTimes.push({ ...moment, range, ...zoneOf(options) })
  }
  const sequences = [...nested].map(([tag, keys]) => ({ tag, plan: plan(keys, depth + 1, options) })).filter(({ plan }) => !isUniversal(plan))
  return { conditions: [...conditions.values()], dateTimes, sequences }
}

const isUniversal = ({ conditions, dateTimes, sequences }: MatchPlan): boolean => conditions.length + dateTimes.length + sequences.length === 0

function zoneOf({ timezoneOffsetFromUTC }: MatchOptions): { offsetMinutes?: number } {
  const minutes = timezoneOffsetFromUTC === undefined ? undefined : offsetMinutes(timezoneOffsetFromUTC)
  return minutes === undefined ? {} : { offsetMinutes: minutes }
}

/**
 * The moments between two ends, each a date and the time of that day. An end of the time without an end of the date has no day
 * to belong to: then date and time stay two conditions. In another zone a day begins at another moment, so that there even a date
 * alone is a range of moments.
 */
function combined(date: Condition | undefined, time: Condition | undefined, options: MatchOptions): TimeRange | undefined {
  if (date?.kind !== 'range') return undefined
  if (time === undefined) return options.timezoneOffsetFromUTC === undefined ? undefined : momentsOf(date, {})
  if (time.kind !== 'range') return undefined
  if ((time.from !== undefined && date.from === undefined) || (time.to !== undefined && date.to === undefined)) return undefined
  return momentsOf(date, time)
}

function momentsOf(date: TimeRange, time: TimeRange): TimeRange {
  return {
    ...(date.from !== undefined && { from: date.from + (time.from ?? '000000.000000') }),
    // A leap second is still of its day.
    ...(date.to !== undefined && { to: date.to + (time.to ?? '235960.999999') }),
  }
}
