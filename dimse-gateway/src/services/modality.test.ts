import { action, createAcceptor, create, DimseConnection, DimseStatusError, requestAssociation, serveServices, set, type ServiceHandlers } from '@isocenter/dimse'
import type { DataSet, DicomJson } from '@isocenter/dicom'
import { aStudy, attributes, hasProgram, startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startArchive } from './archive.fixture.ts'
import { aServedGateway, dcmtk, stowed, until, type ServedGateway } from './services.fixture.ts'

const MPPS = '1.2.840.10008.3.1.2.3.3'
const StorageCommitment = '1.2.840.10008.1.20.1'
const StorageCommitmentInstance = '1.2.840.10008.1.20.1.1'

let server: ServerProcess
let token: string
let gateway: ServedGateway
let isLineUp = true
const onTheirWay = new Set<string>()
beforeAll(async () => {
  server = await startServerProcess((await testDatabase()).url)
  token = await server.token('--scope', 'dicomweb:search dicomweb:store dicomweb:retrieve worklist:read worklist:write performed-procedure:read performed-procedure:write')
  gateway = await aServedGateway({ origin: () => (isLineUp ? new URL(server.url).origin : undefined), token, isOnItsWay: (uid) => onTheirWay.has(uid) })
}, 180_000)
afterAll(async () => {
  await gateway.close()
  await server.stop()
})

const associate = async (abstractSyntax: string): Promise<DimseConnection> => new DimseConnection(await requestAssociation({
  host: '127.0.0.1', port: gateway.port, callingAETitle: 'CT_1', calledAETitle: 'GATEWAY',
  contexts: [{ abstractSyntax, transferSyntaxes: ['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'] }],
}))

