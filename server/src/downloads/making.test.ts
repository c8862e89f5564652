/** A download that is made in the background and kept: what it can be had for, what ends it, and what a crash leaves of it. */
import type { Download } from '@isocenter/contracts'
import { bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sweep } from '../dicomweb/index.ts'
import { anOrganisationsService, typeOf, type OrganisationsService } from '../organisations/service.fixture.ts'
import { unzipped } from '../platform/zip.fixture.ts'
import { aHospital } from '../sharing/sharing.fixture.ts'
import { aDownload, fetchFile, large, make, many, smallLimits, stored, uidOf } from './downloads.fixture.ts'

let service: OrganisationsService
// Beginning at the database's own time: a day behind it, a download would be over before it is made by a server that is ahead.
let now = new Date()
beforeAll(async () => { service = await anOrganisationsService(() => now, smallLimits) })
afterAll(() => service.close())

const keys = async () => (await Array.fromAsync(service.blobs.list('downloads/'))).map(({ key }) => key)

describe('a large download', () => {
  test('is made once in the background, told of, and fetched from where a fetch was interrupted', async () => {
    const hospital = await aHospital(service)
    const study = await large(service, hospital)
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    expect(download).toMatchObject({ state: 'waiting', isBackground: true, actions: ['remove'] })
    expect(typeOf(await fetchFile(hospital.doctor, download))).toBe('download-not-ready')
    expect(await service.db('graphile_worker.jobs').where({ task_identifier: 'make-downloads' }).first<object | undefined>('id')).toBeDefined()
    await make(service)
    const made = (await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json<Download>()
    expect(made).toMatchObject({ state: 'ready', doneBytes: made.byteLength, actions: ['fetch', 'remove'] })
    const whole = await fetchFile(hospital.doctor, download)
    expect(whole.headers).toMatchObject({ 'accept-ranges': 'bytes', 'content-length': String(made.byteLength) })
    expect((await unzipped(whole.rawPayload)).size).toBe(4)
    const rest = await fetchFile(hospital.doctor, download, { range: 'bytes=1000-', 'if-range': String(whole.headers.etag) })
    expect([rest.statusCode, rest.headers['content-range']]).toEqual([206, `bytes 1000-${String((made.byteLength ?? 0) - 1)}/${String(made.byteLength)}`])
    expect(rest.rawPayload).toEqual(whole.rawPayload.subarray(1000))
    const event = await service.db('notification_event').where({ event: 'download.ready', organisation_id: hospital.organisationId }).first<object>()
    expect(event).toMatchObject({ account_id: hospital.doctor.accountId, record_id: download.downloadId })
    expect(
      await service.db('live_event').where({ name: 'download.changed' }).whereRaw('? = any(account_ids)', [hospital.doctor.accountId]).select('data'),
    ).toContainEqual({ data: { organisationId: hospital.organisationId, downloadId: download.downloadId } })
  })

  test('whose studies are deleted or hidden afterwards is not given out any more, and can be made anew without them', async () => {
    const hospital = await aHospital(service)
    const [hiding, deleting] = [await large(service, hospital), await large(service, hospital)]
    const downloads = [await aDownload(hospital.doctor, [hiding.StudyInstanceUID]), await aDownload(hospital.doctor, [deleting.StudyInstanceUID])] as const
    await make(service)
    const second = await stored(service, hospital, [{ kind: 'CT', instances: 1 }])
    await service.db('hidden_series').insert({
      organisation_id: hospital.organisationId,
      study_instance_uid: hiding.StudyInstanceUID,
      series_instance_uid: second.series[0]?.SeriesInstanceUID,
      hidden_by: 'account:x',
      hidden_at: service.db.raw('clock_timestamp()'),
    })
    await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${deleting.StudyInstanceUID}`, headers: hospital.headers })
    for (const one of downloads) expect(typeOf(await fetchFile(hospital.doctor, one))).toBe('download-outdated')
    expect(typeOf(await hospital.doctor.call('POST', `/downloads/${downloads[1].downloadId}/retry`))).toBe('download-outdated')
    expect((await hospital.doctor.call('POST', `/downloads/${downloads[0].downloadId}/retry`)).json()).toMatchObject({ state: 'waiting' })
    await make(service)
    expect((await fetchFile(hospital.doctor, downloads[0])).statusCode).toBe(200)
  })

  test('is outdated by what is deleted of it afterwards, however far the server that made it is ahead', async () => {
    const hospital = await aHospital(service)
    const study = await large(service, hospital)
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    const before = now
    now = new Date(Math.max(now.getTime(), Date.now()) + 3_600_000)
    await make(service)
    now = before
    await service.app.inject({
      method: 'DELETE',
      url: `/dicom-web/studies/${study.StudyInstanceUID}/series/${study.series[0]?.SeriesInstanceUID ?? ''}/instances/${uidOf(study.instances[0] ?? {})}`,
      headers: hospital.headers,
    })
    expect(typeOf(await fetchFile(hospital.doctor, download))).toBe('download-outdated')
    expect((await hospital.doctor.call('DELETE', `/downloads/${download.downloadId}`)).statusCode).toBe(204)
  })

  test('that is removed while it is made leaves nothing, and one that died in the middle is made anew by another', async () => {
    const hospital = await aHospital(service)
    const study = await large(service, hospital)
    const before = await keys()
    const removed = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    // A server has taken it and died: half a file lies about, and nobody renews its lease.
    const died = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    const lost = `downloads/${hospital.organisationId}/2026/11/22/08/0194fdc2-fa2f-7cc0-81d3-ff12045b73c8`
    const writer = await service.blobs.create(lost)
    await writer.write(Buffer.from('half a file'))
    await writer.commit()
    await service.db('download').where({ download_id: died.downloadId }).update({
      state: 'making',
      blob_key: lost,
      lease: '00000000-0000-4000-8000-000000000000',
      leased_until: new Date(now.getTime() + 30_000),
      attempts: 1,
    })
    expect((await hospital.doctor.call('DELETE', `/downloads/${removed.downloadId}`)).statusCode).toBe(204)
    await make(service)
    expect((await hospital.doctor.call('GET', `/downloads/${died.downloadId}`)).json<Download>().state).toBe('making')
    now = new Date(now.getTime() + 31_000)
    await make(service)
    expect((await hospital.doctor.call('GET', `/downloads/${died.downloadId}`)).json<Download>().state).toBe('ready')
    expect((await unzipped((await fetchFile(hospital.doctor, died)).rawPayload)).size).toBe(4)
    expect((await keys()).filter((key) => !before.includes(key))).toHaveLength(1)
    expect(await keys()).not.toContain(lost)
    expect((await hospital.doctor.call('DELETE', `/downloads/${died.downloadId}`)).statusCode).toBe(204)
    expect(await keys()).toEqual(before)
  })

  test('of a study that is removed for good is not had any more, nor are its bytes kept, though the study has come again', async () => {
    const hospital = await aHospital(service)
    const study = await large(service, hospital)
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    await make(service)
    await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${study.StudyInstanceUID}`, headers: hospital.headers })
    expect((await service.store(study.instances.map((instance) => bytesOf({ ...instance, ...many, ...attributes({ PatientID: 'P-4711' }) })), { headers: hospital.headers })).statusCode).toBe(200)
    const later = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    await make(service)
    const { blob_key } = await service.db('download').where({ download_id: download.downloadId }).first<{ blob_key: string }>('blob_key')
    await service.db.raw(`insert into deleted_study (deleted_study_id, organisation_id, study_instance_uid, deleted_by, instances, bytes, modalities, stored_by, arrived_at, quarantine_id)
      select gen_random_uuid(), organisation_id, study_instance_uid, deleted_by, 0, 0, modalities, stored_by, arrived_at, gen_random_uuid() from deleted_study where study_instance_uid = ?`, [study.StudyInstanceUID])
    await service.maintenance.deletedStudies.purgeOlder(new Date(Date.now() + 3_600_000))
    await service.maintenance.deletedStudies.finish()
    expect(typeOf(await fetchFile(hospital.doctor, download))).toBe('download-not-ready')
    expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json()).toMatchObject({ state: 'failed', failure: 'gone', actions: ['retry', 'remove'] })
    expect(await keys()).toContain(blob_key)
    await sweep({ db: service.db, blobs: service.blobs, now: () => new Date(Date.now() + 2 * 3_600_000) })
    expect(await keys()).not.toContain(blob_key)
    // What is there now is another matter, and what was held apart from it was never in it.
    expect((await fetchFile(hospital.doctor, later)).statusCode).toBe(200)
  })

  test('waits again where the process stops in the middle, and nothing half made is left', async () => {
    const hospital = await aHospital(service)
    const study = await large(service, hospital)
    const before = await keys()
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    const stopping = new AbortController()
    const making = service.downloads.makeAll(stopping.signal)
    stopping.abort()
    await making
    expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json()).toMatchObject({ state: 'waiting', doneBytes: 0 })
    expect(await keys()).toEqual(before)
    await make(service)
    expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json()).toMatchObject({ state: 'ready' })
  })

  test('counts against what its person may keep, and is gone with its file when its time is over', async () => {
    const hospital = await aHospital(service)
    const study = await large(service, hospital)
    const person = await hospital.member('full')
    for (let nth = 0; nth < 10; nth++) await aDownload(person, [study.StudyInstanceUID])
    expect(typeOf(await person.call('POST', '/downloads', { studies: [study.StudyInstanceUID] }))).toBe('download-quota-reached')
    await make(service)
    now = new Date(now.getTime() + 25 * 3_600_000)
    expect((await person.call('GET', '/downloads')).json()).toMatchObject({ items: [], keptBytes: 0 })
    await service.downloads.forget()
    expect(await keys()).toEqual([])
    await aDownload(person, [study.StudyInstanceUID])
  })
})
