/** The end of an association, on real sockets: by release, by abort, and by a time that is over. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { asRequestor, closeAll, listening, options, peerOn } from './association.fixture.ts'
import { AssociationAborted, AssociationLost, AssociationStateError, AssociationTimedOut } from './errors.ts'
import { requestAssociation } from './requestor.ts'
import { acceptAll, data, drain } from './wire.fixture.ts'

afterEach(closeAll)

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
