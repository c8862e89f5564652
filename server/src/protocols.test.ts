/** The same service over HTTP/1.1, over TLS, and over HTTP/2. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { request as plainRequest } from 'node:http'
import { connect, constants, type ClientHttp2Session } from 'node:http2'
import { request as secureRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, bytesOf, hasProgram, testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from './catalogue/index.ts'
import { readConfig } from './config.ts'
import { storeBody } from './dicomweb/service.fixture.ts'
import { createTokens, loadSigningKeys, permissions } from './identity/index.ts'
import { signingKeysFile } from './places.ts'
import { createDb } from './platform/db.ts'
import { startServer, type RunningServer } from './server.ts'

const protocols = ['HTTP/1.1', 'HTTP/1.1 over TLS', 'HTTP/2'] as const
type Protocol = typeof protocols[number]

interface Answer { status: number; headers: Record<string, unknown>; body: Buffer }
/** One request under way: what is sent, what comes, and how its client goes away. */
interface Exchange { sent: Writable; answer: Promise<{ status: number; headers: Record<string, unknown>; body: Readable }>; abort: () => void }
interface Client { exchange: (method: string, path: string, headers?: Record<string, string>) => Exchange; close: () => void }

function http1Client(url: string, send: typeof plainRequest): Client {
  return {
    exchange: (method, path, headers = {}) => {
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<Exchange['answer']>>()
      const sent = send(`${url}${path}`, { method, headers, rejectUnauthorized: false } as object, (response) => { resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response }) })
      sent.on('error', reject)
      return { sent, answer: promise, abort: () => { sent.destroy() } }
    },
    close: () => undefined,
  }
}

function http2Client(url: string): Client {
  const session: ClientHttp2Session = connect(url, { rejectUnauthorized: false })
  session.on('error', () => undefined)
  return {
    exchange: (method, path, headers = {}) => {
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<Exchange['answer']>>()
      const stream = session.request({ ':method': method, ':path': path, ...headers }, { endStream: false })
      stream.on('response', (answered) => { resolve({ status: Number(answered[':status']), headers: answered, body: stream }) })
      stream.on('error', reject)
      return { sent: stream, answer: promise, abort: () => { stream.close(constants.NGHTTP2_CANCEL) } }
    },
    close: () => { session.close() },
  }
}

