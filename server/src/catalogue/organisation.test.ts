import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, type Db } from '../platform/db.ts'
import { ensureDefaultOrganisation, organisationById, organisationBySlug } from './organisation.ts'

let db: Db
let drop: () => Promise<void>
beforeAll(async () => {
  const database = await testDatabase()
  db = createDb(database.url, 4)
  drop = database.drop
})
afterAll(async () => {
  await db.destroy()
  await drop()
})

test('servers that start at once make one default organisation', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => ensureDefaultOrganisation(db, 'default', 'Default organisation')))
  expect(new Set(made.map(({ organisationId }) => organisationId)).size).toBe(1)
  expect(await organisationBySlug(db, 'default')).toEqual({ organisationId: made[0]?.organisationId, slug: 'default', name: 'Default organisation', fallbackCharset: undefined })
  expect(await organisationById(db, made[0]?.organisationId ?? '')).toEqual(made[0])
})

test('an organisation that is there keeps its name', async () => {
  await ensureDefaultOrganisation(db, 'north', 'North Hospital')
  expect(await ensureDefaultOrganisation(db, 'north', 'Another name')).toMatchObject({ name: 'North Hospital' })
})

test('there is no organisation of an unknown slug', async () => {
  expect(await organisationBySlug(db, 'nowhere')).toBeUndefined()
})
