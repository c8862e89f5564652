import { anInstance, attributes, bytesOf } from '@isocenter/testkit'
import type { DicomJson } from '@isocenter/dicom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureDefaultOrganisation } from '../../catalogue/index.ts'
import { newBlobKey } from '../../storage/index.ts'
import { aService, type TestService } from '../service.fixture.ts'
import { isSettled, LeftObjects, longestStoreMs, minimumAgeMs, sweep } from './sweep.ts'

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

const sweepAfter = (milliseconds: number) => sweep({ db: service.db, blobs: service.blobs, now: () => new Date(Date.now() + milliseconds) })
const blobKeys = async () => {
  const keys: string[] = []
  for await (const { key } of service.blobs.list('')) keys.push(key)
  return keys.sort()
}
const uid = (json: DicomJson, tag: string) => String(json[tag]?.Value?.[0])

test('what rows name stays; what none names, or was given up, goes, but not before an hour has passed', async () => {
  const kept = anInstance({ PatientID: 'A' })
  await service.store([bytesOf(kept)])
  await service.store([bytesOf({ ...kept, ...attributes({ PatientID: 'B' }) })])
  const named = await blobKeys()
  expect(named).toHaveLength(2)

  const removed = anInstance()
  await service.store([bytesOf(removed)])
  await service.app.inject({ method: 'DELETE', url: `/dicom-web/studies/${uid(removed, '0020000D')}`, headers: await service.as('north') })
  // Deleted, it can still be restored; purged, its blob is given up.
  expect(await sweepAfter(minimumAgeMs + 60_000)).toMatchObject({ obsolete: 0 })
  expect(await blobKeys()).toHaveLength(3)
  await service.db('deleted_study').update({ state: 'purging' })
  await service.maintenance.deletedStudies.finish()
  const orphan = await service.blobs.create(newBlobKey('1', new Date()))
  await orphan.write(Buffer.from('bytes whose rows never came'))
  await orphan.commit()
  const unfinished = await service.blobs.create(newBlobKey('1', new Date()))
  // More than a writer gathers before it begins to write.
  await unfinished.write(Buffer.alloc(3_000_000))

  expect(await sweepAfter(0)).toEqual({ obsolete: 0, orphans: 0, left: 0, unfinished: 0 })
  expect(await blobKeys()).toHaveLength(4)
  expect(await sweepAfter(minimumAgeMs + 60_000)).toEqual({ obsolete: 1, orphans: 1, left: 0, unfinished: 0 })
  expect(await blobKeys()).toEqual(named)
  expect(await sweepAfter(longestStoreMs + 60_000)).toEqual({ obsolete: 0, orphans: 0, left: 0, unfinished: 1 })
  expect(await sweepAfter(minimumAgeMs + 60_000)).toEqual({ obsolete: 0, orphans: 0, left: 0, unfinished: 0 })
})

test('an object no row holds is left: the database may be a backup older than the blobs; one that is held elsewhere goes', async () => {
  const stored = bytesOf(anInstance())
  await service.store([stored])
  const named = await blobKeys()
  const [organisation] = await service.db('organisation').where({ slug: 'north' }).select<{ organisation_id: string }[]>('organisation_id')
  const put = async (bytes: Uint8Array) => {
    const key = newBlobKey(organisation?.organisation_id ?? '', new Date())
    const writer = await service.blobs.create(key)
    await writer.write(bytes)
    await writer.commit()
    return key
  }
  const unknown = await put(bytesOf(anInstance()))
  await put(stored)
  expect(await sweepAfter(minimumAgeMs + 60_000)).toMatchObject({ orphans: 1, left: 1 })
  expect(await blobKeys()).toEqual([...named, unknown].sort())
  await service.blobs.delete(unknown)
})

