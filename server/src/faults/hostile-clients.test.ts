/** Clients that send drop by drop, stop in the middle, or never read: they are let go, cost little, and nobody else notices. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { anInstance, bytesOf, startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aClient, asStored, valueOf, type Client } from './client.fixture.ts'
import { aLargeObject } from './large-object.fixture.ts'
import { canMeasureMemory, inMebibytes, peakMemory, residentMemory, resetPeakMemory } from './process-memory.fixture.ts'
import { inWords, watchSearches } from './search-probe.fixture.ts'
import { storeStreamed } from './slow-clients.fixture.ts'

const idleTimeoutMs = 2_000
/** The check for late headers runs once in half the time; the rest is for a busy machine. */
const goneWithinMs = 6 * idleTimeoutMs
const crowd = 100
const mebibyte = 1024 ** 2
/** What one who does not read may cost: a piece at the socket, one waiting and one being read. */
const maxReaderBytes = 4 * mebibyte
/** What one who drips may cost: what it sent, and the beginning of a file. */
const maxSenderBytes = mebibyte

describe.skipIf(!canMeasureMemory)('a server whose clients are slow or hostile', { timeout: 120_000 }, () => {
  let database: Awaited<ReturnType<typeof testDatabase>>
  let server: ServerProcess
  let client: Client
  let authorization: string
  let address: { host: string; port: number }
  beforeAll(async () => {
    database = await testDatabase()
    server = await startServerProcess(database.url, { env: { HTTP_IDLE_TIMEOUT_MS: String(idleTimeoutMs) } })
    authorization = `Bearer ${await server.token()}`
    client = aClient(server.url, authorization)
    const { hostname, port } = new URL(server.url)
    address = { host: hostname, port: Number(port) }
  }, 300_000)
  afterAll(async () => {
    await server.stop()
    await database.drop()
  })

  const dial = async (): Promise<Socket> => {
    const socket = connect(address)
    // The server may hang up at any moment, and does.
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  /** Resolves when the connection is closed, also by a reset: `once` would take that for a failure of the test. */
  const closed = (socket: Socket) => new Promise<void>((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => { resolve() })
  })
  /** Milliseconds until the server has hung up, `undefined` when it does not. */
  const goneAfter = async (socket: Socket): Promise<number | undefined> => {
    const began = performance.now()
    const isClosed = await Promise.race([closed(socket).then(() => true), sleep(goneWithinMs, false, { ref: false })])
    socket.destroy()
    return isClosed ? performance.now() - began : undefined
  }
  /** What still comes on a connection until it ends; reading makes room, so one the server holds open would bring everything. */
  const bytesUntilEnd = async (socket: Socket): Promise<number> => {
    socket.resume()
    await closed(socket)
    return socket.bytesRead
  }
  const head = (method: string, path: string, headers: readonly string[]) =>
    `${[`${method} /dicom-web${path} HTTP/1.1`, 'Host: server', `Authorization: ${authorization}`, ...headers].join('\r\n')}\r\n\r\n`
  const storeHead = (contentLength: number) => head('POST', '/studies', ['Content-Type: application/dicom', `Content-Length: ${String(contentLength)}`])

  test('drops who sends headers drop by drop, however steadily', async () => {
    const socket = await dial()
    const text = head('GET', '/studies', Array.from({ length: 1000 }, (_, index) => `X-Drop-${String(index)}: 1`))
    let sent = 0
    socket.resume()
    const dripping = setInterval(() => socket.write(text.slice(sent, sent += 1)), 20)
    const gone = await goneAfter(socket)
    clearInterval(dripping)
    expect(gone).toBeDefined()
  })

  test('drops who stops in the middle of a body, and keeps nothing of it', async () => {
    const instance = anInstance()
    const bytes = bytesOf(instance)
    const socket = await dial()
    socket.resume()
    socket.write(storeHead(bytes.length))
    socket.write(bytes.subarray(0, bytes.length - 10))
    expect(await goneAfter(socket)).toBeDefined()
    expect(await client.search(`/studies?StudyInstanceUID=${valueOf(instance, '0020000D')}`)).toEqual([])
  })

  test('waits for who is only slow: a body drop by drop is stored', async () => {
    const bytes = bytesOf(anInstance())
    const socket = await dial()
    const answer: Buffer[] = []
    socket.on('data', (chunk: Buffer) => answer.push(chunk))
    socket.write(storeHead(bytes.length))
    const pieces = 12
    for (let piece = 0; piece < pieces; piece++) {
      socket.write(bytes.subarray(Math.floor(piece * bytes.length / pieces), Math.floor((piece + 1) * bytes.length / pieces)))
      await sleep(idleTimeoutMs / 4)
    }
    await expect.poll(() => Buffer.concat(answer).toString(), { timeout: 10_000 }).toMatch(/^HTTP\/1\.1 200 /)
    socket.destroy()
  })

  test('drops who asks for a large object and never reads it, holding next to nothing of it', async () => {
    const object = aLargeObject(100)
    await storeStreamed(server.url, authorization, [object.chunks()])
    const before = await residentMemory(server.process.pid)
    await resetPeakMemory(server.process.pid)
    const beside = watchSearches({ url: server.url, authorization })
    const sockets = await Promise.all(Array.from({ length: crowd }, dial))
    for (const socket of sockets) {
      socket.pause()
      socket.write(head('GET', object.path, [`Accept: ${asStored}`]))
    }
    // A first time-out is forgiven when bytes had moved since the one before.
    await sleep(6 * idleTimeoutMs)
    const latencies = await beside.stop()
    // Only who reads learns that the other side has gone.
    const received = await Promise.all(sockets.map(bytesUntilEnd))
    console.log(`${String(crowd)} who never read ${inMebibytes(object.byteLength)} each: memory from ${inMebibytes(before)} to ${inMebibytes(await peakMemory(server.process.pid))}; ${inWords(latencies)}`)
    expect(Math.max(...received)).toBeLessThan(object.byteLength / 2)
    expect(await peakMemory(server.process.pid) - before).toBeLessThan(crowd * maxReaderBytes)
    expect(latencies.failures).toBe(0)
  })

  test('bears many who send bodies drop by drop, and others do not notice', async () => {
    const before = await residentMemory(server.process.pid)
    await resetPeakMemory(server.process.pid)
    const beside = watchSearches({ url: server.url, authorization })
    const bytes = bytesOf(anInstance())
    const sockets = await Promise.all(Array.from({ length: crowd }, dial))
    for (const socket of sockets) {
      socket.resume()
      socket.write(storeHead(1_000_000_000))
    }
    for (let drop = 0; drop < 30; drop++) {
      for (const socket of sockets) socket.write(bytes.subarray(drop * 10, drop * 10 + 10))
      await sleep(100)
    }
    const latencies = await beside.stop()
    expect(sockets.filter((socket) => socket.closed)).toHaveLength(0)
    for (const socket of sockets) socket.destroy()
    console.log(`${String(crowd)} who drip: memory from ${inMebibytes(before)} to ${inMebibytes(await peakMemory(server.process.pid))}; ${inWords(latencies)}`)
    expect(await peakMemory(server.process.pid) - before).toBeLessThan(crowd * maxSenderBytes)
    expect(latencies.failures).toBe(0)
    expect((await client.ready()).status).toBe(200)
  })
})
