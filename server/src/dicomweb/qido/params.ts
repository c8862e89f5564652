/** The query string of a search (PS3.18 §8.3.4, §10.6.1.2). */
import { attribute, formatTag, isKeyword, isPrivate, isPrivateCreator, parseTag, tagOf, type MatchKey, type Tag, type VR } from '@isocenter/dicom'
import type { FastifyRequest } from 'fastify'
import { invalidSearch } from '../problems.ts'

/** A search as the request words it. */
export interface SearchParams {
  readonly keys: readonly MatchKey[]
  readonly options: { readonly fuzzy: boolean; readonly emptyValues: boolean; readonly multipleValues: boolean; readonly timezoneOffsetFromUTC?: string }
  /** Attributes of the top level of the answer; a path asks for its whole sequence. */
  readonly includefield: 'all' | readonly Tag[]
  /** undefined: no limit was asked for */
  readonly limit: number | undefined
  readonly offset: number
  /** Parameters that mean nothing here and were passed over. */
  readonly ignored: readonly string[]
}

/** Parameters with a meaning of their own; every one but includefield can be given once. */
const general = ['fuzzymatching', 'emptyvaluematching', 'multiplevaluematching', 'limit', 'offset'] as const
type General = typeof general[number]
/** Read elsewhere (PS3.18 §8.3.3). */
const elsewhere: ReadonlySet<string> = new Set(['accept', 'charset'])
const maxKeys = 256
const timezoneTag = tagOf('TimezoneOffsetFromUTC')

/** What stands behind the first question mark of a request; further ones are wildcards. */
export const queryOf = (request: FastifyRequest): string => /\?(.*)$/.exec(request.raw.url ?? '')?.[1] ?? ''

/**
 * Reads a query string. What has the form of an attribute must be one, so that a misspelt filter cannot widen a search unseen;
 * other unknown parameters are passed over (PS3.18 §8.3.1) and named in `ignored`.
 * @throws invalidSearch 400 naming the parameter, never its value
 */
export function parseSearch(query: string): SearchParams {
  const flags = new Map<General, string>()
  const keys = new Map<string, MatchKey>()
  const includefield: string[] = []
  const ignored = new Set<string>()

  requireEncoding(query)
  for (const [name, value] of new URLSearchParams(query)) {
    const lower = name.toLowerCase()
    if (lower === 'includefield') includefield.push(...value.split(','))
    else if (isGeneral(lower)) {
      if (flags.has(lower)) throw invalidSearch(`${lower} is given twice.`)
      flags.set(lower, value)
    } else if (!elsewhere.has(lower)) {
      const path = attributePath(name)
      if (!path) ignored.add(printable(name))
      else addKey(keys, path, value)
    }
  }
  if (keys.size > maxKeys) throw invalidSearch(`More than ${maxKeys} attributes are given to match.`)
  requireCreators(keys)

  const timezone = keys.get(pathText([timezoneTag]))?.value
  return {
    keys: [...keys.values()],
    options: {
      fuzzy: flag('fuzzymatching', flags), emptyValues: flag('emptyvaluematching', flags), multipleValues: flag('multiplevaluematching', flags),
      ...(timezone !== undefined && timezone !== '' && { timezoneOffsetFromUTC: timezoneOffset(timezone) }),
    },
    includefield: includedAttributes(includefield),
    limit: flags.has('limit') ? count('limit', flags) : undefined,
    offset: flags.has('offset') ? count('offset', flags) : 0,
    ignored: [...ignored],
  }
}

/** URLSearchParams reads what is no percent-encoded UTF-8 as some other text, which would then be searched for. */
function requireEncoding(query: string): void {
  try {
    decodeURIComponent(query)
  } catch {
    throw invalidSearch('The query is not percent-encoded UTF-8.')
  }
}

function isGeneral(name: string): name is General {
  return (general as readonly string[]).includes(name)
}

