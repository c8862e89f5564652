/** What the doctor says of damage done on purpose, and what it mends. */
import { chmod, stat, writeFile } from 'node:fs/promises'
import { anInstance, aStudy, attributes, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { wrongCounts } from '../catalogue/catalogue.fixture.ts'
import { accessTo } from '../catalogue/search.fixture.ts'
import { createDb } from '../platform/db.ts'
import { aSite, counted, hourMs, log, pathOf, value, type Site } from './doctor.fixture.ts'
import { CannotExamine, examine, report } from './index.ts'

let site: Site
beforeAll(async () => { site = await aSite() })
afterAll(() => site.close())
beforeEach(() => site.empty())

test('a catalogue nobody has harmed is healthy, read to the last byte', async () => {
  await site.store(aStudy({ series: 3, instances: 4 }).instances.map((instance) => bytesOf(instance)))
  await site.store(aStudy({ kind: 'US' }).instances.map((instance) => bytesOf(instance, { transferSyntaxUID: '1.2.840.10008.1.2.5' })))
  const { json } = await site.stored({ PatientID: 'A' })
  await site.store([bytesOf({ ...json, ...attributes({ PatientID: 'B' }) })])
  const gone = await site.stored()
  await site.app.inject({ method: 'DELETE', url: `/dicom-web${pathOf(gone.json)}`, headers: await site.as('north') })

  const diagnosis = await site.look({ deep: true })
  expect(diagnosis).toMatchObject({ findings: [], isHealthy: true, examined: { studies: 3, series: 5, instances: 15, formerVersions: 1, blobs: 17, readWhole: 16 } })
  expect(report(diagnosis)).toContain('✓ Database, blobs and catalogue fit together.')
})

describe('bytes', () => {
  test('a missing blob is named by its instance and cannot be mended', async () => {
    const { json, blobKey } = await site.stored()
    await site.blobs.delete(blobKey)
    const diagnosis = await site.look({ mend: true, recover: true })
    expect(diagnosis).toMatchObject({
      isHealthy: false,
      findings: [{
        kind: 'missingBlob',
        found: 1,
        mended: 0,
        examples: [{ StudyInstanceUID: value(json, '0020000D'), SOPInstanceUID: value(json, '00080018'), version: 1, blobKey }],
      }],
    })
    expect(report(diagnosis)).toContain('✗ Stored objects whose bytes are missing: 1\n')
  })

  test('so is a former version\'s', async () => {
    const { json, blobKey } = await site.stored({ PatientID: 'A' })
    await site.store([bytesOf({ ...json, ...attributes({ PatientID: 'B' }) })])
    await site.blobs.delete(blobKey)
    expect((await site.look()).findings).toMatchObject([{ kind: 'missingBlob', found: 1, examples: [{ version: 1, blobKey }] }])
  })

  test('a blob that was cut off has the wrong length, without being read', async () => {
    const { bytes, blobKey } = await site.stored()
    await site.write(blobKey, bytes.subarray(0, -100))
    expect((await site.look()).findings).toMatchObject([{ kind: 'wrongLength', found: 1, examples: [{ byteLength: bytes.length - 100, received: bytes.length }] }])
  })

  test('what is in no study is missed as well: what may be restored, and what is held apart', async () => {
    const { json, blobKey } = await site.stored({ PatientID: 'P-1' })
    await site.store([bytesOf(anInstance({ StudyInstanceUID: value(json, '0020000D'), PatientID: 'P-2' }))])
    const apart = await site.db('quarantined_instance').first<{ blob_key: string; sop_instance_uid: string }>('blob_key', 'sop_instance_uid')
    await site.app.inject({ method: 'DELETE', url: `/dicom-web${pathOf(json)}`, headers: await site.as('north') })
    expect((await site.look({ deep: true })).findings).toEqual([])
    await site.blobs.delete(blobKey)
    await site.blobs.delete(apart.blob_key)
    await site.write(apart.blob_key, Buffer.alloc(10))
    expect((await site.look()).findings).toMatchObject([
      { kind: 'missingBlob', found: 1, examples: [{ organisationId: site.organisationId, StudyInstanceUID: value(json, '0020000D'), SOPInstanceUID: value(json, '00080018'), blobKey }] },
      { kind: 'wrongLength', found: 1, examples: [{ StudyInstanceUID: value(json, '0020000D'), SOPInstanceUID: apart.sop_instance_uid, blobKey: apart.blob_key, byteLength: 10 }] },
    ])
  })

  test('one flipped bit is found only by reading', async () => {
    const { bytes, blobKey } = await site.stored()
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(flipped.length - 10) ^ 1, flipped.length - 10)
    await site.write(blobKey, flipped)
    expect((await site.look()).isHealthy).toBe(true)
    expect(counted(await site.look({ deep: true }))).toEqual([['bytesChanged', 1, 0]])
  })

  test('many of a kind are counted, some are named', async () => {
    const { instances } = aStudy({ instances: 12 })
    await site.store(instances.map((instance) => bytesOf(instance)))
    for await (const { key } of site.blobs.list('')) await site.blobs.delete(key)
    const diagnosis = await site.look({ maxExamples: 3 })
    expect(diagnosis.findings).toMatchObject([{ kind: 'missingBlob', found: 12 }])
    expect(diagnosis.findings[0]?.examples).toHaveLength(3)
    expect(report(diagnosis)).toContain('… and 9 more')
  })
})

