import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gatewayScopes } from '@isocenter/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aService, type TestService } from '../dicomweb/service.fixture.ts'
import { createSealing, createTokens, loadSigningKeys } from '../identity/index.ts'
import { administrator, aKey, apiOf, aReport, type AssertionClaims, type TestGateway } from './gateways.fixture.ts'
import { createGateways } from './index.ts'
import { forgetAssertions } from './token.ts'

let service: TestService
let api: ReturnType<typeof apiOf>
let gateway: TestGateway
let folder: string
beforeAll(async () => {
  service = await aService()
  api = apiOf(service)
  gateway = await api.aGateway()
  folder = await mkdtemp(join(tmpdir(), 'isocenter-token-'))
})
afterAll(async () => {
  await service.close()
  await rm(folder, { recursive: true, force: true })
})

test('an enrolled gateway gets a token that is good for its organisation only, and for as long as it says', async () => {
  const answer = await api.requestToken(await api.assertion(gateway))
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['cache-control']).toBe('no-store')
  const { access_token, ...told } = answer.json<{ access_token: string }>()
  expect(told).toEqual({ token_type: 'Bearer', expires_in: 300, scope: gatewayScopes.join(' ') })
  const headers = { authorization: `Bearer ${access_token}` }
  expect((await service.app.inject({ url: '/dicom-web/studies', headers })).statusCode).toBe(200)
  expect((await service.app.inject({ method: 'DELETE', url: '/dicom-web/studies/1.2.3', headers })).statusCode).toBe(403)
  expect((await api.call('GET', '/gateways', headers)).statusCode).toBe(403)
  await service.flushAudit()
  expect(await service.db('audit_event').where({ action: 'study.search' }).first('actor')).toEqual({ actor: `gateway:${gateway.gatewayId}` })
})

test('a token may be asked for with fewer scopes, and never with others', async () => {
  const fewer = await api.requestToken(await api.assertion(gateway), { scope: 'gateway:report dicomweb:store' })
  expect(fewer.json<{ scope: string }>().scope).toBe('dicomweb:store gateway:report')
  for (const scope of ['gateways:manage', 'dicomweb:store gateways:manage', 'dicomweb:delete', '']) {
    const refused = await api.requestToken(await api.assertion(gateway), { scope })
    expect(refused.statusCode).toBe(400)
    expect(refused.json()).toMatchObject({ error: 'invalid_scope', type: '/problems/invalid-token-request' })
  }
})

const refused: [string, () => Promise<AssertionClaims>][] = [
  ['signed by another key', async () => ({ key: (await aKey()).privateKey })],
  ['for another audience', async () => ({ aud: 'https://elsewhere.example/api/token' })],
  ['expired', async () => ({ issuedIn: -200, expiresIn: 60 })],
  ['of long ago, however long it wants to be good', async () => ({ issuedIn: -7200, expiresIn: 9000 })],
  ['good for longer than five minutes', async () => ({ expiresIn: 3600 })],
  ['from a clock that is too far ahead', async () => ({ issuedIn: 300 })],
  ['without jti', async () => ({ jti: undefined })],
  ['with a jti longer than is remembered', async () => ({ jti: 'x'.repeat(129) })],
  ['issued by another than its subject', async () => ({ iss: '00000000-0000-0000-0000-000000000000' })],
  ['of a gateway nobody knows', async () => ({ iss: '00000000-0000-0000-0000-000000000000', sub: '00000000-0000-0000-0000-000000000000' })],
]
test.each(refused)('an assertion %s is refused, and the answer tells no more than that', async (_what, claims) => {
  const answer = await api.requestToken(await api.assertion(gateway, await claims()), {}, '192.0.2.99')
  expect(answer.statusCode).toBe(401)
  expect(answer.json()).toMatchObject({ error: 'invalid_client', type: '/problems/invalid-client', error_description: expect.stringMatching(/^The assertion is malformed, expired/) as string })
})

test('a clock that is a little off is borne with', async () => {
  for (const issuedIn of [-90, 45]) expect((await api.requestToken(await api.assertion(gateway, { issuedIn }))).statusCode).toBe(200)
})

