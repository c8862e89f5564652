/** Locks, deletions, restorations and purges, through the API. */
import type { Purge, PurgePage, StudyDeletion, StudyLock } from '@isocenter/contracts'
import { bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wrongCounts } from '../catalogue/catalogue.fixture.ts'
import { sweep } from '../dicomweb/index.ts'
import { anOrganisationsService, typeOf, type OrganisationsService } from '../organisations/service.fixture.ts'
import { aHospital, deleted, deleteIt, restore, sopsOf, stored, valueOf } from './maintenance.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(async () => {
  // Everything these tests asked for and were given stands in the trail.
  expect(service.unaudited()).toEqual([])
  await service.close()
})

describe('a lock', () => {
  test('keeps a study from being deleted, and is taken off by who set it or by an administrator', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID } = await stored(hospital)
    const other = await hospital.member('general')
    const lock = (await hospital.doctor.call('PUT', `/studies/${StudyInstanceUID}/lock`)).json<StudyLock>()
    expect(lock).toMatchObject({ StudyInstanceUID, lockedBy: { actor: `account:${hospital.doctor.accountId}` }, actions: ['unlock'] })
    expect((await other.call('POST', '/study-locks/search', { studies: [StudyInstanceUID, '1.2.3'] })).json()).toMatchObject({ items: [{ StudyInstanceUID, actions: [] }] })
    expect(typeOf(await deleteIt(hospital, StudyInstanceUID))).toBe('study-locked')
    expect((await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${StudyInstanceUID}`, headers: hospital.headers })).statusCode).toBe(409)
    expect(typeOf(await other.call('DELETE', `/studies/${StudyInstanceUID}/lock`))).toBe('not-your-lock')
    expect((await hospital.administrator.call('DELETE', `/studies/${StudyInstanceUID}/lock`)).statusCode).toBe(204)
    expect(typeOf(await hospital.doctor.call('DELETE', `/studies/${StudyInstanceUID}/lock`))).toBe('no-such-lock')
    expect((await deleteIt(hospital, StudyInstanceUID)).statusCode).toBe(200)
    expect(typeOf(await hospital.doctor.call('PUT', `/studies/${StudyInstanceUID}/lock`))).toBe('no-such-study')
    expect(await service.db('audit_event')
      .where({ study_instance_uid: StudyInstanceUID })
      .whereIn('action', ['study.lock', 'study.unlock'])
      .orderBy('audit_event_id')
      .pluck('action')).toEqual(['study.lock', 'study.unlock'])
  })
})

describe('a deletion', () => {
  test('hides the study, is listed with its reason, and restored byte for byte with counts and feed', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital)
    const before = (await hospital.get(study.path.replace('/studies/', '/studies?StudyInstanceUID='))).json<object[]>()
    const { deletedStudyId, instances } = (await deleteIt(hospital, study.StudyInstanceUID)).json<StudyDeletion>()
    expect(instances).toBe(3)
    expect((await hospital.get(study.path)).statusCode).toBe(410)
    const [line] = await deleted(hospital)
    expect(line).toMatchObject({
      deletedStudyId, StudyInstanceUID: study.StudyInstanceUID, instances: 3, bytes: study.bytes, state: 'deleted', reason: 'wrong patient', deletedBy: { actor: `account:${hospital.administrator.accountId}` },
      ModalitiesInStudy: ['CT', 'MR'], actions: ['restore'], isPurgeRequested: false,
    })
    expect((await restore(hospital, String(deletedStudyId))).json()).toMatchObject({ state: 'restored', notRestored: 0, actions: [] })
    expect((await hospital.get(study.path.replace('/studies/', '/studies?StudyInstanceUID='))).json<object[]>()).toEqual(before)
    expect(await sopsOf(hospital, study.path)).toEqual(study.instances.map((instance) => valueOf(instance, '00080018')).sort())
    for (const [nth, instance] of study.instances.entries()) {
      const answer = await service.app.inject({
        url: `/dicom-web${study.path}/series/${valueOf(instance, '0020000E')}/instances/${valueOf(instance, '00080018')}`,
        headers: { ...hospital.headers, accept: 'application/dicom; transfer-syntax=*' },
      })
      expect(answer.rawPayload.equals(study.objects[nth] ?? Buffer.alloc(0))).toBe(true)
    }
    expect(await hospital.feedOf(study.StudyInstanceUID)).toEqual(['created', 'created', 'created', 'deleted', 'created', 'created', 'created'])
    expect(await wrongCounts(service.db)).toEqual([])
    expect(await service.db('deleted_instance').where({ deleted_study_id: deletedStudyId })).toEqual([])
    expect(await service.db('audit_event').where({ organisation_id: hospital.organisationId, action: 'study.restore' }).first<object>())
      .toMatchObject({ actor: `account:${hospital.administrator.accountId}`, occurrences: 3, detail: { reason: 'it was right', bytes: study.bytes, notRestored: 0 } })
    expect(typeOf(await restore(hospital, String(deletedStudyId)))).toBe('deleted-study-busy')
  })

  test('of one series, restored while the study has gone on', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital)
    const [series] = study.series
    await service.app.inject({ method: 'DELETE', url: `/dicom-web${study.path}/series/${String(series?.SeriesInstanceUID)}`, headers: hospital.headers })
    const [line] = await deleted(hospital)
    expect(line).toMatchObject({ SeriesInstanceUID: series?.SeriesInstanceUID, instances: 2 })
    await restore(hospital, String(line?.deletedStudyId))
    expect(await sopsOf(hospital, study.path)).toHaveLength(3)
    expect(await wrongCounts(service.db)).toEqual([])
  })

  test('what was stored again since stays as it is, and the rest comes back', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital, { instances: 3 })
    await deleteIt(hospital, study.StudyInstanceUID)
    await hospital.store(study.objects.slice(0, 1))
    const [line] = await deleted(hospital)
    expect((await restore(hospital, String(line?.deletedStudyId))).json()).toMatchObject({ state: 'deleted', notRestored: 1, instances: 1, actions: ['restore'] })
    expect(await sopsOf(hospital, study.path)).toHaveLength(3)
    expect(await wrongCounts(service.db)).toEqual([])
  })

  test('former versions come back with their numbers and moments', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital, { instances: 1 })
    const [instance = {}] = study.instances
    await hospital.store([bytesOf({ ...instance, '00204000': { vr: 'LT', Value: ['corrected'] } })])
    const versions = () => service.db('instance')
      .leftJoin('instance_version as former', 'former.instance_key', 'instance.instance_key')
      .where({ 'instance.organisation_id': hospital.organisationId, sop_instance_uid: valueOf(instance, '00080018') })
      .select('instance.version', 'instance.stored_at', 'instance.blob_key', 'former.version as former', 'former.blob_key as former_blob', 'former.stored_at as former_stored_at', 'superseded_at')
    const before = await versions()
    expect(before).toMatchObject([{ version: 2, former: 1 }])
    await deleteIt(hospital, study.StudyInstanceUID)
    const [line] = await deleted(hospital)
    await restore(hospital, String(line?.deletedStudyId))
    expect(await versions()).toEqual(before)
  })

  test('a restoration another process began is ended by whoever comes next', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital, { instances: 2 })
    await deleteIt(hospital, study.StudyInstanceUID)
    await service.db('deleted_study').where({ study_instance_uid: study.StudyInstanceUID }).update({ state: 'restoring', restored_by: `account:${hospital.administrator.accountId}` })
    await Promise.all([service.maintenance.deletedStudies.finish(), service.maintenance.deletedStudies.finish()])
    expect(await sopsOf(hospital, study.path)).toHaveLength(2)
    expect(await service.db('audit_event').where({ study_instance_uid: study.StudyInstanceUID, action: 'study.restore' })).toHaveLength(1)
    expect(await wrongCounts(service.db)).toEqual([])
  })

  test("of another organisation is not there", async () => {
    const [mine, theirs] = [await aHospital(service), await aHospital(service)]
    const study = await stored(theirs, { instances: 1 })
    const { deletedStudyId } = (await deleteIt(theirs, study.StudyInstanceUID)).json<StudyDeletion>()
    expect(await deleted(mine)).toEqual([])
    expect(typeOf(await restore(mine, String(deletedStudyId)))).toBe('no-such-deleted-study')
    expect((await mine.doctor.call('GET', '/deleted-studies')).statusCode).toBe(403)
    expect(typeOf(await mine.doctor.call('PUT', `/studies/${study.StudyInstanceUID}/lock`))).toBe('no-such-study')
  })
})

describe('removal for good', () => {
  async function operators() {
    const platform = await service.organisation('platform')
    return { platform, first: await platform.member('full'), second: await platform.member('full') }
  }

  test('takes two people; then blobs go with the next sweep, and nothing of the patient is left in the list', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital, { instances: 2 })
    const { deletedStudyId = '' } = (await deleteIt(hospital, study.StudyInstanceUID)).json<StudyDeletion>()
    const { first, second } = await operators()
    const seen = (await first.call('GET', `/operator/deleted-studies?organisationId=${hospital.organisationId}`)).body
    expect(seen).toContain(deletedStudyId)
    expect(seen).not.toMatch(/Patient|Accession|Description/)
    const { purgeId } = (await first.call('POST', '/operator/purges', { deletedStudyIds: [deletedStudyId], reason: 'asked for by the patient' })).json<Purge>()
    expect(typeOf(await first.call('POST', `/operator/purges/${purgeId}/approval`))).toBe('second-person-needed')
    expect(typeOf(await second.call('DELETE', `/operator/purges/${purgeId}`))).toBe('second-person-needed')
    expect(typeOf(await second.call('POST', '/operator/purges', { deletedStudyIds: [deletedStudyId], reason: 'again' }))).toBe('deleted-study-busy')
    expect((await second.call('GET', '/operator/purges')).json<PurgePage>().items[0]).toMatchObject({ purgeId, actions: ['approve', 'decline'], studies: 1, instances: 2, bytes: study.bytes })
    expect((await second.call('POST', `/operator/purges/${purgeId}/approval`)).json()).toMatchObject({ state: 'approved', actions: [] })
    expect(typeOf(await restore(hospital, deletedStudyId))).toBe('deleted-study-busy')
    const blobKeys = await service.db('deleted_instance').where({ deleted_study_id: deletedStudyId }).pluck<string[]>('blob_key')
    await service.maintenance.deletedStudies.finish()
    expect(await deleted(hospital)).toMatchObject([{ state: 'purged', actions: [] }])
    expect(JSON.stringify(await deleted(hospital))).not.toMatch(/Patient(Name|ID)/)
    await service.db('obsolete_blob').whereIn('blob_key', blobKeys).update({ since: new Date(Date.now() - 2 * 60 * 60_000) })
    for (const blobKey of blobKeys) expect(await service.blobs.stat(blobKey)).toBeDefined()
    await sweep({ db: service.db, blobs: service.blobs, now: () => new Date() })
    for (const blobKey of blobKeys) expect(await service.blobs.stat(blobKey)).toBeUndefined()
    const trail = await service.db('audit_event').where({ organisation_id: hospital.organisationId }).whereIn('action', ['study.purge-request', 'study.purge']).orderBy('audit_event_id')
      .select<{ action: string; actor: string; detail: { change?: string; reason?: string } }[]>('action', 'actor', 'detail')
    expect(trail.map(({ action, actor, detail }) => [action, actor, detail.change ?? detail.reason])).toEqual([
      ['study.purge-request', `account:${first.accountId}`, 'requested'], ['study.purge-request', `account:${second.accountId}`, 'approved'], ['study.purge', `account:${second.accountId}`, 'asked for by the patient'],
    ])
  })

  test('declined or withdrawn, the data can still be restored; restored, it cannot be purged any more', async () => {
    const hospital = await aHospital(service)
    const { first, second } = await operators()
    const study = await stored(hospital, { instances: 1 })
    const { deletedStudyId = '' } = (await deleteIt(hospital, study.StudyInstanceUID)).json<StudyDeletion>()
    const ask = async () => (await first.call('POST', '/operator/purges', { deletedStudyIds: [deletedStudyId], reason: 'room' })).json<Purge>().purgeId
    expect((await second.call('POST', `/operator/purges/${await ask()}/declination`, { reason: 'no' })).json()).toMatchObject({ state: 'declined' })
    expect((await first.call('DELETE', `/operator/purges/${await ask()}`)).json()).toMatchObject({ state: 'withdrawn' })
    const third = await ask()
    expect((await deleted(hospital))[0]?.isPurgeRequested).toBe(true)
    await restore(hospital, deletedStudyId)
    await second.call('POST', `/operator/purges/${third}/approval`)
    await service.maintenance.deletedStudies.finish()
    expect((await hospital.get(study.path)).statusCode).toBe(200)
  })

  test('a token is no person, and administrators of a hospital are no operators', async () => {
    const hospital = await aHospital(service)
    const request = { deletedStudyIds: ['00000000-0000-4000-8000-000000000000'], reason: 'x' }
    expect(typeOf(await service.app.inject({ method: 'POST', url: '/api/operator/purges', payload: request, headers: await service.as('north') }))).toBe('second-person-needed')
    expect((await hospital.administrator.call('POST', '/operator/purges', request)).statusCode).toBe(403)
  })

  test('what is old goes by itself only where that is set, and what somebody asked to be purged waits for the second person', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital, { instances: 1 })
    const { deletedStudyId } = (await deleteIt(hospital, study.StudyInstanceUID)).json<StudyDeletion>()
    await service.db('deleted_study').where({ deleted_study_id: deletedStudyId }).update({ deleted_at: new Date(Date.now() - 40 * 86_400_000) })
    expect(await service.maintenance.deletedStudies.purgeOlder(new Date(Date.now() - 50 * 86_400_000))).toBe(0)
    expect(await service.maintenance.deletedStudies.purgeOlder(new Date(Date.now() - 30 * 86_400_000))).toBe(1)
    await service.maintenance.deletedStudies.finish()
    expect(await service.db('audit_event').where({ organisation_id: hospital.organisationId, action: 'study.purge' }).first<object>()).toMatchObject({ actor: 'command:retention' })
  })
})

describe('a device', () => {
  test('goes with what it made, once the number of studies is confirmed and none is locked; what others made stays', async () => {
    const hospital = await aHospital(service)
    const station = 'CT-EAST-1'
    const { deviceId } = (await hospital.administrator.call('POST', '/devices', { name: 'CT east', type: 'CT', stationName: station })).json<{ deviceId: string }>()
    const made = await stored(hospital, { instances: 1, StationName: station })
    const others = await stored(hospital, { instances: 1, StationName: 'MR-1' })
    const confirm = (studies: number) => hospital.administrator.call('POST', `/devices/${deviceId}/deletion`, { reason: 'sold', studies })
    await hospital.doctor.call('PUT', `/studies/${made.StudyInstanceUID}/lock`)
    expect((await hospital.administrator.call('GET', `/devices/${deviceId}/deletion`)).json()).toEqual({ studies: 1, instances: 1, locked: 1, isMatchedBy: ['stationName'] })
    expect(typeOf(await confirm(1))).toBe('device-has-locked-studies')
    await hospital.doctor.call('DELETE', `/studies/${made.StudyInstanceUID}/lock`)
    expect(typeOf(await confirm(2))).toBe('count-differs')
    expect((await confirm(1)).statusCode).toBe(202)
    expect((await hospital.administrator.call('GET', `/devices/${deviceId}`)).statusCode).toBe(404)
    await service.maintenance.devices.finish()
    expect((await hospital.get(made.path)).statusCode).toBe(410)
    expect((await hospital.get(others.path)).statusCode).toBe(200)
    const [line] = await deleted(hospital)
    expect(line).toMatchObject({ reason: 'sold', StudyInstanceUID: made.StudyInstanceUID })
    await restore(hospital, String(line?.deletedStudyId))
    expect((await hospital.get(made.path)).statusCode).toBe(200)
    // Its name is free again.
    expect((await hospital.administrator.call('POST', '/devices', { name: 'CT east', type: 'CT' })).statusCode).toBe(201)
  })
})
