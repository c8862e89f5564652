import { crc32, gunzipSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { combineCrc32 } from './crc32-combine.ts'
import { arrayComma, arrayEnd, arrayStart, joined, sizeOfArray } from './gzip-array.ts'
import { deflateJoinable, pieceBytes, pieceOf } from './joinable-deflate.ts'

test('the CRC-32 of a whole follows from those of its parts', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), fc.uint8Array({ maxLength: 5000 }), (first, second) => {
    expect(combineCrc32(crc32(first), crc32(second), second.length)).toBe(crc32(Buffer.concat([first, second])))
  }))
  expect(combineCrc32(crc32('a'), crc32(Buffer.alloc(3_000_000)), 3_000_000)).toBe(crc32(Buffer.concat([Buffer.from('a'), Buffer.alloc(3_000_000)])))
})

test('what is kept is an ordinary zlib stream, small and large', async () => {
  for (const text of ['', 'x', '{"00100010":"王^小东"}', 'slice '.repeat(40_000)]) {
    const { zlib, textBytes, crc32: sum } = await deflateJoinable(text)
    expect(inflateSync(zlib).toString()).toBe(text)
    expect([textBytes, sum]).toEqual([Buffer.byteLength(text), crc32(text)])
  }
})

test('any texts join into one gzip member, of the size foretold', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.string({ minLength: 1, maxLength: 400, unit: 'grapheme' }), { maxLength: 20 }), async (texts) => {
    const all = await Promise.all(texts.map(deflateJoinable))
    const pieces = all.map(({ zlib, ...sums }) => ({ ...sums, deflatedBytes: pieceBytes(zlib.length) }))
    const size = sizeOfArray(pieces)
    const bodies = all.flatMap(({ zlib }, index) => (index === 0 ? [pieceOf(zlib)] : [arrayComma, pieceOf(zlib)]))
    const member = Buffer.concat([arrayStart, ...bodies, arrayEnd(size)])
    const text = gunzipSync(member)
    expect(text.toString()).toBe(`[${texts.join(',')}]`)
    expect(size).toEqual({ gzipBytes: member.length, textBytes: text.length, crc32: crc32(text) })
    // Joining some first and the rest with them later comes to the same.
    expect(sizeOfArray(pieces.length < 2 ? pieces : [joined(pieces.slice(0, 2)), ...pieces.slice(2)])).toEqual(size)
  }), { numRuns: 60 })
})
