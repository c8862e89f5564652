/** Every real file beside the repository, over real associations: ours, and those of DCMTK. */
import { readInstance } from '@isocenter/dicom'
import { DimseConnection, isUID, requestAssociation, store } from '@isocenter/dimse'
import { freePort, hasProgram, sharedDicom, startProgram } from '@isocenter/testkit/instances'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aReceivingGateway, type ReceivingGateway } from './reception.fixture.ts'

const shared = sharedDicom() ?? ''
const files = shared === '' ? [] : readdirSync(shared, { recursive: true, encoding: 'utf8' })
  .filter((file) => !/^(expected|licences|MANIFEST|README|worklist)|DICOMDIR/.test(file) && statSync(join(shared, file)).isFile()).sort()
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface Subject { readonly file: string; readonly SOPClassUID: string; readonly SOPInstanceUID: string; readonly transferSyntaxUID: string; readonly dataSet: Uint8Array }

/** A file as a modality would send it: by the UIDs of its File Meta Information, or else of its data set. Undefined for what nobody could send. */
async function subjectOf(file: string): Promise<Subject | undefined> {
  const bytes = readFileSync(join(shared, file))
  const instance = await readInstance(bytes).catch(() => undefined)
  const SOPClassUID = instance?.dataSet.string('SOPClassUID')
  const SOPInstanceUID = instance?.dataSet.string('SOPInstanceUID')
  if (!instance || SOPClassUID === undefined || SOPInstanceUID === undefined || !isUID(SOPInstanceUID)) return undefined
  return { file, SOPClassUID, SOPInstanceUID, transferSyntaxUID: instance.transferSyntaxUID, dataSet: bytes.subarray(instance.dataSetOffset) }
}

/** Subjects in groups that one association has contexts for (PS3.8 §9.3.2.2: ids are odd and below 256). */
function groups(subjects: readonly Subject[]): Subject[][] {
  const made: { contexts: Set<string>; members: Subject[] }[] = []
  for (const subject of subjects) {
    const context = `${subject.SOPClassUID} ${subject.transferSyntaxUID}`
    const group = made.find(({ contexts }) => contexts.has(context) || contexts.size < 100) ?? { contexts: new Set<string>(), members: [] }
    if (group.members.length === 0) made.push(group)
    group.contexts.add(context)
    group.members.push(subject)
  }
  return made.map(({ members }) => members)
}

let gateway: ReceivingGateway
beforeAll(async () => { gateway = await aReceivingGateway() })
afterAll(() => gateway.close())

describe.skipIf(files.length === 0)('real files', () => {
  test('sent as they are, arrive with identical data set bytes', async () => {
    const subjects = (await Promise.all(files.map(subjectOf))).filter((subject) => subject !== undefined)
    expect(subjects.length).toBeGreaterThan(900)
    const refused: string[] = []
    for (const group of groups(subjects)) {
      const contexts = [...new Set(group.map(({ SOPClassUID, transferSyntaxUID }) => `${SOPClassUID} ${transferSyntaxUID}`))].map((context) => context.split(' ') as [string, string])
      const association = await requestAssociation({
        host: '127.0.0.1', port: gateway.port, callingAETitle: 'CORPUS', calledAETitle: 'GATEWAY',
        contexts: contexts.map(([abstractSyntax, transferSyntax]) => ({ abstractSyntax, transferSyntaxes: [transferSyntax] })),
      })
      const connection = new DimseConnection(association)
      for (const subject of group) {
        const { status } = await store(connection, subject)
        if (status !== 0) refused.push(subject.file)
        else expect(gateway.spool.find(subject.SOPInstanceUID).map(({ dataSetSha256 }) => dataSetSha256), subject.file).toContain(sha256(subject.dataSet))
      }
      await association.release()
    }
    expect(refused).toEqual([])
    const kept = gateway.spool.list('', 100_000)
    for (const object of kept) {
      const bytes = readFileSync(gateway.spool.pathOf(object.id))
      expect(sha256(bytes.subarray(object.dataSetOffset))).toBe(object.dataSetSha256)
    }
  }, 120_000)

  test.skipIf(!hasProgram('dcmsend') || !hasProgram('storescp'))('sent by DCMTK, arrive as at DCMTK', async () => {
    const reference = mkdtempSync(join(tmpdir(), 'reception-dcmtk-'))
    const port = await freePort()
    const scp = await startProgram('storescp', ['--bit-preserving', '--accept-all', '--output-directory', reference, String(port)], port)
    try {
      const folders = ['charsets', 'cr-dx', 'enhanced', 'ko-pr', 'mammo', 'pdf', 'rt', 'seg', 'sr', 'transfer-syntaxes', 'us-multiframe', 'xa'].map((folder) => join(shared, folder))
      for (const to of [port, gateway.port]) await sendAll(to, folders)
      const names = readdirSync(reference)
      expect(names.length).toBeGreaterThan(120)
      for (const name of names) {
        const bytes = readFileSync(join(reference, name))
        const { dataSetOffset, fileMeta } = await readInstance(bytes)
        const kept = gateway.spool.find(fileMeta?.string('MediaStorageSOPInstanceUID') ?? '')
        expect(kept.map(({ dataSetSha256 }) => dataSetSha256), name).toContain(sha256(bytes.subarray(dataSetOffset)))
      }
    } finally {
      await scp.stop()
      rmSync(reference, { recursive: true, force: true })
    }
  }, 120_000)
})

const run = promisify(execFile)

/** What dcmsend cannot send (no Part 10 file, nothing but a directory) it leaves out, and says so by its exit code. */
async function sendAll(port: number, folders: readonly string[]): Promise<void> {
  await run('dcmsend', ['--no-halt', '--decompress-never', '--scan-directories', '--recurse', '127.0.0.1', String(port), ...folders], { env: { ...process.env, TCP_NODELAY: '1' } })
    .catch((error: unknown) => { if (!(error instanceof Error && 'code' in error && typeof error.code === 'number')) throw error })
}
