/** Downloads: what is in them, who may have them, what ends them, and what a crash leaves. */
import { organisationKinds, type Download, type DownloadPage } from '@isocenter/contracts'
import { readInstance, type DicomJson } from '@isocenter/dicom'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import { join } from 'node:path'
import { deflateSync, inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessTo } from '../catalogue/search.fixture.ts'
import { builtInRoles } from '../organisations/built-in-roles.ts'
import { sweep } from '../dicomweb/index.ts'
import { anOrganisationsService, typeOf, type Method, type OrganisationsService, type TestMember } from '../organisations/service.fixture.ts'
import { aHospital } from '../sharing/sharing.fixture.ts'
import { unzipped } from '../platform/zip.fixture.ts'
import { aDownload, hasDcmtk, inFolder, run } from './downloads.fixture.ts'

let service: OrganisationsService
let now = new Date('2026-11-22T08:00:00Z')
const directBytes = 100_000
beforeAll(async () => { service = await anOrganisationsService(() => now, { DOWNLOAD_DIRECT_BYTES: String(directBytes), DOWNLOAD_KEPT_HOURS: '24', DOWNLOAD_QUOTA_BYTES: '2000000' }) })
afterAll(() => service.close())

type Hospital = Awaited<ReturnType<typeof aHospital>>
type Series = NonNullable<Parameters<typeof aStudy>[0]>['series']
async function stored(hospital: Hospital, series: Series = [{ kind: 'CT', instances: 2 }], given: DicomJson = {}) {
  const study = aStudy({ series })
  const objects = study.instances.map((instance) => bytesOf({ ...instance, ...attributes({ PatientName: 'Zhang^Wei', PatientID: 'P-4711', AccessionNumber: 'ACC-0815' }), ...given }))
  expect((await service.store(objects, { headers: hospital.headers })).statusCode).toBe(200)
  return study
}
const uidOf = (instance: DicomJson) => String(instance['00080018']?.Value?.[0])
const many = attributes({ PixelData: Buffer.alloc(60_000), Rows: 150, Columns: 200 })
/** More than is made while it is fetched. */
const large = (hospital: Hospital) => stored(hospital, [{ kind: 'CT', instances: 3 }], many)
const fetchFile = ({ call }: Pick<TestMember, 'call'>, { downloadId }: Pick<Download, 'downloadId'>, headers: Record<string, string> = {}) => call('GET', `/downloads/${downloadId}/file`, undefined, headers)
const make = () => service.downloads.makeAll(new AbortController().signal)
const keys = async () => (await Array.fromAsync(service.blobs.list('downloads/'))).map(({ key }) => key)
const trailOf = async (hospital: Hospital, action: string) => service.db('audit_event')
  .where({ organisation_id: hospital.organisationId, action })
  .orderBy('audit_event_id')
  .select<{ study_instance_uid: string | null; outcome: string; address: string | null; detail: Record<string, unknown> }[]>(
    'study_instance_uid',
    'outcome',
    'address',
    'detail',
  )

