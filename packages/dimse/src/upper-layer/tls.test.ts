/** TLS by the profiles of PS3.15 Annex B, with certificates made for the test. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectPlain } from 'node:net'
import { connect as connectTls, type SecureVersion } from 'node:tls'
import { once } from 'node:events'
import { hasProgram } from '@isocenter/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Acceptor } from './acceptor.ts'
import { ConnectionFailed } from './errors.ts'
import { requestAssociation, type RequestOptions } from './requestor.ts'
import type { AcceptorTls, RequestorTls } from './tls.ts'
import { anAcceptor, drain, ImplicitVRLittleEndian, Verification, type TestAcceptor } from './wire.fixture.ts'

interface Identity { key: Buffer; cert: Buffer }
let folder = ''
let ca: Buffer
let server: Identity
let client: Identity
let stranger: Identity
const acceptors: Acceptor[] = []

/** A key and certificate for a name, issued by `ca.pem` of the folder, or by itself. */
async function identity(name: string, issuer: 'ca' | 'itself'): Promise<Identity> {
  const at = (file: string): string => join(folder, file)
  const run = (...args: string[]): void => { execFileSync('openssl', args, { stdio: 'ignore' }) }
  const subject = ['-subj', `/CN=${name}`, '-nodes', '-keyout', at(`${name}.key`), '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  if (issuer === 'itself') {
    run('req', '-x509', ...subject, '-days', '2', '-out', at(`${name}.pem`))
  } else {
    await writeFile(at('names'), `subjectAltName=DNS:${name}`)
    run('req', ...subject, '-out', at(`${name}.csr`))
    run('x509', '-req', '-in', at(`${name}.csr`), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('names'), '-out', at(`${name}.pem`))
  }
  return { key: await readFile(at(`${name}.key`)), cert: await readFile(at(`${name}.pem`)) }
}

async function listening(tls: Partial<AcceptorTls> = {}): Promise<TestAcceptor> {
  const running = await anAcceptor({ tls: { ...server, ...tls }, limits: { artimMs: 300 }, serve: async (association) => {
    const bytes = (await drain(association)).reduce((sum, piece) => sum + piece.bytes.length, 0)
    await association.send(1, 'command', Buffer.from(String(bytes)))
  } })
  acceptors.push(running.acceptor)
  return running
}
const options = (port: number, tls: RequestorTls = {}): RequestOptions => ({
  host: '127.0.0.1', port, callingAETitle: 'SCU', calledAETitle: 'SCP', tls: { ca: [ca], servername: 'gateway.test', ...tls },
  contexts: [{ abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian] }],
})

describe.skipIf(!hasProgram('openssl'))('over TLS', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isocenter-dimse-tls-'))
    ca = (await identity('ca', 'itself')).cert
    server = await identity('gateway.test', 'ca')
    client = await identity('modality.test', 'ca')
    stranger = await identity('stranger.test', 'itself')
  })
  afterEach(async () => { await Promise.all(acceptors.splice(0).map((acceptor) => acceptor.close())) })
  afterAll(() => rm(folder, { recursive: true }))

  test.each(['bcp195', 'modifiedBcp195'] as const)('profile %s: megabytes arrive, under TLS 1.3', async (profile) => {
    const { port, event } = await listening({ profile })
    const association = await requestAssociation(options(port, { profile }))
    expect(association.tls).toMatchObject({ protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', peerSubject: 'CN=gateway.test' })
    await association.send(1, 'dataSet', Buffer.alloc(5_000_000))
    const answer = association.receive()
    await association.release()
    expect(Buffer.from((await answer)!.bytes).toString()).toBe('5000000')
    expect((await event('ended')).end).toEqual({ how: 'released' })
  })

  test('certificates on both sides: each knows the other', async () => {
    const { port, event } = await listening({ clientCertificate: 'required', ca: [ca] })
    const association = await requestAssociation(options(port, client))
    expect((await event('established')).association.tls).toMatchObject({ peerSubject: 'CN=modality.test' })
    await association.release()
  })

  test.each<[string, () => Partial<RequestorTls>]>([
    ['without a certificate', () => ({})],
    ['with one that nobody vouches for', () => stranger],
  ])('a client %s gets no association where one is required', async (_, tls) => {
    const { port, event } = await listening({ clientCertificate: 'required', ca: [ca] })
    // In TLS 1.3 the client has finished before the server has looked at its certificate.
    await expect(requestAssociation(options(port, tls()))).rejects.toBeInstanceOf(Error)
    expect((await event('tlsFailed')).error).toBeInstanceOf(Error)
  })

  test('a client does not talk to an acceptor that nobody vouches for, or of another name', async () => {
    const { port } = await listening(stranger)
    await expect(requestAssociation(options(port))).rejects.toBeInstanceOf(ConnectionFailed)
    const { port: right } = await listening()
    await expect(requestAssociation(options(right, { servername: 'other.test' }))).rejects.toBeInstanceOf(ConnectionFailed)
  })

  test.each<[SecureVersion, string | undefined, boolean]>([
    ['TLSv1.3', undefined, true],
    ['TLSv1.2', undefined, true],
    ['TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256', true],
    ['TLSv1.2', 'ECDHE-ECDSA-AES128-SHA', false],
    ['TLSv1.1', 'ALL:@SECLEVEL=0', false],
    ['TLSv1', 'ALL:@SECLEVEL=0', false],
  ])('a client of %s with %s: spoken to = %s', async (version, ciphers, spoken) => {
    const { port } = await listening()
    const socket = connectTls({ host: '127.0.0.1', port, ca: [ca], servername: 'gateway.test', minVersion: version, maxVersion: version, ...(ciphers === undefined ? {} : { ciphers }) })
    const outcome = await Promise.race([once(socket, 'secureConnect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false)
    socket.destroy()
    expect(outcome).toBe(spoken)
  })

  test('a handshake that never ends is let go, and others are served meanwhile', async () => {
    const { port, event } = await listening()
    const halfOpen = await Promise.all(Array.from({ length: 50 }, async () => {
      const socket = connectPlain(port, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(Buffer.from('160301', 'hex'))
      return { closed: once(socket, 'close') }
    }))
    await (await requestAssociation(options(port))).release()
    await event('tlsFailed')
    await Promise.all(halfOpen.map(({ closed }) => closed))
  })

  test('plain DICOM on the TLS port gets nothing', async () => {
    const { port, event } = await listening()
    const { tls: _, ...plain } = options(port)
    await expect(requestAssociation(plain)).rejects.toBeInstanceOf(Error)
    await event('tlsFailed')
  })
})
