import { isBinary, isBulkdata } from './bulkdata.ts'
import type { DataElement, DataSet } from './data-set.ts'
import { bigIntegerLiteral, decimalStringLiteral, floatLiteral, integerStringLiteral, literalsAsWritten } from './json-numbers.ts'
import { withoutPadding, withoutTrailingPadding } from './padding.ts'
import { parsePersonName, type PersonName } from './person-name.ts'
import { formatTag, isGroupLength, type Tag } from './tag.ts'
import { vrTraits, type VR } from './vr.ts'

export interface WriteJsonOptions {
  /**
   * The URI under which bulk data can be read. `path` is tags and item numbers from 1 joined by dots: `7FE00010`,
   * `54000100.1.54001010`. Undefined keeps the value inline, or leaves the attribute out when its value was not kept.
   */
  readonly bulkDataURI?: (path: string, element: DataElement) => string | undefined
}

const SPECIFIC_CHARACTER_SET = 0x0008_0005
const FILE_META_GROUP = 0x0002

/**
 * A data set as DICOM JSON text (PS3.18 Annex F): keys ascending, no group lengths, no File Meta Information, text as UTF-8 with
 * (0008,0005) saying so. Large values become BulkDataURI by the rule of `isBulkdata`. Of an attribute that a broken object repeats, the first counts.
 */
export function writeDicomJson(dataSet: DataSet, options: WriteJsonOptions = {}): string {
  return dataSetText(dataSet, '', options)
}

function dataSetText(dataSet: DataSet, pathPrefix: string, options: WriteJsonOptions): string {
  let text = '{'
  for (const element of ascending(dataSet.elements)) {
    const { tag } = element
    if (isGroupLength(tag) || tag >>> 16 === FILE_META_GROUP) continue
    const member = memberText(element, dataSet, pathPrefix, options)
    if (member !== undefined) text += `${text === '{' ? '' : ','}"${tagText(tag)}":${member}`
  }
  return `${text}}`
}

/** Elements in order of tag, each tag once; the list itself when it already is so. */
function ascending(elements: readonly DataElement[]): readonly DataElement[] {
  let last = -1
  for (const { tag } of elements) {
    if (tag <= last) {
      const firstOfTag = new Map<Tag, DataElement>()
      for (const element of elements) if (!firstOfTag.has(element.tag)) firstOfTag.set(element.tag, element)
      return [...firstOfTag.values()].sort((a, b) => a.tag - b.tag)
    }
    last = tag
  }
  return elements
}

/** The attribute object; undefined when there is a value but nowhere to show it. */
function memberText(element: DataElement, dataSet: DataSet, pathPrefix: string, options: WriteJsonOptions): string | undefined {
  const { tag, value } = element
  const vr = element.fragments ? 'OB' : element.vr
  if (element.items) return sequenceText(element, element.items, pathPrefix, options)
  if (tag === SPECIFIC_CHARACTER_SET) return '{"vr":"CS","Value":["ISO_IR 192"]}'
  if (isBulkdata(element)) {
    const uri = options.bulkDataURI?.(pathPrefix + tagText(tag), element)
    if (uri !== undefined) return `{"vr":"${vr}","BulkDataURI":${JSON.stringify(uri)}}`
    if (value === undefined) return undefined
  }
  if (value === undefined || value.length === 0) return `{"vr":"${vr}"}`
  if (isBinary(vr)) return inlineBinary(vr, value, dataSet.littleEndian)
  const traits = vrTraits(vr)
  if (traits.isText) {
    const values = textValues(vr, value, dataSet)
    return values === '' ? `{"vr":"${vr}"}` : `{"vr":"${vr}","Value":[${values}]}`
  }
  const bytesPerValue = vr === 'AT' ? 4 : traits.bytesPerValue
  // Not a whole number of values: shown as the bytes they are rather than as numbers nobody sent.
  if (value.length % bytesPerValue !== 0) return inlineBinary('UN', value, true)
  return `{"vr":"${vr}","Value":[${numberValues(vr, value, dataSet.littleEndian)}]}`
}