describe('a zip of studies', () => {
  test('is made while it is fetched, has a DICOMDIR, and its name and address say nothing of the patient', async () => {
    const hospital = await aHospital(service)
    const [one, two] = [await stored(hospital), await stored(hospital, [{ kind: 'MR', instances: 1 }, { kind: 'MR', instances: 2 }])]
    const download = await aDownload(hospital.doctor, [one.StudyInstanceUID, two.StudyInstanceUID])
    expect(download).toMatchObject({ state: 'ready', isBackground: false, isAnonymised: false, studies: 2, instances: 5, leftOut: 0, actions: ['fetch', 'remove'] })
    const answer = await fetchFile(hospital.doctor, download)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/zip',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-disposition': expect.stringMatching(
        /^attachment; filename="studies-2-[0-9a-f]{8}\.zip"; filename\*=UTF-8''studies-2-[0-9a-f]{8}\.zip$/,
      ),
    })
    const files = await unzipped(answer.rawPayload)
    expect([...files.keys()].sort()).toEqual([
      'DICOM/ST000001/SE000001/IM000001', 'DICOM/ST000001/SE000001/IM000002', 'DICOM/ST000002/SE000001/IM000001', 'DICOM/ST000002/SE000002/IM000001',
      'DICOM/ST000002/SE000002/IM000002', 'DICOMDIR',
    ])
    const single = await aDownload(hospital.doctor, [one.StudyInstanceUID])
    const { record_id } = (await service.db('study').where({ study_instance_uid: one.StudyInstanceUID }).first<{ record_id: string }>(service.db.raw('study_record_id(organisation_id, study_instance_uid) as record_id')))
    expect(single.fileName).toBe(`${record_id}.zip`)
    const typed = await aDownload(hospital.doctor, [one.StudyInstanceUID], { fileName: ' 张伟/头部 \u202e"CT"\n' })
    expect(typed.fileName).toBe('张伟 头部 CT.zip')
    expect((await fetchFile(hospital.doctor, typed)).headers['content-disposition']).toBe(`attachment; filename="__ __ CT.zip"; filename*=UTF-8''${encodeURIComponent('张伟 头部 CT.zip')}`)
    expect((await trailOf(hospital, 'download.request'))
      .filter(({ detail }) => detail['downloadId'] === download.downloadId)
      .map(({ study_instance_uid }) => study_instance_uid)
      .sort()).toEqual([one.StudyInstanceUID, two.StudyInstanceUID].sort())
    expect((await trailOf(hospital, 'download.fetch')).filter(({ detail }) => detail['downloadId'] === download.downloadId)).toHaveLength(2)
    expect(JSON.stringify(await trailOf(hospital, 'download.request'))).not.toContain('张伟')
  })

  test.runIf(hasDcmtk)('is read by DCMTK: the DICOMDIR by dcmftest and dcmdump, and every file it names', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital, [{ kind: 'CT', instances: 2 }, { kind: 'US', instances: 1 }])
    for (const isAnonymised of [false, true]) {
      const files = await unzipped((await fetchFile(hospital.doctor, await aDownload(hospital.doctor, [study.StudyInstanceUID], { isAnonymised }))).rawPayload)
      await inFolder(files, async (folder) => {
        expect((await run('dcmftest', [...files.keys()], { cwd: folder })).stdout).not.toContain('no:')
        const { stdout: directory } = await run('dcmdump', ['+P', 'ReferencedFileID', 'DICOMDIR'], { cwd: folder })
        const named = [...directory.matchAll(/\[(.+?)\]/g)].map(([, id = '']) => id.replaceAll('\\', '/'))
        expect(named.sort()).toEqual([...files.keys()].filter((path) => path !== 'DICOMDIR').sort())
        for (const path of named) expect((await run('dcmdump', ['+P', 'PatientName', '+P', 'SOPInstanceUID', join(folder, path)])).stdout.includes('Zhang^Wei')).toBe(!isAnonymised)
      })
    }
  })

  test('whose headers are anonymised tells nothing of the originals, whoever reads all of it', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital, [{ kind: 'CT', instances: 2 }], attributes({ PatientBirthDate: '19610203', InstitutionName: 'River Hospital', OtherPatientIDs: '110101196102030011' }))
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID], { isAnonymised: true })
    expect(download.fileName).toMatch(/^anonymised-[0-9a-f]{8}\.zip$/)
    const files = await unzipped((await fetchFile(hospital.doctor, download)).rawPayload)
    const uids = [study.StudyInstanceUID, ...study.series.map(({ SeriesInstanceUID }) => SeriesInstanceUID), ...study.instances.map(uidOf)]
    for (const [path, content] of files) {
      for (const telling of ['Zhang', 'P-4711', 'ACC-0815', '19610203', 'River Hospital', '110101196102030011', ...uids]) {
        if (content.includes(telling)) expect.unreachable(`${path} holds ${telling}`)
      }
    }
    // The same stand-ins each time it is fetched, others in another download.
    expect((await unzipped((await fetchFile(hospital.doctor, download)).rawPayload)).get('DICOM/SE000001/IM000001')).toEqual(files.get('DICOM/SE000001/IM000001'))
    const again = await unzipped((await fetchFile(hospital.doctor, await aDownload(hospital.doctor, [study.StudyInstanceUID], { isAnonymised: true }))).rawPayload)
    expect(again.get('DICOM/SE000001/IM000001')).not.toEqual(files.get('DICOM/SE000001/IM000001'))
    const { dataSet } = await readInstance(files.get('DICOM/SE000001/IM000001') ?? Buffer.alloc(0))
    expect(dataSet.elements.some(({ tag }) => tag === 0x00120062)).toBe(true)
  })

  test('leaves out series that are hidden from outside, and documents where it is anonymised, and says how many', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital, [{ kind: 'CT', instances: 2 }, { kind: 'MR', instances: 1 }])
    const hidden = study.series[1]?.SeriesInstanceUID ?? ''
    const made = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    expect((await hospital.doctor.call('PUT', `/studies/${study.StudyInstanceUID}/series/${hidden}/visibility`, { isShown: false })).statusCode).toBe(204)
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    expect(download).toMatchObject({ instances: 2, leftOut: 1 })
    for (const one of [download, made]) expect((await unzipped((await fetchFile(hospital.doctor, one)).rawPayload)).size).toBe(3)
    expect((await hospital.doctor.call('PUT', `/studies/${study.StudyInstanceUID}/series/${study.series[0]?.SeriesInstanceUID ?? ''}/visibility`, { isShown: false })).statusCode).toBe(204)
    expect(typeOf(await hospital.doctor.call('POST', '/downloads', { studies: [study.StudyInstanceUID] }))).toBe('nothing-to-download')
  })
})

