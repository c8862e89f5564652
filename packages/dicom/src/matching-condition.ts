/** What the value of a key asks for (PS3.4 §C.2.2.2), as data that memory and SQL are both made from. */
import { integerOf } from './comparable.ts'
import { dateRange, dateTimeRange, timeRange, type TimeRange } from './date-time.ts'
import { keywordOf, tagOf } from './dictionary.ts'
import { nameConditions, type NameCondition } from './matching-name.ts'
import { literalOf, matchesAnything, parsePattern, type Pattern } from './matching-pattern.ts'
import { formatTag, type Tag } from './tag.ts'
import type { VR } from './vr.ts'

/** One key of a search: where the attribute stands (sequences first), and the value as the requester wrote it. */
export interface MatchKey {
  readonly path: readonly Tag[]
  readonly vr: VR
  /** Empty for universal matching. */
  readonly value: string
}

export interface MatchOptions {
  /** Person names by the beginnings of their words, in any order (PS3.18 §8.3.4.2). */
  readonly fuzzy?: boolean
  /** `""` matches what is absent or empty (PS3.4 §C.2.2.2.7). */
  readonly emptyValues?: boolean
  /** A list, by comma or backslash, matches any of its values, whatever the VR (PS3.4 §C.2.2.2.8). */
  readonly multipleValues?: boolean
  /** The zone that dates and times of the keys are in, `+0800`. */
  readonly timezoneOffsetFromUTC?: string
}

export type Condition =
  | { readonly kind: 'universal' }
  /** Absent, without a value, or with a date or time that cannot be read. */
  | { readonly kind: 'empty' }
  /** One of these values, in the VR's comparable form. */
  | { readonly kind: 'equal'; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'pattern'; readonly pattern: Pattern }
  /** Both ends inclusive, in the VR's comparable form; nothing lies in a range whose `from` is behind its `to`. */
  | ({ readonly kind: 'range' } & TimeRange)
  | NameCondition
  | { readonly kind: 'anyOf'; readonly conditions: readonly Condition[] }

/** The value of a key cannot be understood. Names the key, never the value: it may be a patient's name. */
export class MatchValueError extends Error {
  override name = 'MatchValueError'
  readonly path: readonly Tag[]

  constructor(path: readonly Tag[], expected: string) {
    super(`The value of ${nameOfKey(path)} ${expected}.`)
    this.path = path
  }
}

/** A key as its requester would write it: `RequestAttributesSequence.ScheduledProcedureStepID`. */
export const nameOfKey = (path: readonly Tag[]): string => path.map((tag) => keywordOf(tag) ?? formatTag(tag)).join('.')

const universal: Condition = { kind: 'universal' }
const ModalitiesInStudy = tagOf('ModalitiesInStudy')

/**
 * The condition a key's value states by its VR.
 * @throws MatchValueError when the value has not the form its VR asks for
 */
export function conditionOf(key: MatchKey, options: MatchOptions = {}): Condition {
  const value = key.value.replaceAll('\0', '').trim().toWellFormed()
  if (value === '') return universal
  if (!isList(key, options)) return single(key, value, options)
  const conditions = value.split(/[,\\]/).map((part) => part.trim()).filter((part) => part !== '').map((part) => single(key, part, options))
  if (conditions.length === 0 || conditions.some(({ kind }) => kind === 'universal')) return universal
  if (conditions.every((condition) => condition.kind === 'equal')) {
    return { kind: 'equal', values: [...new Set(conditions.flatMap(({ values }) => values))] }
  }
  return anyOf(conditions)
}

/** UIDs are lists by PS3.4 §C.2.2.2.2; ModalitiesInStudy because viewers ask for `CT,MR`. */
function isList({ path, vr }: MatchKey, options: MatchOptions): boolean {
  return vr === 'UI' || path.at(-1) === ModalitiesInStudy || options.multipleValues === true
}

/** Characters of one value of a key. No searched attribute has longer values, and a longer pattern only costs time. */
const longestValue = 1024

function single({ path, vr }: MatchKey, value: string, options: MatchOptions): Condition {
  if (value.length > longestValue) throw new MatchValueError(path, `is longer than ${longestValue} characters`)
  if (options.emptyValues && value === '""') return { kind: 'empty' }
  if (/^\*+$/.test(value)) return universal
  switch (vr) {
    case 'UI':
      if (!/^[0-9.]{1,64}$/.test(value)) throw new MatchValueError(path, 'is not a UID or a list of UIDs')
      return { kind: 'equal', values: [value] }
    case 'DA': return range(path, dateRange(value), 'is not a date or a range of dates')
    case 'TM': return range(path, timeRange(value), 'is not a time or a range of times')
    case 'DT': return range(path, dateTimeRange(value, options.timezoneOffsetFromUTC), 'is not a date-time or a range of them')
    case 'IS': return number(path, integerOf(value), 'is not an integer')
    case 'DS': case 'FL': case 'FD': case 'SL': case 'SS': case 'SV': case 'UL': case 'US': case 'UV':
      return number(path, numberOf(value), 'is not a number')
    case 'PN': return anyOf(nameConditions(value, options.fuzzy === true))
    case 'AE': case 'CS': case 'LO': case 'LT': case 'SH': case 'ST': case 'UC': case 'UR': case 'UT': {
      const pattern = parsePattern(value.normalize('NFC'))
      if (matchesAnything(pattern)) return universal
      const literal = literalOf(pattern)
      return literal === undefined ? { kind: 'pattern', pattern } : { kind: 'equal', values: [literal] }
    }
    case 'AS': case 'AT': return { kind: 'equal', values: [value.toUpperCase()] }
    case 'SQ': case 'OB': case 'OD': case 'OF': case 'OL': case 'OV': case 'OW': case 'UN':
      throw new MatchValueError(path, `must be empty: attributes of VR ${vr} are not matched by value`)
  }
}

/** The value of a decimal string (PS3.5 Table 6.2-1); undefined when it is none. */
export function numberOf(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined
}

function range(path: readonly Tag[], found: TimeRange | undefined, expected: string): Condition {
  if (!found) throw new MatchValueError(path, expected)
  return { kind: 'range', ...found }
}

function number(path: readonly Tag[], value: number | undefined, expected: string): Condition {
  if (value === undefined) throw new MatchValueError(path, expected)
  return { kind: 'number', value }
}

function anyOf(conditions: readonly Condition[]): Condition {
  const [first, ...more] = conditions
  if (!first) return universal
  return more.length === 0 ? first : { kind: 'anyOf', conditions }
}
