import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { hasProgram, testBucket, type TestBucket } from '@isocenter/testkit'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BlobStoreFull, BlobStoreUnavailable, type BlobStore } from './blob-store.ts'
import { createS3BlobStore } from './s3.ts'
import { partBytes } from './s3-parts.ts'

/** Answers a request itself and returns true, or leaves it to the bucket. */
type Interference = (request: http.IncomingMessage, response: http.ServerResponse) => boolean

const timeouts = { connectMs: 500, attemptMs: 500, stallMs: 400 }
const soonMs = 4000

describe.skipIf(!hasProgram('radosgw'))('a bucket in trouble', () => {
  let bucket: TestBucket
  let line: BrokenLine
  let store: BlobStore
  beforeAll(async () => { bucket = await testBucket() })
  beforeEach(async () => {
    line = await brokenLine(bucket.endpoint)
    store = createS3BlobStore({ kind: 's3', ...bucket, endpoint: line.endpoint, timeouts })
  })
  afterEach(async () => {
    await store.close()
    await line.close()
  })

  const write = async (key: string, bytes: Uint8Array): Promise<void> => {
    const writer = await store.create(key)
    await writer.write(bytes)
    await writer.commit()
  }
  const everything = {
    read: () => store.read('a'),
    'read a range': () => store.read('a', { offset: 0, length: 1 }),
    stat: () => store.stat('a'),
    delete: () => store.delete('a'),
    'write a little': () => write('a', Buffer.from('a')),
    'write much': () => write('a', Buffer.alloc(2 * partBytes)),
    list: async () => { for await (const { key } of store.list('')) expect(key).toBeDefined() },
    sweep: () => store.sweepUnfinished(new Date()),
    check: () => store.check(),
  }
  const troubles: Record<string, Interference> = {
    'never answers': () => true,
    'hangs up': (request) => { request.socket.destroy(); return true },
    'answers 503': (_, response) => problem(response, 503, 'SlowDown'),
    'refuses us': (_, response) => problem(response, 403, 'AccessDenied'),
    'is not there': (_, response) => problem(response, 404, 'NoSuchBucket'),
    'answers nonsense': (_, response) => { response.writeHead(500).end('<html>Bad gateway</html>'); return true },
  }

  describe.each(Object.keys(troubles))('that %s', (trouble) => {
    test('is BlobStoreUnavailable, soon, whatever is asked of it', async () => {
      line.interference = troubles[trouble]!
      await Promise.all(Object.entries(everything).map(async ([name, ask]) => {
        const began = Date.now()
        const error: unknown = await ask().then(() => undefined, (error: unknown) => error)
        // To the question whether an object is there, S3 says no more than 404 for a bucket that is not.
        const expected = trouble === 'is not there' && name === 'stat' ? undefined : 'BlobStoreUnavailable'
        expect({ name, error: error instanceof Error ? error.name : error, isSoon: Date.now() - began < soonMs }).toEqual({ name, error: expected, isSoon: true })
      }))
    }, 15_000)
  })

  test('to which nothing connects is BlobStoreUnavailable', async () => {
    await line.close()
    for (const ask of Object.values(everything)) await expect(ask()).rejects.toBeInstanceOf(BlobStoreUnavailable)
  })

  test.each([[507, 'XMinioStorageFull'], [403, 'QuotaExceeded']])('that is full (%i %s) is BlobStoreFull', async (status, code) => {
    line.interference = (_, response) => problem(response, status, code)
    await expect(write('a', Buffer.from('a'))).rejects.toBeInstanceOf(BlobStoreFull)
    await expect(write('a', Buffer.alloc(2 * partBytes))).rejects.toBeInstanceOf(BlobStoreFull)
  })

  test.each([[partBytes, ['PUT']], [partBytes + 1, ['POST', 'PUT', 'PUT', 'POST']]])('takes an object of %i bytes in the requests %j', async (size, methods) => {
    const seen: string[] = []
    line.interference = (request) => { seen.push(request.method ?? ''); return false }
    await write('counted', Buffer.alloc(size))
    expect(seen).toEqual(methods)
  })

  test('that fails once is asked again', async () => {
    line.interference = firstTimes(1, (_, response) => problem(response, 503, 'SlowDown'))
    await write('asked-again', Buffer.from('here'))
    line.interference = firstTimes(1, (request) => { request.socket.destroy(); return true })
    expect((await buffer(await store.read('asked-again'))).toString()).toBe('here')
  })

  test('that refuses a part before it has read it reads no other object in its place', async () => {
    const [first, other] = [randomBytes(2 * partBytes), randomBytes(2 * partBytes)]
    const late = Promise.withResolvers<undefined>()
    let refused: Promise<Buffer> | undefined
    line.interference = (request, response) => {
      if (refused || request.url?.includes('partNumber=1') !== true) return false
      refused = readAfter(late.promise, request)
      return problem(response, 503, 'SlowDown')
    }
    await write('refused-first', first)
    await write('other', other)
    late.resolve(undefined)
    const bytes = await refused ?? Buffer.of()
    expect(bytes.length).toBeGreaterThan(partBytes / 2)
    expect(bytes.equals(first.subarray(0, bytes.length))).toBe(true)
    expect((await buffer(await store.read('refused-first'))).equals(first)).toBe(true)
  })

  describe('in the middle of an answer', () => {
    const bytes = randomBytes(3_000_000)
    beforeEach(() => write('answer', bytes))

    test('falling silent fails the stream, soon', async () => {
      line.interference = answerPart(bytes, 1_000_000, () => {})
      const began = Date.now()
      await expect(buffer(await store.read('answer'))).rejects.toBeInstanceOf(BlobStoreUnavailable)
      expect(Date.now() - began).toBeLessThan(soonMs)
    })

    test('hanging up fails the stream: what came is not the blob', async () => {
      line.interference = answerPart(bytes, 1_000_000, (socket) => socket.destroy())
      await expect(buffer(await store.read('answer'))).rejects.toBeInstanceOf(BlobStoreUnavailable)
    })

    test('a slow reader is not taken for a slow bucket', async () => {
      const stream = await store.read('answer')
      const received: Buffer[] = []
      for await (const chunk of stream) {
        if (received.push(chunk as Buffer) <= 2) await new Promise((resolve) => { setTimeout(resolve, 2 * timeouts.stallMs) })
      }
      expect(Buffer.concat(received).equals(bytes)).toBe(true)
    })
  })

  describe('while an object arrives in parts', () => {
    test('refusing one part fails the commit, and the parts that came are taken back', async () => {
      line.interference = (request, response) => request.url!.includes('partNumber=2') && problem(response, 500, 'InternalError')
      await expect(write('in-parts', randomBytes(3 * partBytes))).rejects.toBeInstanceOf(BlobStoreUnavailable)
      expect(await store.stat('in-parts')).toBeUndefined()
      expect(await store.sweepUnfinished(new Date(Date.now() + 60_000))).toBe(0)
    })

    test('refusing to take parts back leaves them to the sweep, and the first error is told', async () => {
      line.interference = (request, response) => {
        if (request.url!.includes('partNumber=2')) return problem(response, 507, 'InsufficientStorage')
        return request.method === 'DELETE' && problem(response, 500, 'InternalError')
      }
      await expect(write('in-parts', randomBytes(3 * partBytes))).rejects.toBeInstanceOf(BlobStoreFull)
      line.interference = () => false
      expect(await store.sweepUnfinished(new Date(Date.now() + 60_000))).toBe(1)
    })

    test('losing the answer to the last request does not lose the object', async () => {
      const bytes = randomBytes(2 * partBytes + 1)
      let completions = 0
      line.interference = (request, response) => {
        if (request.method !== 'POST' || !request.url!.includes('uploadId=')) return false
        if (++completions > 1) return problem(response, 404, 'NoSuchUpload')
        void forward(bucket.endpoint, request).then(() => response.destroy())
        return true
      }
      await write('completed', bytes)
      expect(completions).toBeGreaterThan(1)
      expect((await buffer(await store.read('completed'))).equals(bytes)).toBe(true)
    })

    test('being slow holds the writer back: no more than three parts are on their way', async () => {
      let atOnce = 0
      let most = 0
      line.interference = (request, response) => {
        if (!request.url!.includes('partNumber=')) return false
        most = Math.max(most, ++atOnce)
        void forward(bucket.endpoint, request).then(async (answer) => {
          await new Promise((resolve) => { setTimeout(resolve, 100) })
          atOnce--
          answer.pipe(response.writeHead(answer.statusCode!, answer.headers))
        })
        return true
      }
      const writer = await store.create('slow')
      const chunk = randomBytes(1_000_000)
      for (let sent = 0; sent < 80; sent++) await writer.write(chunk)
      expect(await writer.commit()).toEqual({ byteLength: 80_000_000 })
      expect(most).toBe(3)
    })
  })
})

