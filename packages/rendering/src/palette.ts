/** Palette Color Lookup Tables, plain and segmented (PS3.3 §C.7.6.3.1.5, §C.7.6.3.1.6, §C.7.9.2). */
import { type DicomJson, type Keyword } from '@isocenter/dicom'
import { attributeOf, bytesOf, numbersOf, wordsOf } from './attributes.ts'
import { NotRenderable } from './not-renderable.ts'

/** Three tables of 8 bits, for values from `first` on. */
export interface Palette {
  readonly first: number
  readonly red: Uint8Array
  readonly green: Uint8Array
  readonly blue: Uint8Array
}

/** @throws NotRenderable when a table is missing */
export function paletteOf(json: DicomJson, isSigned: boolean): Palette {
  const red = channelOf(json, 'RedPaletteColorLookupTableDescriptor', 'RedPaletteColorLookupTableData', 'SegmentedRedPaletteColorLookupTableData')
  const green = channelOf(json, 'GreenPaletteColorLookupTableDescriptor', 'GreenPaletteColorLookupTableData', 'SegmentedGreenPaletteColorLookupTableData')
  const blue = channelOf(json, 'BluePaletteColorLookupTableDescriptor', 'BluePaletteColorLookupTableData', 'SegmentedBluePaletteColorLookupTableData')
  if (!red || !green || !blue) throw new NotRenderable('The palette of the instance is not whole.')
  const first = isSigned && red.first > 32_767 ? red.first - 65_536 : red.first
  return { first, red: red.entries, green: green.entries, blue: blue.entries }
}

function channelOf(json: DicomJson, descriptor: Keyword, plain: Keyword, segmented: Keyword): { first: number; entries: Uint8Array } | undefined {
  const [length, first = 0, bits = 16] = numbersOf(json, descriptor)
  if (length === undefined) return undefined
  const count = length === 0 ? 65_536 : length
  const attribute = attributeOf(json, plain)
  const bytes = bytesOf(attribute)
  // Entries of 8 bits lie one a byte; some senders give each a word of its own.
  const isPacked = bytes !== undefined && bytes.length < count * 2
  const values = attribute
    ? isPacked ? bytes : wordsOf(attribute)
    : expandedSegments(segmentWords(json, segmented, bits), count)
  if (values.length === 0) return undefined
  return { first, entries: toBytes(values, count, isPacked ? 8 : bits) }
}

/** Segmented data of 8-bit tables are bytes, of 16-bit tables words. */
function segmentWords(json: DicomJson, keyword: Keyword, bits: number): ArrayLike<number> {
  const attribute = attributeOf(json, keyword)
  return bits === 8 ? bytesOf(attribute) ?? wordsOf(attribute) : wordsOf(attribute)
}

function toBytes(values: ArrayLike<number>, count: number, bits: number): Uint8Array {
  let largest = 0
  for (let index = 0; index < values.length; index++) largest = Math.max(largest, (values[index] ?? 0) & 0xffff)
  // Said to be 16 bits although none needs more than 8: written so by devices that had 8.
  const shift = bits > 8 && largest > 255 ? 8 : 0
  return Uint8Array.from({ length: count }, (_, index) => ((values[Math.min(index, values.length - 1)] ?? 0) & 0xffff) >> shift)
}

const discrete = 0
const linear = 1
const indirect = 2

/**
 * The entries segments stand for (PS3.3 §C.7.9.2): runs of values, straight lines to a value, and repeats of earlier segments.
 * Never more than `count`, whatever the segments say.
 */
export function expandedSegments(words: ArrayLike<number>, count: number): Uint16Array {
  const entries = new Uint16Array(count)
  let filled = 0
  const put = (value: number) => { if (filled < count) entries[filled++] = value }
  const expand = (from: number, segments: number, mayRepeat: boolean) => {
    let at = from
    for (let segment = 0; segment < segments && at + 1 < words.length && filled < count; segment++) {
      const length = words[at + 1] ?? 0
      switch (words[at]) {
        case discrete:
          for (let index = 0; index < length; index++) put(words[at + 2 + index] ?? 0)
          at += 2 + length
          break
        case linear: {
          const start = filled > 0 ? entries[filled - 1] ?? 0 : 0
          const end = words[at + 2] ?? 0
          for (let step = 1; step <= length; step++) put(Math.round(start + ((end - start) * step) / length))
          at += 3
          break
        }
        case indirect:
          // A repeat of a repeat is not allowed, and would not end.
          if (mayRepeat) expand((words[at + 2] ?? 0) + (words[at + 3] ?? 0) * 65_536, length, false)
          at += 4
          break
        default: return
      }
    }
  }
  expand(0, Number.POSITIVE_INFINITY, true)
  return entries.subarray(0, filled)
}

/** Puts the colour of a value into an RGB raster; values outside the table get its first or last entry. */
export function putColour({ first, red, green, blue }: Palette, value: number, raster: Uint8Array, at: number): void {
  const index = Math.max(0, Math.min(value - first, red.length - 1))
  raster[at] = red[index] ?? 0
  raster[at + 1] = green[index] ?? 0
  raster[at + 2] = blue[index] ?? 0
}
