/**
 * A running server against requests nobody should send: it refuses them or bears them, and goes on.
 * Longer, or the same again: `FUZZ_SECONDS=600 FUZZ_SEED=1 npm test -- server/src/fuzz`. For hours see server/bench/soak.ts.
 */
import { anInstance, bytesOf, startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { wrongCounts } from '../catalogue/catalogue.fixture.ts'
import { aClient, asStored, pathOf } from '../faults/client.fixture.ts'
import { canMeasureMemory, inMebibytes, residentMemory } from '../faults/process-memory.fixture.ts'
import { createDb } from '../platform/db.ts'
import { fuzz } from './fuzz.fixture.ts'

const seconds = Number(process.env['FUZZ_SECONDS'] ?? 12)
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
/** What warms up in the first part (code, caches, threads) is not growth. */
const maxGrowthBytes = 150 * 1024 ** 2

let database: Awaited<ReturnType<typeof testDatabase>>
let server: ServerProcess
let authorization: string
beforeAll(async () => {
  database = await testDatabase()
  server = await startServerProcess(database.url, { env: { STOW_MAX_REQUEST_BYTES: '4194304', STOW_MAX_INSTANCE_BYTES: '2097152' } })
  authorization = `Bearer ${await server.token()}`
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

test(`${String(seconds)} seconds of mutated requests: no 5xx but 503, no hang, no growth, and it still works`, { timeout: (seconds + 120) * 1000 }, async () => {
  const first = await fuzz(server.url, authorization, { seed, seconds: seconds / 3 })
  const warm = canMeasureMemory ? await residentMemory(server.process.pid) : 0
  const second = await fuzz(server.url, authorization, { seed: seed + 1, seconds: seconds * 2 / 3 })
  const after = canMeasureMemory ? await residentMemory(server.process.pid) : 0
  console.log(`${String(first.sent + second.sent)} mutated requests of seed ${String(seed)}: ${JSON.stringify(second.answers)}, memory from ${inMebibytes(warm)} to ${inMebibytes(after)}`)
  expect([...first.wrong, ...second.wrong]).toEqual([])
  expect(after - warm).toBeLessThan(maxGrowthBytes)
  expect(server.process.exitCode).toBeNull()

  // Some were good, or it was not the server that was tested.
  expect(second.answers['200']).toBeGreaterThan(0)
  const client = aClient(server.url, authorization)
  const instance = anInstance()
  expect((await client.store([bytesOf(instance)])).status).toBe(200)
  expect(Buffer.compare((await client.get(pathOf(instance), asStored)).body, bytesOf(instance))).toBe(0)
  const db = createDb(database.url, 1)
  expect(await wrongCounts(db)).toEqual([])
  await db.destroy()
})
