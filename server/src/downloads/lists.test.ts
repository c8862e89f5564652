/** The study list as a spreadsheet: what the list finds, as its caller is told it, however long it is. */
import { directExportRows, type Download, type ExportFields, type StudyExportRequest } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fieldsOf, partsOf } from '../exports/spreadsheet.fixture.ts'
import { anOrganisationsService, typeOf, type OrganisationsService, type TestMember } from '../organisations/service.fixture.ts'
import { aHospital } from '../sharing/sharing.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

type Hospital = Awaited<ReturnType<typeof aHospital>>
async function stored(hospital: Hospital, given: Parameters<typeof attributes>[0]): Promise<string> {
  const study = aStudy({ series: [{ kind: 'CT', instances: 1 }] })
  expect((await service.store(study.instances.map((instance) => bytesOf({ ...instance, ...attributes(given) })), { headers: hospital.headers })).statusCode).toBe(200)
  return study.StudyInstanceUID
}
const ask = (member: Pick<TestMember, 'call'>, given: Partial<StudyExportRequest> = {}) =>
  member.call('POST', '/exports/studies', { format: 'csv', language: 'en', fields: ['study', 'name'], filter: { arrival: 'any' }, ...given })
async function rowsOf(member: Pick<TestMember, 'call'>, given: Partial<StudyExportRequest> = {}): Promise<string[][]> {
  const answer = await ask(member, given)
  expect([answer.statusCode, answer.body]).toEqual([201, expect.anything()])
  const file = await member.call('GET', `/downloads/${answer.json<Download>().downloadId}/file`)
  expect(file.statusCode).toBe(200)
  return fieldsOf(file.body)
}

test('has the rows its filter finds, in their order, and the fields that were chosen, in theirs', async () => {
  const hospital = await aHospital(service)
  const uid = await stored(hospital, { PatientName: 'Zhang^Wei=张^伟', PatientID: '=1+1', AccessionNumber: 'A1', StudyDate: '20261120', StudyTime: '093000.5', PatientSex: 'F', PatientAge: '034Y' })
  await stored(hospital, { PatientName: 'Li^Na', PatientID: 'P2', AccessionNumber: 'A2', StudyDate: '20261121' })
  await service.db('study').where({ study_instance_uid: uid }).update({ created_at: new Date('2026-11-22T06:30:00Z') })
  expect(await rowsOf(hospital.doctor, {
    fields: ['patientId', 'study', 'name', 'sex', 'age', 'exam', 'arrival', 'StudyInstanceUID'],
    language: 'zh-CN',
    timeZone: 'Asia/Shanghai',
    filter: { name: 'zhang', arrival: 'any' },
  })).toEqual([
    ['患者编号', '检查号', '姓名', '性别', '年龄', '检查时间', '上传时间 (Asia/Shanghai)', '检查实例 UID'],
    ["'=1+1", 'A1', '张伟', '女', '34岁', '2026-11-20 09:30:00', '2026-11-22 14:30:00', uid],
  ])
  expect((await rowsOf(hospital.doctor, { sort: 'exam', order: 'asc' })).map(([number]) => number)).toEqual(['Study number', 'A1', 'A2'])
  expect((await rowsOf(hospital.doctor, { sort: 'exam', order: 'desc' })).map(([number]) => number)).toEqual(['Study number', 'A2', 'A1'])
  const [heading, ...sizes] = (await rowsOf(hospital.doctor, { fields: ['size'] })).map(([size]) => size)
  expect([heading, sizes.map((size) => Number(size) > 500)]).toEqual(['Size (bytes)', [true, true]])
  const download = (await ask(hospital.doctor, { format: 'xlsx' })).json<Download>()
  const sheet = (await partsOf((await hospital.doctor.call('GET', `/downloads/${download.downloadId}/file`)).rawPayload)).get('xl/worksheets/sheet1.xml') ?? ''
  expect([sheet.match(/<row>/g)?.length, sheet.includes('Wei'), sheet.includes('Na')]).toEqual([3, true, true])
  expect(await service.db('audit_event')
    .where({ organisation_id: hospital.organisationId, action: 'list.export' })
    .orderBy('audit_event_id', 'desc')
    .first<object>()).toMatchObject({ detail: { list: 'studies', format: 'xlsx', fields: ['study', 'name'], rows: 2 } })
  expect(JSON.stringify(await service.db('audit_event').where({ organisation_id: hospital.organisationId, action: 'list.export' }).select('detail'))).not.toContain('zhang')
})

