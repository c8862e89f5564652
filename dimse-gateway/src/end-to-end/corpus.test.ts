/** Every real file beside the repository, from a modality through gateway and line to the server: not a byte of its data set changes. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { mostHeldInstances, type HeldInstances } from '@isocenter/contracts'
import { readInstance } from '@isocenter/dicom'
import { DimseConnection, requestAssociation, store } from '@isocenter/dimse'
import { freePort, hasProgram, sharedDicom, startProgram, testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataSetsOf, dataSetsOnDisk, sha256 } from './held.fixture.ts'
import type { Outgoing } from './sender.fixture.ts'
import { aSite, forwarded, type Site } from './site.fixture.ts'

const shared = sharedDicom()
if (shared === undefined) console.warn('Skipped: the collected real files are not beside the repository.')

interface Subject extends Outgoing { readonly file: string; readonly patient: string }

/** Components between dots (PS3.5 §9.1); leading zeros are wrong there and common. Without them no server can file an object under a study. */
const isUID = (text: string): boolean => text.length <= 64 && /^\d+(\.\d+)*$/.test(text)

/** A file as a modality would send it, by the UIDs of its data set; undefined for what no server could file under a study. */
async function subjectOf(folder: string, file: string): Promise<Subject | undefined> {
  const bytes = await readFile(join(folder, file))
  const instance = await readInstance(bytes).catch(() => undefined)
  if (!instance) return undefined
  const { dataSet: attributes, transferSyntaxUID, dataSetOffset } = instance
  const uid = (keyword: 'StudyInstanceUID' | 'SeriesInstanceUID' | 'SOPInstanceUID' | 'SOPClassUID'): string => attributes.string(keyword) ?? ''
  const uids = { StudyInstanceUID: uid('StudyInstanceUID'), SOPInstanceUID: uid('SOPInstanceUID'), SOPClassUID: uid('SOPClassUID') }
  if (![...Object.values(uids), uid('SeriesInstanceUID')].every(isUID)) return undefined
  const dataSet = bytes.subarray(dataSetOffset)
  return { file, patient: attributes.string('PatientID') ?? '', ...uids, transferSyntaxUID, dataSet, sha256: sha256(dataSet) }
}

async function subjectsIn(folder: string): Promise<Subject[]> {
  const names = (await readdir(folder, { recursive: true })).filter((file) => !/^(expected|licences|MANIFEST|README|worklist)|DICOMDIR/.test(file)).toSorted()
  const files = (await Promise.all(names.map(async (name) => ((await stat(join(folder, name))).isFile() ? [name] : [])))).flat()
  return (await Promise.all(files.map((file) => subjectOf(folder, file)))).filter((subject) => subject !== undefined)
}

/** In groups that one association has contexts for (PS3.8 §9.3.2.2: ids are odd and below 256). */
function groups(subjects: readonly Subject[]): Subject[][] {
  const made: { contexts: Set<string>; members: Subject[] }[] = []
  for (const subject of subjects) {
    const context = `${subject.SOPClassUID} ${subject.transferSyntaxUID}`
    const found = made.find(({ contexts }) => contexts.has(context) || contexts.size < 100)
    const group = found ?? { contexts: new Set<string>(), members: [] }
    if (!found) made.push(group)
    group.contexts.add(context)
    group.members.push(subject)
  }
  return made.map(({ members }) => members)
}

async function sendAsTheyAre(port: number, subjects: readonly Subject[]): Promise<string[]> {
  const refused: string[] = []
  for (const group of groups(subjects)) {
    const contexts = new Map(group.map(({ SOPClassUID, transferSyntaxUID }) => [`${SOPClassUID} ${transferSyntaxUID}`, { abstractSyntax: SOPClassUID, transferSyntaxes: [transferSyntaxUID] }]))
    const connection = new DimseConnection(await requestAssociation({ host: '127.0.0.1', port, callingAETitle: 'CORPUS', calledAETitle: 'GATEWAY', contexts: [...contexts.values()] }))
    for (const subject of group) {
      const { status } = await store(connection, subject)
      if (status !== 0) refused.push(`${subject.file} 0x${status.toString(16)}`)
    }
    await connection.association.release()
  }
  return refused
}

/** Implicit VR Little Endian, and Explicit VR Big Endian: a server does not give these, whatever it holds. */
const neverGiven = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.2'])

