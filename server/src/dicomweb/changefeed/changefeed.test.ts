import { setTimeout } from 'node:timers/promises'
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCatalogue, ensureDefaultOrganisation } from '../../catalogue/index.ts'
import { aNewInstance } from '../../catalogue/catalogue.fixture.ts'
import { accessTo } from '../../catalogue/search.fixture.ts'
import { createDb } from '../../platform/db.ts'
import { aService, type TestService } from '../service.fixture.ts'

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

interface Feed { changes: { position: number; action: string; StudyInstanceUID: string; SOPInstanceUID?: string; metadata?: DicomJson }[]; next: number; latest: number }
let organisations = 0
/** An organisation of its own, and short words for what it does. */
async function anOrganisation() {
  const slug = `feed-${String(organisations++)}`
  const headers = await service.as(slug)
  const feed = (query = '', more: Record<string, string> = {}) => service.get(`/changefeed${query}`, { ...headers, ...more })
  const store = (instance: DicomJson) => service.store([bytesOf(instance)], { headers })
  return { slug, headers, feed, store }
}
const uid = (json: DicomJson) => String(json['00080018']?.Value?.[0])

test('tells what was stored and deleted, and goes on where it ended', async () => {
  const { headers, feed, store } = await anOrganisation()
  expect((await feed()).json()).toEqual({ changes: [], next: 0, latest: 0 })
  const [first, second] = [anInstance(), anInstance()]
  await store(first)
  const start = (await feed()).json<Feed>()
  expect([start.changes.map(({ action, SOPInstanceUID }) => [action, SOPInstanceUID]), start.next]).toEqual([[['created', uid(first)]], 1])
  await store(second)
  await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${String(first['0020000D']?.Value?.[0])}`, headers })
  const rest = (await feed(`?offset=${String(start.next)}`)).json<Feed>()
  expect([rest.changes.map(({ position, action }) => [position, action]), rest.next, rest.latest]).toEqual([[[2, 'created'], [3, 'deleted']], 3, 3])
  expect((await feed('?offset=latest')).json()).toEqual({ changes: [], next: 3, latest: 3 })
  expect((await feed('?limit=1')).json<Feed>().next).toBe(1)
})

test('metadata come along where they are asked for and may be retrieved', async () => {
  const { slug, feed, store } = await anOrganisation()
  const instance = anInstance({ PatientName: 'Wang^Xiaodong=王^小东' })
  await store(instance)
  const [change] = (await feed('?includemetadata=true', { 'accept-encoding': 'identity' })).json<Feed>().changes
  expect(change?.metadata?.['00100010']).toEqual({ vr: 'PN', Value: [{ Alphabetic: 'Wang^Xiaodong', Ideographic: '王^小东' }] })
  const searcher = await service.as(slug, ['dicomweb:search'])
  expect((await service.get('/changefeed', searcher)).statusCode).toBe(200)
  expect((await service.get('/changefeed?includemetadata=true', searcher)).statusCode).toBe(403)
  expect((await service.get('/changefeed', await service.as(slug, ['dicomweb:retrieve']))).statusCode).toBe(403)
})

test('who waits is woken by a store of this process, and of another one', async () => {
  const { slug, feed, store } = await anOrganisation()
  const here = feed('?offset=0&wait=20')
  await setTimeout(100)
  const instance = anInstance()
  await store(instance)
  expect((await here).json<Feed>().changes.map(({ SOPInstanceUID }) => SOPInstanceUID)).toEqual([uid(instance)])

  const db = createDb(String((service.db.client as { config: { connection: { connectionString: string } } }).config.connection.connectionString), 2)
  const other = createCatalogue({ db })
  const elsewhere = feed('?offset=1&wait=20')
  await setTimeout(100)
  const start = performance.now()
  await other.store(accessTo((await ensureDefaultOrganisation(db, slug)).organisationId), aNewInstance())
  expect((await elsewhere).json<Feed>().changes).toHaveLength(1)
  // Sooner than it would have looked by itself.
  expect(performance.now() - start).toBeLessThan(4_500)
  await other.close()
  await db.destroy()
})

test('a wait ends when its time is over, with nothing', async () => {
  const { feed } = await anOrganisation()
  const start = performance.now()
  expect((await feed('?wait=1')).json()).toEqual({ changes: [], next: 0, latest: 0 })
  expect(performance.now() - start).toBeGreaterThan(900)
})

test('what is forgotten, or never was, is said and not passed over', async () => {
  const { slug, feed, store } = await anOrganisation()
  for (let index = 0; index < 3; index++) await store(anInstance())
  const { organisationId } = await ensureDefaultOrganisation(service.db, slug)
  await service.db('change').where({ organisation_id: organisationId }).where('position', '<=', 2).delete()
  await service.db('change_feed').where({ organisation_id: organisationId }).update({ forgotten: 2 })
  for (const query of ['?offset=1', '', '?offset=9']) {
    const response = await feed(query)
    expect([response.statusCode, response.json<object>()]).toEqual([410, expect.objectContaining({ type: '/problems/changes-forgotten', forgotten: 2, latest: 3 })])
  }
  expect((await feed('?offset=2')).json<Feed>().changes).toHaveLength(1)
})

test.each(['?offset=-1', '?offset=x', '?limit=0', '?wait=soon', '?includemetadata=yes', '?offset=1&offset=2'])('%s is refused', async (query) => {
  expect((await service.get(`/changefeed${query}`)).statusCode).toBe(400)
})
