/** What operators do to accounts from a shell; the first account of all is made in `accounts/two-servers.test.ts`. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { createDb, type Db } from '../platform/db.ts'

let db: Db
let database: Awaited<ReturnType<typeof testDatabase>>
let folder: string
const phone = '13800138000'
/** Each command is a process of its own; a busy machine begins one in seconds. */
const commandsMs = 90_000
beforeAll(async () => {
  database = await testDatabase()
  db = createDb(database.url, 2)
  folder = await mkdtemp(join(tmpdir(), 'isocenter-account-'))
  await ensureDefaultOrganisation(db, 'north')
  await account('create', '--phone', phone, '--name', 'Li Hua', '--organisation', 'north')
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const script = fileURLToPath(new URL('./account.ts', import.meta.url))
const account = async (...args: string[]) => (await promisify(execFile)(process.execPath, [script, ...args], { env: { ...process.env, DATABASE_URL: database.url, DATA_DIR: folder } })).stdout.trim()
const state = async () => (await db('account').first<{ state: string }>('state')).state

test('stops an account, which has no session then, and lets it go on; both with their reasons in the trail', async () => {
  const { account_id: accountId } = await db('account').first<{ account_id: string }>('account_id')
  const now = new Date()
  await db('account_session').insert({
    account_id: accountId,
    token_sha256: Buffer.alloc(32),
    is_remembered: false,
    created_at: now,
    last_active_at: now,
    expires_at: new Date(now.getTime() + 3_600_000),
    address: '192.0.2.1',
  })
  expect(await account('suspend', '--phone', phone, '--reason', 'Laptop stolen')).toBe('The account is suspended.')
  expect([await state(), await db('account_session')]).toEqual(['suspended', []])
  expect(await account('reinstate', '--phone', phone, '--reason', 'A new one')).toBe('The account goes on.')
  expect(await state()).toBe('active')
  const trail = await db('audit_event').whereIn('action', ['account.suspend', 'account.reinstate']).orderBy('audit_event_id').select<{ actor: string; action: string; detail: unknown }[]>('actor', 'action', 'detail')
  expect(trail).toEqual([
    { actor: 'command:account', action: 'account.suspend', detail: { accountId, reason: 'Laptop stolen', sessionsEnded: 1 } },
    { actor: 'command:account', action: 'account.reinstate', detail: { accountId, reason: 'A new one' } },
  ])
}, commandsMs)

test.each([
  [['suspend', '--phone', phone], '--phone and --reason are needed.'],
  [['suspend', '--phone', '13900139000', '--reason', 'Nobody'], 'No account has this phone number.'],
  [['forget'], 'Say what to do: create, one-time-password, suspend, reinstate, messages; --help tells more.'],
])('%j changes nothing, and says why in one line', async (args, said) => {
  await expect(account(...args)).rejects.toMatchObject({ code: 1, stdout: '', stderr: `${said}\n` })
  expect(await state()).toBe('active')
}, commandsMs)
