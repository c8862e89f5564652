/** Attribute matching in memory (PS3.4 §C.2.2.2): the law that the SQL of the catalogue is tested against. */
import { comparableValues, integerOf, textOf } from './comparable.ts'
import { offsetMinutes, shiftDateTime } from './date-time.ts'
import { tagOf } from './dictionary.ts'
import type { DicomJson, DicomJsonAttribute } from './json.ts'
import { numberOf, type Condition, type MatchKey, type MatchOptions } from './matching-condition.ts'
import { matchesName } from './matching-name.ts'
import { matchesPattern } from './matching-pattern.ts'
import { planOf, type DateTimeCondition, type MatchPlan } from './matching-plan.ts'
import { formatTag, type Tag } from './tag.ts'
import type { VR } from './vr.ts'

/**
 * Whether a data set satisfies every key. An attribute with several values satisfies a key when one of them does;
 * keys inside one sequence must all be satisfied by the same item (PS3.4 §C.2.2.2.6).
 * @throws MatchValueError when a value has not the form its VR asks for
 */
export function matches(dataSet: DicomJson, keys: readonly MatchKey[], options: MatchOptions = {}): boolean {
  return matchesPlan(dataSet, planOf(keys, options))
}

/** The same for keys that are held against many data sets. */
export function matchesPlan(dataSet: DicomJson, plan: MatchPlan): boolean {
  return matchesItem(dataSet, plan, dataSetOffset(dataSet))
}

function matchesItem(item: DicomJson, { conditions, dateTimes, sequences }: MatchPlan, offset: number | undefined): boolean {
  return conditions.every(({ tag, vr, condition }) => matchesCondition(condition, vr, valueOf(item, tag)))
    && dateTimes.every((condition) => matchesMoment(condition, item, offset))
    && sequences.every(({ tag, plan }) => itemsOf(item, tag).some((nested) => matchesItem(nested, plan, offset)))
}

const valueOf = (item: DicomJson, tag: Tag): DicomJsonAttribute | undefined => item[formatTag(tag)]

/** A sequence without items is held against the keys as one empty item, so that only empty-value matching finds it. */
function itemsOf(item: DicomJson, tag: Tag): readonly DicomJson[] {
  const items = (valueOf(item, tag)?.Value ?? []).filter((value): value is DicomJson => typeof value === 'object' && value !== null)
  return items.length === 0 ? [{}] : items
}

function matchesCondition(condition: Condition, vr: VR, attribute: DicomJsonAttribute | undefined): boolean {
  const values = comparableValues(vr, attribute)
  switch (condition.kind) {
    case 'universal': return true
    case 'empty': return values.length === 0
    case 'equal': return values.some((value) => condition.values.includes(value))
    case 'number': return values.some((value) => (vr === 'IS' ? integerOf(value) : numberOf(value)) === condition.value)
    case 'pattern': return values.some((value) => matchesPattern(condition.pattern, value))
    case 'range': return values.some((value) => value >= (condition.from ?? '') && value <= (condition.to ?? '~'))
    case 'nameGroup': case 'nameGroups': case 'nameWords': return values.some((value) => matchesName(condition, value))
    case 'anyOf': return condition.conditions.some((one) => matchesCondition(one, vr, attribute))
  }
}

/**
 * A date whose time is not known may be any moment of its day, and is found when one of them lies in the range:
 * a search must not hide what it cannot rule out.
 */
function matchesMoment({ date, time, range, offsetMinutes }: DateTimeCondition, item: DicomJson, itemOffset: number | undefined): boolean {
  const [day] = comparableValues('DA', valueOf(item, date))
  if (day === undefined) return false
  const [clock] = comparableValues('TM', valueOf(item, time))
  const minutes = offsetMinutes !== undefined && itemOffset !== undefined ? itemOffset - offsetMinutes : 0
  return (range.from === undefined || `${day}${clock ?? '235960.999999'}` >= moved(range.from, minutes))
    && (range.to === undefined || `${day}${clock ?? '000000.000000'}` <= moved(range.to, minutes))
}

const moved = (moment: string, minutes: number): string => (minutes === 0 ? moment : shiftDateTime(moment, minutes))

/** The zone a data set says it is in. Zones in use are whole quarter hours; another offset is a mistake and says nothing. */
function dataSetOffset(dataSet: DicomJson): number | undefined {
  const text = textOf(valueOf(dataSet, tagOf('TimezoneOffsetFromUTC'))?.Value?.[0])
  const minutes = text === undefined ? undefined : offsetMinutes(text)
  return minutes !== undefined && minutes % 15 === 0 ? minutes : undefined
}
