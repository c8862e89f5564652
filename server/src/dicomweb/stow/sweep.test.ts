import { mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aNewInstance, openCatalogue, type TestCatalogue } from '../../catalogue/catalogue.fixture.ts'
import { createBlobStore, newBlobKey, type BlobStore } from '../../storage/index.ts'
import { sweep } from './sweep.ts'

const hourMs = 3_600_000
const now = new Date()

let directory: string
let at: TestCatalogue
let blobs: BlobStore
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'isocenter-sweep-'))
  at = await openCatalogue()
  blobs = createBlobStore({ kind: 'fs', directory })
})
afterAll(async () => {
  await blobs.close()
  await at.close()
  await rm(directory, { recursive: true, force: true })
})

/** A blob as it was written some hours ago. */
async function blobFrom(hoursAgo: number, organisationId = at.north.organisationId): Promise<string> {
  const written = new Date(now.getTime() - hoursAgo * hourMs)
  const key = newBlobKey(organisationId, written)
  const writer = await blobs.create(key)
  await writer.write(Buffer.from('an object'))
  await writer.commit()
  await utimes(join(directory, key), written, written)
  return key
}

const isThere = async (key: string) => await blobs.stat(key) !== undefined

test('what no row names goes, of every organisation, once it is an hour old; older than a day is the doctor\'s', async () => {
  const gone = [await blobFrom(2), await blobFrom(25), await blobFrom(2, at.south.organisationId)]
  const kept = [await blobFrom(0.5), await blobFrom(28), await blobFrom(24 * 40)]
  const named = await blobFrom(3)
  await at.catalogue.store(at.north, { ...aNewInstance(), blobKey: named })

  expect(await sweep({ db: at.db, blobs, now: () => now })).toEqual({ obsolete: 0, orphans: gone.length, unfinished: 0 })
  expect(await Promise.all(gone.map(isThere))).toEqual(gone.map(() => false))
  expect(await Promise.all([...kept, named].map(isThere))).toEqual([...kept, named].map(() => true))
})

test('blobs of what was deleted stay an hour for whoever still reads them, then go, however old they are', async () => {
  const instance = { ...aNewInstance(), blobKey: await blobFrom(24 * 400) }
  await at.catalogue.store(at.north, instance)
  await at.catalogue.delete(at.north, { StudyInstanceUID: instance.StudyInstanceUID })
  expect(await sweep({ db: at.db, blobs, now: () => now })).toMatchObject({ obsolete: 0 })
  expect(await isThere(instance.blobKey)).toBe(true)
  expect(await sweep({ db: at.db, blobs, now: () => new Date(now.getTime() + 2 * hourMs) })).toMatchObject({ obsolete: 1 })
  expect(await isThere(instance.blobKey)).toBe(false)
  expect(await at.db('obsolete_blob')).toEqual([])
})
