import { DurableDirectories } from '@isocenter/durable-files'
import { mkdtemp, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { spoolPlaces, type SpoolPlaces } from './places.ts'
import { Reserve } from './reserve.ts'

let places: SpoolPlaces
let now: number
/** Folders that were flushed, and how many names were in them then. */
let flushed: string[]
let failure: Error | undefined
let closed: number
let reserve: Reserve
beforeEach(async () => {
  places = spoolPlaces(await mkdtemp(join(tmpdir(), 'reserve-')))
  await mkdir(places.objects)
  now = Date.UTC(2026, 10, 22, 8, 30)
  flushed = []
  failure = undefined
  const directories = new DurableDirectories(places.root, async (folder) => {
    if (failure) throw failure
    flushed.push(`${folder.slice(places.root.length)} ${String((await readdir(folder)).length)}`)
  })
  closed = 0
  reserve = new Reserve({ places, directories, folders: { close: async () => { closed++ } }, clock: () => new Date(now), isDirect: false })
})
afterEach(async () => {
  await reserve.close()
  await rm(places.root, { recursive: true })
})

const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder)).sort()
async function take(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let left = count; left > 0; left--) {
    const { id, file } = await reserve.take()
    await file.close()
    ids.push(id)
  }
  return ids
}

test('names are flushed many at a time, before they are given out', async () => {
  const { path, file } = await reserve.take()
  await file.close()
  expect(flushed.slice(0, 4)).toEqual([' 1', '/objects 1', '/objects/2026-11-22 1', '/objects/2026-11-22/08 16'])
  expect(await namesIn(dirname(path))).toHaveLength(16)
  await take(40)
  expect(flushed.length).toBeLessThan(8)
})

test('ids rise in the order they are given out, to whoever asks at once, also where the clock stands still', async () => {
  const ids = await take(60)
  const together = await Promise.all(Array.from({ length: 60 }, () => reserve.take()))
  for (const { file } of together) await file.close()
  const all = [...ids, ...together.map(({ id }) => id)]
  expect(new Set(all).size).toBe(120)
  expect(all).toEqual(all.toSorted())
})

test('an hour later a file is one of that hour, and those that were not used are gone', async () => {
  const [used = ''] = await take(1)
  now += 3_600_000
  const { path, file } = await reserve.take()
  await file.close()
  expect(dirname(path)).toBe(places.folderAt(now))
  expect(await namesIn(dirname(places.pathOf(used)))).toEqual([`${used}.dcm`])
})

test('a clock that was put back is followed', async () => {
  await take(1)
  now -= 86_400_000
  const { path, file } = await reserve.take()
  await file.close()
  expect(dirname(path)).toBe(places.folderAt(now))
})

test('files that somebody removed are not given out, and a folder is made and flushed anew', async () => {
  const [first = ''] = await take(1)
  const folder = places.folderAt(now)
  for (const name of await namesIn(folder)) if (name !== `${first}.dcm`) await rm(join(folder, name))
  const [second = ''] = await take(1)
  expect(await namesIn(folder)).toContain(`${second}.dcm`)
  await rm(dirname(folder), { recursive: true })
  flushed = []
  await take(30)
  // The day's folder as well, through no handle of the one that was there.
  expect([closed, ...flushed.slice(0, 4)]).toEqual([1, ' 1', '/objects 1', '/objects/2026-11-22 1', '/objects/2026-11-22/08 16'])
})

test.each([['removed', () => rm(places.objects, { recursive: true })], ['moved away', () => rename(places.objects, join(places.root, 'elsewhere'))]])('a folder of all objects that somebody %s is made anew', async (_what, takeAway) => {
  await take(1)
  await takeAway()
  const [next = ''] = await take(1)
  expect(await namesIn(places.folderAt(now))).toContain(`${next}.dcm`)
})

test('when it is closed, nothing is left but what was taken', async () => {
  const ids = await take(3)
  await reserve.close()
  await expect(reserve.take()).rejects.toThrow('closed')
  expect(await namesIn(places.folderAt(now))).toEqual(ids.map((id) => `${id}.dcm`))
})

test('what the disk answers is told to who needs a file, nothing is left, and it is tried again', async () => {
  const ids = await take(8)
  failure = new Error('no room for names')
  ids.push(...await take(8))
  await expect(reserve.take()).rejects.toThrow('no room for names')
  expect(await namesIn(places.folderAt(now))).toEqual(ids.map((id) => `${id}.dcm`))
  failure = undefined
  await take(1)
})
