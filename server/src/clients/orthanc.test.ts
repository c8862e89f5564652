/** Orthanc's DICOMweb plugin as our client, both ways, and DCMTK as sender before it and as judge of what we give back. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, bytesOf, hasProgram, startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeBody } from '../dicomweb/service.fixture.ts'
import { hasOrthanc, startOrthanc, type Orthanc } from './orthanc.fixture.ts'

const run = promisify(execFile)
const JPEGLossless = '1.2.840.10008.1.2.4.70'

const value = (object: DicomJson | undefined, tag: string) => object?.[tag]?.Value?.[0]
const uid = (object: DicomJson | undefined, tag: string) => String(value(object, tag))
const pathOf = (instance: DicomJson) => `/studies/${uid(instance, '0020000D')}/series/${uid(instance, '0020000E')}/instances/${uid(instance, '00080018')}`
const pixelsOf = (instance: DicomJson) => Buffer.from(instance['7FE00010']?.InlineBinary ?? '', 'base64')

describe.skipIf(!hasOrthanc() || !hasProgram('storescu'))('Orthanc', { timeout: 60_000 }, () => {
  let folder: string
  let database: Awaited<ReturnType<typeof testDatabase>>
  let server: ServerProcess
  let authorization: string
  let orthanc: Orthanc
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isocenter-orthanc-'))
    database = await testDatabase()
    server = await startServerProcess(database.url)
    authorization = `Bearer ${await server.token()}`
    orthanc = await startOrthanc(join(folder, 'orthanc'), server.url, authorization)
  })
  afterAll(async () => {
    await orthanc.stop()
    await server.stop()
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })

  const ours = async (path: string, accept: string): Promise<Buffer> => {
    const response = await fetch(server.url + path, { headers: { authorization, accept } })
    expect([path, response.status]).toEqual([path, 200])
    return Buffer.from(await response.arrayBuffer())
  }
  const storeHere = async (instances: readonly DicomJson[]) => {
    const { contentType, body } = storeBody(instances.map((instance) => bytesOf(instance)))
    const response = await fetch(`${server.url}/studies`, { method: 'POST', headers: { authorization, 'content-type': contentType }, body: new Uint8Array(body) })
    expect(response.status).toBe(200)
  }
  /** Sends files to Orthanc as a modality would. */
  const storescu = (files: readonly string[], ...options: string[]) => run('storescu', [...options, '-aec', 'ORTHANC', '127.0.0.1', String(orthanc.dicomPort), ...files])
  const idInOrthanc = async (StudyInstanceUID: string): Promise<string> => {
    const [found] = await orthanc.rest('POST', '/tools/lookup', StudyInstanceUID) as { ID: string; Type: string }[]
    return found?.ID ?? ''
  }
  const written = async (name: string, bytes: Uint8Array): Promise<string> => {
    await mkdir(folder, { recursive: true })
    const file = join(folder, name)
    await writeFile(file, bytes)
    return file
  }
  const valuesByDcmtk = async (file: string): Promise<string> => (await run('dcmdump', ['+W', folder, '-q', file])).stdout

  test('takes a study from a modality by C-STORE and pushes it to us by STOW-RS, every byte of the pixels the same', async () => {
    const study = aStudy({ series: 2, instances: 4, PatientName: 'Push^Orthanc' })
    const files = await Promise.all(study.instances.map((instance, index) => written(`push-${String(index)}.dcm`, bytesOf(instance))))
    await storescu(files)
    const answer = await orthanc.rest('POST', '/dicom-web/servers/isocenter/stow', { Resources: [await idInOrthanc(study.StudyInstanceUID)], Synchronous: true })
    expect(answer).toMatchObject({ InstancesCount: '8' })

    const [found] = JSON.parse((await ours(`/studies?StudyInstanceUID=${study.StudyInstanceUID}`, 'application/dicom+json')).toString()) as DicomJson[]
    expect([value(found, '00201206'), value(found, '00201208')]).toEqual([2, 8])
    for (const instance of study.instances) {
      expect((await ours(`${pathOf(instance)}/frames/1`, 'application/octet-stream')).equals(pixelsOf(instance))).toBe(true)
    }
    // What is given back is what Orthanc has, as DCMTK reads both.
    const [first] = study.instances
    const [inOrthanc] = await orthanc.rest('POST', '/tools/lookup', uid(first, '00080018')) as { ID: string }[]
    const theirs = await written('theirs.dcm', await orthanc.bytes(`/instances/${inOrthanc?.ID ?? ''}/file`))
    const back = await written('back.dcm', await ours(pathOf(first!), 'application/dicom; transfer-syntax=*'))
    expect((await readFile(back)).equals(await readFile(theirs))).toBe(true)
    expect(await valuesByDcmtk(back)).toContain(`[${uid(first, '00080018')}]`)
  })

  test('pushes compressed images as they are; what we give back, DCMTK decompresses to the original pixels', async () => {
    const instance = anInstance({ Rows: 64, Columns: 64 })
    const plain = await written('plain.dcm', bytesOf(instance))
    const compressed = join(folder, 'compressed.dcm')
    await run('dcmcjpeg', ['+e1', plain, compressed])
    await storescu([compressed], '-xs')
    await orthanc.rest('POST', '/dicom-web/servers/isocenter/stow', { Resources: [await idInOrthanc(uid(instance, '0020000D'))], Synchronous: true })

    const back = await written('compressed-back.dcm', await ours(pathOf(instance), 'application/dicom; transfer-syntax=*'))
    expect(await valuesByDcmtk(back)).toMatch(/\(0002,0010\) UI =JPEGLossless:Non-hierarchical-1stOrderPrediction/)
    const decompressed = join(folder, 'decompressed.dcm')
    await run('dcmdjpeg', [back, decompressed])
    expect((await readFile(decompressed)).includes(pixelsOf(instance))).toBe(true)
    // And ours says the same without DCMTK.
    const frame = await ours(`${pathOf(instance)}/frames/1`, `image/jpeg; transfer-syntax=${JPEGLossless}`)
    expect([...frame.subarray(0, 2)]).toEqual([0xff, 0xd8])
    expect((await ours(`${pathOf(instance)}/frames/1`, 'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1')).equals(pixelsOf(instance))).toBe(true)
  })

  test('searches us by QIDO-RS, at every level', async () => {
    const study = aStudy({ series: 2, instances: 3, PatientID: 'FIND-BY-ORTHANC' })
    await storeHere(study.instances)
    const qido = async (Uri: string, Arguments: Record<string, string>) => await orthanc.rest('POST', '/dicom-web/servers/isocenter/qido', { Uri, Arguments }) as Record<string, { Value: unknown }>[]
    const studies = await qido('/studies', { PatientID: 'FIND-BY-ORTHANC', includefield: '00081030' })
    expect(studies.map((found) => found['0020000D']?.Value)).toEqual([study.StudyInstanceUID])
    expect(await qido(`/studies/${study.StudyInstanceUID}/series`, {})).toHaveLength(2)
    expect(await qido(`/studies/${study.StudyInstanceUID}/instances`, { limit: '4' })).toHaveLength(4)
  })

  test('retrieves a study from us by WADO-RS and has the same bytes', async () => {
    const study = aStudy({ series: 2, instances: 3 })
    await storeHere(study.instances)
    await orthanc.rest('POST', '/dicom-web/servers/isocenter/retrieve', { Resources: [{ Study: study.StudyInstanceUID }], Synchronous: true })
    for (const instance of study.instances) {
      const [found] = await orthanc.rest('POST', '/tools/lookup', uid(instance, '00080018')) as { ID: string }[]
      expect((await orthanc.bytes(`/instances/${found?.ID ?? ''}/file`)).equals(bytesOf(instance))).toBe(true)
    }
  })

  test('retrieves one series, and one instance', async () => {
    const study = aStudy({ series: 2, instances: 2 })
    await storeHere(study.instances)
    const [series] = study.series
    await orthanc.rest('POST', '/dicom-web/servers/isocenter/retrieve', { Resources: [{ Study: study.StudyInstanceUID, Series: series!.SeriesInstanceUID }], Synchronous: true })
    const inStudy = async () => (await orthanc.rest('GET', `/studies/${await idInOrthanc(study.StudyInstanceUID)}/instances`) as unknown[]).length
    expect(await inStudy()).toBe(2)
    const other = study.series[1]!.instances[0]!
    await orthanc.rest('POST', '/dicom-web/servers/isocenter/retrieve', {
      Resources: [{ Study: study.StudyInstanceUID, Series: study.series[1]!.SeriesInstanceUID, Instance: uid(other, '00080018') }], Synchronous: true,
    })
    expect(await inStudy()).toBe(3)
  })

  test('retrieves what we hold compressed, and reads it', async () => {
    const instance = anInstance({ Rows: 64, Columns: 64 })
    const compressed = join(folder, 'held-compressed.dcm')
    await run('dcmcjpeg', ['+e1', await written('held.dcm', bytesOf(instance)), compressed])
    const { contentType, body } = storeBody([await readFile(compressed)])
    await fetch(`${server.url}/studies`, { method: 'POST', headers: { authorization, 'content-type': contentType }, body: new Uint8Array(body) })
    await orthanc.rest('POST', '/dicom-web/servers/isocenter/retrieve', { Resources: [{ Study: uid(instance, '0020000D') }], Synchronous: true })
    const [found] = await orthanc.rest('POST', '/tools/lookup', uid(instance, '00080018')) as { ID: string }[]
    const file = await written('held-there.dcm', await orthanc.bytes(`/instances/${found?.ID ?? ''}/file`))
    const decompressed = join(folder, 'held-decompressed.dcm')
    await run('dcmdjpeg', [file, decompressed])
    expect((await readFile(decompressed)).includes(pixelsOf(instance))).toBe(true)
  })

  test('deletes from us what it is told to', async () => {
    const study = aStudy({ instances: 1 })
    await storeHere(study.instances)
    await orthanc.rest('POST', '/dicom-web/servers/isocenter/delete', { Level: 'Study', StudyInstanceUID: study.StudyInstanceUID })
    const response = await fetch(`${server.url}/studies/${study.StudyInstanceUID}`, { headers: { authorization } })
    expect(response.status).toBe(410)
  })
})
