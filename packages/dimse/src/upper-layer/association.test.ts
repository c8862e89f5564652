/** An association on real sockets: what either side does, seen by the other. */
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { createAcceptor, type Acceptor, type AcceptorOptions } from './acceptor.ts'
import type { Association } from './association.ts'
import { AssociationAborted, AssociationLost, AssociationRejected, AssociationStateError, AssociationTimedOut, ConnectionFailed } from './errors.ts'
import { requestAssociation, type RequestOptions } from './requestor.ts'
import {
  acceptAll, anAccept, anAcceptor, aRequest, CTImageStorage, data, drain, ExplicitVRLittleEndian, ImplicitVRLittleEndian, Verification, wireAcceptor, WirePeer, type TestAcceptor,
} from './wire.fixture.ts'

const open: { acceptors: Acceptor[]; peers: { close(): void }[] } = { acceptors: [], peers: [] }
afterEach(async () => {
  for (const peer of open.peers.splice(0)) peer.close()
  await Promise.all(open.acceptors.splice(0).map((acceptor) => acceptor.close()))
})

async function listening(options: Partial<AcceptorOptions> = {}): Promise<TestAcceptor> {
  const test = await anAcceptor(options)
  open.acceptors.push(test.acceptor)
  return test
}
async function peerOn(port: number, request?: Parameters<typeof aRequest>[0]): Promise<WirePeer> {
  const peer = await WirePeer.associate(port, request)
  open.peers.push(peer)
  return peer
}
const options = (port: number, more: Partial<RequestOptions> = {}): RequestOptions => ({
  host: '127.0.0.1', port, callingAETitle: 'SCU', calledAETitle: 'SCP', contexts: [{ abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian] }], ...more,
})
/** A requestor of ours and an acceptor that a test plays. */
async function asRequestor(more: Partial<RequestOptions> = {}): Promise<{ association: Association; peer: WirePeer }> {
  const wire = await wireAcceptor()
  open.peers.push(wire)
  const asked = requestAssociation(options(wire.port, more))
  const peer = await wire.peer
  open.peers.push(peer)
  expect(await peer.next()).toMatchObject({ name: 'A-ASSOCIATE-RQ' })
  peer.send(anAccept())
  return { association: await asked, peer }
}
const hasIPv6 = Object.values(networkInterfaces()).flat().some((address) => address?.family === 'IPv6')
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

