import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { commandFields } from '../message/command-field.ts'
import { encodeCommandSet } from '../message/command-set.ts'
import { DimseStatusError } from '../message/dimse-error.ts'
import { bytesOf, connectTo, CTImageStorage, ExplicitVRLittleEndian, startProvider, until, Verification } from './provider.fixture.ts'
import { echo } from './scu-echo.ts'
import { store } from './scu-store.ts'

const anInstance = { SOPClassUID: CTImageStorage, SOPInstanceUID: '1.2.3', transferSyntaxUID: ExplicitVRLittleEndian }
const both = [Verification, CTImageStorage]

/** A C-STORE-RQ as it goes over the line, with anything in place of what is right. */
function storeRequest(MessageID: number, SOPInstanceUID = '1.2.3'): Uint8Array {
  return encodeCommandSet({ CommandField: commandFields['C-STORE-RQ'], AffectedSOPClassUID: CTImageStorage, MessageID, Priority: 0, AffectedSOPInstanceUID: SOPInstanceUID }, true)
}

describe('C-ECHO', () => {
  test('is answered, and the release after it', async () => {
    await using provider = await startProvider({ echo: () => 0x0000 })
    await using connection = await connectTo(provider, both)
    await echo(connection)
    await echo(connection)
    await connection.association.release()
    await until(() => provider.ends.length === 1)
    expect(provider.ends).toEqual([undefined])
  })

  test('is refused where it is not offered', async () => {
    await using provider = await startProvider({})
    await using connection = await connectTo(provider, both)
    await expect(echo(connection)).rejects.toMatchObject({ name: 'DimseStatusError', status: 0x0211 })
  })

  test('fails when no context was accepted for it, when the peer is silent, and when the caller gives up', async () => {
    await using provider = await startProvider({ echo: async () => { await delay(300); return 0 } })
    await using other = await connectTo(provider, [CTImageStorage])
    await expect(echo(other)).rejects.toMatchObject({ name: 'NoPresentationContext' })
    await using slow = await connectTo(provider, both)
    await expect(echo(slow, { timeoutMs: 20 })).rejects.toMatchObject({ name: 'DimseTimeout' })
    expect(await slow.association.ended).toMatchObject({ how: 'aborted', by: 'us' })
    await using given = await connectTo(provider, both)
    await expect(echo(given, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(await given.association.ended).toMatchObject({ how: 'aborted', by: 'us' })
  })
})

describe('C-STORE', () => {
  test('carries the bytes of the data set unchanged, from memory and from a stream', async () => {
    const bytes = Buffer.alloc(300_001).map((_, index) => index * 7)
    const received: Buffer[] = []
    await using provider = await startProvider({
      async store({ dataSet, SOPInstanceUID, transferSyntaxUID, moveOriginator }) {
        expect([SOPInstanceUID, transferSyntaxUID, moveOriginator]).toEqual(['1.2.3', ExplicitVRLittleEndian, { AETitle: 'ARCHIVE', MessageID: 7 }])
        received.push(await bytesOf(dataSet))
        return { status: 0x0000 }
      },
    })
    await using connection = await connectTo(provider, both)
    async function* inChunks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 70_001) yield bytes.subarray(at, at + 70_001)
    }
    const moveOriginator = { AETitle: 'ARCHIVE', MessageID: 7 }
    expect(await store(connection, { ...anInstance, moveOriginator, dataSet: bytes })).toEqual({ status: 0x0000 })
    expect(await store(connection, { ...anInstance, moveOriginator, dataSet: inChunks() })).toEqual({ status: 0x0000 })
    expect(received.map((copy) => copy.equals(bytes))).toEqual([true, true])
    expect(provider.failures).toEqual([])
  })

  test('an empty data set is one', async () => {
    await using provider = await startProvider({ store: async ({ dataSet }) => ({ status: (await bytesOf(dataSet)).length === 0 ? 0x0000 : 0xc000 }) })
    await using connection = await connectTo(provider, both)
    expect(await store(connection, { ...anInstance, dataSet: new Uint8Array(0) })).toEqual({ status: 0x0000 })
  })

  test('a handler that fails half way becomes a processing failure without its words; the rest is discarded and the next is served', async () => {
    await using provider = await startProvider({
      async store({ dataSet, SOPInstanceUID }) {
        for await (const piece of dataSet) if (SOPInstanceUID === '1.2.3') throw new Error(`DOE^JANE ${piece.length}`)
        return { status: 0x0000 }
      },
    })
    await using connection = await connectTo(provider, both)
    expect(await store(connection, { ...anInstance, dataSet: Buffer.alloc(3_000_000) })).toEqual({ status: 0x0110 })
    expect(await store(connection, { ...anInstance, SOPInstanceUID: '1.2.4', dataSet: Buffer.alloc(10) })).toEqual({ status: 0x0000 })
    expect(provider.failures).toHaveLength(1)
  })

  test('a handler may refuse without reading anything, with what it wants the peer to know', async () => {
    await using provider = await startProvider({
      store: ({ SOPInstanceUID }) => {
        if (SOPInstanceUID === '1.2.3') return { status: 0xa700, ErrorComment: 'the disk is full' }
        throw new DimseStatusError(0xa900, { OffendingElement: [0x00080018] })
      },
    })
    await using connection = await connectTo(provider, both)
    expect(await store(connection, { ...anInstance, dataSet: Buffer.alloc(3_000_000) })).toEqual({ status: 0xa700, ErrorComment: 'the disk is full' })
    expect(await store(connection, { ...anInstance, SOPInstanceUID: '1.2.4', dataSet: Buffer.alloc(1) })).toEqual({ status: 0xa900, OffendingElement: [0x00080018] })
    expect(provider.failures).toEqual([])
  })

  test('a slow taker holds the sender back', async () => {
    const gate = Promise.withResolvers<void>()
    await using provider = await startProvider({
      async store({ dataSet }) {
        await gate.promise
        return { status: (await bytesOf(dataSet)).length === 64 * 2 ** 20 ? 0x0000 : 0xc000 }
      },
    })
    await using connection = await connectTo(provider, both)
    let produced = 0
    async function* much(): AsyncGenerator<Uint8Array> {
      for (; produced < 64; produced++) yield Buffer.alloc(2 ** 20)
    }
    const stored = store(connection, { ...anInstance, dataSet: much() })
    await delay(300)
    expect(produced).toBeLessThan(32)
    gate.resolve()
    expect(await stored).toEqual({ status: 0x0000 })
  })

  test('a data set that fails on the way aborts the association, and the handler learns of it', async () => {
    const seen: unknown[] = []
    await using provider = await startProvider({ store: async ({ dataSet }) => bytesOf(dataSet).then(() => ({ status: 0 }), (error: unknown) => { seen.push(error); throw error }) })
    await using connection = await connectTo(provider, both)
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(2 ** 20)
      throw new Error('the file is gone')
    }
    await expect(store(connection, { ...anInstance, dataSet: broken() })).rejects.toThrow('the file is gone')
    await until(() => provider.ends.length === 1)
    expect(seen).toEqual([expect.objectContaining({ name: 'AssociationAborted' })])
    expect(provider.ends).toEqual([expect.objectContaining({ name: 'AssociationAborted' })])
    expect(provider.failures).toEqual([])
  })

  test.each(['../../etc/passwd', '1.2.840/3', 'x'.repeat(64)])('the instance UID %j is refused before a handler sees it', async (wrong) => {
    let calls = 0
    await using provider = await startProvider({ echo: () => 0, store: () => ({ status: calls++ }) })
    await using connection = await connectTo(provider, both)
    const placeholder = '9'.repeat(wrong.length)
    const command = Buffer.from(storeRequest(99, placeholder))
    command.write(wrong, command.indexOf(placeholder), 'latin1')
    await connection.association.sendMessage(3, command, Buffer.alloc(10))
    await echo(connection)
    expect(calls).toBe(0)
  })
})

