/** Pages of one person at two server processes hear the same, and a session that ends at one ends at the other. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aMember, anOrganisation } from '../../organisations/organisations.fixture.ts'
import { createDb, type Db } from '../../platform/db.ts'
import { startServerUnderTest, type ServerUnderTest } from '../../server-process.fixture.ts'
import { publish } from '../index.ts'
import { listen } from './live.fixture.ts'

let folder: string
let database: Awaited<ReturnType<typeof testDatabase>>
let servers: ServerUnderTest[]
let db: Db
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-live-'))
  database = await testDatabase()
  db = createDb(database.url, 2)
  servers = await Promise.all([1, 2].map(() => startServerUnderTest({ DATABASE_URL: database.url, DATA_DIR: folder })))
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await db.destroy()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const pageAt = (server: number, cookie: string, lastEventId?: string) => {
  const origin = String(servers[server]?.url.replace(/\/dicom-web$/, ''))
  return listen(`${origin}/api/events`, { origin, cookie, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) })
}

async function signedIn(accountId: string, minutesAgo = 0): Promise<{ cookie: string; endsNow: () => Promise<unknown> }> {
  const token = randomBytes(32).toString('base64url')
  const at = new Date(Date.now() - minutesAgo * 60_000)
  const hash = createHash('sha256').update(token).digest()
  await db('account_session').insert({ account_id: accountId, token_sha256: hash, is_remembered: false, created_at: at, last_active_at: at, expires_at: new Date(at.getTime() + 12 * 3_600_000), address: '192.0.2.1' })
  return { cookie: `isocenter-session=${token}`, endsNow: () => db('account_session').where({ token_sha256: hash }).delete() }
}

test('what happens is heard at both within a moment, without anybody asking; and a page that moves to the other process misses nothing', async () => {
  const { organisationId } = await anOrganisation(db, 'hospital')
  const { accountId } = await aMember(db, organisationId, 'full')
  const { cookie, endsNow } = await signedIn(accountId)
  const [here, there] = [await pageAt(0, cookie), await pageAt(1, cookie)]
  await Promise.all([here.next('stream.open'), there.next('stream.open')])
  const say = () => db.transaction((trx) => publish(trx, { event: 'upload-code.rotated', organisationId, details: { organisation: 'x' } }))
  const begun = performance.now()
  await say()
  for (const page of [here, there]) expect(await page.next('notification.added', 4_500)).toMatchObject({ data: { event: 'upload-code.rotated', organisationId } })
  // Woken by each other's word, not by the look every few seconds.
  expect(performance.now() - begun).toBeLessThan(4_500)

  here.close()
  await say()
  await there.next('notification.added')
  const moved = await pageAt(1, cookie, here.lastEventId())
  expect(await moved.next('stream.open')).toMatchObject({ data: { isResumed: true } })
  await moved.next('notification.added')

  await endsNow()
  for (const page of [there, moved]) {
    await page.next('session.ended')
    await page.ended
  }
  expect((await pageAt(0, cookie)).status).toBe(401)
})

test('before a session ends for want of operation its pages are told, and then that it has ended (AUTH-22)', { timeout: 60_000 }, async () => {
  const { organisationId } = await anOrganisation(db, 'hospital')
  const { accountId } = await aMember(db, organisationId, 'general')
  await db('account').where({ account_id: accountId }).update({ auto_sign_out: true })
  const { cookie } = await signedIn(accountId, 29.5)
  const page = await pageAt(0, cookie)
  const { data } = await page.next('session.ending', 20_000)
  const left = Date.parse(String(data['signsOutAt'])) - Date.now()
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThanOrEqual(75_000)
  await db('account_session').where({ account_id: accountId }).update({ last_active_at: new Date(Date.now() - 40 * 60_000) })
  await page.next('session.ended', 20_000)
  await page.ended
})

test('a server that stops lets its pages go, and they come back to another', async () => {
  const { organisationId } = await anOrganisation(db, 'hospital')
  const { accountId } = await aMember(db, organisationId, 'general')
  const { cookie } = await signedIn(accountId)
  const page = await pageAt(0, cookie)
  await page.next('stream.open')
  const begun = performance.now()
  await servers[0]?.stop()
  await page.ended
  expect(performance.now() - begun).toBeLessThan(15_000)
  const back = await pageAt(1, cookie, page.lastEventId())
  expect(await back.next('stream.open')).toMatchObject({ data: { isResumed: true } })
  back.close()
})
