import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExplicitVRLittleEndian, ImplicitVRLittleEndian, readInstance } from '@isocenter/dicom'
import { createAcceptor, serveServices } from '@isocenter/dimse'
import { aStudy, freePort, hasProgram, startProgram, startServerProcess, testDatabase, type ServerProcess, type StartedProgram } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aServedGateway, dcmtk, stowed, type ServedGateway } from '../services.fixture.ts'

const hasDcmtk = hasProgram('findscu') && hasProgram('movescu') && hasProgram('getscu') && hasProgram('storescp')
const chest = aStudy({ series: 2, instances: 3, PatientName: 'Müller^Jörg', PatientID: 'QR-1', AccessionNumber: 'ACC1', StudyDate: '20260102', StudyDescription: 'Chest' })
const again = aStudy({ instances: 1, PatientName: 'Müller^Jörg', PatientID: 'QR-1', StudyDate: '20260301' })
const other = aStudy({ instances: 1, PatientName: 'Yamada^Tarou=山田^太郎', PatientID: 'QR-2', StudyDate: '20260102' })

let server: ServerProcess
let gateway: ServedGateway
let folder: string
const receivers: StartedProgram[] = []
beforeAll(async () => {
  if (!hasDcmtk) return
  server = await startServerProcess((await testDatabase()).url)
  const token = await server.token()
  await stowed(server, token, [...chest.instances, ...again.instances, ...other.instances])
  gateway = await aServedGateway({ origin: () => new URL(server.url).origin, token })
  folder = await mkdtemp(join(tmpdir(), 'query-retrieve-'))
}, 180_000)
afterAll(async () => {
  if (!hasDcmtk) return
  for (const receiver of receivers) await receiver.stop()
  await gateway.close()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

const find = (model: '-S' | '-P', ...keys: string[]) =>
  dcmtk('findscu', model, '-v', '-aet', 'READER', '-aec', 'GATEWAY', '127.0.0.1', String(gateway.port), ...keys.flatMap((key) => ['-k', key]))
const matches = ({ text }: { text: string }): number => [...text.matchAll(/^I: Find Response: \d+ \(Pending\)/gm)].length

/** A storescp of DCMTK that takes what its options say. */
async function aReceiver(aeTitle: string, ...options: string[]): Promise<{ port: number; folder: string }> {
  const port = await freePort()
  const into = await mkdtemp(join(folder, 'received-'))
  receivers.push(await startProgram('storescp', [...options, '-aet', aeTitle, '-od', into, '+B', String(port)], port))
  await gateway.configuration.change(({ service }) => ({ service: { ...service, peers: [...service.peers, { aeTitle, address: '127.0.0.1', port }] } }))
  return { port, folder: into }
}

const received = async (into: string) => Promise.all((await readdir(into)).map(async (name) => readInstance(await readFile(join(into, name)))))

describe.skipIf(!hasDcmtk)('C-FIND', () => {
  test('finds studies by date, and gives the keys that were asked for', async () => {
    const answer = await find('-S', 'QueryRetrieveLevel=STUDY', 'StudyDate=20260102', 'PatientID', 'NumberOfStudyRelatedInstances', 'StudyInstanceUID')
    expect(matches(answer)).toBe(2)
    expect(answer.text).toContain(`[${chest.StudyInstanceUID}`)
    expect(answer.text).toMatch(/\(0020,1208\) IS \[6 ?\]/)
    expect(answer.text).not.toContain('(0008,1030)')
  })
  test('tells a patient once, however many studies there are', async () => {
    const answer = await find('-P', 'QueryRetrieveLevel=PATIENT', 'PatientID=QR-*', 'PatientName')
    expect(matches(answer)).toBe(2)
  })
  test('finds series and instances below the one above', async () => {
    expect(matches(await find('-S', 'QueryRetrieveLevel=SERIES', `StudyInstanceUID=${chest.StudyInstanceUID}`, 'SeriesInstanceUID', 'Modality'))).toBe(2)
    const [series] = chest.series
    expect(matches(await find('-S', 'QueryRetrieveLevel=IMAGE', `StudyInstanceUID=${chest.StudyInstanceUID}`, `SeriesInstanceUID=${series?.SeriesInstanceUID ?? ''}`, 'SOPInstanceUID'))).toBe(3)
  })
  test('answers in the character set of who asks', async () => {
    const answer = await find('-S', 'QueryRetrieveLevel=STUDY', 'SpecificCharacterSet=ISO_IR 100', 'PatientID=QR-1', 'PatientName', 'AccessionNumber=ACC1')
    expect(matches(answer)).toBe(1)
    expect(answer.text).toContain('ISO_IR 100')
  })
  test('refuses a level the model does not have', async () => {
    const { text } = await find('-S', 'QueryRetrieveLevel=PATIENT', 'PatientID=QR-1')
    expect(text).toMatch(/DataSetDoesNotMatchSOPClass|0xa900/i)
    expect(text).not.toContain('(Pending)')
  })
})

describe.skipIf(!hasDcmtk)('C-MOVE', () => {
  const move = (destination: string, ...keys: string[]) =>
    dcmtk('movescu', '-S', '-v', '-aet', 'READER', '-aec', 'GATEWAY', '-aem', destination, '127.0.0.1', String(gateway.port), ...keys.flatMap((key) => ['-k', key]))

  test('sends a study to the node it names', async () => {
    const { folder: into } = await aReceiver('MOVED')
    const answer = await move('MOVED', 'QueryRetrieveLevel=STUDY', `StudyInstanceUID=${chest.StudyInstanceUID}`)
    expect(answer.code).toBe(0)
    expect((await received(into)).map(({ dataSet }) => dataSet.string('SOPInstanceUID')).toSorted()).toEqual(chest.instances.map((one) => one['00080018']?.Value?.[0]).toSorted())
  })
  test('sends to a node that knows Implicit VR alone', async () => {
    const { folder: into } = await aReceiver('IMPLICIT', '+xi')
    await move('IMPLICIT', 'QueryRetrieveLevel=STUDY', `StudyInstanceUID=${other.StudyInstanceUID}`)
    const [instance] = await received(into)
    expect(instance?.transferSyntaxUID).toBe(ImplicitVRLittleEndian)
    expect(instance?.dataSet.string('PatientName')).toContain('山田^太郎')
    expect(instance?.dataSet.get('PixelData')?.length).toBeGreaterThan(0)
  })
  test('goes on behind an instance at which the destination breaks the association', async () => {
    const bad = chest.instances[1]?.['00080018']?.Value?.[0]
    const taken: string[] = []
    const acceptor = createAcceptor({
      host: '127.0.0.1', port: 0,
      negotiate: ({ contexts }) => ({ accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''] }) => ({ id, transferSyntax })) }),
      serve: (association) => serveServices(association, {
        store: async ({ SOPInstanceUID, dataSet }) => {
          if (SOPInstanceUID === bad) await association.abort()
          for await (const _piece of dataSet);
          taken.push(SOPInstanceUID)
          return { status: 0 }
        },
      }),
    })
    const { port } = await acceptor.listen()
    try {
      await gateway.configuration.change(({ service }) => ({ service: { ...service, peers: [...service.peers, { aeTitle: 'BREAKS', address: '127.0.0.1', port }] } }))
      await move('BREAKS', 'QueryRetrieveLevel=STUDY', `StudyInstanceUID=${chest.StudyInstanceUID}`)
      expect(taken.toSorted()).toEqual(chest.instances.map((one) => one['00080018']?.Value?.[0]).filter((uid) => uid !== bad).toSorted())
    } finally {
      await acceptor.close()
    }
  })
  test.each([
    ['a UID that is a way up in a path', 'QueryRetrieveLevel=STUDY', 'StudyInstanceUID=..'],
    ['series of several studies', 'QueryRetrieveLevel=SERIES', `StudyInstanceUID=${chest.StudyInstanceUID}\\${again.StudyInstanceUID}`, `SeriesInstanceUID=${chest.series[0]?.SeriesInstanceUID ?? ''}`],
    ['no UID at its own level', 'QueryRetrieveLevel=SERIES', `StudyInstanceUID=${chest.StudyInstanceUID}`],
  ])('refuses %s', async (_what, ...keys) => {
    const { text } = await move('MOVED', ...keys)
    expect(text).toMatch(/DoesNotMatchSOPClass|0xa900/i)
  })
  test('names the destination that is not configured', async () => {
    const { code, text } = await move('NOBODY', 'QueryRetrieveLevel=STUDY', `StudyInstanceUID=${chest.StudyInstanceUID}`)
    expect(code).not.toBe(0)
    expect(text).toMatch(/a801|Destination/i)
  })
})

describe.skipIf(!hasDcmtk)('C-GET', () => {
  test('gives the instances back on the association', async () => {
    const into = await mkdtemp(join(folder, 'got-'))
    const answer = await dcmtk('getscu', '-S', '-v', '-aet', 'READER', '-aec', 'GATEWAY', '-od', into, '+B', '127.0.0.1', String(gateway.port),
      '-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${chest.StudyInstanceUID}`)
    expect(answer.code).toBe(0)
    const instances = await received(into)
    expect(instances).toHaveLength(6)
    for (const { transferSyntaxUID } of instances) expect([ExplicitVRLittleEndian, ImplicitVRLittleEndian]).toContain(transferSyntaxUID)
  })
})
