/** What passes on an association, on real sockets: what one side sends and the other receives, and who waits for whom. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { asRequestor, closeAll, listening, options, peerOn } from './association.fixture.ts'
import { AssociationLost, AssociationStateError } from './errors.ts'
import { requestAssociation } from './requestor.ts'
import { CTImageStorage, data, drain, ExplicitVRLittleEndian, ImplicitVRLittleEndian, Verification } from './wire.fixture.ts'

afterEach(closeAll)

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
