/** What the doctor says of damage done on purpose, and what it mends. */
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, attributes, bytesOf } from '@isocenter/testkit'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createCatalogue, formCandidates, organisationBySlug, type Catalogue } from '../catalogue/index.ts'
import { accessTo } from '../catalogue/search.fixture.ts'
import { wrongCounts } from '../catalogue/catalogue.fixture.ts'
import { ingest } from '../dicomweb/stow/ingest.ts'
import { aService, type TestService } from '../dicomweb/service.fixture.ts'
import { loadSigningKeys } from '../identity/index.ts'
import { createMetrics } from '../platform/metrics.ts'
import { newBlobKey, newUploadBlobKey } from '../storage/index.ts'
import { createDb } from '../platform/db.ts'
import { sweep } from '../dicomweb/index.ts'
import { recompress } from '../recompression/change-form.ts'
import { createTranscoding, type Transcoding } from '../transcoding/index.ts'
import { CannotExamine, examine, report, type Diagnosis } from './index.ts'

const hourMs = 3_600_000

let service: TestService
let catalogue: Catalogue
let transcoding: Transcoding
let folder: string
let signingKeysFile: string
let organisationId: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-doctor-'))
  signingKeysFile = join(folder, 'keys.json')
  await loadSigningKeys(signingKeysFile)
  service = await aService()
  catalogue = createCatalogue({ db: service.db })
  transcoding = createTranscoding({ blobs: service.blobs, threads: 1, timeoutMs: 30_000, cacheBytes: 0 })
  organisationId = (await organisationBySlug(service.db, 'north'))?.organisationId ?? ''
})
afterAll(async () => {
  await catalogue.close()
  await transcoding.close()
  await service.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  for (const table of ['study', 'deletion', 'deleted_instance', 'deleted_study', 'obsolete_blob']) await service.db(table).delete()
  for await (const { key } of service.blobs.list('')) await service.blobs.delete(key)
})

const value = (json: DicomJson, tag: string) => String(json[tag]?.Value?.[0])
const pathOf = (json: DicomJson) => `/studies/${value(json, '0020000D')}/series/${value(json, '0020000E')}/instances/${value(json, '00080018')}`

/** Looks, two hours later, so that nothing is too young to be judged. */
const look = (options: { mend?: boolean; recover?: boolean; deep?: boolean; hoursLater?: number; maxExamples?: number } = {}): Promise<Diagnosis> => examine({
  db: service.db, blobs: service.blobs, catalogue, transcoding, signingKeysFile,
  now: () => new Date(Date.now() + (options.hoursLater ?? 2) * hourMs),
  log,
  mend: options.mend ?? false, recover: options.recover ?? false, deep: options.deep ?? false, maxExamples: options.maxExamples ?? 10,
})

/** Kinds and numbers alone. */
const counted = ({ findings }: Diagnosis) => findings.map(({ kind, found, mended }) => [kind, found, mended])

const log = pino({ level: 'silent' })
const metrics = createMetrics()

/** Stores by the way every object comes, but without what a server goes on to do by itself afterwards (thumbnails). */
async function store(objects: readonly Uint8Array[]): Promise<void> {
  const parts = async function* () {
    for (const object of objects) yield { claimsDicom: true, body: (async function* () { yield object })() }
  }
  const { results } = await ingest(parts(), { blobs: service.blobs, catalogue, metrics, log, access: accessTo(organisationId), StudyInstanceUID: undefined, maxInstanceBytes: 1e9, fallbackCharset: undefined })
  expect(results.filter(({ kind }) => kind !== 'stored')).toEqual([])
}

async function stored(input: Parameters<typeof anInstance>[0] = {}): Promise<{ json: DicomJson; bytes: Buffer; blobKey: string }> {
  const json = anInstance(input)
  const bytes = Buffer.from(bytesOf(json))
  await store([bytes])
  return { json, bytes, blobKey: await blobKeyOf(json) }
}

