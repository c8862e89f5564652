/** What people are told: each event reaches those it is for, once, and nobody else. */
import type { NotificationCounts, NotificationPage, TodoPage } from '@isocenter/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anOrganisationsService, typeOf, type OrganisationsService } from '../organisations/service.fixture.ts'
import { closeTodo, openTodo, publish } from './index.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

const aDevice = '11111111-2222-4333-8444-555555555555'

test('who holds the permission of an event is told, and nobody else', async () => {
  const [hospital, other] = [await service.organisation('hospital', 'North'), await service.organisation('hospital', 'South')]
  const [administrator, reader, stranger] = [await hospital.member('full'), await hospital.member('general'), await other.member('full')]
  await service.db.transaction((trx) => publish(trx, { event: 'gateway.offline', organisationId: hospital.organisationId, recordId: aDevice, details: { organisation: 'North', gateway: 'CT room' } }))
  await service.notifying.telling.tellDue()

  const { items } = (await administrator.call('GET', '/notifications?language=en')).json<NotificationPage>()
  expect(items).toMatchObject([{
    event: 'gateway.offline', title: 'The gateway “CT room” is offline', isUrgent: true, organisation: { organisationId: hospital.organisationId, name: 'North' },
    link: { path: `/o/${hospital.organisationId}/admin/gateways`, recordId: aDevice },
  }])
  for (const { call } of [reader, stranger]) expect((await call('GET', '/notifications')).json<NotificationPage>().items).toEqual([])
})

test('an alarm is told in words, and one that comes and goes is one unread message until it is read or a day has gone', async () => {
  const hospital = await service.organisation('hospital', 'North')
  const { call } = await hospital.member('full')
  const alarm = async (code: string) => {
    await service.db.transaction((trx) => publish(trx, { event: 'gateway.alarm', organisationId: hospital.organisationId, recordId: aDevice, details: { organisation: 'North', gateway: 'vm', code } }))
    await service.notifying.telling.tellDue()
  }
  const unread = async (language = 'en') => (await call('GET', `/notifications?unread=true&language=${language}`)).json<NotificationPage>().items
  for (let turn = 0; turn < 3; turn++) await alarm('spoolNearlyFull')
  expect(await unread()).toMatchObject([{ title: 'Gateway “vm”: The disk is nearly full', body: expect.stringContaining('free disk space') as unknown }])
  expect(await unread('zh-CN')).toMatchObject([{ title: '网关“vm”：磁盘即将用满' }])
  await alarm('spoolFull')
  expect(await unread()).toHaveLength(2)

  await call('POST', '/notifications/reading', {})
  await alarm('spoolNearlyFull')
  expect(await unread()).toHaveLength(1)
  await service.db('notification_event').where({ organisation_id: hospital.organisationId }).update({ created_at: new Date(Date.now() - 25 * 3_600_000) })
  await alarm('spoolNearlyFull')
  expect(await unread()).toHaveLength(2)
})

test('read once stays read; all are read up to what one has seen', async () => {
  const { call, accountId } = await (await service.organisation('hospital')).member('general')
  const other = await (await service.organisation('hospital')).member('general')
  const tell = () => service.db.transaction((trx) => publish(trx, { event: 'account.password-changed', organisationId: '1', accountId, details: {} }))
  for (let turn = 0; turn < 3; turn++) await tell()
  await service.notifying.telling.tellDue()
  const counts = async () => (await call('GET', '/notifications/counts')).json<NotificationCounts>()
  expect(await counts()).toEqual({ unread: 3, todos: 0 })

  const [newest] = (await call('GET', '/notifications')).json<NotificationPage>().items
  expect(typeOf(await other.call('POST', `/notifications/${String(newest?.notificationId)}/reading`))).toBe('no-such-notification')
  expect((await call('POST', `/notifications/${String(newest?.notificationId)}/reading`)).statusCode).toBe(204)
  expect(await counts()).toMatchObject({ unread: 2 })
  const first = (await call('GET', `/notifications/?unread=true&limit=1`)).json<NotificationPage>()
  await tell()
  await service.notifying.telling.tellDue()
  expect((await call('POST', '/notifications/reading', { upTo: String(first.items[0]?.notificationId) })).statusCode).toBe(204)
  expect(await counts()).toMatchObject({ unread: 1 })
  expect((await call('POST', '/notifications/reading', {})).statusCode).toBe(204)
  expect(await counts()).toMatchObject({ unread: 0 })
})