describe.skipIf(!hasProgram('findscu'))('the worklist', () => {
  test('tells a modality its steps, in its own character set', async () => {
    const item = attributes({
      PatientName: 'Grüner^Käthe', PatientID: 'WL-1', RequestedProcedureID: 'RP1', RequestedProcedureDescription: 'Kopf', AccessionNumber: 'A77',
      ScheduledProcedureStepSequence: [{
        ScheduledStationAETitle: 'CT_1', ScheduledProcedureStepStartDate: '20261122', ScheduledProcedureStepStartTime: '0900', Modality: 'CT',
        ScheduledProcedureStepID: 'SPS1', ScheduledProcedureStepDescription: 'Kopf nativ',
      }],
    })
    const added = await fetch(`${new URL(server.url).origin}/api/modality-worklist`, {
      method: 'POST', body: JSON.stringify(item), headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
    expect(added.status).toBe(201)
    const ask = (station: string) => dcmtk('findscu', '-W', '-v', '-aet', 'CT_1', '127.0.0.1', String(gateway.port),
      '-k', 'SpecificCharacterSet=ISO_IR 100', '-k', 'PatientName', '-k', 'PatientID', '-k', 'AccessionNumber', '-k', 'StudyInstanceUID',
      '-k', `ScheduledProcedureStepSequence[0].ScheduledStationAETitle=${station}`, '-k', 'ScheduledProcedureStepSequence[0].Modality=CT', '-k', 'ScheduledProcedureStepSequence[0].ScheduledProcedureStepID')
    const { text } = await ask('CT_1')
    expect(text).toContain('ISO_IR 100')
    expect(text).toMatch(/\(0040,0009\) SH \[SPS1\]/)
    expect(text).toMatch(/\(0008,0050\) SH \[A77 ?\]/)
    expect(text).not.toContain('Kopf nativ')
    expect((await ask('MR_1')).text).not.toContain('(Pending)')
  })
})

const begun = (StudyInstanceUID: string): DicomJson => attributes({
  ScheduledStepAttributesSequence: [{ StudyInstanceUID, AccessionNumber: null, RequestedProcedureID: null, RequestedProcedureDescription: null, ScheduledProcedureStepID: null, ScheduledProcedureStepDescription: null }],
  PatientName: 'Grüner^Käthe', PatientID: 'WL-1', PatientBirthDate: null, PatientSex: 'F',
  PerformedProcedureStepID: 'PPS1', PerformedStationAETitle: 'CT_1', PerformedStationName: null, PerformedLocation: null,
  PerformedProcedureStepStartDate: '20261122', PerformedProcedureStepStartTime: '0905', PerformedProcedureStepStatus: 'IN PROGRESS',
  PerformedProcedureStepDescription: null, PerformedProcedureTypeDescription: null, ProcedureCodeSequence: [],
  PerformedProcedureStepEndDate: null, PerformedProcedureStepEndTime: null, Modality: 'CT', StudyID: '1', PerformedProtocolCodeSequence: [], PerformedSeriesSequence: [],
})
const ended = attributes({ PerformedProcedureStepStatus: 'DISCONTINUED', PerformedProcedureStepEndDate: '20261122', PerformedProcedureStepEndTime: '0910' })

describe('performed procedure steps', () => {
  const statusAtServer = async (uid: string): Promise<string | undefined> => {
    const answer = await fetch(`${new URL(server.url).origin}/api/performed-procedure-steps/${uid}`, { headers: { authorization: `Bearer ${token}` } })
    return answer.status === 200 ? (await answer.json() as { status: string }).status : undefined
  }

  test('reach the server, whose refusals reach the modality', async () => {
    const connection = await associate(MPPS)
    const uid = '2.25.1001'
    expect((await create(connection, { SOPClassUID: MPPS, SOPInstanceUID: uid, dataSet: begun('2.25.1') })).status).toBe(0)
    expect(await statusAtServer(uid)).toBe('IN PROGRESS')
    await expect(create(connection, { SOPClassUID: MPPS, SOPInstanceUID: uid, dataSet: begun('2.25.1') })).rejects.toMatchObject({ status: 0x0111 })
    expect((await set(connection, { SOPClassUID: MPPS, SOPInstanceUID: uid, dataSet: ended })).status).toBe(0)
    expect(await statusAtServer(uid)).toBe('DISCONTINUED')
    await expect(set(connection, { SOPClassUID: MPPS, SOPInstanceUID: uid, dataSet: ended })).rejects.toBeInstanceOf(DimseStatusError)
    await expect(set(connection, { SOPClassUID: MPPS, SOPInstanceUID: '2.25.999', dataSet: ended })).rejects.toMatchObject({ status: 0x0112 })
    await connection.association.release()
  })

  test('are kept while the line is down, and told in order once it is back', async () => {
    const uid = '2.25.1002'
    isLineUp = false
    const connection = await associate(MPPS)
    expect((await create(connection, { SOPClassUID: MPPS, SOPInstanceUID: uid, dataSet: begun('2.25.2') })).status).toBe(0)
    expect((await set(connection, { SOPClassUID: MPPS, SOPInstanceUID: uid, dataSet: ended })).status).toBe(0)
    await connection.association.release()
    expect(gateway.performedSteps.list(2).map(({ operation, state }) => [operation, state])).toEqual([['set', 'waiting'], ['create', 'waiting']])
    isLineUp = true
    await gateway.performedSteps.send()
    expect(await statusAtServer(uid)).toBe('DISCONTINUED')
    expect(gateway.performedSteps.list(2).map(({ state }) => state)).toEqual(['sent', 'sent'])
  })

  test('get a UID where the modality gives none', async () => {
    const connection = await associate(MPPS)
    const { SOPInstanceUID = '' } = await create(connection, { SOPClassUID: MPPS, dataSet: begun('2.25.3') })
    expect(SOPInstanceUID).toMatch(/^2\.25\.\d+$/)
    expect(await statusAtServer(SOPInstanceUID)).toBe('IN PROGRESS')
    await connection.association.release()
  })
})

interface Told { readonly EventTypeID: number; readonly committed: string[]; readonly failed: [uid: string, reason: number | undefined][] }
const told = (EventTypeID: number, dataSet: DataSet | undefined): Told => ({
  EventTypeID,
  committed: dataSet?.items('ReferencedSOPSequence').map((item) => item.string('ReferencedSOPInstanceUID') ?? '') ?? [],
  failed: dataSet?.items('FailedSOPSequence').map((item) => [item.string('ReferencedSOPInstanceUID') ?? '', item.number('FailureReason')]) ?? [],
})

describe('storage commitment', () => {
  const { instances } = aStudy({ instances: 3 })
  const [first, second, third] = instances.map((instance) => ({ ReferencedSOPClassUID: String(instance['00080016']?.Value?.[0]), ReferencedSOPInstanceUID: String(instance['00080018']?.Value?.[0]) })) as [Reference, Reference, Reference]
  interface Reference { readonly ReferencedSOPClassUID: string; readonly ReferencedSOPInstanceUID: string }
  const transaction = (TransactionUID: string, references: readonly Reference[]) => attributes({ TransactionUID, ReferencedSOPSequence: references.map((one) => ({ ...one })) })
  const listening = (): { handlers: ServiceHandlers; report: Promise<Told> } => {
    const { promise, resolve } = Promise.withResolvers<Told>()
    return { report: promise, handlers: { eventReport: ({ EventTypeID, dataSet }) => { resolve(told(EventTypeID, dataSet)); return { status: 0 } } } }
  }
  const ask = (connection: DimseConnection, TransactionUID: string, references: readonly Reference[]) =>
    action(connection, { SOPClassUID: StorageCommitment, SOPInstanceUID: StorageCommitmentInstance, ActionTypeID: 1, dataSet: transaction(TransactionUID, references) })

  test('is answered on the same association, from what the server holds', async () => {
    await stowed(server, token, instances.slice(0, 2))
    const connection = await associate(StorageCommitment)
    const { handlers, report } = listening()
    const stop = new AbortController()
    const served = serveServices(connection, handlers, { signal: stop.signal })
    const absent = { ...second, ReferencedSOPInstanceUID: '2.25.4711' }
    const conflict = { ...second, ReferencedSOPClassUID: '1.2.840.10008.5.1.4.1.1.4' }
    await ask(connection, '2.25.20', [first, absent, conflict])
    expect(await report).toEqual({ EventTypeID: 2, committed: [first.ReferencedSOPInstanceUID], failed: [['2.25.4711', 0x0112], [second.ReferencedSOPInstanceUID, 0x0119]] })
    stop.abort()
    await served
    await connection.association.release()
    await until(() => gateway.commitments.list(1)[0]?.state === 'reported')
  })

  test('waits for what is on its way, and calls back', async () => {
    const { handlers, report } = listening()
    const acceptor = createAcceptor({
      host: '127.0.0.1', port: 0, serve: async (association) => { await serveServices(association, handlers) },
      negotiate: ({ contexts }) => ({ accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''], role }) => ({ id, transferSyntax, ...(role && { role }) })) }),
    })
    const { port } = await acceptor.listen()
    await gateway.configuration.change(({ service }) => ({ service: { ...service, peers: [{ aeTitle: 'CT_1', address: '127.0.0.1', port }] } }))
    onTheirWay.add(third.ReferencedSOPInstanceUID)
    const connection = await associate(StorageCommitment)
    await ask(connection, '2.25.21', [third])
    await connection.association.release()
    await until(() => gateway.commitments.list(1)[0]?.reason === 'onItsWay')
    await stowed(server, token, instances.slice(2))
    onTheirWay.clear()
    expect(await report).toEqual({ EventTypeID: 1, committed: [third.ReferencedSOPInstanceUID], failed: [] })
    await until(() => gateway.commitments.list(1)[0]?.state === 'reported')
    await acceptor.close()
  })

  test('refuses what names no instance, or another action', async () => {
    const connection = await associate(StorageCommitment)
    await expect(ask(connection, '2.25.22', [])).rejects.toMatchObject({ status: 0x0120 })
    await expect(action(connection, { SOPClassUID: StorageCommitment, SOPInstanceUID: StorageCommitmentInstance, ActionTypeID: 7, dataSet: transaction('2.25.23', [first]) })).rejects.toMatchObject({ status: 0x0123 })
    await connection.association.release()
  })
})