test('is counted by the device types of its organisation, too: what is too long or takes long is known before it is made', async () => {
  const hospital = await aHospital(service)
  await stored(hospital, { AccessionNumber: 'A1' })
  await service.db('device_type').insert({ organisation_id: hospital.organisationId, code: 'ANGIO_CT', name: 'Angio CT', modalities: ['XA', 'CT'] })
  expect((await rowsOf(hospital.doctor, { filter: { arrival: 'any', examType: 'ANGIO_CT' } })).map(([number]) => number)).toEqual(['Study number', 'A1'])
  expect(await service.db('audit_event').where({ organisation_id: hospital.organisationId, action: 'list.export' }).first<object>()).toMatchObject({ detail: { rows: 1 } })
})

test('has nothing of another organisation, and no identities for who may not see them', async () => {
  const [hospital, elsewhere] = [await aHospital(service), await aHospital(service)]
  await stored(hospital, { PatientName: 'Zhang^Wei', PatientTelephoneNumbers: '13800138000' })
  expect(await rowsOf(elsewhere.doctor)).toHaveLength(1)
  const keysOf = async (member: TestMember) => (await member.call('GET', '/exports/studies/fields')).json<ExportFields>().items.map(({ key }) => key)
  expect(await keysOf(hospital.doctor)).toContain('phone')
  expect((await rowsOf(hospital.doctor, { fields: ['phone'] }))[1]).toEqual(['13800138000'])
  const person = await hospital.member('general')
  expect(await keysOf(person)).not.toContain('phone')
  expect(typeOf(await ask(person, { fields: ['phone'] }))).toBe('bad-request')
  for (const wrong of [{ fields: ['nothing'] }, { timeZone: 'Nowhere/None' }, { fields: [] }]) expect(typeOf(await ask(person, wrong))).toBe('bad-request')

  // Who has lost the permission meanwhile gets no file that was asked for with it.
  const owner = await hospital.member('full')
  const { downloadId } = (await ask(owner, { fields: ['phone'] })).json<Download>()
  const role = await service.db('role').where({ organisation_id: hospital.organisationId, built_in: 'general' }).first<{ role_id: string }>('role_id')
  await service.db('membership').where({ membership_id: owner.membershipId }).update({ role_id: role.role_id })
  expect(typeOf(await owner.call('GET', `/downloads/${downloadId}/file`))).toBe('download-outdated')
})

test('a long one is made in the background: every row once, as the list was when it was asked for', { timeout: 240_000 }, async () => {
  const hospital = await aHospital(service)
  const uid = await stored(hospital, { PatientName: 'Zhang^Wei', AccessionNumber: 'A0' })
  const columns = (await service.db.raw<{ rows: { column_name: string }[] }>(
    `select column_name from information_schema.columns where table_name = 'study' and is_identity = 'NO' and is_generated = 'NEVER'`,
  )).rows.map(({ column_name }) => column_name)
  const given = columns.map((column) => ({ study_instance_uid: `'1.2.826.0.1.' || n`, accession_number: `'N' || n`, created_at: `study.created_at - n * interval '1 second'` })[column] ?? `study.${column}`)
  await service.db.raw(`insert into study (${columns.join(', ')}) select ${given.join(', ')} from study, generate_series(1, ${String(directExportRows)}) n where study_instance_uid = ?`, [uid])
  const download = (await ask(hospital.doctor, { fields: ['study', 'StudyInstanceUID'] })).json<Download>()
  expect(download).toMatchObject({ kind: 'list', isBackground: true, state: 'waiting' })
  await stored(hospital, { AccessionNumber: 'LATER' })
  await service.downloads.makeAll(new AbortController().signal)
  const file = await hospital.doctor.call('GET', `/downloads/${download.downloadId}/file`)
  const [, ...lines] = fieldsOf(file.body)
  expect(lines.map(([number]) => number)).toEqual(['A0', ...Array.from({ length: directExportRows }, (_, nth) => `N${String(nth + 1)}`)])
  expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json<Download>()).toMatchObject({ state: 'ready', byteLength: file.rawPayload.length })
})
