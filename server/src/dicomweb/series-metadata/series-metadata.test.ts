import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { tagOf, type DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, attributes, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCatalogue, ensureDefaultOrganisation, type Catalogue } from '../../catalogue/index.ts'
import { aService, type TestService } from '../service.fixture.ts'
import { createSeriesMetadata, readyFromInstances, type SeriesMetadata } from './index.ts'
import { makeReadyMetadata } from './make.ts'

let service: TestService
let catalogue: Catalogue
let seriesMetadata: SeriesMetadata
let organisationId: string
beforeAll(async () => {
  service = await aService()
  catalogue = createCatalogue({ db: service.db })
  seriesMetadata = createSeriesMetadata({ catalogue, blobs: service.blobs, onError: (error) => { throw error }, settleMs: 50 })
  organisationId = (await ensureDefaultOrganisation(service.db, 'north')).organisationId
})
afterAll(async () => {
  await seriesMetadata.close()
  await catalogue.close()
  await service.close()
})

const gzip = { 'accept-encoding': 'gzip' }
const uids = (response: { json: <T>() => T }) => response.json<DicomJson[]>().map((json) => String(json['00080018']?.Value?.[0]))
const editionOf = async (study: string, series?: string) => {
  const edition = await catalogue.metadataEdition({ organisationId, studies: 'all' }, { StudyInstanceUID: study, SeriesInstanceUID: series })
  if (!edition) throw new Error('no such series')
  return edition
}

/** A stored study of two series. */
async function stored(instances = readyFromInstances) {
  const study = aStudy({ series: 2, instances })
  await service.store(study.instances.map((instance) => bytesOf(instance)))
  const [first, second] = study.series.map(({ SeriesInstanceUID }) => SeriesInstanceUID)
  const path = `/studies/${study.StudyInstanceUID}`
  return { study, StudyInstanceUID: study.StudyInstanceUID, first: first ?? '', second: second ?? '', path, seriesPath: `${path}/series/${first ?? ''}` }
}

async function makeReady(StudyInstanceUID: string, SeriesInstanceUID: string): Promise<boolean> {
  const [series] = (await editionOf(StudyInstanceUID, SeriesInstanceUID)).series
  if (!series) throw new Error('no such series')
  return makeReadyMetadata({ catalogue, blobs: service.blobs }, series)
}

/** An answer in both its forms, which must say the same and have the length they announce. */
async function bothForms(path: string): Promise<DicomJson[]> {
  const plain = await service.get(path)
  const compressed = await service.get(path, gzip)
  expect([plain.statusCode, compressed.statusCode, compressed.headers['content-encoding']]).toEqual([200, 200, 'gzip'])
  expect(plain.headers).not.toHaveProperty('content-encoding')
  for (const { headers, rawPayload } of [plain, compressed]) expect(Number(headers['content-length'])).toBe(rawPayload.length)
  const text = gunzipSync(compressed.rawPayload).toString()
  expect(plain.payload === text).toBe(true)
  return JSON.parse(text) as DicomJson[]
}

test('a series answers the same from pieces and ready-made, in both encodings, and so does its study', async () => {
  const { StudyInstanceUID, first, path, seriesPath } = await stored()
  const [fromPieces, study] = [await bothForms(`${seriesPath}/metadata`), await bothForms(`${path}/metadata`)]
  expect([fromPieces.length, study.length]).toEqual([readyFromInstances, 2 * readyFromInstances])
  expect(await makeReady(StudyInstanceUID, first)).toBe(true)
  expect((await editionOf(StudyInstanceUID)).series.map(({ ready }) => ready !== undefined)).toEqual([true, false])
  expect(await bothForms(`${seriesPath}/metadata`)).toEqual(fromPieces)
  expect(await bothForms(`${path}/metadata`)).toEqual(study)
  const [one] = fromPieces
  const single = await service.get(`${seriesPath}/instances/${String(one?.['00080018']?.Value?.[0])}/metadata`)
  expect(single.json()).toEqual([one])
})

test('a study whose key and version are those of a series of another organisation is answered its own', async () => {
  const { second, path } = await stored(2)
  const series = `${path}/series/${second}/metadata`
  // Of two series a study, so that no study has this key yet.
  const { series_key: key, version } = await service.db('series').where('series_instance_uid', second).first<{ series_key: string; version: string }>('series_key', 'version')
  await service.db.raw(`select setval(pg_get_serial_sequence('study', 'study_key'), ?, false)`, [key])
  const { StudyInstanceUID, instances } = aStudy({ instances: 1 })
  const headers = await service.as('south')
  await service.store(instances.map((instance) => bytesOf(instance)), { headers })
  const row = () => service.db('study').where('study_instance_uid', StudyInstanceUID)
  await row().update({ version })
  expect(await row().first('study_key', 'version')).toEqual({ study_key: key, version })
  const answer = async () => service.app.inject({ url: `/dicom-web/studies/${StudyInstanceUID}/metadata`, headers })
  const [theirs, its] = [await service.get(series), await answer()]
  expect([uids(theirs), uids(its)]).toEqual([expect.objectContaining({ length: 2 }), instances.map((instance) => instance['00080018']?.Value?.[0])])
  expect(its.headers['etag']).not.toBe(theirs.headers['etag'])
})

