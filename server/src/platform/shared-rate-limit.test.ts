import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, type Db } from './db.ts'
import { createSharedRateLimit, forgetRateLimits } from './shared-rate-limit.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let dbs: Db[] = []
beforeAll(async () => {
  database = await testDatabase()
  dbs = [createDb(database.url, 4), createDb(database.url, 4)]
})
afterAll(async () => {
  await Promise.all(dbs.map((db) => db.destroy()))
  await database.drop()
})
const limits = (name: string, burst = 5) => dbs.map((db) => createSharedRateLimit(db, name, { burst, refillMs: 60_000 }))
const outcome = (doing: Promise<void>) => doing.then(() => 'done', ({ kind }: { kind: { type: string } }) => kind.type)

test('what two processes use is counted together', async () => {
  const [one, other] = limits('together')
  for (let turn = 0; turn < 5; turn++) {
    await other?.check('192.0.2.1')
    await (turn % 2 === 0 ? one : other)?.use('192.0.2.1')
  }
  await expect(one?.check('192.0.2.1')).rejects.toMatchObject({ kind: { status: 429 }, headers: { 'retry-after': '60' } })
  await expect(other?.check('192.0.2.1')).rejects.toMatchObject({ kind: { status: 429 } })
  expect(await outcome(other?.check('192.0.2.2') ?? Promise.reject(new Error()))).toBe('done')
})

test('of many at once, in two processes, no more are let through than are left', async () => {
  const pair = limits('at once')
  const outcomes = await Promise.all(Array.from({ length: 40 }, (_, turn) => outcome(pair[turn % 2]?.take('somebody') ?? Promise.reject(new Error()))))
  expect(outcomes.filter((one) => one === 'done')).toHaveLength(5)
  expect(new Set(outcomes)).toEqual(new Set(['done', '/problems/too-many-requests']))
})

test('of work that may count or not as much is under way at once as is left, and what does not count is given back, also where it fails', async () => {
  const [one, other] = limits('under way')
  const { promise: refused, resolve: refuse } = Promise.withResolvers<void>()
  const results: string[] = []
  await Promise.all(Array.from({ length: 20 }, async (_, turn) => {
    // Work goes on until everybody else has been refused.
    results.push(await outcome((turn % 2 === 0 ? one : other)?.takeIf('somebody', () => refused) ?? Promise.reject(new Error())))
    if (results.filter((result) => result !== 'done').length === 15) refuse()
  }))
  expect(results.filter((result) => result === 'done')).toHaveLength(5)
  await expect(one?.takeIf('somebody', () => Promise.reject(new Error('of the work')))).rejects.toThrow('of the work')
  for (let turn = 0; turn < 5; turn++) await other?.takeIf('somebody', (counts) => { counts(); return Promise.resolve() })
  expect(await outcome(one?.take('somebody') ?? Promise.reject(new Error()))).toBe('/problems/too-many-requests')
})

test('what one limit counts another does not', async () => {
  const [first] = limits('first', 1)
  const [second] = limits('second', 1)
  await first?.take('key')
  await second?.take('key')
  expect(await outcome(first?.take('key') ?? Promise.reject(new Error()))).toBe('/problems/too-many-requests')
})

test('as time passes more are left, and keys that are full again are forgotten', async () => {
  const limit = createSharedRateLimit(dbs[0] as Db, 'passing', { burst: 1, refillMs: 50 })
  await limit.take('key')
  await expect.poll(() => outcome(limit.take('key')), { timeout: 2_000 }).toBe('done')
  await expect.poll(async () => {
    await forgetRateLimits(dbs[0] as Db)
    return (await dbs[0]?.('rate_limit').where({ key: 'passing key' }).first<object | undefined>()) ?? 'forgotten'
  }, { timeout: 2_000 }).toBe('forgotten')
})
