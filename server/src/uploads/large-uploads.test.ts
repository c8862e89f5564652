/**
 * Uploads of large objects: memory, and servers killed in the middle. In an ordinary run the object would show if it were held in memory;
 * `FULL_SIZE=true` sends 1 GB.
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Upload } from '@isocenter/contracts'
import { hasProgram, startServerProcess, testBucket, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unnamedBlobs } from '../catalogue/index.ts'
import { aLargeObject, type LargeObject } from '../faults/large-object.fixture.ts'
import { canMeasureMemory, inMebibytes, peakMemory, resetPeakMemory } from '../faults/process-memory.fixture.ts'
import { createDb, type Db } from '../platform/db.ts'

const frames = process.env['FULL_SIZE'] === 'true' ? 1908 : 600
const kills = 3
/** As for a store of a large object: faults/memory.test.ts. */
const maxMemory = 400 * 1024 ** 2
const stores = [{ store: 'folder', needs: [] }, { store: 'bucket', needs: ['radosgw'] }] as const

describe.skipIf(!canMeasureMemory).each(stores.filter(({ needs }) => needs.every(hasProgram)))('a large upload, blobs in a $store', ({ store }) => {
  let database: Awaited<ReturnType<typeof testDatabase>>
  let db: Db
  let directory: string
  let env: Record<string, string>
  let authorization: string
  let servers: ServerProcess[]
  const start = () => startServerProcess(database.url, { dataDirectory: directory, env })

  beforeAll(async () => {
    database = await testDatabase()
    db = createDb(database.url, 2)
    directory = await mkdtemp(join(tmpdir(), 'isocenter-uploads-'))
    env = store === 'bucket' ? await bucketSettings() : {}
    servers = [await start(), await start()]
    authorization = `Bearer ${await serverAt(0).token('--scope', 'upload dicomweb:retrieve')}`
  }, 60_000)
  afterAll(async () => {
    for (const server of servers) await server.stop()
    await db.destroy()
    await database.drop()
    await rm(directory, { recursive: true, force: true })
  })

  const addressOf = ({ url }: ServerProcess, path: string) => url.replace('/dicom-web', '') + path
  const serverAt = (index: number) => servers[index % servers.length] as ServerProcess
  const headers = () => ({ authorization, 'tus-resumable': '1.0.0' })
  const create = async ({ byteLength }: LargeObject) => {
    const answer = await fetch(addressOf(serverAt(0), '/api/uploads'), { method: 'POST', headers: { ...headers(), 'upload-length': String(byteLength) } })
    expect(answer.status).toBe(201)
    return answer.headers.get('location') ?? ''
  }
  const offsetAt = async (server: ServerProcess, path: string) => Number((await fetch(addressOf(server, path), { method: 'HEAD', headers: headers() })).headers.get('upload-offset'))
  const told = async (path: string) => (await fetch(addressOf(serverAt(0), path), { headers: headers() })).json() as Promise<Upload>
  const send = async (server: ServerProcess, path: string, object: LargeObject, offset: number): Promise<number> => {
    const request = httpRequest(addressOf(server, path), {
      method: 'PATCH', agent: false, headers: { ...headers(), 'content-type': 'application/offset+octet-stream', 'upload-offset': offset, 'content-length': object.byteLength - offset },
    })
    const answered = once(request, 'response') as Promise<[IncomingMessage]>
    const [[response]] = await Promise.all([answered, pipeline(Readable.from(from(object, offset), { objectMode: true, highWaterMark: 4 }), request)])
    response.resume()
    return response.statusCode ?? 0
  }
  /** True when nobody receives or stores it: the lease of who was killed is over. */
  const isFree = async (path: string) => {
    const upload = await db('upload').where({ upload_id: path.split('/').at(-1) }).first<{ is_free: boolean } | undefined>(db.raw('leased_until is null or leased_until < now() as is_free'))
    return upload?.is_free ?? true
  }
  const isWhole = async (object: LargeObject) => {
    for (const frameNumber of [1, object.numberOfFrames >> 1, object.numberOfFrames]) {
      const answer = await fetch(`${serverAt(1).url}${object.path}/frames/${String(frameNumber)}`, { headers: { authorization, accept: 'application/octet-stream; transfer-syntax=*' } })
      if (!Buffer.from(await answer.arrayBuffer()).equals(object.frame(frameNumber))) return false
    }
    return true
  }

  test('is never held in memory', { timeout: 300_000 }, async () => {
    const object = aLargeObject(frames)
    const path = await create(object)
    const server = serverAt(0)
    await resetPeakMemory(server.process.pid)
    const began = performance.now()
    expect(await send(server, path, object, 0)).toBe(204)
    await expect.poll(async () => (await told(path)).state, { timeout: 120_000, interval: 500 }).toBe('finished')
    const peak = await peakMemory(server.process.pid)
    console.log(`${inMebibytes(object.byteLength)} uploaded, blobs in a ${store}: peak memory ${inMebibytes(peak)}, ${((performance.now() - began) / 1000).toFixed(1)} s`)
    expect(peak).toBeLessThan(maxMemory)
    expect(await told(path)).toMatchObject({ status: 200 })
    expect(await isWhole(object)).toBe(true)
  })

  test(`goes on where it was when servers are killed ${kills} times and others take their turn, and is stored once`, { timeout: 300_000 }, async () => {
    const object = aLargeObject(frames >> 1)
    const path = await create(object)
    let sent = 0
    let refused = 0
    for (let turn = 0; turn < 200; turn++) {
      const server = serverAt(turn)
      const offset = await offsetAt(server, path)
      // Nothing that was counted is ever lost.
      expect(offset).toBeGreaterThanOrEqual(sent)
      sent = offset
      if (offset === object.byteLength) break
      const sending = send(server, path, object, offset).catch(() => 0)
      if (turn < kills) {
        await sleep(150 + Math.random() * 400)
        server.process.kill('SIGKILL')
        await once(server.process, 'exit')
        servers[turn % servers.length] = await start()
      }
      const status = await sending
      // A server that refuses closes the connection, which the sender may see before the answer.
      if (status === 423 || status === 0) {
        refused++
        // Whoever had it was killed: that his time comes to its end by itself is waited for once, and then taken as past.
        if (refused > 1 || store === 'bucket') await db('upload').where({ upload_id: path.split('/').at(-1) }).update({ leased_until: db.raw(`now() - interval '1 second'`) })
        await expect.poll(() => isFree(path), { timeout: 30_000 }).toBe(true)
      }
    }
    await expect.poll(async () => (await told(path)).state, { timeout: 120_000, interval: 500 }).toBe('finished')
    console.log(`${inMebibytes(object.byteLength)} uploaded over ${String(kills)} kills, blobs in a ${store}; ${String(refused)} requests found it locked`)
    expect(await told(path)).toMatchObject({ status: 200 })
    expect(await isWhole(object)).toBe(true)
    expect(await db('instance').where({ sop_instance_uid: object.path.split('/').at(-1) })).toHaveLength(1)
    // What the killed ones left is on the list of what the sweep removes, or an unfinished write.
    const pieces = (await db('obsolete_blob').pluck<string[]>('blob_key')).filter((key) => key.startsWith('uploads/'))
    expect(pieces.length).toBeGreaterThan(0)
    expect(await unnamedBlobs(db, pieces)).toEqual([])
    expect(await db('upload_chunk')).toEqual([])
  })
})

/** The bytes of an object from an offset on. */
function* from(object: LargeObject, offset: number): Generator<Uint8Array> {
  let position = 0
  for (const chunk of object.chunks()) {
    const skipped = Math.max(0, offset - position)
    position += chunk.length
    if (skipped < chunk.length) yield chunk.subarray(skipped)
  }
}

async function bucketSettings(): Promise<Record<string, string>> {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = await testBucket()
  return {
    BLOB_STORE: 's3', S3_ENDPOINT: endpoint, S3_REGION: region, S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey, S3_FORCE_PATH_STYLE: 'true',
  }
}