describe('between our two sides', () => {
  test.each([1, 1000, 65_530, 262_138, 262_139, 3_000_001])('%i bytes arrive as they were sent, as one and in chunks', async (length) => {
    const sent = Buffer.alloc(length, 'abcdefg')
    const { port } = await listening({
      serve: async (association) => {
        const pieces = await drain(association)
        expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).equals(Buffer.concat([sent, sent]))).toBe(true)
        expect(pieces.filter(({ last }) => last)).toHaveLength(2)
        await association.send(1, 'command', Buffer.from('right'))
      },
    })
    const association = await requestAssociation(options(port))
    await association.send(1, 'dataSet', sent)
    await association.send(1, 'dataSet', (async function* () {
      for (let at = 0; at < length; at += 999) yield sent.subarray(at, at + 999)
    })())
    const answer = association.receive()
    await association.release()
    expect(text((await answer)!.bytes)).toBe('right')
    expect(await association.ended).toEqual({ how: 'released' })
    expect(await association.receive()).toBeUndefined()
  })

  test('what was negotiated is told on both sides', async () => {
    const { port, event } = await listening({
      negotiate: (request) => {
        expect(request).toMatchObject({
          callingAETitle: 'SCU', calledAETitle: 'SCP', remoteAddress: '127.0.0.1', maxPduLength: 262_144,
          userIdentity: { type: 'username', primary: new Uint8Array(Buffer.from('anna')) },
          asyncOperations: { invoked: 5, performed: 1 },
          commonExtended: [{ SOPClassUID: CTImageStorage, serviceClassUID: '1.2.840.10008.4.2', relatedGeneralSOPClassUIDs: [] }],
          contexts: [
            { id: 1, abstractSyntax: Verification },
            { id: 3, abstractSyntax: CTImageStorage, transferSyntaxes: [ExplicitVRLittleEndian, ImplicitVRLittleEndian], role: { scu: true, scp: true }, extended: new Uint8Array([2, 0, 1]) },
            { id: 5, abstractSyntax: '1.2.3.4' },
          ],
        })
        return {
          accept: [
            { id: 3, transferSyntax: ImplicitVRLittleEndian, role: { scu: false, scp: true }, extended: new Uint8Array([1]) },
            { id: 5, refused: 3 },
          ],
          userIdentityResponse: new Uint8Array(0),
          asyncOperations: { invoked: 2, performed: 1 },
        }
      },
    })
    const association = await requestAssociation(options(port, {
      contexts: [
        { abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian] },
        { abstractSyntax: CTImageStorage, transferSyntaxes: [ExplicitVRLittleEndian, ImplicitVRLittleEndian], role: { scu: true, scp: true }, extended: new Uint8Array([2, 0, 1]) },
        { abstractSyntax: '1.2.3.4', transferSyntaxes: [ImplicitVRLittleEndian] },
      ],
      userIdentity: { type: 'username', positiveResponseRequested: true, primary: Buffer.from('anna'), secondary: new Uint8Array(0) },
      asyncOperations: { invoked: 5, performed: 1 },
      commonExtended: [{ SOPClassUID: CTImageStorage, serviceClassUID: '1.2.840.10008.4.2', relatedGeneralSOPClassUIDs: [] }],
    }))
    const agreed = [[3, { id: 3, abstractSyntax: CTImageStorage, transferSyntax: ImplicitVRLittleEndian, role: { scu: false, scp: true }, extended: new Uint8Array([1]) }]]
    for (const side of [association, (await event('established')).association]) {
      expect([...side.contexts]).toEqual(agreed)
      expect(side).toMatchObject({ asyncOperations: { invoked: 2, performed: 1 }, userIdentityResponse: new Uint8Array(0), implementationVersionName: expect.any(String) })
    }
    await expect(association.send(1, 'command', Buffer.from('x'))).rejects.toThrow(AssociationStateError)
    await association.release()
  })

  test('a command and a small data set leave in one write', async () => {
    const { association, peer } = await asRequestor()
    let writes = 0
    peer.socket.on('data', () => { writes++ })
    await association.sendMessage(1, Buffer.from('command'), Buffer.from('data set'))
    expect(await peer.next()).toMatchObject({ piece: { kind: 'command', last: true } })
    expect(await peer.next()).toMatchObject({ piece: { kind: 'dataSet', last: true } })
    expect(writes).toBe(1)
  })

  test('messages sent at once do not mingle', async () => {
    const { port } = await listening({
      serve: async (association) => {
        const pieces = await drain(association)
        const messages = pieces.reduce<string[]>((all, { bytes, last }) => {
          all[all.length - 1] += text(bytes)
          if (last) all.push('')
          return all
        }, [''])
        expect(messages.filter((one) => one !== '')).toEqual(['a'.repeat(500_000), 'b'.repeat(500_000), 'c'])
        await association.send(1, 'command', Buffer.from('right'))
      },
    })
    const association = await requestAssociation(options(port))
    const slowly = async function* (letter: string): AsyncGenerator<Uint8Array> {
      for (let chunk = 0; chunk < 5; chunk++) {
        await delay(1)
        yield Buffer.alloc(100_000, letter)
      }
    }
    await Promise.all([association.send(1, 'dataSet', slowly('a')), association.send(1, 'dataSet', slowly('b')), association.send(1, 'dataSet', Buffer.from('c'))])
    const answer = association.receive()
    await association.release()
    expect(text((await answer)!.bytes)).toBe('right')
  })

  test('a data set that fails on the way aborts: half of one cannot be taken back', async () => {
    const { port, event } = await listening()
    const association = await requestAssociation(options(port))
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(1_000_000)
      throw new Error('disk gone')
    }
    await expect(association.send(1, 'dataSet', failing())).rejects.toThrow('disk gone')
    expect((await event('ended')).end).toEqual({ how: 'aborted', by: 'peer', source: 0, reason: 0 })
  })

  test('a data set that fails before its first byte leaves the association as it was', async () => {
    const { port } = await listening()
    const association = await requestAssociation(options(port))
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.reject(new Error('no such file'))
    }
    await expect(association.sendMessage(1, Buffer.from('command'), failing())).rejects.toThrow('no such file')
    await association.release()
    expect(await association.ended).toEqual({ how: 'released' })
  })
})

