import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from './catalogue/index.ts'
import { createDb } from './platform/db.ts'

const suite = fileURLToPath(new URL('../../conformance/main.ts', import.meta.url))

let server: ServerProcess
let otherToken: string
beforeAll(async () => {
  const { url } = await testDatabase()
  server = await startServerProcess(url, { env: { CORS_ORIGINS: 'https://viewer.example' } })
  const db = createDb(url, 2)
  await ensureDefaultOrganisation(db, 'stranger')
  await db.destroy()
  otherToken = await server.token('--organisation', 'stranger')
})
afterAll(() => server.stop())

test('every check of the conformance suite passes, none is skipped', { timeout: 120_000 }, async () => {
  const args = [suite, '--url', server.url, '--token', await server.token(), '--other-token', otherToken, '--quiet']
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((error: { stdout: string }) => error)
  expect(stdout).not.toContain('FAIL')
  // What it stored, it has taken away again.
  const studies = await fetch(`${server.url}/studies`, { headers: { Authorization: `Bearer ${await server.token()}` } })
  expect(await studies.json()).toEqual([])
  expect(stdout).toMatch(/^all +(?!0\b)\d+ +0 +0$/m)
})
