/** What was acknowledged is there and what is there is whole, whatever is killed and when. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres } from '@isocenter/launcher/postgres'
import { migrate } from '@isocenter/migrations'
import { testDatabase } from '@isocenter/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { wrongCounts } from './catalogue/catalogue.fixture.ts'
import { ensureDefaultOrganisation, unnamedBlobs } from './catalogue/index.ts'
import { sweep } from './dicomweb/index.ts'
import { createTokens, loadSigningKeys, permissions } from './identity/index.ts'
import { createDb, rows, type Db } from './platform/db.ts'
import { startServerUnderTest } from './server-process.fixture.ts'
import { createBlobStore, isDerivedBlobKey } from './storage/index.ts'
import { brokenPromises, brokenStudies, newLedger, startLoad, type Ledger } from './store-load.fixture.ts'

/** A hundred take minutes: `KILL_ROUNDS=100 npx vitest run server/src/kill.test.ts`. */
const rounds = Number(process.env['KILL_ROUNDS'] ?? 25)
/** Kills are spread over this time after the load began, milliseconds: nothing has arrived, to everything is under way. */
const killWithinMs = 400

let dataDirectory: string
beforeEach(async () => { dataDirectory = await mkdtemp(join(tmpdir(), 'isocenter-kill-')) })
afterEach(() => rm(dataDirectory, { recursive: true, force: true }))

/** A token for everything, signed with the key the servers in this data folder use. */
async function authorizationFor(db: Db): Promise<string> {
  const { organisationId } = await ensureDefaultOrganisation(db, 'default')
  const tokens = createTokens(await loadSigningKeys(join(dataDirectory, 'secrets', 'signing-keys.json')))
  return `Bearer ${await tokens.issue({ organisationId, permissions, lifetimeSeconds: 3600 })}`
}

/** Evenly over the time, and somewhere in each piece of it. */
const momentOf = (round: number, of: number): number => Math.floor((round + Math.random()) / of * killWithinMs)

/** Sweeps as an hour later, and then holds blobs against rows both ways. */
async function leftovers(db: Db): Promise<{ swept: object; unnamed: string[]; lost: string[]; counts: object[] }> {
  const blobs = createBlobStore({ kind: 'fs', directory: join(dataDirectory, 'blobs') })
  const swept = await sweep({ db, blobs, now: () => new Date(Date.now() + 2 * 3_600_000) })
  const kept = (await Array.fromAsync(blobs.list(''))).map(({ key }) => key)
  const named = (await rows<{ blob_key: string }>(db, 'select blob_key from instance', [])).map((row) => row.blob_key)
  const lost = named.filter((key) => !kept.includes(key))
  // A thumbnail whose row was lost with the database is made again from the object; the doctor clears it away.
  // Whole objects whose stores were never acknowledged are left for the doctor: nothing tells them from those a restored database has forgotten.
  const unnamed = await unnamedBlobs(db, kept.filter((key) => !isDerivedBlobKey(key)))
  return { swept, unnamed: unnamed.length === swept.left ? [] : unnamed, lost, counts: await wrongCounts(db) }
}

function report(what: string, ledger: Ledger, times: number, swept: object): void {
  const acknowledged = [...ledger.acknowledged].map((uid) => ledger.sent.get(uid)?.byteLength ?? 0)
  const mebibytes = (acknowledged.reduce((sum, length) => sum + length, 0) / 1024 ** 2).toFixed(0)
  const counted = `${String(ledger.sent.size)} instances sent, ${String(acknowledged.length)} acknowledged (${mebibytes} MiB)`
  console.log(`${what} killed ${String(times)} times: ${counted}, all there. Swept: ${JSON.stringify(swept)}`)
}

test(`a server killed ${String(rounds)} times while it stores keeps everything it acknowledged and shows nothing partial`, { timeout: 60_000 + rounds * 10_000 }, async () => {
  const database = await testDatabase()
  const db = createDb(database.url, 2)
  const authorization = await authorizationFor(db)
  const env = { DATABASE_URL: database.url, DATA_DIR: dataDirectory }
  const ledger = newLedger()
  const studies: string[] = []
  let latest: readonly string[] = []
  for (let round = 0; round < rounds; round++) {
    const server = await startServerUnderTest(env)
    expect(await brokenPromises(server.url, authorization, ledger, latest)).toEqual([])
    const load = startLoad(server.url, authorization, ledger)
    latest = load.studies
    studies.push(...latest)
    await sleep(momentOf(round, rounds))
    await server.kill()
    await load.stop()
  }

  const server = await startServerUnderTest(env)
  expect(await brokenPromises(server.url, authorization, ledger, latest)).toEqual([])
  expect(await brokenStudies(server.url, authorization, ledger, studies)).toEqual([])
  await server.stop()
  expect(ledger.acknowledged.size).toBeGreaterThan(0)
  expect(ledger.sent.size).toBeGreaterThan(ledger.acknowledged.size)
  const { swept, ...wrong } = await leftovers(db)
  expect(wrong).toEqual({ unnamed: [], lost: [], counts: [] })
  report('Server', ledger, rounds, swept)
  await db.destroy()
  await database.drop()
})

const postgresRounds = Number(process.env['KILL_POSTGRES_ROUNDS'] ?? 5)

test(`a Postgres killed ${String(postgresRounds)} times under a server that stores loses nothing acknowledged, and the server goes on by itself`, { timeout: 60_000 + postgresRounds * 15_000 }, async () => {
  const directory = join(dataDirectory, 'postgres')
  let postgres = await startPostgres({ directory })
  await migrate(postgres.connectionString)
  const db = createDb(postgres.connectionString, 2)
  const authorization = await authorizationFor(db)
  const server = await startServerUnderTest({ DATABASE_URL: postgres.connectionString, DATA_DIR: dataDirectory })
  const ledger = newLedger()
  const studies: string[] = []
  for (let round = 0; round < postgresRounds; round++) {
    const load = startLoad(server.url, authorization, ledger)
    studies.push(...load.studies)
    await sleep(100 + momentOf(round, postgresRounds))
    process.kill(Number((await readFile(join(directory, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0]), 'SIGKILL')
    await postgres.exited
    postgres = await startPostgres({ directory })
    await sleep(100)
    await load.stop()
    if (!server.isRunning()) throw new Error(`The server has ended:\n${server.said()}`)
    expect((await fetch(server.url.replace('/dicom-web', '/readyz'))).status).toBe(200)
    expect(await brokenPromises(server.url, authorization, ledger, load.studies)).toEqual([])
  }
  expect(await brokenStudies(server.url, authorization, ledger, studies)).toEqual([])
  await server.stop()
  expect(ledger.acknowledged.size).toBeGreaterThan(0)
  const { swept, ...wrong } = await leftovers(db)
  expect(wrong).toEqual({ unnamed: [], lost: [], counts: [] })
  report('Postgres', ledger, postgresRounds, swept)
  await db.destroy()
  await postgres.stop()
})
