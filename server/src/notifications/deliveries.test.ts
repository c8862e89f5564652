/** Messages reach people by the ways the rules and they themselves allow, are tried again, and are seen where they were given up. */
import { createECDH, createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { NotificationDeliveryPage, NotificationRuleList, NotificationSwitches, NotificationWebhookSecret, PushDevices, PushMessage, TestSend } from '@isocenter/contracts'
import { jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accountMemberships, notificationRecipients } from '../organisations/index.ts'
import { aPhone, roleOf } from '../organisations/organisations.fixture.ts'
import { anOrganisationsService, typeOf, type Call, type OrganisationsService, type TestMember } from '../organisations/service.fixture.ts'
import { createSealing, loadSigningKeys } from '../identity/index.ts'
import type { Channel, Text } from './channel.ts'
import { mostAttempts } from './deliveries.ts'
import { anEndpoint, type Endpoint } from './endpoint.fixture.ts'
import { createNotifying, keptMessages, publish, type Notifying } from './index.ts'
import { decrypt } from './push/browser.fixture.ts'

let now = new Date('2026-11-22T04:00:00Z')
let service: OrganisationsService
let notifying: Notifying
let endpoint: Endpoint
const sent: { channel: string; to: string; text: Text }[] = []
const channel = (name: 'email' | 'sms'): Channel => ({
  name, addressOf: ({ email, phone }) => (name === 'email' ? email : phone), deliver: (to, text) => { sent.push({ channel: name, to, text }); return Promise.resolve() },
})

beforeAll(async () => {
  endpoint = await anEndpoint()
  service = await anOrganisationsService(() => now)
  const sealing = createSealing(await loadSigningKeys(service.keysFile))
  notifying = createNotifying({
    db: service.db,
    sealing,
    recipients: notificationRecipients,
    channels: [channel('email'), channel('sms')],
    sessionEnds: () => Promise.resolve(new Map()),
    publicUrl: 'https://pacs.example',
    contact: 'mailto:pacs@example.org',
    trustedOrigins: endpoint.origin, timeZone: 'Asia/Shanghai', now: () => now, onFailure: () => undefined,
  })
})
afterAll(async () => {
  await notifying.live.close()
  await endpoint.close()
  await service.close()
})
beforeEach(() => {
  sent.length = 0
  endpoint.posted.length = 0
  endpoint.answer = 201
})

const deliver = async () => {
  await notifying.telling.tellDue()
  await notifying.deliveries.deliverDue()
}
const withEmail = async ({ accountId }: TestMember, language = 'en') => { await service.db('account').where({ account_id: accountId }).update({ email: `${accountId}@example.org`, language }) }
const offline = (organisationId: string) => service.db.transaction((trx) => publish(trx, { event: 'gateway.offline', organisationId, recordId: 'g1', details: { organisation: 'North', gateway: 'CT room' } }))
const revoked = (organisationId: string) => service.db.transaction((trx) => publish(trx, { event: 'gateway.revoked', organisationId, recordId: 'g1', details: { organisation: 'North', gateway: 'CT room' } }))
const ruleFor = (call: Call, event: string, change: object) => call('PUT', `/notification-rules/${event}`, {
  isOn: true,
  methods: ['inApp', 'email'],
  scope: { roleIds: [], departmentIds: [], membershipIds: [] },
  timing: {},
  ...change,
})
const sessionOf = async (accountId: string) => (await service.db('account_session').where({ account_id: accountId }).first<{ session_id: string }>('session_id')).session_id

async function aBrowser(accountId: string, path = `/push/${randomUUID()}`) {
  const keys = createECDH('prime256v1')
  const auth = randomBytes(16)
  const request = { endpoint: `${endpoint.origin}${path}`, keys: { p256dh: keys.generateKeys('base64url'), auth: auth.toString('base64url') } }
  await notifying.subscriptions.add({ accountId, sessionId: await sessionOf(accountId) }, request)
  return { request, read: (body: Buffer) => JSON.parse(decrypt(body, keys, auth)) as PushMessage }
}

test('by e-mail in the language of who reads it, with the address of the matter and no more', async () => {
  const hospital = await service.organisation('hospital')
  const [chief, reader] = [await hospital.member('full'), await hospital.member('general')]
  for (const person of [chief, reader]) await withEmail(person)
  await offline(hospital.organisationId)
  await deliver()
  expect(sent).toMatchObject([{ channel: 'email', to: `${chief.accountId}@example.org`, text: {
    subject: 'The gateway “CT room” is offline', body: `Images may not be arriving. Check the gateway and its network.\n\nhttps://pacs.example/o/${hospital.organisationId}/admin/gateways?record=g1`,
  } }])
  await deliver()
  expect(sent).toHaveLength(1)
})

test('by e-mail and push to each in the language of the account; to who has not signed in yet in that of who made it', async () => {
  const hospital = await service.organisation('hospital')
  const [chinese, english] = [await hospital.member('full'), await hospital.member('full')]
  await withEmail(chinese, 'zh-CN')
  await withEmail(english, 'en')
  const [one, other] = [await aBrowser(chinese.accountId, '/push/chinese'), await aBrowser(english.accountId, '/push/english')]
  // Nobody has signed in to these, and so nobody has chosen a language there.
  const newcomers = await Promise.all([chinese, english].map(async ({ call }) => {
    const phone = aPhone()
    expect((await call('POST', '/members', { phone, name: 'Newcomer', roleId: await roleOf(service.db, hospital.organisationId, 'full') })).statusCode).toBe(201)
    const [{ account_id: accountId } = { account_id: '' }] = await service.db('account').where({ phone }).update({ email: `${phone}@example.org` }).returning<{ account_id: string }[]>('account_id')
    return { phone, accountId }
  }))
  sent.length = 0
  endpoint.posted.length = 0
  await offline(hospital.organisationId)
  await deliver()
  const subjects = { zh: '网关“CT room”已离线', en: 'The gateway “CT room” is offline' }
  expect(sent.filter(({ channel }) => channel === 'email').map(({ to, text }) => [to, text.subject]).sort()).toEqual([
    [`${chinese.accountId}@example.org`, subjects.zh], [`${english.accountId}@example.org`, subjects.en],
    [`${String(newcomers[0]?.phone)}@example.org`, subjects.zh], [`${String(newcomers[1]?.phone)}@example.org`, subjects.en],
  ].sort())
  const pushed = (path: string) => endpoint.posted.find((post) => post.path === path)?.body ?? Buffer.of()
  expect([one.read(pushed('/push/chinese')), other.read(pushed('/push/english'))]).toMatchObject([
    { title: subjects.zh, body: '影像可能无法上传，请检查网关与网络。' },
    { title: subjects.en, body: 'Images may not be arriving. Check the gateway and its network.' },
  ])
})

test('words that somebody wrote stay inside the product (NTF-12)', async () => {
  const [hospital, team] = [await service.organisation('hospital', 'North'), await service.organisation('team', 'Night')]
  const [chief, leader] = [await hospital.member('full'), await team.member('full')]
  await withEmail(chief)
  const secret = 'Wang XiaoDong ISO-0001'
  const { pairingId } = (await chief.call('POST', '/pairings', { teamNumber: team.number })).json<{ pairingId: string }>()
  await leader.call('POST', `/team/pairings/${pairingId}/declination`, { reason: secret })
  await ruleFor(chief.call, 'pairing.declined', { methods: ['inApp', 'email', 'sms', 'webhook'] })
  await chief.call('PUT', '/notification-webhook', { url: 'https://example.org/x' })
  await service.db('notification_webhook').update({ url: `${endpoint.origin}/told` })
  await deliver()
  expect((await chief.call('GET', '/notifications?language=en')).json()).toMatchObject({ items: [{ event: 'pairing.declined', body: `Reason: ${secret}` }] })
  expect(sent.map((one) => one.channel).sort()).toEqual(['email', 'sms'])
  expect(endpoint.posted).toHaveLength(1)
  expect(JSON.stringify([sent, endpoint.posted.map(({ body }) => body.toString())])).not.toContain('XiaoDong')
})

test('by web push: encrypted for the browser, signed for its push service; one that is gone is forgotten', async () => {
  const hospital = await service.organisation('hospital')
  const chief = await hospital.member('full')
  const [one, two] = [await aBrowser(chief.accountId, '/push/one'), await aBrowser(chief.accountId, '/push/two')]
  await offline(hospital.organisationId)
  await deliver()
  expect(endpoint.posted.map(({ path }) => path).sort()).toEqual(['/push/one', '/push/two'])
  for (const { path, body, headers } of endpoint.posted) {
    expect((path === '/push/one' ? one : two).read(body)).toEqual({ title: '网关“CT room”已离线', body: '影像可能无法上传，请检查网关与网络。', url: `/o/${hospital.organisationId}/admin/gateways?record=g1`, tag: 'gateway.offline:g1' })
    expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'high', ttl: '86400' })
    const [, token = '', key = ''] = /^vapid t=([^,]+), k=(\S+)$/.exec(String(headers.authorization)) ?? []
    expect(key).toBe((await chief.call('GET', '/account/push/key')).json<{ publicKey: string }>().publicKey)
    const point = Buffer.from(key, 'base64url')
    const { payload } = await jwtVerify(token, await crypto.subtle.importKey('raw', point, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']), { audience: endpoint.origin, currentDate: now })
    expect(payload).toMatchObject({ sub: 'mailto:pacs@example.org' })
    expect(Number(payload.exp) - now.getTime() / 1000).toBeLessThanOrEqual(86_400)
  }
  expect(Buffer.concat(endpoint.posted.map(({ body }) => body)).includes('CT room')).toBe(false)

  endpoint.answer = 410
  await offline(hospital.organisationId)
  await deliver()
  expect((await chief.call('GET', '/account/push/subscriptions')).json<PushDevices>().items).toEqual([])
})

test('a browser is pushed to no longer than somebody is signed in there, and what is kept of it opens nothing', async () => {
  const hospital = await service.organisation('hospital')
  const chief = await hospital.member('full')
  const { request } = await aBrowser(chief.accountId)
  expect(JSON.stringify(await service.db('push_subscription').where({ account_id: chief.accountId }), (_key, value: unknown) => (
    value instanceof Buffer ? value.toString('latin1') : value
  ))).not.toContain(request.endpoint)
  expect((await chief.call('POST', '/account/push/subscriptions', { ...request, endpoint: 'http://example.org/push' })).statusCode).toBe(400)
  expect(typeOf(await chief.call('POST', '/account/push/subscriptions', {
    endpoint: 'https://push.example/1',
    keys: { ...request.keys, p256dh: Buffer.alloc(65, 4).toString('base64url') },
  }))).toBe('invalid-push-subscription')
  // The same browser, somebody else at it: his now.
  const other = await hospital.member('general')
  await notifying.subscriptions.add({ accountId: other.accountId, sessionId: await sessionOf(other.accountId) }, request)
  expect((await chief.call('GET', '/account/push/subscriptions')).json()).toEqual({ items: [] })
  await service.db('account_session').where({ account_id: other.accountId }).delete()
  expect(await notifying.subscriptions.targetsOf(other.accountId)).toEqual([])
})

test("the organisation's program knows by the signature that it is us", async () => {
  const hospital = await service.organisation('hospital')
  const { call } = await hospital.member('full')
  expect(typeOf(await call('GET', '/notification-webhook'))).toBe('no-webhook')
  expect(typeOf(await call('PUT', '/notification-webhook', { url: 'http://10.0.0.1/x' }))).toBe('invalid-webhook')
  const { secret } = (await call('PUT', '/notification-webhook', { url: 'https://program.example/told' })).json<NotificationWebhookSecret>()
  expect((await call('GET', '/notification-webhook')).body).not.toContain(secret)
  await service.db('notification_webhook').where({ organisation_id: hospital.organisationId }).update({ url: `${endpoint.origin}/told` })
  await ruleFor(call, 'gateway.revoked', { methods: ['inApp', 'webhook'] })
  await revoked(hospital.organisationId)
  await deliver()
  const [told] = endpoint.posted
  expect(told?.headers['x-isocenter-signature']).toBe(`sha256=${createHmac('sha256', secret).update(told?.body ?? '').digest('hex')}`)
  expect(JSON.parse(String(told?.body))).toMatchObject({ event: 'gateway.revoked', organisationId: hospital.organisationId, link: { recordId: 'g1' }, details: { gateway: 'CT room' }, sentAt: now.toISOString() })
})

test('what is not taken is tried again, later and later, then given up where administrators see it, who can try once more', async () => {
  const hospital = await service.organisation('hospital')
  const [chief, stranger] = [await hospital.member('full'), await (await service.organisation('hospital')).member('full')]
  await aBrowser(chief.accountId)
  endpoint.answer = 503
  await offline(hospital.organisationId)
  await deliver()
  const seen = async (query = '') => (await chief.call('GET', `/notification-deliveries${query}`)).json<NotificationDeliveryPage>().items
  expect(await seen()).toMatchObject([{ event: 'gateway.offline', method: 'webPush', state: 'waiting', attempts: 1, failure: 'undelivered', recipient: 'Li Hua', dueAt: new Date(now.getTime() + 15_000).toISOString() }])
  await deliver()
  expect(endpoint.posted).toHaveLength(1)
  for (let turn = 1; turn < mostAttempts; turn++) {
    now = new Date(now.getTime() + 3_600_000)
    await deliver()
  }
  expect(endpoint.posted).toHaveLength(mostAttempts)
  const [dead] = await seen('?state=dead')
  expect(dead).toMatchObject({ state: 'dead', attempts: mostAttempts })
  await notifying.telling.tellDue()
  expect((await chief.call('GET', '/notifications')).json()).toMatchObject({ items: [{ event: 'delivery.failed' }, { event: 'gateway.offline' }] })
  expect((await stranger.call('GET', '/notification-deliveries')).json()).toEqual({ items: [] })
  expect(typeOf(await stranger.call('POST', `/notification-deliveries/${String(dead?.deliveryId)}/renewal`))).toBe('no-such-delivery')

  endpoint.answer = 201
  expect((await chief.call('POST', `/notification-deliveries/${String(dead?.deliveryId)}/renewal`)).statusCode).toBe(204)
  await deliver()
  expect(await seen('?state=delivered')).toMatchObject([{ deliveryId: dead?.deliveryId }])
  expect(typeOf(await chief.call('POST', `/notification-deliveries/${String(dead?.deliveryId)}/renewal`))).toBe('delivery-not-dead')
})

test("an administrator's rule is the ceiling; a person only takes away from it; safety nobody takes away", async () => {
  const hospital = await service.organisation('hospital')
  const [chief, other] = [await hospital.member('full'), await hospital.member('full')]
  for (const person of [chief, other]) await withEmail(person)
  const { events } = (await chief.call('PATCH', '/account/notification-switches', { muted: ['gateway.revoked', 'gateway.offline'] }))
    .json<NotificationSwitches>()
  expect(events.filter(({ isMuted }) => isMuted)).toEqual([{ event: 'gateway.revoked', isMuted: true, canBeMuted: true }])
  await ruleFor(chief.call, 'gateway.revoked', {})
  await revoked(hospital.organisationId)
  await offline(hospital.organisationId)
  await deliver()
  const told = () => sent.map(({ to, text }) => [to.slice(0, 36), text.subject.includes('offline')])
  expect(told().sort()).toEqual([[chief.accountId, true], [other.accountId, false], [other.accountId, true]].sort())

  sent.length = 0
  await ruleFor(chief.call, 'gateway.revoked', { isOn: false })
  await revoked(hospital.organisationId)
  await deliver()
  expect(sent).toEqual([])
  expect((await other.call('GET', '/notifications')).json<{ items: { event: string }[] }>().items.map(({ event }) => event)).toEqual(['gateway.offline', 'gateway.revoked'])
})

test('a rule may be narrowed to roles, departments or members', async () => {
  const hospital = await service.organisation('hospital')
  const [chief, other] = [await hospital.member('full'), await hospital.member('full')]
  for (const person of [chief, other]) await withEmail(person)
  await ruleFor(chief.call, 'gateway.revoked', { scope: { roleIds: [], departmentIds: [], membershipIds: [other.membershipId] } })
  await revoked(hospital.organisationId)
  await deliver()
  expect(sent.map(({ to }) => to)).toEqual([`${other.accountId}@example.org`])
})

test('a digest is one message at its hour; in the quiet time nothing leaves', async () => {
  const hospital = await service.organisation('hospital')
  const chief = await hospital.member('full')
  await withEmail(chief)
  now = new Date('2026-12-01T14:30:00Z') // half past ten in the evening in Shanghai
  await service.db('account_session').update({ expires_at: new Date('2027-12-01'), last_active_at: now })
  await ruleFor(chief.call, 'gateway.revoked', { timing: { digestAt: '08:00', quiet: { from: '22:00', to: '07:00' } } })
  for (let turn = 0; turn < 3; turn++) await revoked(hospital.organisationId)
  await deliver()
  expect(sent).toEqual([])
  expect((await chief.call('GET', '/notifications/counts')).json()).toMatchObject({ unread: 3 })
  now = new Date('2026-12-01T23:59:00Z')
  await deliver()
  expect(sent).toEqual([])
  now = new Date('2026-12-02T00:00:30Z')
  await deliver()
  expect(sent).toMatchObject([{ text: { subject: '3 notifications' } }])
})

test('who has left meanwhile is not told any more', async () => {
  const hospital = await service.organisation('hospital')
  const [chief, other] = [await hospital.member('full'), await hospital.member('full')]
  await withEmail(other)
  await ruleFor(chief.call, 'gateway.revoked', { timing: { digestAt: '08:00' } })
  await revoked(hospital.organisationId)
  await notifying.telling.tellDue()
  expect((await chief.call('POST', `/members/${other.membershipId}/suspension`)).statusCode).toBe(204)
  now = new Date(now.getTime() + 86_400_000)
  await notifying.deliveries.deliverDue()
  expect(sent.filter(({ text }) => text.subject.includes('CT room'))).toEqual([])
})

test('of two administrators one learns that the other was first; the product\'s rule can come back', async () => {
  const { call } = await (await service.organisation('hospital')).member('full')
  const ruleOf = async () => (await call('GET', '/notification-rules?language=en')).json<NotificationRuleList>().items.find(({ event }) => event === 'gateway.revoked')
  expect(await ruleOf()).toMatchObject({ title: 'Gateway revoked', isDefault: true, version: 0, recipients: { kind: 'permission', permission: 'gateway.manage' } })
  const body = { isOn: true, methods: ['inApp'], scope: { roleIds: [], departmentIds: [], membershipIds: [] }, timing: {} }
  expect((await call('PUT', '/notification-rules/gateway.revoked', body, { 'if-match': '"0"' })).headers.etag).toBe('"1"')
  expect(typeOf(await call('PUT', '/notification-rules/gateway.revoked', body, { 'if-match': '"0"' }))).toBe('rule-changed-meanwhile')
  expect(typeOf(await call('PUT', '/notification-rules/gateway.offline', { ...body, isOn: false }))).toBe('invalid-notification-rule')
  expect(typeOf(await call('PUT', '/notification-rules/no.such', body))).toBe('bad-request')
  await call('DELETE', '/notification-rules/gateway.revoked')
  expect(await ruleOf()).toMatchObject({ isDefault: true, methods: ['inApp', 'webPush'] })
})

test('a test is sent to who asks, in every way of the rule, and says what came of each', async () => {
  const hospital = await service.organisation('hospital')
  const [chief, other] = [await hospital.member('full'), await hospital.member('full')]
  for (const person of [chief, other]) await withEmail(person)
  await ruleFor(chief.call, 'gateway.revoked', { methods: ['inApp', 'webPush', 'email', 'sms', 'webhook'] })
  // The service has no channels of its own: what is sent is put by.
  expect((await chief.call('POST', '/notification-rules/gateway.revoked/test')).json<TestSend>().results).toEqual([
    { method: 'inApp', outcome: 'sent' }, { method: 'webPush', outcome: 'unreachable' }, { method: 'email', outcome: 'kept' }, { method: 'sms', outcome: 'kept' }, { method: 'webhook', outcome: 'unreachable' },
  ])
  const access = {
    actor: { kind: 'account', id: chief.accountId },
    organisationId: hospital.organisationId,
    permissions: (await accountMemberships.accessOf(
      service.db,
      { accountId: chief.accountId, sessionId: await sessionOf(chief.accountId) },
      hospital.organisationId,
    ))?.permissions
      ?? new Set(),
    studies: 'all',
  } as const
  expect((await notifying.rules.test(access, 'gateway.revoked')).results).toContainEqual({ method: 'email', outcome: 'sent' })
  expect(sent.map(({ to, text }) => [to, text.subject]).sort()).toEqual([[chief.phone, 'Test: Gateway revoked'], [`${chief.accountId}@example.org`, 'Test: Gateway revoked']].sort())
  expect(sent[0]?.text).toMatchObject({ brief: 'Test: Gateway revoked. This is a test message.', template: { name: 'notification.test', language: 'en', parameters: { about: 'gateway.revoked' } } })
})

test('where there is no channel, messages are put by in the local outbox', async () => {
  const hospital = await service.organisation('hospital')
  const chief = await hospital.member('full')
  await withEmail(chief)
  await offline(hospital.organisationId)
  await service.notifying.telling.tellDue()
  await service.notifying.deliveries.deliverDue()
  const kept = (await keptMessages(service.db, 'https://pacs.example')).filter(({ recipient }) => recipient.phone === chief.phone)
  expect(kept).toMatchObject([{ method: 'email', recipient: { email: `${chief.accountId}@example.org` }, text: { subject: 'The gateway “CT room” is offline' } }])
  expect((await chief.call('GET', '/notification-deliveries')).json<NotificationDeliveryPage>().items).toMatchObject([{ state: 'kept', method: 'email' }])
})
