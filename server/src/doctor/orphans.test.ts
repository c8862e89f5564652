/** What the doctor makes of blobs that no row names. */
import { anInstance, aStudy, attributes, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { formCandidates } from '../catalogue/index.ts'
import { sweep } from '../dicomweb/index.ts'
import { recompress } from '../recompression/change-form.ts'
import { newBlobKey, newUploadBlobKey } from '../storage/index.ts'
import { aSite, counted, hourMs, pathOf, value, type Site } from './doctor.fixture.ts'

let site: Site
beforeAll(async () => { site = await aSite() })
afterAll(() => site.close())
beforeEach(() => site.empty())

test('pieces of an upload on its way are no orphans; one of an upload that is over is, and goes', async () => {
  const headers = { ...await site.as('north'), 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' }
  const created = await site.app.inject({ method: 'POST', url: '/api/uploads', headers: { ...headers, 'upload-length': '100' }, payload: Buffer.alloc(50) })
  expect(created.statusCode).toBe(201)
  expect(counted(await site.look({ mend: true, deep: true }))).toEqual([])
  expect((await site.app.inject({ method: 'HEAD', url: String(created.headers.location), headers })).headers['upload-offset']).toBe('50')

  const forgotten = await site.write(newUploadBlobKey(site.organisationId, new Date()), Buffer.alloc(10))
  expect(counted(await site.look({ mend: true }))).toEqual([['orphan', 1, 1]])
  expect(await site.blobs.stat(forgotten)).toBeUndefined()
  await site.db('upload').delete()
})

describe('blobs no row names', () => {
  test('one that might still be on its way is left alone', async () => {
    await site.write(site.orphanKey(), bytesOf(anInstance()))
    expect((await site.look({ hoursLater: 0.5, mend: true, recover: true })).findings).toEqual([])
  })

  test('what is no DICOM object, or is stored or deleted anyway, is removed when mending', async () => {
    const kept = await site.stored()
    const deleted = await site.stored()
    await site.app.inject({ method: 'DELETE', url: `/dicom-web${pathOf(deleted.json)}`, headers: await site.as('north') })
    const orphans = [await site.write(site.orphanKey(), kept.bytes), await site.write(site.orphanKey(), deleted.bytes), await site.write(site.orphanKey(), Buffer.from('no DICOM object '.repeat(40)))]
    expect(counted(await site.look())).toEqual([['orphan', 3, 0]])
    expect(await site.look({ mend: true })).toMatchObject({ isHealthy: true, findings: [{ kind: 'orphan', found: 3, mended: 3 }] })
    for (const key of orphans) expect(await site.blobs.stat(key)).toBeUndefined()
    expect(counted(await site.look({ deep: true }))).toEqual([])
    expect((await site.get(pathOf(deleted.json))).statusCode).toBe(410)
  })

  test('an object the catalogue does not know survives mending, and is stored again when asked for', async () => {
    const json = anInstance()
    const bytes = Buffer.from(bytesOf(json))
    const orphan = await site.write(site.orphanKey(), bytes)
    expect(counted(await site.look({ mend: true }))).toEqual([['recoverable', 1, 0]])
    expect(await site.blobs.stat(orphan)).toBeDefined()

    expect(await site.look({ mend: true, recover: true })).toMatchObject({ isHealthy: true, findings: [{ kind: 'recoverable', found: 1, mended: 1 }], examined: { studies: 1 } })
    const retrieved = await site.get(pathOf(json), { accept: 'application/dicom; transfer-syntax=*' })
    expect(retrieved.rawPayload.equals(bytes)).toBe(true)
    expect(await site.blobs.stat(orphan)).toBeUndefined()
    expect(await site.db('audit_event').where({ study_instance_uid: value(json, '0020000D') }).pluck('actor')).toContain('command:doctor')
    expect((await site.look({ deep: true })).findings).toEqual([])
  })

  test('one of another patient than its study is held apart, and its orphan goes; so does a copy of what is held apart', async () => {
    const { json } = await site.stored({ PatientID: 'P-1' })
    const stranger = Buffer.from(bytesOf(anInstance({ StudyInstanceUID: value(json, '0020000D'), PatientID: 'P-2' })))
    await site.write(site.orphanKey(), stranger)
    expect(counted(await site.look({ mend: true, recover: true }))).toEqual([['recoverable', 1, 1]])
    expect(await site.db('quarantined_instance')).toHaveLength(1)
    const copy = await site.write(site.orphanKey(), stranger)
    expect(counted(await site.look({ mend: true }))).toEqual([['orphan', 1, 1]])
    expect(await site.blobs.stat(copy)).toBeUndefined()
    expect((await site.look({ deep: true })).findings).toEqual([])
  })

  test('a correction the database is older than survives mending, and is the current version again when asked for', async () => {
    const { json, bytes } = await site.stored({ PatientID: 'A' })
    const corrected = Buffer.from(bytesOf({ ...json, ...attributes({ PatientID: 'B' }) }))
    const orphan = await site.write(site.orphanKey(), corrected)
    expect(counted(await site.look({ mend: true }))).toEqual([['recoverable', 1, 0]])
    expect(await site.blobs.stat(orphan)).toBeDefined()
    const asStored = { accept: 'application/dicom; transfer-syntax=*' }
    expect((await site.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)

    expect(await site.look({ mend: true, recover: true })).toMatchObject({ isHealthy: true, findings: [{ kind: 'recoverable', found: 1, mended: 1 }] })
    expect((await site.get(pathOf(json), asStored)).rawPayload.equals(corrected)).toBe(true)
    expect(await site.blobs.stat(orphan)).toBeUndefined()
  })

  test('a whole lost catalogue comes back out of its blobs', async () => {
    const { instances } = aStudy({ series: 2, instances: 3 })
    await site.store(instances.map((instance) => bytesOf(instance)))
    await site.db('study').delete()
    expect(await site.look({ mend: true, recover: true })).toMatchObject({ isHealthy: true, findings: [{ kind: 'recoverable', found: 6, mended: 6 }] })
    for (const instance of instances) expect((await site.get(pathOf(instance))).statusCode).toBe(200)
  })

  test('the bytes a lost instance needs are given back to it, other bytes of it are kept for people to compare', async () => {
    const { json, bytes, blobKey } = await site.stored({ PatientID: 'A' })
    await site.blobs.delete(blobKey)
    const other = await site.write(site.orphanKey(), bytesOf({ ...json, ...attributes({ PatientID: 'B' }) }))
    expect(counted(await site.look({ mend: true, recover: true }))).toEqual([['missingBlob', 1, 0], ['copyOfLost', 1, 0]])
    expect(await site.blobs.stat(other)).toBeDefined()

    await site.write(site.orphanKey(), bytes)
    expect(counted(await site.look({ mend: true }))).toContainEqual(['misplacedBlob', 1, 1])
    expect((await site.get(pathOf(json), { accept: 'application/dicom; transfer-syntax=*' })).rawPayload.equals(bytes)).toBe(true)
  })

  test.each(['1.2.840.10008.1.2.1', '1.2.840.10008.1.2'])('what was compressed of %s after the database was backed up gives back the very bytes that were received', async (transferSyntaxUID) => {
    const PixelData = Buffer.from(Uint16Array.from({ length: 64 * 48 }, (_, index) => index % 48).buffer)
    const json = anInstance({ kind: 'CT', Rows: 64, Columns: 48, PixelData, PatientName: '王^小东' })
    const bytes = Buffer.from(bytesOf(json, { transferSyntaxUID }))
    await site.store([bytes])
    const { instance_key: _key, ...instance } = await site.db('instance').first<{ instance_key: string }>()
    const metadata = await site.db('instance_metadata').first<object>()
    const [candidate] = await formCandidates(
      site.db,
      {
        organisationId: site.organisationId,
        modalities: undefined,
        sopClasses: undefined,
        transferSyntaxes: [transferSyntaxUID],
        storedBefore: new Date('2999-01-01'),
      },
      '0',
      '9000000000000000000',
      1,
    )
    expect(candidate && await recompress({ db: site.db, blobs: site.blobs, transcoding: site.transcoding }, candidate, new AbortController().signal)).toMatchObject({ kind: 'changed' })
    await sweep({ db: site.db, blobs: site.blobs, now: () => new Date(Date.now() + 2 * hourMs) })
    await site.db('instance').update(instance)
    await site.db('instance_metadata').update(metadata)
    for (const table of ['recompressed', 'obsolete_blob']) await site.db(table).delete()

    expect(counted(await site.look({ mend: true }))).toEqual([['missingBlob', 1, 0], ['copyOfLost', 1, 0]])
    expect(counted(await site.look({ mend: true, recover: true }))).toEqual([['missingBlob', 1, 0], ['copyOfLost', 1, 1]])
    expect(Buffer.concat(await Array.fromAsync(await site.blobs.read(await site.blobKeyOf(json)) as AsyncIterable<Buffer>)).equals(bytes)).toBe(true)
    expect(await site.look({ deep: true })).toMatchObject({ findings: [], examined: { blobs: 1, readWhole: 1 } })
  })

  test('what is not of our making is named and never touched', async () => {
    const keys = [await site.write('readme.txt', Buffer.from('hello')), await site.write(newBlobKey('999', new Date()), bytesOf(anInstance()))]
    expect(counted(await site.look({ mend: true, recover: true }))).toEqual([['foreignBlob', 2, 0]])
    for (const key of keys) expect(await site.blobs.stat(key)).toBeDefined()
  })
})
