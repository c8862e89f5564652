/**
 * However large the object, slow the reader and many the parts: the server's memory stays where it was.
 *
 * In an ordinary run sizes are such that holding everything would show; the sizes of the requirement (2 GB, 1 GB to a reader of
 * 20 MB/s, 10,000 parts) take some minutes: `FULL_SIZE=true npm test -- server/src/faults/memory.test.ts`.
 */
import { anInstance, aUID, bytesOf, hasProgram, startServerProcess, testBucket, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aLargeObject, type LargeObject } from './large-object.fixture.ts'
import { canMeasureMemory, inMebibytes, peakMemory, resetPeakMemory } from './process-memory.fixture.ts'
import { inWords, watchSearches } from './search-probe.fixture.ts'
import { readSlowly, storeStreamed } from './slow-clients.fixture.ts'

const isFullSize = process.env['FULL_SIZE'] === 'true'
const megabyte = 1_000_000

const maxMemory = 400 * 1024 ** 2
/** 2 GB; or a sixth of it, so that it would not fit unseen into what is allowed. */
const storedFrames = isFullSize ? 3815 : 800
/** 1 GB; or enough that a server which reads ahead would be done before the reader. */
const slowFrames = isFullSize ? 1908 : 160
const slowBytesPerSecond = 20 * megabyte
/** 1 GB; or as much as would not fit unseen. */
const zippedInstances = isFullSize ? 1908 : 800
const smallParts = isFullSize ? 10_000 : 1_000

const stores = [
  { store: 'folder', needs: [] },
  { store: 'bucket', needs: ['radosgw'] },
] as const

describe.skipIf(!canMeasureMemory).each(stores.filter(({ needs }) => needs.every(hasProgram)))('with blobs in a $store', ({ store }) => {
  let database: Awaited<ReturnType<typeof testDatabase>>
  let server: ServerProcess
  let authorization: string

  beforeAll(async () => {
    database = await testDatabase()
    server = await startServerProcess(database.url, { env: store === 'bucket' ? await bucketSettings() : {} })
    authorization = `Bearer ${await server.token()}`
    // A list for the client beside to look at.
    await storeStreamed(server.url, authorization, Array.from({ length: 100 }, () => [bytesOf(anInstance())]))
  }, 300_000)
  afterAll(async () => {
    await server.stop()
    await database.drop()
  })

  /** Does the work while another client searches; tells the peak of the server's memory and how that client fared. */
  async function measured<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    await resetPeakMemory(server.process.pid)
    const beside = watchSearches({ url: server.url, authorization })
    const began = performance.now()
    const result = await work().finally(async () => {
      const latencies = await beside.stop()
      const seconds = ((performance.now() - began) / 1000).toFixed(1)
      console.log(`${what}, blobs in a ${store}: peak memory ${inMebibytes(await peakMemory(server.process.pid))}, ${seconds} s; ${inWords(latencies)}`)
      expect(latencies.failures).toBe(0)
    })
    expect(await peakMemory(server.process.pid)).toBeLessThan(maxMemory)
    return result
  }

  const frameOf = async (object: LargeObject, frameNumber: number): Promise<Buffer> => {
    const response = await fetch(`${server.url}${object.path}/frames/${String(frameNumber)}`, { headers: { authorization, accept: 'application/octet-stream; transfer-syntax=*' } })
    return Buffer.from(await response.arrayBuffer())
  }

  test('a large multi-frame object is stored, and its frames are the right ones', { timeout: 600_000 }, async () => {
    const object = aLargeObject(storedFrames)
    const { status } = await measured(`${inMebibytes(object.byteLength)} stored`, () => storeStreamed(server.url, authorization, [object.chunks()]))
    expect([200, 202]).toContain(status)
    for (const frameNumber of [1, Math.ceil(storedFrames / 2), storedFrames]) {
      expect((await frameOf(object, frameNumber)).equals(object.frame(frameNumber))).toBe(true)
    }
  })

  test('a large object goes to a slow reader', { timeout: 600_000 }, async () => {
    const object = aLargeObject(slowFrames)
    await storeStreamed(server.url, authorization, [object.chunks()])
    const { status, bytes } = await measured(`${inMebibytes(object.byteLength)} read at 20 MB/s`, () =>
      readSlowly(server.url + object.path, { authorization, accept: 'application/dicom; transfer-syntax=*' }, slowBytesPerSecond))
    expect([status, bytes]).toEqual([200, object.byteLength])
  })

  test('a study of many instances goes as a zip, as fast as it is taken', { timeout: 600_000 }, async () => {
    const [StudyInstanceUID, SeriesInstanceUID] = [aUID(), aUID()]
    const PixelData = Buffer.alloc(512 * 512 * 2, 7)
    function* parts(): Generator<[Uint8Array]> {
      for (let number = 1; number <= zippedInstances; number++) yield [bytesOf(anInstance({ kind: 'CT', StudyInstanceUID, SeriesInstanceUID, InstanceNumber: number, Rows: 512, Columns: 512, PixelData }))]
    }
    expect((await storeStreamed(server.url, authorization, parts())).status).toBe(200)
    const { status, bytes } = await measured(`${String(zippedInstances)} instances as a zip`, () =>
      readSlowly(`${server.url}/studies/${StudyInstanceUID}`, { authorization, accept: 'application/zip' }, Number.MAX_SAFE_INTEGER))
    expect(status).toBe(200)
    expect(bytes).toBeGreaterThan(zippedInstances * PixelData.length)
  })

  test('many small parts arrive in one request, and each is stored', { timeout: 600_000 }, async () => {
    const StudyInstanceUID = aUID()
    const SeriesInstanceUID = aUID()
    function* parts(): Generator<[Uint8Array]> {
      for (let number = 1; number <= smallParts; number++) yield [bytesOf(anInstance({ StudyInstanceUID, SeriesInstanceUID, InstanceNumber: number }))]
    }
    const { status, answer } = await measured(`${String(smallParts)} parts in one request`, () => storeStreamed(server.url, authorization, parts()))
    expect([status, answer['00081199']?.Value?.length]).toEqual([200, smallParts])
    const response = await fetch(`${server.url}/studies?StudyInstanceUID=${StudyInstanceUID}`, { headers: { authorization } })
    expect(await response.json()).toMatchObject([{ '00201208': { Value: [smallParts] } }])
  })
})

async function bucketSettings(): Promise<Record<string, string>> {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = await testBucket()
  return {
    BLOB_STORE: 's3', S3_ENDPOINT: endpoint, S3_REGION: region, S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey, S3_FORCE_PATH_STYLE: 'true',
  }
}
