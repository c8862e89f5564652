import type { DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, partsOf, type TestService } from '../service.fixture.ts'

let service: TestService
const ct = aStudy({ series: [{ kind: 'CT' }, { kind: 'SEG', instances: 1 }], PatientName: 'Müller^Jörg', PatientID: 'P1', StudyDate: '20260110', AccessionNumber: 'ACC,1' })
const mr = aStudy({ series: [{ kind: 'MR' }], PatientName: '张^伟', PatientID: 'P2', StudyDate: '20260120', AccessionNumber: null })
const us = aStudy({ series: [{ kind: 'US', instances: 1 }], PatientName: 'Adams^John', PatientID: 'P3', StudyDate: '20260130' })

beforeAll(async () => {
  service = await aService({ QIDO_MAX_RESULTS: '4' })
  expect((await service.store([...ct.instances, ...mr.instances, ...us.instances].map((instance) => bytesOf(instance)))).statusCode).toBe(200)
})
afterAll(() => service.close())

const value = (json: DicomJson | undefined, tag: string) => json?.[tag]?.Value?.[0]
const search = async (path: string, headers = {}) => {
  const response = await service.get(path, headers)
  expect([path, response.statusCode]).toEqual([path, 200])
  return response.json<DicomJson[]>()
}
const patients = async (query: string) => (await search(`/studies?${query}`)).map((json) => value(json, '00100020')).sort()

test('105 the six resources answer at their level', async () => {
  const study = `/studies/${ct.StudyInstanceUID}`
  const series = `${study}/series/${ct.series[0]?.SeriesInstanceUID ?? ''}`
  for (const [path, count, uid] of [
    ['/studies', 3, '0020000D'], [`${study}/series`, 2, '0020000E'], [`${study}/instances`, 3, '00080018'], [`${series}/instances`, 2, '00080018'],
    ['/series', 4, '0020000E'], ['/instances', 4, '00080018'],
  ] as const) {
    const results = await search(path)
    expect([path, results.length, new Set(results.map((json) => value(json, uid))).size]).toEqual([path, count, count])
  }
})

test('62 63 20 the answer is DICOM JSON with ascending keys, not for shared caches', async () => {
  const response = await service.get('/studies')
  expect([response.headers['content-type'], response.headers['cache-control'], response.headers.vary]).toEqual(['application/dicom+json', 'private, no-cache', 'Accept, Accept-Encoding'])
  for (const study of response.json<DicomJson[]>()) expect(Object.keys(study)).toEqual(Object.keys(study).toSorted())
})

test('136 137 what a study answers with', async () => {
  const [study] = await search('/studies?PatientID=P2')
  for (const tag of [
    '00080020', '00080030', '00080050', '00080056', '00080061', '00080090', '00081190', '00100010', '00100020', '00100030', '00100040', '0020000D',
    '00200010', '00201206', '00201208',
  ]) {
    expect(study).toHaveProperty(tag)
  }
  expect(study?.['00080050']).toEqual({ vr: 'SH' })
  expect([value(study, '00201206'), value(study, '00201208'), study?.['00080061']?.Value]).toEqual([1, 2, ['MR']])
  expect(value(study, '00081190')).toBe(`https://pacs.example/dicom-web/studies/${mr.StudyInstanceUID}`)
  expect(value(study, '00080005')).toBe('ISO_IR 192')
})

test('140 searches above a series bring the attributes of the levels they do not name', async () => {
  const [instance] = await search(`/instances?SOPInstanceUID=${String(value(us.instances[0], '00080018'))}`)
  expect([value(instance, '00100020'), value(instance, '00080060'), value(instance, '0020000D')]).toEqual(['P3', 'US', us.StudyInstanceUID])
})

test('1 no result is an empty list', async () => expect(await search('/studies?PatientID=nobody')).toEqual([]))

