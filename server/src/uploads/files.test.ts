/** Files of people that are no DICOM objects (PLAT-11): sent as uploads, stored as objects of the study they are said to be of. */
import type { FileDescription, StudyDetail, Upload } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anOrganisationsService, typeOf, type OrganisationsService, type TestMember } from '../organisations/service.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

const base64 = (text: string) => Buffer.from(text).toString('base64')
const metadata = (describes: unknown) => `kind ${base64('file')},describes ${base64(JSON.stringify(describes))}`
const begin = ({ call }: TestMember, describes: unknown, byteLength: number) =>
  call('POST', '/uploads', undefined, { 'tus-resumable': '1.0.0', 'upload-length': String(byteLength), 'upload-metadata': metadata(describes) })
const send = async (member: TestMember, file: Buffer, describes: FileDescription) => {
  const path = String((await begin(member, describes, file.length)).headers.location).replace(/^\/api/, '')
  expect((await member.call('PATCH', path, file, { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' })).statusCode).toBe(204)
  return (await member.call('GET', path)).json<Upload>()
}
const describes: FileDescription = {
  category: 'endoscopy',
  StudyInstanceUID: '2.25.77',
  batch: '00000000-0000-4000-8000-000000000001',
  InstanceNumber: 1,
  PatientName: 'Zhang^Wei',
  PatientID: 'P-1',
  StudyDate: '20261120',
  anatomicRegion: 'stomach',
}
const jpeg = () => sharp({ create: { width: 64, height: 48, channels: 3, background: '#aa3311' } }).jpeg()
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj trailer<</Root 1 0 R>>\n%%EOF')

test('pictures and a document become a study of their category, in a series of each kind', async () => {
  const hospital = await service.organisation('hospital')
  const doctor = await hospital.member('general')
  expect(await send(doctor, await jpeg().toBuffer(), describes)).toMatchObject({ state: 'finished', status: 200 })
  expect(await send(doctor, await jpeg().jpeg({ progressive: true }).toBuffer(), { ...describes, InstanceNumber: 2 })).toMatchObject({ status: 200, finding: 'recompressed' })
  expect(await send(doctor, pdf, { ...describes, InstanceNumber: 3, title: '报告' })).toMatchObject({ status: 200 })
  const study = (await doctor.call('GET', '/studies/2.25.77')).json<StudyDetail>()
  expect(study).toMatchObject({ category: 'endoscopy', PatientName: 'Zhang^Wei', PatientID: 'P-1', StudyDate: '20261120', NumberOfStudyRelatedInstances: 3, NumberOfStudyRelatedSeries: 2 })
  expect(study.uploader?.actor).toBe(`account:${doctor.accountId}`)
})

test('what is added to a study that is there is of its patient, whatever is typed', async () => {
  const hospital = await service.organisation('hospital')
  const doctor = await hospital.member('general')
  const there = aStudy({ series: [{ kind: 'CT', instances: 1 }] })
  await service.store(there.instances.map((instance) => bytesOf({ ...instance, ...attributes({ PatientName: 'Li^Na=李^娜', PatientID: 'P-9' }) })), { headers: await service.as(hospital.slug) })
  expect(await send(doctor, await jpeg().toBuffer(), { ...describes, StudyInstanceUID: there.StudyInstanceUID })).toMatchObject({ status: 200 })
  expect((await doctor.call('GET', `/studies/${there.StudyInstanceUID}`)).json<StudyDetail>()).toMatchObject({ PatientName: 'Li^Na=李^娜', PatientID: 'P-9', NumberOfStudyRelatedSeries: 2 })
  // Of another organisation it is a study like any that is not there.
  const elsewhere = await (await service.organisation('hospital')).member('general')
  await send(elsewhere, await jpeg().toBuffer(), { ...describes, StudyInstanceUID: there.StudyInstanceUID })
  expect((await elsewhere.call('GET', `/studies/${there.StudyInstanceUID}`)).json<StudyDetail>()).toMatchObject({ PatientName: 'Zhang^Wei', NumberOfStudyRelatedInstances: 1 })
  expect((await doctor.call('GET', `/studies/${there.StudyInstanceUID}`)).json<StudyDetail>()).toMatchObject({ NumberOfStudyRelatedInstances: 2 })
})

test('what nothing can be made of is named, and nothing of it is stored', async () => {
  const hospital = await service.organisation('hospital')
  const doctor = await hospital.member('general')
  expect(await send(doctor, Buffer.from('only words'), describes)).toMatchObject({ state: 'finished', status: 409, finding: 'unknownFile' })
  const { PatientID, ...nobody } = describes
  expect(PatientID).toBe('P-1')
  expect(await send(doctor, await jpeg().toBuffer(), nobody)).toMatchObject({ status: 409, finding: 'patientMissing' })
  expect((await doctor.call('GET', '/studies/2.25.77')).statusCode).toBe(404)
})

test('what describes a file is checked before a byte of it comes, and its size', async () => {
  const doctor = await (await service.organisation('hospital')).member('general')
  for (const wrong of [
    {},
    { ...describes, category: 'dentistry' },
    { ...describes, StudyInstanceUID: '1.02' },
    { ...describes, PatientName: 'a\\b' },
    { ...describes, StudyDate: '20261399' },
    { ...describes, more: 1 },
  ]) {
    expect(typeOf(await begin(doctor, wrong, 10))).toBe('invalid-upload')
  }
  expect(typeOf(await doctor.call('POST', '/uploads', undefined, { 'tus-resumable': '1.0.0', 'upload-length': '10', 'upload-metadata': `kind ${base64('file')}` }))).toBe('invalid-upload')
  expect(typeOf(await begin(doctor, describes, 20 * 1024 * 1024))).toBe('payload-too-large')
})
