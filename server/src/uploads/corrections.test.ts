/** What a person typed that the files say otherwise (D-87): kept with the upload, made when the study has arrived, whatever becomes of the browser. */
import type { StudyDetail, Upload } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anOrganisationsService, typeOf, type OrganisationsService, type TestMember } from '../organisations/service.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

const base64 = (text: string) => Buffer.from(text).toString('base64')
const aCT = () => {
  const study = aStudy({ series: [{ kind: 'CT', instances: 2 }] })
  return { uid: study.StudyInstanceUID, objects: study.instances.map((instance) => Buffer.from(bytesOf({ ...instance, ...attributes({ PatientName: 'Zang^Wei', PatientID: 'P-1' }) }))) }
}
const headers = (corrections: unknown, byteLength: number) => ({ 'tus-resumable': '1.0.0', 'upload-length': String(byteLength), 'upload-metadata': `corrections ${base64(JSON.stringify(corrections))}` })
const begin = ({ call }: TestMember, corrections: unknown, byteLength: number) => call('POST', '/uploads', undefined, headers(corrections, byteLength))
const send = async (member: TestMember, object: Buffer, corrections: unknown) => {
  const path = String((await begin(member, corrections, object.length)).headers.location).replace(/^\/api/, '')
  expect((await member.call('PATCH', path, object, { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' })).statusCode).toBe(204)
  return (await member.call('GET', path)).json<Upload>()
}

test('a correction sent with a file stands beside what the file says, once, by who sent it', async () => {
  const hospital = await service.organisation('hospital')
  const doctor = await hospital.member('general')
  const { uid, objects } = aCT()
  for (const object of objects) expect(await send(doctor, object, { PatientName: 'Zhang^Wei=张^伟', AccessionNumber: 'A-9' })).toMatchObject({ state: 'finished', status: 200 })
  const detail = (await doctor.call('GET', `/studies/${uid}`)).json<StudyDetail>()
  expect(detail).toMatchObject({ PatientName: 'Zhang^Wei=张^伟', AccessionNumber: 'A-9', caseVersion: 1 })
  expect(detail.caseInformation.patient).toContainEqual(expect.objectContaining({ keyword: 'PatientName', value: 'Zhang^Wei=张^伟', correction: expect.objectContaining({ original: 'Zang^Wei' }) as object }))
  expect(await service.db('study').where({ study_instance_uid: uid }).first('patient_name', 'patient_id')).toEqual({ patient_name: 'Zang^Wei', patient_id: 'P-1' })
  expect(await service.db('audit_event').where({ action: 'study.edit-case', study_instance_uid: uid }).select('detail')).toHaveLength(1)
})

test('none is made for an object that is refused', async () => {
  const hospital = await service.organisation('hospital')
  expect(await send(await hospital.member('general'), Buffer.from('no object at all'.repeat(20)), { PatientID: 'P-2' })).toMatchObject({ status: 409 })
  expect(await service.db('study_correction').where({ organisation_id: hospital.organisationId })).toEqual([])
})

test('who may not edit cases corrects none, and what is no value of its attribute is no correction', async () => {
  const hospital = await service.organisation('hospital')
  const { call } = await hospital.member('full')
  const roleOf = async (name: string, permissions: readonly string[]) => (await call('POST', '/roles', { name, permissions })).json<{ roleId: string }>().roleId
  const sender = await hospital.member('general')
  await service.db('membership').where({ membership_id: sender.membershipId }).update({ role_id: await roleOf('Sender', ['study.view', 'study.upload']) })
  expect(typeOf(await begin(sender, { PatientName: 'A' }, 10))).toBe('forbidden')
  const editor = await hospital.member('general')
  await service.db('membership').where({ membership_id: editor.membershipId }).update({ role_id: await roleOf('Editor', ['study.view', 'study.upload', 'study.edit_case']) })
  expect(typeOf(await begin(editor, { PatientBirthDate: '19800101' }, 10))).toBe('forbidden')
  expect((await begin(editor, { PatientName: 'A' }, 10)).statusCode).toBe(201)
  expect(typeOf(await begin(editor, { PatientSex: 'X' }, 10))).toBe('invalid-correction')
  for (const none of [{}, { StudyDate: '20260101' }, 'A', null]) expect(typeOf(await begin(editor, none, 10))).toBe('invalid-upload')
})