test('once it has settled a series is ready-made by itself, and smaller', async () => {
  const { StudyInstanceUID, first, seriesPath } = await stored()
  const before = (await service.get(`${seriesPath}/metadata`, gzip)).rawPayload.length
  seriesMetadata.asked({ organisationId } as never, { StudyInstanceUID }, await editionOf(StudyInstanceUID, first))
  await expect.poll(async () => (await editionOf(StudyInstanceUID, first)).series[0]?.ready !== undefined, { timeout: 5_000 }).toBe(true)
  expect((await service.get(`${seriesPath}/metadata`, gzip)).rawPayload.length).toBeLessThan(before / 2)
})

test('19 what has been acknowledged is answered, ready-made or not', async () => {
  const { StudyInstanceUID, first, path, seriesPath } = await stored()
  await makeReady(StudyInstanceUID, first)
  await service.get(`${seriesPath}/metadata`)
  for (let round = 1; round <= 5; round++) {
    const added = anInstance({ StudyInstanceUID, SeriesInstanceUID: first })
    await service.store([bytesOf(added)])
    const [series, study] = [await service.get(`${seriesPath}/metadata`, gzip), await service.get(`${path}/metadata`)]
    const listed = (JSON.parse(gunzipSync(series.rawPayload).toString()) as DicomJson[]).map((json) => json['00080018']?.Value?.[0])
    expect(listed).toContain(added['00080018']?.Value?.[0])
    expect([listed.length, uids(study).length]).toEqual([readyFromInstances + round, 2 * readyFromInstances + round])
    if (round % 2 === 0) await makeReady(StudyInstanceUID, first)
  }
})

test('a replaced instance answers its new attributes, a deleted one is gone, and the objects of before are given up', async () => {
  const { study, StudyInstanceUID, first, seriesPath } = await stored()
  const givenUp = async () => (await service.db('obsolete_blob').where('blob_key', 'like', 'derived/%').pluck<string[]>('blob_key')).length
  const start = await givenUp()
  await makeReady(StudyInstanceUID, first)
  const [changed, removed] = study.instances
  await service.store([bytesOf({ ...changed, ...attributes({ ImageComments: 'corrected' }) })])
  const comments = (await bothForms(`${seriesPath}/metadata`)).map((json) => json['00204000']?.Value?.[0])
  expect(comments.filter((comment) => comment === 'corrected')).toHaveLength(1)
  await makeReady(StudyInstanceUID, first)
  expect(await givenUp()).toBe(start + 1)

  const gone = String(removed?.['00080018']?.Value?.[0])
  await service.app.inject({ method: 'DELETE', url: `/dicom-web${seriesPath}/instances/${gone}`, headers: await service.as('north') })
  expect(uids(await service.get(`${seriesPath}/metadata`))).not.toContain(gone)
  await service.app.inject({ method: 'DELETE', url: `/dicom-web${seriesPath}`, headers: await service.as('north') })
  expect((await service.get(`${seriesPath}/metadata`)).statusCode).toBe(410)
  expect(await givenUp()).toBe(start + 2)
})

test('of several servers that make the same series ready one is named, and what the others wrote is removed', async () => {
  const { StudyInstanceUID, first } = await stored()
  // All of them have seen that it is to be done: who comes later sees that it is done.
  const [unready] = (await editionOf(StudyInstanceUID, first)).series
  const made = await Promise.all(Array.from({ length: 4 }, () => makeReadyMetadata({ catalogue, blobs: service.blobs }, unready!)))
  expect(made.filter(Boolean)).toHaveLength(1)
  const [series] = (await editionOf(StudyInstanceUID, first)).series
  const named = await service.db('series_metadata').pluck<string[]>('blob_key')
  const kept: string[] = []
  for await (const { key } of service.blobs.list('derived/metadata/')) kept.push(key)
  expect(named).toContain(series?.ready?.blobKey)
  expect(kept.filter((key) => !named.includes(key) && key > (series?.ready?.blobKey ?? ''))).toEqual([])
})

test('an object made of a series that changed meanwhile is never named', async () => {
  const { StudyInstanceUID, first } = await stored()
  const [before] = (await editionOf(StudyInstanceUID, first)).series
  await service.store([bytesOf(anInstance({ StudyInstanceUID, SeriesInstanceUID: first }))])
  expect(before && await makeReadyMetadata({ catalogue, blobs: service.blobs }, before)).toBe(false)
  expect((await editionOf(StudyInstanceUID, first)).series[0]?.ready).toBeUndefined()
})

