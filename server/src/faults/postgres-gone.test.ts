/** Postgres stopped and started again under load: everything is refused as such meanwhile, nothing acknowledged is lost, and nobody has to do anything. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres, type RunningPostgres } from '@isocenter/launcher/postgres'
import { migrate } from '@isocenter/migrations'
import { anInstance, aStudy, bytesOf, startServerProcess, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wrongCounts } from '../catalogue/catalogue.fixture.ts'
import { createDb } from '../platform/db.ts'
import { aClient, asStored, pathOf, valueOf, type Client } from './client.fixture.ts'

const goneMs = 8_000
/** A request of a server without its database is answered within this time: as long as one waits for a connection, and some. */
const refusedWithinMs = 20_000
/** It is well again within this time after its database is; most of it is for a busy machine. */
const backWithinMs = 15_000

let folder: string
let postgres: RunningPostgres
let server: ServerProcess
let client: Client
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-postgres-gone-'))
  postgres = await startPostgres({ directory: join(folder, 'postgres') })
  await migrate(postgres.connectionString)
  server = await startServerProcess(postgres.connectionString, { dataDirectory: join(folder, 'data') })
  client = aClient(server.url, `Bearer ${await server.token()}`)
}, 300_000)
afterAll(async () => {
  await server.stop()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
})

test('a Postgres that is gone for some seconds under load', { timeout: 120_000 }, async () => {
  const kept = anInstance()
  expect((await client.store([bytesOf(kept)])).status).toBe(200)
  const acknowledged = new Set<string>()
  const sent = new Map<string, Uint8Array>()
  const seen = { store: new Map<number, number>(), read: new Map<number, number>(), search: new Map<number, number>() }
  const note = (kind: keyof typeof seen, status: number) => { seen[kind].set(status, (seen[kind].get(status) ?? 0) + 1) }
  let slowestMs = 0
  let isStopped = false
  const studies = Array.from({ length: 3 }, () => aStudy({ instances: 1 }))

  const senders = studies.map(async ({ instances: [first] }) => {
    for (let number = 1; !isStopped; number++) {
      const instance = { ...first!, ...identityOf(anInstance({ InstanceNumber: number })) }
      const bytes = bytesOf(instance)
      sent.set(pathOf(instance), bytes)
      const answer = await client.store([bytes])
      note('store', answer.status)
      slowestMs = Math.max(slowestMs, answer.tookMs)
      if (answer.stored.length > 0) acknowledged.add(pathOf(instance))
      else await sleep(100)
    }
  })
  const readers = [
    ['search', () => client.get('/studies?limit=25')],
    ['read', () => client.get(pathOf(kept), asStored)],
  ] as const
  const readings = readers.map(async ([kind, ask]) => {
    while (!isStopped) {
      const answer = await ask()
      note(kind, answer.status)
      slowestMs = Math.max(slowestMs, answer.tookMs)
      await sleep(50)
    }
  })

  // Everybody is at work.
  await expect.poll(() => Object.values(seen).every((counts) => counts.has(200)), { timeout: backWithinMs }).toBe(true)
  await postgres.stop()
  const ready = await client.ready()
  expect([ready.status, JSON.parse(ready.body.toString())]).toEqual([503, expect.objectContaining({ failing: ['database'] })])
  await sleep(goneMs)
  postgres = await startPostgres({ directory: join(folder, 'postgres') })
  // By itself, and soon.
  await expect.poll(async () => (await client.ready()).status, { timeout: backWithinMs }).toBe(200)
  expect((await client.store([bytesOf(anInstance())])).status).toBe(200)
  isStopped = true
  await Promise.all([...senders, ...readings])

  console.log(`Postgres gone for ${String(goneMs / 1000)} s: ${JSON.stringify(Object.fromEntries(Object.entries(seen).map(([kind, counts]) => [kind, Object.fromEntries(counts)])))}, slowest answer ${(slowestMs / 1000).toFixed(1)} s`)
  for (const counts of Object.values(seen)) {
    expect([...counts.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([])
    expect(counts.get(200)).toBeGreaterThan(0)
  }
  // Who stores may be kept waiting until it succeeds; who reads is told at once.
  for (const counts of [seen.read, seen.search]) expect(counts.get(503)).toBeGreaterThan(0)
  expect(slowestMs).toBeLessThan(refusedWithinMs)
  expect(acknowledged.size).toBeGreaterThan(0)
  for (const path of acknowledged) expect([path, Buffer.compare((await client.get(path, asStored)).body, sent.get(path)!)]).toEqual([path, 0])
  for (const { StudyInstanceUID } of studies) {
    const shown = await client.search(`/studies/${StudyInstanceUID}/instances?limit=5000`)
    // A commit whose answer was lost may have gone through; then it is whole.
    for (const instance of shown) expect(sent.has(pathOf(instance))).toBe(true)
    const [study] = await client.search(`/studies?StudyInstanceUID=${StudyInstanceUID}`)
    expect(Number(valueOf(study, '00201208'))).toBe(shown.length)
  }
  const db = createDb(postgres.connectionString, 1)
  expect(await wrongCounts(db)).toEqual([])
  await db.destroy()
})

/** A new instance, of the same study and series. */
const identityOf = (instance: ReturnType<typeof anInstance>) => ({ '00080018': instance['00080018']!, '00200013': instance['00200013']! })
