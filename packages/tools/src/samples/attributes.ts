import { createHash } from 'node:crypto'
import { attribute, formatTag, parsePersonName, tagOf, type DicomJson, type DicomJsonAttribute, type Keyword } from '@isocenter/dicom'

type Plain = string | number
/** Attributes by keyword: one value, several, the items of a sequence, or `''` for an attribute without value. */
export type Attributes = { readonly [K in Keyword]?: Plain | readonly Plain[] | readonly Attributes[] }

/** Attributes by keyword as DICOM JSON, each with its VR of PS3.6 (the first where it allows several). */
export function dataSet(attributes: Attributes): DicomJson {
  return Object.fromEntries(Object.entries(attributes).map(([keyword, value]) => {
    const tag = tagOf(keyword as Keyword)
    const vr = attribute(tag)?.vr[0] ?? 'UN'
    return [formatTag(tag), { vr, ...valueOf(vr, value) }] as const
  }).sort(([a], [b]) => a < b ? -1 : 1))
}

function valueOf(vr: string, value: Plain | readonly Plain[] | readonly Attributes[]): Pick<DicomJsonAttribute, 'Value'> {
  if (value === '') return {}
  const values = [value].flat() as readonly (Plain | Attributes)[]
  return { Value: values.map((one) => typeof one === 'object' ? dataSet(one) : vr === 'PN' ? { ...parsePersonName(String(one)) } : one) }
}

/** The same UID for the same words, under the UUID root (PS3.5 §B.2): samples made twice are the same samples. */
export function uidOf(...words: readonly (string | number)[]): string {
  const bits = createHash('sha256').update(words.join('\n')).digest().subarray(0, 16)
  // A version 8 UUID (RFC 9562): bits of our own choosing.
  bits.writeUInt8(bits.readUInt8(6) & 0x0f | 0x80, 6)
  bits.writeUInt8(bits.readUInt8(8) & 0x3f | 0x80, 8)
  return `2.25.${BigInt(`0x${bits.toString('hex')}`).toString()}`
}
