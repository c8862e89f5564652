/** What is in the zip of a download: which files, under which names, and what they tell of whom. */
import { readInstance, type DicomJson } from '@isocenter/dicom'
import { attributes } from '@isocenter/testkit/instances'
import { join } from 'node:path'
import { deflateSync, inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anOrganisationsService, typeOf, type OrganisationsService } from '../organisations/service.fixture.ts'
import { unzipped } from '../platform/zip.fixture.ts'
import { aHospital } from '../sharing/sharing.fixture.ts'
import { aDownload, fetchFile, hasDcmtk, inFolder, large, make, run, smallLimits, stored, trailOf, uidOf } from './downloads.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService(undefined, smallLimits) })
afterAll(() => service.close())

describe('a zip of studies', () => {
  test('is made while it is fetched, has a DICOMDIR, and its name and address say nothing of the patient', async () => {
    const hospital = await aHospital(service)
    const [one, two] = [await stored(service, hospital), await stored(service, hospital, [{ kind: 'MR', instances: 1 }, { kind: 'MR', instances: 2 }])]
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
    expect((await trailOf(service, hospital, 'download.request'))
      .filter(({ detail }) => detail['downloadId'] === download.downloadId)
      .map(({ study_instance_uid }) => study_instance_uid)
      .sort()).toEqual([one.StudyInstanceUID, two.StudyInstanceUID].sort())
    expect((await trailOf(service, hospital, 'download.fetch')).filter(({ detail }) => detail['downloadId'] === download.downloadId)).toHaveLength(2)
    expect(JSON.stringify(await trailOf(service, hospital, 'download.request'))).not.toContain('张伟')
  })

  test.runIf(hasDcmtk)('is read by DCMTK: the DICOMDIR by dcmftest and dcmdump, and every file it names', async () => {
    const hospital = await aHospital(service)
    const study = await stored(service, hospital, [{ kind: 'CT', instances: 2 }, { kind: 'US', instances: 1 }])
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
    const study = await stored(service, hospital, [{ kind: 'CT', instances: 2 }], attributes({ PatientBirthDate: '19610203', InstitutionName: 'River Hospital', OtherPatientIDs: '110101196102030011' }))
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
    const study = await stored(service, hospital, [{ kind: 'CT', instances: 2 }, { kind: 'MR', instances: 1 }])
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
    const study = isLarge ? await large(service, hospital) : await stored(service, hospital, [{ kind: 'CT', instances: 3 }])
    await breakOne(study)
    const download = await aDownload(hospital.doctor, [study.StudyInstanceUID], { isAnonymised: true })
    expect(download).toMatchObject({ isBackground: isLarge, leftOut: 0, instances: 3 })
    await make(service)
    const files = await unzipped((await fetchFile(hospital.doctor, download)).rawPayload)
    expect([...files.keys()].sort()).toEqual(['DICOM/SE000001/IM000001', 'DICOM/SE000001/IM000003', 'DICOMDIR', 'LEFT-OUT.TXT'])
    const words = files.get('LEFT-OUT.TXT')?.toString('utf8') ?? ''
    expect(words).toMatch(/^1 object\(s\) could not/)
    for (const instance of study.instances) expect(words).not.toContain(uidOf(instance))
    if (isLarge) expect((await hospital.doctor.call('GET', `/downloads/${download.downloadId}`)).json()).toMatchObject({ state: 'ready', leftOut: 1, instances: 2 })
    else expect((await trailOf(service, hospital, 'download.fetch')).map(({ detail }) => detail['leftOut'])).toEqual([1])
    expect((await unzipped((await fetchFile(hospital.doctor, await aDownload(hospital.doctor, [(await stored(service, hospital)).StudyInstanceUID]))).rawPayload)).has('LEFT-OUT.TXT')).toBe(false)
  }
})