describe('leftovers', () => {
  test('something derived whose blob is missing is forgotten, to be made again; a derived blob without a row goes', async () => {
    const { json } = await site.stored()
    const blobKey = `derived/thumbnails/${site.organisationId}/01/1-1-1`
    const { instance_key } = await site.db('instance').where({ sop_instance_uid: value(json, '00080018') }).first<{ instance_key: string }>('instance_key')
    await site.db('thumbnail').insert({ instance_key, organisation_id: site.organisationId, version: 1, blob_key: blobKey, byte_length: 9 })
    expect(counted(await site.look())).toEqual([['lostDerived', 1, 0]])
    await site.write(blobKey, Buffer.from('thumbnail'))
    expect((await site.look()).findings).toEqual([])
    await site.blobs.delete(blobKey)
    expect(counted(await site.look({ mend: true }))).toEqual([['lostDerived', 1, 1]])
    expect(await site.db('thumbnail').where({ blob_key: blobKey })).toEqual([])

    await site.db('obsolete_blob').delete()
    await site.write(blobKey, Buffer.from('thumbnail'))
    expect(counted(await site.look({ mend: true }))).toEqual([['orphan', 1, 1]])
    expect(await site.blobs.stat(blobKey)).toBeUndefined()
  })

  test('a blob in use is taken off the list of those to be removed', async () => {
    const { blobKey } = await site.stored()
    await site.db('obsolete_blob').insert({ blob_key: blobKey, organisation_id: site.organisationId })
    expect(counted(await site.look())).toEqual([['givenUpInUse', 1, 0]])
    expect(counted(await site.look({ mend: true }))).toEqual([['givenUpInUse', 1, 1]])
    expect(await site.db('obsolete_blob')).toEqual([])
    expect(await site.blobs.stat(blobKey)).toBeDefined()
  })

  test('a given-up blob is the sweep\'s for a day, then ours', async () => {
    const { json, blobKey } = await site.stored()
    await site.app.inject({ method: 'DELETE', url: `/dicom-web${pathOf(json)}`, headers: await site.as('north') })
    expect((await site.look({ hoursLater: 48 })).findings).toEqual([]) // what is deleted can be restored
    await site.maintenance.deletedStudies.purgeOlder(new Date(Date.now() + hourMs))
    await site.maintenance.deletedStudies.finish()
    expect((await site.look()).findings).toEqual([])
    expect(counted(await site.look({ hoursLater: 48 }))).toEqual([['overdueBlob', 1, 0]])
    expect(counted(await site.look({ hoursLater: 48, mend: true }))).toEqual([['overdueBlob', 1, 1]])
    expect(await site.blobs.stat(blobKey)).toBeUndefined()
  })

  test('unfinished writes are counted, and removed when mending', async () => {
    const writer = await site.blobs.create(site.orphanKey())
    // More than a writer gathers before it begins to write.
    await writer.write(Buffer.alloc(3_000_000))
    expect(counted(await site.look())).toEqual([])
    expect(counted(await site.look({ hoursLater: 25 }))).toEqual([['unfinishedWrites', 1, 0]])
    expect(counted(await site.look({ hoursLater: 25, mend: true }))).toEqual([['unfinishedWrites', 1, 1]])
    expect((await site.look()).findings).toEqual([])
    await writer.abort()
  })
})

