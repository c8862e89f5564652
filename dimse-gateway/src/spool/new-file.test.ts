import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isUnderWay, makeReadable, markWhole, openNewFile } from './new-file.ts'
import { takesDirect } from './takes-direct.ts'

let folder: string
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'new-file-')) })
afterEach(() => rm(folder, { recursive: true }))

test('a new file is its owner\'s alone, and never one that is there', async () => {
  const path = join(folder, 'a')
  const file = await openNewFile(path)
  expect(await file.write(Buffer.from('hello'), 1, 3, 2)).toEqual({ bytesWritten: 3 })
  await file.datasync()
  await file.close()
  expect(await readFile(path, 'latin1')).toBe('\0\0ell')
  const modeOf = async () => (await stat(path)).mode
  expect([isUnderWay(await modeOf()), (await modeOf()) & 0o077]).toEqual([true, 0])
  markWhole(path)
  expect([isUnderWay(await modeOf()), (await modeOf()) & 0o777]).toEqual([false, 0o600])
  await expect(openNewFile(path)).rejects.toMatchObject({ code: 'EEXIST' })
})

test('one that is written past the page cache stays marked when its end goes another way', async ({ skip }) => {
  if (!await takesDirect(folder)) skip('this storage is written through the page cache')
  const path = join(folder, 'direct')
  const file = await openNewFile(path, { isDirect: true })
  await file.write(Buffer.from('no whole block'), 0, 14, 0)
  await file.datasync()
  await file.close()
  const { mode } = await stat(path)
  expect([isUnderWay(mode), mode & 0o777]).toEqual([true, 0o400])
  expect(await readFile(path, 'latin1')).toBe('no whole block')
})

test.skipIf(process.platform === 'win32')('what was killed while it was opened a second time can be read, and is still under way', async () => {
  const path = join(folder, 'killed')
  await writeFile(path, '', { mode: 0o200 })
  const modeOf = async () => (await stat(path)).mode
  expect(isUnderWay(await modeOf())).toBe(true)
  await makeReadable(path, await modeOf())
  expect([isUnderWay(await modeOf()), (await modeOf()) & 0o777]).toEqual([true, 0o400])
  markWhole(path)
  await makeReadable(path, await modeOf())
  expect((await modeOf()) & 0o777).toBe(0o600)
})

test.skipIf(process.platform !== 'linux')('where storage lets nobody set modes a file goes without its mark; one that is gone is not said to be there', async () => {
  expect(() => { markWhole('/proc/version') }).not.toThrow()
  expect(() => { markWhole(join(folder, 'gone')) }).toThrow('ENOENT')
})

test('closing it once more closes no other file, whose number may be the same', async () => {
  const first = await openNewFile(join(folder, 'first'))
  await first.close()
  const second = await openNewFile(join(folder, 'second'))
  await first.close()
  await second.write(Buffer.from('whole'), 0, 5, 0)
  await second.close()
  expect(await readFile(join(folder, 'second'), 'latin1')).toBe('whole')
})
