import Fastify, { type FastifyContextConfig, type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { notFound } from '../platform/not-found.ts'
import { problemJson } from '../platform/problem.ts'
import { createTokens, guard, loadSigningKeys, permissions, type KeyResolver, type Permission, type Tokens } from './index.ts'

let folder: string
let tokens: Tokens
let app: FastifyInstance

/** Keys that are good, and what tokens were made by; from one address only. */
const goodKeys = new Set<string>()
const keys: KeyResolver = {
  isKey: (credential) => credential.startsWith('key-'),
  accessOf: (key, address) => Promise.resolve(goodKeys.has(key) && address === '192.0.2.1'
    ? { actor: { kind: 'api-key', id: key }, organisationId: '4', permissions: new Set(['dicomweb:search'] as const), studies: 'all' }
    : undefined),
  isGood: (keyId, address) => Promise.resolve(goodKeys.has(keyId) && address === '192.0.2.1'),
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-guard-'))
  tokens = createTokens(await loadSigningKeys(join(folder, 'keys.json')))
  app = Fastify()
  await app.register(problemJson)
  await app.register(notFound)
  await app.register(guard, { tokens, keys })
  app.get('/open', { config: { policy: 'public', audit: 'none' } }, () => ({ open: true }))
  for (const permission of permissions) {
    app.get(`/${permission.replace(':', '-')}`, { config: { policy: permission, audit: 'none' } }, (request) => ({ organisationId: request.access.organisationId }))
  }
})
afterAll(async () => {
  await app.close()
  await rm(folder, { recursive: true, force: true })
})

const tokenFor = (granted: readonly Permission[]) => tokens.issue({ organisationId: '3', permissions: granted, lifetimeSeconds: 60 })
const get = (url: string, authorization?: string) => app.inject({ url, headers: authorization === undefined ? {} : { authorization } })

test('a route that names no policy or no audit action cannot be registered', async () => {
  for (const config of [{}, { policy: 'public' }, { audit: 'none' }] as FastifyContextConfig[]) {
    const other = Fastify()
    await other.register(guard, { tokens })
    expect(() => other.get('/careless', { config }, () => 'x')).toThrow('/careless has no policy or no audit action')
    await other.close()
  }
})

test('a public route needs no token', async () => {
  expect((await get('/open')).json()).toEqual({ open: true })
})

test('without a good token the answer is 401 with a challenge, and does not repeat what was sent', async () => {
  for (const authorization of [undefined, 'Basic aXNvOmNlbnRlcg==', 'Bearer', 'Bearer not.a.token', 'Bearer a b']) {
    const answer = await get('/dicomweb-search', authorization)
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm=/)
    expect(answer.json()).toMatchObject({ type: '/problems/unauthenticated' })
    expect(answer.body).not.toMatch(/aXNv|not\.a\.token/)
  }
})

test.each(permissions)('%s is given by its own scope and by no other', async (permission) => {
  const url = `/${permission.replace(':', '-')}`
  expect((await get(url, `Bearer ${await tokenFor([permission])}`)).json()).toEqual({ organisationId: '3' })
  const refused = await get(url, `bearer ${await tokenFor(permissions.filter((other) => other !== permission))}`)
  expect(refused.statusCode).toBe(403)
  expect(refused.headers['www-authenticate']).toContain('insufficient_scope')
})

test('an API key is taken in place of a token, for its scopes and its address, and not a moment after it has ended', async () => {
  const by = (credential: string, url = '/dicomweb-search', remoteAddress = '192.0.2.1') => app.inject({ url, remoteAddress, headers: { authorization: `Bearer ${credential}` } })
  goodKeys.add('key-one')
  expect((await by('key-one')).json()).toEqual({ organisationId: '4' })
  expect((await by('key-one', '/dicomweb-delete')).statusCode).toBe(403)
  expect((await by('key-one', '/dicomweb-search', '192.0.2.2')).statusCode).toBe(401)
  const token = await tokens.issue({ organisationId: '4', permissions: ['dicomweb:search'], lifetimeSeconds: 60, apiKeyId: 'key-one' })
  expect([(await by(token)).statusCode, (await by(token, '/dicomweb-search', '192.0.2.2')).statusCode]).toEqual([200, 401])
  goodKeys.delete('key-one')
  expect([(await by('key-one')).statusCode, (await by(token)).statusCode]).toEqual([401, 401])
})

test('a known path with another method is answered 405 with the methods it has', async () => {
  const answer = await app.inject({ method: 'DELETE', url: '/open' })
  expect(answer.statusCode).toBe(405)
  expect(answer.headers['allow']).toBe('GET, HEAD')
})

test('an unknown path is answered 404 without repeating it', async () => {
  const answer = await get('/studies-of?PatientName=Doe')
  expect(answer.statusCode).toBe(404)
  expect(answer.body).not.toContain('Doe')
})
