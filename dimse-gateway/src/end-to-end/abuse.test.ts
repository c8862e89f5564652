/** The gateway's process under senders that do everything wrong at once: service goes on, memory does not grow. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { AssociationRejected, DimseConnection, echo, requestAssociation, VerificationSOPClass, type Association } from '@isocenter/dimse'
import { hasProgram } from '@isocenter/testkit'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest'
import { startGatewayProcess, writeConfiguration, type GatewayProcess } from './gateway-process.fixture.ts'
import { until } from './site.fixture.ts'

/** A thousand take half a minute: `ASSOCIATIONS=1000 npx vitest run dimse-gateway/src/end-to-end/abuse.test.ts`. */
const associationCount = Number(process.env['ASSOCIATIONS'] ?? 300)
const connectionCount = 200
/** Garbage that waits to be collected comes and goes; what is held grows with every round of this. */
const mayGrowBytes = 64 * 1024 ** 2

let folder: string
let gateway: GatewayProcess
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-abuse-'))
  await writeConfiguration(folder)
  gateway = await startGatewayProcess({ folder })
}, 300_000)
afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
})

/** A connection that says nothing until it is told to. */
function aConnection(): Socket {
  const socket = connect(gateway.port, '127.0.0.1').on('error', () => undefined).on('close', () => sockets.delete(socket))
  socket.resume()
  sockets.add(socket)
  return socket
}

const associate = (tls?: { ca: Buffer[]; servername: string }): Promise<Association> => requestAssociation({
  host: '127.0.0.1', port: gateway.port, callingAETitle: 'CT_1', calledAETitle: 'GATEWAY', contexts: [{ abstractSyntax: VerificationSOPClass, transferSyntaxes: ['1.2.840.10008.1.2'] }],
  ...(tls ? { tls } : {}),
})

async function anEcho(tls?: { ca: Buffer[]; servername: string }): Promise<void> {
  const association = await associate(tls)
  await echo(new DimseConnection(association))
  await association.release()
}

/** Resident memory of the gateway's process, bytes. */
async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${String(gateway.pid)}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

/** The first bytes of an A-ASSOCIATE-RQ that never comes whole: header of a PDU of 1 KiB, protocol version, AE titles. */
const beginningOfRequest = Buffer.concat([Buffer.from([1, 0, 0, 0, 4, 0, 0, 1, 0, 0]), Buffer.from('GATEWAY         DRIP            '), Buffer.alloc(200)])

/** Sends a byte at a time until the other side has had enough. */
async function drip(socket: Socket, bytes: Uint8Array): Promise<void> {
  for (const byte of bytes) {
    if (socket.destroyed) return
    socket.write(Uint8Array.of(byte))
    await sleep(100)
  }
}

const nonsense: readonly (readonly [string, () => Uint8Array])[] = [
  ['random bytes', () => randomBytes(4096)],
  ['a web browser', () => Buffer.from('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n')],
  ['a TLS handshake', () => Buffer.concat([Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), randomBytes(500)])],
  ['a PDU of 4 GB', () => Buffer.concat([Buffer.from([1, 0, 0xff, 0xff, 0xff, 0xff]), Buffer.alloc(1000)])],
  ['P-DATA before an association', () => Buffer.from([4, 0, 0, 0, 0, 6, 0, 0, 0, 2, 1, 3])],
  ['a PDU type that is none', () => Buffer.from([99, 0, 0, 0, 0, 4, 0, 0, 0, 0])],
]

describe.skipIf(process.platform !== 'linux')('a gateway', () => {
  let before: number
  beforeEach(async () => {
    for (let warm = 0; warm < 30; warm++) await anEcho()
    before = await residentBytes()
  })
  const grown = async (): Promise<number> => await residentBytes() - before

  test(`serves beside ${String(connectionCount)} connections that idle or drip`, async () => {
    const open = Array.from({ length: connectionCount }, aConnection)
    const dripping = open.filter((_, index) => index % 2 === 1).map((socket) => drip(socket, beginningOfRequest.subarray(0, 40)))
    for (let times = 0; times < 40; times++) {
      await anEcho()
      await sleep(50)
    }
    await Promise.all(dripping)
    expect(await grown()).toBeLessThan(mayGrowBytes)
  }, 60_000)

  test.each(nonsense)('serves while %s comes, over and over', async (_what, bytes) => {
    for (let round = 0; round < 10; round++) {
      for (let count = 0; count < 20; count++) aConnection().write(bytes())
      await anEcho()
    }
    // Each was answered or cut off: nobody waits for the rest of what cannot be meant.
    await until('the connections are closed', () => sockets.size === 0, 20_000)
    expect(await grown()).toBeLessThan(mayGrowBytes)
  }, 60_000)

  test('turns away who comes when it is full, and serves again when there is room', async () => {
    const { service } = await gateway.control.configuration()
    const held: Association[] = []
    for (let count = 0; count < service.maxAssociationsPerAddress; count++) held.push(await associate())
    await expect(associate()).rejects.toBeInstanceOf(AssociationRejected)
    expect((await gateway.control.state()).service.associations).toBe(held.length)
    await Promise.all(held.splice(0, 1).map((association) => association.release()))
    await until('there is room', async () => associate().then((association) => association.release()).then(() => true, () => false))
    // Gone without a word, as a modality that is switched off.
    await Promise.all(held.map((association) => association.abort()))
    await until('no association is left', async () => (await gateway.control.state()).service.associations === 0)
    await anEcho()
  }, 60_000)

  test(`serves ${String(associationCount)} associations one upon another`, async () => {
    let left = associationCount
    await Promise.all(Array.from({ length: 8 }, async () => {
      while (left-- > 0) await anEcho()
    }))
    expect(await grown()).toBeLessThan(mayGrowBytes)
  }, 120_000)

  test.skipIf(!hasProgram('openssl'))(`serves over TLS beside ${String(connectionCount)} handshakes that stop in the middle`, async () => {
    const secrets = join(folder, 'secrets')
    await mkdir(secrets, { recursive: true })
    const certificate = join(folder, 'certificate.pem')
    await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=gateway.test',
      '-addext', 'subjectAltName=DNS:gateway.test', '-keyout', join(secrets, 'service-tls.key'), '-out', certificate])
    const ca = await readFile(certificate)
    const { service } = await gateway.control.configuration()
    await gateway.control.change({ service: { ...service, tls: { certificate: ca.toString(), keySecret: 'service-tls.key' } } })
    const tls = { ca: [ca], servername: 'gateway.test' }
    await until('it speaks TLS', () => anEcho(tls).then(() => true, () => false))
    for (let warm = 0; warm < 30; warm++) await anEcho(tls)
    before = await residentBytes()
    // A ClientHello of 512 bytes, of which 11 come.
    for (let count = 0; count < connectionCount; count++) aConnection().write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]))
    for (let times = 0; times < 30; times++) await anEcho(tls)
    expect(await grown()).toBeLessThan(mayGrowBytes)
    await gateway.control.change({ service })
    await until('it speaks without TLS', () => anEcho().then(() => true, () => false))
  }, 60_000)
})
