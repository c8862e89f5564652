/**
 * XML 1.0 text → elements and character data, as much of XML as the Native DICOM Model needs and no more. Without document types there
 * are no entities to expand, nothing to fetch and nothing that grows: the work is linear in the text.
 */

/** What is wrong with the XML. */
export type DicomXmlErrorCode =
  | 'notWellFormed' // breaks a rule of XML 1.0
  | 'documentType' // has a DOCTYPE, which is refused whatever it says
  | 'encoding' // is declared as something else than UTF-8
  | 'tooDeep' // elements are nested beyond any data set
  | 'notNativeModel' // is well-formed, but not what PS3.19 §A.1 describes

/** Says where XML breaks off being a Native DICOM Model. The message holds no value. */
export class DicomXmlError extends Error {
  override readonly name = 'DicomXmlError'
  readonly code: DicomXmlErrorCode
  /** Characters from the start of the text. */
  readonly offset: number

  constructor(code: DicomXmlErrorCode, offset: number, message: string) {
    super(`${message} (at character ${offset})`)
    this.code = code
    this.offset = offset
  }
}

export type XmlToken =
  | { readonly kind: 'start'; readonly name: string; readonly attributes: ReadonlyMap<string, string>; readonly offset: number }
  | { readonly kind: 'end'; readonly name: string; readonly offset: number }
  | { readonly kind: 'text'; readonly text: string; readonly offset: number }

/** Deeper than 64 sequences in sequences, each two elements deep. */
const maxDepth = 160
const name = /[A-Za-z_:\u00c0-\ufffd][\w:.\-\u00b7\u00c0-\ufffd]*/y
const attribute = /\s+([A-Za-z_:\u00c0-\ufffd][\w:.\-\u00b7\u00c0-\ufffd]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y
const tagEnd = /\s*(\/?)>/y
const space = /^[ \t\r\n]*$/
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u
const reference = /&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w+));|&/g
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * The elements of one document in order, names as written. Comments and processing instructions are passed over; character data
 * between two tags may come in several pieces.
 * @throws DicomXmlError from the iteration, when the document is not well-formed or has a document type
 */
export function* xmlTokens(input: string): Generator<XmlToken, void, undefined> {
  // PS3.18 has UTF-8; lines end with LF inside a parser (XML 1.0 §2.11).
  const text = input.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  const bad = forbidden.exec(text)
  if (bad) throw new DicomXmlError('notWellFormed', bad.index, 'a character is not allowed in XML 1.0')
  const open: string[] = []
  let rootSeen = false
  let at = declarationEnd(text)
  while (at < text.length) {
    const next = text.indexOf('<', at)
    const end = next === -1 ? text.length : next
    if (end > at) {
      const data = text.slice(at, end)
      if (open.length === 0 && !space.test(data)) throw malformed(at, 'text stands outside the root element')
      if (data.includes(']]>')) throw malformed(at, 'a CDATA section ends that never began')
      if (open.length > 0) yield { kind: 'text', text: resolved(data, at), offset: at }
      at = end
      continue
    }
    if (text.startsWith('<!--', at)) at = after(text, '-->', at + 4)
    else if (text.startsWith('<?', at)) at = after(text, '?>', at + 2)
    else if (text.startsWith('<![CDATA[', at)) {
      if (open.length === 0) throw malformed(at, 'text stands outside the root element')
      const closed = after(text, ']]>', at + 9)
      yield { kind: 'text', text: text.slice(at + 9, closed - 3), offset: at }
      at = closed
    } else if (text.startsWith('<!', at)) throw new DicomXmlError('documentType', at, 'a document type is not accepted')
    else if (text.startsWith('</', at)) {
      const closing = nameAt(text, at + 2)
      const offset = at
      at = tagEndAt(text, at + 2 + closing.length, false).end
      if (open.pop() !== closing) throw malformed(offset, 'an end tag does not match')
      yield { kind: 'end', name: closing, offset }
    } else {
      const offset = at
      const opening = nameAt(text, at + 1)
      if (open.length === 0 && rootSeen) throw malformed(at, 'there is a second root element')
      rootSeen = true
      const { attributes, end: attributesEnd } = attributesAt(text, at + 1 + opening.length)
      const closing = tagEndAt(text, attributesEnd, true)
      at = closing.end
      yield { kind: 'start', name: opening, attributes, offset }
      if (closing.isEmpty) yield { kind: 'end', name: opening, offset }
      else if (open.push(opening) > maxDepth) throw new DicomXmlError('tooDeep', offset, 'elements are nested too deep')
    }
  }
  if (open.length > 0 || !rootSeen) throw malformed(text.length, rootSeen ? 'an element is not closed' : 'there is no element')
}

/** Where the XML declaration ends; 0 without one. */
function declarationEnd(text: string): number {
  if (!/^<\?xml\s/.test(text)) return 0
  const end = after(text, '?>', 5)
  const encoding = /\sencoding\s*=\s*["']([^"']*)["']/.exec(text.slice(0, end))?.[1]
  if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding)) throw new DicomXmlError('encoding', 0, 'the document is declared in another encoding than UTF-8')
  return end
}

function attributesAt(text: string, start: number): { attributes: ReadonlyMap<string, string>; end: number } {
  const attributes = new Map<string, string>()
  let end = start
  for (;;) {
    attribute.lastIndex = end
    const match = attribute.exec(text)
    if (!match) return { attributes, end }
    const [, key = '', double, single = ''] = match
    if (attributes.has(key)) throw malformed(end, 'an attribute is given twice')
    // White space as such is a space; by number it is itself (XML 1.0 §3.3.3).
    attributes.set(key, resolved((double ?? single).replace(/[\t\n]/g, ' '), end))
    end = attribute.lastIndex
  }
}

function nameAt(text: string, at: number): string {
  name.lastIndex = at
  const match = name.exec(text)
  if (!match) throw malformed(at, 'a tag has no name')
  return match[0]
}

function tagEndAt(text: string, at: number, mayBeEmpty: boolean): { end: number; isEmpty: boolean } {
  tagEnd.lastIndex = at
  const match = tagEnd.exec(text)
  const isEmpty = match?.[1] === '/'
  if (!match || (isEmpty && !mayBeEmpty)) throw malformed(at, 'a tag is not closed')
  return { end: tagEnd.lastIndex, isEmpty }
}

function after(text: string, closing: string, from: number): number {
  const at = text.indexOf(closing, from)
  if (at === -1) throw malformed(from, 'a comment, instruction or CDATA section is not closed')
  return at + closing.length
}

/** Character references and the five entities every document has. */
function resolved(data: string, offset: number): string {
  if (!data.includes('&')) return data
  return data.replace(reference, (_, decimal?: string, hexadecimal?: string, entity?: string) => {
    if (entity !== undefined) {
      const character = Object.hasOwn(entities, entity) ? entities[entity] : undefined
      if (character !== undefined) return character
    } else if (decimal !== undefined || hexadecimal !== undefined) {
      const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)
      const character = code <= 0x10ffff ? String.fromCodePoint(code) : '\u0000'
      if (!forbidden.test(character)) return character
    }
    throw malformed(offset, 'a reference is to no character')
  })
}

const malformed = (offset: number, message: string) => new DicomXmlError('notWellFormed', offset, message)
