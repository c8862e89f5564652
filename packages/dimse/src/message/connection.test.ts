import { describe, expect, test } from 'vitest'
import { bytesOf, connectTo, CTImageStorage, startProvider, until, Verification } from '../services/provider.fixture.ts'
import { echo } from '../services/scu-echo.ts'
import { commandFields } from './command-field.ts'
import { decodeCommandSet, encodeCommandSet } from './command-set.ts'

const both = [Verification, CTImageStorage]
const echoRequest = (MessageID: number): Uint8Array => encodeCommandSet({ CommandField: commandFields['C-ECHO-RQ'], AffectedSOPClassUID: Verification, MessageID }, false)
const storeCommand = { CommandField: commandFields['C-STORE-RQ'], AffectedSOPClassUID: CTImageStorage, MessageID: 1, Priority: 0, AffectedSOPInstanceUID: '1.2.3' }
const handlers = { echo: () => 0x0000, store: async ({ dataSet }: { dataSet: AsyncIterable<Uint8Array> }) => ({ status: (await bytesOf(dataSet)).length }) }

describe('a peer that breaks the rules of PS3.7 is aborted', () => {
  test.each<[string, string, (association: Awaited<ReturnType<typeof connectTo>>['association']) => Promise<void>]>([
    ['a data set that no command announced', 'unexpectedFragment', (association) => association.send(3, 'dataSet', Buffer.alloc(10))],
    ['no data set behind a command that announced one', 'unexpectedFragment', async (association) => {
      await association.send(3, 'command', encodeCommandSet(storeCommand, true))
      await association.send(1, 'command', echoRequest(2))
    }],
    ['a data set in another context than its command', 'unexpectedFragment', async (association) => {
      await association.send(3, 'command', encodeCommandSet(storeCommand, true))
      await association.send(1, 'dataSet', Buffer.alloc(10))
    }],
    ['a data set behind a command that announced none', 'unexpectedFragment', async (association) => {
      await association.send(1, 'command', echoRequest(1))
      await association.receive()
      await association.send(1, 'dataSet', Buffer.alloc(10))
    }],
    ['bytes that are no command set', 'badCommandSet', (association) => association.send(1, 'command', Buffer.from('GET / HTTP/1.1\r\n'))],
    ['an empty command set', 'badCommandSet', (association) => association.send(1, 'command', new Uint8Array(0))],
    ['a command set without end', 'commandTooLong', (association) => association.send(1, 'command', Buffer.alloc(10_000_000))],
    ['a request without MessageID', 'badMessage', (association) => association.send(1, 'command', Buffer.from('0000000102000000300000000008020000000101', 'hex'))],
  ])('%s', async (_, code, misbehave) => {
    await using provider = await startProvider(handlers)
    await using connection = await connectTo(provider, both)
    await misbehave(connection.association).catch(() => undefined)
    await until(() => provider.ends.length === 1)
    expect(provider.ends).toEqual([expect.objectContaining({ name: 'DimseProtocolError', code })])
    expect(await connection.association.ended).toMatchObject({ how: 'aborted', by: 'peer' })
  })
})

describe('what can be answered is answered, and the association goes on', () => {
  test.each([
    ['an unknown command field', { CommandField: 0x0042, MessageID: 9, MessageIDBeingRespondedTo: 0, Status: 0 }, 0x0211, 0x8042],
    ['a service nobody offers', { CommandField: commandFields['N-DELETE-RQ'], MessageID: 9, RequestedSOPClassUID: '1.2', RequestedSOPInstanceUID: '1.3' }, 0x0211, 0x8150],
  ])('%s', async (_, command, Status, CommandField) => {
    await using provider = await startProvider(handlers)
    await using connection = await connectTo(provider, both)
    await connection.association.send(1, 'command', encodeCommandSet(command, false))
    const piece = await connection.association.receive()
    expect(decodeCommandSet(piece?.bytes ?? new Uint8Array(0))).toMatchObject({ CommandField, Status, MessageIDBeingRespondedTo: 9 })
    await echo(connection)
  })

  test('a store that announces no data set', async () => {
    await using provider = await startProvider(handlers)
    await using connection = await connectTo(provider, both)
    await connection.association.send(3, 'command', encodeCommandSet(storeCommand, false))
    const piece = await connection.association.receive()
    expect(decodeCommandSet(piece?.bytes ?? new Uint8Array(0))).toMatchObject({ Status: 0x0212, ErrorComment: 'C-STORE-RQ has no data set' })
    await echo(connection)
  })

  test('an echo with a data set, which is discarded', async () => {
    await using provider = await startProvider(handlers)
    await using connection = await connectTo(provider, both)
    await connection.association.sendMessage(1, encodeCommandSet({ CommandField: commandFields['C-ECHO-RQ'], AffectedSOPClassUID: Verification, MessageID: 5 }, true), Buffer.alloc(100_000))
    const piece = await connection.association.receive()
    expect(decodeCommandSet(piece?.bytes ?? new Uint8Array(0))).toMatchObject({ Status: 0x0212 })
    await echo(connection)
  })

  test('a response to nothing, and a cancellation of nothing', async () => {
    await using provider = await startProvider(handlers)
    await using connection = await connectTo(provider, both)
    await connection.send(1, { CommandField: commandFields['C-ECHO-RSP'], MessageIDBeingRespondedTo: 77, Status: 0 })
    await connection.send(1, { CommandField: commandFields['C-CANCEL-RQ'], MessageIDBeingRespondedTo: 78 })
    await echo(connection)
  })

  test('a request made of one who only asks', async () => {
    const refused: number[] = []
    await using provider = await startProvider({
      async echo({ connection, context }) {
        const response = await connection.call(context.id, { CommandField: commandFields['C-ECHO-RQ'], AffectedSOPClassUID: Verification }, undefined, { timeoutMs: 1000 })
        refused.push(response.Status)
        return 0x0000
      },
    })
    await using connection = await connectTo(provider, both)
    await echo(connection)
    expect(refused).toEqual([0x0211])
  })
})

test('messages that PS3.7 does not have are not sent', async () => {
  await using provider = await startProvider(handlers)
  await using connection = await connectTo(provider, both)
  await expect(connection.send(1, { CommandField: commandFields['C-ECHO-RQ'], MessageID: 1 })).rejects.toThrow('C-ECHO-RQ has no AffectedSOPClassUID')
  await expect(connection.send(1, { ...storeCommand })).rejects.toThrow('C-STORE-RQ has no data set')
  await expect(connection.send(1, { CommandField: commandFields['C-ECHO-RQ'], MessageID: 1, AffectedSOPClassUID: Verification, Status: 0 })).rejects.toThrow('a C-ECHO-RQ has no Status')
  await echo(connection)
})
