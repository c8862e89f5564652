import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSigningKeys } from './signing-keys.ts'
import { createTokens } from './tokens.ts'

let folder: string
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'isocenter-keys-')) })
afterAll(() => rm(folder, { recursive: true, force: true }))

const keys = (name: string) => loadSigningKeys(join(folder, name, 'signing-keys.json'))
const request = { organisationId: '7', permissions: ['dicomweb:search'] as const, lifetimeSeconds: 60 }

test('a token gives the organisation and the permissions it was made for, and nothing else', async () => {
  const tokens = createTokens(await keys('a'))
  const access = await tokens.verify(await tokens.issue(request))
  expect(access).toMatchObject({ organisationId: '7', studies: 'all' })
  expect([...access?.permissions ?? []]).toEqual(['dicomweb:search'])
})

test('a token is still good after a restart, for the keys are kept', async () => {
  const token = await createTokens(await keys('a')).issue(request)
  expect(await createTokens(await keys('a')).verify(token)).toBeDefined()
})

test('the key file is readable by its owner only', async () => {
  await keys('a')
  expect((await stat(join(folder, 'a', 'signing-keys.json'))).mode & 0o777).toBe(0o600)
})

test('servers that start at once agree on one key', async () => {
  const started = await Promise.all(Array.from({ length: 8 }, () => keys('race')))
  expect(new Set(started.map(({ signing }) => signing.kid)).size).toBe(1)
})

test('a key file that is not one is told, never overwritten, never quoted', async () => {
  const file = join(folder, 'broken.json')
  await writeFile(file, '{ "keys": "secret words')
  await expect(loadSigningKeys(file)).rejects.toThrow(/^(?!.*secret words).*not a JWKS/s)
  expect(await readFile(file, 'utf8')).toContain('secret words')
})

test('a token signed by another installation is refused', async () => {
  const token = await createTokens(await keys('other')).issue(request)
  expect(await createTokens(await keys('a')).verify(token)).toBeUndefined()
})

test('a token whose claims were changed is refused', async () => {
  const tokens = createTokens(await keys('a'))
  const [header, payload, signature] = (await tokens.issue(request)).split('.') as [string, string, string]
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  const forged = Buffer.from(JSON.stringify({ ...claims, org: '8' })).toString('base64url')
  expect(await tokens.verify([header, forged, signature].join('.'))).toBeUndefined()
  const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url')
  expect(await tokens.verify([unsigned, payload, ''].join('.'))).toBeUndefined()
})

test('a token ends when its time is over, also one that was seen before', async () => {
  let now = new Date('2026-01-01T00:00:00Z')
  const tokens = createTokens(await keys('a'), () => now)
  const token = await tokens.issue(request)
  expect(await tokens.verify(token)).toBeDefined()
  now = new Date('2026-01-01T00:01:01Z')
  expect(await tokens.verify(token)).toBeUndefined()
})

test('a new key put in front signs, and tokens of the old one stay good', async () => {
  const file = join(folder, 'rotated.json')
  const read = async (name: string) => (JSON.parse(await readFile(join(folder, name, 'signing-keys.json'), 'utf8')) as { keys: unknown[] }).keys
  const old = await createTokens(await keys('a')).issue(request)
  await keys('b')
  await writeFile(file, JSON.stringify({ keys: [...await read('b'), ...await read('a')] }))
  const rotated = await loadSigningKeys(file)
  expect(rotated.signing.kid).toBe((await keys('b')).signing.kid)
  expect(await createTokens(rotated).verify(old)).toBeDefined()
})

test('a token of a gateway speaks for the gateway; one of a kind this version does not know, for nobody', async () => {
  const signing = await keys('a')
  const tokens = createTokens(signing)
  const access = await tokens.verify(await tokens.issue({ ...request, gatewayId: '3f0c4f9e-5f44-4d70-a3a6-7f1b1f6f2f5f' }))
  expect(access?.actor).toEqual({ kind: 'gateway', id: '3f0c4f9e-5f44-4d70-a3a6-7f1b1f6f2f5f' })
  const unknown = await new SignJWT({ org: '7', scope: 'dicomweb:search', actor_kind: 'robot' }).setProtectedHeader({ alg: 'ES256', kid: signing.signing.kid, typ: 'at+jwt' })
    .setIssuer('isocenter').setAudience('isocenter:dicomweb').setSubject('x').setExpirationTime('1h').sign(signing.signing.key)
  expect(await tokens.verify(unknown)).toBeUndefined()
})
