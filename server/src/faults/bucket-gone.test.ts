/** A bucket that is slow, silent or gone: what needs it is refused with a reason and in time, what does not goes on, and it all comes back by itself. */
import { anInstance, aStudy, bytesOf, hasProgram, startServerProcess, testBucket, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { wrongCounts } from '../catalogue/catalogue.fixture.ts'
import { createDb } from '../platform/db.ts'
import { aClient, asStored, pathOf, valueOf, type Client } from './client.fixture.ts'
import { openGate, type Gate } from './gate.fixture.ts'

const attemptMs = 10_000
/** Two attempts, and some for the machine. */
const silenceBoundMs = 30_000

describe.skipIf(!hasProgram('radosgw'))('a server whose bucket', { timeout: 120_000 }, () => {
  let database: Awaited<ReturnType<typeof testDatabase>>
  let gate: Gate
  let server: ServerProcess
  let client: Client
  const study = aStudy({ instances: 3 })
  const kept = study.instances[0]!

  beforeAll(async () => {
    database = await testDatabase()
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = await testBucket()
    gate = await openGate(endpoint)
    server = await startServerProcess(database.url, {
      env: {
        BLOB_STORE: 's3', S3_ENDPOINT: gate.endpoint, S3_REGION: region, S3_BUCKET: bucket,
        S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey, S3_FORCE_PATH_STYLE: 'true',
      },
    })
    client = aClient(server.url, `Bearer ${await server.token()}`)
    expect((await client.store(study.instances.map((instance) => bytesOf(instance)))).status).toBe(200)
  }, 300_000)
  beforeEach(() => { gate.set('open') })
  afterAll(async () => {
    gate.set('open')
    await server.stop()
    await gate.close()
    await database.drop()
  })

  const problemType = (body: Buffer) => (JSON.parse(body.toString()) as { type: string }).type
  const searchesGoOn = async () => {
    const found = await client.get(`/studies?StudyInstanceUID=${study.StudyInstanceUID}`)
    expect(found.status).toBe(200)
    // It does not wait for the bucket, of which one attempt takes longer.
    expect(found.tookMs).toBeLessThan(attemptMs)
    expect((await client.get(`${pathOf(kept)}/metadata`)).status).toBe(200)
  }
  const isWell = async () => {
    await expect.poll(async () => (await client.ready()).status, { timeout: silenceBoundMs }).toBe(200)
    const another = anInstance()
    expect((await client.store([bytesOf(another)])).status).toBe(200)
    for (const instance of [kept, another]) expect(Buffer.compare((await client.get(pathOf(instance), asStored)).body, bytesOf(instance))).toBe(0)
  }

  test('is gone refuses with 503 what needs bytes, shows nothing of what it refused, and is well when the bucket is back', async () => {
    gate.set('cut')
    const refused = anInstance()
    const stored = await client.store([bytesOf(refused)])
    expect([stored.status, stored.stored]).toEqual([503, []])
    for (const path of [pathOf(kept), `${pathOf(kept)}/frames/1`]) {
      const answer = await client.get(path, '*/*')
      expect([path, answer.status, problemType(answer.body), answer.headers.get('retry-after')]).toEqual([path, 503, '/problems/unavailable', '5'])
    }
    const ready = await client.ready()
    expect([ready.status, JSON.parse(ready.body.toString())]).toEqual([503, expect.objectContaining({ failing: ['blobs'] })])
    await searchesGoOn()
    expect(await client.search(`/studies?StudyInstanceUID=${valueOf(refused, '0020000D')}`)).toEqual([])

    gate.set('open')
    await isWell()
    expect((await client.store([bytesOf(refused)])).status).toBe(200)
  })

  test('falls silent answers 503 in time, and is well when the bucket speaks again', async () => {
    gate.set('silent')
    const answers = Promise.all([client.get(pathOf(kept), asStored), client.get(`${pathOf(kept)}/frames/1`, '*/*')])
    const ready = await client.ready()
    expect([ready.status, JSON.parse(ready.body.toString())]).toEqual([503, expect.objectContaining({ failing: ['blobs'] })])
    await searchesGoOn()
    for (const { status, tookMs } of await answers) {
      expect(status).toBe(503)
      expect(tookMs).toBeLessThan(silenceBoundMs)
    }
    gate.set('open')
    await isWell()
  })

  test.runIf(process.env['FULL_SIZE'] === 'true')('falls silent while instances arrive refuses them within two minutes', async () => {
    gate.set('silent')
    const refused = anInstance()
    const stored = await client.store([bytesOf(refused)])
    console.log(`A store into a silent bucket was refused after ${(stored.tookMs / 1000).toFixed(0)} s.`)
    expect([stored.status, stored.stored]).toEqual([503, []])
    gate.set('open')
    await isWell()
  })

  test('is slow only takes longer', async () => {
    gate.set('slow')
    const slow = anInstance()
    expect((await client.store([bytesOf(slow)])).status).toBe(200)
    expect(Buffer.compare((await client.get(pathOf(slow), asStored)).body, bytesOf(slow))).toBe(0)
    await searchesGoOn()
  })

  test('comes and goes under load loses nothing acknowledged', async () => {
    const studies = Array.from({ length: 4 }, () => aStudy({ instances: 10 }))
    const acknowledged = new Set<string>()
    const refusals = new Set<number>()
    let isFlapping = true
    const flap = (async () => {
      for (let turn = 0; isFlapping; turn++) {
        gate.set(turn % 2 === 0 ? 'cut' : 'open')
        await new Promise((resolve) => { setTimeout(resolve, turn % 2 === 0 ? 150 : 600) })
      }
      gate.set('open')
    })()
    await Promise.all(studies.map(async ({ instances }) => {
      for (const instance of instances) {
        const { stored, status } = await client.store([bytesOf(instance)])
        if (status !== 200) refusals.add(status)
        for (const SOPInstanceUID of stored) acknowledged.add(SOPInstanceUID)
      }
    }))
    isFlapping = false
    await flap
    expect([...refusals].filter((status) => status !== 503)).toEqual([])
    for (const { StudyInstanceUID, instances } of studies) {
      const shown = new Set((await client.search(`/studies/${StudyInstanceUID}/instances`)).map((instance) => valueOf(instance, '00080018')))
      for (const instance of instances) {
        const SOPInstanceUID = valueOf(instance, '00080018')
        if (acknowledged.has(SOPInstanceUID)) expect(shown).toContain(SOPInstanceUID)
        if (shown.has(SOPInstanceUID)) expect(Buffer.compare((await client.get(pathOf(instance), asStored)).body, bytesOf(instance))).toBe(0)
      }
    }
    const db = createDb(database.url, 1)
    expect(await wrongCounts(db)).toEqual([])
    await db.destroy()
  })
})
