import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DurableDirectories, makeDurably } from './directories.ts'

describe('making folders durable', () => {
  let root: string
  beforeEach(async () => { root = await mkdtemp(join(tmpdir(), 'durable-')) })
  afterEach(() => rm(root, { recursive: true }))

  test('a new folder is flushed into each folder above it, from the top', async () => {
    const flushed: string[] = []
    const directories = new DurableDirectories(root, async (directory) => { flushed.push(directory) })
    await directories.make(join(root, 'a/b/c'))
    expect(flushed).toEqual([root, join(root, 'a'), join(root, 'a/b')])
    expect((await stat(join(root, 'a/b/c'))).mode & 0o777).toBe(0o700)
    await directories.make(join(root, 'a/b/c'))
    await directories.make(join(root, 'a/b'))
    expect(flushed).toHaveLength(3)
  })

  test('a folder that another process made is flushed all the same', async () => {
    await new DurableDirectories(root).make(join(root, 'a'))
    const flushed: string[] = []
    await new DurableDirectories(root, async (directory) => { flushed.push(directory) }).make(join(root, 'a'))
    expect(flushed).toEqual([root])
  })

  test('a failure is not remembered', async () => {
    let isBroken = true
    const directories = new DurableDirectories(root, async () => { if (isBroken) throw new Error('no disk') })
    await expect(directories.make(join(root, 'a/b'))).rejects.toThrow('no disk')
    isBroken = false
    await directories.make(join(root, 'a/b'))
    expect((await stat(join(root, 'a/b'))).isDirectory()).toBe(true)
  })

  test('a forgotten folder is made again', async () => {
    const directories = new DurableDirectories(root)
    await directories.make(join(root, 'a/b'))
    await rm(join(root, 'a'), { recursive: true })
    directories.forget(join(root, 'a/b'))
    await directories.make(join(root, 'a/b'))
    expect((await stat(join(root, 'a/b'))).isDirectory()).toBe(true)
  })
})

describe('making the first folder', () => {
  test('flushes every folder above it, up to the top or to one we may not read', async () => {
    const root = await mkdtemp(join(tmpdir(), 'durable-'))
    try {
      const flushed: string[] = []
      await makeDurably(join(root, 'a/b'), async (folder) => { flushed.push(folder) })
      expect(flushed.slice(0, 2)).toEqual([join(root, 'a'), root])
      expect(flushed.at(-1)).toBe(parse(root).root)
      await makeDurably(join(root, 'a/c'), async (folder) => { if (folder === root) throw Object.assign(new Error('refused'), { code: 'EACCES' }) })
      await expect(makeDurably(join(root, 'a/d'), async () => { throw Object.assign(new Error('broken'), { code: 'EIO' }) })).rejects.toThrow('broken')
    } finally {
      await rm(root, { recursive: true })
    }
  })
})

describe('flushing one folder for many', () => {
  test('a burst pays two flushes: the one it met, and one for all who came during it', async () => {
    let flushes = 0
    const directories = new DurableDirectories('/blobs', async () => { flushes++; await turn() })
    await Promise.all(Array.from({ length: 100 }, () => directories.flush('/blobs/hour')))
    expect(flushes).toBe(2)
  })

  test('no change is reported durable by a flush that began before it', async () => {
    await fc.assert(fc.asyncProperty(fc.scheduler(), fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 }), async (scheduler, pauses) => {
      let changes = 0
      let durable = 0
      const directories = new DurableDirectories('/blobs', async () => {
        const seen = changes
        await scheduler.schedule(Promise.resolve(), 'flush')
        durable = Math.max(durable, seen)
      })
      const writers = pauses.map(async (pause) => {
        for (let turns = 0; turns < pause; turns++) await scheduler.schedule(Promise.resolve(), 'pause')
        const change = ++changes
        await directories.flush('/blobs/hour')
        expect(durable).toBeGreaterThanOrEqual(change)
      })
      await scheduler.waitFor(Promise.all(writers))
    }))
  })

  test('a flush that fails fails for those who waited for it, and no others', async () => {
    let flushes = 0
    const directories = new DurableDirectories('/blobs', async () => {
      flushes++
      await turn()
      if (flushes === 1) throw new Error('no disk')
    })
    const [first, second, third] = await Promise.allSettled([1, 2, 3].map(() => directories.flush('/blobs/hour')))
    expect([first?.status, second?.status, third?.status]).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    await directories.flush('/blobs/hour')
    expect(flushes).toBe(3)
  })
})

const turn = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 5) })