describe('matching', () => {
  test('115 116 102 names: any case, any accent, wildcards, Chinese', async () => {
    expect(await patients('PatientName=muller*')).toEqual(['P1'])
    expect(await patients('PatientName=M%C3%9CLLER%5EJ%3Frg')).toEqual(['P1'])
    expect(await patients('PatientName=*%E4%BC%9F*')).toEqual(['P2'])
    expect(await patients('PatientName=john&fuzzymatching=true')).toEqual(['P3'])
  })
  test('117 dates and ranges of them', async () => {
    expect(await patients('StudyDate=20260120')).toEqual(['P2'])
    expect(await patients('StudyDate=20260111-')).toEqual(['P2', 'P3'])
    expect(await patients('StudyDate=-20260115')).toEqual(['P1'])
    expect((await service.get('/studies?StudyDate=-')).statusCode).toBe(400)
    expect((await service.get('/studies?StudyDate=yesterday')).statusCode).toBe(400)
  })
  test('110 a comma is a list for UIDs and modalities, a character elsewhere', async () => {
    expect(await patients(`StudyInstanceUID=${ct.StudyInstanceUID},${us.StudyInstanceUID}`)).toEqual(['P1', 'P3'])
    expect(await patients(`StudyInstanceUID=${ct.StudyInstanceUID}%5C${us.StudyInstanceUID}`)).toEqual(['P1', 'P3'])
    expect(await patients('ModalitiesInStudy=MR%2CUS')).toEqual(['P2', 'P3'])
    expect(await patients('AccessionNumber=ACC%2C1')).toEqual(['P1'])
    expect(await patients('PatientID=P1,P2')).toEqual([])
    expect(await patients('PatientID=P1,P2&multiplevaluematching=true')).toEqual(['P1', 'P2'])
  })
  test('125 empty values', async () => expect(await patients('AccessionNumber=%22%22&emptyvaluematching=true')).toEqual(['P2']))
  test('122 a list of a hundred UIDs', async () => {
    expect(await patients(`StudyInstanceUID=${[...Array.from({ length: 120 }, (_, index) => `1.2.826.0.1.3680043.8.498.4${index}`), mr.StudyInstanceUID].join(',')}`)).toEqual(['P2'])
  })
  test('108 keys of a study on its series and instances', async () => {
    expect(await search('/series?PatientID=P1&Modality=SEG')).toHaveLength(1)
    expect(await search('/instances?00100020=P2')).toHaveLength(2)
  })
})

describe('paging', () => {
  test('144 what is left is told in the words of the standard', async () => {
    const response = await service.get('/studies?limit=1')
    expect([response.json<unknown[]>().length, response.headers.warning]).toEqual([1, ['299 https://pacs.example/dicom-web: There are 2 additional results that can be requested']])
    expect((await service.get('/studies?limit=3')).headers).not.toHaveProperty('warning')
  })
  test('129 a limit of 0, 130 an offset behind the end', async () => {
    const none = await service.get('/studies?limit=0')
    expect([none.json(), String(none.headers.warning)]).toEqual([[], expect.stringContaining('There are 3 additional')])
    expect(await search('/studies?offset=3')).toEqual([])
  })
  test('134 pages do not overlap', async () => {
    const pages = await Promise.all([0, 1, 2].map((offset) => search(`/studies?limit=1&offset=${offset}`)))
    expect(new Set(pages.flat().map((json) => value(json, '0020000D'))).size).toBe(3)
  })
  test('the server answers no more than it is set to', async () => {
    const response = await service.get('/instances?limit=100')
    expect([response.json<unknown[]>().length, String(response.headers.warning)]).toEqual([4, expect.stringContaining('There are 2 additional')])
  })
})

test('131 133 includefield', async () => {
  const [study] = await search('/studies?PatientID=P1&includefield=StudyDescription%2C00080060&includefield=PatientComments')
  expect(value(study, '00081030')).toBe('Synthetic study')
  const [series] = await search(`/studies/${ct.StudyInstanceUID}/series?Modality=CT&includefield=all`)
  expect(value(series, '00080070')).toBe('Isocenter Phantoms')
  const [instance] = await search(`/studies/${ct.StudyInstanceUID}/instances?Modality=CT&limit=1&includefield=all`)
  expect(value(instance, '00281053')).toBe(1)
})

