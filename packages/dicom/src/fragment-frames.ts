/** Which fragments make up which frame of encapsulated Pixel Data (PS3.5 §A.4). */
import { streamEnds, streamStart } from './codestream.ts'
import { fragmentHeadBytes, fragmentTailBytes, type FragmentTable } from './fragment-table.ts'
import type { FrameWarning } from './frame-warning.ts'
import type { Tag } from './tag.ts'

const NUMBER_OF_FRAMES = 0x00280008
const EXTENDED_OFFSET_TABLE = 0x7fe00001
const PIXEL_DATA = 0x7fe00010

/**
 * For each frame the index of its first fragment, and behind the last frame the number of fragments. Asked in this order:
 * Extended Offset Table, Basic Offset Table, a single frame, one fragment a frame, and at last the markers in the
 * fragments. A table that does not meet the fragments is passed over with a warning.
 * `NumberOfFrames` is undefined when the instance gives no valid one; `extendedOffsets` is the value of (7FE0,0001).
 */
export function firstFragmentsOf(
  fragments: FragmentTable,
  NumberOfFrames: number | undefined,
  extendedOffsets: ArrayLike<number> | undefined,
  warnings: FrameWarning[],
): Uint32Array {
  const filled = filledFragments(fragments)
  const first = filled[0]
  if (first === undefined) {
    warnings.push({ code: 'pixelDataShort', tag: PIXEL_DATA })
    return new Uint32Array(1)
  }
  const firstFragments =
    fromTable(fragments, extendedOffsets, NumberOfFrames, EXTENDED_OFFSET_TABLE, warnings) ??
    fromTable(fragments, fragments.basicOffsets, NumberOfFrames, PIXEL_DATA, warnings)
  if (firstFragments) return firstFragments
  if (NumberOfFrames === 1) return bounded([first], fragments)
  if (NumberOfFrames === filled.length) return bounded(filled, fragments)
  return fromMarkers(fragments, filled, NumberOfFrames, warnings)
}

/** Fragments that hold bytes; an empty item is nobody's frame. */
function filledFragments({ lengths }: FragmentTable): number[] {
  const filled: number[] = []
  for (let index = 0; index < lengths.length; index++) if ((lengths[index] ?? 0) > 0) filled.push(index)
  return filled
}

/** Frames as an offset table says: every offset is where an item begins, counted from the first fragment's item. */
function fromTable(
  fragments: FragmentTable,
  table: ArrayLike<number> | undefined,
  NumberOfFrames: number | undefined,
  tag: Tag,
  warnings: FrameWarning[],
): Uint32Array | undefined {
  if (!table || table.length === 0) return undefined
  const firstFragments = meetingFragments(fragments, table)
  if (firstFragments && table.length === (NumberOfFrames ?? table.length)) return firstFragments
  warnings.push({ code: 'offsetTable', tag })
  return undefined
}

/** The fragments that the offsets of a table meet; undefined when one of them meets none, or they do not ascend from the first. */
function meetingFragments({ offsets }: FragmentTable, table: ArrayLike<number>): Uint32Array | undefined {
  const firstFragments = new Uint32Array(table.length + 1)
  const origin = offsets[0] ?? 0
  let fragment = 0
  for (let frame = 0; frame < table.length; frame++) {
    const wanted = origin + (table[frame] ?? 0)
    while (fragment < offsets.length && (offsets[fragment] ?? 0) < wanted) fragment++
    if (offsets[fragment] !== wanted || (frame === 0 && fragment !== 0)) return undefined
    firstFragments[frame] = fragment++
  }
  firstFragments[table.length] = offsets.length
  return firstFragments
}

/**
 * Frames as the streams say. A fragment begins a frame when it begins with a first marker and the one before it ends with a
 * last one; where a sender's streams lack the last, or are of a kind not known here, one of the two must do.
 */
function fromMarkers(fragments: FragmentTable, filled: readonly number[], NumberOfFrames: number | undefined, warnings: FrameWarning[]): Uint32Array {
  const starts = filled.filter((fragment) => startOf(fragments, fragment) !== undefined)
  const afterEnds = filled.filter((_, position) => position === 0 || endsStream(fragments, filled[position - 1] ?? 0))
  const ends = new Set(afterEnds)
  const certain = starts.filter((fragment) => ends.has(fragment) || startOf(fragments, fragment) === 'rle')
  const beginsWithFrame = (candidate: readonly number[]): boolean => candidate[0] === filled[0]

  const exact = [certain, starts, afterEnds].find((candidate) => candidate.length === NumberOfFrames && beginsWithFrame(candidate))
  if (exact) return bounded(exact, fragments)
  if (NumberOfFrames === undefined) {
    // Nothing says how many: an object of one frame need not. Several whole streams are several frames all the same.
    if (certain.length > 1) warnings.push({ code: 'numberOfFrames', tag: NUMBER_OF_FRAMES })
    return bounded(certain.length > 1 && beginsWithFrame(certain) ? certain : filled.slice(0, 1), fragments)
  }
  if (certain.length > 0 && beginsWithFrame(certain)) return asManyAsThereAre(certain, fragments, NumberOfFrames, warnings)
  if (filled.length < NumberOfFrames) {
    // Of a stream of unknown kind: a frame is never less than a fragment.
    warnings.push({ code: 'pixelDataShort', tag: PIXEL_DATA })
    return bounded(filled, fragments)
  }
  warnings.push({ code: 'framesNotFound', tag: PIXEL_DATA })
  return new Uint32Array(1)
}

/** The frames whose beginnings are certain, when Number of Frames says more or fewer; the n-th stream is still the n-th frame. */
function asManyAsThereAre(starts: readonly number[], fragments: FragmentTable, NumberOfFrames: number, warnings: FrameWarning[]): Uint32Array {
  if (starts.length > NumberOfFrames) {
    warnings.push({ code: 'numberOfFrames', tag: NUMBER_OF_FRAMES })
    return Uint32Array.from(starts.slice(0, NumberOfFrames + 1))
  }
  warnings.push({ code: 'pixelDataShort', tag: PIXEL_DATA })
  const last = starts.at(-1) ?? 0
  const isCutOff = hasLastMarker(startOf(fragments, last)) && !endsStream(fragments, fragments.offsets.length - 1)
  return isCutOff ? Uint32Array.from(starts) : bounded(starts, fragments)
}

function bounded(firsts: readonly number[], { offsets }: FragmentTable): Uint32Array {
  const firstFragments = new Uint32Array(firsts.length + 1)
  firstFragments.set(firsts)
  firstFragments[firsts.length] = offsets.length
  return firstFragments
}

const hasLastMarker = (family: ReturnType<typeof streamStart>): boolean => family === 'jpeg' || family === 'jpeg2000'

function startOf({ heads, lengths }: FragmentTable, fragment: number): ReturnType<typeof streamStart> {
  const length = Math.min(lengths[fragment] ?? 0, fragmentHeadBytes)
  return streamStart(heads.subarray(fragment * fragmentHeadBytes, fragment * fragmentHeadBytes + length))
}

function endsStream({ tails, lengths }: FragmentTable, fragment: number): boolean {
  const length = Math.min(lengths[fragment] ?? 0, fragmentTailBytes)
  return streamEnds(tails.subarray(fragment * fragmentTailBytes, fragment * fragmentTailBytes + length))
}
