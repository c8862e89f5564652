/** Look-up tables of the Modality and VOI LUT Modules (PS3.3 §C.11.1.1, §C.11.2.1.1). */
import { type DicomJson } from '@isocenter/dicom'
import { attributeOf, bytesOf, numbersOf, wordsOf } from './attributes.ts'

export interface LookupTable {
  /** The first input value that is mapped; those below get the first entry. */
  readonly first: number
  readonly entries: ArrayLike<number>
  /** Largest value an entry can have. */
  readonly maximum: number
}

/** The table of an item of a LUT sequence; undefined when it is not whole. `isSignedInput`: its input can be negative. */
export function lookupTableOf(item: DicomJson, isSignedInput: boolean): LookupTable | undefined {
  const [length = 0, first = 0, bits = 16] = numbersOf(item, 'LUTDescriptor')
  const count = length === 0 ? 65_536 : length
  const entries = lutEntries(item, count)
  if (entries.length === 0 || Number.isNaN(first)) return undefined
  // Written as US although the input is signed: Implicit VR does not say which.
  const start = isSignedInput && first > 32_767 ? first - 65_536 : first
  return { first: start, entries, maximum: maximumOf(entries, bits) }
}

function lutEntries(item: DicomJson, count: number): ArrayLike<number> {
  const attribute = attributeOf(item, 'LUTData')
  const bytes = bytesOf(attribute)
  // Entries of 8 bits may be packed two to a word.
  if (bytes && count > 1 && bytes.length < count * 2 && bytes.length >= count) return bytes.subarray(0, count)
  const words = Array.from(wordsOf(attribute), (value) => value & 0xffff)
  return words.slice(0, count)
}

/** The width of entries as written, unless entries are wider. */
function maximumOf(entries: ArrayLike<number>, bits: number): number {
  let largest = 0
  for (let index = 0; index < entries.length; index++) largest = Math.max(largest, entries[index] ?? 0)
  const written = bits >= 1 && bits <= 16 ? 2 ** bits - 1 : 0
  return largest <= written ? written : 2 ** Math.ceil(Math.log2(largest + 1)) - 1
}

/** What a table makes of a value; values outside it get its first or last entry. */
export function lookUp({ first, entries }: LookupTable, value: number): number {
  const index = Math.round(value) - first
  return entries[index <= 0 ? 0 : Math.min(index, entries.length - 1)] ?? 0
}
