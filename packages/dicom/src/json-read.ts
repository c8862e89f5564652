import type { DicomJson, DicomJsonAttribute, DicomJsonValue } from './json.ts'
import { parsePersonName, type PersonName } from './person-name.ts'
import { formatTag, isGroupLength, parseTag } from './tag.ts'
import { isVR, vrTraits, type VR } from './vr.ts'

/** What is wrong with DICOM JSON. */
export type DicomJsonErrorCode =
  | 'notJson' // the text is not JSON
  | 'notDataSet' // an object of attributes was due
  | 'badTag' // a member's name is not eight hexadecimal digits, or names a tag a second time
  | 'badVR' // `vr` is missing or none of PS3.5
  | 'severalValues' // more than one of Value, BulkDataURI and InlineBinary
  | 'badValue' // a value that its VR cannot have
  | 'tooDeep' // sequences nested beyond the limit

/** Says where JSON breaks PS3.18 Annex F: `path` is like `00400275[1].00321060`. Neither path nor message holds a value. */
export class DicomJsonError extends Error {
  override readonly name = 'DicomJsonError'
  readonly code: DicomJsonErrorCode
  readonly path: string

  constructor(code: DicomJsonErrorCode, path: string, message: string) {
    super(path === '' ? message : `${path}: ${message}`)
    this.code = code
    this.path = path
  }
}

/** Sequences inside sequences, as `ReadLimits.maxDepth`. */
const MAX_DEPTH = 64
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const NON_FINITE: Readonly<Record<string, string>> = {
  NaN: 'NaN', nan: 'NaN', Infinity: 'Infinity', inf: 'Infinity', '-Infinity': '-Infinity', '-inf': '-Infinity',
}

/**
 * One data set from DICOM JSON, as text or already parsed; a list of one is taken for its one member, since Annex F puts
 * results in lists. The result is checked and in normal form: keys upper case, group lengths dropped, empty
 * values without members. Reads what clients write: numbers as strings, text as numbers, names as plain text, null and ''.
 * @throws DicomJsonError
 */
export function parseDicomJson(input: unknown): DicomJson {
  const [only, ...others] = parseDicomJsonArray(input)
  if (!only || others.length > 0) throw new DicomJsonError('notDataSet', '', 'one data set was due')
  return only
}

/**
 * Every data set of a DICOM JSON list, or the one outside any list (PS3.18 §F.2.1).
 * @throws DicomJsonError
 */
export function parseDicomJsonArray(input: unknown): DicomJson[] {
  const json = typeof input === 'string' ? parsed(input) : input
  return Array.isArray(json) ? json.map((item, index) => dataSetOf(item, `[${index + 1}]`, 0)) : [dataSetOf(json, '', 0)]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, which holds patient data.
    throw new DicomJsonError('notJson', '', 'the text is not JSON')
  }
}

function dataSetOf(input: unknown, path: string, depth: number): DicomJson {
  if (!isObject(input)) throw new DicomJsonError('notDataSet', path, 'an object of attributes was due')
  if (depth > MAX_DEPTH) throw new DicomJsonError('tooDeep', path, `sequences are nested deeper than ${MAX_DEPTH}`)
  const attributes: [key: string, attribute: DicomJsonAttribute][] = []
  const seen = new Set<string>()
  for (const [name, member] of Object.entries(input)) {
    const tag = parseTag(name)
    if (tag === undefined) throw new DicomJsonError('badTag', path, 'a member is not named by eight hexadecimal digits')
    const key = formatTag(tag)
    const memberPath = path === '' ? key : `${path}.${key}`
    if (seen.has(key)) throw new DicomJsonError('badTag', memberPath, 'the tag occurs twice')
    seen.add(key)
    if (!isGroupLength(tag)) attributes.push([key, attributeOf(member, memberPath, depth)])
  }
  return Object.fromEntries(attributes)
}

