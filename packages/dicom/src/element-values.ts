/** Values of one element, decoded: text without its padding, numbers in the host's order. */
import type { DataElement, DataSet } from './data-set.ts'
import { withoutPadding, withoutTrailingPadding } from './padding.ts'
import type { Tag } from './tag.ts'
import { vrTraits } from './vr.ts'

const latin1 = new TextDecoder('latin1')

/**
 * Values of a text element, without padding (PS3.5 §6.2), as DICOM JSON shows them. Empty values between backslashes are
 * kept; none when there is no value, or it is not text. `dataSet` gives the character set, also to VRs that should hold
 * the default repertoire only: senders write names of body parts into CS. Without one, bytes count as Latin-1.
 */
export function stringsOf(element: DataElement, dataSet: DataSet | undefined): string[] {
  const { value, vr } = element
  const { isText, splitsOnBackslash } = vrTraits(vr)
  if (!isText || value === undefined || value.length === 0) return []
  const text = dataSet ? dataSet.charset.decode(value, vr) : latin1.decode(value)
  const values = splitsOnBackslash ? text.split('\\').map(vr === 'UC' ? withoutTrailingPadding : withoutPadding) : [withoutTrailingPadding(text)]
  return values.length === 1 && values[0] === '' ? [] : values
}

/**
 * Values of a binary number, AT, DS or IS element; NaN in the place of an empty or unreadable text value, none for
 * other VRs. Trailing bytes that do not fill a value are left out. 64-bit integers are rounded to a double.
 */
export function numbersOf(element: DataElement, littleEndian: boolean): number[] {
  const { value, vr } = element
  if (value === undefined) return []
  if (vr === 'DS' || vr === 'IS') return stringsOf(element, undefined).map(decimal)
  const read = readers[vr]
  if (!read) return []
  const width = vr === 'AT' ? 4 : vrTraits(vr).bytesPerValue
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  const numbers: number[] = []
  for (let at = 0; at + width <= value.length; at += width) numbers.push(read(view, at, littleEndian))
  return numbers
}

function decimal(text: string): number {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text) ? Number(text) : Number.NaN
}

type ReadNumber = (view: DataView, at: number, littleEndian: boolean) => number

const u16: ReadNumber = (view, at, little) => view.getUint16(at, little)
const u32: ReadNumber = (view, at, little) => view.getUint32(at, little)
const f32: ReadNumber = (view, at, little) => view.getFloat32(at, little)
const f64: ReadNumber = (view, at, little) => view.getFloat64(at, little)
const u64: ReadNumber = (view, at, little) => Number(view.getBigUint64(at, little))
const tag = (view: DataView, at: number, little: boolean): Tag => view.getUint16(at, little) * 0x1_0000 + view.getUint16(at + 2, little)

const readers: Partial<Record<string, ReadNumber>> = {
  US: u16, OW: u16, UL: u32, OL: u32, UV: u64, OV: u64, FL: f32, OF: f32, FD: f64, OD: f64, AT: tag,
  SS: (view, at, little) => view.getInt16(at, little),
  SL: (view, at, little) => view.getInt32(at, little),
  SV: (view, at, little) => Number(view.getBigInt64(at, little)),
  OB: (view, at) => view.getUint8(at),
}