const blobKeyOf = async (json: DicomJson) =>
  (await service.db('instance').where({ sop_instance_uid: value(json, '00080018') }).first<{ blob_key: string }>('blob_key')).blob_key

async function write(key: string, bytes: Uint8Array): Promise<string> {
  const writer = await service.blobs.create(key)
  await writer.write(bytes)
  await writer.commit()
  return key
}

const orphanKey = () => newBlobKey(organisationId, new Date())

test('a catalogue nobody has harmed is healthy, read to the last byte', async () => {
  await store(aStudy({ series: 3, instances: 4 }).instances.map((instance) => bytesOf(instance)))
  await store(aStudy({ kind: 'US' }).instances.map((instance) => bytesOf(instance, { transferSyntaxUID: '1.2.840.10008.1.2.5' })))
  const { json } = await stored({ PatientID: 'A' })
  await store([bytesOf({ ...json, ...attributes({ PatientID: 'B' }) })])
  const gone = await stored()
  await service.app.inject({ method: 'DELETE', url: `/dicom-web${pathOf(gone.json)}`, headers: await service.as('north') })

  const diagnosis = await look({ deep: true })
  expect(diagnosis).toMatchObject({ findings: [], isHealthy: true, examined: { studies: 3, series: 5, instances: 15, formerVersions: 1, blobs: 17, readWhole: 16 } })
  expect(report(diagnosis)).toContain('✓ Database, blobs and catalogue fit together.')
})

test('pieces of an upload on its way are no orphans; one of an upload that is over is, and goes', async () => {
  const headers = { ...await service.as('north'), 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' }
  const created = await service.app.inject({ method: 'POST', url: '/api/uploads', headers: { ...headers, 'upload-length': '100' }, payload: Buffer.alloc(50) })
  expect(created.statusCode).toBe(201)
  expect(counted(await look({ mend: true, deep: true }))).toEqual([])
  expect((await service.app.inject({ method: 'HEAD', url: String(created.headers.location), headers })).headers['upload-offset']).toBe('50')

  const forgotten = await write(newUploadBlobKey(organisationId, new Date()), Buffer.alloc(10))
  expect(counted(await look({ mend: true }))).toEqual([['orphan', 1, 1]])
  expect(await service.blobs.stat(forgotten)).toBeUndefined()
  await service.db('upload').delete()
})

describe('bytes', () => {
  test('a missing blob is named by its instance and cannot be mended', async () => {
    const { json, blobKey } = await stored()
    await service.blobs.delete(blobKey)
    const diagnosis = await look({ mend: true, recover: true })
    expect(diagnosis).toMatchObject({ isHealthy: false, findings: [{ kind: 'missingBlob', found: 1, mended: 0, examples: [{ StudyInstanceUID: value(json, '0020000D'), SOPInstanceUID: value(json, '00080018'), version: 1, blobKey }] }] })
    expect(report(diagnosis)).toContain('✗ Stored objects whose bytes are missing: 1\n')
  })

  test('so is a former version\'s', async () => {
    const { json, blobKey } = await stored({ PatientID: 'A' })
    await store([bytesOf({ ...json, ...attributes({ PatientID: 'B' }) })])
    await service.blobs.delete(blobKey)
    expect((await look()).findings).toMatchObject([{ kind: 'missingBlob', found: 1, examples: [{ version: 1, blobKey }] }])
  })

  test('a blob that was cut off has the wrong length, without being read', async () => {
    const { bytes, blobKey } = await stored()
    await write(blobKey, bytes.subarray(0, -100))
    expect((await look()).findings).toMatchObject([{ kind: 'wrongLength', found: 1, examples: [{ byteLength: bytes.length - 100, received: bytes.length }] }])
  })

  test('one flipped bit is found only by reading', async () => {
    const { bytes, blobKey } = await stored()
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(flipped.length - 10) ^ 1, flipped.length - 10)
    await write(blobKey, flipped)
    expect((await look()).isHealthy).toBe(true)
    expect(counted(await look({ deep: true }))).toEqual([['bytesChanged', 1, 0]])
  })

  test('many of a kind are counted, some are named', async () => {
    const { instances } = aStudy({ instances: 12 })
    await store(instances.map((instance) => bytesOf(instance)))
    for await (const { key } of service.blobs.list('')) await service.blobs.delete(key)
    const diagnosis = await look({ maxExamples: 3 })
    expect(diagnosis.findings).toMatchObject([{ kind: 'missingBlob', found: 12 }])
    expect(diagnosis.findings[0]?.examples).toHaveLength(3)
    expect(report(diagnosis)).toContain('… and 9 more')
  })
})

