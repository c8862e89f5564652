/** Every route of notifications × every built-in role; and what is another organisation's is not there. */
import { organisationKinds } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtInRoles } from '../organisations/built-in-roles.ts'
import { anOrganisationsService, typeOf, type Method, type OrganisationsService } from '../organisations/service.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

const nowhere = '00000000-0000-4000-8000-000000000000'
const rule = { isOn: true, methods: ['inApp'], scope: { roleIds: [], departmentIds: [], membershipIds: [] }, timing: {} }

/** Route, what it asks for, what is sent, and what who may is answered. */
const routes: readonly (readonly [Method, string, string, object | undefined, string])[] = [
  ['GET', '/notification-rules', 'admin.notify', undefined, '200'],
  ['PUT', '/notification-rules/role.changed', 'admin.notify', rule, '200'],
  ['DELETE', '/notification-rules/role.changed', 'admin.notify', undefined, '200'],
  ['POST', '/notification-rules/role.changed/test', 'admin.notify', undefined, '200'],
  ['GET', '/notification-webhook', 'admin.notify', undefined, 'no-webhook'],
  ['PUT', '/notification-webhook', 'admin.notify', { url: 'http://plain.example/x' }, 'invalid-webhook'],
  ['DELETE', '/notification-webhook', 'admin.notify', undefined, '204'],
  ['GET', '/notification-deliveries', 'admin.notify', undefined, '200'],
  ['POST', `/notification-deliveries/${nowhere}/renewal`, 'admin.notify', undefined, 'no-such-delivery'],
  ['GET', '/notifications', 'signedIn', undefined, '200'],
  ['GET', '/notifications/counts', 'signedIn', undefined, '200'],
  ['POST', '/notifications/999999999/reading', 'signedIn', undefined, 'no-such-notification'],
  ['POST', '/notifications/reading', 'signedIn', {}, '204'],
  ['GET', '/todos', 'signedIn', undefined, '200'],
  ['GET', '/account/notification-switches', 'signedIn', undefined, '200'],
  ['PATCH', '/account/notification-switches', 'signedIn', { muted: [] }, '200'],
  ['GET', '/account/push/key', 'signedIn', undefined, '200'],
  ['GET', '/account/push/subscriptions', 'signedIn', undefined, '200'],
  ['POST', '/account/push/subscriptions', 'signedIn', {}, 'bad-request'],
  ['DELETE', `/account/push/subscriptions/${nowhere}`, 'signedIn', undefined, 'no-such-push-subscription'],
]
/** Never ends by itself: looked at in live/live.test.ts. */
const stream = 'GET /api/events signedIn'

const cases = organisationKinds.flatMap((kind) => builtInRoles(kind).map((role) => ({ kind, ...role })))

describe.each(cases)('$kind: $builtIn', ({ kind, builtIn, permissions }) => {
  test('manages notifications where the role says so, and reads its own in any case', async () => {
    const { call } = await (await service.organisation(kind)).member(builtIn)
    const held = new Set<string>(['signedIn', ...permissions])
    for (const [method, path, policy, body, answer] of routes) {
      // Management may ask for a second factor besides; whoever has not the permission is refused in any case.
      const got = typeOf(await call(method, path, body))
      expect([method, path, got]).toEqual([method, path, held.has(policy) ? answer : 'forbidden'])
    }
  })
})

test('the table has every route of notifications, by what it asks for', async () => {
  const { paths } = (await service.app.inject('/api/openapi.json')).json<{ paths: Record<string, Record<string, { tags?: string[]; security?: { bearer?: string[] }[] }>> }>()
  const served = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).flatMap(([method, { tags = [], security = [] }]) =>
    (['Notifications', 'Notification rules'].includes(tags[0] ?? '') ? [`${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '*')} ${security[0]?.bearer?.[0] ?? 'signedIn'}`] : [])))
  const listed = routes.map(([method, path, policy]) => `${method} /api${path.replace(nowhere, '*').replace('999999999', '*').replace('role.changed', '*')} ${policy}`)
  expect([...listed, stream].sort()).toEqual(served.sort())
})

test('without a session nobody is told anything; of an organisation one is no member of, nothing is managed', async () => {
  const { call } = await service.stranger()
  const [own, other] = [await service.organisation('hospital'), await service.organisation('hospital')]
  const { accountId } = await own.member('full')
  const elsewhere = await service.callAs(accountId, other.organisationId)
  for (const [method, path, policy, body] of routes) {
    expect([path, (await call(method, path, body, { cookie: '' })).statusCode]).toEqual([path, 401])
    if (policy === 'admin.notify') for (const outside of [call, elsewhere]) expect([path, (await outside(method, path, body)).statusCode]).toEqual([path, 403])
  }
})

test("another organisation's rules and program stay its own", async () => {
  const [mine, theirs] = [await service.organisation('hospital'), await service.organisation('hospital')]
  const [me, they] = [await mine.member('full'), await theirs.member('full')]
  await they.call('PUT', '/notification-webhook', { url: 'https://theirs.example/told' })
  await they.call('PUT', '/notification-rules/role.changed', { ...rule, isOn: false })
  const before = await service.db('notification_rule').where({ organisation_id: theirs.organisationId })
  expect(typeOf(await me.call('GET', '/notification-webhook'))).toBe('no-webhook')
  expect((await me.call('GET', '/notification-rules')).json<{ items: { event: string }[] }>().items.find(({ event }) => event === 'role.changed')).toMatchObject({ isOn: true, isDefault: true })
  await me.call('PUT', '/notification-rules/role.changed', { ...rule, methods: ['inApp', 'email'] })
  await me.call('DELETE', '/notification-webhook')
  expect(await service.db('notification_rule').where({ organisation_id: theirs.organisationId })).toEqual(before)
  expect((await they.call('GET', '/notification-webhook')).json()).toMatchObject({ url: 'https://theirs.example/told' })
})
