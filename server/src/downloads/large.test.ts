/** A study as large as they come: its zip is made in bounded memory, and a server that is killed in the middle leaves no half of one. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { anInstance, aUID, bytesOf, testDatabase } from '@isocenter/testkit'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCatalogue, type Catalogue } from '../catalogue/index.ts'
import { accessTo } from '../catalogue/search.fixture.ts'
import { ingest } from '../dicomweb/stow/ingest.ts'
import { canMeasureMemory, inMebibytes, peakMemory, resetPeakMemory, residentMemory } from '../faults/process-memory.fixture.ts'
import { addJob } from '../jobs/index.ts'
import { notificationRecipients } from '../organisations/index.ts'
import { aMember, anOrganisation } from '../organisations/organisations.fixture.ts'
import { createDb, type Db } from '../platform/db.ts'
import { createMetrics } from '../platform/metrics.ts'
import { startServerUnderTest } from '../server-process.fixture.ts'
import { createBlobStore, type BlobStore } from '../storage/index.ts'
import { createTranscoding } from '../transcoding/index.ts'
import { unzipped } from '../platform/zip.fixture.ts'
import { hasDcmtk, inFolder, run } from './downloads.fixture.ts'
import { createDownloads, type Downloads } from './index.ts'

const slices = Number(process.env['DOWNLOAD_SLICES'] ?? 300)
const sliceBytes = 512 * 512 * 2
const kills = 3
/** Half of what passes through, at the most: whoever held a study would hold all of it. */
const mostMemory = slices * sliceBytes / 2

let directory: string
let database: Awaited<ReturnType<typeof testDatabase>>
let db: Db
let blobs: BlobStore
let catalogue: Catalogue
let downloads: Downloads
let transcoding: ReturnType<typeof createTranscoding>
let access: ReturnType<typeof accessTo>
const StudyInstanceUID = aUID()

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'isocenter-large-download-'))
  database = await testDatabase()
  db = createDb(database.url, 4)
  blobs = createBlobStore({ kind: 'fs', directory: join(directory, 'blobs') })
  catalogue = createCatalogue({ db })
  transcoding = createTranscoding({ blobs, threads: 1, timeoutMs: 30_000, cacheBytes: 0 })
  downloads = createDownloads({
    db,
    blobs,
    catalogue,
    transcoding,
    recipients: notificationRecipients,
    database: database.url,
    lists: {},
    directBytes: 0,
    keptHours: 24,
    quotaBytes: 1e12,
    onFailure: (error) => { throw error },
  })
  const { organisationId } = await anOrganisation(db, 'hospital')
  const { accountId } = await aMember(db, organisationId, 'full')
  access = { ...accessTo(organisationId), actor: { kind: 'account', id: accountId } }
  const SeriesInstanceUID = aUID()
  const PixelData = Buffer.alloc(sliceBytes, 7)
  const parts = async function* () {
    for (let slice = 1; slice <= slices; slice++) {
      const object = Buffer.from(bytesOf(anInstance({ kind: 'CT', StudyInstanceUID, SeriesInstanceUID, InstanceNumber: slice, Rows: 512, Columns: 512, PixelData })))
      yield { claimsDicom: true, body: (async function* () { yield object })() }
    }
  }
  const { results } = await ingest(parts(), { blobs, catalogue, metrics: createMetrics(), log: pino({ level: 'silent' }), access, StudyInstanceUID: undefined, maxInstanceBytes: 1e9, fallbackCharset: undefined })
  expect(results.filter(({ kind }) => kind !== 'stored')).toEqual([])
}, 240_000)
afterAll(async () => {
  await transcoding.close()
  await catalogue.close()
  await blobs.close()
  await db.destroy()
  await rm(directory, { recursive: true, force: true })
  await database.drop()
})

const keys = async () => (await Array.fromAsync(blobs.list('downloads/'))).map(({ key }) => key)
const stateOf = (downloadId: string) => db('download').where({ download_id: downloadId }).first<{ state: string; done_bytes: string }>('state', 'done_bytes')

test.runIf(canMeasureMemory)(`${String(slices)} slices pass through little memory, as they are and de-identified`, { timeout: 600_000 }, async () => {
  for (const isAnonymised of [false, true]) {
    const { downloadId } = await downloads.create(access, { studies: [StudyInstanceUID], isAnonymised })
    await resetPeakMemory(process.pid)
    const before = await residentMemory(process.pid)
    const began = performance.now()
    await downloads.makeAll(new AbortController().signal)
    const [seconds, grown] = [(performance.now() - began) / 1_000, await peakMemory(process.pid) - before]
    const made = await downloads.find({ accountId: access.actor.id }, downloadId)
    expect(made).toMatchObject({ state: 'ready', instances: slices })
    console.info(`${inMebibytes(made.byteLength ?? 0)}${isAnonymised ? ' de-identified' : ''} in ${seconds.toFixed(1)} s, ${inMebibytes(grown)} of memory more at the most`)
    expect(grown).toBeLessThan(mostMemory)
    await downloads.remove({ accountId: access.actor.id }, downloadId)
  }
})

test(`a server killed ${String(kills)} times while it makes one shows none of them, and the last one is whole`, { timeout: 240_000 }, async () => {
  const { downloadId } = await downloads.create(access, { studies: [StudyInstanceUID], isAnonymised: true })
  const start = async () => {
    const server = await startServerUnderTest({ DATABASE_URL: database.url, DATA_DIR: directory })
    await addJob(database.url, 'make-downloads', {}, 'make-downloads')
    return server
  }
  const until = async (state: string) => {
    for (const end = Date.now() + 60_000; (await stateOf(downloadId))?.state !== state;) {
      if (Date.now() > end) throw new Error(`it does not become ${state}`)
      await sleep(5)
    }
  }
  for (let round = 0; round < kills; round++) {
    const server = await start()
    await until('making')
    await sleep(Math.random() * 200)
    await server.kill()
    expect(await stateOf(downloadId)).toMatchObject({ state: 'making' })
    // Nothing can be seen under a key before it is whole.
    expect(await keys()).toEqual([])
    // As if half a minute had passed: whoever has not renewed his lease by then is dead.
    await db('download').where({ download_id: downloadId }).update({ leased_until: new Date(0) })
  }
  const last = await start()
  await until('ready')
  await last.stop()
  const [key = '', ...others] = await keys()
  expect(others).toEqual([])
  const files = await unzipped(Buffer.concat(await Array.fromAsync(await blobs.read(key) as AsyncIterable<Buffer>)))
  expect(files.size).toBe(slices + 1)
  if (hasDcmtk) await inFolder(files, async (folder) => { expect((await run('dcmdump', ['+P', 'ReferencedFileID', 'DICOMDIR'], { cwd: folder, maxBuffer: 1e8 })).stdout.match(/IM0/g)).toHaveLength(slices) })
})