function attributeOf(input: unknown, path: string, depth: number): DicomJsonAttribute {
  if (!isObject(input)) throw new DicomJsonError('badValue', path, 'an attribute object was due')
  const { vr, Value, BulkDataURI, InlineBinary } = input
  if (typeof vr !== 'string' || !isVR(vr)) throw new DicomJsonError('badVR', path, 'vr is missing or unknown')
  const given = [Value, BulkDataURI, InlineBinary].filter((member) => member !== undefined && member !== null)
  if (given.length > 1) throw new DicomJsonError('severalValues', path, 'only one of Value, BulkDataURI and InlineBinary may be given')
  if (typeof BulkDataURI === 'string') return bulkData(vr, BulkDataURI, path)
  if (InlineBinary !== undefined && InlineBinary !== null) return inlineBinary(vr, InlineBinary, path)
  if (BulkDataURI !== undefined && BulkDataURI !== null) throw new DicomJsonError('badValue', path, 'BulkDataURI is not a string')
  if (Value === undefined || Value === null || Value === '') return { vr }
  if (!Array.isArray(Value)) throw new DicomJsonError('badValue', path, 'Value is not a list')
  const values = Value.map((value: unknown, index) => valueOf(vr, value, `${path}[${index + 1}]`, depth))
  // One empty value is no value; several keep their places.
  return values.length === 0 || (values.length === 1 && values[0] === null) ? { vr } : { vr, Value: values }
}

function bulkData(vr: VR, uri: string, path: string): DicomJsonAttribute {
  if (vr === 'SQ') throw new DicomJsonError('badValue', path, 'a sequence cannot be bulk data')
  return { vr, BulkDataURI: uri }
}

function inlineBinary(vr: VR, input: unknown, path: string): DicomJsonAttribute {
  // Older servers wrap the string in a list of one.
  const text: unknown = Array.isArray(input) && input.length === 1 ? input[0] : input
  if (vr === 'SQ' || typeof text !== 'string' || !BASE64.test(text)) throw new DicomJsonError('badValue', path, 'InlineBinary is not base64')
  return text === '' ? { vr } : { vr, InlineBinary: text }
}

function valueOf(vr: VR, value: unknown, path: string, depth: number): DicomJsonValue {
  if (vr === 'SQ') return dataSetOf(value ?? {}, path, depth + 1)
  if (value === null || value === '') return null
  if (vr === 'PN') return personNameOf(value, path)
  if (vr === 'AT') return tagOf(value, path)
  if (vr === 'DS' || vr === 'IS') return numberOrText(value, path)
  const { isText, bytesPerValue } = vrTraits(vr)
  if (isText) return textOf(value, path)
  if (vr.startsWith('O') || vr === 'UN') throw new DicomJsonError('badValue', path, `${vr} has no Value, only InlineBinary or BulkDataURI`)
  return numberOf(vr, bytesPerValue, value, path)
}

function personNameOf(value: unknown, path: string): PersonName | null {
  if (typeof value === 'string') return parsePersonName(value) ?? null
  if (!isObject(value)) throw new DicomJsonError('badValue', path, 'a person name is not an object of component groups')
  const group = (name: keyof PersonName): string => {
    const text = value[name] ?? ''
    if (typeof text !== 'string' || text.includes('=')) throw new DicomJsonError('badValue', path, `${name} is not one component group`)
    return text
  }
  return parsePersonName(`${group('Alphabetic')}=${group('Ideographic')}=${group('Phonetic')}`) ?? null
}

function tagOf(value: unknown, path: string): string {
  const tag = typeof value === 'string' ? parseTag(value) : undefined
  if (tag === undefined) throw new DicomJsonError('badValue', path, 'a tag is not eight hexadecimal digits')
  return formatTag(tag)
}

function textOf(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw new DicomJsonError('badValue', path, 'a text value is not a string')
}

function numberOrText(value: unknown, path: string): string | number {
  if (typeof value === 'string' || typeof value === 'number') return value
  throw new DicomJsonError('badValue', path, 'a decimal or integer string is neither number nor string')
}

function numberOf(vr: VR, bytesPerValue: number, value: unknown, path: string): string | number {
  if (typeof value === 'number') return value
  if (typeof value === 'string') {
    const text = value.trim()
    if (bytesPerValue === 8 && vr !== 'FD' && /^[+-]?\d+$/.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : text
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return Number(text)
    const nonFinite = Object.hasOwn(NON_FINITE, text) ? NON_FINITE[text] : undefined
    if (nonFinite !== undefined && (vr === 'FL' || vr === 'FD')) return nonFinite
  }
  throw new DicomJsonError('badValue', path, `a value is no number that ${vr} can hold`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
