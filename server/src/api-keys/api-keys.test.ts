/** API keys of programs: made by who may, told once, good for their scopes alone, and over at once when they are revoked. */
import type { ApiKey, ApiKeyPage, ApiKeyScopeList, NewApiKey } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aClock } from '../accounts/accounts.fixture.ts'
import { storeBody } from '../dicomweb/service.fixture.ts'
import { anOrganisationsService, typeOf, type Call, type OrganisationsService } from '../organisations/service.fixture.ts'

const clock = aClock()
let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService(clock.now) })
afterAll(() => service.close())

const inDays = (days: number) => new Date(clock.now().getTime() + days * 86_400_000).toISOString()
const request = (more: object = {}) => ({ name: `Archive ${String(Math.random())}`, scopes: ['system/ImagingStudy.rs'], expiresAt: inDays(30), ...more })
const make = async (call: Call, more: object = {}) => {
  const answer = await call('POST', '/api-keys', request(more))
  expect(answer.statusCode).toBe(201)
  return answer.json<NewApiKey>()
}
const bearing = (key: string) => ({ authorization: `Bearer ${key}` })
const search = (key: string, remoteAddress = '192.0.2.1') => service.app.inject({ url: '/dicom-web/studies', headers: bearing(key), remoteAddress })
const hospital = async (role = 'full') => {
  const organisation = await service.organisation('hospital')
  return { ...organisation, ...await organisation.member(role) }
}