interface BrokenLine { endpoint: string; interference: Interference; close(): Promise<void> }

/** A line to the bucket that can be interfered with. */
async function brokenLine(endpoint: string): Promise<BrokenLine> {
  const server = http.createServer((request, response) => {
    if (line.interference(request, response)) return
    forward(endpoint, request).then((answer) => answer.pipe(response.writeHead(answer.statusCode!, answer.headers)), () => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const line: BrokenLine = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    interference: () => false,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => { server.close(resolve) })
    },
  }
  return line
}

/** Sends a request on as it is; the signature covers the Host header, which stays the line's. */
async function forward(endpoint: string, request: http.IncomingMessage): Promise<http.IncomingMessage> {
  const onward = http.request(endpoint, { method: request.method, path: request.url, headers: request.headers, agent: false })
  request.pipe(onward)
  const [answer] = await once(onward, 'response') as [http.IncomingMessage]
  return answer
}

/** What comes of a body, all but the first of it read late; as far as it comes. */
async function readAfter(late: Promise<undefined>, request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) {
      chunks.push(chunk as Buffer)
      await late
    }
  } catch { /* Cut off: what came has been seen. */ }
  return Buffer.concat(chunks)
}

function problem(response: http.ServerResponse, status: number, code: string): true {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`)
  return true
}

function firstTimes(times: number, interference: Interference): Interference {
  let count = 0
  return (request, response) => count++ < times && interference(request, response)
}

function answerPart(bytes: Buffer, length: number, then: (socket: Socket) => void): Interference {
  return (request, response) => {
    response.writeHead(200, { 'content-length': bytes.length })
    response.write(bytes.subarray(0, length), () => then(request.socket))
    return true
  }
}
