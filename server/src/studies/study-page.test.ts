/** The page of one study through the API: the case, what is related and alike, and whom it is shown to. */
import type { NotificationPage, SimilarStudyList } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anOrganisationsService, typeOf, type OrganisationsService, type TestMember } from '../organisations/service.fixture.ts'
import { aHospital, detail, list, nowhere, stored } from './studies.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

describe('the page of a study', () => {
  test('tells the case, its series and the bytes', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID, series } = await stored(
      hospital,
      { PatientName: 'Li^Wei', RequestingPhysician: 'Sun^Yat', ReferringPhysicianName: 'Ma^Li', Manufacturer: 'Acme' },
      { series: [{ kind: 'CT', instances: 2 }, { kind: 'MR', instances: 1 }] },
    )
    const study = await detail(hospital.doctor, StudyInstanceUID)
    expect(study.caseInformation.patient).toContainEqual({ keyword: 'PatientName', value: 'Li^Wei' })
    expect(study.caseInformation.exam).toContainEqual({ keyword: 'Manufacturer', value: 'Acme' })
    expect(study.caseInformation.order).toContainEqual({ keyword: 'RequestingPhysician', value: 'Sun^Yat' })
    expect(study.series.map(({ SeriesInstanceUID, NumberOfSeriesRelatedInstances, isShown }) => [
      SeriesInstanceUID,
      NumberOfSeriesRelatedInstances,
      isShown,
    ])).toEqual([[series[0]?.SeriesInstanceUID, 2, true], [series[1]?.SeriesInstanceUID, 1, true]])
    expect(study.byteLength).toBeGreaterThan(0)
  })

  test('suggests studies of the same patient, and keeps the links people make, from both sides', async () => {
    const hospital = await aHospital(service)
    const [one, same, other] = [await stored(hospital, { PatientID: 'P9' }), await stored(hospital, { PatientID: 'P9' }, { hoursAgo: 500 }), await stored(hospital, { PatientID: 'P10' })]
    const related = async (uid: string) => (await detail(hospital.doctor, uid)).related.map(({ study, reason }) => [study.StudyInstanceUID, reason])
    expect(await related(one.StudyInstanceUID)).toEqual([[same.StudyInstanceUID, 'samePatient']])
    const link = `/studies/${one.StudyInstanceUID}/related/${other.StudyInstanceUID}`
    expect(typeOf(await hospital.administrator.call('PUT', link))).toBe('204')
    expect(typeOf(await hospital.administrator.call('PUT', link))).toBe('204')
    expect(await related(one.StudyInstanceUID)).toEqual([[other.StudyInstanceUID, 'linked'], [same.StudyInstanceUID, 'samePatient']])
    expect(await related(other.StudyInstanceUID)).toEqual([[one.StudyInstanceUID, 'linked']])
    expect(typeOf(await hospital.administrator.call('DELETE', `/studies/${other.StudyInstanceUID}/related/${one.StudyInstanceUID}`))).toBe('204')
    expect(await related(one.StudyInstanceUID)).toEqual([[same.StudyInstanceUID, 'samePatient']])
    expect(typeOf(await hospital.administrator.call('PUT', `/studies/${one.StudyInstanceUID}/related/${one.StudyInstanceUID}`))).toBe('bad-request')
    expect(await service.db('audit_event').where({ study_instance_uid: one.StudyInstanceUID, action: 'study.edit-case' })).toHaveLength(2)
  })

  test('a study is linked with fifty others at most, whichever of the two is asked', async () => {
    const hospital = await aHospital(service)
    const [one, linked, more] = [await stored(hospital, { PatientID: 'L1' }), await stored(hospital, { PatientID: 'L2' }), await stored(hospital, { PatientID: 'L3' })]
    expect(typeOf(await hospital.administrator.call('PUT', `/studies/${one.StudyInstanceUID}/related/${linked.StudyInstanceUID}`))).toBe('204')
    await service.db.raw(`insert into related_study (organisation_id, study_instance_uid, related_study_instance_uid, linked_by, linked_at)
      select ?, least(?, uid collate "C"), greatest(?, uid collate "C"), 'account:x', now() from (select '9.' || n as uid from generate_series(1, 49) n) others`, [
        hospital.organisationId,
        one.StudyInstanceUID,
        one.StudyInstanceUID,
      ])
    for (const [from, to] of [[one, more], [more, one]] as const) {
      expect(typeOf(await hospital.administrator.call('PUT', `/studies/${from.StudyInstanceUID}/related/${to.StudyInstanceUID}`))).toBe(
        'too-many-linked-studies',
      )
    }
    // The link that is there already takes no place.
    expect(typeOf(await hospital.administrator.call('PUT', `/studies/${linked.StudyInstanceUID}/related/${one.StudyInstanceUID}`))).toBe('204')
    expect((await detail(hospital.doctor, more.StudyInstanceUID)).related).toEqual([])
  })

  test('a hidden series says so, until it is shown again', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID, series: [first] } = await stored(hospital)
    const path = `/studies/${StudyInstanceUID}/series/${String(first?.SeriesInstanceUID)}/visibility`
    expect(typeOf(await hospital.administrator.call('PUT', path, { isShown: false }))).toBe('204')
    expect((await detail(hospital.doctor, StudyInstanceUID)).series).toMatchObject([{ isShown: false, hiddenBy: { actor: `account:${hospital.administrator.accountId}` } }])
    expect((await list(hospital.doctor)).items[0]?.hiddenSeries).toBe(1)
    await hospital.administrator.call('PUT', path, { isShown: true })
    expect((await detail(hospital.doctor, StudyInstanceUID)).series).toMatchObject([{ isShown: true }])
    expect(typeOf(await hospital.administrator.call('PUT', `/studies/${StudyInstanceUID}/series/1.2.3/visibility`, { isShown: false }))).toBe('no-such-series')
  })
})