/** As if the object had come with a value that no writer can write. */
async function breakOne(study: Awaited<ReturnType<typeof stored>>) {
  const SOPInstanceUID = uidOf(study.instances[1] ?? {})
  const row = await service.db('instance_metadata')
    .join('instance', 'instance.instance_key', 'instance_metadata.instance_key')
    .where({ sop_instance_uid: SOPInstanceUID })
    .first<{ instance_key: string; metadata: Buffer }>('instance.instance_key', 'metadata')
  const json = JSON.parse(inflateSync(row.metadata).toString('utf8')) as DicomJson
  const metadata = deflateSync(JSON.stringify({ ...json, '00280010': { vr: 'US', Value: ['many'] } }))
  await service.db('instance_metadata').where({ instance_key: row.instance_key }).update({ metadata })
}

test('an object that cannot be written de-identified is left out, and the zip and its download say so', async () => {
  const hospital = await aHospital(service)
  for (const isLarge of [false, true]) {
    const study = isLarge ? await large(hospital) : await stored(hospital, [{ kind: 'CT', instances: 3 }])
    await breakOne(study)
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID], { isAnonymised: true })
    expect(download).toMatchObject({ isBackground: isLarge, leftOut: 0, instances: 3 })
    await make()
    const files = await unzipped((await fetchFile(hospital.doctor, download)).rawPayload)
    expect([...files.keys()].sort()).toEqual(['DICOM/SE000001/IM000001', 'DICOM/SE000001/IM000003', 'DICOMDIR', 'LEFT-OUT.TXT'])
    const words = files.get('LEFT-OUT.TXT')?.toString('utf8') ?? ''
    expect(words).toMatch(/^1 object\(s\) could not/)
    for (const instance of study.instances) expect(words).not.toContain(uidOf(instance))
    if (isLarge) expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json()).toMatchObject({ state: 'ready', leftOut: 1, instances: 2 })
    else expect((await trailOf(hospital, 'download.fetch')).map(({ detail }) => detail['leftOut'])).toEqual([1])
    expect((await unzipped((await fetchFile(hospital.doctor, await aDownload(hospital.doctor, [(await stored(hospital)).StudyInstanceUID]))).rawPayload)).has('LEFT-OUT.TXT')).toBe(false)
  }
})

