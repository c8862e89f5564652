import { readInstance, type DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unzipped } from '../../platform/zip.fixture.ts'
import { aService, partsOf, type TestService } from '../service.fixture.ts'

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

const value = (json: DicomJson, tag: string) => String(json[tag]?.Value?.[0])
const pathOf = (json: DicomJson) => `/studies/${value(json, '0020000D')}/series/${value(json, '0020000E')}/instances/${value(json, '00080018')}`
const pixelsOf = (json: DicomJson) => Buffer.from(json['7FE00010']?.InlineBinary ?? '', 'base64')
const anything = { accept: 'multipart/related; type="*/*"' }

describe('164 all bulk data and all pixel data', () => {
  test('of a study, a series and an instance, each value a part at its own place', async () => {
    const { instances } = aStudy({ series: 2, instances: 2 })
    await service.store(instances.map((instance) => bytesOf(instance)))
    const [first] = instances
    if (!first) throw new Error('no instance')
    const path = pathOf(first)
    for (const [scope, count] of [[path.replace(/\/series.*/, ''), 4], [path.replace(/\/instances.*/, ''), 2], [path, 1]] as const) {
      for (const name of ['bulkdata', 'pixeldata']) {
        const response = await service.get(`${scope}/${name}`, anything)
        expect(response.statusCode).toBe(200)
        const parts = await partsOf(response)
        expect(parts).toHaveLength(count)
        expect(parts[0]?.body.equals(pixelsOf(first))).toBe(true)
        expect(parts[0]?.headers.get('content-location')).toBe(`https://pacs.example/dicom-web${path}/bulkdata/7FE00010`)
      }
    }
  })

  test('what is not pixel data is bulk data alone', async () => {
    const instance = { ...anInstance(), '00091002': { vr: 'OB' as const, InlineBinary: Buffer.alloc(2000, 3).toString('base64') }, '00090010': { vr: 'LO' as const, Value: ['X'] } }
    await service.store([bytesOf(instance)])
    expect(await partsOf(await service.get(`${pathOf(instance)}/bulkdata`, anything))).toHaveLength(2)
    expect(await partsOf(await service.get(`${pathOf(instance)}/pixeldata`, anything))).toHaveLength(1)
  })

  test('where there is none the answer is 404, where none is accepted 406, and conditions hold', async () => {
    const { '7FE00010': _, ...without } = anInstance()
    await service.store([bytesOf(without)])
    expect((await service.get(`${pathOf(without)}/pixeldata`, anything)).statusCode).toBe(404)
    const instance = anInstance()
    await service.store([bytesOf(instance)])
    expect((await service.get(`${pathOf(instance)}/pixeldata`, { accept: 'multipart/related; type="video/mp4"' })).statusCode).toBe(406)
    const { headers } = await service.get(`${pathOf(instance)}/pixeldata`, anything)
    expect((await service.get(`${pathOf(instance)}/pixeldata`, { ...anything, 'if-none-match': String(headers.etag) })).statusCode).toBe(304)
    expect((await service.get('/studies/1.2.3/bulkdata', anything)).statusCode).toBe(404)
  })
})

describe('165 zip', () => {
  const zip = { accept: 'application/zip' }

  test('has a file for each instance, as stored, and a DICOMDIR that names them', async () => {
    const { instances, StudyInstanceUID } = aStudy({ series: 2, instances: 3 })
    await service.store(instances.map((instance) => bytesOf(instance)))
    const response = await service.get(`/studies/${StudyInstanceUID}`, zip)
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'application/zip'])
    const files = await unzipped(response.rawPayload)
    const directory = files.get('DICOMDIR')
    files.delete('DICOMDIR')
    expect([...files.values()].map((bytes) => bytes.toString('base64')).sort()).toEqual(instances.map((instance) => Buffer.from(bytesOf(instance)).toString('base64')).sort())
    const records = (await readInstance(directory ?? Buffer.alloc(0))).dataSet.items('DirectoryRecordSequence') ?? []
    const named = records.filter((record) => record.string('DirectoryRecordType') === 'IMAGE')
    expect(named.map((record) => record.strings('ReferencedFileID').join('/')).sort()).toEqual([...files.keys()].sort())
    for (const record of named) {
      const file = files.get(record.strings('ReferencedFileID').join('/'))
      expect((await readInstance(file ?? Buffer.alloc(0))).dataSet.string('SOPInstanceUID')).toBe(record.string('ReferencedSOPInstanceUIDInFile'))
    }
  })

  test('of a series and an instance, by the accept parameter too, the same bytes each time', async () => {
    const instance = anInstance()
    await service.store([bytesOf(instance)])
    const one = await service.get(`${pathOf(instance)}?accept=application/zip`)
    expect([...(await unzipped(one.rawPayload)).keys()]).toEqual(['DICOM/SE000001/IM000001', 'DICOMDIR'])
    expect((await service.get(pathOf(instance), zip)).rawPayload.equals(one.rawPayload)).toBe(true)
    expect((await service.get(pathOf(instance).replace(/\/instances.*/, ''), zip)).statusCode).toBe(200)
    expect((await service.get(pathOf(instance), { ...zip, 'if-none-match': String(one.headers.etag) })).statusCode).toBe(304)
  })

  test('who takes anything gets parts, and what is not there is no empty zip', async () => {
    const instance = anInstance()
    await service.store([bytesOf(instance)])
    expect((await service.get(pathOf(instance), { accept: '*/*' })).headers['content-type']).toMatch(/^multipart\/related; type="application\/dicom"/)
    expect((await service.get('/studies/1.2.3', zip)).statusCode).toBe(404)
    expect((await service.get(pathOf(instance), { accept: 'application/zip; transfer-syntax=1.2.3' })).statusCode).toBe(406)
  })
})