describe('rows', () => {
  test.each([
    ['NumberOfStudyRelatedInstances', 'update study set number_of_study_related_instances = 7'],
    ['NumberOfStudyRelatedSeries', 'update study set number_of_study_related_series = 0'],
    ['ModalitiesInStudy', `update study set modalities_in_study = '{MR}'`],
    ['ModalitiesInStudy', 'delete from study_modality'],
    ['ModalitiesInStudy', `insert into study_modality select organisation_id, 'PT', sort_key, study_key from study_modality`],
    ['ModalitiesInStudy', `update study_modality set sort_key = '19000101000000'`],
    ['SOPClassesInStudy', `update study set sop_classes_in_study = '{}'`],
  ])('a wrong %s is found and counted again: %s', async (wrong, sql) => {
    await site.store(aStudy({ series: 2, instances: 2 }).instances.map((instance) => bytesOf(instance)))
    await site.db.raw(sql)
    expect((await site.look()).findings).toMatchObject([{ kind: 'wrongStudyCounts', found: 1, mended: 0, examples: [{ wrong }] }])
    expect(await site.look({ mend: true })).toMatchObject({ isHealthy: true, findings: [{ kind: 'wrongStudyCounts', mended: 1 }] })
    expect((await site.look()).findings).toEqual([])
    expect(await wrongCounts(site.db)).toEqual([])
  })

  test('a wrong count of a series is found and counted again', async () => {
    await site.store(aStudy({ series: 2, instances: 2 }).instances.map((instance) => bytesOf(instance)))
    await site.db.raw('update series set number_of_series_related_instances = 9')
    expect(counted(await site.look({ mend: true }))).toEqual([['wrongSeriesCounts', 2, 2]])
    expect(await wrongCounts(site.db)).toEqual([])
  })

  test('what holds nothing is found and removed; the blobs of lost rows are not', async () => {
    const study = aStudy({ series: 2, instances: 1 })
    await site.store(study.instances.map((instance) => bytesOf(instance)))
    await site.db.raw('delete from instance where series_key = (select min(series_key) from series)')
    expect(counted(await site.look())).toEqual([['recoverable', 1, 0], ['wrongStudyCounts', 1, 0], ['emptySeries', 1, 0]])
    expect(counted(await site.look({ mend: true }))).toEqual([['recoverable', 1, 0], ['wrongStudyCounts', 1, 1], ['emptySeries', 1, 1]])
    await site.db('series').delete()
    expect(counted(await site.look({ mend: true }))).toEqual([['recoverable', 2, 0], ['emptyStudy', 1, 1]])
    expect(await site.look({ mend: true, recover: true })).toMatchObject({ isHealthy: true, examined: { studies: 1, series: 2 } })
  })

  test('missing metadata are made again from the bytes', async () => {
    const { json } = await site.stored()
    const metadata = async () => (await Array.fromAsync(site.catalogue.metadata(accessTo(site.organisationId), { StudyInstanceUID: value(json, '0020000D') }))).map((one) => one.json)
    const before = await metadata()
    expect(before).toHaveLength(1)
    const url = `/studies/${value(json, '0020000D')}/series/${value(json, '0020000E')}/metadata`
    await site.db('instance_metadata').delete()
    const { headers: { etag } } = await site.get(url)
    expect(counted(await site.look())).toEqual([['missingMetadata', 1, 0]])
    expect(counted(await site.look({ mend: true }))).toEqual([['missingMetadata', 1, 1]])
    expect(await metadata()).toEqual(before)
    // What was answered without it is not what there is now.
    expect((await site.get(url, { 'if-none-match': String(etag) })).statusCode).toBe(200)
  })
})

describe('settings and connections', () => {
  test('a key file that others can read, is not one, or is missing', async () => {
    await chmod(site.keysFile, 0o644)
    expect(counted(await site.look())).toEqual([['signingKeysExposed', 1, 0]])
    expect(counted(await site.look({ mend: true }))).toEqual([['signingKeysExposed', 1, 1]])
    expect((await stat(site.keysFile)).mode & 0o777).toBe(0o600)

    const signingKeysFile = `${site.keysFile}.other`
    expect(counted(await site.look({ signingKeysFile, mend: true }))).toEqual([['signingKeys', 1, 0]])
    await writeFile(signingKeysFile, '{}', { mode: 0o600 })
    expect(counted(await site.look({ signingKeysFile }))).toEqual([['signingKeys', 1, 0]])
  })

  test('a database that is not there, or not of this release, cannot be examined', async () => {
    const nowhere = createDb('postgresql://nobody@localhost/nothing?host=/nonexistent', 1)
    const options = { blobs: site.blobs, catalogue: site.catalogue, transcoding: site.transcoding, signingKeysFile: site.keysFile, now: () => new Date(), log, mend: false, recover: false, deep: false, maxExamples: 1 }
    await expect(examine({ ...options, db: nowhere })).rejects.toThrow(CannotExamine)
    await nowhere.destroy()
    const ran = await site.db('knex_migrations').delete().returning('*') as object[]
    await expect(site.look()).rejects.toThrow('lacks migrations')
    await site.db('knex_migrations').insert(ran)
  })
})

test('nothing that is said holds a patient\'s data', async () => {
  const { json, blobKey } = await site.stored({ PatientName: 'Secret^Sam', PatientID: 'SECRET-1', PatientBirthDate: '19700203' })
  await site.blobs.delete(blobKey)
  await site.write(site.orphanKey(), bytesOf(anInstance({ PatientName: 'Secret^Sue', PatientID: 'SECRET-2' })))
  await site.db('instance_metadata').delete()
  await site.db.raw('update study set number_of_study_related_series = 5')
  const diagnosis = await site.look()
  const said = `${report(diagnosis)}${JSON.stringify(diagnosis)}`
  expect(said).toContain(value(json, '00080018'))
  expect(said).not.toMatch(/secret|19700203/i)
})
