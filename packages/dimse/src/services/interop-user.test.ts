import { readFile, readdir, writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readInstance, storageSOPClasses } from '@isocenter/dicom'
import { aStudy, attributes, bytesOf as fileOf, freePort, hasProgram, sharedDicom, startProgram } from '@isocenter/testkit'
import type { DimseConnection } from '../message/connection.ts'
import { aFolder, run } from './programs.fixture.ts'
import { bytesOf, connectTo, CTImageStorage, ExplicitVRLittleEndian, startProvider, StudyRootFind, StudyRootGet, StudyRootMove, Verification } from './provider.fixture.ts'
import { echo } from './scu-echo.ts'
import { get } from './scu-get.ts'
import { find, move } from './scu-query.ts'
import { store } from './scu-store.ts'

async function someImages(count: number) {
  const { instances } = aStudy({ kind: 'CT', instances: count })
  return Promise.all(instances.map(async (instance) => {
    const file = fileOf(instance)
    const { dataSet, dataSetOffset } = await readInstance(file)
    return {
      dataSet: file.subarray(dataSetOffset), transferSyntaxUID: ExplicitVRLittleEndian,
      SOPClassUID: CTImageStorage, SOPInstanceUID: dataSet.string('SOPInstanceUID') ?? '', StudyInstanceUID: dataSet.string('StudyInstanceUID') ?? '',
    }
  }))
}
type Image = Awaited<ReturnType<typeof someImages>>[number]

async function sendAll(connection: DimseConnection, images: readonly Image[]): Promise<number[]> {
  const statuses: number[] = []
  for (const image of images) statuses.push((await store(connection, image)).status)
  return statuses
}

const roles = { abstractSyntax: CTImageStorage, transferSyntaxes: [ExplicitVRLittleEndian], role: { scu: true, scp: true } }

/** Finds, moves to ourselves and gets a study that a peer was given before. */
async function queryAndRetrieve(peer: { port: number }, calledAETitle: string, images: readonly Image[], receiver: { received: Map<string, Buffer> }): Promise<void> {
  const StudyInstanceUID = images[0]?.StudyInstanceUID ?? ''
  await using connection = await connectTo(peer, [StudyRootFind, StudyRootMove, StudyRootGet, roles], { calledAETitle, callingAETitle: 'ISOCENTER' })
  const found: string[] = []
  for await (const match of find(connection, {
    SOPClassUID: StudyRootFind,
    identifier: attributes({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID, PatientName: null }),
  })) {
    found.push(match.string('StudyInstanceUID') ?? '')
  }
  expect(found).toEqual([StudyInstanceUID])
  const byStudy = attributes({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID })
  let last: { status?: number; completed?: number } = {}
  for await (const progress of move(connection, { SOPClassUID: StudyRootMove, identifier: byStudy, MoveDestination: 'ISOCENTER' })) last = progress
  expect(last).toMatchObject({ status: 0x0000, completed: images.length })
  expect(receiver.received.size).toBe(images.length)
  const got = new Map<string, Buffer>()
  for await (const progress of get(connection, {
    SOPClassUID: StudyRootGet,
    identifier: byStudy,
    async store({ SOPInstanceUID, dataSet }) {
      got.set(SOPInstanceUID, await bytesOf(dataSet))
      return { status: 0x0000 }
    },
  })) last = progress
  expect(last).toMatchObject({ status: 0x0000, completed: images.length })
  expect(got.size).toBe(images.length)
  await connection.association.release()
}

function aReceiver() {
  const received = new Map<string, Buffer>()
  return {
    received,
    start: () => startProvider({
      async store({ SOPInstanceUID, dataSet, moveOriginator }) {
        expect(moveOriginator?.AETitle).toBe('ISOCENTER')
        received.set(SOPInstanceUID, await bytesOf(dataSet))
        return { status: 0x0000 }
      },
    }),
  }
}

describe.skipIf(!hasProgram('storescp'))('storescp', () => {
  test('keeps what we send, bytes unchanged', async () => {
    await using folder = await aFolder()
    const port = await freePort()
    // +B: data sets written to the file exactly as they were received.
    await using _program = await startProgram('storescp', ['+B', '-od', folder.path, String(port)], port)
    const images = await someImages(5)
    await using connection = await connectTo({ port }, [Verification, CTImageStorage])
    await echo(connection)
    expect(await sendAll(connection, images)).toEqual([0, 0, 0, 0, 0])
    await connection.association.release()
    const files = await Promise.all((await readdir(folder.path)).map((name) => readFile(join(folder.path, name))))
    for (const { dataSet } of images) expect(files.some((file) => file.subarray(-dataSet.length).equals(dataSet))).toBe(true)
  })
})

describe.skipIf(!hasProgram('dcmqrscp'))('dcmqrscp', () => {
  test('stores, is queried, and sends back by C-MOVE and C-GET', async () => {
    await using folder = await aFolder()
    const receiver = aReceiver()
    await using provider = await receiver.start()
    const port = await freePort()
    await mkdir(join(folder.path, 'DB'))
    const config = join(folder.path, 'dcmqrscp.cfg')
    await writeFile(config, [
      'NetworkType = "tcp"', `NetworkTCPPort = ${port}`, 'MaxPDUSize = 131072', 'MaxAssociations = 16',
      'HostTable BEGIN', `isocenter = (ISOCENTER, 127.0.0.1, ${provider.port})`, 'HostTable END', 'VendorTable BEGIN', 'VendorTable END',
      'AETable BEGIN', `ARCHIVE ${join(folder.path, 'DB')} RW (200, 1024mb) ANY`, 'AETable END', '',
    ].join('\n'))
    await using _program = await startProgram('dcmqrscp', ['-c', config], port)
    const images = await someImages(3)
    {
      await using connection = await connectTo({ port }, [Verification, CTImageStorage], { calledAETitle: 'ARCHIVE' })
      await echo(connection)
      expect(await sendAll(connection, images)).toEqual([0, 0, 0])
      await connection.association.release()
    }
    await queryAndRetrieve({ port }, 'ARCHIVE', images, receiver)
    expect(provider.failures).toEqual([])
  })
})

