/** Two server processes on one database and one key file: what is revoked at one is over at the other, and a new signing key needs no restart. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { NewApiKey } from '@isocenter/contracts'
import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { createTokens, loadSigningKeys, type Permission } from '../identity/index.ts'
import { createDb } from '../platform/db.ts'
import { startServerUnderTest, type ServerUnderTest } from '../server-process.fixture.ts'

const command = fileURLToPath(new URL('../cli/rotate-keys.ts', import.meta.url))
const run = promisify(execFile)

let folder: string
let database: Awaited<ReturnType<typeof testDatabase>>
let servers: ServerUnderTest[]
let env: Record<string, string>
let organisationId: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-two-keys-'))
  database = await testDatabase()
  env = { DATABASE_URL: database.url, DATA_DIR: folder, SIGNING_KEYS_FILE: join(folder, 'signing-keys.json'), LOG_LEVEL: 'trace' }
  servers = await Promise.all([1, 2].map(() => startServerUnderTest(env)))
  const db = createDb(database.url, 2)
  organisationId = (await ensureDefaultOrganisation(db, 'north')).organisationId
  await db.destroy()
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const tokenOf = async (...permissions: Permission[]) =>
  `Bearer ${await createTokens(await loadSigningKeys(String(env['SIGNING_KEYS_FILE']))).issue({ organisationId, permissions, lifetimeSeconds: 600 })}`

async function call(server: number, path: string, authorization: string, method = 'GET', body?: object) {
  const origin = String(servers[server]?.url.replace(/\/dicom-web$/, ''))
  return fetch(`${origin}${path}`, { method, headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}
const search = async (server: number, authorization: string) => (await call(server, '/dicom-web/studies', authorization)).status
const published = async (server: number) => ((await (await call(server, '/.well-known/jwks.json', '')).json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)

test('a key made at one server is good at the other, and revoked there it is over here with the next request', async () => {
  const token = await tokenOf('org.api_key', 'dicomweb:search')
  const made = await call(0, '/api/api-keys', token, 'POST', { name: 'Viewer', scopes: ['system/ImagingStudy.s'], expiresAt: new Date(Date.now() + 86_400_000).toISOString() })
  expect(made.status).toBe(201)
  const { apiKeyId, key } = await made.json() as NewApiKey
  expect([await search(0, `Bearer ${key}`), await search(1, `Bearer ${key}`)]).toEqual([200, 200])
  expect((await call(1, `/api/api-keys/${apiKeyId}`, token, 'DELETE')).status).toBe(204)
  expect([await search(0, `Bearer ${key}`), await search(1, `Bearer ${key}`)]).toEqual([401, 401])
})

test('a signing key made by the command is taken up by servers that run, and the former one goes on verifying until it is revoked', async () => {
  const former = await tokenOf('dicomweb:search')
  const [first] = await published(0)
  const { stdout } = await run(process.execPath, [command, '--at-once'], { env: { ...process.env, ...env } })
  const [kid = ''] = stdout.split(' ')
  const fresh = await tokenOf('dicomweb:search')
  expect(JSON.parse(Buffer.from(fresh.replace('Bearer ', '').split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ kid })
  expect([await search(0, fresh), await search(1, fresh), await search(0, former), await search(1, former)]).toEqual([200, 200, 200, 200])
  expect(await published(0)).toEqual([kid, first])

  await run(process.execPath, [command, '--revoke', String(first)], { env: { ...process.env, ...env } })
  // Within the twenty seconds in which a process looks.
  await expect.poll(() => Promise.all([search(0, former), search(1, former)]), { timeout: 30_000, interval: 1_000 }).toEqual([401, 401])
  expect([await search(0, fresh), await search(1, fresh)]).toEqual([200, 200])
  expect(await published(1)).toEqual([kid])
}, 60_000)
