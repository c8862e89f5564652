/** What open pages hear: each what its account may know, without a gap over a line that broke, and no longer than the session lives. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { roleOf } from '../../organisations/organisations.fixture.ts'
import { anOrganisationsService, type OrganisationsService } from '../../organisations/service.fixture.ts'
import { aHospital, stored } from '../../studies/studies.fixture.ts'
import { openTodo, publish, tell } from '../index.ts'
import { listen, type Listener } from './live.fixture.ts'

let service: OrganisationsService
let url: string
beforeAll(async () => {
  service = await anOrganisationsService()
  url = `${await service.app.listen({ host: '127.0.0.1', port: 0 })}/api/events`
})
afterAll(() => service.close())

const open: Listener[] = []
afterEach(() => { for (const one of open.splice(0)) one.close() })

async function aSession(accountId: string, lastActiveAt = new Date()): Promise<{ sessionId: string; cookie: string }> {
  const token = randomBytes(32).toString('base64url')
  const sessionId = randomUUID()
  await service.db('account_session').insert({
    session_id: sessionId, account_id: accountId, token_sha256: createHash('sha256').update(token).digest(), is_remembered: false, created_at: lastActiveAt, last_active_at: lastActiveAt,
    expires_at: new Date(lastActiveAt.getTime() + 12 * 3_600_000), address: '192.0.2.1',
  })
  return { sessionId, cookie: `__Host-isocenter-session=${token}` }
}
async function aPage(accountId: string, options: { cookie?: string; lastEventId?: string } = {}): Promise<Listener> {
  const page = await listen(url, { origin: 'https://pacs.example', cookie: options.cookie ?? (await aSession(accountId)).cookie, ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }) })
  open.push(page)
  return page
}
const names = ({ heard }: Listener) => heard.map(({ name }) => name)

test('a page hears at once what its account is told, and no page of anybody else does', async () => {
  const hospital = await service.organisation('hospital')
  const [administrator, reader] = [await hospital.member('full'), await hospital.member('general')]
  const [mine, again, theirs] = [await aPage(administrator.accountId), await aPage(administrator.accountId), await aPage(reader.accountId)]
  expect(await mine.next('stream.open')).toMatchObject({ data: { isResumed: false } })
  await service.db.transaction((trx) => publish(trx, { event: 'gateway.enrolled', organisationId: hospital.organisationId, details: { organisation: 'x', gateway: 'y' } }))
  await service.notifying.telling.tellDue()
  for (const page of [mine, again]) expect(await page.next('notification.added')).toMatchObject({ data: { event: 'gateway.enrolled', organisationId: hospital.organisationId } })
  await administrator.call('POST', '/notifications/reading', {})
  await again.next('notification.read')
  expect(names(theirs)).toEqual(['stream.open'])
})

test('to an organisation is told what its members may know: by permission, and never to another', async () => {
  const [team, other] = [await service.organisation('team'), await service.organisation('team')]
  const [full, finance, stranger] = [await team.member('full'), await team.member('finance'), await other.member('full')]
  const pages = await Promise.all([full, finance, stranger].map(({ accountId }) => aPage(accountId)))
  await service.db.transaction((trx) => openTodo(trx, { kind: 'pairing.answer', organisationId: team.organisationId, recordId: 'a', details: { organisation: 'x', other: 'y' } }))
  await pages[0]?.next('todo.changed')
  await tell(service.db, 'todo.changed', { accountIds: [finance.accountId, stranger.accountId] }, { kind: 'invitation.answer' })
  for (const page of pages.slice(1)) expect((await page.next('todo.changed')).data).toEqual({ kind: 'invitation.answer' })
})

test('what a rolled back transaction told is heard by nobody', async () => {
  const { accountId } = await (await service.organisation('hospital')).member('general')
  const page = await aPage(accountId)
  await page.next('stream.open')
  await service.db.transaction(async (trx) => {
    await tell(trx, 'notification.read', { accountIds: [accountId] }, {})
    throw new Error('it went wrong')
  }).catch(() => undefined)
  await tell(service.db, 'todo.changed', { accountIds: [accountId] }, { kind: 'invitation.answer' })
  await page.next('todo.changed')
  expect(names(page)).toEqual(['stream.open', 'todo.changed'])
})

test('who comes back goes on where he was, with what a slow transaction wrote meanwhile', async () => {
  const { accountId } = await (await service.organisation('hospital')).member('general')
  const page = await aPage(accountId)
  await page.next('stream.open')
  // Its number is lower than those of the events that are heard before it commits.
  const slow = await service.db.transaction()
  await tell(slow, 'todo.changed', { accountIds: [accountId] }, { kind: 'pairing.answer' })
  await tell(service.db, 'notification.read', { accountIds: [accountId] }, {})
  await page.next('notification.read')
  page.close()
  await slow.commit()
  await tell(service.db, 'todo.changed', { accountIds: [accountId] }, { kind: 'credential.verify' })

  const back = await aPage(accountId, { lastEventId: page.lastEventId() })
  expect(await back.next('stream.open')).toMatchObject({ data: { isResumed: true } })
  expect([(await back.next('todo.changed')).data, (await back.next('todo.changed')).data].map(({ kind }) => kind).sort()).toEqual(['credential.verify', 'pairing.answer'])
  // And what comes now comes as before.
  await tell(service.db, 'notification.read', { accountIds: [accountId] }, {})
  await back.next('notification.read')
  await pause(50)
  const third = await aPage(accountId, { lastEventId: back.lastEventId() })
  await third.next('stream.open')
})

test('a page that was away for longer than is remembered is told to read anew', async () => {
  const { accountId } = await (await service.organisation('hospital')).member('general')
  for (const lastEventId of ['1-1000', '999999999999-99999999999', 'nonsense']) expect((await (await aPage(accountId, { lastEventId })).next('stream.open')).data).toEqual({ isResumed: false })
})

test('a stream ends with its session, whoever ends it, and with no other', async () => {
  const { accountId } = await (await service.organisation('hospital')).member('general')
  const [one, two] = [await aSession(accountId), await aSession(accountId)]
  const [first, second] = [await aPage(accountId, one), await aPage(accountId, two)]
  await first.next('stream.open')
  await service.db('account_session').where({ session_id: one.sessionId }).delete()
  await first.next('session.ended')
  await first.ended
  await tell(service.db, 'notification.read', { accountIds: [accountId] }, {})
  await second.next('notification.read')
})

test('listening is no operation: it does not keep the session', async () => {
  const { accountId } = await (await service.organisation('hospital')).member('general')
  const before = new Date(Date.now() - 5 * 60_000)
  const { sessionId, cookie } = await aSession(accountId, before)
  await (await aPage(accountId, { cookie })).next('stream.open')
  const active = async () => (await service.db('account_session').where({ session_id: sessionId }).first<{ last_active_at: Date }>('last_active_at')).last_active_at
  expect(await active()).toEqual(before)
  expect((await service.app.inject({ url: '/api/notifications/counts', headers: { cookie, 'sec-fetch-site': 'same-origin' } })).statusCode).toBe(200)
  expect(await active()).not.toEqual(before)
})

test('who becomes a member hears of the organisation from then on; who is suspended, no more', async () => {
  const hospital = await service.organisation('hospital')
  const { accountId } = await service.stranger()
  const page = await aPage(accountId)
  await page.next('stream.open')
  const role = await roleOf(service.db, hospital.organisationId, 'general')
  const become = (state: string) => service.db.transaction(async (trx) => {
    await trx('membership').insert({ organisation_id: hospital.organisationId, account_id: accountId, role_id: role, state }).onConflict(['organisation_id', 'account_id']).merge({ state })
    await tell(trx, 'membership.changed', { accountIds: [accountId] }, { organisationId: hospital.organisationId })
  })
  await become('active')
  await page.next('membership.changed')
  await tell(service.db, 'todo.changed', { organisationId: hospital.organisationId }, { kind: 'credential.verify' })
  await page.next('todo.changed')
  await become('suspended')
  await page.next('membership.changed')
  await tell(service.db, 'todo.changed', { organisationId: hospital.organisationId }, { kind: 'credential.verify' })
  await tell(service.db, 'notification.read', { accountIds: [accountId] }, {})
  await page.next('notification.read')
  expect(names(page).filter((name) => name === 'todo.changed')).toHaveLength(1)
})

test('of studies that arrive, who may see studies hears, once a second at most', async () => {
  const hospital = await service.organisation('hospital')
  const [reader, finance] = [await hospital.member('general'), await hospital.member('finance')]
  const [page, blind] = [await aPage(reader.accountId), await aPage(finance.accountId)]
  await page.next('stream.open')
  for (let turn = 0; turn < 20; turn++) await service.db.raw('select pg_notify(?, ?)', ['isocenter_change', hospital.organisationId])
  await page.next('study.arrived')
  await page.next('study.arrived', 3_000)
  await pause(300)
  expect(names(page).filter((name) => name === 'study.arrived')).toHaveLength(2)
  expect(names(blind)).toEqual(['stream.open'])
})

test('of a correction hears who may see studies of that organisation, and which study it is of; nobody else', async () => {
  const [hospital, elsewhere] = [await aHospital(service), await aHospital(service)]
  const finance = await hospital.member('finance')
  const { StudyInstanceUID } = await stored(hospital, { PatientID: 'P-1' })
  const [page, ...others] = await Promise.all([hospital.doctor, finance, elsewhere.administrator].map(({ accountId }) => aPage(accountId)))
  for (const one of [page, ...others]) await one?.next('stream.open')
  const correct = (PatientID: string) => hospital.administrator.call('PATCH', `/studies/${StudyInstanceUID}/case`, { corrections: { PatientID } }, { 'if-match': '"0"' })
  expect((await correct('P-2')).statusCode).toBe(200)
  expect(await page?.next('study.corrected')).toEqual({ name: 'study.corrected', data: { organisationId: hospital.organisationId, StudyInstanceUID } })
  // What was refused has changed nothing.
  expect((await correct('P-3')).statusCode).toBe(412)
  await tell(service.db, 'notification.read', { accountIds: [hospital.doctor, finance, elsewhere.administrator].map(({ accountId }) => accountId) }, {})
  for (const one of [page, ...others]) await one?.next('notification.read')
  expect([page, ...others].map((one) => one?.heard.filter(({ name }) => name === 'study.corrected').length)).toEqual([1, 0, 0])
})

test('a session has so many streams and no more, and without one there is none', async () => {
  const { accountId } = await (await service.organisation('hospital')).member('general')
  const { cookie } = await aSession(accountId)
  const pages = await Promise.all(Array.from({ length: 30 }, () => aPage(accountId, { cookie })))
  expect(pages.every(({ status }) => status === 200)).toBe(true)
  expect((await aPage(accountId, { cookie })).status).toBe(429)
  pages[0]?.close()
  await pause(200)
  expect((await aPage(accountId, { cookie })).status).toBe(200)
  expect((await fetch(url)).status).toBe(401)
})

test('a page that does not read what it is sent is let go; what it missed does not pile up here', async () => {
  const { accountId } = await (await service.organisation('hospital')).member('general')
  const { cookie } = await aSession(accountId)
  const stuck = await new Promise<IncomingMessage>((resolve, reject) => { get(url, { headers: { cookie, 'sec-fetch-site': 'same-origin' } }, resolve).on('error', reject) })
  stuck.pause()
  const large = 'x'.repeat(200_000)
  // More than lines and their buffers hold: 20 MB.
  for (let turn = 0; turn < 100; turn++) await tell(service.db, 'session.ending', { accountIds: [accountId] }, { signsOutAt: large })
  await pause(500)
  let bytes = 0
  stuck.on('data', (chunk: Buffer) => { bytes += chunk.length })
  stuck.resume()
  await new Promise((resolve) => { stuck.on('close', resolve).on('error', resolve) })
  expect(bytes).toBeLessThan(100 * large.length)
})
