/**
 * One attribute of the DICOM JSON model → the bytes of its value field (PS3.5 §6.2, PS3.18 §F.2).
 * Sequences and encapsulated Pixel Data are not values of their own; write.ts lays them out.
 */
import type { DicomJsonAttribute, DicomJsonValue } from './json.ts'
import { formatPersonName } from './person-name.ts'
import { wordsSwapped } from './swap-words.ts'
import type { Tag } from './tag.ts'
import { vrTraits, type VR } from './vr.ts'
import { DicomWriteError } from './write-error.ts'

const EMPTY = new Uint8Array(0)

type NumericSetter = (view: DataView, offset: number, value: number | string, littleEndian: boolean) => void

/** How one value of a numeric VR is written. 64-bit integers may come as strings, JSON numbers being too narrow for them. */
const numericSetters: Partial<Record<VR, NumericSetter>> = {
  US: (view, offset, value, littleEndian) => view.setUint16(offset, Number(value), littleEndian),
  SS: (view, offset, value, littleEndian) => view.setInt16(offset, Number(value), littleEndian),
  UL: (view, offset, value, littleEndian) => view.setUint32(offset, Number(value), littleEndian),
  SL: (view, offset, value, littleEndian) => view.setInt32(offset, Number(value), littleEndian),
  UV: (view, offset, value, littleEndian) => view.setBigUint64(offset, BigInt(value), littleEndian),
  SV: (view, offset, value, littleEndian) => view.setBigInt64(offset, BigInt(value), littleEndian),
  FL: (view, offset, value, littleEndian) => view.setFloat32(offset, Number(value), littleEndian),
  FD: (view, offset, value, littleEndian) => view.setFloat64(offset, Number(value), littleEndian),
}

/** Integer ranges, so that a value too large for its VR is refused instead of wrapping round. */
const integerRanges: Partial<Record<VR, readonly [bigint, bigint]>> = {
  US: [0n, 0xffffn],
  SS: [-0x8000n, 0x7fffn],
  UL: [0n, 0xffff_ffffn],
  SL: [-0x8000_0000n, 0x7fff_ffffn],
  UV: [0n, 0xffff_ffff_ffff_ffffn],
  SV: [-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn],
}

/**
 * The value field of one attribute, padded to an even length as its VR asks (PS3.5 §6.2); empty when the attribute has no value.
 * `bulk` is the value given apart from the JSON, always little endian as bulk data are (PS3.18 §F.2.7).
 * @throws DicomWriteError when the value does not fit its VR
 */
export function encodeValue(
  tag: Tag, attribute: DicomJsonAttribute, littleEndian: boolean, encodeText: EncodeText, bulk?: Uint8Array,
): Uint8Array {
  const vr = attribute.vr
  const { bytesPerValue, isText, padding } = vrTraits(vr)
  const numeric = numericSetters[vr]
  const binary = bulk ?? (attribute.InlineBinary === undefined ? undefined : Buffer.from(attribute.InlineBinary, 'base64'))
  if (binary) return padded(littleEndian ? binary : wordsSwapped(binary, bytesPerValue), padding)
  const values = attribute.Value ?? []
  if (values.length === 0) return EMPTY
  if (vr === 'AT') return encodeTags(tag, values, littleEndian)
  if (numeric) return encodeNumbers(tag, vr, numeric, values, littleEndian)
  if (!isText) throw new DicomWriteError('badValue', tag, `${vr} has no Value, only InlineBinary or bulk data`)
  return padded(encodeText(valuesText(tag, vr, values), vr), padding)
}

/** How the text of a value field becomes bytes. */
export type EncodeText = (text: string, vr: VR) => Uint8Array

/** The values of a text VR as they stand in the value field, a backslash between them. @throws DicomWriteError */
export function valuesText(tag: Tag, vr: VR, values: readonly DicomJsonValue[]): string {
  return values.map((value) => textOf(tag, vr, value)).join('\\')
}

function encodeNumbers(tag: Tag, vr: VR, set: NumericSetter, values: readonly unknown[], littleEndian: boolean): Uint8Array {
  const { bytesPerValue } = vrTraits(vr)
  const bytes = new Uint8Array(values.length * bytesPerValue)
  const view = new DataView(bytes.buffer)
  const range = integerRanges[vr]
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'number' && typeof value !== 'string') throw new DicomWriteError('badValue', tag, `a ${vr} value is not a number`)
    if (range) assertInteger(tag, vr, value, range)
    else if (typeof value === 'string' && !/^(NaN|-?Infinity|-?[\d.]+([eE][+-]?\d+)?)$/.test(value)) {
      throw new DicomWriteError('badValue', tag, `a ${vr} value is not a number`)
    }
    set(view, index * bytesPerValue, value, littleEndian)
  }
  return bytes
}

function assertInteger(tag: Tag, vr: VR, value: number | string, [lowest, highest]: readonly [bigint, bigint]): void {
  const isInteger = typeof value === 'number' ? Number.isInteger(value) : /^-?\d+$/.test(value)
  const integer = isInteger ? BigInt(value) : undefined
  if (integer === undefined || integer < lowest || integer > highest) throw new DicomWriteError('badValue', tag, `a value is not an integer that fits ${vr}`)
}

function encodeTags(tag: Tag, values: readonly unknown[], littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(values.length * 4)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'string' || !/^[0-9A-Fa-f]{8}$/.test(value)) throw new DicomWriteError('badValue', tag, 'an AT value is not eight hexadecimal digits')
    view.setUint16(index * 4, Number.parseInt(value.slice(0, 4), 16), littleEndian)
    view.setUint16(index * 4 + 2, Number.parseInt(value.slice(4), 16), littleEndian)
  }
  return bytes
}

function textOf(tag: Tag, vr: VR, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (vr === 'PN') return personNameOf(tag, value)
  if (typeof value === 'string') return value
  if (typeof value === 'number' && (vr === 'DS' || vr === 'IS')) return vr === 'DS' ? decimalString(value) : String(value)
  throw new DicomWriteError('badValue', tag, `a ${vr} value is not text`)
}

function personNameOf(tag: Tag, value: unknown): string {
  if (typeof value !== 'object' || value === null) throw new DicomWriteError('badValue', tag, 'a PN value is not an object of component groups')
  const { Alphabetic = '', Ideographic = '', Phonetic = '' } = value as { Alphabetic?: string; Ideographic?: string; Phonetic?: string }
  return formatPersonName({ Alphabetic, Ideographic, Phonetic })
}

/** The number in at most the 16 characters a Decimal String may have, losing the last digits where it must (PS3.5 Table 6.2-1). */
function decimalString(value: number): string {
  const exact = String(value)
  if (exact.length <= 16) return exact
  for (let digits = 16; digits > 1; digits--) {
    const shorter = String(Number(value.toPrecision(digits)))
    if (shorter.length <= 16) return shorter
    const exponential = value.toExponential(digits - 1)
    if (exponential.length <= 16) return exponential
  }
  return value.toExponential(0)
}

function padded(bytes: Uint8Array, padding: number): Uint8Array {
  if (bytes.length % 2 === 0) return bytes
  const even = new Uint8Array(bytes.length + 1)
  even.set(bytes)
  even[bytes.length] = padding
  return even
}
