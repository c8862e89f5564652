/** A modality's day with gateway and server as processes of their own: scheduled, begun, sent, committed to, and passed on to an archive beside. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readInstance, type DataSet } from '@isocenter/dicom'
import { action, create, createAcceptor, DimseConnection, find, requestAssociation, serveServices, set, store } from '@isocenter/dimse'
import { attributes, aStudy, bytesOf, freePort, hasProgram, startProgram, testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aSite, until, type Site } from './site.fixture.ts'

const [Worklist, PerformedStep, Commitment, CommitmentInstance] = ['1.2.840.10008.5.1.4.31', '1.2.840.10008.3.1.2.3.3', '1.2.840.10008.1.20.1', '1.2.840.10008.1.20.1.1'] as const
const [CTImageStorage, explicitLittleEndian] = ['1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.1.2.1'] as const

let site: Site
const open: (() => unknown)[] = []
beforeAll(async () => {
  site = await aSite((await testDatabase()).url)
  open.push(site.stop)
}, 180_000)
afterAll(async () => { for (const close of open.splice(0).toReversed()) await close() })

const associate = async (abstractSyntax: string): Promise<DimseConnection> => new DimseConnection(await requestAssociation({
  host: '127.0.0.1', port: site.gateway.port, callingAETitle: 'CT_1', calledAETitle: 'GATEWAY', contexts: [{ abstractSyntax, transferSyntaxes: [explicitLittleEndian] }],
}))

/** A modality that listens for what the gateway tells of commitments. */
async function listeningModality(): Promise<{ port: number; report: Promise<{ EventTypeID: number; dataSet: DataSet | undefined }> }> {
  const { promise, resolve } = Promise.withResolvers<{ EventTypeID: number; dataSet: DataSet | undefined }>()
  const acceptor = createAcceptor({
    host: '127.0.0.1', port: 0,
    negotiate: ({ contexts }) => ({ accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''], role }) => ({ id, transferSyntax, ...(role && { role }) })) }),
    serve: async (association) => { await serveServices(association, { eventReport: ({ EventTypeID, dataSet }) => { resolve({ EventTypeID, dataSet }); return { status: 0 } } }) },
  })
  const { port } = await acceptor.listen()
  open.push(() => acceptor.close())
  return { port, report: promise }
}

test('a step is found on the worklist, performed, its images stored and committed to', async () => {
  const study = aStudy({ instances: 3 })
  const step = { ScheduledStationAETitle: 'CT_1', ScheduledProcedureStepStartDate: '20261122', ScheduledProcedureStepStartTime: '0900', Modality: 'CT', ScheduledProcedureStepID: 'SPS1', ScheduledProcedureStepDescription: 'Head' }
  const scheduled = attributes({ PatientName: 'Grüner^Käthe', PatientID: 'WL-1', PatientBirthDate: '19700131', PatientSex: 'F', StudyInstanceUID: study.StudyInstanceUID, RequestedProcedureID: 'RP1', RequestedProcedureDescription: 'Head', AccessionNumber: 'A77', ScheduledProcedureStepSequence: [step] })
  expect((await site.ask(`${site.api}/modality-worklist`, { method: 'POST', body: JSON.stringify(scheduled), headers: { 'content-type': 'application/json' } })).status).toBe(201)
  const { port, report } = await listeningModality()
  const { service } = await site.gateway.control.configuration()
  await site.gateway.control.change({ service: { ...service, peers: [{ aeTitle: 'CT_1', address: '127.0.0.1', port }] } })

  const worklist = await associate(Worklist)
  const found: string[] = []
  const identifier = attributes({ PatientName: null, StudyInstanceUID: null, ScheduledProcedureStepSequence: [{ ScheduledStationAETitle: 'CT_1', ScheduledProcedureStepID: null }] })
  for await (const item of find(worklist, { SOPClassUID: Worklist, identifier })) found.push(item.string('StudyInstanceUID') ?? '')
  await worklist.association.release()
  expect(found).toEqual([study.StudyInstanceUID])

  const steps = await associate(PerformedStep)
  const SOPInstanceUID = '2.25.7001'
  const begun = attributes({
    ScheduledStepAttributesSequence: [{ StudyInstanceUID: study.StudyInstanceUID, AccessionNumber: 'A77', RequestedProcedureID: 'RP1', RequestedProcedureDescription: null, ScheduledProcedureStepID: 'SPS1', ScheduledProcedureStepDescription: null }],
    PatientName: 'Grüner^Käthe', PatientID: 'WL-1', PatientBirthDate: null, PatientSex: 'F', PerformedProcedureStepID: 'PPS1', PerformedStationAETitle: 'CT_1', PerformedStationName: null, PerformedLocation: null,
    PerformedProcedureStepStartDate: '20261122', PerformedProcedureStepStartTime: '0905', PerformedProcedureStepStatus: 'IN PROGRESS', PerformedProcedureStepDescription: null, PerformedProcedureTypeDescription: null,
    ProcedureCodeSequence: [], PerformedProcedureStepEndDate: null, PerformedProcedureStepEndTime: null, Modality: 'CT', StudyID: '1', PerformedProtocolCodeSequence: [], PerformedSeriesSequence: [],
  })
  expect((await create(steps, { SOPClassUID: PerformedStep, SOPInstanceUID, dataSet: begun })).status).toBe(0)

  const sending = await associate(CTImageStorage)
  const references: { ReferencedSOPClassUID: string; ReferencedSOPInstanceUID: string }[] = []
  for (const instance of study.instances) {
    const bytes = bytesOf(instance)
    const uid = String(instance['00080018']?.Value?.[0])
    expect(await store(sending, { SOPClassUID: CTImageStorage, SOPInstanceUID: uid, transferSyntaxUID: explicitLittleEndian, dataSet: bytes.subarray((await readInstance(bytes)).dataSetOffset) })).toMatchObject({ status: 0 })
    references.push({ ReferencedSOPClassUID: CTImageStorage, ReferencedSOPInstanceUID: uid })
  }
  await sending.association.release()

  // Asked at once, while they may still be on their way; answered on an association of the gateway's own.
  const asking = await associate(Commitment)
  await action(asking, { SOPClassUID: Commitment, SOPInstanceUID: CommitmentInstance, ActionTypeID: 1, dataSet: attributes({ TransactionUID: '2.25.7002', ReferencedSOPSequence: references }) })
  await asking.association.release()
  const { EventTypeID, dataSet } = await report
  expect([EventTypeID, dataSet?.string('TransactionUID'), dataSet?.items('ReferencedSOPSequence').length]).toEqual([1, '2.25.7002', 3])

  expect((await set(steps, { SOPClassUID: PerformedStep, SOPInstanceUID, dataSet: attributes({ PerformedProcedureStepStatus: 'DISCONTINUED', PerformedProcedureStepEndDate: '20261122', PerformedProcedureStepEndTime: '0910' }) })).status).toBe(0)
  await steps.association.release()
  const atServer = await (await site.ask(`${site.api}/performed-procedure-steps/${SOPInstanceUID}`)).json() as { status: string }
  expect(atServer.status).toBe('DISCONTINUED')
}, 60_000)

