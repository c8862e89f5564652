/** Native DICOM Model (PS3.19 §A.1) → DICOM JSON model. */
import { parseDicomJson, type DicomJson } from './json.ts'
import { formatTag, isPrivate, isPrivateCreator, parseTag, type Tag } from './tag.ts'
import { nameComponents, nameGroups, nativeModelNamespace, numberText } from './xml-model.ts'
import { DicomXmlError, xmlTokens, type XmlToken } from './xml-tokens.ts'

type StartTag = Extract<XmlToken, { kind: 'start' }>

/** An attribute as DICOM JSON would have it, not yet checked. */
interface RawAttribute {
  readonly vr: string | undefined
  Value?: unknown[]
  BulkDataURI?: string
  InlineBinary?: string
}
type RawDataSet = Record<string, RawAttribute>

/** Empty values that gaps in the numbers of one document may stand for together: a number costs its sender nothing. */
const maxGaps = 100_000
/** Blocks of a private group, (gggg,0010) to (gggg,00FF). */
const firstBlock = 0x10
const lastBlock = 0xff

/**
 * One data set from a NativeDicomModel document, checked and in the normal form of `parseDicomJson`. A private attribute gets the block
 * its creator has in the data set, or the next free one. Decimal and integer strings are numbers where the text is the number's shortest,
 * else they stay the text that was sent.
 * @throws DicomXmlError when the text is no such document, DicomJsonError when an attribute of it is none of DICOM's
 */
export function parseDicomXml(text: string): DicomJson {
  return parseDicomJson(new NativeModelReader(text).document())
}

/** Walks the tokens of one document. */
class NativeModelReader {
  readonly #tokens: Iterator<XmlToken, void, undefined>
  #gaps = 0

  constructor(text: string) {
    this.#tokens = xmlTokens(text)
  }

  document(): RawDataSet {
    const root = this.#next()
    if (root.kind !== 'start' || localName(root.name) !== 'NativeDicomModel' || !isNative(root)) throw notNative(root.offset, 'the root is not NativeDicomModel')
    const dataSet = this.#dataSet()
    // Comments may follow; anything else makes the tokenizer throw.
    while (this.#tokens.next().done !== true);
    return dataSet
  }

  /** Up to the end tag of the element that holds it. */
  #dataSet(): RawDataSet {
    const attributes: { tag: Tag; creator: string | undefined; attribute: RawAttribute; offset: number }[] = []
    for (let start = this.#child(); start; start = this.#child()) {
      if (localName(start.name) !== 'DicomAttribute') throw notNative(start.offset, 'an element stands where DicomAttribute was due')
      const tag = parseTag(start.attributes.get('tag') ?? '')
      if (tag === undefined) throw notNative(start.offset, 'a DicomAttribute has no tag of eight hexadecimal digits')
      attributes.push({ tag, creator: start.attributes.get('privateCreator'), attribute: this.#attribute(start), offset: start.offset })
    }
    const blocks = new PrivateBlocks()
    for (const { tag, creator, attribute } of attributes) if (creator === undefined && isPrivateCreator(tag)) blocks.reserve(tag, attribute.Value?.[0])
    const dataSet = new Map<string, RawAttribute>()
    for (const { tag, creator, attribute, offset } of attributes) {
      const key = formatTag(creator === undefined ? tag : blocks.place(tag, creator, offset))
      if (dataSet.has(key)) throw notNative(offset, 'an attribute occurs twice')
      dataSet.set(key, attribute)
    }
    for (const [tag, creator] of blocks.added) dataSet.set(formatTag(tag), { vr: 'LO', Value: [creator] })
    return Object.fromEntries(dataSet)
  }

  #attribute(start: StartTag): RawAttribute {
    const attribute: RawAttribute = { vr: start.attributes.get('vr') }
    for (let child = this.#child(); child; child = this.#child()) {
      const name = localName(child.name)
      if (name === 'BulkData' || name === 'InlineBinary') {
        if (attribute.Value ?? attribute.BulkDataURI ?? attribute.InlineBinary) throw notNative(child.offset, 'an attribute has its value twice')
        if (name === 'InlineBinary') attribute.InlineBinary = this.#text().replace(/\s+/g, '')
        else attribute.BulkDataURI = this.#bulkDataURI(child)
        continue
      }
      if (attribute.BulkDataURI ?? attribute.InlineBinary) throw notNative(child.offset, 'an attribute has its value twice')
      this.#put(attribute.Value ??= [], child, this.#value(name, attribute.vr, child))
    }
    return attribute
  }

  #value(name: string, vr: string | undefined, start: StartTag): unknown {
    if (name === 'Value' && vr !== 'SQ' && vr !== 'PN') return numberOrText(this.#text(), vr)
    if (name === 'Item' && vr === 'SQ') return this.#dataSet()
    if (name === 'PersonName' && vr === 'PN') return this.#personName()
    throw notNative(start.offset, `an element of ${vr ?? 'no VR'} is not one PS3.19 has for it`)
  }

  /** Values stand at their numbers, which ascend; those left out are empty. */
  #put(values: unknown[], { attributes, offset }: StartTag, value: unknown): void {
    const number = attributes.get('number') ?? ''
    const index = /^[1-9]\d{0,9}$/.test(number) ? Number(number) - 1 : -1
    if (index < values.length) throw notNative(offset, 'values are not numbered from 1 in ascending order')
    this.#gaps += index - values.length
    if (this.#gaps > maxGaps) throw notNative(offset, 'the numbers of values leave too many gaps')
    while (values.length < index) values.push(null)
    values.push(value)
  }

  #bulkDataURI(start: StartTag): string {
    const uri = start.attributes.get('uri')
    if (uri === undefined || uri === '') throw notNative(start.offset, 'BulkData has no uri')
    if (this.#child()) throw notNative(start.offset, 'BulkData is not empty')
    return uri
  }

  #personName(): Record<string, string> {
    const name: Record<string, string> = {}
    for (let group = this.#child(); group; group = this.#child()) {
      const key = nameGroups.find((known) => known === localName(group.name))
      if (key === undefined || name[key] !== undefined) throw notNative(group.offset, 'a component group is unknown or given twice')
      name[key] = this.#components()
    }
    return name
  }

