/** DICOM JSON model → Native DICOM Model (PS3.19 §A.1): the same content, attribute by attribute, as XML text. */
import { keywordOf } from './dictionary.ts'
import type { DicomJson, DicomJsonAttribute, DicomJsonValue } from './json.ts'
import type { PersonName } from './person-name.ts'
import { isPrivate, isPrivateCreator, parseTag, type Tag } from './tag.ts'
import { nameComponents, nameGroups, nativeModelNamespace, numberText } from './xml-model.ts'

/**
 * One data set as an XML document in UTF-8. Private attributes are written as PS3.19 has them, `gggg00ee` with their creator, and the
 * creators too, so that blocks keep their numbers. A character XML 1.0 cannot hold becomes U+FFFD; nothing else is lost.
 */
export function writeDicomXml(dataSet: DicomJson): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel xmlns="${nativeModelNamespace}" xml:space="preserve">${attributesText(dataSet)}</NativeDicomModel>`
}

function attributesText(dataSet: DicomJson): string {
  const creators = creatorsOf(dataSet)
  let text = ''
  for (const key of Object.keys(dataSet).sort()) {
    const attribute = dataSet[key]
    if (attribute) text += attributeText(key, attribute, creators)
  }
  return text
}

function attributeText(key: string, attribute: DicomJsonAttribute, creators: ReadonlyMap<Tag, string>): string {
  const start = `<DicomAttribute ${nameText(key, creators)} vr="${attribute.vr}"`
  const content = contentText(attribute)
  return content === '' ? `${start}/>` : `${start}>${content}</DicomAttribute>`
}

/** Tag and keyword, or the tag without its block and the creator that had reserved the block. */
function nameText(key: string, creators: ReadonlyMap<Tag, string>): string {
  const tag = parseTag(key)
  const keyword = tag === undefined ? undefined : keywordOf(tag)
  if (keyword !== undefined) return `tag="${key}" keyword="${keyword}"`
  const creator = tag === undefined || !isPrivate(tag) || isPrivateCreator(tag) ? undefined : creators.get(creatorTag(tag))
  return creator === undefined ? `tag="${key}"` : `tag="${key.slice(0, 4)}00${key.slice(6)}" privateCreator="${attributeValue(creator)}"`
}

/** The element that reserves the block of a private attribute (PS3.5 §7.8.1). */
function creatorTag(tag: Tag): Tag {
  return ((tag & 0xffff_0000) | ((tag & 0xff00) >>> 8)) >>> 0
}

/** Creators by their tag. One that a broken object names twice in a group says nothing of the block, and is left out. */
function creatorsOf(dataSet: DicomJson): ReadonlyMap<Tag, string> {
  const tagsByName = new Map<string, { creator: string; tags: Tag[] }>()
  for (const key of Object.keys(dataSet)) {
    const tag = parseTag(key)
    const creator = dataSet[key]?.Value?.[0]
    if (tag === undefined || !isPrivateCreator(tag) || typeof creator !== 'string') continue
    // As written: two creators that differ in characters XML does not have are one to the reader.
    const name = `${key.slice(0, 4)} ${xmlText(creator)}`
    const known = tagsByName.get(name) ?? { creator, tags: [] }
    known.tags.push(tag)
    tagsByName.set(name, known)
  }
  return new Map([...tagsByName.values()].flatMap(({ creator, tags: [tag, ...others] }) => (tag === undefined || others.length > 0 ? [] : [[tag, creator]])))
}

function contentText({ Value, BulkDataURI, InlineBinary, vr }: DicomJsonAttribute): string {
  if (BulkDataURI !== undefined) return `<BulkData uri="${attributeValue(BulkDataURI)}"/>`
  if (InlineBinary !== undefined) return `<InlineBinary>${InlineBinary}</InlineBinary>`
  let text = ''
  const values = Value ?? []
  for (const [index, value] of values.entries()) {
    const number = index + 1
    // An empty value is a gap in the numbers; at the end there is no gap to see, so it is written as empty.
    if (value === null && number < values.length) continue
    if (vr === 'SQ') text += `<Item number="${number}">${attributesText((value ?? {}) as DicomJson)}</Item>`
    else if (vr === 'PN') text += `<PersonName number="${number}">${personNameText((value ?? {}) as PersonName)}</PersonName>`
    else text += `<Value number="${number}">${valueText(value)}</Value>`
  }
  return text
}

function valueText(value: DicomJsonValue): string {
  if (typeof value === 'number') return numberText(value)
  return typeof value === 'string' ? xmlText(value) : ''
}

function personNameText(name: PersonName): string {
  return nameGroups.map((group) => {
    const text = name[group]
    return text === undefined || text === '' ? '' : `<${group}>${componentsText(text)}</${group}>`
  }).join('')
}

/** Empty components are left out, but for the last: it keeps the delimiters that a name ends with. */
function componentsText(group: string): string {
  const components = group.split('^')
  // A sixth component, which PS3.5 does not know, stays within the fifth.
  const written = [...components.slice(0, nameComponents.length - 1), ...components.length >= nameComponents.length ? [components.slice(nameComponents.length - 1).join('^')] : []]
  return written.map((component, index) => {
    if (component === '' && index < written.length - 1) return ''
    return `<${nameComponents[index]}>${xmlText(component)}</${nameComponents[index]}>`
  }).join('')
}

const needsEscape = /[&<>\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/
/** What XML 1.0 has no way to write (its §2.2), lone surrogates included. */
const impossible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu

/** Character data. A carriage return is written by number, since a parser would read it as a line feed. */
function xmlText(text: string): string {
  if (!needsEscape.test(text)) return text
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#13;').replace(impossible, '\ufffd')
}

/** The value of an attribute in double quotes; white space by number, since a parser would read it as spaces. */
function attributeValue(text: string): string {
  return xmlText(text).replace(/"/g, '&quot;').replace(/\t/g, '&#9;').replace(/\n/g, '&#10;')
}