test('an assertion is taken once, by whichever server process sees it first', async () => {
  const keys = await loadSigningKeys(join(folder, 'keys.json'))
  const other = await createGateways({ db: service.db, tokens: createTokens(keys), sealing: createSealing(keys) })
  const shown = await api.assertion(gateway)
  const request = { grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: shown }
  const answers = await Promise.allSettled([other.issueToken(request, '192.0.2.1'), ...[1, 2, 3].map(() => other.issueToken(request, '192.0.2.1'))])
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect((await api.requestToken(shown)).statusCode).toBe(401)
  await forgetAssertions(service.db, new Date())
  expect((await api.requestToken(shown)).statusCode).toBe(401)
  expect(await service.db('audit_event').where({ action: 'gateway.token', outcome: 'refused' }).first('detail')).toEqual({ detail: { address: '192.0.2.1' } })
})

test('used assertions are forgotten when they have expired by themselves, not before', async () => {
  await api.requestToken(await api.assertion(gateway, { jti: 'kept', expiresIn: 60 }))
  const kept = () => service.db('client_assertion').where({ jti: 'kept' }).first('jti')
  await forgetAssertions(service.db, new Date(Date.now() + 100_000))
  expect(await kept()).toBeDefined()
  await forgetAssertions(service.db, new Date(Date.now() + 130_000))
  expect(await kept()).toBeUndefined()
})

test('a revoked gateway gets no token from then on, and its reports are refused while its last token lives', async () => {
  const revoked = await api.aGateway()
  const bearer = await api.bearerOf(revoked)
  expect((await api.call('POST', '/gateways/self/report', bearer, aReport())).statusCode).toBe(200)
  const admin = await service.as('north', administrator)
  expect((await api.call('DELETE', `/gateways/${revoked.gatewayId}`, admin)).statusCode).toBe(204)
  expect((await api.call('DELETE', `/gateways/${revoked.gatewayId}`, admin)).statusCode).toBe(204)
  expect((await api.requestToken(await api.assertion(revoked))).json()).toMatchObject({ error: 'invalid_client' })
  expect((await api.call('POST', '/gateways/self/report', bearer, aReport())).json()).toMatchObject({ type: '/problems/gateway-revoked' })
  expect((await api.enrol(await api.uploadCode('north'), revoked.publicKey)).json()).toMatchObject({ type: '/problems/gateway-revoked' })
  expect((await api.call('GET', `/gateways/${revoked.gatewayId}`, admin)).json()).toMatchObject({ health: 'revoked' })
  expect(await service.db('audit_event').where({ action: 'gateway.revoke' }).count('* as lines').first()).toEqual({ lines: '1' })
})

test('errors are those OAuth clients read: RFC 6749 §5.2, as JSON', async () => {
  const asked = await Promise.all([
    api.form({}), api.form({ grant_type: 'password' }), api.form({ grant_type: 'client_credentials' }),
    service.app.inject({ method: 'POST', url: '/api/token', payload: { grant_type: 'client_credentials' } }),
    service.app.inject({ method: 'POST', url: '/api/token', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'grant_type=a&grant_type=b' }),
    service.app.inject({ method: 'POST', url: '/api/token', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: `client_assertion=${'x'.repeat(20_000)}` }),
  ])
  expect(asked.map((answer) => [answer.statusCode, answer.json<{ error: string }>().error])).toEqual([
    [400, 'invalid_request'], [400, 'unsupported_grant_type'], [400, 'invalid_request'], [400, 'invalid_request'], [400, 'invalid_request'], [413, 'invalid_request'],
  ])
  for (const answer of asked) expect(answer.headers['content-type']).toMatch(/^application\/json/)
})

test('who keeps showing what is refused has to wait, without keeping others out', async () => {
  let answer = await api.requestToken('x', {}, '192.0.2.200')
  for (let attempt = 1; attempt <= 60; attempt++) answer = await api.requestToken('x', {}, '192.0.2.200')
  expect(answer.statusCode).toBe(429)
  expect(answer.json()).toMatchObject({ error: 'slow_down' })
  expect((await api.requestToken(await api.assertion(gateway), {}, '192.0.2.201')).statusCode).toBe(200)
})
