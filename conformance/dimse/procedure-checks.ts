import { mkdir, mkdtemp, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { must, same } from '../expect.ts'
import { newUid } from '../fixtures/fixtures.ts'
import { check, NotApplicable, type Check } from '../suite.ts'
import { asked, Dataset, requests } from './dcmjs.ts'
import type { DimseContext, Node } from './node.ts'
import { beside, eventually, freePort, run } from './programs.ts'
import { findscu, findscuWith, valuesOf, type Answers } from './query.ts'

const performedStep = '1.2.840.10008.3.1.2.3.3'
const commitment = '1.2.840.10008.1.20.1'
const commitmentInstance = '1.2.840.10008.1.20.1.1'

const stepKeys = ['ScheduledStationAETitle', 'ScheduledProcedureStepStartDate', 'ScheduledProcedureStepStartTime', 'Modality', 'ScheduledProcedureStepID'].map((keyword) => `ScheduledProcedureStepSequence[0].${keyword}`)
const keys = ['PatientName', 'PatientID', 'StudyInstanceUID', 'RequestedProcedureID', 'AccessionNumber']

/** Everything on the worklist. @throws NotApplicable when nothing is */
async function worklistOf(node: Node): Promise<Answers> {
  const answers = await findscu(node, '-W', ...keys, ...stepKeys)
  same(answers.status, 'Success', 'final status')
  if (answers.matches.length === 0) throw new NotApplicable('the worklist of the node is empty')
  return answers
}

const begun = () => ({
  ScheduledStepAttributesSequence: [{
    StudyInstanceUID: newUid(),
    ReferencedStudySequence: [],
    AccessionNumber: '',
    RequestedProcedureID: '',
    RequestedProcedureDescription: '',
    ScheduledProcedureStepID: '',
    ScheduledProcedureStepDescription: '',
    ScheduledProtocolCodeSequence: [],
  }],
  PatientName: 'Check^Step', PatientID: 'STEP-1', PatientBirthDate: '', PatientSex: 'O', ReferencedPatientSequence: [], PerformedProcedureStepID: 'P1', PerformedStationAETitle: 'DCMJS', PerformedStationName: '',
  PerformedLocation: '', PerformedProcedureStepStartDate: '20260214', PerformedProcedureStepStartTime: '101530', PerformedProcedureStepStatus: 'IN PROGRESS', PerformedProcedureStepDescription: '',
  PerformedProcedureTypeDescription: '',
  ProcedureCodeSequence: [],
  PerformedProcedureStepEndDate: '',
  PerformedProcedureStepEndTime: '',
  Modality: 'CT',
  StudyID: '',
  PerformedProtocolCodeSequence: [],
  PerformedSeriesSequence: [],
})
const completed = {
  PerformedProcedureStepStatus: 'COMPLETED', PerformedProcedureStepEndDate: '20260214', PerformedProcedureStepEndTime: '103000',
  PerformedSeriesSequence: [{
    PerformingPhysicianName: '',
    ProtocolName: 'HEAD',
    OperatorsName: '',
    SeriesInstanceUID: newUid(),
    SeriesDescription: '',
    RetrieveAETitle: '',
    ReferencedImageSequence: [],
    ReferencedNonImageCompositeSOPInstanceSequence: [],
  }],
}

const create = (uid: string, elements: Record<string, unknown>) => {
  const request = new requests.NCreateRequest(performedStep, uid)
  request.setDataset(new Dataset(elements))
  return request
}
const set = (uid: string, elements: Record<string, unknown>) => {
  const request = new requests.NSetRequest(performedStep, uid)
  request.setDataset(new Dataset(elements))
  return request
}
const statuses = async (...of: Parameters<typeof asked>) => (await asked(...of)).map(({ status }) => status)

/** PS3.4 Annexes K, F and J: modality worklist, performed procedure steps, storage commitment. */
export const procedureChecks: readonly Check<DimseContext>[] = [
  check(565, 'M', 'the worklist is told, a step each', async ({ node }) => {
    const { matches } = await worklistOf(node)
    for (const match of matches) for (const tag of ['0010,0010', '0010,0020', '0020,000d', '0040,1001', '0040,0009']) must((match.get(tag) ?? '') !== '', `a step without (${tag}), a return key of Type 1`)
  }),
  check(566, 'M', 'the worklist is matched on station, date and modality', async ({ node }) => {
    const [first] = (await worklistOf(node)).matches
    const [station, date, modality] = ['0040,0001', '0040,0002', '0008,0060'].map((tag) => first?.get(tag) ?? '')
    const matching = await findscu(node, '-W', ...keys, `ScheduledProcedureStepSequence[0].ScheduledStationAETitle=${station ?? ''}`, `ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate=${date ?? ''}`,
      `ScheduledProcedureStepSequence[0].Modality=${modality ?? ''}`, 'ScheduledProcedureStepSequence[0].ScheduledProcedureStepID')
    must(valuesOf(matching, '0040,0009').includes(first?.get('0040,0009') ?? ''), 'a step is not found by its own values')
    same((await findscu(node, '-W', ...keys, 'ScheduledProcedureStepSequence[0].ScheduledStationAETitle=NOBODY_AT_ALL', ...stepKeys.slice(1))).matches.length, 0, 'steps of another station')
  }),
  check(567, 'C', "DCMTK's worklist server, given the same items, answers the same", async ({ node, folder }) => {
    const wanted = await worklistOf(node)
    const into = await mkdtemp(join(folder, 'worklist-'))
    const items = join(into, 'ANY-SCP')
    await mkdir(items)
    const { code, text } = await run('findscu', '-W', '-X', '-od', items, '-aec', node.aeTitle, node.host, String(node.port), ...[...keys, ...stepKeys].flatMap((key) => ['-k', key]))
    must(code === 0, `findscu ended with ${String(code)}: ${text}`)
    for (const name of await readdir(items)) await rename(join(items, name), join(items, `${name}.wl`))
    await writeFile(join(items, 'lockfile'), '')
    const port = await freePort()
    await beside('wlmscpfs', ['-dfr', '-dfp', into, String(port)], port, async () => {
      const reference = await findscuWith({ host: '127.0.0.1', port, aeTitle: 'ANY-SCP' }, ['-W'], ...keys, ...stepKeys)
      same(valuesOf(reference, '0040,0009').toSorted(), valuesOf(wanted, '0040,0009').toSorted(), 'ids of steps')
      same(valuesOf(reference, '0010,0010').toSorted(), valuesOf(wanted, '0010,0010').toSorted(), 'names of patients')
    })
  }),
  check(570, 'M', 'a performed procedure step begins and is completed', async ({ node }) => {
    const uid = newUid()
    same(await statuses(node, create(uid, begun()), set(uid, completed)), [0, 0], 'statuses')
  }),
  check(571, 'M', 'a step that exists is not created again (0111)', async ({ node }) => {
    const uid = newUid()
    same(await statuses(node, create(uid, begun()), create(uid, { ...begun(), PatientID: 'ANOTHER' })), [0, 0x0111], 'statuses')
  }),
  check(572, 'M', 'a completed step stays as it is (0110)', async ({ node }) => {
    const uid = newUid()
    same(await statuses(node, create(uid, begun()), set(uid, completed), set(uid, { PerformedProcedureStepStatus: 'DISCONTINUED' })), [0, 0, 0x0110], 'statuses')
  }),
  check(573, 'M', 'a step nobody created is not set (0112)', async ({ node }) => { same(await statuses(node, set(newUid(), completed)), [0x0112], 'statuses') }),
  check(575, 'M', 'storage commitment is requested for what was stored', async ({ node, fixtures: { ct } }) => {
    const request = new requests.NActionRequest(commitment, commitmentInstance, 1)
    request.setDataset(new Dataset({ TransactionUID: newUid(), ReferencedSOPSequence: ct.map(({ SOPClassUID, SOPInstanceUID }) => ({ ReferencedSOPClassUID: SOPClassUID, ReferencedSOPInstanceUID: SOPInstanceUID })) }))
    same(await statuses(node, request), [0], 'statuses')
  }),
  check(576, 'M', 'commitment of an action that is none is refused (0123)', async ({ node }) => {
    const request = new requests.NActionRequest(commitment, commitmentInstance, 9)
    request.setDataset(new Dataset({ TransactionUID: newUid(), ReferencedSOPSequence: [] }))
    same(await statuses(node, request), [0x0123], 'statuses')
  }),
  check(580, 'C', 'dcmjs-dimse stores and finds', async ({ node, fixtures: { mr, run: patients } }) => {
    const uid = newUid()
    const stored = new requests.CStoreRequest(new Dataset({
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
      SOPInstanceUID: uid,
      StudyInstanceUID: mr.StudyInstanceUID,
      SeriesInstanceUID: newUid(),
      PatientID: `D-${patients}`,
      PatientName: `Dimse${patients}^Jane`,
      StudyDate: '20250115',
      Modality: 'OT',
    }))
    same(await statuses(node, stored), [0], 'status of C-STORE')
    await eventually(async () => {
      const answers = await asked(node, requests.CFindRequest.createStudyFindRequest({ PatientID: `D-${patients}`, StudyInstanceUID: '' }))
      same(answers.at(-1)?.status, 0, 'final status')
      must(answers.some(({ elements }) => elements['StudyInstanceUID'] === mr.StudyInstanceUID), 'the study is not found')
    })
  }),
]
