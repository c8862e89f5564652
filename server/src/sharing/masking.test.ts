/** Every answer of the session of an anonymised link, over real files: no name, number, UID or private element of the originals in any of them. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { readInstance, writeDicomJson, type DataSet, type DicomJson } from '@isocenter/dicom'
import { attributes, sharedDicom } from '@isocenter/testkit/instances'
import { bytesOf, aStudy } from '@isocenter/testkit'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { partsOf } from '../dicomweb/service.fixture.ts'
import { anOrganisationsService, type OrganisationsService } from '../organisations/service.fixture.ts'
import { aHospital, aLink, anAttachment, aVisit, type TestVisit } from './sharing.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

const shared = sharedDicom() ?? ''
if (shared === '') console.info('skipped: there are no shared DICOM files beside the repository')
const folders = ['ct-series', 'enhanced', 'us-multiframe', 'secondary-capture', 'seg', 'sr', 'pdf', 'ecg', 'rt', 'ko-pr', 'cr-dx', 'transfer-syntaxes', 'charsets']
/** Some of each folder: all would take minutes. */
const perFolder = 3
const filesOf = (folder: string) => readdirSync(join(shared, folder), { recursive: true, encoding: 'utf8' })
  .filter((file) => !/(^|\/)(DICOMDIR|README|LICEN[CS]E)|\.(md|txt|json|csv|py)$/i.test(file) && statSync(join(shared, folder, file)).isFile())
  .slice(0, perFolder)
  .map((file) => join(shared, folder, file))

interface Originals { readonly uids: Set<string>; readonly texts: Set<string> }
const telling = new Set(['00100020', '00080050', '00100030', '00080080', '00080081', '00081010', '00181000', '00101000'])
const ofNobody = /^(anon.*|19000101|unknown|none)$/i

function note(dataSet: DicomJson, { uids, texts }: Originals): void {
  for (const [key, { vr, Value = [] }] of Object.entries(dataSet)) {
    for (const value of Value) {
      if (vr === 'SQ') note(value as DicomJson, { uids, texts })
      else if (vr === 'UI' && typeof value === 'string' && !value.startsWith('1.2.840.10008.') && value.length > 8) uids.add(value)
      else if (vr === 'PN' && typeof value === 'object' && value !== null) for (const group of Object.values(value)) add(texts, String(group))
      else if (telling.has(key) && typeof value === 'string') add(texts, value)
    }
  }
}
const add = (texts: Set<string>, text: string) => { if (text.trim().length >= 6 && !ofNobody.test(text.trim())) texts.add(text.trim()) }

function assertClean(what: string, response: LightMyRequestResponse, { uids, texts }: Originals): void {
  expect([what, response.headers['cache-control']]).toEqual([what, 'no-store'])
  const all = Buffer.concat([Buffer.from(JSON.stringify(response.headers)), response.rawPayload])
  for (const uid of uids) if (all.includes(uid)) expect.unreachable(`${what} holds the UID ${uid}`)
  for (const text of texts) if (all.includes(text)) expect.unreachable(`${what} holds ${text}`)
}

function assertNoPrivate(what: string, { elements }: DataSet): void {
  for (const { tag, items } of elements) {
    if ((tag & 0x1_0000) !== 0) expect.unreachable(`${what} has a private element`)
    for (const item of items ?? []) assertNoPrivate(what, item)
  }
}

const value = (dataSet: DicomJson, key: string) => String(dataSet[key]?.Value?.[0] ?? '')
const bulkdataURIs = (dataSet: DicomJson): string[] => Object.values(dataSet).flatMap(({ vr, Value = [], BulkDataURI }) => (
  vr === 'SQ' ? Value.flatMap((item) => bulkdataURIs(item as DicomJson)) : BulkDataURI === undefined ? [] : [BulkDataURI]
))