  #components(): string {
    const components: string[] = []
    for (let child = this.#child(); child; child = this.#child()) {
      const index = nameComponents.findIndex((known) => known === localName(child.name))
      if (index < components.length) throw notNative(child.offset, 'a name component is unknown, given twice or out of order')
      while (components.length < index) components.push('')
      components.push(this.#text())
    }
    return components.join('^')
  }

  /** The next element inside the open one; undefined when the open one ends. White space between elements has no meaning. */
  #child(): StartTag | undefined {
    for (;;) {
      const token = this.#next()
      if (token.kind === 'start') return token
      if (token.kind === 'end') return undefined
      if (/[^ \t\r\n]/.test(token.text)) throw notNative(token.offset, 'text stands where an element was due')
    }
  }

  /** The text of the open element, which ends with it. */
  #text(): string {
    let text = ''
    for (;;) {
      const token = this.#next()
      if (token.kind === 'end') return text
      if (token.kind === 'start') throw notNative(token.offset, 'an element stands where text was due')
      text += token.text
    }
  }

  #next(): XmlToken {
    const next = this.#tokens.next()
    // The tokenizer throws where a document ends early, so this is only for a reader that asks too often.
    if (next.done === true) throw new DicomXmlError('notWellFormed', 0, 'the document has ended')
    return next.value
  }
}

/** Which creator has which block of a data set's private groups (PS3.5 §7.8.1). */
class PrivateBlocks {
  readonly #tags = new Map<string, Tag>()
  readonly #taken = new Set<Tag>()
  /** Creators that were named by their attributes alone. */
  readonly added = new Map<Tag, string>()

  reserve(tag: Tag, creator: unknown): void {
    this.#taken.add(tag)
    const key = `${tag >>> 16} ${String(creator)}`
    if (!this.#tags.has(key)) this.#tags.set(key, tag)
  }

  /** The whole tag of an attribute written as `gggg00ee`, or with its block, as some writers do. */
  place(tag: Tag, creator: string, offset: number): Tag {
    if (!isPrivate(tag)) throw notNative(offset, 'a privateCreator stands at an attribute of the standard')
    const group = tag >>> 16
    if ((tag & 0xff00) !== 0) {
      const reserving = ((group << 16) | ((tag & 0xff00) >>> 8)) >>> 0
      if (!this.#taken.has(reserving)) this.#add(reserving, creator)
      return tag
    }
    const block = this.#tags.get(`${group} ${creator}`) ?? this.#next(group, creator, offset)
    return ((group << 16) | ((block & 0xff) << 8) | (tag & 0xff)) >>> 0
  }

  #next(group: number, creator: string, offset: number): Tag {
    for (let block = firstBlock; block <= lastBlock; block++) {
      const tag = ((group << 16) | block) >>> 0
      if (!this.#taken.has(tag)) return this.#add(tag, creator)
    }
    throw notNative(offset, 'a private group has more creators than blocks')
  }

  #add(tag: Tag, creator: string): Tag {
    this.added.set(tag, creator)
    this.reserve(tag, creator)
    return tag
  }
}

function numberOrText(text: string, vr: string | undefined): string | number {
  if (vr !== 'DS' && vr !== 'IS') return text
  const number = Number(text)
  return text !== '' && Number.isFinite(number) && numberText(number) === text ? number : text
}

/** Names are compared without prefix; the namespace is looked at once, at the root. */
const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

/** A document that names no namespace is taken: several writers leave it out. */
function isNative({ name, attributes }: StartTag): boolean {
  const colon = name.indexOf(':')
  const namespace = attributes.get(colon === -1 ? 'xmlns' : `xmlns:${name.slice(0, colon)}`)
  return namespace === undefined ? colon === -1 : namespace === nativeModelNamespace
}

const notNative = (offset: number, message: string) => new DicomXmlError('notNativeModel', offset, message)
