/**
 * Times the blob stores: node server/bench/blob-store.ts fs DIRECTORY | s3 ENDPOINT BUCKET (keys from S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY).
 * Prints operations a second and the median and 99th percentile of one, for one, four and eight at a time.
 */
import { randomBytes, randomInt } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { createBlobStore, newBlobKey, type BlobStore, type BlobStoreConfig } from '../src/storage/index.ts'

const instanceBytes = 512 * 1024
const frameBytes = 512 * 1024
const chunkBytes = 64 * 1024
const multiFrameBytes = 200 * 1024 * 1024
const secondsEach = Number(process.env['BENCH_SECONDS'] ?? 4)

const store = createBlobStore(configuration(process.argv.slice(2)))
const body = randomBytes(instanceBytes)
const kept: string[] = []
try {
  for (const atOnce of [1, 4, 8]) await timed('put 0.5 MiB', atOnce, async () => { kept.push(await put(store, [body])) })
  for (const atOnce of [1, 4, 8]) await timed('get 0.5 MiB', atOnce, () => drain(store, kept[randomInt(kept.length)]!))
  const multiFrame = await put(store, { * [Symbol.iterator]() { for (let sent = 0; sent < multiFrameBytes; sent += instanceBytes) yield body } })
  kept.push(multiFrame)
  for (const atOnce of [1, 4, 8]) {
    await timed('frame of 0.5 MiB in 200 MiB', atOnce, () => drain(store, multiFrame, { offset: randomInt(multiFrameBytes / frameBytes) * frameBytes, length: frameBytes }))
  }
  await timed('get 200 MiB', 1, () => drain(store, multiFrame))
} finally {
  for (const key of kept) await store.delete(key)
  await store.close()
}

function configuration([kind, place, bucket]: string[]): BlobStoreConfig {
  if (kind === 'fs' && place) return { kind, directory: place }
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = process.env
  if (kind === 's3' && place && bucket) return { kind, endpoint: place, region: 'us-east-1', bucket, accessKeyId, secretAccessKey, forcePathStyle: true }
  throw new Error('Say fs DIRECTORY or s3 ENDPOINT BUCKET.')
}

async function put(store: BlobStore, bodies: Iterable<Buffer>): Promise<string> {
  const key = newBlobKey('1', new Date())
  const writer = await store.create(key)
  for (const bytes of bodies) for (let offset = 0; offset < bytes.length; offset += chunkBytes) await writer.write(bytes.subarray(offset, offset + chunkBytes))
  await writer.commit()
  return key
}

async function drain(store: BlobStore, key: string, range?: { offset: number; length: number }): Promise<void> {
  const stream = await store.read(key, range)
  await new Promise((resolve, reject) => { stream.on('data', () => {}).on('end', resolve).on('error', reject) })
}

async function timed(name: string, atOnce: number, work: () => Promise<void>): Promise<void> {
  const times: number[] = []
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (performance.now() - start < secondsEach * 1000) {
      const began = performance.now()
      await work()
      times.push(performance.now() - began)
    }
  }))
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  times.sort((a, b) => a - b)
  const at = (share: number): string => times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(2)
  const cpu = ((user + system) / 1000 / times.length).toFixed(2)
  console.log(`${name.padEnd(28)} ${atOnce} at once  ${(times.length / seconds).toFixed(0).padStart(6)}/s  p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  CPU ${cpu} ms each  RSS ${(process.memoryUsage.rss() / 1024 ** 2).toFixed(0)} MiB`)
}
