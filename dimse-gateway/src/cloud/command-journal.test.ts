import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCommandJournal } from './command-journal.ts'

let folder: string
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'isocenter-journal-')) })
afterEach(() => rm(folder, { recursive: true, force: true }))
let damaged = 0
const open = () => openCommandJournal(join(folder, 'commands.json'), () => { damaged++ })
const done = (commandId: string) => ({ commandId, outcome: 'succeeded' as const })

test('a command begins once, also when it comes twice at the same moment and after a restart', async () => {
  const journal = await open()
  expect((await Promise.all([journal.begin('a'), journal.begin('a'), journal.begin('a')])).filter(Boolean)).toHaveLength(1)
  await journal.finish(done('a'))
  expect(await (await open()).begin('a')).toBe(false)
})

test('a result is told until it was heard, and known for a while after', async () => {
  const journal = await open()
  for (const id of ['a', 'b']) {
    await journal.begin(id)
    await journal.finish(done(id))
  }
  expect(journal.unreported()).toEqual([done('a'), done('b')])
  await journal.reported([done('a')])
  const again = await open()
  expect(again.unreported()).toEqual([done('b')])
  expect(await again.begin('a')).toBe(false)
})

test('a result is told again to a cloud that has forgotten it', async () => {
  const journal = await open()
  await journal.begin('a')
  await journal.finish(done('a'))
  await journal.reported([done('a')])
  await journal.tellAgain('a')
  expect(journal.unreported()).toEqual([done('a')])
})

test('what was begun and cut off has failed, as far as anybody knows', async () => {
  await (await open()).begin('a')
  expect((await open()).unreported()).toMatchObject([{ commandId: 'a', outcome: 'failed' }])
})

test('no more results go into one report than it takes, and the journal does not grow for ever', async () => {
  const journal = await open()
  for (let index = 0; index < 230; index++) {
    await journal.begin(String(index))
    await journal.finish(done(String(index)))
  }
  expect(journal.unreported()).toHaveLength(20)
  while (journal.unreported().length > 0) await journal.reported(journal.unreported())
  const again = await open()
  expect(await again.begin('229')).toBe(false)
  expect(await again.begin('0')).toBe(true)
})

test('a damaged journal is put aside and told of, and keeps nothing from going on', async () => {
  await writeFile(join(folder, 'commands.json'), '[{"comm')
  expect(await (await open()).begin('a')).toBe(true)
  expect(damaged).toBe(1)
  expect((await readdir(folder)).sort()).toEqual(['commands.json', 'commands.json.damaged'])
})
