import { describe, expect, test } from 'vitest'
import { attributes } from '@isocenter/testkit'
import { DimseStatusError } from '../message/dimse-error.ts'
import { connectTo, MPPS, startProvider, StorageCommitment, until } from './provider.fixture.ts'
import { action, create, deleteInstance, eventReport, getAttributes, set } from './scu-normalized.ts'
import { serveServices } from './serve.ts'

const StorageCommitmentInstance = '1.2.840.10008.1.20.1.1'
const transaction = attributes({ TransactionUID: '1.2.3', ReferencedSOPSequence: [{ ReferencedSOPClassUID: '1.2.840.10008.5.1.4.1.1.2', ReferencedSOPInstanceUID: '1.2.4' }] })

describe('Storage Commitment', () => {
  test('is reported on the association that asked for it, behind the answer', async () => {
    const order: string[] = []
    await using provider = await startProvider({
      action({ ActionTypeID, SOPInstanceUID, dataSet, connection }) {
        expect([ActionTypeID, SOPInstanceUID, dataSet?.string('TransactionUID')]).toEqual([1, StorageCommitmentInstance, '1.2.3'])
        return {
          status: 0x0000,
          async afterwards() {
            const { status } = await eventReport(connection, { SOPClassUID: StorageCommitment, SOPInstanceUID: StorageCommitmentInstance, EventTypeID: 1, dataSet: transaction })
            order.push(`acknowledged ${status}`)
          },
        }
      },
    })
    await using connection = await connectTo(provider, [StorageCommitment])
    const reported = Promise.withResolvers<void>()
    const stop = new AbortController()
    const served = serveServices(connection, {
      eventReport({ EventTypeID, dataSet }) {
        order.push(`event ${EventTypeID} of ${dataSet?.string('TransactionUID')}`)
        reported.resolve()
        return { status: 0x0000 }
      },
    }, { signal: stop.signal })
    const { status } = await action(connection, { SOPClassUID: StorageCommitment, SOPInstanceUID: StorageCommitmentInstance, ActionTypeID: 1, dataSet: transaction })
    order.push(`asked ${status}`)
    await reported.promise
    stop.abort()
    await served
    await connection.association.release()
    await until(() => provider.ends.length === 1)
    expect(order.toSorted()).toEqual(['acknowledged 0', 'asked 0', 'event 1 of 1.2.3'])
    expect(provider.failures).toEqual([])
  })
})

describe('MPPS', () => {
  const performed = attributes({ PerformedProcedureStepStatus: 'IN PROGRESS', PatientName: 'Müller^Jörg' })

  test('is created, changed, read and deleted', async () => {
    const calls: unknown[] = []
    await using provider = await startProvider({
      create({ SOPInstanceUID, dataSet }) {
        calls.push(['create', SOPInstanceUID, dataSet?.string('PatientName')])
        return { status: 0x0000, ...(SOPInstanceUID === undefined && { SOPInstanceUID: '1.2.99' }) }
      },
      set({ SOPInstanceUID, dataSet }) {
        calls.push(['set', SOPInstanceUID, dataSet?.string('PerformedProcedureStepStatus')])
        if (SOPInstanceUID === '1.2.4') throw new DimseStatusError(0x0110, { ErrorID: 0xa710, ErrorComment: 'may no longer be updated' })
        return { status: 0x0001 }
      },
      getAttributes({ AttributeIdentifierList }) {
        return { status: 0x0000, AttributeIdentifierList, dataSet: performed, SpecificCharacterSet: ['ISO_IR 100'] }
      },
      delete({ SOPInstanceUID }) {
        calls.push(['delete', SOPInstanceUID])
        return { status: 0x0112 }
      },
    })
    await using connection = await connectTo(provider, [MPPS])
    expect(await create(connection, { SOPClassUID: MPPS, SOPInstanceUID: '1.2.3', dataSet: performed, SpecificCharacterSet: ['ISO_IR 100'] })).toEqual({ status: 0, SOPInstanceUID: '1.2.3' })
    expect(await create(connection, { SOPClassUID: MPPS, dataSet: performed })).toEqual({ status: 0, SOPInstanceUID: '1.2.99' })
    expect(await set(connection, { SOPClassUID: MPPS, SOPInstanceUID: '1.2.3', dataSet: attributes({ PerformedProcedureStepStatus: 'COMPLETED' }) })).toMatchObject({ status: 1 })
    await expect(set(connection, { SOPClassUID: MPPS, SOPInstanceUID: '1.2.4', dataSet: performed })).rejects.toMatchObject({ status: 0x0110, details: { ErrorID: 0xa710, ErrorComment: 'may no longer be updated' } })
    const read = await getAttributes(connection, { SOPClassUID: MPPS, SOPInstanceUID: '1.2.3', AttributeIdentifierList: [0x00100010] })
    expect([read.dataSet?.string('PatientName'), read.dataSet?.string('SpecificCharacterSet')]).toEqual(['Müller^Jörg', 'ISO_IR 100'])
    await expect(deleteInstance(connection, { SOPClassUID: MPPS, SOPInstanceUID: '1.2.3' })).rejects.toMatchObject({ status: 0x0112 })
    expect(calls).toEqual([
      ['create', '1.2.3', 'Müller^Jörg'], ['create', undefined, 'Müller^Jörg'], ['set', '1.2.3', 'COMPLETED'], ['set', '1.2.4', 'IN PROGRESS'], ['delete', '1.2.3'],
    ])
  })

  test('a handler that fails is a processing failure, and an instance without a name is one too', async () => {
    await using provider = await startProvider({ create: () => ({ status: 0x0000 }), set: () => { throw new Error('duplicate key value: DOE') } })
    await using connection = await connectTo(provider, [MPPS])
    await expect(create(connection, { SOPClassUID: MPPS, dataSet: performed })).rejects.toMatchObject({ status: 0x0110, details: {} })
    await expect(set(connection, { SOPClassUID: MPPS, SOPInstanceUID: '1.2.3', dataSet: performed })).rejects.toMatchObject({ status: 0x0110, details: {} })
    expect(provider.failures).toHaveLength(2)
  })
})