function addKey(keys: Map<string, MatchKey>, path: readonly Tag[], value: string): void {
  const text = pathText(path)
  if (keys.has(text)) throw invalidSearch(`${text} is given twice; several values are written as one list (PS3.18 §8.3.4.1).`)
  keys.set(text, { path, vr: keyVR(path.at(-1) ?? 0), value })
}

/** Of several possible VRs the first; of private and unknown attributes UN, which is matched as it is shown. */
function keyVR(tag: Tag): VR {
  if (isPrivateCreator(tag)) return 'LO'
  return attribute(tag)?.vr[0] ?? 'UN'
}

/**
 * `PatientName`, `00100010` or a dotted path of them; undefined when the name has not the form of an attribute.
 * @throws invalidSearch 400 when it has, and is none
 */
function attributePath(name: string): readonly Tag[] | undefined {
  const parts = name.split('.')
  if (!parts.every((part) => /^[A-Z][0-9A-Za-z]*$/.test(part) || /^[0-9A-Fa-f]{8}$/.test(part))) return undefined
  return parts.map((part, index) => {
    const tag = parseTag(part) ?? (isKeyword(part) ? tagOf(part) : undefined)
    if (tag === undefined) throw invalidSearch('A parameter is written as an attribute, but PS3.6 has no such keyword.', { parameter: printable(part) })
    const vr = attribute(tag)?.vr
    if (index < parts.length - 1 && vr && !vr.includes('SQ')) throw invalidSearch(`${formatTag(tag)} is no sequence.`)
    return tag
  })
}

/** PS3.18 §8.3.4.1: a private attribute means something only with its creator. */
function requireCreators(keys: ReadonlyMap<string, MatchKey>): void {
  for (const { path } of keys.values()) {
    path.forEach((tag, depth) => {
      if (!isPrivate(tag) || isPrivateCreator(tag)) return
      const creator = ((tag & 0xffff_0000) | ((tag & 0xff00) >>> 8)) >>> 0
      if (!keys.get(pathText([...path.slice(0, depth), creator]))?.value) throw invalidSearch(`${formatTag(tag)} needs its private creator, ${formatTag(creator)}.`)
    })
  }
}

/**
 * The attributes that values of includefield ask for, by their top level.
 * @throws invalidSearch 400
 */
export function includedAttributes(names: readonly string[]): 'all' | readonly Tag[] {
  const tags = new Set<Tag>()
  let all = false
  for (const name of names.map((text) => text.trim()).filter((text) => text !== '')) {
    if (name.toLowerCase() === 'all') all = true
    else {
      const [top] = attributePath(name) ?? []
      if (top === undefined) throw invalidSearch('includefield names something that is no attribute.', { parameter: 'includefield' })
      tags.add(top)
    }
  }
  return all ? 'all' : [...tags]
}

function flag(name: General, flags: ReadonlyMap<General, string>): boolean {
  const value = flags.get(name)
  if (value !== undefined && value !== 'true' && value !== 'false') throw invalidSearch(`${name} is neither true nor false.`)
  return value === 'true'
}

function count(name: 'limit' | 'offset', flags: ReadonlyMap<General, string>): number {
  const value = flags.get(name) ?? ''
  if (!/^[0-9]{1,9}$/.test(value)) throw invalidSearch(`${name} is not a whole number of at most nine digits.`)
  return Number(value)
}

/** `&ZZXX` of PS3.3 §C.12.1.1.8; a plus sign that was not escaped has arrived as a space. */
function timezoneOffset(value: string): string {
  const offset = value.replace(/^ /, '+')
  if (!/^[+-](0[0-9]|1[0-4])[0-5][0-9]$/.test(offset)) throw invalidSearch('TimezoneOffsetFromUTC is not an offset such as +0800.')
  return offset
}

const pathText = (path: readonly Tag[]): string => path.map(formatTag).join('.')
/** A name may be repeated to its sender, shortened and without anything that is not plain text. */
const printable = (name: string): string => name.replace(/[^0-9A-Za-z._-]/g, '').slice(0, 64)
