import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readInstance } from '@isocenter/dicom'
import { aStudy, attributes, bytesOf as fileOf, hasProgram } from '@isocenter/testkit'
import type { ServiceHandlers } from './handlers.ts'
import { readDataSet } from './identifier.ts'
import { aFolder, run } from './programs.fixture.ts'
import { bytesOf, ModalityWorklistFind, startProvider } from './provider.fixture.ts'

interface Received { readonly SOPInstanceUID: string; readonly transferSyntaxUID: string; readonly bytes: Buffer }

function taking(received: Received[]): ServiceHandlers {
  return {
    echo: () => 0x0000,
    async store({ SOPInstanceUID, transferSyntaxUID, dataSet }) {
      received.push({ SOPInstanceUID, transferSyntaxUID, bytes: await bytesOf(dataSet) })
      return { status: 0x0000 }
    },
  }
}

/** Three CT images as files, and what the archive of the test knows of them. */
async function threeImages(folder: string) {
  const { instances } = aStudy({ kind: 'CT', instances: 3 })
  return Promise.all(instances.map(async (instance, index) => {
    const file = fileOf(instance)
    const path = join(folder, `image${index}.dcm`)
    await writeFile(path, file)
    const { dataSet, dataSetOffset } = await readInstance(file)
    return {
      path, file, dataSetBytes: file.subarray(dataSetOffset),
      SOPClassUID: dataSet.string('SOPClassUID') ?? '', SOPInstanceUID: dataSet.string('SOPInstanceUID') ?? '', StudyInstanceUID: dataSet.string('StudyInstanceUID') ?? '',
    }
  }))
}

const to = (port: number): string[] => ['127.0.0.1', String(port)]

describe.skipIf(!hasProgram('echoscu'))('DCMTK asks', () => {
  test('echoscu, often on one association', async () => {
    await using provider = await startProvider({ echo: () => 0x0000 })
    expect(await run('echoscu', ['-v', '--repeat', '20', ...to(provider.port)])).toContain('Received Echo Response (Success)')
    expect(provider.ends).toEqual([undefined])
  })

  test('storescu and dcmsend: the data sets arrive as they are in the files', async () => {
    await using folder = await aFolder()
    const images = await threeImages(folder.path)
    for (const [program, ...args] of [['storescu', '-R'], ['storescu', '-R', '-pdu', '131072'], ['dcmsend', '-dn']] as const) {
      const received: Received[] = []
      await using provider = await startProvider(taking(received))
      await run(program, [...args, ...to(provider.port), ...images.map(({ path }) => path)])
      expect(received.map(({ SOPInstanceUID }) => SOPInstanceUID)).toEqual(images.map(({ SOPInstanceUID }) => SOPInstanceUID))
      expect(received.every(({ bytes }, index) => bytes.equals(images[index]?.dataSetBytes ?? Buffer.alloc(0)))).toBe(true)
      expect(provider.failures).toEqual([])
    }
  })

  test.each([
    ['deflated', '+td', '-xd', '1.2.840.10008.1.2.1.99'],
    ['big endian', '+tb', '-xb', '1.2.840.10008.1.2.2'],
    ['implicit', '+ti', '-xi', '1.2.840.10008.1.2'],
  ])('storescu sends %s, and it is taken as sent', async (_, convert, propose, transferSyntaxUID) => {
    await using folder = await aFolder()
    const [image] = await threeImages(folder.path)
    const converted = join(folder.path, 'converted.dcm')
    await run('dcmconv', [convert, image?.path ?? '', converted])
    const received: Received[] = []
    await using provider = await startProvider(taking(received))
    await run('storescu', [propose, ...to(provider.port), converted])
    expect(received[0]?.transferSyntaxUID).toBe(transferSyntaxUID)
    const dataSet = await readDataSet(received[0]?.bytes ?? Buffer.alloc(0), transferSyntaxUID)
    expect(dataSet.string('SOPInstanceUID')).toBe(image?.SOPInstanceUID)
  })

  test('findscu asks for a worklist, and cancels', async () => {
    const cancelled: boolean[] = []
    await using provider = await startProvider({
      async *find({ SOPClassUID, identifier, signal }) {
        expect([SOPClassUID, identifier.string('PatientName')]).toEqual([ModalityWorklistFind, '*'])
        for (let number = 0; number < 500 && !signal.aborted; number++) {
          yield { identifier: attributes({ PatientName: 'Müller^Jörg', PatientID: String(number) }) }
          await new Promise((resolve) => { setTimeout(resolve, 1) })
        }
        cancelled.push(signal.aborted)
      },
    })
    const said = await run('findscu', ['-W', '-v', '--cancel', '5', '-k', 'SpecificCharacterSet=ISO_IR 100', '-k', 'PatientName=*', '-k', 'PatientID', ...to(provider.port)])
    expect(said).toContain('Received Final Find Response (Cancel: ')
    expect(said.split('PatientID').length).toBeGreaterThan(5)
    expect(cancelled).toEqual([true])
    expect(provider.failures).toEqual([])
  })

  test('movescu is told of progress', async () => {
    await using provider = await startProvider({
      async *move({ MoveDestination, identifier }) {
        expect([MoveDestination, identifier.string('StudyInstanceUID')]).toEqual(['ELSEWHERE', '1.2.3'])
        for (let completed = 1; completed <= 3; completed++) yield { remaining: 3 - completed, completed, failed: 0, warning: 0 }
      },
    })
    const said = await run('movescu', ['-v', '-S', '-aem', 'ELSEWHERE', '-k', 'QueryRetrieveLevel=STUDY', '-k', 'StudyInstanceUID=1.2.3', ...to(provider.port)])
    expect(said).toContain('Received Move Response 2')
    expect(said).toContain('Received Final Move Response (Success)')
  })

  test('getscu gets the images back as they are', async () => {
    await using folder = await aFolder()
    await using taken = await aFolder()
    const images = await threeImages(folder.path)
    await using provider = await startProvider({
      async *get({ storeBack }) {
        let completed = 0
        for (const { SOPClassUID, SOPInstanceUID, dataSetBytes } of images) {
          const { status } = await storeBack({ SOPClassUID, SOPInstanceUID, transferSyntaxUID: '1.2.840.10008.1.2.1', dataSet: dataSetBytes })
          expect(status).toBe(0)
          yield { remaining: images.length - ++completed, completed, failed: 0, warning: 0 }
        }
      },
    })
    await run('getscu', ['-S', '-od', taken.path, '-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${images[0]?.StudyInstanceUID}`, ...to(provider.port)])
    const files = await Promise.all((await readdir(taken.path)).map((name) => readFile(join(taken.path, name))))
    const got = await Promise.all(files.map(async (file) => file.subarray((await readInstance(file)).dataSetOffset)))
    expect(got).toHaveLength(3)
    for (const { dataSetBytes } of images) expect(got.some((bytes) => bytes.equals(dataSetBytes))).toBe(true)
    expect(provider.failures).toEqual([])
  })
})
