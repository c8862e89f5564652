/** What comes for a study of another patient: held apart, looked at, put into its study or deleted, through the API. */
import type { QuarantinePage, StudyLogPage } from '@isocenter/contracts'
import { anInstance, aStudy, bytesOf } from '@isocenter/testkit'
import type { LightMyRequestResponse } from 'fastify'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wrongCounts } from '../catalogue/catalogue.fixture.ts'
import { sweep } from '../dicomweb/index.ts'
import { anOrganisationsService, typeOf, type OrganisationsService } from '../organisations/service.fixture.ts'
import { encodeCursor } from '../platform/cursor.ts'
import { aHospital, decide, deleted, deleteIt, held, restore, sopsOf, stored, valueOf, type Hospital } from './maintenance.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(async () => {
  // Everything these tests asked for and were given stands in the trail.
  expect(service.unaudited()).toEqual([])
  await service.close()
})

describe('what comes for a study of another patient', () => {
  const patients = { there: { PatientID: 'P-1', PatientName: 'Wang^Fang', PatientBirthDate: '' }, came: { PatientID: 'P-2', PatientName: 'Li^Na', PatientBirthDate: '19600102' } }
  /** A study of one patient, and what came of another. */
  async function aQuarantine(hospital: Hospital) {
    const study = await stored(hospital, { instances: 1, ...patients.there })
    const strange = aStudy({ instances: 2, StudyInstanceUID: study.StudyInstanceUID, ...patients.came }).instances
    const objects = strange.map((instance) => bytesOf(instance))
    return { ...study, strange, strangers: objects, answer: await hospital.store(objects), strangeBytes: objects.reduce((sum, { byteLength }) => sum + byteLength, 0) }
  }
  const isHeld = async (hospital: Hospital, uid: string) => (await service.app.inject({ url: `/api/quarantine/instances?SOPInstanceUID=1.2.3,${uid}`, headers: hospital.headers })).json<{ items: object[] }>().items

  test('is taken with a warning and a receipt and kept, but no search, retrieval or count of the study knows of it', async () => {
    const hospital = await aHospital(service)
    const { answer, path, strange: [instance = {}], strangers, strangeBytes, StudyInstanceUID } = await aQuarantine(hospital)
    expect(answer.statusCode).toBe(202)
    expect(String(answer.headers.warning)).toContain('held apart')
    const item = {
      '00081155': { Value: [valueOf(instance, '00080018')] },
      '00081196': { vr: 'US', Value: [0xb409] },
      '00081190': { vr: 'UR' },
      '00091001': { Value: [expect.stringMatching(/^sha-256=:/)] },
      '00091004': { Value: ['heldApart'] },
    }
    expect(answer.json()).toMatchObject({ '00081190': { vr: 'UR' }, '00081199': { Value: [item, {}] } })
    expect(answer.json<object>()).not.toHaveProperty('00081198')
    const uids = [valueOf(instance, '0020000E'), valueOf(instance, '00080018')] as const
    expect(await sopsOf(hospital, path)).toHaveLength(1)
    expect((await hospital.get(`/instances?SOPInstanceUID=${uids[1]}`)).json()).toEqual([])
    for (const resource of [`/series/${uids[0]}`, `/series/${uids[0]}/instances/${uids[1]}`, `/series/${uids[0]}/metadata`]) expect((await hospital.get(path + resource)).statusCode).toBe(404)
    expect(await hospital.feedOf(StudyInstanceUID)).toEqual(['created'])
    expect(await wrongCounts(service.db)).toEqual([])
    // Sent again, it is one and nothing has changed; its blobs outlive the sweep.
    const before = await held(hospital)
    expect((await hospital.store(strangers)).statusCode).toBe(202)
    expect(await held(hospital)).toEqual(before)
    await sweep({ db: service.db, blobs: service.blobs, now: () => new Date(Date.now() + 3 * 60 * 60_000) })
    for (const blobKey of await service.db('quarantined_instance').where({ organisation_id: hospital.organisationId }).pluck<string[]>('blob_key')) expect(await service.blobs.stat(blobKey)).toBeDefined()
    expect(await service.db('audit_event')
      .where({ study_instance_uid: StudyInstanceUID, action: 'study.store', patient_id: 'P-2' })
      .select(service.db.raw("sum((detail ->> 'quarantined')::integer)::integer as sent, sum((detail ->> 'bytes')::integer)::integer as bytes"))).toEqual([{
        sent: 4,
        bytes: strangeBytes,
      }])
  })

  test('is listed for administrators of the data, who are told of it once, with both patients; birth dates for who sees identities', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID, strangers, strangeBytes } = await aQuarantine(hospital)
    await hospital.store(strangers)
    expect(await held(hospital, '?search=wang')).toMatchObject([{
      StudyInstanceUID, there: { PatientID: 'P-1', PatientName: 'Wang^Fang', instances: 1 }, came: patients.came, ModalitiesInStudy: ['CT'], instances: 2, bytes: strangeBytes, actions: ['accept', 'delete'],
    }])
    expect(await held(hospital, '?search=nobody')).toEqual([])
    const seen = (await service.app.inject({ url: '/api/quarantine', headers: await service.as(hospital.slug, ['admin.data_maintain']) })).json<QuarantinePage>().items
    expect(seen[0]?.came).toEqual({ PatientID: 'P-2', PatientName: 'Li^Na', PatientSex: expect.any(String) as string })
    await service.notifying.telling.tellDue()
    const notices = (await hospital.administrator.call('GET', '/notifications')).json<{ items: { event: string }[] }>().items.filter(({ event }) => event === 'study.held-apart')
    expect(notices).toHaveLength(1)
    expect((await hospital.doctor.call('GET', '/quarantine')).statusCode).toBe(403)
  })

  describe('is looked at before it is decided', () => {
    /** Images of one grey each, so that the picture says which it is of. */
    const grey = (StudyInstanceUID: string, level: number, given: object = {}) => bytesOf(anInstance({
      kind: 'CT',
      StudyInstanceUID,
      ...patients.came,
      Rows: 600,
      Columns: 800,
      BitsAllocated: 16,
      BitsStored: 16,
      HighBit: 15,
      PixelRepresentation: 0,
      PixelData: Buffer.from(new Uint16Array(600 * 800).fill(level).buffer),
      RescaleSlope: 1, RescaleIntercept: 0, WindowCenter: 128, WindowWidth: 256, ...given,
    }))
    const pictureOf = (hospital: Hospital, quarantineId: string | undefined) => hospital.administrator.call('GET', `/quarantine/${String(quarantineId)}/thumbnail`)
    const shown = async (answer: LightMyRequestResponse) => {
      expect([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control'], answer.headers['x-content-type-options']]).toEqual([200, 'image/jpeg', 'no-store', 'nosniff'])
      const { data, info } = await sharp(answer.rawPayload).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
      return { width: info.width, height: info.height, level: data[0] }
    }

    test('the middle image of what came, 512 pixels at most, whatever came beside it; who looks is in the trail, with the study', async () => {
      const hospital = await aHospital(service)
      const { StudyInstanceUID } = await stored(hospital, { instances: 1, ...patients.there })
      const slices = [20, 120, 220].map((level, index) => grey(StudyInstanceUID, level, { SeriesInstanceUID: '1.2.3.1', SOPInstanceUID: `1.2.3.1.${String(index + 1)}` }))
      const reports = Array.from({ length: 4 }, () => bytesOf(anInstance({ kind: 'SR', StudyInstanceUID, ...patients.came })))
      expect((await hospital.store([...slices.toReversed(), ...reports])).statusCode).toBe(202)
      const [line] = await held(hospital)
      const { width, height, level } = await shown(await pictureOf(hospital, line?.quarantineId))
      expect([line?.instances, width, height]).toEqual([7, 512, 384])
      expect(level).toBeCloseTo(120, -1)
      await service.flushAudit()
      const looked = await service.db('audit_event').where({ organisation_id: hospital.organisationId, action: 'quarantine.view', study_instance_uid: StudyInstanceUID }).select('outcome', 'detail', 'actor')
      expect(looked).toEqual([{ outcome: 'success', detail: { quarantineId: line?.quarantineId }, actor: `account:${hospital.administrator.accountId}` }])
    })

    test('by the icon of what it is, where it is no image', async () => {
      const hospital = await aHospital(service)
      const { StudyInstanceUID, path } = await stored(hospital, { instances: 1, kind: 'SR', ...patients.there })
      const icon = await hospital.get(`${path}/thumbnail`)
      expect((await hospital.store([bytesOf(anInstance({ kind: 'SR', StudyInstanceUID, ...patients.came }))])).statusCode).toBe(202)
      const [line] = await held(hospital)
      const picture = await pictureOf(hospital, line?.quarantineId)
      expect(await shown(picture)).toMatchObject({ width: 256, height: 256 })
      expect(picture.rawPayload.equals(icon.rawPayload)).toBe(true)
    })

    test('by nobody without the permission, and by nobody of another organisation', async () => {
      const [mine, theirs] = [await aHospital(service), await aHospital(service)]
      await aQuarantine(theirs)
      const [line] = await held(theirs)
      expect(typeOf(await pictureOf(mine, line?.quarantineId))).toBe('no-such-quarantine')
      expect((await theirs.doctor.call('GET', `/quarantine/${String(line?.quarantineId)}/thumbnail`)).statusCode).toBe(403)
      expect(await shown(await pictureOf(theirs, line?.quarantineId))).toMatchObject({ width: 16, height: 16 })
      await decide(theirs, line?.quarantineId, 'deletion')
      expect(typeOf(await pictureOf(theirs, line?.quarantineId))).toBe('no-such-quarantine')
    })
  })

  test('is put into the study as it is: the study keeps its patient, the object its bytes', async () => {
    const hospital = await aHospital(service)
    const { path, StudyInstanceUID, strange, strangers } = await aQuarantine(hospital)
    const [line] = await held(hospital)
    expect((await decide(hospital, line?.quarantineId, 'acceptance')).json()).toEqual({ instances: 2, remaining: 0 })
    expect(await sopsOf(hospital, path)).toHaveLength(3)
    for (const [nth, instance] of strange.entries()) {
      const answer = await service.app.inject({
        url: `/dicom-web${path}/series/${valueOf(instance, '0020000E')}/instances/${valueOf(instance, '00080018')}`,
        headers: { ...hospital.headers, accept: 'application/dicom; transfer-syntax=*' },
      })
      expect(answer.rawPayload.equals(strangers[nth] ?? Buffer.alloc(0))).toBe(true)
    }
    expect(
      await service.db('study').where({ study_instance_uid: StudyInstanceUID }).first('patient_id', 'patient_name', 'patient_birth_date'),
    ).toEqual({ patient_id: 'P-1', patient_name: 'Wang^Fang', patient_birth_date: null })
    expect(await held(hospital)).toEqual([])
    expect(await wrongCounts(service.db)).toEqual([])
    expect(
      await service.db('audit_event').where({ organisation_id: hospital.organisationId, action: 'quarantine.accept' }).first<object>(),
    ).toMatchObject({
      occurrences: 2,
      outcome: 'success',
      study_instance_uid: StudyInstanceUID,
      patient_id: 'P-2',
      detail: { reason: 'asked at the desk' },
    })
    // It is in the study now, whoever it is of.
    expect((await hospital.store(strangers)).statusCode).toBe(200)
    expect(typeOf(await decide(hospital, line?.quarantineId, 'acceptance'))).toBe('no-such-quarantine')
  })

  test('is put into the study from where the lot before ended, and by no cursor of somebody else\'s making', async () => {
    const hospital = await aHospital(service)
    const { path } = await aQuarantine(hospital)
    const [line] = await held(hospital)
    const keys = await service.db('quarantined_instance').where({ quarantine_id: line?.quarantineId }).orderBy('quarantined_key').pluck<string[]>('quarantined_key')
    const accept = (cursor: string) => hospital.administrator.call('POST', `/quarantine/${String(line?.quarantineId)}/acceptance`, { reason: 'asked at the desk', cursor })
    for (const cursor of ['1', encodeCursor(['one']), encodeCursor([keys[1], keys[0]]), encodeCursor(['9'.repeat(19)])]) expect((await accept(cursor)).statusCode).toBe(400)
    expect((await accept(encodeCursor([keys[1]]))).json()).toEqual({ instances: 1, remaining: 1 })
    expect(await sopsOf(hospital, path)).toHaveLength(2)
    expect((await held(hospital))[0]?.instances).toBe(1)
  })

  test('is deleted, and restored to where it was held apart', async () => {
    const hospital = await aHospital(service)
    const { path, strangeBytes } = await aQuarantine(hospital)
    const [line] = await held(hospital)
    expect((await decide(hospital, line?.quarantineId, 'deletion')).json()).toEqual({ instances: 2, remaining: 0 })
    expect(await held(hospital)).toEqual([])
    expect(typeOf(await decide(hospital, line?.quarantineId, 'deletion'))).toBe('no-such-quarantine')
    const [gone] = await deleted(hospital)
    expect(gone).toMatchObject({ isHeldApart: true, PatientID: 'P-2', instances: 2, bytes: strangeBytes, reason: 'asked at the desk', actions: ['restore'] })
    expect((await restore(hospital, String(gone?.deletedStudyId))).json()).toMatchObject({ state: 'restored', notRestored: 0 })
    expect(await held(hospital)).toMatchObject([{ quarantineId: line?.quarantineId, instances: 2, came: { PatientID: 'P-2' } }])
    expect(await sopsOf(hospital, path)).toHaveLength(1)
  })

  test('stays held where the study has got other bytes under its UIDs; what a correction says of the patient is no other patient', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID, strange: [first = {}] } = await aQuarantine(hospital)
    const own = { ...first, '00100020': { vr: 'LO', Value: ['P-1'] }, '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Wang^Fang' }] } } as typeof first
    expect((await hospital.store([bytesOf(own)])).statusCode).toBe(200)
    const [line] = await held(hospital)
    expect((await decide(hospital, line?.quarantineId, 'acceptance')).json()).toEqual({ instances: 1, remaining: 1 })
    expect((await decide(hospital, line?.quarantineId, 'acceptance')).json()).toEqual({ instances: 0, remaining: 1 })
    await service.db('study_correction').insert({
      organisation_id: hospital.organisationId,
      study_instance_uid: StudyInstanceUID,
      version: 1,
      patient_id: 'P-9',
      corrections: JSON.stringify({ PatientID: { value: 'P-9', by: 'test', at: '' } }),
    })
    expect((await held(hospital, '?search=P-9'))[0]?.there).toMatchObject({ PatientID: 'P-9', PatientName: 'Wang^Fang' })
    const corrected = aStudy({ instances: 1, StudyInstanceUID, PatientID: 'P-9' }).instances.map((instance) => bytesOf(instance))
    expect((await hospital.store(corrected)).statusCode).toBe(200)
    // What came of somebody else is not told as of the study's patient.
    const arrivals = (await hospital.administrator.call('GET', '/audit/study-log?kind=arrival')).json<StudyLogPage>().items.map(({ PatientID }) => PatientID)
    expect([...new Set(arrivals)]).toEqual(['P-9', 'P-2'])
  })

  test('what was deleted is not restored into a study that came since, of somebody else, until that one is deleted', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID, path, objects } = await stored(hospital, { instances: 1, ...patients.there })
    await deleteIt(hospital, StudyInstanceUID)
    // As servers did that let whoever came first have the UID of a deleted study.
    const ofDeletion = () => service.db('deleted_study').where({ study_instance_uid: StudyInstanceUID })
    await ofDeletion().update({ state: 'purged' })
    await stored(hospital, { instances: 1, StudyInstanceUID, ...patients.came })
    await ofDeletion().update({ state: 'deleted' })
    const [was] = await deleted(hospital)
    expect(typeOf(await restore(hospital, String(was?.deletedStudyId)))).toBe('study-of-another-patient')
    expect((await deleted(hospital))[0]).toMatchObject({ state: 'deleted', actions: ['restore'] })
    expect(await sopsOf(hospital, path)).toHaveLength(1)
    await deleteIt(hospital, StudyInstanceUID)
    expect((await restore(hospital, String(was?.deletedStudyId))).json()).toMatchObject({ state: 'restored' })
    expect(await service.db('study').where({ study_instance_uid: StudyInstanceUID }).first('patient_id', 'patient_name')).toEqual({ patient_id: 'P-1', patient_name: 'Wang^Fang' })
    // Sent again by the same device it is the patient's own.
    await deleteIt(hospital, StudyInstanceUID)
    await stored(hospital, { instances: 1, StudyInstanceUID, ...patients.there })
    const [again] = await deleted(hospital)
    expect((await restore(hospital, String(again?.deletedStudyId))).json()).toMatchObject({ state: 'restored' })
    expect(await sopsOf(hospital, path)).toHaveLength(objects.length + 1)
  })

  test('of two patients\' deletions under one UID the second is not restored into the study of the first, which had arrived before', async () => {
    const hospital = await aHospital(service)
    const first = await stored(hospital, { instances: 1, ...patients.there })
    const { StudyInstanceUID, path } = first
    const ofDeletions = () => service.db('deleted_study').where({ study_instance_uid: StudyInstanceUID })
    await deleteIt(hospital, StudyInstanceUID)
    // As servers did that let whoever came first have the UID of a deleted study.
    await ofDeletions().update({ state: 'purged' })
    await stored(hospital, { instances: 1, StudyInstanceUID, ...patients.came })
    await deleteIt(hospital, StudyInstanceUID)
    await ofDeletions().update({ state: 'deleted' })
    const [later, earlier] = await deleted(hospital)
    expect((await restore(hospital, String(earlier?.deletedStudyId))).json()).toMatchObject({ state: 'restored' })
    expect(typeOf(await restore(hospital, String(later?.deletedStudyId)))).toBe('study-of-another-patient')
    expect(await sopsOf(hospital, path)).toEqual(first.instances.map((instance) => valueOf(instance, '00080018')))
  })

  test('a part of a study goes back into it, though the study is another patient\'s by a correction since', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID, path, instances: [own = {}, part = {}] } = await stored(hospital, { instances: 2, ...patients.there })
    await service.app.inject({ method: 'DELETE', url: `/dicom-web${path}/series/${valueOf(part, '0020000E')}/instances/${valueOf(part, '00080018')}`, headers: hospital.headers })
    expect((await hospital.store([bytesOf({ ...own, '00100020': { vr: 'LO', Value: ['P-9'] } })])).statusCode).toBe(200)
    expect(await service.db('study').where({ study_instance_uid: StudyInstanceUID }).first('patient_id')).toEqual({ patient_id: 'P-9' })
    const [was] = await deleted(hospital)
    expect((await restore(hospital, String(was?.deletedStudyId))).json()).toMatchObject({ state: 'restored', notRestored: 0 })
    expect(await sopsOf(hospital, path)).toHaveLength(2)
  })

  test('what came again under the PatientID people have corrected is no other patient for a restoration', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID, path } = await stored(hospital, { instances: 1, ...patients.there })
    await service.db('study_correction').insert({
      organisation_id: hospital.organisationId,
      study_instance_uid: StudyInstanceUID,
      version: 1,
      patient_id: 'P-1A',
      corrections: JSON.stringify({ PatientID: { value: 'P-1A', by: 'test', at: '' } }),
    })
    await deleteIt(hospital, StudyInstanceUID)
    await stored(hospital, { instances: 1, StudyInstanceUID, PatientID: 'P-1A' })
    const [was] = await deleted(hospital)
    expect((await restore(hospital, String(was?.deletedStudyId))).json()).toMatchObject({ state: 'restored', notRestored: 0 })
    expect(await sopsOf(hospital, path)).toHaveLength(2)
  })

  test('is held apart while its study is deleted and can come back, and goes into no study of its own before that is gone for good, with what people added', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID, path } = await stored(hospital, { instances: 1, ...patients.there })
    const place = { organisation_id: hospital.organisationId, study_instance_uid: StudyInstanceUID }
    const { accountId } = hospital.doctor
    await service.db('study_correction').insert({ ...place, version: 1, patient_id: 'P-1A', corrections: JSON.stringify({ PatientID: { value: 'P-1A', by: 'test', at: '' } }) })
    await service.db('favourite').insert({ organisation_id: hospital.organisationId, account_id: accountId, kind: 'study', target: StudyInstanceUID, created_at: new Date() })
    await service.db('related_study').insert(['0.1', '9.9'].map((other) => ({
      organisation_id: hospital.organisationId,
      linked_by: 'test',
      linked_at: new Date(),
      study_instance_uid: other < StudyInstanceUID ? other : StudyInstanceUID,
      related_study_instance_uid: other < StudyInstanceUID ? StudyInstanceUID : other,
    })))
    const [link] = await service.db('share_link')
      .insert({
        link_id: StudyInstanceUID,
        organisation_id: hospital.organisationId,
        created_by: accountId,
        token_sha256: Buffer.alloc(32),
        created_at: new Date(),
        expires_at: new Date(Date.now() + 60_000),
      })
      .returning<{ link_key: string }[]>('link_key')
    await service.db('share_link_study').insert({ link_key: link?.link_key, position: 0, study_instance_uid: StudyInstanceUID })
    await deleteIt(hospital, StudyInstanceUID)

    const came = (given: object) => hospital.store(aStudy({ instances: 1, StudyInstanceUID, ...given }).instances.map((instance) => bytesOf(instance)))
    expect((await came(patients.came)).statusCode).toBe(202)
    expect((await hospital.get(`/studies?StudyInstanceUID=${StudyInstanceUID}`)).json()).toEqual([])
    const [line] = await held(hospital)
    expect(line).toMatchObject({ StudyInstanceUID, instances: 1, came: { PatientID: 'P-2' } })
    expect(line).not.toHaveProperty('there')
    const refused = await decide(hospital, line?.quarantineId, 'acceptance')
    expect([refused.statusCode, typeOf(refused)]).toEqual([409, 'study-of-another-patient'])
    expect(await held(hospital)).toEqual([line])
    // The patient's own, as the images said and as people have corrected, are stored as ever.
    for (const own of [patients.there, { PatientID: 'P-1A' }]) {
      expect((await came(own)).statusCode).toBe(200)
      await deleteIt(hospital, StudyInstanceUID)
    }

    await service.db('deleted_study').where(place).update({ state: 'purging' })
    await service.maintenance.deletedStudies.finish()
    expect((await decide(hospital, line?.quarantineId, 'acceptance')).json()).toEqual({ instances: 1, remaining: 0 })
    expect(await sopsOf(hospital, path)).toHaveLength(1)
    for (const table of ['study_correction', 'favourite', 'related_study']) expect(await service.db(table).where({ organisation_id: hospital.organisationId })).toEqual([])
    expect(await service.db('share_link_study').where({ study_instance_uid: StudyInstanceUID })).toEqual([])
    expect(await wrongCounts(service.db)).toEqual([])
  })

  test('of another organisation is not there, and the same study of another is no matter', async () => {
    const [mine, theirs] = [await aHospital(service), await aHospital(service)]
    const { strange: [instance = {}], strangers } = await aQuarantine(theirs)
    const [line] = await held(theirs)
    expect(await held(mine)).toEqual([])
    for (const decision of ['acceptance', 'deletion'] as const) expect(typeOf(await decide(mine, line?.quarantineId, decision))).toBe('no-such-quarantine')
    expect(await isHeld(theirs, valueOf(instance, '00080018'))).toEqual([{ SOPInstanceUID: valueOf(instance, '00080018'), SOPClassUID: valueOf(instance, '00080016') }])
    expect(await isHeld(mine, valueOf(instance, '00080018'))).toEqual([])
    expect((await mine.store(strangers)).statusCode).toBe(200)
    expect(await held(theirs)).toHaveLength(1)
  })
})
