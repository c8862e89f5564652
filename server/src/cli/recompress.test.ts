import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { createDb, type Db } from '../platform/db.ts'
import { recompressionRules } from '../recompression/index.ts'

let db: Db
let database: Awaited<ReturnType<typeof testDatabase>>
let north: string
beforeAll(async () => {
  database = await testDatabase()
  db = createDb(database.url, 2)
  await ensureDefaultOrganisation(db, 'default')
  north = (await ensureDefaultOrganisation(db, 'north')).organisationId
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
})

const script = fileURLToPath(new URL('./recompress.ts', import.meta.url))
const recompress = async (...args: string[]) =>
  (await promisify(execFile)(process.execPath, [script, ...args, '--organisation', 'north'], { env: { ...process.env, DATABASE_URL: database.url } })).stdout.trim()
const refused = (stderr: string) => ({ code: 1, stderr: expect.stringContaining(stderr) as string })

test('a rule is set as it is worded, for the organisation that is named', async () => {
  expect(await recompress('status')).toBe('There is no rule.')
  await recompress('on', '--modality', 'CT, MR', '--days', '1.5', '--hours', '20-5', '--rate', '0.5')
  expect(await recompressionRules(db)).toMatchObject([{
    organisationId: north, isActive: true, isReversing: false, modalities: ['CT', 'MR'], sopClasses: undefined, transferSyntaxes: ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1'],
    minimumAgeHours: 36, fromHour: 20, toHour: 5, bytesPerSecond: 500_000,
  }])
  expect(await recompress('status')).toBe('The rule compresses. Compressed: 0, left as they are: 0, saved: 0.0 MB.')
})

test('status tells what was left, for which reasons, and when it is tried again', async () => {
  await db('recompression_rule').update({ left_alone: 5, left_because: { timeout: 1, 'not smaller': 4 } })
  expect(await recompress('status')).toBe('The rule compresses. Compressed: 0, left as they are: 5, saved: 0.0 MB.\n  left: not smaller: 4\n  left: timeout: 1')
  await recompress('off')
  expect(await recompress('status')).toMatch(/^The rule rests\./)
  await recompress('reverse')
  expect(await recompress('status')).toBe('The rule has put back what was received. Compressed: 0, left as they are: 0, saved: 0.0 MB.')
})

test.each([
  [['on', '--days', 'soon'], '--days takes'], [['on', '--rate', '0'], '--rate takes'], [['on', '--hours', '20'], '--hours takes'], [['on', '--hours', '20-24'], '--hours takes'],
  [['on', '--syntax', '1.2.840.10008.1.2.4.50'], '--syntax takes'], [['compress'], 'npm run recompress'],
])('%j changes nothing and says what it takes', async (args, said) => {
  const before = await recompressionRules(db)
  await expect(recompress(...args)).rejects.toMatchObject(refused(said))
  expect(await recompressionRules(db)).toEqual(before)
})
