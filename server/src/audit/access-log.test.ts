import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { createDb, type Db } from '../platform/db.ts'
import type { AccessedEvent } from './access-log.ts'
import { createAccessLog, record } from './index.ts'

let db: Db
let drop: () => Promise<void>
let north: string
let south: string
beforeAll(async () => {
  const database = await testDatabase()
  drop = database.drop
  db = createDb(database.url, 2)
  north = (await ensureDefaultOrganisation(db, 'north')).organisationId
  south = (await ensureDefaultOrganisation(db, 'south')).organisationId
})
afterAll(async () => {
  await db.destroy()
  await drop()
})

let since: string
beforeEach(async () => { since = String((await db('audit_event').max<{ max: string | null }[]>('audit_event_id'))[0]?.max ?? 0) })
const written = () => db('audit_event').where('audit_event_id', '>', since).orderBy('audit_event_id')
  .select<{ organisation_id: string; study_instance_uid: string | null; occurrences: number }[]>('organisation_id', 'study_instance_uid', 'occurrences')

const read = (StudyInstanceUID: string | undefined, organisationId = north): AccessedEvent => ({ organisationId, actor: 'token:a', action: 'study.retrieve', StudyInstanceUID })
const never = (error: unknown): never => { throw error }

test('thousands of frames of one study are one line with their number, other studies and organisations have their own', async () => {
  const log = createAccessLog(db, never)
  for (let frame = 0; frame < 2_500; frame++) log.accessed(read('1.2.3'))
  log.accessed(read('1.2.4'))
  log.accessed(read('1.2.3', south))
  log.accessed(read(undefined))
  await log.close()
  expect(await written()).toEqual([
    { organisation_id: north, study_instance_uid: '1.2.3', occurrences: 2_500 },
    { organisation_id: north, study_instance_uid: '1.2.4', occurrences: 1 },
    { organisation_id: south, study_instance_uid: '1.2.3', occurrences: 1 },
    { organisation_id: north, study_instance_uid: null, occurrences: 1 },
  ])
})

test('what cannot be written now is told of, kept, and written later, however much has come together', async () => {
  const errors: unknown[] = []
  const log = createAccessLog(db, (error) => errors.push(error), 20)
  await db.raw('alter table audit_event rename to audit_event_away')
  for (let study = 0; study < 9_000; study++) log.accessed(read(`1.2.${String(study)}`))
  log.accessed(read('1.2.0'))
  await expect.poll(() => errors.length, { timeout: 10_000 }).toBeGreaterThan(1)
  await db.raw('alter table audit_event_away rename to audit_event')
  await log.close()
  const lines = await written()
  expect(lines).toHaveLength(9_000)
  expect(lines.find((line) => line.study_instance_uid === '1.2.0')?.occurrences).toBe(2)
})

test('an event of an organisation that has been removed is given up and told of; the others are written', async () => {
  const errors: unknown[] = []
  const log = createAccessLog(db, (error) => errors.push(error), 60_000)
  for (let study = 0; study < 20; study++) log.accessed(read(`1.2.${String(study)}`, study === 7 ? '987654321' : north))
  await log.flush()
  expect(errors).toHaveLength(1)
  expect((await written()).map((line) => line.study_instance_uid)).toEqual(Array.from({ length: 20 }, (_, study) => `1.2.${String(study)}`).filter((uid) => uid !== '1.2.7'))
  await log.close()
  expect(errors).toHaveLength(1)
})

test('without being asked, waiting reads are written after a while', async () => {
  const log = createAccessLog(db, never, 20)
  log.accessed(read('1.2.3'))
  await expect.poll(async () => (await written()).length, { timeout: 10_000 }).toBe(1)
  await log.close()
})

test('nobody can change or remove a line of the trail', async () => {
  await record(db, [{ organisationId: north, actor: 'token:a', action: 'study.delete', outcome: 'success', StudyInstanceUID: '1.2.3', PatientID: 'P1', occurrences: 3, detail: { SeriesInstanceUID: '1.2.3.4' } }])
  const line = () => db('audit_event').where('audit_event_id', '>', since).first<object>()
  expect(await line()).toMatchObject({ actor: 'token:a', action: 'study.delete', outcome: 'success', patient_id: 'P1', occurrences: 3, detail: { SeriesInstanceUID: '1.2.3.4' } })
  await expect(db('audit_event').where('audit_event_id', '>', since).update({ actor: 'nobody' })).rejects.toThrow('append-only')
  await expect(db('audit_event').where('audit_event_id', '>', since).delete()).rejects.toThrow('append-only')
  expect(await line()).toMatchObject({ actor: 'token:a' })
})