test('what is left is read once, a bounded number of bytes a sweep, and goes when it is held after all', async () => {
  const { organisationId } = await ensureDefaultOrganisation(service.db, 'north')
  const objects = [bytesOf(anInstance({ kind: 'SR' })), bytesOf(anInstance({ kind: 'SR' }))]
  const keys = objects.map(() => newBlobKey(organisationId, new Date()))
  for (const [index, key] of keys.entries()) {
    const writer = await service.blobs.create(key)
    await writer.write(objects[index] ?? Buffer.alloc(0))
    await writer.commit()
  }
  const read: string[] = []
  const blobs = new Proxy(service.blobs, {
    get: (store, name) => (name !== 'read' ? Reflect.get(store, name) as unknown : (key: string) => {
      read.push(key)
      return store.read(key)
    }),
  })
  const remembered = new LeftObjects()
  const again = () => sweep({ db: service.db, blobs, now: () => new Date(Date.now() + minimumAgeMs + 60_000), remembered, maxReadBytes: 1 })
  for (const readUpToNow of [1, 2, 2, 2]) {
    expect(await again()).toMatchObject({ orphans: 0, left: 2 })
    expect(read).toHaveLength(readUpToNow)
  }
  expect(read.sort()).toEqual(keys.sort())
  await service.store(objects)
  expect(await again()).toMatchObject({ orphans: 2, left: 0 })
  expect(read).toHaveLength(2)
})

test('the only copy of an object stays when the blob its row names is lost', async () => {
  const stored = bytesOf(anInstance())
  const before = await blobKeys()
  await service.store([stored])
  const [lost = ''] = (await blobKeys()).filter((key) => !before.includes(key))
  const { organisation_id: organisationId } = await service.db('instance').where({ blob_key: lost }).first<{ organisation_id: string }>('organisation_id')
  const copy = newBlobKey(organisationId, new Date())
  const writer = await service.blobs.create(copy)
  await writer.write(stored)
  await writer.commit()
  await service.blobs.delete(lost)
  expect(await sweepAfter(minimumAgeMs + 60_000)).toMatchObject({ orphans: 0, left: 1 })
  expect(await service.blobs.stat(copy)).toBeDefined()
  await service.db('instance').where({ blob_key: lost }).update({ blob_key: copy })
})

test('a thumbnail no row names goes by the sweep', async () => {
  const image = anInstance({ kind: 'CT' })
  await service.store([bytesOf(image)])
  const path = `/studies/${uid(image, '0020000D')}/series/${uid(image, '0020000E')}/instances/${uid(image, '00080018')}`
  expect((await service.get(`${path}/thumbnail`)).statusCode).toBe(200)
  const thumbnails = async () => (await blobKeys()).filter((key) => key.startsWith('derived/thumbnails/'))
  await service.db('thumbnail').delete()
  await service.db('obsolete_blob').delete()
  const there = await thumbnails()
  expect(there).not.toEqual([])
  await sweepAfter(minimumAgeMs + 60_000)
  // One may be made of the instance meanwhile, and is named.
  const named = await service.db('thumbnail').pluck<string[]>('blob_key')
  expect((await thumbnails()).filter((key) => there.includes(key) && !named.includes(key))).toEqual([])
})

test('a blob that was given up and is named again stays', async () => {
  await service.store([bytesOf(anInstance())])
  const keys = await blobKeys()
  const [organisation] = await service.db('organisation').select<{ organisation_id: string }[]>('organisation_id')
  await service.db('obsolete_blob').insert(keys.map((blob_key) => ({ blob_key, organisation_id: organisation?.organisation_id })))
  expect(await sweepAfter(minimumAgeMs + 60_000)).toMatchObject({ obsolete: 0 })
  // A thumbnail may have been made meanwhile.
  expect(await blobKeys()).toEqual(expect.arrayContaining(keys))
})

test('a long object counts as on its way for as long as a slow line needs for it', () => {
  const now = new Date('2026-01-01T12:00:00Z')
  const blob = (hours: number, byteLength: number) => ({ modifiedAt: new Date(now.getTime() - hours * 3_600_000), byteLength })
  expect(isSettled(blob(0.9, 1000), now)).toBe(false)
  expect(isSettled(blob(1.1, 1000), now)).toBe(true)
  expect(isSettled(blob(2, 4 * 1024 ** 3), now)).toBe(false)
  expect(isSettled(blob(6, 4 * 1024 ** 3), now)).toBe(true)
  expect(isSettled(blob(25.1, Number.MAX_SAFE_INTEGER), now)).toBe(true)
})