describe('pipelining', () => {
  test('two stores and a release that come at once are both answered, in order, before the release is', async () => {
    const stored: string[] = []
    await using provider = await startProvider({
      async store({ dataSet, SOPInstanceUID }) {
        await bytesOf(dataSet)
        await delay(SOPInstanceUID === '1.2.1' ? 100 : 0)
        stored.push(SOPInstanceUID)
        return { status: 0x0000 }
      },
    })
    await using connection = await connectTo(provider, both)
    const { association } = connection
    void association.sendMessage(3, storeRequest(1, '1.2.1'), Buffer.alloc(10))
    void association.sendMessage(3, storeRequest(2, '1.2.2'), Buffer.alloc(10))
    const released = association.release()
    const first = await association.receive()
    const second = await association.receive()
    await released
    expect(stored).toEqual(['1.2.1', '1.2.2'])
    expect([first, second].map((piece) => piece?.bytes.at(-1))).toHaveLength(2)
    await until(() => provider.ends.length === 1)
    expect(provider.ends).toEqual([undefined])
  })

  test('as many stores overlap as were agreed, and each gets its own answer', async () => {
    let atOnce = 0
    await using provider = await startProvider({
      async store({ dataSet, SOPInstanceUID }) {
        await bytesOf(dataSet)
        return { status: 0xb000 + Number(SOPInstanceUID.split('.').at(-1)) }
      },
    }, { asyncOperations: { invoked: 4, performed: 1 } })
    await using connection = await connectTo(provider, both, { asyncOperations: { invoked: 8, performed: 1 } })
    async function* counted(): AsyncGenerator<Uint8Array> {
      atOnce++
      yield Buffer.alloc(1000)
    }
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => store(connection, { ...anInstance, SOPInstanceUID: `1.2.${index}`, dataSet: counted() })))
    expect(answers.map(({ status }) => status - 0xb000)).toEqual(Array.from({ length: 20 }, (_, index) => index))
    expect(atOnce).toBe(20)
  })
})