async function bytesOfStream(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe.skipIf(!hasProgram('openssl')).each(protocols)('over %s', (protocol: Protocol) => {
  let directory: string
  let dropDatabase: () => Promise<void>
  let server: RunningServer
  let client: Client
  let authorization: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'isocenter-protocols-'))
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' })
    const database = await testDatabase()
    dropDatabase = database.drop
    const tls = protocol === 'HTTP/1.1' ? {} : { TLS_CERT_FILE: cert, TLS_KEY_FILE: key }
    const config = readConfig({ DATABASE_URL: database.url, DATA_DIR: directory, LOG_LEVEL: 'silent', PORT: '0', ...tls })
    server = await startServer(config)
    const db = createDb(database.url, 1)
    const { organisationId } = await ensureDefaultOrganisation(db, config.DEFAULT_ORGANISATION)
    await db.destroy()
    authorization = `Bearer ${await createTokens(await loadSigningKeys(signingKeysFile(config))).issue({ organisationId, permissions, lifetimeSeconds: 3600 })}`
    client = protocol === 'HTTP/2' ? http2Client(server.url) : http1Client(server.url, protocol === 'HTTP/1.1' ? plainRequest : secureRequest)
  })
  afterAll(async () => {
    client.close()
    const start = performance.now()
    await server.close()
    // Connections that only wait do not hold a stop up.
    expect(performance.now() - start).toBeLessThan(5_000)
    await dropDatabase()
    await rm(directory, { recursive: true, force: true })
  })

  async function ask(method: string, path: string, headers: Record<string, string> = {}, body?: Buffer): Promise<Answer> {
    const { sent, answer } = client.exchange(method, `/dicom-web${path}`, { authorization, ...headers })
    sent.end(body)
    const { status, headers: answered, body: stream } = await answer
    return { status, headers: answered, body: await bytesOfStream(stream) }
  }
  async function store(...objects: Uint8Array[]): Promise<Answer> {
    const { contentType, body } = storeBody(objects)
    return ask('POST', '/studies', { 'content-type': contentType, accept: 'application/dicom+json' }, body)
  }
  const pathOf = (instance: DicomJson) => `/studies/${uid(instance, '0020000D')}/series/${uid(instance, '0020000E')}/instances/${uid(instance, '00080018')}`
  const uid = (instance: DicomJson, tag: string) => String(instance[tag]?.Value?.[0])

  test('what is stored is found and comes back, links included', async () => {
    const study = aStudy({ instances: 3 })
    const stored = await store(...study.instances.map((instance) => bytesOf(instance)))
    expect(stored.status).toBe(200)
    expect(String((JSON.parse(stored.body.toString()) as DicomJson)['00081190']?.Value?.[0])).toBe(`${server.url}/dicom-web/studies/${study.StudyInstanceUID}`)
    const found = JSON.parse((await ask('GET', `/studies/${study.StudyInstanceUID}/instances`)).body.toString()) as DicomJson[]
    expect(found).toHaveLength(3)
    const metadata = await ask('GET', `/studies/${study.StudyInstanceUID}/metadata`, { 'accept-encoding': 'gzip' })
    expect([Number(metadata.headers['content-length']), JSON.parse(gunzipSync(metadata.body).toString())]).toEqual([metadata.body.length, expect.objectContaining({ length: 3 })])
    const [instance] = study.instances
    const frame = await ask('GET', `${pathOf(instance ?? {})}/frames/1`, { accept: 'application/octet-stream' })
    expect([frame.status, frame.body.length]).toEqual([200, Number(frame.headers['content-length'])])
    const head = await ask('HEAD', `${pathOf(instance ?? {})}/frames/1`, { accept: 'application/octet-stream' })
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, frame.headers['content-length']])
  })

  test('many answers come at once', async () => {
    const instance = anInstance({ kind: 'CT' })
    await store(bytesOf(instance))
    const frames = await Promise.all(Array.from({ length: 40 }, () => ask('GET', `${pathOf(instance)}/frames/1`, { accept: 'application/octet-stream' })))
    expect(new Set(frames.map(({ status, body }) => `${String(status)} ${String(body.length)}`)).size).toBe(1)
  })

  test('a problem is a problem', async () => {
    const response = await ask('GET', '/studies/1.2.3')
    expect([response.status, response.headers['content-type']]).toEqual([404, expect.stringContaining('application/problem+json')])
  })

  /** At once, where nothing else runs; a blob that is never closed is told from it all the same. */
  const closedWithinMs = 10_000
  /** Blobs this process has open now. */
  const openBlobs = async () => {
    const open = await Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
    return open.filter((file) => file.startsWith(join(directory, 'blobs'))).length
  }

  test.skipIf(process.platform !== 'linux')('167 a client that goes stops the reading for it, within a second', { timeout: 40_000 }, async () => {
    const instance = anInstance({ kind: 'SC', Rows: 4000, Columns: 4000 })
    await store(bytesOf(instance))
    // What is made at ingest reads it too.
    await expect.poll(openBlobs, { timeout: 20_000 }).toBe(0)
    const { sent, answer, abort } = client.exchange('GET', `/dicom-web${pathOf(instance)}/bulkdata/7FE00010`, { authorization })
    sent.end()
    const { body } = await answer
    body.on('error', () => undefined)
    await new Promise((resolve) => { body.once('data', resolve) })
    body.pause()
    expect(await openBlobs()).toBeGreaterThan(0)
    abort()
    await expect.poll(openBlobs, { timeout: closedWithinMs }).toBe(0)
  })

  test.skipIf(process.platform !== 'linux')('167 a sender that goes leaves nothing behind', async () => {
    const before = (await ask('GET', '/instances')).body
    const { contentType, body } = storeBody([bytesOf(anInstance({ kind: 'SC', Rows: 1500, Columns: 1500 }))])
    const { sent, answer, abort } = client.exchange('POST', '/dicom-web/studies', { authorization, 'content-type': contentType, accept: 'application/dicom+json' })
    answer.catch(() => undefined)
    sent.on('error', () => undefined)
    sent.write(body.subarray(0, body.length >> 1))
    await expect.poll(openBlobs, { timeout: closedWithinMs }).toBeGreaterThan(0)
    abort()
    await expect.poll(openBlobs, { timeout: closedWithinMs }).toBe(0)
    expect((await ask('GET', '/instances')).body.equals(before)).toBe(true)
  })
})