describe('using a key', () => {
  test('a DICOMweb client stores, searches and retrieves by it, in the organisation of the key and within its scopes', async () => {
    const { call } = await hospital()
    const { key } = await make(call, { scopes: ['system/ImagingStudy.crs'] })
    const study = aStudy({ instances: 1 })
    const { contentType, body } = storeBody(study.instances.map((instance) => bytesOf(instance)))
    expect((await service.app.inject({ method: 'POST', url: '/dicom-web/studies', headers: { ...bearing(key), 'content-type': contentType }, payload: body })).statusCode).toBe(200)
    expect((await search(key)).json<unknown[]>()).toHaveLength(1)
    expect((await service.app.inject({ url: `/dicom-web/studies/${study.StudyInstanceUID}/metadata`, headers: bearing(key) })).statusCode).toBe(200)
    const refused = await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${study.StudyInstanceUID}`, headers: bearing(key) })
    expect(refused.statusCode).toBe(403)
    expect(refused.headers['www-authenticate']).toContain('insufficient_scope')
    const { key: other } = await make((await hospital()).call)
    expect((await search(other)).json<unknown[]>()).toEqual([])
  })

  test('no key makes keys, or is a person', async () => {
    const { call } = await hospital()
    const { key } = await make(call, { scopes: ['system/ImagingStudy.crds', 'system/ServiceRequest.cruds', 'system/Procedure.crus', 'system/Organization.r'] })
    for (const url of ['/api/api-keys', '/api/session', '/api/members']) expect([url, (await service.app.inject({ url, headers: bearing(key) })).statusCode]).toEqual([url, 403])
    expect((await service.app.inject({ url: '/api/organisation', headers: bearing(key) })).statusCode).toBe(200)
    expect((await service.app.inject({ url: '/api/modality-worklist', headers: bearing(key) })).statusCode).toBe(200)
  })

  test('a key nobody has is refused as any other credential, in the same words as one that was revoked', async () => {
    const { call } = await hospital()
    const made = await make(call)
    await call('DELETE', `/api-keys/${made.apiKeyId}`)
    const unknown = made.key.slice(0, -4) + (made.key.endsWith('AAAA') ? 'BBBB' : 'AAAA')
    const [revoked, none] = [await search(made.key), await search(unknown)]
    expect([revoked.statusCode, none.statusCode]).toEqual([401, 401])
    expect({ ...revoked.json<object>(), instance: '' }).toEqual({ ...none.json<object>(), instance: '' })
    expect(revoked.headers['www-authenticate']).toBe(none.headers['www-authenticate'])
    for (const malformed of ['isokey_', 'isokey_short', `${made.key}x`]) expect((await search(malformed)).statusCode).toBe(401)
  })

  test('a key ends by itself, and may be given a later end', async () => {
    const { call } = await hospital()
    const { key, apiKeyId } = await make(call, { expiresAt: inDays(1) })
    clock.advance({ days: 1 })
    expect((await search(key)).statusCode).toBe(401)
    expect((await call('GET', `/api-keys/${apiKeyId}`)).json<ApiKey>()).toMatchObject({ state: 'expired', secrets: [], actions: ['edit', 'revoke'] })
    expect(typeOf(await call('POST', `/api-keys/${apiKeyId}/rotation`, {}))).toBe('invalid-api-key')
    expect((await call('PATCH', `/api-keys/${apiKeyId}`, { expiresAt: inDays(2) })).statusCode).toBe(200)
    expect((await search(key)).statusCode).toBe(200)
  })

  test('where addresses are listed it is good from there alone', async () => {
    const { call } = await hospital()
    const { key, addresses, apiKeyId } = await make(call, { addresses: ['192.0.2.128/25', '2001:DB8::/32', '198.51.100.7'] })
    expect(addresses).toEqual(['192.0.2.128/25', '2001:db8::/32', '198.51.100.7/32'])
    const answers = await Promise.all([
      '192.0.2.129', '192.0.2.1', '198.51.100.7', '198.51.100.8', '2001:db8:1::1', '2001:db9::1', '::ffff:192.0.2.130',
    ].map(async (address) => [address, (await search(key, address)).statusCode]))
    expect(answers).toEqual([['192.0.2.129', 200], ['192.0.2.1', 401], ['198.51.100.7', 200], ['198.51.100.8', 401], ['2001:db8:1::1', 200], ['2001:db9::1', 401], ['::ffff:192.0.2.130', 200]])
    await call('PATCH', `/api-keys/${apiKeyId}`, { addresses: [] })
    expect((await search(key, '192.0.2.1')).statusCode).toBe(200)
  })

  test('its last use is told, and written down once in five minutes however often it is used', async () => {
    const { call } = await hospital()
    const { key, apiKeyId } = await make(call)
    const lastUsed = async () => (await call('GET', `/api-keys/${apiKeyId}`)).json<ApiKey>().lastUsedAt
    expect(await lastUsed()).toBeUndefined()
    const first = clock.now().toISOString()
    await search(key)
    clock.advance({ minutes: 4 })
    await Promise.all([search(key), search(key)])
    expect(await lastUsed()).toBe(first)
    clock.advance({ minutes: 2 })
    await search(key)
    expect(await lastUsed()).toBe(clock.now().toISOString())
    expect((await call('GET', `/api-keys/${apiKeyId}`)).json<ApiKey>().secrets[0]).toMatchObject({ lastUsedAddress: '192.0.2.1' })
  })

  test('refusals of a key that is known stand in the trail, not one for each request', async () => {
    const { call, organisationId } = await hospital()
    const { key, apiKeyId } = await make(call, { addresses: ['198.51.100.7'] })
    for (let time = 0; time < 3; time++) await search(key, '192.0.2.66')
    await call('DELETE', `/api-keys/${apiKeyId}`)
    await search(key, '198.51.100.7')
    const trail = await service.db('audit_event')
      .where({ organisation_id: organisationId, action: 'api-key.use' })
      .orderBy('audit_event_id')
      .select<{ actor: string; outcome: string; detail: object }[]>('actor', 'outcome', 'detail')
    expect(trail.map(({ actor, outcome, detail }) => ({ actor, outcome, detail }))).toEqual([
      { actor: `api-key:${apiKeyId}`, outcome: 'refused', detail: { reason: 'address', address: '192.0.2.66' } },
      { actor: `api-key:${apiKeyId}`, outcome: 'refused', detail: { reason: 'revoked', address: '198.51.100.7' } },
    ])
  })
})

describe('making keys', () => {
  test('the key is told once; the database holds no more than its hash', async () => {
    const { call } = await hospital()
    const made = await make(call)
    expect(made.key).toMatch(/^isokey_[\w-]{43}$/)
    expect((await call('GET', `/api-keys/${made.apiKeyId}`)).body).not.toContain(made.key.slice(12))
    expect((await call('GET', '/api-keys')).body).not.toContain(made.key.slice(12))
    const rows = JSON.stringify([await service.db('api_key').select(), await service.db('api_key_secret').select(), await service.db('audit_event').select()])
    expect(rows).not.toContain(made.key.slice(12))
  })

  test('nobody gives a key more than he may do himself', async () => {
    const { call } = await hospital('administrator')
    expect(typeOf(await call('POST', '/api-keys', request({ scopes: ['system/ImagingStudy.crs'] })))).toBe('scope-not-held')
    expect(typeOf(await call('POST', '/api-keys', request({ scopes: ['system/Procedure.cu'] })))).toBe('scope-not-held')
    expect((await call('POST', '/api-keys', request())).statusCode).toBe(201)
    const { items } = (await call('GET', '/api-keys/scopes')).json<ApiKeyScopeList>()
    expect(items.filter(({ mayGive }) => mayGive).map(({ scope }) => scope)).toEqual([
      'system/ImagingStudy.s', 'system/ImagingStudy.r', 'system/ImagingStudy.d', 'system/ServiceRequest.rs', 'system/Procedure.rs',
      'system/Organization.r',
    ])
  })

  test('nor a new secret, or a longer life, to a key that may do more', async () => {
    const organisation = await service.organisation('hospital')
    const { apiKeyId } = await make((await organisation.member('full')).call, { scopes: ['system/ImagingStudy.c'] })
    const { call } = await organisation.member('administrator')
    expect(typeOf(await call('POST', `/api-keys/${apiKeyId}/rotation`, {}))).toBe('scope-not-held')
    expect(typeOf(await call('PATCH', `/api-keys/${apiKeyId}`, { expiresAt: inDays(300) }))).toBe('scope-not-held')
    expect((await call('DELETE', `/api-keys/${apiKeyId}`)).statusCode).toBe(204)
  })

  test.each([
    ['a scope of nothing', { scopes: ['system/Patient.rs'] }, 'invalid-api-key'],
    ['a letter that does nothing', { scopes: ['system/ImagingStudy.rus'] }, 'invalid-api-key'],
    ['half of what must go together', { scopes: ['system/ServiceRequest.r'] }, 'invalid-api-key'],
    ['no letters', { scopes: ['system/ImagingStudy.'] }, 'invalid-api-key'],
    ['letters in another order', { scopes: ['system/ImagingStudy.sr'] }, 'bad-request'],
    ['a scope of a patient', { scopes: ['patient/ImagingStudy.rs'] }, 'bad-request'],
    ['no scope', { scopes: [] }, 'bad-request'], ['an end that is over', { expiresAt: inDays(-1) }, 'invalid-api-key'], ['no end to speak of', { expiresAt: inDays(800) }, 'invalid-api-key'],
    ['an address that is none', { addresses: ['192.0.2.0/33'] }, 'invalid-api-key'], ['a name for an address', { addresses: ['pacs.example'] }, 'invalid-api-key'], ['no name', { name: ' ' }, 'bad-request'],
  ])('%s is refused', async (_what, more, problem) => {
    expect(typeOf(await (await hospital()).call('POST', '/api-keys', request(more)))).toBe(problem)
  })

  test('a name belongs to one key until that is revoked', async () => {
    const { call } = await hospital()
    const { apiKeyId } = await make(call, { name: 'Viewer' })
    expect(typeOf(await call('POST', '/api-keys', request({ name: 'viewer' })))).toBe('api-key-name-taken')
    await call('DELETE', `/api-keys/${apiKeyId}`)
    await make(call, { name: 'viewer' })
  })

  test('what was changed meanwhile is not changed over', async () => {
    const { call } = await hospital()
    const { apiKeyId } = await make(call)
    expect((await call('PATCH', `/api-keys/${apiKeyId}`, { name: 'PACS' }, { 'if-match': '"1"' })).headers['etag']).toBe('"2"')
    expect(typeOf(await call('PATCH', `/api-keys/${apiKeyId}`, { name: 'RIS' }, { 'if-match': '"1"' }))).toBe('changed-meanwhile')
  })

  test('keys are listed by pages, the latest first, and by their state', async () => {
    const { call } = await hospital()
    const ids: string[] = []
    for (let made = 0; made < 5; made++) ids.unshift((await make(call)).apiKeyId)
    await call('DELETE', `/api-keys/${String(ids[1])}`)
    const seen: string[] = []
    let cursor = ''
    do {
      const page = (await call('GET', `/api-keys?limit=2${cursor}`)).json<ApiKeyPage>()
      seen.push(...page.items.map(({ apiKeyId }) => apiKeyId))
      cursor = page.next === undefined ? '' : `&cursor=${page.next}`
    } while (cursor !== '')
    expect([...seen].sort()).toEqual([...ids].sort())
    expect((await call('GET', '/api-keys?state=revoked')).json<ApiKeyPage>().items.map(({ apiKeyId }) => apiKeyId)).toEqual([ids[1]])
    expect((await call('GET', '/api-keys?state=active')).json<ApiKeyPage>().items).toHaveLength(4)
  })
})

describe('rotation', () => {
  test('both secrets are good for the overlap, then the new one alone', async () => {
    const { call } = await hospital()
    const old = await make(call)
    const rotated = (await call('POST', `/api-keys/${old.apiKeyId}/rotation`, { overlapHours: 2 })).json<NewApiKey>()
    expect(rotated.secrets).toHaveLength(2)
    expect([(await search(old.key)).statusCode, (await search(rotated.key)).statusCode]).toEqual([200, 200])
    clock.advance({ hours: 2 })
    expect([(await search(old.key)).statusCode, (await search(rotated.key)).statusCode]).toEqual([401, 200])
    expect((await call('GET', `/api-keys/${old.apiKeyId}`)).json<ApiKey>().secrets).toHaveLength(1)
  })

  test('without an overlap the former secret is over at once, and no rotation makes it last longer', async () => {
    const { call } = await hospital()
    const { key, apiKeyId } = await make(call)
    await call('POST', `/api-keys/${apiKeyId}/rotation`, { overlapHours: 1 })
    await call('POST', `/api-keys/${apiKeyId}/rotation`, { overlapHours: 48 })
    clock.advance({ hours: 1 })
    expect((await search(key)).statusCode).toBe(401)
    const { key: third } = (await call('POST', `/api-keys/${apiKeyId}/rotation`, { overlapHours: 0 })).json<NewApiKey>()
    expect((await search(third)).statusCode).toBe(200)
    expect((await call('GET', `/api-keys/${apiKeyId}`)).json<ApiKey>().secrets).toHaveLength(1)
  })
})

test("another organisation's keys are not there", async () => {
  const { apiKeyId, key } = await make((await hospital()).call)
  const { call } = await hospital()
  const nobody = '00000000-0000-4000-8000-000000000000'
  for (const [method, below, body] of [['GET', '', undefined], ['PATCH', '', { name: 'Mine' }], ['POST', '/rotation', {}], ['DELETE', '', undefined]] as const) {
    const [theirs, none] = [await call(method, `/api-keys/${apiKeyId}${below}`, body), await call(method, `/api-keys/${nobody}${below}`, body)]
    expect([method, theirs.statusCode]).toEqual([method, 404])
    expect({ ...theirs.json<object>(), instance: '' }).toEqual({ ...none.json<object>(), instance: '' })
  }
  expect((await call('GET', '/api-keys')).json<ApiKeyPage>().items).toEqual([])
  expect((await search(key)).statusCode).toBe(200)
})

test('what was done with keys stands in the trail', async () => {
  const { call, organisationId, accountId } = await hospital()
  const { apiKeyId } = await make(call)
  await call('PATCH', `/api-keys/${apiKeyId}`, { name: 'RIS' })
  await call('POST', `/api-keys/${apiKeyId}/rotation`, {})
  await call('DELETE', `/api-keys/${apiKeyId}`)
  await call('DELETE', `/api-keys/${apiKeyId}`)
  const trail = await service.db('audit_event').where({ organisation_id: organisationId, actor: `account:${accountId}` }).whereLike('action', 'api-key.%').orderBy('audit_event_id').pluck<string[]>('action')
  expect(trail).toEqual(['api-key.create', 'api-key.change', 'api-key.rotate', 'api-key.revoke'])
})