describe('backpressure', () => {
  test('nothing more is read while nobody asks, and nothing is lost', async () => {
    const go = Promise.withResolvers<void>()
    const total = 64 * 2 ** 20
    const { port, event } = await listening({
      serve: async (association) => {
        await go.promise
        let bytes = 0
        for (const piece of await drain(association)) bytes += piece.bytes.length
        expect(bytes).toBe(total)
      },
    })
    const peer = await peerOn(port, { userInformation: { maxPduLength: 0 } })
    const pdu = data(new Uint8Array(16_384))
    for (let sent = 0; sent < total; sent += 16_384) peer.socket.write(pdu)
    await delay(300)
    // What neither we nor the kernel's buffers took is still with the sender.
    expect(peer.socket.writableLength).toBeGreaterThan(total / 2)
    go.resolve()
    peer.send({ name: 'A-RELEASE-RQ' })
    expect((await event('ended')).end).toEqual({ how: 'released' })
  })

  test('a send waits for a peer that does not read', async () => {
    const { association, peer } = await asRequestor()
    peer.socket.pause()
    let taken = 0
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) {
        taken += 65_536
        yield new Uint8Array(65_536)
      }
    }
    const sending = association.send(1, 'dataSet', endless())
    await delay(300)
    expect(taken).toBeLessThan(32 * 2 ** 20)
    peer.close()
    await expect(sending).rejects.toThrow(AssociationLost)
  })

  test('an abort of the peer is seen while nobody asks for data', async () => {
    const aborted = Promise.withResolvers<unknown>()
    const { port } = await listening({ serve: async (association) => { aborted.resolve(await association.ended) } })
    const peer = await peerOn(port)
    peer.send({ name: 'A-ABORT', source: 0, reason: 0 })
    expect(await aborted.promise).toEqual({ how: 'aborted', by: 'peer', source: 0, reason: 0 })
  })
})

describe('release', () => {
  test('is answered after what was still to be sent', async () => {
    const { port } = await listening({
      serve: async (association) => {
        await drain(association)
        await delay(50)
        await association.send(1, 'command', Buffer.from('late answer'))
      },
    })
    const peer = await peerOn(port)
    peer.send(data('question', { kind: 'command' }), { name: 'A-RELEASE-RQ' })
    expect(await peer.next()).toMatchObject({ name: 'piece' })
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RP' })
    peer.socket.end()
    expect(await peer.next()).toBe('end')
  })

  test('collision, we requested the association: the answer to the peer goes first (Sta9, Sta11)', async () => {
    const { association, peer } = await asRequestor()
    const released = association.release()
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RQ' })
    peer.send({ name: 'A-RELEASE-RQ' })
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RP' })
    peer.send({ name: 'A-RELEASE-RP' })
    await released
    expect(await peer.next()).toBe('end')
    expect(await association.ended).toEqual({ how: 'released' })
  })

  test('collision, we accepted the association: the answer of the peer comes first (Sta10, Sta12)', async () => {
    const released = Promise.withResolvers<void>()
    const { port, event } = await listening({ serve: (association) => association.release().then(released.resolve, released.reject) })
    const peer = await peerOn(port)
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RQ' })
    peer.send({ name: 'A-RELEASE-RQ' })
    await delay(30)
    peer.send({ name: 'A-RELEASE-RP' })
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RP' })
    await released.promise
    expect((await event('ended')).end).toEqual({ how: 'released' })
  })

  test('by us drops the data that still comes and nobody waits for', async () => {
    const { association, peer } = await asRequestor()
    peer.send(data('unasked'))
    await delay(30)
    const released = association.release()
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RQ' })
    peer.send(data('late'), data('later'), { name: 'A-RELEASE-RP' })
    await released
    expect(await association.receive()).toBeUndefined()
  })

  test('asked by the peer of a requestor ends its receiving, and is answered by releasing', async () => {
    const { association, peer } = await asRequestor()
    peer.send({ name: 'A-RELEASE-RQ' })
    expect(await association.receive()).toBeUndefined()
    const released = association.release()
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RP' })
    await released
  })

  test('is not followed by data', async () => {
    const { association, peer } = await asRequestor()
    const released = association.release()
    await expect(association.send(1, 'command', Buffer.from('x'))).rejects.toThrow(AssociationStateError)
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RQ' })
    peer.send({ name: 'A-RELEASE-RP' })
    await released
    await expect(association.send(1, 'command', Buffer.from('x'))).rejects.toThrow(AssociationStateError)
  })
})

