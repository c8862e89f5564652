import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FileBlobWriter } from './fs-writer.ts'

let directory: string
beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'fs-writer-')) })
afterEach(() => rm(directory, { recursive: true }))

/** A real file, some of whose calls are answered by `instead`. */
function fileWith(file: FileHandle, instead: Partial<FileHandle>): FileHandle {
  return new Proxy(file, {
    get(target, name) {
      const replaced: unknown = Reflect.get(instead, name) ?? Reflect.get(target, name)
      return typeof replaced === 'function' ? replaced.bind(target) as unknown : replaced
    },
  })
}

describe('a blob written to a file', () => {
  test('gets its name after its bytes are durable, never before', async () => {
    const steps: string[] = []
    const path = join(directory, 'staged')
    const file = await open(path, 'wx')
    const watched = fileWith(file, {
      datasync: async () => { steps.push('flush'); await file.datasync() },
      write: (async (buffer: Uint8Array, offset: number, length: number) => { steps.push('write'); return file.write(buffer, offset, length) }) as FileHandle['write'],
    })
    const writer = new FileBlobWriter(path, async () => watched, async () => { steps.push('name') })
    await writer.write(randomBytes(1_500_000))
    await writer.write(randomBytes(10))
    await writer.commit()
    expect(steps).toEqual(['write', 'write', 'flush', 'name'])
  })

  test('gets no name when its bytes could not be made durable', async () => {
    const path = join(directory, 'staged')
    const broken = fileWith(await open(path, 'wx'), { datasync: async () => { throw Object.assign(new Error('i/o error'), { code: 'EIO' }) } })
    let isNamed = false
    const writer = new FileBlobWriter(path, async () => broken, async () => { isNamed = true })
    await writer.write(randomBytes(10))
    await expect(writer.commit()).rejects.toMatchObject({ name: 'BlobStoreUnavailable' })
    expect(isNamed).toBe(false)
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('is whole although the system takes fewer bytes at a time than it is given', async () => {
    const source = randomBytes(20_000)
    const lengths = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 10 })
    await fc.assert(fc.asyncProperty(lengths, fc.integer({ min: 1, max: 3000 }), async (lengths, taken) => {
      const path = join(directory, 'staged')
      const file = await open(path, 'w')
      const greedless = fileWith(file, {
        write: (async (buffer: Uint8Array, offset: number, length: number) => file.write(buffer, offset, Math.min(taken, length))) as FileHandle['write'],
      })
      const writer = new FileBlobWriter(path, async () => greedless, () => rename(path, join(directory, 'blob')))
      let offset = 0
      for (const length of lengths) await writer.write(source.subarray(offset, offset += length))
      await writer.commit()
      expect((await readFile(join(directory, 'blob'))).equals(source.subarray(0, offset))).toBe(true)
    }), { numRuns: 50 })
  })
})
