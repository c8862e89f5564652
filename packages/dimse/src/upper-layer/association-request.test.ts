/** An association asked for, on real sockets: what a requestor and an acceptor make of what the other says before it stands. */
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { createAcceptor, type AcceptorOptions } from './acceptor.ts'
import { closeAll, listening, open, options, peerOn } from './association.fixture.ts'
import { AssociationAborted, AssociationRejected, ConnectionFailed } from './errors.ts'
import { requestAssociation, type RequestOptions } from './requestor.ts'
import {
  acceptAll, anAccept, anAcceptor, aRequest, ExplicitVRLittleEndian, ImplicitVRLittleEndian, Verification, wireAcceptor, WirePeer,
} from './wire.fixture.ts'

afterEach(closeAll)

const hasIPv6 = Object.values(networkInterfaces()).flat().some((address) => address?.family === 'IPv6')

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