describe('who may not see identities', () => {
  test('gets headers without them, whatever he asks for', async () => {
    const hospital = await aHospital(service)
    const { StudyInstanceUID } = await stored(hospital)
    const doctor = await hospital.member('general')
    expect(await aDownload(doctor, [StudyInstanceUID])).toMatchObject({ isAnonymised: true })
    expect(typeOf(await doctor.call('POST', '/downloads', { studies: [StudyInstanceUID], isAnonymised: false }))).toBe('forbidden')
  })

  test('does not fetch what he asked for while he still could, nor is it made', async () => {
    const hospital = await aHospital(service)
    const [small, big] = [await stored(hospital), await large(hospital)]
    const person = await hospital.member('full')
    const [direct, kept] = [await aDownload(person, [small.StudyInstanceUID]), await aDownload(person, [big.StudyInstanceUID])]
    await make()
    const late = await aDownload(person, [big.StudyInstanceUID])
    const role = await service.db('role').where({ organisation_id: hospital.organisationId, built_in: 'general' }).first<{ role_id: string }>('role_id')
    await service.db('membership').where({ membership_id: person.membershipId }).update({ role_id: role.role_id })
    await make()
    for (const one of [direct, kept]) expect(typeOf(await fetchFile(person, one))).toBe('download-outdated')
    const states = (await person.call('GET', '/downloads')).json<DownloadPage>().items.map(({ downloadId, state, failure }) => [downloadId, state, failure])
    expect(states).toEqual([[late.downloadId, 'failed', 'notAllowed'], [kept.downloadId, 'outdated', undefined], [direct.downloadId, 'outdated', undefined]])
  })
})

