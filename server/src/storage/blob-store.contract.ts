import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BlobNotFound, BlobRangeInvalid, BlobWriterEnded, InvalidBlobKey, type BlobStore, type ByteRange } from './blob-store.ts'
import { newBlobKey } from './keys.ts'

/** What the suite needs of an implementation. */
export interface StoreUnderTest {
  readonly store: BlobStore
  /** Bytes at which the implementation changes its way of writing or reading, if any. */
  readonly edges: readonly number[]
  /** Things the store holds open at this moment: files, sockets in use. */
  openResources(): Promise<number>
  close(): Promise<void>
}

const mebibyte = 1024 * 1024

/** Every promise of blob-store.ts, as tests that each implementation passes. */
export function blobStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name}`, () => {
    let under: StoreUnderTest
    let store: BlobStore
    let folders = 0
    /** A place of this test's own among the keys. */
    const aFolder = (): string => `folder-${String(++folders).padStart(3, '0')}`
    const aKey = (): string => newBlobKey('7', new Date())

    beforeAll(async () => {
      under = await open()
      store = under.store
    })
    afterAll(() => under?.close())

    async function write(key: string, chunks: Iterable<Uint8Array>): Promise<number> {
      const writer = await store.create(key)
      for (const chunk of chunks) await writer.write(chunk)
      return (await writer.commit()).byteLength
    }
    const readBack = async (key: string, range?: ByteRange): Promise<Buffer> => buffer(await store.read(key, range))
    const keys = async (prefix: string, after?: string): Promise<string[]> => {
      const found: string[] = []
      for await (const { key } of store.list(prefix, after === undefined ? {} : { after })) found.push(key)
      return found
    }

    describe('writing', () => {
      test('a blob reads back as it was written, whatever its size', async () => {
        const sizes = [0, 1, 511, 65_536, mebibyte - 1, mebibyte, mebibyte + 1, 3 * mebibyte + 17]
        for (const edge of under.edges) sizes.push(edge - 1, edge, edge + 1, 2 * edge, 2 * edge + 1)
        for (const size of sizes) {
          const key = aKey()
          const bytes = randomBytes(size)
          expect(await write(key, pieces(bytes, 100_003))).toBe(size)
          expect(sha256(await readBack(key)), `${size} bytes`).toBe(sha256(bytes))
          expect((await store.stat(key))?.byteLength).toBe(size)
        }
      })

      test('a blob of 40 MB given as one chunk reads back', async () => {
        const key = aKey()
        const bytes = randomBytes(40_000_000)
        await write(key, [bytes])
        expect(sha256(await readBack(key))).toBe(sha256(bytes))
      })

      test('how the bytes were cut into chunks makes no difference', async () => {
        const source = randomBytes(2 * mebibyte)
        await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 10 }), async (lengths) => {
          const key = aKey()
          let offset = 0
          const chunks = lengths.map((length) => source.subarray(offset, offset += length))
          await write(key, chunks)
          expect((await readBack(key)).equals(source.subarray(0, offset))).toBe(true)
        }), { numRuns: 30 })
      })

      test('thousands of tiny chunks make one blob', async () => {
        const key = aKey()
        const bytes = randomBytes(5000)
        await write(key, pieces(bytes, 1))
        expect((await readBack(key)).equals(bytes)).toBe(true)
      })

      test('nothing is seen of a blob before its commit', async () => {
        const folder = aFolder()
        const key = `${folder}/unfinished`
        const writer = await store.create(key)
        for (const chunk of pieces(randomBytes(12 * mebibyte), mebibyte)) await writer.write(chunk)
        await expect(store.read(key)).rejects.toBeInstanceOf(BlobNotFound)
        expect(await store.stat(key)).toBeUndefined()
        expect(await keys(folder)).toEqual([])
        await writer.commit()
        expect(await keys(folder)).toEqual([key])
      })

      test.each([0, 100, 12 * mebibyte])('an aborted blob of %i bytes leaves nothing', async (size) => {
        const key = aKey()
        const writer = await store.create(key)
        for (const chunk of pieces(randomBytes(size), mebibyte)) await writer.write(chunk)
        await writer.abort()
        await writer.abort()
        expect(await store.stat(key)).toBeUndefined()
        expect(await store.sweepUnfinished(inAnHour())).toBe(0)
      })

      test('a writer is of no use once it has ended', async () => {
        const writer = await store.create(aKey())
        await writer.commit()
        expect(() => writer.write(Buffer.from('late'))).toThrow(BlobWriterEnded)
        await expect(writer.commit()).rejects.toBeInstanceOf(BlobWriterEnded)
        await writer.abort()
      })

      test('aborting after the commit does not take the blob away', async () => {
        const key = aKey()
        const writer = await store.create(key)
        await writer.write(Buffer.from('kept'))
        await writer.commit()
        await writer.abort()
        expect((await readBack(key)).toString()).toBe('kept')
      })

      test('writers of different keys do not disturb one another', async () => {
        const blobs = Array.from({ length: 16 }, (_, index) => ({ key: aKey(), bytes: randomBytes(index * 97_003) }))
        await Promise.all(blobs.map(({ key, bytes }) => write(key, pieces(bytes, 64 * 1024))))
        for (const { key, bytes } of blobs) expect(sha256(await readBack(key))).toBe(sha256(bytes))
      })

      test('of two blobs under one key the one committed last is found, whole', async () => {
        const key = aKey()
        const first = await store.create(key)
        const second = await store.create(key)
        await first.write(Buffer.alloc(300_000, 1))
        await second.write(Buffer.alloc(200_000, 2))
        await second.commit()
        await first.commit()
        expect((await readBack(key)).equals(Buffer.alloc(300_000, 1))).toBe(true)
      })

      test.each(['', '/', '..', '../up', 'a/../b', 'a//b', '/a', 'a/', '.hidden', 'a/.b', 'A', 'a b', 'a\\b', 'a\0', 'ä'])('the key %j is refused', async (key) => {
        await expect(store.create(key)).rejects.toBeInstanceOf(InvalidBlobKey)
        await expect(store.read(key)).rejects.toBeInstanceOf(InvalidBlobKey)
        await expect(store.stat(key)).rejects.toBeInstanceOf(InvalidBlobKey)
        await expect(store.delete(key)).rejects.toBeInstanceOf(InvalidBlobKey)
      })
    })

    describe('reading', () => {
      const bytes = randomBytes(4 * mebibyte + 5)
      const key = aKey()
      beforeAll(() => write(key, [bytes]))

      test('a range is the bytes from its offset', async () => {
        const anyRange = fc.integer({ min: 0, max: bytes.length }).chain((offset) => fc.integer({ min: 0, max: bytes.length - offset }).map((length) => ({ offset, length })))
        await fc.assert(fc.asyncProperty(anyRange, async (range) => {
          expect((await readBack(key, range)).equals(bytes.subarray(range.offset, range.offset + range.length))).toBe(true)
        }), {
          numRuns: 60,
          examples: [[{ offset: 0, length: 0 }], [{ offset: bytes.length, length: 0 }], [{ offset: 0, length: 1 }], [{ offset: bytes.length - 1, length: 1 }], [{ offset: 0, length: bytes.length }]],
        })
      })

      test.each([
        { offset: bytes.length, length: 1 }, { offset: bytes.length - 1, length: 2 }, { offset: bytes.length + 1, length: 0 }, { offset: 2 ** 40, length: 10 },
        { offset: 1, length: bytes.length }, { offset: -1, length: 2 }, { offset: 0, length: -1 }, { offset: 0.5, length: 1 }, { offset: 0, length: Number.NaN },
      ])('the range $offset + $length, not wholly in the blob, is refused', async (range) => {
        await expect(store.read(key, range)).rejects.toBeInstanceOf(BlobRangeInvalid)
      })

      test('a blob that is not there is BlobNotFound, with a range and without', async () => {
        for (const range of [undefined, { offset: 0, length: 0 }, { offset: 0, length: 10 }, { offset: 0, length: 10 * mebibyte }]) {
          await expect(store.read(aKey(), range)).rejects.toBeInstanceOf(BlobNotFound)
        }
        await expect(store.read(key.slice(0, key.lastIndexOf('/')), { offset: 0, length: 1 })).rejects.toBeInstanceOf(BlobNotFound)
      })

      test('a reader that stops early holds nothing', async () => {
        const before = await under.openResources()
        for (let round = 0; round < 20; round++) {
          for await (const chunk of await store.read(key)) {
            expect(chunk).toBeInstanceOf(Buffer)
            break
          }
          const unread = await store.read(key)
          unread.destroy()
        }
        await expect.poll(() => under.openResources()).toBeLessThanOrEqual(before)
      })

      test('an abort ends a read that is under way, and one not begun', async () => {
        const before = await under.openResources()
        const leaving = new AbortController()
        const stream = await store.read(key, undefined, leaving.signal)
        await once(stream, 'readable')
        leaving.abort()
        await expect(buffer(stream)).rejects.toMatchObject({ name: 'AbortError' })
        await expect(store.read(key, undefined, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
        await expect.poll(() => under.openResources()).toBeLessThanOrEqual(before)
      })

      test('a reader that waits gets the rest later, and the store does not read far ahead of it', async () => {
        const stream = await store.read(key)
        stream.read(1)
        await once(stream, 'readable')
        await new Promise((resolve) => { setTimeout(resolve, 300) })
        expect(stream.readableLength).toBeLessThan(2 * mebibyte)
        expect((await buffer(stream)).equals(bytes)).toBe(true)
      })
    })

    describe('deleting', () => {
      test('a deleted blob is gone, and deleting it again is fine', async () => {
        const key = aKey()
        await write(key, [Buffer.from('short-lived')])
        await store.delete(key)
        await expect(store.read(key)).rejects.toBeInstanceOf(BlobNotFound)
        expect(await store.stat(key)).toBeUndefined()
        await store.delete(key)
        await store.delete(`${aFolder()}/never/there`)
      })
    })

    describe('listing', () => {
      test('blobs come in the byte order of their keys, with size and time', async () => {
        const folder = aFolder()
        const names = ['b', 'a/x', 'a-b', 'a.b', 'a0', 'a/b/c', 'c/1', 'c/10', 'c/2']
        for (const [index, name] of names.entries()) await write(`${folder}/${name}`, [Buffer.alloc(index)])
        expect(await keys(`${folder}/`)).toEqual(names.map((name) => `${folder}/${name}`).sort())
        for await (const { key, byteLength, modifiedAt } of store.list(`${folder}/`)) {
          expect(byteLength).toBe(names.indexOf(key.slice(folder.length + 1)))
          expect(Math.abs(Date.now() - modifiedAt.getTime())).toBeLessThan(60_000)
        }
      })

      test('prefix and after select as they do on a sorted list of texts', async () => {
        const folder = aFolder()
        const letters = fc.constantFrom('a', 'b', 'ab', 'a-b', 'a.b', '1')
        const keyOf = fc.array(letters, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'))
        // In a folder store a blob and a folder cannot have the same name: an `x` ends every key and nothing else.
        const all = fc.sample(keyOf, 40).map((key) => `${folder}/${key}/x`)
        const unique = [...new Set(all)].sort()
        await Promise.all(unique.map((key) => write(key, [Buffer.from(key)])))
        const cut = fc.constantFrom(...unique).chain((key) => fc.integer({ min: folder.length + 1, max: key.length }).map((length) => key.slice(0, length)))
        await fc.assert(fc.asyncProperty(cut, fc.option(cut, { nil: undefined }), async (prefix, after) => {
          expect(await keys(prefix, after)).toEqual(unique.filter((key) => key.startsWith(prefix) && (after === undefined || key > after)))
        }), { numRuns: 60 })
      })

      test('a list longer than one page is whole', async () => {
        const folder = aFolder()
        const names = Array.from({ length: 1203 }, (_, index) => `${folder}/${String(index).padStart(5, '0')}`)
        for (let start = 0; start < names.length; start += 50) await Promise.all(names.slice(start, start + 50).map((key) => write(key, [])))
        expect(await keys(`${folder}/`)).toEqual(names)
        expect(await keys(`${folder}/`, names[1200])).toEqual(names.slice(1201))
      }, 60_000)

      test('nothing under a prefix is an empty list', async () => {
        expect(await keys('nothing/here')).toEqual([])
        expect(await keys('../')).toEqual([])
      })
    })

    describe('housekeeping', () => {
      test('what a writer left unfinished is swept once it is old enough, and only that', async () => {
        const key = aKey()
        const kept = aKey()
        await write(kept, [Buffer.from('whole')])
        const abandoned = await store.create(key)
        for (const chunk of pieces(randomBytes(12 * mebibyte), mebibyte)) await abandoned.write(chunk)
        expect(await store.countUnfinished(new Date(Date.now() - 3_600_000))).toBe(0)
        expect(await store.sweepUnfinished(new Date(Date.now() - 3_600_000))).toBe(0)
        expect(await store.countUnfinished(inAnHour())).toBe(1)
        expect(await store.sweepUnfinished(inAnHour())).toBe(1)
        expect(await store.countUnfinished(inAnHour())).toBe(0)
        expect(await store.sweepUnfinished(inAnHour())).toBe(0)
        await expect(abandoned.commit()).rejects.toMatchObject({ name: 'BlobStoreUnavailable' })
        expect(await store.stat(key)).toBeUndefined()
        expect((await readBack(kept)).toString()).toBe('whole')
      })

      test('the readiness check passes and leaves nothing to be listed', async () => {
        const before = await keys('')
        await store.check()
        expect(await keys('')).toEqual(before)
        expect(await store.sweepUnfinished(inAnHour())).toBe(0)
      })
    })
  })
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const inAnHour = (): Date => new Date(Date.now() + 3_600_000)

function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += length) yield bytes.subarray(offset, offset + length)
}