function sequenceText(element: DataElement, items: readonly DataSet[], pathPrefix: string, options: WriteJsonOptions): string {
  if (items.length === 0) return '{"vr":"SQ"}'
  const tag = tagText(element.tag)
  let text = '{"vr":"SQ","Value":['
  for (const [index, item] of items.entries()) {
    if (index > 0) text += ','
    text += dataSetText(item, `${pathPrefix}${tag}.${index + 1}.`, options)
  }
  return `${text}]}`
}

function inlineBinary(vr: VR, value: Uint8Array, littleEndian: boolean): string {
  const bytes = Buffer.from(value)
  const width = vrTraits(vr).bytesPerValue
  if (!littleEndian && width > 1) {
    const whole = bytes.subarray(0, bytes.length - (bytes.length % width))
    if (width === 2) whole.swap16()
    else if (width === 4) whole.swap32()
    else whole.swap64()
  }
  return `{"vr":"${vr}","InlineBinary":"${bytes.toString('base64')}"}`
}

/** Values of a text VR as JSON, joined by commas; '' when there is nothing but padding. */
function textValues(vr: VR, value: Uint8Array, dataSet: DataSet): string {
  if (vr === 'DS' || vr === 'IS') {
    const literals = literalsAsWritten(value, vr === 'DS')
    if (literals !== undefined) return literals
  }
  const text = dataSet.charset.decode(value, vr).replaceAll('\0', '')
  if (!vrTraits(vr).splitsOnBackslash) {
    const trimmed = withoutTrailingPadding(text)
    return trimmed === '' ? '' : JSON.stringify(trimmed)
  }
  if (!text.includes('\\')) {
    const only = valueLiteral(vr, text)
    return only === 'null' ? '' : only
  }
  return text.split('\\').map((part) => valueLiteral(vr, part)).join(',')
}

function valueLiteral(vr: VR, padded: string): string {
  if (vr === 'PN') return personNameLiteral(parsePersonName(padded))
  const text = vr === 'UC' ? withoutTrailingPadding(padded) : withoutPadding(padded)
  if (text === '') return 'null'
  const number = vr === 'DS' ? decimalStringLiteral(text) : vr === 'IS' ? integerStringLiteral(text) : undefined
  return number ?? JSON.stringify(text)
}

const personNameLiteral = (name: PersonName | undefined): string => (name === undefined ? 'null' : JSON.stringify(name))

function numberValues(vr: VR, value: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  const width = vr === 'AT' ? 4 : vrTraits(vr).bytesPerValue
  let text = literalAt(vr, view, 0, littleEndian)
  for (let at = width; at < value.length; at += width) text += `,${literalAt(vr, view, at, littleEndian)}`
  return text
}

function literalAt(vr: VR, view: DataView, at: number, littleEndian: boolean): string {
  switch (vr) {
    case 'US': return String(view.getUint16(at, littleEndian))
    case 'SS': return String(view.getInt16(at, littleEndian))
    case 'UL': return String(view.getUint32(at, littleEndian))
    case 'SL': return String(view.getInt32(at, littleEndian))
    case 'FL': return floatLiteral(view.getFloat32(at, littleEndian))
    case 'FD': return floatLiteral(view.getFloat64(at, littleEndian))
    case 'UV': return bigIntegerLiteral(view.getBigUint64(at, littleEndian))
    case 'SV': return bigIntegerLiteral(view.getBigInt64(at, littleEndian))
    case 'AT': return `"${formatTag(view.getUint16(at, littleEndian) * 0x1_0000 + view.getUint16(at + 2, littleEndian))}"`
    default: throw new RangeError(`${vr} does not hold numbers.`)
  }
}

const tagTexts = new Map<Tag, string>()
/** Far more than the dictionary has; private tags of hostile objects cannot grow the table further. */
const MOST_TAG_TEXTS = 16_384

/** `formatTag`, remembered: a functional group sequence asks for the same few tags ten thousand times. */
function tagText(tag: Tag): string {
  const known = tagTexts.get(tag)
  if (known !== undefined) return known
  if (tagTexts.size >= MOST_TAG_TEXTS) tagTexts.clear()
  const text = formatTag(tag)
  tagTexts.set(tag, text)
  return text
}
