/** Client credentials (RFC 6749 §4.4) with an API key, asked for by a client of others' making. */
import type { NewApiKey } from '@isocenter/contracts'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aClock } from '../accounts/accounts.fixture.ts'
import { anOrganisationsService, type Call, type OrganisationsService } from '../organisations/service.fixture.ts'

const clock = aClock()
let service: OrganisationsService
let call: Call
beforeAll(async () => {
  service = await anOrganisationsService(clock.now)
  call = (await (await service.organisation('hospital')).member('full')).call
})
afterAll(() => service.close())

const make = async (more: object = {}) => (await call('POST', '/api-keys', {
  name: `Client ${String(Math.random())}`, scopes: ['system/ImagingStudy.rs'], expiresAt: new Date(clock.now().getTime() + 86_400_000).toISOString(), ...more,
})).json<NewApiKey>()
const ask = (form: Record<string, string>, headers: Record<string, string> = {}) => service.app.inject({
  method: 'POST', url: '/api/token', remoteAddress: '192.0.2.1', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, payload: new URLSearchParams(form).toString(),
})
const search = (token: string, method: 'GET' | 'DELETE' = 'GET', remoteAddress = '192.0.2.1') =>
  service.app.inject({ method, url: method === 'GET' ? '/dicom-web/studies' : '/dicom-web/studies/1.2.3', remoteAddress, headers: { authorization: `Bearer ${token}` } })

test.each([['HTTP Basic', oidc.ClientSecretBasic], ['the body', oidc.ClientSecretPost]])('a client that shows the key by %s gets a token with the scopes of the key', async (_way, way) => {
  const { apiKeyId, key } = await make()
  const configuration = new oidc.Configuration({ issuer: 'https://pacs.example', token_endpoint: 'https://pacs.example/api/token' }, apiKeyId, undefined, way(key))
  configuration[oidc.customFetch] = async (url, { method, headers, body }) => {
    const answer = await service.app.inject({ method: method as 'POST', url: new URL(url).pathname, headers, payload: String(body) })
    return new Response(answer.body, { status: answer.statusCode, headers: { 'content-type': String(answer.headers['content-type']) } })
  }
  const { access_token: token, scope, expires_in: seconds } = await oidc.clientCredentialsGrant(configuration)
  expect([scope, seconds]).toEqual(['system/ImagingStudy.rs', 300])
  expect((await search(token)).statusCode).toBe(200)
  expect((await search(token, 'DELETE')).statusCode).toBe(403)
})

test('fewer scopes may be asked for, not more', async () => {
  const { apiKeyId: client_id, key: client_secret } = await make({ scopes: ['system/ImagingStudy.crs'] })
  const form = { grant_type: 'client_credentials', client_id, client_secret }
  expect((await ask({ ...form, scope: 'system/ImagingStudy.s' })).json()).toMatchObject({ scope: 'system/ImagingStudy.s' })
  for (const scope of ['system/ImagingStudy.d', 'system/ImagingStudy.s org.api_key', 'dicomweb:search', '*', ' ']) {
    const answer = await ask({ ...form, scope })
    expect([scope, answer.statusCode, answer.json<{ error: string }>().error]).toEqual([scope, 400, 'invalid_scope'])
  }
})

test('a token ends with its key at once, and is for where the key is for', async () => {
  const { apiKeyId: client_id, key: client_secret } = await make({ addresses: ['192.0.2.1'] })
  const { access_token: token } = (await ask({ grant_type: 'client_credentials', client_id, client_secret })).json<{ access_token: string }>()
  expect((await search(token)).statusCode).toBe(200)
  expect((await search(token, 'GET', '192.0.2.2')).statusCode).toBe(401)
  await call('DELETE', `/api-keys/${client_id}`)
  expect((await search(token)).statusCode).toBe(401)
})

test('a wrong key, another key, and none are one answer, in words OAuth clients read', async () => {
  const [one, other] = [await make(), await make()]
  const form = { grant_type: 'client_credentials', client_id: one.apiKeyId }
  const answers = [
    await ask({ ...form, client_secret: other.key }),
    await ask({ ...form, client_secret: 'x' }),
    await ask({ ...form, client_id: 'nobody', client_secret: one.key }),
    await ask(form, { authorization: `Basic ${Buffer.from(`${one.apiKeyId}:x`).toString('base64')}` }),
  ]
  const [first] = answers.map((answer) => ({ ...answer.json<object>(), instance: '' }))
  for (const answer of answers) {
    expect(answer.statusCode).toBe(401)
    expect({ ...answer.json<object>(), instance: '' }).toEqual(first)
    expect(answer.headers['www-authenticate']).toBe('Basic realm="isocenter"')
  }
  expect(first).toMatchObject({ error: 'invalid_client' })
  expect((await ask({ ...form, grant_type: 'password', client_secret: one.key })).json()).toMatchObject({ error: 'unsupported_grant_type' })
})

test('who keeps guessing has to wait', async () => {
  let status = 0
  for (let guess = 0; guess < 70 && status !== 429; guess++) status = (await ask({ grant_type: 'client_credentials', client_id: 'x', client_secret: 'x' })).statusCode
  expect(status).toBe(429)
})