describe.skipIf(!hasProgram('Orthanc'))('Orthanc', () => {
  test('stores, is queried, and sends back by C-MOVE and C-GET', async () => {
    await using folder = await aFolder()
    const receiver = aReceiver()
    await using provider = await receiver.start()
    const port = await freePort()
    const config = join(folder.path, 'orthanc.json')
    await writeFile(config, JSON.stringify({
      Name: 'peer', StorageDirectory: folder.path, IndexDirectory: folder.path, HttpServerEnabled: false, DicomAet: 'ORTHANC', DicomPort: port, Plugins: [],
      DicomModalities: { isocenter: ['ISOCENTER', '127.0.0.1', provider.port] }, DicomAlwaysAllowStore: true, DicomAlwaysAllowEcho: true,
    }))
    await using _program = await startProgram('Orthanc', [config], port, folder.path)
    const images = await someImages(3)
    {
      await using connection = await connectTo({ port }, [Verification, CTImageStorage], { calledAETitle: 'ORTHANC', callingAETitle: 'ISOCENTER' })
      await echo(connection)
      expect(await sendAll(connection, images)).toEqual([0, 0, 0])
      await connection.association.release()
    }
    await queryAndRetrieve({ port }, 'ORTHANC', images, receiver)
    expect(provider.failures).toEqual([])
  })
})

test('every storage SOP class, and one nobody registered, goes from our user to our provider', async () => {
  const taken: string[] = []
  await using provider = await startProvider({
    async store({ SOPClassUID, dataSet }) {
      await bytesOf(dataSet)
      taken.push(SOPClassUID)
      return { status: 0x0000 }
    },
  })
  const classes = [...storageSOPClasses().map(({ uid }) => uid), '1.3.6.1.4.1.99999.1.1']
  for (let at = 0; at < classes.length; at += 128) {
    await using connection = await connectTo(provider, classes.slice(at, at + 128))
    for (const SOPClassUID of classes.slice(at, at + 128)) {
      expect((await store(connection, { SOPClassUID, SOPInstanceUID: '1.2.3', transferSyntaxUID: ExplicitVRLittleEndian, dataSet: Buffer.alloc(2) })).status).toBe(0)
    }
    await connection.association.release()
  }
  expect(taken).toEqual(classes)
})

const corpus = sharedDicom()
describe.skipIf(!corpus)('real files', () => {
  test('each goes from our user to our provider in its own transfer syntax with identical bytes', async () => {
    const names = (await readdir(corpus ?? '', { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && /\.dcm$/i.test(entry.name))
    const received: Buffer[] = []
    await using provider = await startProvider({
      async store({ dataSet }) {
        received.push(await bytesOf(dataSet))
        return { status: 0x0000 }
      },
    })
    let sent = 0
    for (const entry of names) {
      const file = await readFile(join(entry.parentPath, entry.name))
      const instance = await Promise.resolve().then(() => readInstance(file)).catch(() => undefined)
      const SOPClassUID = instance?.dataSet.string('SOPClassUID')
      if (!instance || !SOPClassUID || !/^[0-9.]+$/.test(SOPClassUID) || file.length > 8 * 2 ** 20) continue
      const { transferSyntaxUID, dataSetOffset } = instance
      await using connection = await connectTo(provider, [{ abstractSyntax: SOPClassUID, transferSyntaxes: [transferSyntaxUID] }])
      await store(connection, { SOPClassUID, SOPInstanceUID: '1.2.3', transferSyntaxUID, dataSet: file.subarray(dataSetOffset) })
      expect(received.pop()?.equals(file.subarray(dataSetOffset)), entry.name).toBe(true)
      await connection.association.release()
      sent++
    }
    expect(sent).toBeGreaterThan(100)
  }, 120_000)

  test.skipIf(!hasProgram('dcmsend'))('dcmsend hands over every file it can read, compressed as it is', async () => {
    const syntaxes = new Map<string, number>()
    await using provider = await startProvider({
      async store({ dataSet, transferSyntaxUID }) {
        await bytesOf(dataSet)
        syntaxes.set(transferSyntaxUID, (syntaxes.get(transferSyntaxUID) ?? 0) + 1)
        return { status: 0x0000 }
      },
    })
    const said = await run('dcmsend', ['-v', '-nh', '-dn', '+sd', '+r', '127.0.0.1', String(provider.port), join(corpus ?? '', 'ct-series'), join(corpus ?? '', 'cr-dx'), join(corpus ?? '', 'charsets')])
    const total = [...syntaxes.values()].reduce((sum, count) => sum + count, 0)
    expect(total).toBeGreaterThan(10)
    expect(said).not.toContain('Failed')
    expect(provider.failures).toEqual([])
  }, 60_000)
})
