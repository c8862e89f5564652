/** What people correct of a case, through the API: told wherever the study is, the images unchanged. */
import type { SimilarStudyList, StudyDetail, StudyLogPage } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anOrganisationsService, typeOf, type OrganisationsService, type TestMember } from '../organisations/service.fixture.ts'
import { aHospital, detail, list, stored, uids } from './studies.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

describe('corrections of a case', () => {
  const correct = ({ call }: Pick<TestMember, 'call'>, uid: string, corrections: object, version = 0) => call('PATCH', `/studies/${uid}/case`, { corrections }, { 'if-match': `"${String(version)}"` })

  test('are told instead of what the images say, beside it and found like it; the images stay as they are', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID: uid } = await stored(hospital, {
      PatientName: 'Zang^Wei',
      PatientID: 'P-1',
      PatientSex: 'F',
      PatientBirthDate: '19800214',
      PatientAge: '045Y',
      StudyDate: '20260213',
      AccessionNumber: 'A-1',
    })
    const other = await stored(hospital, { PatientName: 'Li^Na', PatientID: 'P-9', PatientSex: 'F' })
    const { administrator } = hospital
    const answer = await correct(administrator, uid, { PatientName: 'Zhang^Wei=张^伟', PatientID: 'P-77', PatientSex: 'M', PatientBirthDate: '19900214', RequestingService: 'Trauma ward', AccessionNumber: 'A-100' })
    expect([answer.statusCode, answer.body.slice(0, 200)]).toEqual([200, expect.anything()])
    const study = answer.json<StudyDetail>()
    expect(study).toMatchObject({
      PatientName: 'Zhang^Wei=张^伟',
      PatientID: 'P-77',
      PatientSex: 'M',
      age: { value: 35, unit: 'years' },
      AccessionNumber: 'A-100',
      identity: { PatientBirthDate: '19900214' },
      caseVersion: 1,
    })
    expect(study.correctedFrom).toEqual({ PatientName: 'Zang^Wei', PatientID: 'P-1', PatientSex: 'F', PatientBirthDate: '19800214' })
    const by = { correctedBy: { actor: `account:${administrator.accountId}` } }
    expect(study.caseInformation.patient).toEqual(expect.arrayContaining([
      expect.objectContaining({
        keyword: 'PatientName',
        value: 'Zhang^Wei=张^伟',
        correction: expect.objectContaining({ original: 'Zang^Wei', correctedBy: expect.objectContaining(by.correctedBy) as object }) as object,
      }) as object,
    ]) as unknown)
    expect(study.caseInformation.order.find(({ keyword }) => keyword === 'RequestingService')).toMatchObject({ value: 'Trauma ward', correction: by })
    expect(study.caseInformation.order.find(({ keyword }) => keyword === 'RequestingService')?.correction?.original).toBeUndefined()
    for (const query of [
      { patientId: 'P-77' },
      { patientId: 'P-1' },
      { studyNumber: 'A-100' },
      { name: '张伟' },
      { name: 'wei zhang' },
      { name: 'zang' },
      { keyword: 'P-7' },
      { keyword: 'zhang' },
      { sex: 'M' },
    ] as Record<string, string>[]) {
      expect([query, uids(await list(hospital.doctor, query))]).toEqual([query, [uid]])
    }
    expect(uids(await list(hospital.doctor, { sex: 'F' }))).toEqual([other.StudyInstanceUID])
    expect((await list(hospital.doctor, { patientId: 'P-77' })).items[0]).toMatchObject({ corrected: expect.arrayContaining(['PatientName']) as unknown, correctedFrom: { PatientID: 'P-1' } })
    expect((await list(hospital.doctor, { patientId: 'P-9' })).items[0]?.correctedFrom).toBeUndefined()
    const dicomweb = (await service.get(`/studies?StudyInstanceUID=${uid}`, hospital.headers)).json<Record<string, { Value: unknown[] }>[]>()
    expect(dicomweb[0]?.['00100020']?.Value).toEqual(['P-1'])
    expect(await service.db('study').where({ study_instance_uid: uid }).first('patient_id')).toEqual({ patient_id: 'P-1' })
    const trail = await service.db('audit_event').where({ study_instance_uid: uid, action: 'study.edit-case' }).select('detail')
    expect(JSON.stringify(trail)).toContain('PatientName')
    expect(JSON.stringify(trail)).not.toMatch(/Zhang|P-77|Trauma/)
  })

  test('are told wherever a study is: among marks, on films, in the log of studies, in what was deleted, beside other studies of the patient', async () => {
    const hospital = await aHospital(service)
    const { call } = hospital.administrator
    const study = await stored(hospital, { PatientName: 'Zang^Wei', PatientID: 'P-1', AccessionNumber: 'A-1', StudyDescription: 'Torax', BodyPartExamined: 'CHEST' })
    const { StudyInstanceUID: uid } = study
    const [ofOriginal, ofCorrected] = [
      await stored(hospital, { PatientID: 'P-1', BodyPartExamined: 'CHEST', StudyDescription: 'Thorax' }),
      await stored(hospital, { PatientID: 'P-77', BodyPartExamined: 'CHEST', StudyDescription: 'Thorax' }),
    ]
    const related = async (of: string) => (await detail(hospital.administrator, of)).related.map((one) => one.study.StudyInstanceUID)
    const similar = async (of: string) => (await call('GET', `/studies/${of}/similar`)).json<SimilarStudyList>().items.map((one) => one.study.StudyInstanceUID)
    expect(await related(uid)).toEqual([ofOriginal.StudyInstanceUID])
    expect((await correct(hospital.administrator, uid, { PatientName: 'Zhang^Wei=张^伟', PatientID: 'P-77', AccessionNumber: 'A-100', StudyDescription: 'Thorax' })).statusCode).toBe(200)

    // Of whom it is decides what belongs to it, from both sides.
    expect(await related(uid)).toEqual([ofCorrected.StudyInstanceUID])
    expect(await related(ofCorrected.StudyInstanceUID)).toEqual([uid])
    expect(await related(ofOriginal.StudyInstanceUID)).toEqual([])
    expect(await similar(uid)).toEqual([ofOriginal.StudyInstanceUID])
    expect(await similar(ofCorrected.StudyInstanceUID)).toEqual([ofOriginal.StudyInstanceUID])
    expect((await similar(ofOriginal.StudyInstanceUID)).sort()).toEqual([uid, ofCorrected.StudyInstanceUID].sort())

    await call('PUT', `/favourites/studies/${uid}`)
    for (const search of ['张伟', 'zang', 'P-7', 'P-1', 'A-100']) {
      expect([search, (await call('GET', `/favourites?search=${encodeURIComponent(search)}`)).json()]).toMatchObject([
        search,
        { items: [{ study: { PatientName: 'Zhang^Wei=张^伟', PatientID: 'P-77', AccessionNumber: 'A-100', StudyDescription: 'Thorax' } }] },
      ])
    }
    expect((await call('POST', '/film/basket', { series: { StudyInstanceUID: uid, SeriesInstanceUID: study.series[0]?.SeriesInstanceUID } })).json()).toMatchObject({ added: 2 })
    expect((await call('GET', '/film/basket')).json()).toMatchObject({ items: [{ PatientName: 'Zhang^Wei=张^伟' }, { PatientName: 'Zhang^Wei=张^伟' }] })
    for (const PatientID of ['P-77', 'P-1']) {
      expect([
        PatientID,
        (await call('GET', `/audit/study-log?kind=arrival&PatientID=${PatientID}`)).json<StudyLogPage>().items.find((one) =>
          one.StudyInstanceUID === uid)?.PatientID,
      ]).toEqual([PatientID, 'P-77'])
    }
    // What was recorded stays.
    expect(await service.db('audit_event').where({ organisation_id: hospital.organisationId, study_instance_uid: uid, action: 'study.store' }).first('patient_id')).toEqual({ patient_id: 'P-1' })

    expect((await call('POST', `/studies/${uid}/deletion`, { reason: 'test' })).statusCode).toBe(200)
    for (const search of ['张伟', 'zang', 'P-77', 'P-1', 'A-100']) {
      expect([search, (await call('GET', `/deleted-studies?search=${encodeURIComponent(search)}`)).json()]).toMatchObject([
        search,
        { items: [{ StudyInstanceUID: uid, PatientName: 'Zhang^Wei=张^伟', PatientID: 'P-77', AccessionNumber: 'A-100', StudyDescription: 'Thorax' }] },
      ])
    }
    // Nobody else finds it by what only this hospital knows.
    const other = await aHospital(service)
    for (const path of ['/favourites?search=P-77', '/deleted-studies?search=P-77', '/audit/study-log?PatientID=P-77']) expect((await other.administrator.call('GET', path)).json()).toMatchObject({ items: [] })
  })

  test('of who has looked at the newest; taken back, what the images say holds again', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID: uid } = await stored(hospital, { PatientID: 'P-1' })
    expect((await correct(hospital.administrator, uid, { PatientID: 'P-2' })).json()).toMatchObject({ PatientID: 'P-2', caseVersion: 1 })
    expect((await correct(hospital.administrator, uid, { PatientID: 'P-3' })).statusCode).toBe(412)
    expect((await correct(hospital.administrator, uid, { PatientID: null }, 1)).json()).toMatchObject({ PatientID: 'P-1', caseVersion: 2, corrected: [] })
    expect(uids(await list(hospital.doctor, { patientId: 'P-2' }))).toEqual([])
    expect((await hospital.administrator.call('PATCH', `/studies/${uid}/case`, { corrections: { PatientID: 'P' } })).statusCode).toBe(400)
  })

  test.each([
    { PatientSex: 'X' },
    { PatientBirthDate: '19800230' },
    { PatientAge: '34' },
    { PatientWeight: 'heavy' },
    { PatientID: 'a\\b' },
    { AccessionNumber: '12345678901234567' },
    { PatientName: '^^' },
    { PatientID: ' ' },
  ])('%o is no value', async (corrections) => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID: uid } = await stored(hospital)
    expect(typeOf(await correct(hospital.administrator, uid, corrections))).toBe('invalid-correction')
  })

  test('of identities are for who sees them, of what the device says for nobody; another organisation finds no study', async () => {
    const [hospital, other] = [await aHospital(service), await aHospital(service)]
    const { StudyInstanceUID: uid } = await stored(hospital, { PatientBirthDate: '19800214' })
    await correct(hospital.administrator, uid, { PatientBirthDate: '19800215' })
    const { roleId } = (await hospital.administrator.call('POST', '/roles', { name: 'Clerk', permissions: ['study.view', 'study.edit_case'] })).json<{ roleId: string }>()
    const clerk = await hospital.member('general')
    await service.db('membership').where({ membership_id: clerk.membershipId }).update({ role_id: roleId })
    expect(typeOf(await correct(clerk, uid, { PatientTelephoneNumbers: '13800138000' }, 1))).toBe('forbidden')
    expect(JSON.stringify(await detail(clerk, uid))).not.toMatch(/1980021[45]/)
    expect(typeOf(await correct(hospital.administrator, uid, { StudyDate: '20260101' }, 1))).toBe('bad-request')
    expect(typeOf(await correct(other.administrator, uid, { PatientID: 'P' }, 1))).toBe('no-such-study')
  })
})
