import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressableFrames, frameOfRange, frameRanges, isStoredAsServed, wholeRanges, type FrameIndex, type NativeFrames } from './frames.ts'

describe('native frames', () => {
  const index: FrameIndex = { kind: 'native', offset: 700, frameBits: 512 * 512 * 16, numberOfFrames: 3, wordBytes: 1 }

  test('lie one behind the other, counted from 1', () => {
    expect(frameRanges(index, 1)).toEqual([{ offset: 700, length: 524288 }])
    expect(frameRanges(index, 3)).toEqual([{ offset: 700 + 2 * 524288, length: 524288 }])
  })

  test.each([0, 4, -1, 1.5, Number.NaN])('there is no frame %d of three', (frameNumber) => {
    expect(frameRanges(index, frameNumber)).toBeUndefined()
  })

  test('of 1-bit pixels begin where the one before ended, be it inside a byte (PS3.5 §8.2)', () => {
    const packed: FrameIndex = { kind: 'native', offset: 100, frameBits: 35, numberOfFrames: 3, wordBytes: 1 }
    expect(frameRanges(packed, 1)).toEqual([{ offset: 100, length: 5 }])
    expect(frameRanges(packed, 2)).toEqual([{ offset: 104, length: 5, firstBit: 3 }])
    expect(frameRanges(packed, 3)).toEqual([{ offset: 108, length: 6, firstBit: 6 }])
  })

  test.each([1, 2])('of any number of bits come out of words of %d bytes bit by bit', (wordBytes) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.array(fc.boolean(), { minLength: 224, maxLength: 224 }), (frameBits, bits) => {
        const littleEndian = packed(bits)
        const stored = wordBytes === 2 ? Buffer.from(littleEndian).swap16() : littleEndian
        const index: NativeFrames = { kind: 'native', offset: 0, frameBits, numberOfFrames: 3, wordBytes }
        for (const frameNumber of [1, 2, 3]) {
          const [range] = frameRanges(index, frameNumber) ?? []
          if (!range) throw new Error('the frame is missing')
          const bytes = stored.subarray(range.offset, range.offset + range.length)
          const frame = Buffer.from(packed(bits.slice((frameNumber - 1) * frameBits, frameNumber * frameBits)))
          expect(frame.equals(frameOfRange(index, range, bytes))).toBe(true)
          if (isStoredAsServed(index, range)) expect(frame.equals(bytes)).toBe(true)
        }
      }),
    )
  })

  test('stored most significant byte first are swapped word by word', () => {
    const index: NativeFrames = { kind: 'native', offset: 0, frameBits: 32, numberOfFrames: 1, wordBytes: 2 }
    expect([...frameOfRange(index, { offset: 0, length: 4 }, Uint8Array.of(1, 2, 3, 4))]).toEqual([2, 1, 4, 3])
  })
})

describe('encapsulated frames', () => {
  const fragments = { offsets: Float64Array.of(108, 208, 308, 316), lengths: Float64Array.of(92, 92, 0, 50) }

  test('are the fragments between one beginning and the next, empty ones left out', () => {
    const index: FrameIndex = { kind: 'encapsulated', fragments, firstFragments: Uint32Array.of(0, 1, 4) }
    expect(addressableFrames(index)).toBe(2)
    expect(frameRanges(index, 1)).toEqual([{ offset: 108, length: 92 }])
    expect(frameRanges(index, 2)).toEqual([{ offset: 208, length: 92 }, { offset: 316, length: 50 }])
    expect(frameRanges(index, 3)).toBeUndefined()
  })

  test('of a video cannot be had alone, the stream can', () => {
    const index = { kind: 'whole', fragments, numberOfFrames: 300 } as const
    expect(addressableFrames(index)).toBe(0)
    expect(frameRanges(index, 1)).toBeUndefined()
    expect(wholeRanges(index).map((range) => range.length)).toEqual([92, 92, 50])
  })
})

/** Bits from the least significant of each byte. */
function packed(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8))
  for (const [index, bit] of bits.entries()) if (bit) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7))
  return bytes
}