describe('abort', () => {
  test('by us arrives, though the peer is in the middle of sending megabytes', async () => {
    const { port } = await listening({
      serve: async (association) => {
        await association.receive()
        await association.abort()
      },
    })
    const peer = await peerOn(port)
    for (let pdu = 0; pdu < 2000; pdu++) peer.socket.write(data(new Uint8Array(16_000)))
    expect(await peer.next()).toEqual({ name: 'A-ABORT', source: 0, reason: 0 })
    expect(await peer.next()).toBe('end')
  })

  test('by the peer fails what waits, on either side of the wire', async () => {
    const { association, peer } = await asRequestor()
    const waiting = association.receive()
    peer.send({ name: 'A-ABORT', source: 2, reason: 6 })
    await expect(waiting).rejects.toThrow('The peer aborted the association, by the upper layer: invalid PDU parameter value.')
    await expect(waiting).rejects.toBeInstanceOf(AssociationAborted)
    await expect(association.receive()).rejects.toBeInstanceOf(AssociationAborted)
    await expect(association.send(1, 'command', Buffer.from('x'))).rejects.toBeInstanceOf(AssociationAborted)
    await expect(association.release()).rejects.toBeInstanceOf(AssociationAborted)
    await association.abort()
    expect(await association.ended).toEqual({ how: 'aborted', by: 'peer', source: 2, reason: 6 })
  })

  test('a connection that closes is an association lost', async () => {
    const { association, peer } = await asRequestor()
    const waiting = association.receive()
    peer.socket.resetAndDestroy()
    await expect(waiting).rejects.toBeInstanceOf(AssociationLost)
    expect(await association.ended).toMatchObject({ how: 'lost' })
  })

  test('what serving throws aborts the association and is told', async () => {
    const { port, event } = await listening({ serve: () => Promise.reject(new Error('a mistake')) })
    const peer = await peerOn(port)
    expect(await peer.next()).toEqual({ name: 'A-ABORT', source: 0, reason: 0 })
    expect((await event('serveFailed')).error).toMatchObject({ message: 'a mistake' })
  })
})

