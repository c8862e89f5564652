import { describe, expect, test } from 'vitest'
import { DimseConnection } from '../message/connection.ts'
import { memoryAssociations } from '../message/memory-association.fixture.ts'
import { echo } from './scu-echo.ts'
import { store } from './scu-store.ts'
import type { ServiceHandlers } from './handlers.ts'
import { serveServices } from './serve.ts'

const CTImageStorage = '1.2.840.10008.5.1.4.1.1.2'
const ExplicitVRLittleEndian = '1.2.840.10008.1.2.1'
const contexts = [
  { id: 1, abstractSyntax: '1.2.840.10008.1.1', transferSyntax: '1.2.840.10008.1.2' },
  { id: 3, abstractSyntax: CTImageStorage, transferSyntax: ExplicitVRLittleEndian },
]
const anInstance = { SOPClassUID: CTImageStorage, SOPInstanceUID: '1.2.3', transferSyntaxUID: ExplicitVRLittleEndian }

function served(handlers: ServiceHandlers) {
  const { requestor, acceptor } = memoryAssociations(contexts)
  const failures: unknown[] = []
  const done = serveServices(acceptor, handlers, { onHandlerError: ({ error }) => failures.push(error) })
  return { requestor, acceptor, connection: new DimseConnection(requestor), done, failures }
}

async function bytesOf(dataSet: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of dataSet) pieces.push(piece)
  return Buffer.concat(pieces)
}

describe('C-ECHO', () => {
  test('is answered, and again', async () => {
    const { connection, done, requestor } = served({ echo: () => 0x0000 })
    await echo(connection)
    await echo(connection)
    await requestor.release()
    await done
  })

  test('is refused where it is not offered', async () => {
    const { connection } = served({})
    await expect(echo(connection)).rejects.toMatchObject({ name: 'DimseStatusError', status: 0x0211 })
  })
})

describe('C-STORE', () => {
  test('carries the bytes of the data set unchanged', async () => {
    const bytes = Buffer.alloc(100_001, 7)
    const received: Buffer[] = []
    const { connection } = served({
      async store({ dataSet, SOPInstanceUID, transferSyntaxUID }) {
        expect([SOPInstanceUID, transferSyntaxUID]).toEqual(['1.2.3', ExplicitVRLittleEndian])
        received.push(await bytesOf(dataSet))
        return { status: 0x0000 }
      },
    })
    expect(await store(connection, { ...anInstance, dataSet: bytes })).toEqual({ status: 0x0000 })
    expect(received[0]?.equals(bytes)).toBe(true)
  })

  test('a handler that fails half way becomes a processing failure without its words, and the next store is served', async () => {
    const { connection, failures } = served({
      async store({ dataSet, SOPInstanceUID }) {
        for await (const piece of dataSet) if (SOPInstanceUID === '1.2.3') throw new Error(`DOE^JANE ${piece.length}`)
        return { status: 0x0000 }
      },
    })
    expect(await store(connection, { ...anInstance, dataSet: Buffer.alloc(1_000_000) })).toEqual({ status: 0x0110 })
    expect(await store(connection, { ...anInstance, SOPInstanceUID: '1.2.4', dataSet: Buffer.alloc(10) })).toEqual({ status: 0x0000 })
    expect(failures).toHaveLength(1)
  })

  test('a UID that is none is refused before any handler sees it', async () => {
    const { requestor, connection } = served({ store: () => { throw new Error('unreachable') } })
    const command = '0000 0001 02000000 0100 0000 1001 02000000 0900 0000 0008 02000000 0100 0000 0200 04000000 312e3200 0000 0010 08000000 2e2e2f2e2e2f6100'
    await requestor.put({ contextId: 3, kind: 'command', bytes: Buffer.from(command.replaceAll(' ', ''), 'hex'), last: true })
    await requestor.put({ contextId: 3, kind: 'dataSet', bytes: Buffer.alloc(10), last: true })
    const piece = await requestor.receive()
    expect(Buffer.from(piece?.bytes ?? []).toString('latin1')).toContain('Invalid SOP Instance')
    await expect(echo(connection)).rejects.toMatchObject({ status: 0x0211 })
  })
})