test('instances say what they are kept in where that is asked for', async () => {
  const AvailableTransferSyntaxUID = { vr: 'UI', Value: ['1.2.840.10008.1.2.1'] }
  for (const resource of ['/instances', `/studies/${ct.StudyInstanceUID}/instances`, `/studies/${ct.StudyInstanceUID}/series/${ct.series[0]?.SeriesInstanceUID ?? ''}/instances`]) {
    expect((await search(`${resource}?includefield=AvailableTransferSyntaxUID&limit=1`))[0]).toMatchObject({ '00083002': AvailableTransferSyntaxUID })
    expect((await search(`${resource}?includefield=all&limit=1`))[0]).toMatchObject({ '00083002': AvailableTransferSyntaxUID })
    expect((await search(`${resource}?limit=1`))[0]).not.toHaveProperty('00083002')
  }
})

test('D6 parameters that mean nothing are named, keys that cannot be matched too, and 400 for what is wrong', async () => {
  const response = await service.get('/studies?PatientID=P1&orderby=x&KVP=120')
  expect(response.json()).toHaveLength(1)
  expect(String(response.headers.warning)).toContain('orderby')
  expect(String(response.headers.warning)).toContain('KVP')
  for (const query of ['limit=-1', 'PatientNam=x', 'PatientID=1&PatientID=2', '00091002=x', 'StudyInstanceUID=abc', 'includefield=Nothing']) {
    const refused = await service.get(`/studies?${query}`)
    expect([query, refused.statusCode, refused.headers['content-type']]).toEqual([query, 400, 'application/problem+json'])
  }
})

test('38 40 47 what viewers accept on a search', async () => {
  for (const accept of ['application/dicom+json, multipart/related; type=application/octet-stream', 'application/json', '*/*', 'application/*']) {
    expect((await service.get('/studies', { accept })).headers['content-type']).toBe('application/dicom+json')
  }
  expect((await service.get('/studies', { accept: 'image/png' })).statusCode).toBe(406)
})

test('OHIF opens a study with these requests', async () => {
  const fields = 'includefield=00081030%2C00080060%2C00080090%2C00100030'
  expect(await search(`/studies?limit=101&offset=0&fuzzymatching=true&${fields}&StudyInstanceUID=${ct.StudyInstanceUID}`)).toHaveLength(1)
  expect(await search(`/studies/${ct.StudyInstanceUID}/series?includefield=00080021%2C00080031%2C0008103E%2C00200011`)).toHaveLength(2)
  expect(await search(`/studies?00100020=P1&limit=101&offset=0&fuzzymatching=true&${fields}`)).toHaveLength(1)
  expect(await search('/studies?00100020=*P*&limit=101&offset=0')).toHaveLength(3)
})

test('142 counts follow stores and deletions at once', async () => {
  const instance = anInstance({ PatientID: 'COUNT' })
  await service.store([bytesOf(instance)])
  await service.store([bytesOf(anInstance({ PatientID: 'COUNT', StudyInstanceUID: String(value(instance, '0020000D')) }))])
  const counted = async () => (await search('/studies?PatientID=COUNT')).map((json) => [value(json, '00201206'), value(json, '00201208')])
  expect(await counted()).toEqual([[2, 2]])
  await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${String(value(instance, '0020000D'))}/series/${String(value(instance, '0020000E'))}`, headers: await service.as('north') })
  expect(await counted()).toEqual([[1, 1]])
})

test('with everything asked for, more than may be held is sent while it is read, in JSON as in XML', async () => {
  const all = await aService()
  const study = aStudy({ instances: 40 })
  const items = Array.from({ length: 160 }, () => ({ '0040A160': { vr: 'UT' as const, Value: ['x'.repeat(900)] } }))
  await all.store(study.instances.map((instance) => bytesOf({ ...instance, '0040A730': { vr: 'SQ', Value: items } })))
  const url = `/studies/${study.StudyInstanceUID}/instances?includefield=all`
  const answer = await all.get(url)
  const found = answer.json<DicomJson[]>()
  expect(found.map((json) => json['0040A730']?.Value?.length)).toEqual(Array(40).fill(160))
  expect(new Set(found.map((json) => json['00080018']?.Value?.[0])).size).toBe(40)
  // What is held whole has its length.
  expect(answer.headers).not.toHaveProperty('content-length')
  expect((await partsOf(await all.get(url, { accept: 'multipart/related; type="application/dicom+xml"' }))).length).toBe(40)
  await all.close()
})
