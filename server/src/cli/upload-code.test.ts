import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { createDb, type Db } from '../platform/db.ts'

let db: Db
let database: Awaited<ReturnType<typeof testDatabase>>
let folder: string
beforeAll(async () => {
  database = await testDatabase()
  db = createDb(database.url, 2)
  folder = await mkdtemp(join(tmpdir(), 'isocenter-upload-code-'))
  for (const slug of ['default', 'north']) await ensureDefaultOrganisation(db, slug)
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const script = fileURLToPath(new URL('./upload-code.ts', import.meta.url))
const uploadCode = async (...args: string[]) => (await promisify(execFile)(process.execPath, [script, ...args], { env: { ...process.env, DATABASE_URL: database.url, DATA_DIR: folder } })).stdout.trim()

test('prints the code of an organisation, the same each time, another after it was rotated', async () => {
  const code = await uploadCode()
  expect(code).toMatch(/^(\w{5}-){4}\w{5}$/)
  expect(await uploadCode()).toBe(code)
  expect(await uploadCode('--organisation', 'north')).not.toBe(code)
  const rotated = await uploadCode('--rotate')
  expect(rotated).not.toBe(code)
  expect(await uploadCode()).toBe(rotated)
  const trail = await db('audit_event').where({ actor: 'command:upload-code' }).orderBy('audit_event_id').pluck<string[]>('action')
  expect(trail).toEqual(['upload-code.read', 'upload-code.read', 'upload-code.read', 'upload-code.rotate', 'upload-code.read'])
})

test('names an organisation that is not there', async () => {
  await expect(uploadCode('--organisation', 'nowhere')).rejects.toMatchObject({ code: 1, stderr: 'There is no organisation nowhere.\n' })
})