describe.skipIf(!hasProgram('Orthanc'))('an archive beside the cloud', () => {
  test('gets what its rule says by C-STORE, and the cloud gets everything', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'orthanc-'))
    const [http, dicom] = [await freePort(), await freePort()]
    await writeFile(join(folder, 'orthanc.json'), JSON.stringify({ StorageDirectory: folder, IndexDirectory: folder, HttpPort: http, DicomPort: dicom, DicomAet: 'ORTHANC', RemoteAccessAllowed: false, AuthenticationEnabled: false, DicomAlwaysAllowStore: true, Plugins: [] }))
    open.push(() => rm(folder, { recursive: true, force: true }))
    open.push((await startProgram('Orthanc', [join(folder, 'orthanc.json')], http)).stop)
    const { nodes } = await site.gateway.control.configuration()
    const archive = { id: 'archive', name: 'Archive', kind: 'dicom', host: '127.0.0.1', port: dicom, calledAETitle: 'ORTHANC', default: false }
    await site.gateway.control.change({ nodes: [...nodes, archive], rules: [{ id: 'mr', name: 'MR', when: { modalities: ['MR'] }, to: ['archive', nodes[0]?.id] }] })
    for (const kind of ['MR', 'CT'] as const) {
      const bytes = bytesOf(aStudy({ kind, instances: 1, PatientID: `ARCHIVE-${kind}` }).instances[0] ?? {})
      const { dataSetOffset, dataSet } = await readInstance(bytes)
      const SOPClassUID = dataSet.string('SOPClassUID') ?? ''
      const sending = await associate(SOPClassUID)
      await store(sending, { SOPClassUID, SOPInstanceUID: dataSet.string('SOPInstanceUID') ?? '', transferSyntaxUID: explicitLittleEndian, dataSet: bytes.subarray(dataSetOffset) })
      await sending.association.release()
    }
    const patients = async (): Promise<unknown> => (await (await fetch(`http://127.0.0.1:${String(http)}/patients?expand`)).json() as { MainDicomTags: { PatientID: string } }[]).map(({ MainDicomTags }) => MainDicomTags.PatientID)
    await until('the archive has the MR', async () => (await patients() as string[]).length > 0)
    // What is on the line waits no more, and is not there yet.
    await until('the cloud has both', async () => (await (await site.ask(`${site.dicomweb}/studies?PatientID=ARCHIVE-*`, { headers: { accept: 'application/dicom+json' } })).json() as unknown[]).length === 2)
    await until('nothing waits', async () => (await site.gateway.control.state()).queue.waiting === 0)
    expect(await patients()).toEqual(['ARCHIVE-MR'])
  }, 60_000)
})