test('an object that is lost is made up for from the rows', async () => {
  const { StudyInstanceUID, first, seriesPath } = await stored()
  await makeReady(StudyInstanceUID, first)
  const [series] = (await editionOf(StudyInstanceUID, first)).series
  await service.blobs.delete(series?.ready?.blobKey ?? '')
  expect(await bothForms(`${seriesPath}/metadata`)).toHaveLength(readyFromInstances)
})

test('18 a client that has the pieces need not fetch the same again because it was made ready; one that asks for other bytes gets them', async () => {
  const { StudyInstanceUID, first, seriesPath } = await stored()
  const pieces = await service.get(`${seriesPath}/metadata`, gzip)
  await makeReady(StudyInstanceUID, first)
  const ready = await service.get(`${seriesPath}/metadata`, gzip)
  expect(ready.headers.etag).not.toBe(pieces.headers.etag)
  const again = await service.get(`${seriesPath}/metadata`, { ...gzip, 'if-none-match': String(pieces.headers.etag) })
  expect([again.statusCode, again.headers.etag, again.rawPayload.length]).toEqual([304, pieces.headers.etag, 0])
  expect((await service.get(`${seriesPath}/metadata`, { 'if-none-match': String(pieces.headers.etag) })).statusCode).toBe(200)
})

test('metadata written by a release whose pieces cannot be joined are answered all the same', async () => {
  const { StudyInstanceUID, first, seriesPath, path } = await stored()
  const before = await bothForms(`${seriesPath}/metadata`)
  await service.db.raw('update instance_metadata set crc32 = null, text_bytes = null where instance_key in (select instance_key from instance join series using (series_key) where series_instance_uid = ?)', [first])
  expect((await editionOf(StudyInstanceUID, first)).series[0]?.isJoinable).toBe(false)
  const plain = await service.get(`${seriesPath}/metadata`)
  const compressed = await service.get(`${seriesPath}/metadata`, gzip)
  expect([plain.json(), JSON.parse(gunzipSync(compressed.rawPayload).toString())]).toEqual([before, before])
  expect((await service.get(`${path}/metadata`)).json()).toHaveLength(2 * readyFromInstances)
})

test('a reader never sees half of what is being stored', async () => {
  const { StudyInstanceUID, first, seriesPath } = await stored(2)
  const batches = Array.from({ length: 12 }, () => Array.from({ length: 3 }, () => bytesOf(anInstance({ StudyInstanceUID, SeriesInstanceUID: first }))))
  let acknowledged = 2
  let isDone = false
  const storing = (async () => {
    for (const batch of batches) {
      await service.store(batch)
      acknowledged += batch.length
    }
    isDone = true
  })()
  while (!isDone) {
    const atLeast = acknowledged
    const response = await service.get(`${seriesPath}/metadata`, gzip)
    const listed = JSON.parse(gunzipSync(response.rawPayload).toString()) as DicomJson[]
    expect(listed.length).toBeGreaterThanOrEqual(atLeast)
    expect(new Set(listed.map((json) => json['00080018']?.Value?.[0])).size).toBe(listed.length)
    await setTimeout(3)
  }
  await storing
})

test('includefield and excludeprivate slim metadata down', async () => {
  const instance: DicomJson = { ...anInstance({ kind: 'CT' }), '00090010': { vr: 'LO', Value: ['ACME'] }, '00091001': { vr: 'LO', Value: ['x'] }, '00091002': { vr: 'LO', Value: ['y'] } }
  await service.store([bytesOf(instance)])
  const path = `/studies/${String(instance['0020000D']?.Value?.[0])}`
  const members = async (query: string) => Object.keys((await service.get(`${path}/metadata?${query}`)).json<DicomJson[]>()[0] ?? {})
  const always = ['00080005', '00080016', '00080018', '0020000D', '0020000E']
  expect(await members('includefield=Rows,00280011')).toEqual([...always, '00280010', '00280011'])
  expect(await members('includefield=Rows&includefield=00091001')).toEqual([...always.slice(0, 3), '00090010', '00091001', ...always.slice(3), '00280010'])
  const all = await members('includefield=all')
  expect(all).toContain('00091002')
  expect(await members('excludeprivate=true')).toEqual(all.filter((tag) => Number.parseInt(tag.slice(0, 4), 16) % 2 === 0))
  expect(await members('excludeprivate=false')).toEqual(all)
  expect((await service.get(`${path}/metadata?excludeprivate=maybe`)).statusCode).toBe(400)
  expect((await service.get(`${path}/metadata?includefield=NoSuchThing`)).statusCode).toBe(400)
  const [slim, whole] = [await service.get(`${path}/metadata?includefield=${tagOf('Rows').toString(16).padStart(8, '0')}`), await service.get(`${path}/metadata`)]
  expect(slim.headers.etag).not.toBe(whole.headers.etag)
})
