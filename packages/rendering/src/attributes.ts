/** Reading DICOM JSON as the pipeline needs it: numbers, text, items and the bytes of look-up tables. */
import { formatTag, tagOf, type DicomJson, type DicomJsonAttribute, type Keyword } from '@isocenter/dicom'

const keys = new Map<Keyword, string>()

/** An attribute by its keyword; undefined when it is not there. */
export function attributeOf(json: DicomJson, keyword: Keyword): DicomJsonAttribute | undefined {
  let key = keys.get(keyword)
  if (key === undefined) keys.set(keyword, key = formatTag(tagOf(keyword)))
  return json[key]
}

/** All values as text; an empty one among others stays in its place. */
export function textsOf(json: DicomJson, keyword: Keyword): string[] {
  return (attributeOf(json, keyword)?.Value ?? []).map((value) => {
    if (value === null) return ''
    if (typeof value !== 'object') return String(value)
    return 'Alphabetic' in value || 'Ideographic' in value || 'Phonetic' in value ? nameText(value) : ''
  })
}

/** The ideographic form of a name beside the alphabetic one, as it is read: components parted by spaces, of ideographs by nothing. */
function nameText(name: object): string {
  const { Alphabetic, Ideographic } = name as { Alphabetic?: string; Ideographic?: string }
  return [Alphabetic, Ideographic].flatMap((group) => (group ? [group.replace(/\^+/g, ' ').trim().replaceAll(/(?<=\p{Script=Han}) +(?=\p{Script=Han})/gu, '')] : [])).join(' ')
}

/** The first value as text; undefined when absent or empty. */
export function textOf(json: DicomJson, keyword: Keyword): string | undefined {
  return textsOf(json, keyword)[0]?.trim() || undefined
}

/** All values as numbers, NaN for what is none; a binary value is read by its VR. */
export function numbersOf(json: DicomJson, keyword: Keyword): number[] {
  const attribute = attributeOf(json, keyword)
  if (!attribute) return []
  if (attribute.InlineBinary !== undefined) return Array.from(wordsOf(attribute))
  return (attribute.Value ?? []).map((value) => (value === null || value === '' || typeof value === 'object' ? Number.NaN : Number(value)))
}

/** The first value as a number; undefined when absent or no number. */
export function numberOf(json: DicomJson, keyword: Keyword): number | undefined {
  const first = numbersOf(json, keyword)[0]
  return first === undefined || Number.isNaN(first) ? undefined : first
}

/** The items of a sequence; none when it is absent or empty. */
export function itemsOf(json: DicomJson, keyword: Keyword): DicomJson[] {
  const attribute = attributeOf(json, keyword)
  return attribute?.vr === 'SQ' ? (attribute.Value ?? []).filter((item): item is DicomJson => typeof item === 'object' && item !== null) : []
}

/** The value field's bytes, little endian; undefined when they are not here. */
export function bytesOf(attribute: DicomJsonAttribute | undefined): Uint8Array | undefined {
  return attribute?.InlineBinary === undefined ? undefined : Buffer.from(attribute.InlineBinary, 'base64')
}

/** Values of 16 bits, signed where the VR says so, whether they came as numbers or as bytes. */
export function wordsOf(attribute: DicomJsonAttribute | undefined): ArrayLike<number> {
  const bytes = bytesOf(attribute)
  if (!bytes) return (attribute?.Value ?? []).map(Number)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const signed = attribute?.vr === 'SS'
  return Array.from({ length: bytes.length >> 1 }, (_, index) => (signed ? view.getInt16(index * 2, true) : view.getUint16(index * 2, true)))
}