/** What is wrong with what has arrived; nothing when each data set is at the server as it was sent: in its study, or held apart where that is another patient's. */
async function wrongAt(site: Site, subjects: readonly Subject[]): Promise<string[]> {
  const onDisk = await dataSetsOnDisk(site)
  const wrong = subjects.filter(({ sha256: sent }) => !onDisk.has(sent)).map(({ file }) => `${file} is not on the disk of the server as it was sent`)
  for (const [StudyInstanceUID, ofStudy] of Map.groupBy(subjects, (subject) => subject.StudyInstanceUID)) {
    const held = await dataSetsOf(site, StudyInstanceUID)
    const apart = new Set(ofStudy.map(({ patient }) => patient)).size > 1 ? await heldApart(site, ofStudy) : new Set<string>()
    for (const [SOPInstanceUID, versions] of Map.groupBy(ofStudy, (subject) => subject.SOPInstanceUID)) {
      const digests = held.get(SOPInstanceUID) ?? []
      // Files of the same instance are versions of it: the server shows the one that came last, and requests overlap.
      const isOne = versions.some(({ sha256: sent, transferSyntaxUID }) => sent === digests[0] || neverGiven.has(transferSyntaxUID))
      if (digests.length === 0 && apart.has(SOPInstanceUID)) continue
      if (digests.length !== 1 || !isOne) wrong.push(`${SOPInstanceUID} comes back ${String(digests.length)} times, or otherwise than it was sent`)
    }
  }
  return wrong
}

/** Which of these came for a study of another patient. */
async function heldApart(site: Site, subjects: readonly Subject[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (let at = 0; at < subjects.length; at += mostHeldInstances) {
    const asked = subjects.slice(at, at + mostHeldInstances).map(({ SOPInstanceUID }) => SOPInstanceUID)
    const answer = await site.ask(`${site.api}/quarantine/instances?SOPInstanceUID=${asked.join(',')}`)
    for (const { SOPInstanceUID } of (await answer.json() as HeldInstances).items) found.add(SOPInstanceUID)
  }
  return found
}

const open: (() => Promise<unknown>)[] = []
afterAll(async () => { for (const close of open.splice(0).toReversed()) await close() })

describe.skipIf(shared === undefined)('real files', () => {
  const folder = shared ?? ''
  let subjects: Subject[]
  beforeAll(async () => { subjects = await subjectsIn(folder) })

  test('sent as they are, arrive with identical data set bytes, and a receipt for each', async () => {
    const site = await aSite((await testDatabase()).url)
    open.push(site.stop)
    expect(subjects.length).toBeGreaterThan(1000)
    expect(await sendAsTheyAre(site.gateway.port, subjects)).toEqual([])
    // The same instance with the same bytes again is kept once.
    const distinct = new Set(subjects.map(({ SOPInstanceUID, sha256: digest }) => `${SOPInstanceUID} ${digest}`)).size
    await forwarded(site, distinct)
    expect((await site.gateway.control.studies()).flatMap(({ deliveries }) => deliveries.flatMap(({ lastFailure }) => lastFailure ?? []))).toEqual([])
    expect(await wrongAt(site, subjects)).toEqual([])
    const { queue } = await site.gateway.control.state()
    expect(queue).toMatchObject({ waiting: 0, failed: 0, arrivedToday: distinct })
    const records = (await Promise.all((await site.gateway.control.studies()).map(({ StudyInstanceUID }) => site.gateway.control.instances(StudyInstanceUID)))).flat()
    expect(records.filter(({ deliveries }) => deliveries[0]?.isVerified !== true)).toEqual([])
  }, 300_000)

  test.skipIf(!hasProgram('dcmsend') || !hasProgram('storescp'))('sent by DCMTK, arrive as at DCMTK', async () => {
    const site = await aSite((await testDatabase()).url)
    open.push(site.stop)
    const reference = await mkdtemp(join(tmpdir(), 'corpus-dcmtk-'))
    const port = await freePort()
    open.push(() => rm(reference, { recursive: true, force: true }))
    open.push((await startProgram('storescp', ['--bit-preserving', '--accept-all', '--output-directory', reference, String(port)], port)).stop)
    const all = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory() && !['malformed', 'expected', 'worklist', 'licences', 'dicomdir'].includes(entry.name)).map(({ name }) => join(folder, name))
    for (const to of [port, site.gateway.port]) await sendAll(to, all)
    const sent = (await Promise.all((await readdir(reference)).map((name) => subjectOf(reference, name)))).filter((subject) => subject !== undefined)
    expect(sent.length).toBeGreaterThan(200)
    await forwarded(site, sent.length)
    // Of an instance sent in several versions storescp keeps the one that came last, and which one arrives last at the server is open.
    const versions = Map.groupBy(subjects, ({ SOPInstanceUID }) => SOPInstanceUID)
    expect(await wrongAt(site, sent.filter(({ SOPInstanceUID }) => versions.get(SOPInstanceUID)?.length === 1))).toEqual([])
  }, 300_000)
})

/** What dcmsend cannot send (no Part 10 file, nothing but a directory) it leaves out, and says so by its exit code. */
async function sendAll(port: number, folders: readonly string[]): Promise<void> {
  await promisify(execFile)('dcmsend', ['--no-halt', '--decompress-never', '--scan-directories', '--recurse', '127.0.0.1', String(port), ...folders], { env: { ...process.env, TCP_NODELAY: '1' } })
    .catch((error: unknown) => { if (!(error instanceof Error && 'code' in error && typeof error.code === 'number')) throw error })
}
