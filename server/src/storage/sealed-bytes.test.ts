import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newFileKey, openBytes, openRange, sealBytes, sealedRange } from './sealed-bytes.ts'

const chunked = async function* (bytes: Buffer, size: number) { for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size) }
async function whole(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}
const piece = 64 * 1024
const lengths = fc.oneof(fc.constantFrom(0, 1, piece - 1, piece, piece + 1, 2 * piece, 3 * piece + 7), fc.integer({ min: 0, max: 200_000 }))
const sealedOf = (bytes: Buffer, key: Buffer, size = 10_007) => whole(sealBytes(chunked(bytes, size), key))

test('what is sealed opens to the same bytes, however both are cut', async () => {
  await fc.assert(fc.asyncProperty(lengths, fc.integer({ min: 1_000, max: 100_000 }), fc.integer({ min: 1_000, max: 100_000 }), async (length, cutIn, cutOut) => {
    const key = newFileKey()
    const bytes = Buffer.alloc(length, 'isocenter')
    expect((await whole(openBytes(chunked(await sealedOf(bytes, key, cutIn), cutOut), key))).equals(bytes)).toBe(true)
  }), { numRuns: 40 })
})

test('a sealed file shows nothing of what is in it', async () => {
  const sealed = await sealedOf(Buffer.alloc(100_000, 'identity card'), newFileKey())
  expect(sealed.includes('identity')).toBe(false)
})

test('changed anywhere, cut anywhere, lengthened or with pieces in another order it does not open', async () => {
  const key = newFileKey()
  const sealed = await sealedOf(Buffer.alloc(3 * piece, 7), key)
  const opens = (bytes: Buffer, by = key) => whole(openBytes(chunked(bytes, 50_000), by)).then(() => true, () => false)
  expect(await opens(sealed)).toBe(true)
  expect(await opens(sealed, newFileKey())).toBe(false)
  const stride = piece + 16
  expect(await opens(Buffer.concat([sealed.subarray(stride, 2 * stride), sealed.subarray(0, stride), sealed.subarray(2 * stride)]))).toBe(false)
  expect(await opens(sealed.subarray(0, 2 * stride))).toBe(false)
  expect(await opens(Buffer.concat([sealed, Buffer.alloc(stride)]))).toBe(false)
  await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: sealed.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
    const changed = Buffer.from(sealed)
    changed[at] = (changed[at] ?? 0) ^ change
    expect(await opens(changed)).toBe(false)
    expect(await opens(sealed.subarray(0, at))).toBe(false)
  }), { numRuns: 40 })
})

test('a range opens to the bytes of that range, out of the sealed bytes around it alone', async () => {
  await fc.assert(fc.asyncProperty(lengths.filter((length) => length > 0), fc.nat(), fc.nat(), async (byteLength, from, much) => {
    const key = newFileKey()
    const bytes = Buffer.from(Array.from({ length: byteLength }, (_, at) => at % 251))
    const sealed = await sealedOf(bytes, key)
    const offset = from % byteLength
    const range = sealedRange(byteLength, { offset, length: 1 + much % (byteLength - offset) })
    const kept = sealed.subarray(range.sealed.offset, range.sealed.offset + range.sealed.length)
    expect(kept).toHaveLength(range.sealed.length)
    expect((await whole(openRange(chunked(kept, 10_007), key, range))).equals(bytes.subarray(offset, offset + range.length))).toBe(true)
  }), { numRuns: 40 })
})
