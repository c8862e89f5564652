/** OHIF's requests, as recorded, against a server that holds what its demonstrations hold. */
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, bytesOf, startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ohifRequests, type Expectation } from './ohif-requests.ts'

const value = (object: DicomJson | undefined, tag: string) => object?.[tag]?.Value?.[0]
const uid = (object: DicomJson | undefined, tag: string) => String(value(object, tag))

const ct = aStudy({
  series: [{ kind: 'CT', instances: 3 }, { kind: 'MR', instances: 2 }], PatientName: 'DOE^JANE', PatientID: 'MR 0001/a', AccessionNumber: 'ACC-CT-1',
  StudyDescription: 'CT BRAIN', StudyDate: '20130704',
})
const multiStudy = { PatientName: 'Roe^Richard', PatientID: 'MR-0002', AccessionNumber: 'ACC-US-1', StudyDescription: 'ULTRASOUND', StudyDate: '20240301' }
const multi = anInstance({ kind: 'US', NumberOfFrames: 4, ...multiStudy })
const seg = anInstance({ kind: 'SEG', ...multiStudy, StudyInstanceUID: uid(multi, '0020000D') })
const srStudy = { PatientName: 'Poe^Edgar', PatientID: 'P-0003', AccessionNumber: 'ACC-SR-1', StudyDescription: 'REPORTS', StudyDate: '20240302' }
const sr = anInstance({ kind: 'SR', ...srStudy })
// Longer than what metadata hold themselves.
const EncapsulatedDocument = Buffer.from(`%PDF-1.4\n${'% page\n'.repeat(500)}%%EOF\n`)
const pdf = anInstance({ kind: 'PDF', ...srStudy, EncapsulatedDocument, StudyInstanceUID: uid(sr, '0020000D') })
const studies = { ct: ct.StudyInstanceUID, multi: uid(multi, '0020000D'), sr: uid(sr, '0020000D') }
const [firstSlice] = ct.instances

let database: Awaited<ReturnType<typeof testDatabase>>
let server: ServerProcess
let authorization: string
let filledIn: Record<string, string>
beforeAll(async () => {
  database = await testDatabase()
  server = await startServerProcess(database.url)
  authorization = `Bearer ${await server.token()}`
  for (const instance of [...ct.instances, multi, seg, sr, pdf]) expect(await storeAsOhif(bytesOf(instance))).toEqual([200, 1])
  filledIn = {
    study: studies.ct, series: uid(firstSlice, '0020000E'), instance: uid(firstSlice, '00080018'), patient: 'MR%200001%2Fa',
    multi: studies.multi, multiSeries: uid(multi, '0020000E'), multiInstance: uid(multi, '00080018'),
    sr: studies.sr, pdfSeries: uid(pdf, '0020000E'), pdf: uid(pdf, '00080018'), segSeries: uid(seg, '0020000E'), seg: uid(seg, '00080018'),
    bulkdata: `/studies/${studies.ct}/series/${uid(firstSlice, '0020000E')}/instances/${uid(firstSlice, '00080018')}/bulkdata/7FE00010`,
  }
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

/** One instance a request, to `/studies`, any answer accepted; returns the status and how many are acknowledged. */
async function storeAsOhif(object: Uint8Array): Promise<[number, number]> {
  const boundary = 'SomeBoundary_7b1f'
  const body = Buffer.concat([Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`), object, Buffer.from(`\r\n--${boundary}--`)])
  const response = await fetch(`${server.url}/studies`, {
    method: 'POST', body, headers: { authorization, accept: '*/*', 'content-type': `multipart/related; type="application/dicom"; boundary="${boundary}"` },
  })
  const answer = await response.json() as DicomJson
  return [response.status, answer['00081199']?.Value?.length ?? 0]
}

test('the BulkDataURI of the metadata is a path on the server, which works behind any name', async () => {
  const response = await fetch(`${server.url}/studies/${studies.ct}/metadata`, { headers: { authorization } })
  const [metadata] = await response.json() as DicomJson[]
  expect(metadata?.['7FE00010']?.BulkDataURI).toMatch(/^\/dicom-web\/studies\/[\d.]+\/series\/[\d.]+\/instances\/[\d.]+\/bulkdata\/7FE00010$/)
})

describe('OHIF', () => {
  test.each(ohifRequests)('is answered when $when ($how)', async ({ path, accept, expects }) => {
    const url = server.url + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => filledIn[name] ?? `no ${name}`)
    const response = await fetch(url, { headers: { authorization, accept } })
    const body = Buffer.from(await response.arrayBuffer())
    expect([path, response.status, response.status === 200 ? '' : body.toString()]).toEqual([path, 200, ''])
    check(expects, response.headers, body)
  })
})

function check(expects: Expectation, headers: Headers, body: Buffer): void {
  const contentType = headers.get('content-type') ?? ''
  const results = () => JSON.parse(body.toString()) as DicomJson[]
  if ('studies' in expects) {
    expect(results().map((study) => uid(study, '0020000D')).sort()).toEqual(expects.studies.map((name) => studies[name]).sort())
    for (const study of results()) for (const tag of studyTags) expect([tag, study[tag]]).toEqual([tag, expect.objectContaining({ vr: expect.any(String) as string })])
    // Without a Value the whole study list fails with a message of its own.
    for (const study of results()) expect(study['00080061']?.Value?.length).toBeGreaterThan(0)
  } else if ('series' in expects) {
    expect(results()).toHaveLength(expects.series)
    for (const series of results()) for (const tag of seriesTags) expect(Object.keys(series)).toContain(tag)
  } else if ('instances' in expects) {
    expect(results()).toHaveLength(expects.instances)
  } else if ('metadata' in expects) {
    expect(results()).toHaveLength(expects.metadata)
    for (const metadata of results()) {
      for (const tag of imageTags) expect(Object.keys(metadata)).toContain(tag)
      expect(metadata['7FE00010']?.InlineBinary).toBeUndefined()
    }
  } else if ('frame' in expects) {
    // OHIF reads the part's header spelled exactly so, and the frame's syntax from it.
    if (contentType.startsWith('multipart/related')) expect(body.toString('latin1')).toMatch(/\r\nContent-Type: [^\r]*transfer-syntax=[\d.]+/)
    else expect(contentType).toMatch(/transfer-syntax=/)
    // Progress compares the bytes that came with this, so nothing may be compressed on the way.
    expect(headers.get('content-encoding')).toBeNull()
    const announced = headers.get('content-length')
    if (announced !== null) expect(Number(announced)).toBe(body.length)
  } else if ('mediaType' in expects) {
    expect(contentType).toMatch(expects.mediaType)
  } else if ('bulkdata' in expects) {
    if (expects.bulkdata === 'alone') expect(contentType).not.toMatch(/^multipart/)
    expect(body.length).toBeGreaterThan(0)
  } else {
    expect(contentType).toMatch(/^multipart\/related; *type="?application\/dicom"?/)
    expect(body.includes('DICM')).toBe(true)
  }
}

/** What OHIF's study list reads of each study. */
const studyTags = ['0020000D', '00080020', '00080030', '00080050', '00080061', '00081030', '00100010', '00100020', '00201206', '00201208']
const seriesTags = ['0020000E', '00080060', '0008103E', '00200011', '00201209']
/** Without one of these it draws no image. */
const imageTags = ['00080016', '00080018', '0020000E', '00280010', '00280011', '00280100', '00280101', '00280103', '00280004']
