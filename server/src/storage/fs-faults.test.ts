import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, rmdirSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BlobStoreFull, BlobStoreUnavailable, type BlobStore } from './blob-store.ts'
import { createFileBlobStore } from './fs.ts'

let directory: string
let store: BlobStore
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'blob-faults-'))
  store = createFileBlobStore({ kind: 'fs', directory })
})
afterEach(() => rm(directory, { recursive: true }))

const write = async (key: string, bytes: Uint8Array): Promise<void> => {
  const writer = await store.create(key)
  await writer.write(bytes)
  await writer.commit()
}
const staged = (): Promise<string[]> => readdir(join(directory, '.staging'))

describe('a writer killed at any moment', () => {
  test('leaves no part of a blob to be seen, and takes no blob back that was acknowledged', async () => {
    const acknowledged = new Map<string, string>()
    for (let round = 0; round < 30; round++) {
      for (const line of await writeUntilKilled(directory)) {
        const [key = '', hash = ''] = line.split(' ')
        acknowledged.set(key, hash)
      }
    }
    const found = new Set<string>()
    for await (const { key } of store.list('')) {
      const bytes = await buffer(await store.read(key))
      const hash = createHash('sha256').update(bytes.subarray(32)).digest('hex')
      expect(bytes.toString('hex', 0, 32), `${key} is whole`).toBe(hash)
      found.add(key)
      expect(acknowledged.get(key) ?? hash).toBe(hash)
    }
    expect(acknowledged.size).toBeGreaterThan(30)
    expect([...acknowledged.keys()].filter((key) => !found.has(key))).toEqual([])

    const leftOver = await staged()
    expect(await store.sweepUnfinished(new Date(Date.now() + 1000))).toBe(leftOver.length)
    expect(await staged()).toEqual([])
  }, 120_000)

  /** The lines a writer printed before it was killed, some time after the first. */
  async function writeUntilKilled(directory: string): Promise<string[]> {
    const writer = spawn(process.execPath, [fileURLToPath(new URL('blob-writer.fixture.ts', import.meta.url)), directory], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exit = once(writer, 'exit')
    const printed = text(writer.stdout)
    await once(writer.stdout, 'readable')
    await new Promise((resolve) => { setTimeout(resolve, randomInt(120)) })
    writer.kill('SIGKILL')
    expect(await exit).toEqual([null, 'SIGKILL'])
    const lines = (await printed).split('\n')
    // A line is whole or the last, cut off by the kill.
    return lines.slice(0, -1)
  }
})

describe.skipIf(!mayMount())('a disk that fills up', () => {
  beforeEach(() => { execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'blob-faults', directory]) })
  afterEach(() => { execFileSync('umount', [directory]) })

  test('is told as BlobStoreFull, leaves nothing behind, and is no harm to what was there', async () => {
    await write('kept', Buffer.alloc(5_000_000, 1))
    const writer = await store.create('too-large')
    await expect((async () => {
      for (let sent = 0; sent < 20_000_000; sent += 100_000) await writer.write(Buffer.alloc(100_000))
      await writer.commit()
    })()).rejects.toBeInstanceOf(BlobStoreFull)
    await writer.abort()
    expect(await staged()).toEqual([])
    expect(await store.stat('too-large')).toBeUndefined()
    expect((await buffer(await store.read('kept'))).equals(Buffer.alloc(5_000_000, 1))).toBe(true)

    await store.delete('kept')
    await write('now-it-fits', Buffer.alloc(5_000_000, 2))
  })

  test('fails a commit whose last bytes do not fit, and the commit tidies up', async () => {
    const writer = await store.create('too-large')
    // All but the last few hundred bytes fit.
    await writer.write(Buffer.alloc(8_000_000))
    await writer.write(Buffer.alloc(389_000))
    await expect(writer.commit()).rejects.toBeInstanceOf(BlobStoreFull)
    expect(await staged()).toEqual([])
  })

  test('fails the readiness check', async () => {
    await store.check()
    await writeFile(join(directory, 'filler'), Buffer.alloc(9_000_000)).catch(() => undefined)
    await expect(store.check()).rejects.toBeInstanceOf(BlobStoreFull)
    expect(await staged()).toEqual([])
  })
})

describe('a folder in trouble', () => {
  test('that cannot be made is BlobStoreUnavailable, and used once it can', async () => {
    const inTheWay = join(directory, 'data')
    await writeFile(inTheWay, '')
    const store = createFileBlobStore({ kind: 'fs', directory: join(inTheWay, 'blobs') })
    await expect(store.create('a')).rejects.toBeInstanceOf(BlobStoreUnavailable)
    await expect(store.check()).rejects.toBeInstanceOf(BlobStoreUnavailable)
    await rm(inTheWay)
    await store.check()
  })

  test('that is taken away while in use, as by an unmount, is not made anew somewhere else', async () => {
    await store.check()
    await rm(join(directory, '.staging'), { recursive: true })
    await expect(store.check()).rejects.toBeInstanceOf(BlobStoreUnavailable)
    await expect(write('a', Buffer.from('bytes'))).rejects.toBeInstanceOf(BlobStoreUnavailable)
    expect(await readdir(directory)).toEqual([])
  })

  test('in which an empty hour was tidied away takes the next blob of that hour', async () => {
    await write('1/2026/01/02/03/a', Buffer.from('first'))
    await rm(join(directory, '1'), { recursive: true })
    await write('1/2026/01/02/03/b', Buffer.from('second'))
    expect(await text(await store.read('1/2026/01/02/03/b'))).toBe('second')
  })

  test('with other things in it lists only blobs', async () => {
    await write('1/a', Buffer.from('a'))
    await mkdir(join(directory, 'lost+found'))
    await writeFile(join(directory, '.DS_Store'), '')
    const keys: string[] = []
    for await (const { key } of store.list('')) keys.push(key)
    expect(keys).toEqual(['1/a'])
  })
})

test('files and folders are for their owner alone', async () => {
  const before = process.umask(0)
  try {
    const home = join(directory, 'home')
    store = createFileBlobStore({ kind: 'fs', directory: home })
    await write('1/2026/a', Buffer.from('a'))
    const modes = await Promise.all(['', '.staging', '1', '1/2026', '1/2026/a'].map(async (path) => ((await stat(join(home, path))).mode & 0o777).toString(8)))
    expect(modes).toEqual(['700', '700', '700', '700', '600'])
  } finally {
    process.umask(before)
  }
})

/** True where this process may mount a file system of its own, as root mostly may. */
function mayMount(): boolean {
  const point = join(tmpdir(), `blob-faults-mount-${process.pid}`)
  try {
    mkdirSync(point)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'blob-faults', point], { stdio: 'pipe' })
    execFileSync('umount', [point])
    return true
  } catch {
    console.warn('Skipped: only a user who may mount can try a full disk.')
    return false
  } finally {
    rmdirSync(point)
  }
}