/** Asks for everything there is in every way there is; answers how many were given, by what they are. */
async function walk(visit: TestVisit, originals: Originals, attachmentId = '00000000-0000-4000-8000-000000000000'): Promise<Map<string, number>> {
  const given = new Map<string, number>()
  const ask = async (kind: string, path: string, accept?: string) => {
    const response = await visit.get(path, accept === undefined ? {} : { accept })
    assertClean(`${kind} ${path}`, response, originals)
    // Not everything can be had of everything; what fails for another reason would hide something.
    expect([path, response.statusCode]).toEqual([path, expect.toSatisfy((status: number) => [200, 204, 400, 404, 406].includes(status))])
    if (response.statusCode === 200) given.set(kind, (given.get(kind) ?? 0) + 1)
    return response
  }
  await ask('search', '/studies?includefield=all')
  await ask('search', '/instances?includefield=all')
  await ask('xml', '/series', 'multipart/related; type="application/dicom+xml"')
  for (const path of ['/attachments', ...visit.view.studies.flatMap((uid) => ['content', 'download'].map((as) => `/studies/${uid}/attachments/${attachmentId}/${as}`))]) {
    const response = await visit.at(path)
    assertClean(path, response, originals)
    expect([path, response.statusCode]).toEqual([path, 404])
  }
  for (const uid of visit.view.studies) {
    const study = `/studies/${uid}`
    await ask('search', `${study}/series?includefield=all`)
    await ask('thumbnail', `${study}/thumbnail`)
    await ask('file', study)
    const zip = await ask('zip', study, 'application/zip')
    const at = zip.rawPayload.indexOf('DICOMDIR')
    if (zip.statusCode === 200) {
      assertClean(
        `DICOMDIR of ${study}`,
        {
          headers: zip.headers,
          rawPayload: inflateRawSync(zip.rawPayload.subarray(at + 8 + zip.rawPayload.readUInt16LE(at - 2))),
        } as LightMyRequestResponse,
        originals,
      )
    }
    const metadata = await ask('metadata', `${study}/metadata`)
    await ask('metadata', `${study}/metadata?charset=source`)
    await ask('metadata', `${study}/metadata?includefield=00100010`)
    if (metadata.statusCode !== 200) continue
    for (const instance of metadata.json<DicomJson[]>()) {
      const series = `${study}/series/${value(instance, '0020000E')}`
      const path = `${series}/instances/${value(instance, '00080018')}`
      await ask('thumbnail', `${series}/thumbnail`)
      await ask('thumbnail', `${path}/thumbnail?viewport=512,512`)
      await ask('xml', `${path}/metadata`, 'multipart/related; type="application/dicom+xml"')
      const file = await ask('file', path)
      if (file.statusCode === 200) for (const { body } of await partsOf(file)) assertNoPrivate(path, (await readInstance(body)).dataSet)
      await ask('frame', `${path}/frames/1`)
      await ask('frame', `${path}/frames/1`, 'multipart/related; type="application/octet-stream"')
      await ask('frame', `${path}/frames/1/rendered`, 'image/png')
      await ask('rendered', `${path}/rendered`)
      await ask('rendered', `${path}/rendered`, 'text/html')
      await ask('rendered', `${path}/rendered`, 'application/pdf')
      await ask('uri', `/wado?requestType=WADO&studyUID=${uid}&seriesUID=${value(instance, '0020000E')}&objectUID=${value(instance, '00080018')}`)
      for (const uri of bulkdataURIs(instance)) expect([uri, (await ask('bulkdata', uri.replace(/^\/dicom-web/, ''))).statusCode]).toEqual([uri, 200])
      // Where the originals have something that was taken away.
      for (const removed of ['00420011', '0040A160', '60003000', '00291010', '00091010', '04000520']) expect([removed, (await ask('bulkdata', `${path}/bulkdata/${removed}`)).statusCode]).toEqual([removed, 404])
    }
  }
  return given
}

test('what senders put where nobody looks does not leave either', async () => {
  const hospital = await aHospital(service)
  const study = aStudy({ series: [{ kind: 'CT', instances: 2 }] })
  const secret = 'Zhang^Wei'
  const objects = study.instances.map((instance) => bytesOf({
    ...instance, ...attributes({ PatientName: secret, PatientID: 'P-4711-77', AccessionNumber: 'A-2026-9', ImageComments: `of ${secret}`, SequenceName: 'zhang', InstitutionName: 'River Hospital' }),
    '00090010': { vr: 'LO', Value: ['RIVER PACS'] }, '00091010': { vr: 'LO', Value: [secret] }, '00091020': { vr: 'OB', InlineBinary: Buffer.alloc(4096, secret).toString('base64') },
    '60000010': { vr: 'US', Value: [4] }, '60003000': { vr: 'OW', InlineBinary: Buffer.alloc(2048, 'P-4711-77').toString('base64') },
  }))
  expect((await service.store(objects, { headers: hospital.headers })).statusCode).toBe(200)
  const originals: Originals = { uids: new Set(), texts: new Set([secret, 'P-4711-77', 'A-2026-9', 'River Hospital', 'RIVER PACS']) }
  for (const object of objects) note(JSON.parse(writeDicomJson((await readInstance(object)).dataSet)) as DicomJson, originals)
  const { attachmentId } = await anAttachment(hospital.doctor, study.StudyInstanceUID, { fileName: `${secret}.pdf`, bytes: Buffer.concat([Buffer.from('%PDF-1.7 of Zhang^Wei'), Buffer.alloc(1000, ' ')]), isShown: true })
  const visit = await aVisit(service, await aLink(hospital.doctor, [study.StudyInstanceUID]))
  const given = await walk(visit, originals, attachmentId)
  expect([...given.keys()].sort()).toEqual(['bulkdata', 'file', 'frame', 'metadata', 'rendered', 'search', 'thumbnail', 'uri', 'xml', 'zip'])
  const seen = await visit.get(`/studies/${visit.view.studies[0] ?? ''}/metadata`)
  expect(seen.body.toLowerCase()).not.toContain('zhang')
})

describe.skipIf(shared === '')('of real files nothing of whom they were leaves', () => {
  test.each(shared === '' ? [] : folders)('%s', async (folder) => {
    const hospital = await aHospital(service)
    const originals: Originals = { uids: new Set(), texts: new Set() }
    const studies = new Set<string>()
    for (const file of filesOf(folder)) {
      const bytes = readFileSync(file)
      const { dataSet } = await readInstance(bytes)
      const uid = dataSet.string('StudyInstanceUID')
      if (uid === undefined || studies.size >= 5 || (await service.store([bytes], { headers: hospital.headers })).statusCode >= 300) continue
      studies.add(uid)
      note(JSON.parse(writeDicomJson(dataSet)) as DicomJson, originals)
    }
    expect(studies.size).toBeGreaterThan(0)
    const link = await aLink(hospital.doctor, [...studies])
    const given = await walk(await aVisit(service, link), originals)
    expect(given.get('search')).toBeGreaterThan(0)
  }, 120_000)
})