describe('similar cases', () => {
  const similar = async ({ call }: Pick<TestMember, 'call'>, uid: string) => (await call('GET', `/studies/${uid}/similar`)).json<SimilarStudyList>().items

  test('are of the same part and modality and of other patients, the more alike the more words they share; and say why', async () => {
    const hospital = await aHospital(service)
    const given = (PatientID: string, StudyDescription: string, more: object = {}) => stored(hospital, { PatientID, StudyDescription, BodyPartExamined: 'CHEST', ...more })
    const study = await given('P-1', 'CT Thorax nodule follow-up 肺结节')
    const [alike, less, chinese] = [await given('P-2', 'CT Thorax nodule'), await given('P-3', 'Routine'), await given('P-4', '右肺结节')]
    await given('P-1', 'CT Thorax nodule follow-up')
    await given('P-5', 'CT Thorax nodule', { BodyPartExamined: 'HEAD' })
    await stored(hospital, { PatientID: 'P-6', BodyPartExamined: 'CHEST', StudyDescription: 'MR Thorax nodule' }, { series: [{ kind: 'MR', instances: 1 }] })
    const other = await aHospital(service)
    await stored(other, { PatientID: 'P-7', BodyPartExamined: 'CHEST', StudyDescription: 'CT Thorax nodule' })
    const found = await similar(hospital.doctor, study.StudyInstanceUID)
    expect(found.map(({ study: { StudyInstanceUID } }) => StudyInstanceUID)).toEqual([alike.StudyInstanceUID, chinese.StudyInstanceUID, less.StudyInstanceUID])
    expect(found[0]?.reason).toEqual({ bodyParts: ['CHEST'], modalities: ['CT'], words: ['ct', 'thorax', 'nodule'] })
    expect(found[1]?.reason.words).toEqual(['肺结', '结节'])
    expect(typeOf(await other.doctor.call('GET', `/studies/${study.StudyInstanceUID}/similar`))).toBe('no-such-study')
  })

  test('of a study whose images do not say which part share words at least', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital, { PatientID: 'P-1', StudyDescription: 'Knee trauma', BodyPartExamined: '' })
    const knee = await stored(hospital, { PatientID: 'P-2', StudyDescription: 'Left knee', BodyPartExamined: '' })
    await stored(hospital, { PatientID: 'P-3', StudyDescription: 'Abdomen', BodyPartExamined: '' })
    expect((await similar(hospital.doctor, study.StudyInstanceUID)).map((one) => one.study.StudyInstanceUID)).toEqual([knee.StudyInstanceUID])
  })
})

describe('a study for colleagues', () => {
  test('is told to members who may see studies, with what was written, and stands in the trail', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID: uid } = await stored(hospital, { PatientName: 'Secret^Person' })
    const share = (membershipIds: string[], note?: string) => hospital.doctor.call('POST', `/studies/${uid}/colleague-shares`, { membershipIds, ...(note !== undefined && { note }) })
    expect((await share([hospital.administrator.membershipId], 'Please look at series 2')).statusCode).toBe(204)
    await service.notifying.telling.tellDue()
    const told = (await hospital.administrator.call('GET', '/notifications?language=en')).json<NotificationPage>().items
    expect(told).toMatchObject([{ event: 'study.shared', body: expect.stringContaining('Please look at series 2') as string, link: { path: `/o/${hospital.organisationId}/studies`, recordId: uid } }])
    expect(JSON.stringify(told)).not.toContain('Secret')
    const [trail] = await service.db('audit_event').where({ study_instance_uid: uid, action: 'study.share-colleague' })
    expect(trail).toMatchObject({ actor: `account:${hospital.doctor.accountId}`, detail: { membershipIds: [hospital.administrator.membershipId] } })
  })

  test('is for nobody else: not of another organisation, not suspended, not without the right, not oneself', async () => {
    const [hospital, other] = [await aHospital(service), await aHospital(service)]
    const { StudyInstanceUID: uid } = await stored(hospital)
    const share = ({ call }: Pick<TestMember, 'call'>, membershipId: string) => call('POST', `/studies/${uid}/colleague-shares`, { membershipIds: [membershipId] })
    const suspended = await hospital.member('general')
    await service.db('membership').where({ membership_id: suspended.membershipId }).update({ state: 'suspended' })
    for (const membershipId of [other.doctor.membershipId, suspended.membershipId, hospital.doctor.membershipId, nowhere]) expect(typeOf(await share(hospital.doctor, membershipId))).toBe('no-such-colleague')
    expect(typeOf(await share(other.doctor, other.administrator.membershipId))).toBe('no-such-study')
    expect(await service.db('notification_event').where({ event: 'study.shared', organisation_id: hospital.organisationId })).toEqual([])
  })
})
