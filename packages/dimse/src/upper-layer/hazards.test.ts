/** What modalities, scanners of ports and bad lines have sent to DICOM ports: service goes on, memory stays. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { encodePdu } from './pdu-encode.ts'
import type { UpperLayerLimits } from './limits.ts'
import { requestAssociation } from './requestor.ts'
import { anAcceptor, aRequest, data, drain, ImplicitVRLittleEndian, Verification, WirePeer, type TestAcceptor } from './wire.fixture.ts'

let running: TestAcceptor
const peers: WirePeer[] = []
const limits: Partial<UpperLayerLimits> = { artimMs: 400, idleMs: 5_000, pduMs: 400, maxPduBytes: 16_384 }
let answers = 0

beforeAll(async () => {
  running = await anAcceptor({
    limits,
    serve: async (association) => {
      for (let piece = await association.receive(); piece; piece = await association.receive()) {
        if (!piece.last) continue
        answers++
        await association.send(piece.contextId, 'command', Buffer.from('ok'))
      }
    },
  })
})
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close()
  running.events.length = 0
})
afterAll(() => running.acceptor.close())

async function connected(): Promise<WirePeer> {
  const peer = await WirePeer.connect(running.port)
  peers.push(peer)
  return peer
}
async function associated(): Promise<WirePeer> {
  const peer = await WirePeer.associate(running.port)
  peers.push(peer)
  return peer
}
/** The service goes on: somebody else is served. */
async function stillServes(): Promise<void> {
  const association = await requestAssociation({ host: '127.0.0.1', port: running.port, callingAETitle: 'OTHER', calledAETitle: 'SCP', contexts: [{ abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian] }] })
  await association.send(1, 'command', Buffer.from('question'))
  expect(Buffer.from((await association.receive())!.bytes).toString()).toBe('ok')
  await association.release()
}
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('before an association', () => {
  test.each<[string, Buffer, object]>([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: pacs\r\n\r\n'), { reason: 1 }],
    ['a TLS client on the plain port', hex('16 03 01 02 00 01 00 01 fc 03 03'), { reason: 1 }],
    ['zeros', Buffer.alloc(100), { reason: 1 }],
    ['a request that declares 4 GB', hex('01 00 ffffffff 0001'), { reason: 6 }],
    ['data', data('x'), { reason: 2 }],
    ['a release request', encodePdu({ name: 'A-RELEASE-RQ' }), { reason: 2 }],
    ['an acceptance', encodePdu({ ...aRequest(), name: 'A-ASSOCIATE-AC', contexts: [] }), { reason: 2 }],
    ['a request with a context id twice', encodePdu(aRequest({ contexts: [1, 1].map((id) => ({ id, abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian] })) })), { reason: 6 }],
    ['a request with a maximum length of 1', encodePdu(aRequest({ userInformation: { maxPduLength: 1 } })), { reason: 6 }],
    ['a request with an even context id', encodePdu(aRequest({ contexts: [{ id: 2, abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian] }] })), { reason: 6 }],
  ])('%s is answered by A-ABORT with the reason', async (_, bytes, reason) => {
    const peer = await connected()
    peer.send(bytes)
    expect(await peer.next()).toEqual({ name: 'A-ABORT', source: 2, ...reason })
    expect(await peer.next()).toBe('end')
    expect((await running.event('withoutAssociation', peer)).end).toMatchObject({ how: 'aborted', by: 'us', ...reason })
    await stillServes()
  })

  test('silence, and a request that drips, end with ARTIM', async () => {
    const [silent, dripping] = [await connected(), await connected()]
    const request = encodePdu(aRequest())
    let at = 0
    const drip = setInterval(() => { dripping.socket.write(request.subarray(at, ++at)) }, 20)
    expect(await silent.next()).toBe('end')
    // A byte that came at the last moment makes it a reset.
    expect(await dripping.next()).toMatch(/end|reset/)
    clearInterval(drip)
    for (const peer of [silent, dripping]) expect((await running.event('withoutAssociation', peer)).end).toEqual({ how: 'timedOut', timer: 'artim' })
    await stillServes()
  })

  test('a connection that closes at once, or resets, is nothing', async () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      const socket = connect(running.port, '127.0.0.1')
      await once(socket, 'connect')
      if (attempt % 2 === 0) socket.resetAndDestroy()
      else socket.destroy()
    }
    await stillServes()
  })
})

