/** Two server processes on one database are one service to who signs in; and the command that makes the first account of all. */
import type { Captcha, Session } from '@isocenter/contracts'
import { testDatabase } from '@isocenter/testkit'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServerUnderTest, type ServerUnderTest } from '../server-process.fixture.ts'
import { solve } from './accounts.fixture.ts'

const command = fileURLToPath(new URL('../cli/account.ts', import.meta.url))
const run = promisify(execFile)

let folder: string
let database: Awaited<ReturnType<typeof testDatabase>>
let servers: ServerUnderTest[]
let env: Record<string, string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-accounts-'))
  database = await testDatabase()
  env = { DATABASE_URL: database.url, DATA_DIR: folder, SIGNING_KEYS_FILE: join(folder, 'signing-keys.json'), CAPTCHA_BITS: '4', LOG_LEVEL: 'trace' }
  servers = await Promise.all([1, 2].map(() => startServerUnderTest(env)))
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const account = (...given: string[]) => run(process.execPath, [command, ...given], { env: { ...process.env, ...env } })

async function call(server: number, method: string, path: string, body?: object, cookie?: string) {
  const origin = String(servers[server]?.url.replace(/\/dicom-web$/, ''))
  const response = await fetch(`${origin}/api${path}`, {
    method, headers: { origin, ...(cookie === undefined ? {} : { cookie }), ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, cookie: response.headers.get('set-cookie')?.split(';')[0], body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
}

async function signIn(server: number, login: string, password: string) {
  const captcha = solve((await call(1 - server, 'POST', '/captchas')).body as unknown as Captcha)
  return { captcha, ...await call(server, 'POST', '/session', { login, password, captcha }) }
}

test('the first operator is made by a command, which prints a one-time password and nothing else; then a session is one at both servers', async () => {
  const { stdout, stderr } = await account('create', '--phone', '138 0013 8000', '--name', 'Li Hua')
  const password = stdout.trim()
  expect(stderr).toBe('')
  expect(password).toMatch(/^\S{12}$/)

  const { cookie, body, captcha } = await signIn(0, '13800138000', password)
  expect(body).toMatchObject({ restrictedTo: 'setPassword' })
  // A captcha that was taken here is not taken there.
  expect((await call(1, 'POST', '/session', { login: '13800138001', password, captcha })).body).toMatchObject({ type: '/problems/captcha-needed' })

  expect((await call(1, 'PUT', '/session/password', { newPassword: 'Radiology$1' }, cookie)).status).toBe(200)
  const seen = await call(0, 'GET', '/session', undefined, cookie)
  expect((seen.body as unknown as Session).restrictedTo).toBeUndefined()
  // An operator may do what operators do.
  expect((await call(0, 'GET', '/accounts/frozen', undefined, cookie)).status).toBe(200)

  expect((await call(1, 'DELETE', '/session', undefined, cookie)).status).toBe(204)
  expect((await call(0, 'GET', '/session', undefined, cookie)).status).toBe(401)
  await expect(account('create', '--phone', '13800138000', '--name', 'Li Hua')).rejects.toMatchObject({ stdout: '', stderr: expect.stringContaining('already') as string })
})

test('wrong passwords are counted together', async () => {
  await account('create', '--phone', '13800138002', '--name', 'Zhao Min')
  const answers: unknown[] = []
  for (let turn = 0; turn < 10; turn++) answers.push((await signIn(turn % 2, '13800138002', 'Cardiology&2')).body['type'])
  expect(answers.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => '/problems/sign-in-refused'))
  expect(answers[9]).toBe('/problems/account-frozen')
  const { stdout } = await account('one-time-password', '--phone', '13800138002')
  expect((await signIn(0, '13800138002', stdout.trim())).status).toBe(201)
})

test('where no channel is set up, what waits to be sent can be read on the machine', async () => {
  const captcha = solve((await call(0, 'POST', '/captchas')).body as unknown as Captcha)
  const { body } = await call(0, 'POST', '/password-resets', { login: '13800138002', captcha })
  const { stdout } = await account('messages')
  const code = /\d{6}(?=，)/.exec(stdout)?.[0]
  expect((await call(1, 'POST', `/password-resets/${String(body['resetId'])}/completion`, { code, newPassword: 'Neurology_3' })).status).toBe(204)
})

test('neither passwords nor codes nor cookies are logged', () => {
  for (const server of servers) expect(server.said()).not.toMatch(/Radiology|Cardiology|Neurology|isocenter-session|1380013800/)
})