describe('asking for an association', () => {
  test('is refused in the words of the standard', async () => {
    const { port, event } = await listening({ negotiate: () => ({ reject: { result: 1, source: 1, reason: 7 } }) })
    const asked = requestAssociation(options(port))
    await expect(asked).rejects.toThrow('The association was rejected permanently by the application: called AE title not recognized.')
    await expect(asked).rejects.toMatchObject({ result: 1, source: 1, reason: 7, isTransient: false })
    expect(await event('rejected')).toMatchObject({ by: 'negotiate', request: { callingAETitle: 'SCU' } })
  })

  test('fails with the reason of its signal, and tells the acceptor', async () => {
    const answer = Promise.withResolvers<never>()
    const { port, event } = await listening({ negotiate: () => answer.promise })
    const controller = new AbortController()
    const asked = requestAssociation(options(port, { signal: controller.signal }))
    await delay(50)
    controller.abort(new Error('changed my mind'))
    await expect(asked).rejects.toThrow('changed my mind')
    expect((await event('withoutAssociation')).end).toEqual({ how: 'aborted', by: 'peer', source: 0, reason: 0 })
  })

  test('aborts the association that came of it when its signal fires later', async () => {
    const { port, event } = await listening()
    const controller = new AbortController()
    const association = await requestAssociation(options(port, { signal: controller.signal }))
    controller.abort()
    await expect(association.receive()).rejects.toBeInstanceOf(AssociationAborted)
    expect((await event('ended')).end).toMatchObject({ how: 'aborted', by: 'peer' })
  })

  test.each<[string, Partial<RequestOptions>]>([
    ['an AE title of 17 characters', { calledAETitle: 'A'.repeat(17) }],
    ['no context', { contexts: [] }],
    ['129 contexts', { contexts: Array.from({ length: 129 }, () => ({ abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian] })) }],
    ['application information of 64 KiB', { contexts: [{ abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian], extended: new Uint8Array(65_536) }] }],
  ])('fails before connecting for %s', async (_, changes) => {
    await expect(requestAssociation(options(1, changes))).rejects.toBeInstanceOf(RangeError)
  })

  test('fails where nobody listens', async () => {
    const wire = await wireAcceptor()
    wire.close()
    await expect(requestAssociation(options(wire.port))).rejects.toBeInstanceOf(ConnectionFailed)
  })

  test('does not wait for ever for an answer', async () => {
    const wire = await wireAcceptor()
    open.peers.push(wire)
    const asked = requestAssociation(options(wire.port, { limits: { artimMs: 100 } }))
    const peer = await wire.peer
    open.peers.push(peer)
    await expect(asked).rejects.toMatchObject({ name: 'AssociationTimedOut', timer: 'artim' })
    expect(await peer.next()).toMatchObject({ name: 'A-ASSOCIATE-RQ' })
    expect(await peer.next()).toMatchObject({ name: 'A-ABORT' })
  })

  test.each<[string, Parameters<typeof anAccept>[0], number]>([
    ['a context that was not proposed', { contexts: [{ id: 7, result: 0, transferSyntax: ImplicitVRLittleEndian }] }, 6],
    ['a transfer syntax that was not proposed', { contexts: [{ id: 1, result: 0, transferSyntax: ExplicitVRLittleEndian }] }, 6],
    ['a maximum length with no room for data', { userInformation: { maxPduLength: 6 } }, 6],
  ])('aborts when %s is accepted', async (_, changes, reason) => {
    const wire = await wireAcceptor()
    open.peers.push(wire)
    const asked = requestAssociation(options(wire.port))
    const failed = asked.catch((error: unknown) => error)
    const peer = await wire.peer
    open.peers.push(peer)
    await peer.next()
    peer.send(anAccept(changes))
    expect(await peer.next()).toEqual({ name: 'A-ABORT', source: 2, reason })
    expect(await failed).toMatchObject({ name: 'AssociationAborted', by: 'us', source: 2, reason })
  })

  test('takes an association in which nothing was accepted, for its user to see', async () => {
    const { port } = await listening({ negotiate: ({ contexts }) => ({ accept: contexts.map(({ id }) => ({ id, refused: 3 as const })) }) })
    const association = await requestAssociation(options(port))
    expect(association.contexts.size).toBe(0)
    await association.release()
  })
})