describe('on an association', () => {
  test.each<[string, Buffer, number]>([
    ['a P-DATA-TF that declares 4 GB', hex('04 00 ffffffff'), 6],
    ['a P-DATA-TF longer than was negotiated', data(new Uint8Array(20_000)), 6],
    ['a value of length 0', hex('04 00 00000006 00000000 01 02'), 6],
    ['a value longer than its PDU', hex('04 00 00000008 00001000 01 02 0000'), 6],
    ['data on a context that was not accepted', data('x', { contextId: 9 }), 6],
    ['data on a context of even id', data('x', { contextId: 2 }), 6],
    ['garbage', Buffer.from('garbage'), 1],
    ['a second request', encodePdu(aRequest()), 2],
    ['a rejection', encodePdu({ name: 'A-ASSOCIATE-RJ', result: 1, source: 1, reason: 1 }), 2],
    ['the answer to a release that nobody asked for', encodePdu({ name: 'A-RELEASE-RP' }), 2],
  ])('%s is answered by A-ABORT with the reason', async (_, bytes, reason) => {
    const peer = await associated()
    peer.send(bytes)
    expect(await peer.next()).toEqual({ name: 'A-ABORT', source: 2, reason })
    expect(await peer.next()).toBe('end')
    expect((await running.event('ended', peer)).end).toMatchObject({ how: 'aborted', by: 'us', source: 2, reason, detail: expect.any(String) })
    await stillServes()
  })

  test('the abort arrives, although the peer goes on sending for long', async () => {
    const peer = await associated()
    peer.send(hex('04 00 ffffffff'))
    for (let chunk = 0; chunk < 200; chunk++) peer.socket.write(new Uint8Array(65_536))
    expect(await peer.next()).toEqual({ name: 'A-ABORT', source: 2, reason: 6 })
    await stillServes()
  })

  test('data after a release request is a mistake', async () => {
    const peer = await associated()
    peer.send({ name: 'A-RELEASE-RQ' }, data('late'))
    const heard = await peer.next()
    // Answered at once, what follows is ignored in Sta13; in Sta8 it would be aborted.
    expect(heard).toMatchObject({ name: expect.stringMatching(/A-ABORT|A-RELEASE-RP/) })
    await stillServes()
  })

  test('a message and the release in one write are both answered, in this order', async () => {
    const peer = await associated()
    peer.send(data('question', { kind: 'command' }), data('and', { last: false }), data('', { last: true }), { name: 'A-RELEASE-RQ' })
    expect(await peer.next()).toMatchObject({ name: 'piece' })
    expect(await peer.next()).toMatchObject({ name: 'piece' })
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RP' })
  })

  test('a peer that never closes after its release is let go', async () => {
    const peer = await associated()
    peer.send({ name: 'A-RELEASE-RQ' })
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RP' })
    const began = performance.now()
    expect(await peer.next()).toBe('end')
    expect(performance.now() - began).toBeGreaterThan(300)
  })

  test('a peer that resets in the middle of a value is an association lost', async () => {
    const peer = await associated()
    peer.send(data(new Uint8Array(1000)).subarray(0, 500))
    await delay(20)
    peer.socket.resetAndDestroy()
    expect((await running.event('ended', peer)).end).toMatchObject({ how: 'lost' })
    await stillServes()
  })

  test('any bytes whatever end in an abort, a release or silence, and the service goes on', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), async (bytes, inAssociation) => {
      const peer = inAssociation ? await associated() : await connected()
      peer.send(bytes)
      peer.socket.end()
      const heard = await peer.next()
      if (heard !== 'end' && heard !== 'reset') expect(['A-ABORT', 'A-RELEASE-RP', 'piece']).toContain(heard.name)
      peer.close()
    }), { numRuns: 150 })
    await stillServes()
  })
})

describe('many at once', () => {
  test('two hundred connections that say nothing or drip keep nobody out', async () => {
    const idle = await Promise.all(Array.from({ length: 200 }, () => connected()))
    const drips = idle.slice(0, 100)
    for (const peer of drips) peer.send(encodePdu(aRequest()).subarray(0, 30))
    const began = performance.now()
    await stillServes()
    expect(performance.now() - began).toBeLessThan(300)
    await Promise.all(idle.map(async (peer) => expect(await peer.next()).toMatch(/end|reset/)))
  })

  test('more connections than allowed are dropped, and those there are go on', async () => {
    const small = await anAcceptor({ limits: { ...limits, maxConnections: 3 } })
    const three = await Promise.all([1, 2, 3].map(() => WirePeer.associate(small.port)))
    const fourth = await WirePeer.connect(small.port)
    expect(await fourth.next()).toMatch(/end|reset/)
    await small.event('connectionDropped')
    for (const peer of three) {
      peer.send({ name: 'A-RELEASE-RQ' })
      expect(await peer.next()).toEqual({ name: 'A-RELEASE-RP' })
      peer.close()
    }
    await small.acceptor.close()
  })

  test('a thousand associations leave no memory and no socket behind', async () => {
    const round = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 20) await Promise.all(Array.from({ length: 20 }, stillServes))
    }
    await round(200)
    const before = process.memoryUsage().heapUsed
    const answered = answers
    const began = performance.now()
    await round(1000)
    expect(answers - answered).toBe(1000)
    expect(performance.now() - began).toBeLessThan(20_000)
    running.events.length = 0
    await expect.poll(() => running.acceptor.associations).toBe(0)
    globalThis.gc?.()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40 * 2 ** 20)
  })

  test('twenty peers that send as fast as they can to a slow sink cost a chunk or two each', async () => {
    const go = Promise.withResolvers<void>()
    const slow = await anAcceptor({ serve: async (association) => { await go.promise; await drain(association) } })
    const before = process.memoryUsage().arrayBuffers
    const senders = await Promise.all(Array.from({ length: 20 }, () => WirePeer.associate(slow.port)))
    const pdu = data(new Uint8Array(16_000), { last: false })
    for (const peer of senders) for (let sent = 0; sent < 500; sent++) peer.socket.write(pdu)
    await delay(300)
    // The senders' own copies are one buffer, shared; what arrived is what we hold.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 4 * 65_536 + 8 * 2 ** 20)
    go.resolve()
    for (const peer of senders) peer.close()
    await slow.acceptor.close()
  })
})
