/** Associations with programs that others wrote: DCMTK both ways, TLS included, and dcmjs-dimse. */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, hasProgram, startProgram } from '@isocenter/testkit'
import dcmjsDimse from 'dcmjs-dimse'
import { afterEach, describe, expect, test } from 'vitest'
import { DimseConnection } from '../message/connection.ts'
import { aFolder, run } from '../services/programs.fixture.ts'
import { echo } from '../services/scu-echo.ts'
import { serveServices } from '../services/serve.ts'
import type { Acceptor, AcceptorOptions } from './acceptor.ts'
import { requestAssociation, type RequestOptions } from './requestor.ts'
import { anAcceptor, ImplicitVRLittleEndian, Verification, type TestAcceptor } from './wire.fixture.ts'

const acceptors: Acceptor[] = []
afterEach(async () => { await Promise.all(acceptors.splice(0).map((acceptor) => acceptor.close())) })

async function listening(options: Partial<AcceptorOptions> = {}): Promise<TestAcceptor> {
  const running = await anAcceptor({ serve: (association) => serveServices(association, { echo: () => 0 }), ...options })
  acceptors.push(running.acceptor)
  return running
}
const options = (port: number, more: Partial<RequestOptions> = {}): RequestOptions => ({
  host: '127.0.0.1', port, callingAETitle: 'ISOCENTER', calledAETitle: 'ANY-SCP', contexts: [{ abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian] }], ...more,
})
/** What a program said, whether it failed or not. */
const said = (program: string, ...args: string[]): Promise<string> => run(program, args).catch((error: { stdout: string; stderr: string }) => error.stdout + error.stderr)

describe.skipIf(!hasProgram('echoscu'))('echoscu', () => {
  test('is accepted, with 128 contexts of many transfer syntaxes, and releases', async () => {
    const { port, event } = await listening()
    await run('echoscu', ['-ppc', '128', '-pts', '38', '--repeat', '20', '127.0.0.1', String(port)])
    expect((await event('established')).association.contexts.size).toBe(128)
    expect((await event('ended')).end).toEqual({ how: 'released' })
  })

  test('is told in the words of the standard why it is rejected', async () => {
    const { port } = await listening({ negotiate: () => ({ reject: { result: 1, source: 1, reason: 3 } }) })
    expect(await said('echoscu', '-v', '127.0.0.1', String(port))).toMatch(/Rejected Permanent, Source: Service User\s.*Calling AE Title Not Recognized/s)
  })

  test('is told that we are full', async () => {
    const { port } = await listening({ limits: { maxAssociations: 0 } })
    expect(await said('echoscu', '-v', '127.0.0.1', String(port))).toMatch(/Rejected Transient.*Local Limit Exceeded/s)
  })

  test('aborts, and we hear it', async () => {
    const { port, event } = await listening()
    await run('echoscu', ['--abort', '127.0.0.1', String(port)])
    expect((await event('ended')).end).toEqual({ how: 'aborted', by: 'peer', source: 0, reason: 0 })
  })

  test('hears that we abort', async () => {
    const { port } = await listening({ serve: async (association) => { await association.receive(); await association.abort() } })
    expect(await said('echoscu', '-v', '127.0.0.1', String(port))).toMatch(/Peer aborted Association/)
  })

  test('finds nothing acceptable where we refuse every context', async () => {
    const { port } = await listening({ negotiate: ({ contexts }) => ({ accept: contexts.map(({ id }) => ({ id, refused: 3 as const })) }) })
    expect(await said('echoscu', '-v', '127.0.0.1', String(port))).toMatch(/No Acceptable Presentation Contexts/)
  })

  test.skipIf(!hasProgram('openssl'))('speaks TLS with us, with certificates on both sides', async () => {
    await using folder = await aFolder()
    const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' })
    const own = await readFile(cert)
    const { port, event } = await listening({ tls: { key: await readFile(key), cert: own, ca: [own], clientCertificate: 'required' } })
    for (const profile of ['+py', '+pz']) {
      await run('echoscu', ['+tls', key, cert, '+cf', cert, profile, '127.0.0.1', String(port)])
      expect((await event('ended')).association.tls).toMatchObject({ protocol: expect.stringMatching(/^TLSv1\.[23]$/), peerSubject: 'CN=localhost' })
    }
    expect(await said('echoscu', '-v', '+tla', '-ic', '127.0.0.1', String(port))).not.toMatch(/Received Echo Response/)
  })
})

