/** Several servers on one database and one bucket are one service: what holds of one server holds of all of them together. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, bytesOf, hasProgram, startServerProcess, testBucket, testDatabase, type ServerProcess, type TestBucket } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBalancer, type Balancer } from './balancer.fixture.ts'
import { wrongCounts } from './catalogue/catalogue.fixture.ts'
import { storeBody } from './dicomweb/service.fixture.ts'
import { createDb, rows, type Db } from './platform/db.ts'
import { createBlobStore, isDerivedBlobKey } from './storage/index.ts'

const processes = 3

interface Answer {
  readonly status: number
  readonly etag: string | null
  readonly body: Buffer
}

describe.skipIf(!hasProgram('radosgw'))(`${String(processes)} server processes on one Postgres and one bucket`, { timeout: 120_000 }, () => {
  let folder: string
  let database: Awaited<ReturnType<typeof testDatabase>>
  let bucket: TestBucket
  let db: Db
  let servers: ServerProcess[]
  let balancer: Balancer
  let authorization: string
  /** What the balancer gives requests to; one that was killed stays in it, as in life. */
  const origins: string[] = []

  const start = () => startServerProcess(database.url, {
    env: {
      SIGNING_KEYS_FILE: join(folder, 'signing-keys.json'), LOG_LEVEL: 'info',
      BLOB_STORE: 's3', S3_ENDPOINT: bucket.endpoint, S3_REGION: bucket.region, S3_BUCKET: bucket.bucket,
      S3_ACCESS_KEY_ID: bucket.accessKeyId, S3_SECRET_ACCESS_KEY: bucket.secretAccessKey, S3_FORCE_PATH_STYLE: 'true',
    },
  })
  const originOf = ({ url }: ServerProcess) => url.replace(/\/dicom-web$/, '')

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isocenter-scale-out-'))
    database = await testDatabase()
    bucket = await testBucket()
    db = createDb(database.url, 2)
    // At once: they race for the organisation and for the file of signing keys.
    servers = await Promise.all(Array.from({ length: processes }, start))
    origins.push(...servers.map(originOf))
    balancer = await startBalancer(origins)
    authorization = `Bearer ${await servers[0]!.token()}`
  })
  afterAll(async () => {
    await balancer.close()
    await Promise.all(servers.map((server) => server.stop()))
    await db.destroy()
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })

  const get = async (origin: string, path: string, accept = 'application/dicom+json'): Promise<Answer> => {
    const response = await fetch(`${origin}/dicom-web${path}`, { headers: { authorization, accept } })
    return { status: response.status, etag: response.headers.get('etag'), body: Buffer.from(await response.arrayBuffer()) }
  }
  const store = async (origin: string, objects: readonly Uint8Array[]): Promise<number> => {
    const { contentType, body } = storeBody(objects)
    const response = await fetch(`${origin}/dicom-web/studies`, { method: 'POST', headers: { authorization, 'content-type': contentType }, body: new Uint8Array(body) })
    await response.arrayBuffer()
    return response.status
  }
  const search = async (origin: string, path: string): Promise<DicomJson[]> => JSON.parse((await get(origin, path)).body.toString()) as DicomJson[]
  const everywhere = <Result>(ask: (origin: string) => Promise<Result>): Promise<Result[]> => Promise.all(origins.map(ask))
  /** Of instances; what is made from them comes a moment later. */
  const blobKeys = async (): Promise<string[]> => {
    const blobs = createBlobStore({ kind: 's3', ...bucket })
    try {
      return (await Array.fromAsync(blobs.list(''))).map(({ key }) => key).filter((key) => !isDerivedBlobKey(key)).sort()
    } finally {
      await blobs.close()
    }
  }
  const namedKeys = async (): Promise<string[]> =>
    (await rows<{ blob_key: string }>(
      db,
      ['instance', 'instance_version', 'deleted_instance', 'deleted_version', 'obsolete_blob']
        .map((table) => `select blob_key from ${table}`)
        .join(' union '),
      [],
    ))
      .map((row) => row.blob_key)
      .filter((key) => !isDerivedBlobKey(key))
      .sort()

  const value = (object: DicomJson | undefined, tag: string) => object?.[tag]?.Value?.[0]
  const pathOf = (instance: DicomJson) => `/studies/${String(value(instance, '0020000D'))}/series/${String(value(instance, '0020000E'))}/instances/${String(value(instance, '00080018'))}`
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  const asStored = 'application/dicom; transfer-syntax=*'

  test('one token is good at all of them, and of the default organisation there is one', async () => {
    expect((await everywhere((origin) => get(origin, '/studies'))).map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await rows(db, `select count(*)::int as organisations from organisation`, [])).toEqual([{ organisations: 1 }])
  })

  test('one study stored through all of them at once is whole and counted exactly at each, and its bytes come back through each', async () => {
    const study = aStudy({ series: 3, instances: 16 })
    const objects = study.instances.map((instance) => bytesOf(instance))
    // Every request holds instances of all series, so that all servers write to the same rows all the time.
    const requests = Array.from({ length: 12 }, (_, turn) => objects.filter((_, index) => index % 12 === turn))
    const before = new Map(balancer.given)
    expect(await Promise.all(requests.map((request) => store(balancer.url, request)))).toEqual(requests.map(() => 200))
    for (const origin of origins) expect((balancer.given.get(origin) ?? 0) - (before.get(origin) ?? 0)).toBe(4)

    for (const origin of origins) {
      const [found] = await search(origin, `/studies?StudyInstanceUID=${study.StudyInstanceUID}`)
      expect([value(found, '00201206'), value(found, '00201208')]).toEqual([3, 48])
      const series = await search(origin, `/studies/${study.StudyInstanceUID}/series`)
      expect(series.map((one) => value(one, '00201209'))).toEqual([16, 16, 16])
      expect(await search(origin, `/studies/${study.StudyInstanceUID}/instances?limit=100`)).toHaveLength(48)
      expect(await search(origin, `/studies/${study.StudyInstanceUID}/metadata`)).toHaveLength(48)
      for (const [index, instance] of study.instances.entries()) {
        const { status, body } = await get(origin, pathOf(instance), asStored)
        expect([status, sha256(body)]).toEqual([200, sha256(objects[index]!)])
      }
    }
    expect(await wrongCounts(db)).toEqual([])
  })

  test('what all servers name an edition of a resource by is the same, so that a cache may ask any of them', async () => {
    const study = aStudy({ instances: 2 })
    await store(origins[0]!, study.instances.map((instance) => bytesOf(instance)))
    const series = `/studies/${study.StudyInstanceUID}/series/${study.series[0]!.SeriesInstanceUID}`
    for (const [path, accept] of [
      [`${series}/metadata`, 'application/dicom+json'],
      [series, `multipart/related; type="application/dicom"; transfer-syntax=*`],
      [`${pathOf(study.instances[0]!)}/frames/1`, 'application/octet-stream'],
    ] as const) {
      const answers = await everywhere((origin) => get(origin, path, accept))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
      expect(answers[0]!.etag).toBeTruthy()
      expect(new Set(answers.map(({ etag }) => etag)).size).toBe(1)
    }
  })

  test('what is added through one is in the metadata, counts and lists of the others at once, though they answered before', async () => {
    const { StudyInstanceUID, SeriesInstanceUID } = { StudyInstanceUID: aStudy().StudyInstanceUID, SeriesInstanceUID: aStudy().StudyInstanceUID }
    const series = `/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}`
    for (let number = 1; number <= 9; number++) {
      const by = origins[number % processes]!
      expect(await store(by, [bytesOf(anInstance({ StudyInstanceUID, SeriesInstanceUID, InstanceNumber: number }))])).toBe(200)
      const seen = await everywhere(async (origin) => [
        (await search(origin, `${series}/metadata`)).length,
        (await search(origin, `${series}/instances`)).length,
        value((await search(origin, `/studies?StudyInstanceUID=${StudyInstanceUID}`))[0], '00201208'),
      ])
      expect(seen).toEqual(origins.map(() => [number, number, number]))
    }
  })

  test('what is deleted through one is gone at the others at once, though they have just served it; stored again it is back at all', async () => {
    const study = aStudy({ instances: 3 })
    const objects = study.instances.map((instance) => bytesOf(instance))
    const instance = pathOf(study.instances[0]!)
    const paths = [[instance, asStored], [`${instance}/frames/1`, 'application/octet-stream'], [`${instance}/metadata`, '*/*'], [`/studies/${study.StudyInstanceUID}/metadata`, '*/*']] as const
    const statuses = () => everywhere((origin) => Promise.all(paths.map(async ([path, accept]) => (await get(origin, path, accept)).status)))

    expect(await store(origins[0]!, objects)).toBe(200)
    expect(await statuses()).toEqual(origins.map(() => [200, 200, 200, 200]))
    const deletion = await fetch(`${origins[1]!}/dicom-web/studies/${study.StudyInstanceUID}`, { method: 'DELETE', headers: { authorization } })
    expect(deletion.ok).toBe(true)
    expect(await statuses()).toEqual(origins.map(() => [410, 410, 410, 410]))
    expect(await everywhere((origin) => search(origin, `/studies?StudyInstanceUID=${study.StudyInstanceUID}`))).toEqual([[], [], []])

    expect(await store(origins[2]!, objects)).toBe(200)
    expect(await statuses()).toEqual(origins.map(() => [200, 200, 200, 200]))
  })

  test('the same instance stored through all of them at once is one instance, with one blob', async () => {
    const instances = aStudy({ instances: 10 }).instances
    for (const instance of instances) {
      expect(await everywhere((origin) => store(origin, [bytesOf(instance)]))).toEqual([200, 200, 200])
    }
    const StudyInstanceUID = String(value(instances[0], '0020000D'))
    expect((await search(origins[0]!, `/studies?StudyInstanceUID=${StudyInstanceUID}`)).map((study) => value(study, '00201208'))).toEqual([10])
    expect(await rows(
      db,
      'select count(*)::int as instances, max(i.version) as version from instance i join study using (study_key) where study_instance_uid = ?',
      [StudyInstanceUID],
    )).toEqual([{ instances: 10, version: 1 }])
    expect(await blobKeys()).toEqual(await namedKeys())
  })

  test('other bytes under the same UIDs stored through all of them at once are versions of one instance, and all show the same one', async () => {
    const instance = anInstance()
    const objects = origins.map((_, index) => bytesOf({ ...instance, '00204000': { vr: 'LT', Value: [`Edition ${String(index)}`] } }))
    expect(await Promise.all(objects.map((object, index) => store(origins[index]!, [object])))).toEqual([200, 200, 200])
    const shown = await everywhere((origin) => get(origin, pathOf(instance), asStored))
    expect(new Set(shown.map(({ body }) => sha256(body))).size).toBe(1)
    expect(objects.map(sha256)).toContain(sha256(shown[0]!.body))
    const comments = await everywhere(async (origin) => value((await search(origin, `${pathOf(instance)}/metadata`))[0], '00204000'))
    expect(new Set(comments).size).toBe(1)
    expect(shown[0]!.body.includes(String(comments[0]))).toBe(true)
    const [row] = await rows<{ versions: number }>(db, 'select version as versions from instance where sop_instance_uid = ?', [String(value(instance, '00080018'))])
    expect(row?.versions).toBe(3)
  })

  test('one of them killed under load costs nothing that was acknowledged, and clients that try again lose nothing', async () => {
    const studies = Array.from({ length: 6 }, () => aStudy({ series: 2, instances: 12 }))
    const victim = servers[1]!
    let retries = 0
    let acknowledged = 0
    let killed: Promise<void> | undefined

    const send = async (instance: DicomJson): Promise<void> => {
      for (;;) {
        const status = await store(balancer.url, [bytesOf(instance)]).catch(() => 0)
        if (status === 200) break
        // 502 of the balancer, 503 of a server, or a broken line: what any sender tries again after.
        expect([0, 502, 503]).toContain(status)
        retries++
        await sleep(20)
      }
      acknowledged++
      if (acknowledged === 40) killed = kill()
    }
    const kill = async () => {
      victim.process.kill('SIGKILL')
      await new Promise<void>((resolve) => { victim.process.once('exit', () => { resolve() }) })
    }
    await Promise.all(studies.map(async ({ instances }) => { for (const instance of instances) await send(instance) }))
    await killed
    expect(victim.process.signalCode).toBe('SIGKILL')

    const survivors = origins.filter((origin) => origin !== originOf(victim))
    for (const { StudyInstanceUID, instances } of studies) {
      for (const origin of survivors) {
        const [found] = await search(origin, `/studies?StudyInstanceUID=${StudyInstanceUID}`)
        expect(value(found, '00201208')).toBe(24)
        expect(await search(origin, `/studies/${StudyInstanceUID}/metadata`)).toHaveLength(24)
      }
      for (const instance of instances) {
        const { status, body } = await get(balancer.url, pathOf(instance), asStored)
        expect([status, sha256(body)]).toEqual([200, sha256(bytesOf(instance))])
      }
    }
    expect(await wrongCounts(db)).toEqual([])
    console.log(`One of ${String(processes)} servers killed after 40 of ${String(acknowledged)} stores: ${String(retries)} tries were repeated, everything is there once.`)

    // Another one comes in its place, knowing nothing, and serves what it never saw.
    const successor = await start()
    servers.push(successor)
    const first = studies[0]!.instances[0]!
    expect(sha256((await get(originOf(successor), pathOf(first), asStored)).body)).toBe(sha256(bytesOf(first)))
  })

  test('one that is asked to stop answers what it was asked before it goes', async () => {
    const study = aStudy({ instances: 8 })
    const leaving = await start()
    servers.push(leaving)
    const stores = study.instances.map((instance) => store(originOf(leaving), [bytesOf(instance)]))
    await sleep(30)
    leaving.process.kill('SIGTERM')
    const statuses = await Promise.all(stores.map((one) => one.catch(() => 0)))
    const here = new Set((await search(origins[0]!, `/studies/${study.StudyInstanceUID}/instances`)).map((instance) => value(instance, '00080018')))
    // Whatever it answered 200 is there; what came too late was refused, not swallowed.
    for (const [index, instance] of study.instances.entries()) if (statuses[index] === 200) expect(here).toContain(value(instance, '00080018'))
    expect(statuses.filter((status) => ![0, 200, 503].includes(status))).toEqual([])
  })
})
