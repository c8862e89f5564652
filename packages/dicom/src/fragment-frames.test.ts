import { describe, expect, test } from 'vitest'
import { firstFragmentsOf } from './fragment-frames.ts'
import { fragmentHeadBytes, fragmentTailBytes, type FragmentTable } from './fragment-table.ts'
import type { FrameWarning } from './frame-warning.ts'

const jpegStart = [0xff, 0xd8, 0xff, 0xe0]
const jpegEnd = [0xff, 0xd9]
const j2kStart = [0xff, 0x4f, 0xff, 0x51]
const jxlStart = [0xff, 0x0a]
const middle = [0x12, 0x34, 0x56, 0x78]

/** A fragment of 32 bytes that begins and ends as said. */
function fragment(start: readonly number[], end: readonly number[] = middle, length = 32): Uint8Array {
  const bytes = new Uint8Array(length).fill(0x55)
  bytes.set(start)
  bytes.set(end, length - end.length)
  return bytes
}

/** The table a reader makes of fragments whose first item begins at byte 1000. */
function tableOf(fragments: readonly Uint8Array[], basicOffsets: readonly number[] = []): FragmentTable {
  const heads = new Uint8Array(fragments.length * fragmentHeadBytes)
  const tails = new Uint8Array(fragments.length * fragmentTailBytes)
  const offsets = new Float64Array(fragments.length)
  let at = 1000
  for (const [index, bytes] of fragments.entries()) {
    offsets[index] = at + 8
    heads.set(bytes.subarray(0, fragmentHeadBytes), index * fragmentHeadBytes)
    tails.set(bytes.subarray(Math.max(0, bytes.length - fragmentTailBytes)), index * fragmentTailBytes)
    at += 8 + bytes.length
  }
  return { basicOffsets: Uint32Array.from(basicOffsets), offsets, lengths: Float64Array.from(fragments, (bytes) => bytes.length), heads, tails }
}

function frames(table: FragmentTable, NumberOfFrames: number | undefined, extendedOffsets?: readonly number[]): { firsts: number[]; warnings: string[] } {
  const warnings: FrameWarning[] = []
  const firsts = [...firstFragmentsOf(table, NumberOfFrames, extendedOffsets, warnings)]
  return { firsts, warnings: warnings.map((warning) => warning.code) }
}

const whole = fragment(jpegStart, jpegEnd)
const first = fragment(jpegStart)
const last = fragment(middle, jpegEnd)

describe('frames from an offset table', () => {
  test('begin at the fragments it names', () => {
    expect(frames(tableOf([first, last, whole], [0, 80]), 2)).toEqual({ firsts: [0, 2, 3], warnings: [] })
  })

  test('are taken from the extended table before the basic one', () => {
    expect(frames(tableOf([whole, whole], []), 2, [0, 40])).toEqual({ firsts: [0, 1, 2], warnings: [] })
  })

  test.each([
    ['an offset between fragments', [0, 44]],
    ['offsets that leave out the item headers', [0, 32]],
    ['offsets that do not ascend', [0, 0]],
    ['a first offset that is not zero', [40, 80]],
    ['an offset behind the last fragment', [0, 4000]],
    ['fewer entries than frames', [0]],
    ['more entries than frames', [0, 40, 80]],
  ])('are found by other means, with a warning, when it has %s', (_, basicOffsets) => {
    expect(frames(tableOf([whole, first, last], basicOffsets), 2)).toEqual({ firsts: [0, 1, 3], warnings: ['offsetTable'] })
  })
})

describe('frames without an offset table', () => {
  test('all fragments are the only frame', () => {
    expect(frames(tableOf([first, fragment(middle), last]), 1)).toEqual({ firsts: [0, 3], warnings: [] })
  })

  test('a fragment is a frame when there are as many', () => {
    expect(frames(tableOf([fragment(middle), fragment(middle)]), 2)).toEqual({ firsts: [0, 1, 2], warnings: [] })
  })

  test('an empty fragment is nobody’s frame', () => {
    expect(frames(tableOf([whole, new Uint8Array(0), whole]), 2)).toEqual({ firsts: [0, 2, 3], warnings: [] })
  })

  test.each([
    ['JPEG and JPEG-LS', jpegStart, jpegEnd],
    ['JPEG padded by a NUL', jpegStart, [0xff, 0xd9, 0x00]],
    ['JPEG padded by 0xFF', jpegStart, [0xff, 0xd9, 0xff, 0xff]],
    ['JPEG 2000 and HTJ2K', j2kStart, jpegEnd],
    ['JPEG XL, which has no last marker', jxlStart, middle],
  ])('of %s begin where a stream begins', (_, start, end) => {
    const table = tableOf([fragment(start), fragment(middle, end), fragment(start, end), fragment(start), fragment(middle), fragment(middle, end)])
    expect(frames(table, 3)).toEqual({ firsts: [0, 2, 3, 6], warnings: [] })
  })

  test('of an unknown stream with last markers begin behind them', () => {
    const table = tableOf([fragment(middle), fragment(middle, jpegEnd), fragment(middle, jpegEnd)])
    expect(frames(table, 2)).toEqual({ firsts: [0, 2, 3], warnings: [] })
  })

  test('a first marker by chance in the middle of a frame does not begin one', () => {
    const table = tableOf([first, fragment(jpegStart), last, whole])
    expect(frames(table, 2)).toEqual({ firsts: [0, 3, 4], warnings: [] })
  })

  test('nothing is guessed when neither count nor markers tell', () => {
    expect(frames(tableOf([fragment(middle), fragment(middle), fragment(middle)]), 2)).toEqual({ firsts: [0], warnings: ['framesNotFound'] })
  })
})

describe('Number of Frames that disagrees', () => {
  test('absent means one frame, however many fragments', () => {
    expect(frames(tableOf([first, fragment(middle), last]), undefined)).toEqual({ firsts: [0, 3], warnings: [] })
  })

  test('absent beside several whole streams gives a frame for each, with a warning', () => {
    expect(frames(tableOf([whole, first, last]), undefined)).toEqual({ firsts: [0, 1, 3], warnings: ['numberOfFrames'] })
  })

  test('larger than the streams there are addresses those', () => {
    expect(frames(tableOf([whole, first, last]), 5)).toEqual({ firsts: [0, 1, 3], warnings: ['pixelDataShort'] })
  })

  test('larger than the streams, the last of them cut off, leaves that one out', () => {
    expect(frames(tableOf([whole, whole, first]), 5)).toEqual({ firsts: [0, 1, 2], warnings: ['pixelDataShort'] })
  })

  test('smaller than the streams addresses the first of them', () => {
    expect(frames(tableOf([whole, first, last, whole, whole]), 2)).toEqual({ firsts: [0, 1, 3], warnings: ['numberOfFrames'] })
  })

  test('no fragments at all are no frames', () => {
    expect(frames(tableOf([]), 3)).toEqual({ firsts: [0], warnings: ['pixelDataShort'] })
  })
})