describe('a large download', () => {
  test('is made once in the background, told of, and fetched from where a fetch was interrupted', async () => {
    const hospital = await aHospital(service)
    const study = await large(hospital)
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    expect(download).toMatchObject({ state: 'waiting', isBackground: true, actions: ['remove'] })
    expect(typeOf(await fetchFile(hospital.doctor, download))).toBe('download-not-ready')
    expect(await service.db('graphile_worker.jobs').where({ task_identifier: 'make-downloads' }).first<object | undefined>('id')).toBeDefined()
    await make()
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
    const [hiding, deleting] = [await large(hospital), await large(hospital)]
    const downloads = [await aDownload(hospital.doctor, [hiding.StudyInstanceUID]), await aDownload(hospital.doctor, [deleting.StudyInstanceUID])] as const
    await make()
    const second = await stored(hospital, [{ kind: 'CT', instances: 1 }])
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
    await make()
    expect((await fetchFile(hospital.doctor, downloads[0])).statusCode).toBe(200)
  })

  test('is outdated by what is deleted of it afterwards, however far the server that made it is ahead', async () => {
    const hospital = await aHospital(service)
    const study = await large(hospital)
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    const before = now
    now = new Date(Math.max(now.getTime(), Date.now()) + 3_600_000)
    await make()
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
    const study = await large(hospital)
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
    await make()
    expect((await hospital.doctor.call('GET', `/downloads/${died.downloadId}`)).json<Download>().state).toBe('making')
    now = new Date(now.getTime() + 31_000)
    await make()
    expect((await hospital.doctor.call('GET', `/downloads/${died.downloadId}`)).json<Download>().state).toBe('ready')
    expect((await unzipped((await fetchFile(hospital.doctor, died)).rawPayload)).size).toBe(4)
    expect((await keys()).filter((key) => !before.includes(key))).toHaveLength(1)
    expect(await keys()).not.toContain(lost)
    expect((await hospital.doctor.call('DELETE', `/downloads/${died.downloadId}`)).statusCode).toBe(204)
    expect(await keys()).toEqual(before)
  })

  test('of a study that is removed for good is not had any more, nor are its bytes kept, though the study has come again', async () => {
    const hospital = await aHospital(service)
    const study = await large(hospital)
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    await make()
    await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${study.StudyInstanceUID}`, headers: hospital.headers })
    expect((await service.store(study.instances.map((instance) => bytesOf({ ...instance, ...many, ...attributes({ PatientID: 'P-4711' }) })), { headers: hospital.headers })).statusCode).toBe(200)
    const later = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    await make()
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
    const study = await large(hospital)
    const before = await keys()
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID])
    const stopping = new AbortController()
    const making = service.downloads.makeAll(stopping.signal)
    stopping.abort()
    await making
    expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json()).toMatchObject({ state: 'waiting', doneBytes: 0 })
    expect(await keys()).toEqual(before)
    await make()
    expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json()).toMatchObject({ state: 'ready' })
  })

  test('counts against what its person may keep, and is gone with its file when its time is over', async () => {
    const hospital = await aHospital(service)
    const study = await large(hospital)
    const person = await hospital.member('full')
    for (let nth = 0; nth < 10; nth++) await aDownload(person, [study.StudyInstanceUID])
    expect(typeOf(await person.call('POST', '/downloads', { studies: [study.StudyInstanceUID] }))).toBe('download-quota-reached')
    await make()
    now = new Date(now.getTime() + 25 * 3_600_000)
    expect((await person.call('GET', '/downloads')).json()).toMatchObject({ items: [], keptBytes: 0 })
    await service.downloads.forget()
    expect(await keys()).toEqual([])
    await aDownload(person, [study.StudyInstanceUID])
  })
})

test('who asks for many at once waits, so that others do not', async () => {
  const hospital = await aHospital(service)
  const { StudyInstanceUID } = await large(hospital)
  const person = await hospital.member('full')
  await service.db.raw(`insert into download (organisation_id, account_id, kind, file_name, is_background, state, list, created_at, expires_at)
    select ?, ?, 'list', 'list', true, 'waiting', '{}', ?, ?::timestamptz + interval '1 day' from generate_series(1, 20)`, [hospital.organisationId, person.accountId, now, now])
  expect(typeOf(await person.call('POST', '/downloads', { studies: [StudyInstanceUID] }))).toBe('too-many-requests')
  await service.db('download').where({ account_id: person.accountId }).delete()
  expect(await aDownload(person, [StudyInstanceUID])).toMatchObject({ state: 'waiting' })
})

test.each([false, true])('a fetch that broke off is no fetch, and the trail says how far it came (kept: %s)', async (isKept) => {
  const hospital = await aHospital(service)
  const study = isKept ? await large(hospital) : await stored(hospital)
  const download = await aDownload(hospital.doctor, [study.StudyInstanceUID])
  if (isKept) await make()
  const gone = new AbortController()
  const file = await service.downloads.file({ accountId: hospital.doctor.accountId }, download.downloadId)
  let sentBytes = 0
  for await (const chunk of await file.read(undefined, gone.signal)) {
    sentBytes = chunk.length
    break
  }
  gone.abort()
  expect((await trailOf(hospital, 'download.fetch')).map(({ outcome, detail }) => [outcome, detail['sentBytes']])).toEqual([['failed', sentBytes]])
  expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json<Download>().fetches).toBe(0)
  await fetchFile(hospital.doctor, download)
  // Noted behind the last of its bytes, it is still known where they were asked for.
  expect((await trailOf(hospital, 'download.fetch')).map(({ outcome, address }) => [outcome, address])).toEqual([['failed', null], ['success', '127.0.0.1']])
  expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json<Download>().fetches).toBe(1)
})

test('asked about by HEAD it is neither made nor counted', async () => {
  const hospital = await aHospital(service)
  const download = await aDownload(hospital.doctor, [(await stored(hospital)).StudyInstanceUID])
  expect((await hospital.doctor.call('HEAD' as Method, `/downloads/${download.downloadId}/file`)).statusCode).toBe(405)
  expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json<Download>().fetches).toBe(0)
})

test('who is vouched for by the provider of one organisation is not told of what he keeps of another, nor kept from downloads by it', async () => {
  const [hospital, elsewhere] = [await aHospital(service), await aHospital(service)]
  const { StudyInstanceUID } = await large(hospital)
  const { accountId, call } = await hospital.member('full')
  await service.db('download').insert({
    organisation_id: elsewhere.organisationId,
    account_id: accountId,
    kind: 'list',
    file_name: 'list',
    is_background: true,
    state: 'ready',
    list: '{}',
    byte_length: 2_000_000,
    created_at: now,
    expires_at: new Date(now.getTime() + 86_400_000),
  })
  expect(typeOf(await call('POST', '/downloads', { studies: [StudyInstanceUID] }))).toBe('download-quota-reached')
  const vouchedBy = hospital.organisationId
  expect(await service.downloads.list({ accountId, vouchedBy }, {})).toMatchObject({ keptBytes: 0 })
  expect(await service.downloads.create({ ...accessTo(vouchedBy), actor: { kind: 'account', id: accountId } }, { studies: [StudyInstanceUID] }, vouchedBy)).toMatchObject({ state: 'waiting' })
})

describe('a download is its person\'s', () => {
  test('and nobody else\'s: not a colleague\'s, not another organisation\'s, and not his own once he has left', async () => {
    const [hospital, elsewhere] = [await aHospital(service), await aHospital(service)]
    const { StudyInstanceUID } = await stored(hospital)
    const person = await hospital.member('full')
    const download = await aDownload(person, [StudyInstanceUID])
    for (const other of [hospital.doctor, elsewhere.doctor]) {
      for (const [method, path] of [['GET', ''], ['GET', '/file'], ['POST', '/retry'], ['DELETE', '']] as const) {
        expect(typeOf(await other.call(method, `/downloads/${download.downloadId}${path}`))).toBe('no-such-download')
      }
      expect((await other.call('GET', '/downloads')).json<DownloadPage>().items).toEqual([])
    }
    expect(typeOf(await elsewhere.doctor.call('POST', '/downloads', { studies: [StudyInstanceUID] }))).toBe('no-such-study')
    expect(typeOf(await service.app.inject({ method: 'POST', url: '/api/downloads', headers: hospital.headers, payload: { studies: [StudyInstanceUID] } }))).toBe('forbidden')
    await service.db('membership').where({ membership_id: person.membershipId }).update({ state: 'suspended' })
    expect(typeOf(await fetchFile(person, download))).toBe('no-such-download')
  })

  test('every route of downloads and exports, by every built-in role', async () => {
    const routes: readonly (readonly [Method, string, object | undefined])[] = [
      ['POST', '/downloads', { studies: ['1.2.3'] }], ['GET', '/exports/studies/fields', undefined], ['POST', '/exports/studies', { format: 'csv', language: 'en', fields: ['study'], filter: {} }],
    ]
    for (const kind of organisationKinds) {
      const organisation = await service.organisation(kind)
      for (const { builtIn, permissions } of builtInRoles(kind)) {
        const { call } = await organisation.member(builtIn)
        for (const [method, path, body] of routes) {
          const expected = permissions.includes('study.download') ? expect.stringMatching(/^(200|201|no-such-study)$/) : 'forbidden'
          expect([kind, builtIn, path, typeOf(await call(method, path, body))]).toEqual([kind, builtIn, path, expected])
        }
        expect((await call('GET', '/downloads')).statusCode).toBe(200)
      }
    }
  })
})
