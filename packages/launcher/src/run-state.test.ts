import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LauncherError } from './launcher-error.ts'
import { claimDataFolder, readRunState } from './run-state.ts'

let folder: string
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'isocenter-state-')) })
afterEach(() => rm(folder, { recursive: true, force: true }))

const stateFile = () => join(folder, 'run', 'state.json')

test('other commands learn where the server is, and only as long as it runs', async () => {
  const claimed = await claimDataFolder(folder)
  expect(await readRunState(folder)).toMatchObject({ pid: process.pid })
  await claimed.tell({ url: 'http://127.0.0.1:8080', databaseUrl: 'postgresql://isocenter@localhost/isocenter' })
  expect(await readRunState(folder)).toMatchObject({ url: 'http://127.0.0.1:8080', databaseUrl: 'postgresql://isocenter@localhost/isocenter' })
  await claimed.release()
  expect(await readRunState(folder)).toBeUndefined()
})

test('the state is closed to other users: it may hold a password', async () => {
  const claimed = await claimDataFolder(folder)
  expect((await stat(stateFile())).mode & 0o077).toBe(0)
  await claimed.tell({ databaseUrl: 'postgresql://user:password@db/isocenter' })
  expect((await stat(stateFile())).mode & 0o077).toBe(0)
})

test('a data folder in use is refused, with the process and the address that uses it', async () => {
  const claimed = await claimDataFolder(folder)
  await claimed.tell({ url: 'http://127.0.0.1:8080' })
  const second = claimDataFolder(folder)
  await expect(second).rejects.toThrow(LauncherError)
  await expect(second).rejects.toThrow(`process ${process.pid}) and serves http://127.0.0.1:8080`)
})

test('of many starts at once one gets the folder, also over the remains of a killed one', async () => {
  await (await claimDataFolder(folder)).release()
  await writeFile(stateFile(), JSON.stringify({ pid: process.pid, process: `${process.pid} of an earlier boot`, startedAt: '' }))
  const claims = await Promise.allSettled(Array.from({ length: 8 }, () => claimDataFolder(folder)))
  expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a state cut short by a power failure is no claim', async () => {
  await (await claimDataFolder(folder)).release()
  await writeFile(stateFile(), '{"pid":')
  await expect(claimDataFolder(folder)).resolves.toBeDefined()
})