describe('blobs no row names', () => {
  test('one that might still be on its way is left alone', async () => {
    await write(orphanKey(), bytesOf(anInstance()))
    expect((await look({ hoursLater: 0.5, mend: true, recover: true })).findings).toEqual([])
  })

  test('what is no DICOM object, or is stored or deleted anyway, is removed when mending', async () => {
    const kept = await stored()
    const deleted = await stored()
    await service.app.inject({ method: 'DELETE', url: `/dicom-web${pathOf(deleted.json)}`, headers: await service.as('north') })
    const orphans = [await write(orphanKey(), kept.bytes), await write(orphanKey(), deleted.bytes), await write(orphanKey(), Buffer.from('no DICOM object '.repeat(40)))]
    expect(counted(await look())).toEqual([['orphan', 3, 0]])
    expect(await look({ mend: true })).toMatchObject({ isHealthy: true, findings: [{ kind: 'orphan', found: 3, mended: 3 }] })
    for (const key of orphans) expect(await service.blobs.stat(key)).toBeUndefined()
    expect(counted(await look({ deep: true }))).toEqual([])
    expect((await service.get(pathOf(deleted.json))).statusCode).toBe(410)
  })

  test('an object the catalogue does not know survives mending, and is stored again when asked for', async () => {
    const json = anInstance()
    const bytes = Buffer.from(bytesOf(json))
    const orphan = await write(orphanKey(), bytes)
    expect(counted(await look({ mend: true }))).toEqual([['recoverable', 1, 0]])
    expect(await service.blobs.stat(orphan)).toBeDefined()

    expect(await look({ mend: true, recover: true })).toMatchObject({ isHealthy: true, findings: [{ kind: 'recoverable', found: 1, mended: 1 }], examined: { studies: 1 } })
    const retrieved = await service.get(pathOf(json), { accept: 'application/dicom; transfer-syntax=*' })
    expect(retrieved.rawPayload.equals(bytes)).toBe(true)
    expect(await service.blobs.stat(orphan)).toBeUndefined()
    expect(await service.db('audit_event').where({ study_instance_uid: value(json, '0020000D') }).pluck('actor')).toContain('command:doctor')
    expect((await look({ deep: true })).findings).toEqual([])
  })

  test('a correction the database is older than survives mending, and is the current version again when asked for', async () => {
    const { json, bytes } = await stored({ PatientID: 'A' })
    const corrected = Buffer.from(bytesOf({ ...json, ...attributes({ PatientID: 'B' }) }))
    const orphan = await write(orphanKey(), corrected)
    expect(counted(await look({ mend: true }))).toEqual([['recoverable', 1, 0]])
    expect(await service.blobs.stat(orphan)).toBeDefined()
    const asStored = { accept: 'application/dicom; transfer-syntax=*' }
    expect((await service.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)

    expect(await look({ mend: true, recover: true })).toMatchObject({ isHealthy: true, findings: [{ kind: 'recoverable', found: 1, mended: 1 }] })
    expect((await service.get(pathOf(json), asStored)).rawPayload.equals(corrected)).toBe(true)
    expect(await service.blobs.stat(orphan)).toBeUndefined()
  })

  test('a whole lost catalogue comes back out of its blobs', async () => {
    const { instances } = aStudy({ series: 2, instances: 3 })
    await store(instances.map((instance) => bytesOf(instance)))
    await service.db('study').delete()
    expect(await look({ mend: true, recover: true })).toMatchObject({ isHealthy: true, findings: [{ kind: 'recoverable', found: 6, mended: 6 }] })
    for (const instance of instances) expect((await service.get(pathOf(instance))).statusCode).toBe(200)
  })

  test('the bytes a lost instance needs are given back to it, other bytes of it are kept for people to compare', async () => {
    const { json, bytes, blobKey } = await stored({ PatientID: 'A' })
    await service.blobs.delete(blobKey)
    const other = await write(orphanKey(), bytesOf({ ...json, ...attributes({ PatientID: 'B' }) }))
    expect(counted(await look({ mend: true, recover: true }))).toEqual([['missingBlob', 1, 0], ['copyOfLost', 1, 0]])
    expect(await service.blobs.stat(other)).toBeDefined()

    await write(orphanKey(), bytes)
    expect(counted(await look({ mend: true }))).toContainEqual(['misplacedBlob', 1, 1])
    expect((await service.get(pathOf(json), { accept: 'application/dicom; transfer-syntax=*' })).rawPayload.equals(bytes)).toBe(true)
  })

  test.each(['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'])('what was compressed of %s after the database was backed up gives back the very bytes that were received', async (transferSyntaxUID) => {
    const PixelData = Buffer.from(Uint16Array.from({ length: 64 * 48 }, (_, index) => index % 48).buffer)
    const json = anInstance({ kind: 'CT', Rows: 64, Columns: 48, PixelData, PatientName: '王^小东' })
    const bytes = Buffer.from(bytesOf(json, { transferSyntaxUID }))
    await store([bytes])
    const { instance_key: _key, ...instance } = await service.db('instance').first<{ instance_key: string }>()
    const metadata = await service.db('instance_metadata').first<object>()
    const [candidate] = await formCandidates(service.db, { organisationId, modalities: undefined, sopClasses: undefined, transferSyntaxes: [transferSyntaxUID], storedBefore: new Date('2999-01-01') }, '0', '9000000000000000000', 1)
    expect(candidate && await recompress({ db: service.db, blobs: service.blobs, transcoding }, candidate, new AbortController().signal)).toMatchObject({ kind: 'changed' })
    await sweep({ db: service.db, blobs: service.blobs, now: () => new Date(Date.now() + 2 * hourMs) })
    await service.db('instance').update(instance)
    await service.db('instance_metadata').update(metadata)
    for (const table of ['recompressed', 'obsolete_blob']) await service.db(table).delete()

    expect(counted(await look({ mend: true }))).toEqual([['missingBlob', 1, 0], ['copyOfLost', 1, 0]])
    expect(counted(await look({ mend: true, recover: true }))).toEqual([['missingBlob', 1, 0], ['copyOfLost', 1, 1]])
    expect(Buffer.concat(await Array.fromAsync(await service.blobs.read(await blobKeyOf(json)) as AsyncIterable<Buffer>)).equals(bytes)).toBe(true)
    expect(await look({ deep: true })).toMatchObject({ findings: [], examined: { blobs: 1, readWhole: 1 } })
  })

  test('what is not of our making is named and never touched', async () => {
    const keys = [await write('readme.txt', Buffer.from('hello')), await write(newBlobKey('999', new Date()), bytesOf(anInstance()))]
    expect(counted(await look({ mend: true, recover: true }))).toEqual([['foreignBlob', 2, 0]])
    for (const key of keys) expect(await service.blobs.stat(key)).toBeDefined()
  })
})

describe('leftovers', () => {
  test('something derived whose blob is missing is forgotten, to be made again; a derived blob without a row goes', async () => {
    const { json } = await stored()
    const blobKey = `derived/thumbnails/${organisationId}/01/1-1-1`
    const { instance_key } = await service.db('instance').where({ sop_instance_uid: value(json, '00080018') }).first<{ instance_key: string }>('instance_key')
    await service.db('thumbnail').insert({ instance_key, organisation_id: organisationId, version: 1, blob_key: blobKey, byte_length: 9 })
    expect(counted(await look())).toEqual([['lostDerived', 1, 0]])
    await write(blobKey, Buffer.from('thumbnail'))
    expect((await look()).findings).toEqual([])
    await service.blobs.delete(blobKey)
    expect(counted(await look({ mend: true }))).toEqual([['lostDerived', 1, 1]])
    expect(await service.db('thumbnail').where({ blob_key: blobKey })).toEqual([])

    await service.db('obsolete_blob').delete()
    await write(blobKey, Buffer.from('thumbnail'))
    expect(counted(await look({ mend: true }))).toEqual([['orphan', 1, 1]])
    expect(await service.blobs.stat(blobKey)).toBeUndefined()
  })

  test('a blob in use is taken off the list of those to be removed', async () => {
    const { blobKey } = await stored()
    await service.db('obsolete_blob').insert({ blob_key: blobKey, organisation_id: organisationId })
    expect(counted(await look())).toEqual([['givenUpInUse', 1, 0]])
    expect(counted(await look({ mend: true }))).toEqual([['givenUpInUse', 1, 1]])
    expect(await service.db('obsolete_blob')).toEqual([])
    expect(await service.blobs.stat(blobKey)).toBeDefined()
  })

  test('a given-up blob is the sweep\'s for a day, then ours', async () => {
    const { json, blobKey } = await stored()
    await service.app.inject({ method: 'DELETE', url: `/dicom-web${pathOf(json)}`, headers: await service.as('north') })
    expect((await look({ hoursLater: 48 })).findings).toEqual([]) // what is deleted can be restored
    await service.maintenance.deletedStudies.purgeOlder(new Date(Date.now() + hourMs))
    await service.maintenance.deletedStudies.finish()
    expect((await look()).findings).toEqual([])
    expect(counted(await look({ hoursLater: 48 }))).toEqual([['overdueBlob', 1, 0]])
    expect(counted(await look({ hoursLater: 48, mend: true }))).toEqual([['overdueBlob', 1, 1]])
    expect(await service.blobs.stat(blobKey)).toBeUndefined()
  })

  test('unfinished writes are counted, and removed when mending', async () => {
    const writer = await service.blobs.create(orphanKey())
    // More than a writer gathers before it begins to write.
    await writer.write(Buffer.alloc(3_000_000))
    expect(counted(await look())).toEqual([])
    expect(counted(await look({ hoursLater: 25 }))).toEqual([['unfinishedWrites', 1, 0]])
    expect(counted(await look({ hoursLater: 25, mend: true }))).toEqual([['unfinishedWrites', 1, 1]])
    expect((await look()).findings).toEqual([])
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
    await store(aStudy({ series: 2, instances: 2 }).instances.map((instance) => bytesOf(instance)))
    await service.db.raw(sql)
    expect((await look()).findings).toMatchObject([{ kind: 'wrongStudyCounts', found: 1, mended: 0, examples: [{ wrong }] }])
    expect(await look({ mend: true })).toMatchObject({ isHealthy: true, findings: [{ kind: 'wrongStudyCounts', mended: 1 }] })
    expect((await look()).findings).toEqual([])
    expect(await wrongCounts(service.db)).toEqual([])
  })

  test('a wrong count of a series is found and counted again', async () => {
    await store(aStudy({ series: 2, instances: 2 }).instances.map((instance) => bytesOf(instance)))
    await service.db.raw('update series set number_of_series_related_instances = 9')
    expect(counted(await look({ mend: true }))).toEqual([['wrongSeriesCounts', 2, 2]])
    expect(await wrongCounts(service.db)).toEqual([])
  })

  test('what holds nothing is found and removed; the blobs of lost rows are not', async () => {
    const study = aStudy({ series: 2, instances: 1 })
    await store(study.instances.map((instance) => bytesOf(instance)))
    await service.db.raw('delete from instance where series_key = (select min(series_key) from series)')
    expect(counted(await look())).toEqual([['recoverable', 1, 0], ['wrongStudyCounts', 1, 0], ['emptySeries', 1, 0]])
    expect(counted(await look({ mend: true }))).toEqual([['recoverable', 1, 0], ['wrongStudyCounts', 1, 1], ['emptySeries', 1, 1]])
    await service.db('series').delete()
    expect(counted(await look({ mend: true }))).toEqual([['recoverable', 2, 0], ['emptyStudy', 1, 1]])
    expect(await look({ mend: true, recover: true })).toMatchObject({ isHealthy: true, examined: { studies: 1, series: 2 } })
  })

  test('missing metadata are made again from the bytes', async () => {
    const { json } = await stored()
    const metadata = async () => (await Array.fromAsync(catalogue.metadata(accessTo(organisationId), { StudyInstanceUID: value(json, '0020000D') }))).map((one) => one.json)
    const before = await metadata()
    expect(before).toHaveLength(1)
    const url = `/studies/${value(json, '0020000D')}/series/${value(json, '0020000E')}/metadata`
    await service.db('instance_metadata').delete()
    const { headers: { etag } } = await service.get(url)
    expect(counted(await look())).toEqual([['missingMetadata', 1, 0]])
    expect(counted(await look({ mend: true }))).toEqual([['missingMetadata', 1, 1]])
    expect(await metadata()).toEqual(before)
    // What was answered without it is not what there is now.
    expect((await service.get(url, { 'if-none-match': String(etag) })).statusCode).toBe(200)
  })
})

describe('settings and connections', () => {
  test('a key file that others can read, is not one, or is missing', async () => {
    await chmod(signingKeysFile, 0o644)
    expect(counted(await look())).toEqual([['signingKeysExposed', 1, 0]])
    expect(counted(await look({ mend: true }))).toEqual([['signingKeysExposed', 1, 1]])
    expect((await stat(signingKeysFile)).mode & 0o777).toBe(0o600)

    const saved = signingKeysFile
    signingKeysFile = join(folder, 'other.json')
    expect(counted(await look({ mend: true }))).toEqual([['signingKeys', 1, 0]])
    await writeFile(signingKeysFile, '{}', { mode: 0o600 })
    expect(counted(await look())).toEqual([['signingKeys', 1, 0]])
    signingKeysFile = saved
  })

  test('a database that is not there, or not of this release, cannot be examined', async () => {
    const nowhere = createDb('postgresql://nobody@localhost/nothing?host=/nonexistent', 1)
    const options = { blobs: service.blobs, catalogue, transcoding, signingKeysFile, now: () => new Date(), log: pino({ level: 'silent' }), mend: false, recover: false, deep: false, maxExamples: 1 }
    await expect(examine({ ...options, db: nowhere })).rejects.toThrow(CannotExamine)
    await nowhere.destroy()
    const ran = await service.db('knex_migrations').delete().returning('*') as object[]
    await expect(look()).rejects.toThrow('lacks migrations')
    await service.db('knex_migrations').insert(ran)
  })
})

test('nothing that is said holds a patient\'s data', async () => {
  const { json, blobKey } = await stored({ PatientName: 'Secret^Sam', PatientID: 'SECRET-1', PatientBirthDate: '19700203' })
  await service.blobs.delete(blobKey)
  await write(orphanKey(), bytesOf(anInstance({ PatientName: 'Secret^Sue', PatientID: 'SECRET-2' })))
  await service.db('instance_metadata').delete()
  await service.db.raw('update study set number_of_study_related_series = 5')
  const diagnosis = await look()
  const said = `${report(diagnosis)}${JSON.stringify(diagnosis)}`
  expect(said).toContain(value(json, '00080018'))
  expect(said).not.toMatch(/secret|19700203/i)
})