describe.skipIf(!hasProgram('storescp'))('storescp', () => {
  test('accepts us, answers an echo and a release', async () => {
    await using folder = await aFolder()
    const port = await freePort()
    await using _ = await startProgram('storescp', ['-od', folder.path, String(port)], port)
    const association = await requestAssociation(options(port))
    expect(association).toMatchObject({ maxPduLength: 16_384, implementationVersionName: expect.stringMatching(/^OFFIS_DCMTK/) })
    await echo(new DimseConnection(association))
    await association.release()
    expect(await association.ended).toEqual({ how: 'released' })
  })

  test('refuses us, and we know why', async () => {
    const port = await freePort()
    await using _ = await startProgram('storescp', ['--refuse', String(port)], port)
    await expect(requestAssociation(options(port))).rejects.toThrow('rejected permanently by the application: no reason given')
  })

  test.skipIf(!hasProgram('openssl'))('speaks TLS with us', async () => {
    await using folder = await aFolder()
    const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' })
    const own = await readFile(cert)
    const port = await freePort()
    await using _ = await startProgram('storescp', ['+tls', key, cert, '+cf', cert, '-od', folder.path, String(port)], port)
    const association = await requestAssociation(options(port, { tls: { key: await readFile(key), cert: own, ca: [own], servername: 'localhost' } }))
    await echo(new DimseConnection(association))
    await association.release()
  })
})

/** The part of dcmjs-dimse that is used here; its own types leave much open. */
interface Dimse {
  Client: new () => { addRequest(request: unknown): void; on(event: string, listener: (...values: never[]) => void): void; send(host: string, port: number, calling: string, called: string, more?: object): void }
  Server: new (scp: unknown) => { listen(port: number): void; close(): void }
  Scp: new (...args: unknown[]) => { sendAssociationAccept(): void; sendAssociationReject(result: number, source: number, reason: number): void; sendAssociationReleaseResponse(): void }
  requests: { CEchoRequest: new () => { on(event: string, listener: (response: { getStatus(): number }) => void): void } }
  responses: { CEchoResponse: { fromRequest(request: unknown): { setStatus(status: number): void } } }
  log: { setLevel(level: string): void }
}
const dimse = dcmjsDimse as unknown as Dimse
dimse.log.setLevel('silent')

describe('dcmjs-dimse', () => {
  test('asks us for an association, with a user identity, and releases', async () => {
    const { port, event } = await listening({
      negotiate: ({ contexts, userIdentity }) => {
        expect(userIdentity).toMatchObject({ type: 'usernameAndPasscode', primary: new Uint8Array(Buffer.from('anna')), secondary: new Uint8Array(Buffer.from('secret')) })
        return { accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''] }) => ({ id, transferSyntax })), userIdentityResponse: new Uint8Array(0) }
      },
    })
    const request = new dimse.requests.CEchoRequest()
    const answered = new Promise<number>((resolve) => { request.on('response', (response) => { resolve(response.getStatus()) }) })
    const client = new dimse.Client()
    client.addRequest(request)
    client.send('127.0.0.1', port, 'DCMJS', 'ISOCENTER', { userIdentity: { type: 2, positiveResponseRequested: true, primaryField: 'anna', secondaryField: 'secret' } })
    expect(await answered).toBe(0)
    expect((await event('ended')).end).toEqual({ how: 'released' })
  })

  test('is rejected by us and knows why', async () => {
    const { port } = await listening({ negotiate: () => ({ reject: { result: 1, source: 1, reason: 7 } }) })
    const client = new dimse.Client()
    const rejected = new Promise<object>((resolve) => { client.on('associationRejected', (why: never) => { resolve(why) }) })
    client.addRequest(new dimse.requests.CEchoRequest())
    client.send('127.0.0.1', port, 'DCMJS', 'ISOCENTER')
    expect(await rejected).toMatchObject({ result: 1, source: 1, reason: 7 })
  })

  test('accepts us, answers an echo and a release', async () => {
    class EchoScp extends dimse.Scp {
      associationRequested(association: { getPresentationContexts(): { id: number; context: { setResult(result: number, transferSyntax: string): void } }[] }): void {
        for (const { context } of association.getPresentationContexts()) context.setResult(0, ImplicitVRLittleEndian)
        this.sendAssociationAccept()
      }

      cEchoRequest(request: unknown, answer: (response: unknown) => void): void {
        const response = dimse.responses.CEchoResponse.fromRequest(request)
        response.setStatus(0)
        answer(response)
      }

      associationReleaseRequested(): void {
        this.sendAssociationReleaseResponse()
      }
    }
    const port = await freePort()
    const server = new dimse.Server(EchoScp)
    server.listen(port)
    try {
      const association = await requestAssociation(options(port))
      await echo(new DimseConnection(association))
      await association.release()
      expect(await association.ended).toEqual({ how: 'released' })
    } finally {
      server.close()
    }
  })
})
