import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigurationInvalid } from './schema.ts'
import { openConfiguration } from './store.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'configuration-'))
  path = join(folder, 'configuration.json')
})
afterEach(() => rm(folder, { recursive: true }))

test.each([['cut short', (file: string) => truncate(file, 100)], ['emptied', (file: string) => truncate(file, 0)], ['overwritten with zeros', (file: string) => writeFile(file, Buffer.alloc(4096))]])(
  'a file that was %s is replaced by the version before its last change, and kept', async (_what, damage) => {
    const store = await openConfiguration(path)
    expect(store.wasRestored).toBe(false)
    await store.change({ retention: { ...store.current.retention, recordDays: 30 } })
    await store.change({ retention: { ...store.current.retention, recordDays: 60 } })
    const seen = store.current.revision
    await damage(path)
    const damaged = await readFile(path)
    const again = await openConfiguration(path)
    expect(again.wasRestored).toBe(true)
    expect(again.current.retention.recordDays).toBe(30)
    // Nobody has seen this revision with other settings.
    expect(again.current.revision).toBeGreaterThan(seen)
    expect(await readFile(`${path}.damaged`)).toEqual(damaged)
    expect((await openConfiguration(path)).wasRestored).toBe(false)
  })

test('mistakes of a person, and a file without a version before it, are said instead', async () => {
  await writeFile(path, '{ "service": ')
  await expect(openConfiguration(path)).rejects.toThrow(ConfigurationInvalid)
  await writeFile(path, '{ "service": { "port": "many" } }')
  await expect(openConfiguration(path)).rejects.toThrow('/service/port')
})
