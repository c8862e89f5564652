/** A server that dies in the middle of compressing loses nothing: every object is the one form or the other, whole. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { anInstance, bytesOf, testDatabase } from '@isocenter/testkit'
import { expect, test } from 'vitest'
import { createCatalogue, ensureDefaultOrganisation, unnamedBlobs, type Catalogue } from '../catalogue/index.ts'
import { accessTo } from '../catalogue/search.fixture.ts'
import { ingest, type Ingest } from '../dicomweb/stow/ingest.ts'
import { isDigestOf, reread, sweep } from '../dicomweb/index.ts'
import { addJob } from '../jobs/index.ts'
import { createDb, rows, type Db } from '../platform/db.ts'
import { createMetrics } from '../platform/metrics.ts'
import { pino } from 'pino'
import { startServerUnderTest } from '../server-process.fixture.ts'
import { createBlobStore, type BlobStore } from '../storage/index.ts'
import { recompressionRules, setRule } from './index.ts'

const objects = 40
const kills = Number(process.env['KILL_RECOMPRESSION_ROUNDS'] ?? 4)
const log = pino({ level: 'silent' })

/** Stores by the way every object comes. */
async function store(blobs: BlobStore, catalogue: Catalogue, organisationId: string): Promise<Buffer[]> {
  const PixelData = (seed: number) => Buffer.from(Uint16Array.from({ length: 128 * 128 }, (_, index) => (index % 128) * 3 + seed).buffer)
  const all = Array.from({ length: objects }, (_, seed) => Buffer.from(bytesOf(anInstance({ kind: 'CT', Rows: 128, Columns: 128, PixelData: PixelData(seed) }))))
  const parts = async function* () {
    for (const object of all) yield { claimsDicom: true, body: (async function* () { yield object })() }
  }
  const options: Ingest = { blobs, catalogue, metrics: createMetrics(), log, access: accessTo(organisationId), StudyInstanceUID: undefined, maxInstanceBytes: 1e9, fallbackCharset: undefined }
  expect((await ingest(parts(), options)).results.filter(({ kind }) => kind !== 'stored')).toEqual([])
  return all
}

const compressed = async (db: Db): Promise<number> => Number((await rows<{ count: string }>(db, 'select count(*) from recompressed', []))[0]?.count)

test(`killed ${String(kills)} times while it compresses and while it puts back`, { timeout: 240_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'isocenter-recompress-kill-'))
  const database = await testDatabase()
  const db = createDb(database.url, 3)
  const blobs = createBlobStore({ kind: 'fs', directory: join(directory, 'blobs') })
  const catalogue = createCatalogue({ db })
  try {
    const { organisationId } = await ensureDefaultOrganisation(db, 'default')
    const sent = await store(blobs, catalogue, organisationId)
    await db('instance').update({ stored_at: new Date(Date.now() - 3_600_000) })
    const rule = { organisationId, modalities: undefined, sopClasses: undefined, transferSyntaxes: ['1.2.840.10008.1.2.1'], minimumAgeHours: 0, fromHour: 0, toHour: 0 }
    // Some thirty objects a second, so that a kill comes in the middle.
    await setRule(db, { ...rule, bytesPerSecond: 1_000_000 })
    let jobs = 0
    const killedAt: number[] = []
    const start = async () => {
      const server = await startServerUnderTest({ DATABASE_URL: database.url, DATA_DIR: directory })
      await addJob(database.url, 'recompress', {}, `slice ${String(jobs++)}`)
      return server
    }
    const until = async (isDone: () => Promise<boolean>) => {
      for (const end = Date.now() + 60_000; !await isDone();) {
        if (Date.now() > end) throw new Error('the slice does not get on')
        await sleep(20)
      }
    }
    for (let round = 0; round < kills; round++) {
      const before = await compressed(db)
      const server = await start()
      await until(async () => await compressed(db) > before)
      await sleep(Math.random() * 100)
      await server.kill()
      killedAt.push(await compressed(db))
      // Nobody has to wait for the sweep: what rows name is there, and is what they say.
      for (const { blob_key, sha256 } of await rows<{ blob_key: string; sha256: Buffer }>(db, 'select blob_key, sha256 from instance', [])) expect(isDigestOf(sha256, await reread(blobs, blob_key))).toBe(true)
    }
    expect(killedAt.some((count) => count > 0 && count < objects)).toBe(true)
    await setRule(db, { ...rule, bytesPerSecond: 1e9 })
    const last = await start()
    await until(async () => await compressed(db) === objects)
    await db('recompression_rule').update({ is_reversing: true, visited_to: 0, bytes_per_second: 1_000_000 })
    await addJob(database.url, 'recompress', {}, `slice ${String(jobs++)}`)
    await until(async () => await compressed(db) < objects)
    await last.kill()

    await db('recompression_rule').update({ visited_to: 0, bytes_per_second: 1e9 })
    const reversing = await start()
    await until(async () => await compressed(db) === 0)
    await reversing.stop()
    await sweep({ db, blobs, now: () => new Date(Date.now() + 2 * 3_600_000) })
    const left = (await Array.fromAsync(blobs.list(`${organisationId}/`))).map(({ key }) => key)
    expect([left.length, await unnamedBlobs(db, left)]).toEqual([objects, []])
    const held = await Promise.all(left.map(async (key) => Buffer.concat(await Array.fromAsync(await blobs.read(key) as AsyncIterable<Buffer>)).toString('base64')))
    expect(held.sort()).toEqual(sent.map((object) => object.toString('base64')).sort())
    expect((await recompressionRules(db))[0]).toMatchObject({ leftBecause: {} })
  } finally {
    await catalogue.close()
    await blobs.close()
    await db.destroy()
    await rm(directory, { recursive: true, force: true })
    await database.drop()
  }
})