describe.skipIf(!hasProgram('dcmqrscp'))('fetching from an old archive', () => {
  test('brings a day of it into the spool', async () => {
    const day = aStudy({ instances: 4, StudyDate: '20260505', PatientID: 'OLD-1' })
    const before = aStudy({ instances: 1, StudyDate: '20260504' })
    const archive = await startArchive({ gatewayPort: gateway.port, instances: [...day.instances, ...before.instances] })
    try {
      await gateway.configuration.change(({ nodes }) => ({ nodes: [...nodes, { id: 'old', name: 'Old archive', kind: 'dicom', default: false, paused: false, concurrency: 1, maxAttempts: 5, host: '127.0.0.1', port: archive.port, calledAETitle: archive.aeTitle }] }))
      expect((await gateway.pulls.search('old', { PatientID: 'OLD-1' })).studies.map((study) => study.StudyInstanceUID)).toEqual([day.StudyInstanceUID])
      expect(await gateway.pulls.pullMatching('old', { StudyDate: '20260505' })).toEqual({ added: 1, hasMore: false })
      await until(() => gateway.pulls.list(1)[0]?.state === 'done', 30_000)
      expect(gateway.pulls.list(1)[0]).toMatchObject({ completed: 4, failed: 0, PatientID: 'OLD-1', StudyDate: '20260505' })
      for (const instance of day.instances) expect(gateway.spool.find(String(instance['00080018']?.Value?.[0]))).toHaveLength(1)
    } finally {
      await archive.stop()
    }
  })
})