describe('an acceptor', () => {
  test('rejects for now what is above its limit, and takes it when there is room again', async () => {
    const { port, acceptor, event } = await listening({ limits: { maxAssociations: 2 } })
    const two = [await requestAssociation(options(port)), await requestAssociation(options(port))]
    await event('established')
    expect(acceptor.associations).toBe(2)
    const third = requestAssociation(options(port))
    await expect(third).rejects.toThrow('rejected for now by the upper layer (presentation): local limit exceeded')
    await expect(third).rejects.toBeInstanceOf(AssociationRejected)
    expect(await event('rejected')).toMatchObject({ by: 'upperLayer', rejection: { result: 2, source: 3, reason: 2 } })
    await two[0]!.release()
    await (await requestAssociation(options(port))).release()
    await two[1]!.release()
  })

  test.each<[string, Parameters<typeof aRequest>[0], object]>([
    ['another application context', { applicationContext: '1.2.3' }, { result: 1, source: 1, reason: 2 }],
    ['a protocol version without bit 0', { protocolVersion: 2 }, { result: 1, source: 2, reason: 2 }],
  ])('rejects %s', async (_, changes, rejection) => {
    const { port } = await listening()
    const peer = await WirePeer.connect(port)
    open.peers.push(peer)
    peer.send(aRequest(changes))
    expect(await peer.next()).toEqual({ name: 'A-ASSOCIATE-RJ', ...rejection })
  })

  test('takes context ids in any order and answers in that order', async () => {
    const { port } = await listening({ negotiate: ({ contexts }) => ({ accept: contexts.filter(({ id }) => id !== 3).map(({ id }) => ({ id, transferSyntax: ImplicitVRLittleEndian })) }) })
    const peer = await WirePeer.connect(port)
    open.peers.push(peer)
    peer.send(aRequest({ contexts: [255, 3, 127, 1].map((id) => ({ id, abstractSyntax: Verification, transferSyntaxes: [ImplicitVRLittleEndian] })) }))
    expect(await peer.next()).toMatchObject({ name: 'A-ASSOCIATE-AC', contexts: [{ id: 255, result: 0 }, { id: 3, result: 2 }, { id: 127, result: 0 }, { id: 1, result: 0 }] })
  })

  test.each([0, 8, 9, 4096])('keeps its PDUs within a maximum length of %i', async (maxPduLength) => {
    const { port } = await listening({ serve: async (association) => { await association.send(1, 'dataSet', Buffer.alloc(100, 1)) } })
    const peer = await peerOn(port, { userInformation: { maxPduLength } })
    let received = 0
    for (let heard = await peer.next(); heard !== 'end' && heard !== 'reset' && heard.name === 'piece'; heard = await peer.next()) {
      if (maxPduLength > 0) expect(heard.piece.bytes.length).toBeLessThanOrEqual(maxPduLength - 6)
      received += heard.piece.bytes.length
    }
    expect(received).toBe(100)
  })

  test.skipIf(!hasIPv6)('tells the address of an IPv4 peer as such, also where it listens on IPv6', async () => {
    const { port, event } = await listening({ host: '::' })
    const association = await requestAssociation(options(port))
    expect((await event('established')).association.remoteAddress).toBe('127.0.0.1')
    await association.release()
  })

  test.each([0, 100, 2 ** 32])('does not promise PDUs of %i bytes', (maxPduBytes) => {
    expect(() => createAcceptor({ port: 0, negotiate: acceptAll, serve: () => Promise.resolve(), limits: { maxPduBytes } })).toThrow(RangeError)
  })

  test('lets associations finish within the grace it is given, and aborts those that do not', async () => {
    const { port, acceptor, event } = await anAcceptor()
    const [quick, slow] = [await requestAssociation(options(port)), await requestAssociation(options(port))]
    await event('established')
    const closed = acceptor.close({ graceMs: 200 })
    await expect(requestAssociation(options(port))).rejects.toBeInstanceOf(ConnectionFailed)
    await quick.release()
    await expect(slow.receive()).rejects.toBeInstanceOf(AssociationAborted)
    await closed
    expect(acceptor.associations).toBe(0)
  })

  test.each<[string, AcceptorOptions['negotiate'], RegExp]>([
    ['throws', () => { throw new Error('a mistake') }, /a mistake/],
    ['accepts what was not proposed', () => ({ accept: [{ id: 9, transferSyntax: ImplicitVRLittleEndian }] }), /context 9 was not proposed/],
    ['accepts another transfer syntax', () => ({ accept: [{ id: 1, transferSyntax: ExplicitVRLittleEndian }] }), /was not proposed for presentation context 1/],
    ['answers with what no PDU holds', () => ({ accept: [{ id: 1, transferSyntax: ImplicitVRLittleEndian, extended: new Uint8Array(65_536) }] }), /does not fit/],
  ])('a negotiation that %s is told, and the request rejected for now', async (_, negotiate, message) => {
    const { port, event } = await listening({ negotiate })
    await expect(requestAssociation(options(port))).rejects.toMatchObject({ isTransient: true })
    expect((await event('negotiateFailed')).error).toMatchObject({ message: expect.stringMatching(message) })
  })
})

