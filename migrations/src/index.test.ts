import { testDatabase } from '@isocenter/testkit'
import knex, { type Knex } from 'knex'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { schemaText } from '../scripts/dump-schema.ts'
import { isCurrent, migrate } from './index.ts'

let url: string
let db: Knex
let drop: () => Promise<void>

beforeEach(async () => {
  ({ url, drop } = await testDatabase())
  db = knex({ client: 'pg', connection: { connectionString: url }, pool: { min: 0, max: 4 } })
})
afterEach(async () => {
  await db.destroy()
  await drop()
})

const all = ['20261122090000_catalogue', '20261122120000_series_metadata', '20261122130000_thumbnails', '20261122140000_change_feed', '20261122150000_extra_attributes', '20261122160000_gateways', '20261122170000_worklist', '20261122180000_uploads', '20261122185000_sop_classes_index', '20261122190000_recompression', '20261122200000_accounts', '20261122210000_organisations', '20261122215000_recompression_reasons', '20261122230000_second_factor', '20261123000000_api_keys_and_sign_in_providers', '20261123010000_passkeys_and_qr_sign_in', '20261123010100_access_changes', '20261123020000_people', '20261123021000_names_of_people', '20261123030000_audit', '20261123040000_notifications', '20261123041000_api_key_ends_told', '20261124000000_studies', '20261124020000_sharing', '20261124030000_invitation_codes', '20261125000000_vouched_sessions', '20261125000100_credential_decisions', '20261125000200_sign_in_rules', '20261125010000_exam_attributes', '20261125020000_audit_of_what_was_not_done', '20261125030000_downloads', '20261125040000_study_detail', '20261125050000_film', '20261125060000_body_parts', '20261126000000_quarantine', '20261126020000_tag_search', '20261126050000_film_views', '20261126060000_claims_of_deleted_studies', '20261126070000_additions_by_study']

const empty = () => db.raw('drop schema public cascade; create schema public')

test('an empty database is not current, becomes so, and has nothing to do the next time', async () => {
  await empty()
  expect(await isCurrent(db)).toBe(false)
  expect(await migrate(url)).toEqual(all)
  expect(await isCurrent(db)).toBe(true)
  expect(await migrate(db)).toEqual([])
})

test('of several servers that start at once one migrates and the others wait for it', async () => {
  await empty()
  const ran = await Promise.all(Array.from({ length: 5 }, () => migrate(url)))
  expect(ran.flat()).toEqual(all)
})

test('a migration that was killed leaves nothing the next start would trip over', async () => {
  await db('knex_migrations_lock').update({ is_locked: 1 })
  expect(await migrate(url)).toEqual([])
})

test('a database of a newer release is left as it is', async () => {
  await db('knex_migrations').insert({ name: '29991231000000_of_a_later_release', batch: 2, migration_time: new Date() })
  expect(await migrate(url)).toEqual([])
  expect(await isCurrent(db)).toBe(true)
})

test('migrations do not go back', async () => {
  const { down } = await import('./20261122090000_catalogue.ts')
  await expect(down()).rejects.toThrow('forward only')
})

test('schema.sql is what the migrations make', async () => {
  await expect(await schemaText(db)).toMatchFileSnapshot('../schema.sql')
})

test('audit events can be added but not changed or removed', async () => {
  await db('organisation').insert({ slug: 'north', name: 'North' })
  const [event] = await db('audit_event').insert({ organisation_id: db('organisation').select('organisation_id').first(), actor: 'token:x', action: 'study.store', outcome: 'success' }).returning<{ audit_event_id: string }[]>('audit_event_id')
  for (const change of [db('audit_event').where(event ?? {}).update({ actor: 'nobody' }), db('audit_event').delete(), db.raw('truncate audit_event')]) {
    await expect(change).rejects.toThrow('append-only')
  }
  expect(await db('audit_event')).toHaveLength(1)
})
