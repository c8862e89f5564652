import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { loadSigningKeys } from '../identity/index.ts'
import { createDb } from '../platform/db.ts'

const script = fileURLToPath(new URL('./doctor.ts', import.meta.url))

let folder: string
let database: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-cli-'))
  database = await testDatabase()
  await loadSigningKeys(join(folder, 'secrets', 'signing-keys.json'))
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

function doctor(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    env: { PATH: process.env['PATH'], DATABASE_URL: database.url, DATA_DIR: folder, ...env }, encoding: 'utf8',
  })
  return { code: status, out: stdout, err: stderr }
}

test('it ends with 0 where all is well, for people and for machines', () => {
  expect(doctor()).toMatchObject({ code: 0, out: expect.stringContaining('✓ Database, blobs and catalogue fit together.') as string })
  expect(JSON.parse(doctor(['--json']).out)).toMatchObject({ isHealthy: true, findings: [], examined: { studies: 0, blobs: 0 } })
})

test('with 1 while something remains, and with 0 once it is mended', async () => {
  const db = createDb(database.url, 1)
  const { organisationId } = await ensureDefaultOrganisation(db, 'default')
  await db('study').insert({ organisation_id: organisationId, study_instance_uid: '1.2.3', attributes: '' })
  await db.destroy()
  expect(doctor()).toMatchObject({ code: 1, out: expect.stringContaining('✗ Studies that hold nothing: 1') as string })
  expect(doctor(['--mend'])).toMatchObject({ code: 0, out: expect.stringContaining('✓ Studies that hold nothing: 1, mended') as string })
  expect(doctor(['--json']).code).toBe(0)
})

test('with 2 where it cannot look, saying why in one line', () => {
  expect(doctor([], { DATABASE_URL: 'postgresql://nobody@localhost/nothing?host=/nonexistent' })).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/^The database does not answer: .*\n$/) as string })
  expect(doctor([], { BLOB_STORE: 's3' })).toMatchObject({ code: 2, err: expect.stringContaining('S3_BUCKET is missing') as string })
  expect(doctor(['--recover'])).toMatchObject({ code: 2, err: '--recover goes with --mend.\n' })
  expect(doctor(['--unknown']).code).toBe(2)
})