describe('time', () => {
  test('an association on which nothing is said ends', async () => {
    const { port, event } = await listening({ limits: { idleMs: 100 } })
    const peer = await peerOn(port)
    expect(await peer.next()).toMatchObject({ name: 'A-ABORT' })
    expect((await event('ended')).end).toEqual({ how: 'timedOut', timer: 'idle' })
  })

  test('received data that waits for us is no silence of the peer', async () => {
    const { port, event } = await listening({
      limits: { idleMs: 60 },
      serve: async (association) => {
        await delay(250)
        await drain(association)
      },
    })
    const peer = await peerOn(port)
    peer.send(data('one'))
    peer.send(data('two'), { name: 'A-RELEASE-RQ' })
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RP' })
    expect((await event('ended')).end).toEqual({ how: 'released' })
  })

  test('a peer that waits for our work is not idle, and is again when it is done', async () => {
    const { port, event } = await listening({
      limits: { idleMs: 80 },
      serve: async (association) => {
        await association.receive()
        const cancelled = association.receive()
        {
          using _ = association.working()
          await delay(250)
          await association.send(1, 'command', Buffer.from('done'))
        }
        await cancelled
      },
    })
    const peer = await peerOn(port)
    peer.send(data('long work'))
    expect(await peer.next()).toMatchObject({ name: 'piece' })
    expect(await peer.next()).toMatchObject({ name: 'A-ABORT' })
    expect((await event('ended')).end).toEqual({ how: 'timedOut', timer: 'idle' })
  })

  test('a PDU that drips is not waited for, however often a byte comes', async () => {
    const { port, event } = await listening({ limits: { pduMs: 200, idleMs: 10_000 } })
    const peer = await peerOn(port)
    const pdu = data(new Uint8Array(1000))
    const dripping = setInterval(() => { peer.socket.write(pdu.subarray(0, 1)) }, 20)
    peer.socket.write(pdu.subarray(0, 14))
    expect((await event('ended')).end).toEqual({ how: 'timedOut', timer: 'pdu' })
    clearInterval(dripping)
  })

  test('a peer that does not take what is sent is let go', async () => {
    const { port, event } = await listening({
      limits: { writeMs: 200 },
      serve: (association) => association.send(1, 'dataSet', Buffer.alloc(64 * 2 ** 20)),
    })
    const peer = await peerOn(port)
    peer.socket.pause()
    expect((await event('serveFailed')).error).toBeInstanceOf(AssociationTimedOut)
    expect((await event('ended')).end).toEqual({ how: 'timedOut', timer: 'write' })
  })

  test('a release that is not answered ends all the same', async () => {
    const { association, peer } = await asRequestor({ limits: { artimMs: 100 } })
    await expect(association.release()).rejects.toMatchObject({ name: 'AssociationTimedOut', timer: 'artim' })
    expect(await peer.next()).toEqual({ name: 'A-RELEASE-RQ' })
    expect(await peer.next()).toMatchObject({ name: 'A-ABORT' })
  })

  test('negotiating may take longer than ARTIM', async () => {
    const { port } = await listening({ limits: { artimMs: 50 }, negotiate: async (request) => { await delay(150); return acceptAll(request) } })
    await (await requestAssociation(options(port))).release()
  })
})