test('pages go on where the last one ended, and nothing is left out or told twice', async () => {
  const { call, accountId } = await (await service.organisation('hospital')).member('general')
  for (let turn = 0; turn < 7; turn++) await service.db.transaction((trx) => publish(trx, { event: 'account.unfrozen', organisationId: '1', accountId, details: {} }))
  await service.notifying.telling.tellDue()
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page: NotificationPage = (await call('GET', `/notifications?limit=3${cursor === undefined ? '' : `&cursor=${cursor}`}`)).json()
    seen.push(...page.items.map(({ notificationId }) => notificationId))
    cursor = page.next
  } while (cursor !== undefined)
  expect(seen.length).toBe(7)
  expect([...new Set(seen)].sort((a, b) => Number(b) - Number(a))).toEqual(seen)
})

test('who has left an organisation sees nothing of it any more, but that he is out', async () => {
  const hospital = await service.organisation('hospital', 'North')
  const member = await hospital.member('full')
  await hospital.member('full')
  const own = { organisationId: hospital.organisationId, details: { organisation: 'North' } }
  await service.db.transaction(async (trx) => {
    await publish(trx, { ...own, event: 'upload-code.rotated' })
    await publish(trx, { ...own, event: 'membership.removed', accountId: member.accountId })
  })
  await service.notifying.telling.tellDue()
  const events = async () => (await member.call('GET', '/notifications')).json<NotificationPage>().items.map(({ event }) => event)
  expect(await events()).toEqual(['membership.removed', 'upload-code.rotated'])
  await service.db('membership').where({ membership_id: member.membershipId }).update({ state: 'removed' })
  expect(await events()).toEqual(['membership.removed'])
  expect((await member.call('GET', '/notifications/counts')).json()).toMatchObject({ unread: 1 })
})

test('who did it is not told of it, and what is said to nobody reaches nobody', async () => {
  const hospital = await service.organisation('hospital')
  const [one, two] = [await hospital.member('full'), await hospital.member('full')]
  await service.db.transaction(async (trx) => {
    await publish(trx, { event: 'upload-code.rotated', organisationId: hospital.organisationId, exceptAccountId: one.accountId, details: { organisation: 'x' } })
    await publish(trx, { event: 'invitation.received', organisationId: hospital.organisationId, accountId: undefined, details: { organisation: 'x', days: 7 } })
  })
  await service.notifying.telling.tellDue()
  expect((await one.call('GET', '/notifications')).json<NotificationPage>().items).toEqual([])
  expect((await two.call('GET', '/notifications')).json<NotificationPage>().items.length).toBe(1)
  expect(await service.db('notification_event').whereNull('told_at').select('event')).toEqual([])
})

test('several processes tell each event once', async () => {
  const hospital = await service.organisation('hospital')
  const { call } = await hospital.member('full')
  for (let turn = 0; turn < 10; turn++) await service.db.transaction((trx) => publish(trx, { event: 'upload-code.rotated', organisationId: hospital.organisationId, details: { organisation: 'x' } }))
  await Promise.all([1, 2, 3].map(() => service.notifying.telling.tellDue()))
  expect((await call('GET', '/notifications')).json<NotificationPage>().items.length).toBe(10)
})

test('a to-do waits for everybody who may do it, and is gone for all when it is done, not when it was looked at', async () => {
  const [team, other] = [await service.organisation('team', 'Night'), await service.organisation('team', 'Day')]
  const [one, two, reader, stranger] = [await team.member('full'), await team.member('full'), await team.member('diagnosingDoctor'), await other.member('full')]
  const which = { kind: 'pairing.answer', organisationId: team.organisationId, recordId: aDevice } as const
  await service.db.transaction((trx) => openTodo(trx, { ...which, details: { organisation: 'Night', other: 'North' } }))
  const open = async (person: typeof one) => (await person.call('GET', '/todos?language=en')).json<TodoPage>().items
  for (const person of [one, two]) expect(await open(person)).toMatchObject([{ title: 'Answer the pairing request of North', link: { path: `/o/${team.organisationId}/admin/pairings`, recordId: aDevice } }])
  expect(await open(one)).toHaveLength(1)
  expect((await two.call('GET', '/notifications/counts')).json()).toEqual({ unread: 0, todos: 1 })
  for (const person of [reader, stranger]) expect(await open(person)).toEqual([])

  await service.db.transaction((trx) => closeTodo(trx, which))
  for (const person of [one, two]) expect(await open(person)).toEqual([])
  expect((await two.call('GET', '/todos?state=closed')).json<TodoPage>().items).toMatchObject([{ outcome: 'done' }])
})

test('a record is named by an id: nothing else gets into an address', async () => {
  await expect(service.db.transaction((trx) => publish(trx, { event: 'upload-code.rotated', organisationId: '1', recordId: 'Wang XiaoDong', details: { organisation: 'x' } }))).rejects.toThrow('by its id')
})
