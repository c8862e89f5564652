import { aStudy, aUID } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aNewInstance, openCatalogue, otherBytes, studyRowOf, wrongCounts, type TestCatalogue } from './catalogue.fixture.ts'
import type { NewInstance, Scope } from './index.ts'
import { accessTo, newInstance } from './search.fixture.ts'

let given: TestCatalogue
beforeAll(async () => { given = await openCatalogue() })
afterAll(() => given.close())

/** A study of two series: two CT instances and one MR. */
async function aStoredStudy(): Promise<[NewInstance, NewInstance, NewInstance]> {
  const { instances } = aStudy({ series: [{ kind: 'CT', instances: 2 }, { kind: 'MR', instances: 1 }], PixelData: undefined })
  const stored = instances.map((one) => newInstance(one)) as [NewInstance, NewInstance, NewInstance]
  for (const one of stored) await given.catalogue.store(given.north, one)
  return stored
}
const studyOf = ({ StudyInstanceUID }: NewInstance): Scope => ({ StudyInstanceUID })
const seriesOf = ({ StudyInstanceUID, SeriesInstanceUID }: NewInstance): Scope => ({ StudyInstanceUID, SeriesInstanceUID })

test('deletes nothing of another organisation, nor of a study the access does not reach', async () => {
  const { catalogue, north, south } = given
  const [ct] = await aStoredStudy()
  expect(await catalogue.delete(south, studyOf(ct))).toEqual({ deleted: 0 })
  expect(await catalogue.delete(accessTo(north.organisationId, [aUID()]), studyOf(ct))).toEqual({ deleted: 0 })
  expect(await catalogue.presence(north, studyOf(ct))).toMatchObject({ numberOfInstances: 3 })
  await catalogue.delete(north, studyOf(ct))
  expect(await catalogue.wasDeleted(north, ct)).toBe(true)
  expect(await catalogue.wasDeleted(south, ct)).toBe(false)
  expect(await catalogue.wasDeleted(accessTo(north.organisationId, [aUID()]), ct)).toBe(false)
})

test('an instance: counts follow, its blob waits aside, what was beside it stays', async () => {
  const { catalogue, db, north } = given
  const [first, second] = await aStoredStudy()
  const before = await catalogue.presence(north, studyOf(first))
  expect(await catalogue.delete(north, first)).toMatchObject({ deleted: 1 })
  expect(await catalogue.findInstance(north, first)).toBeUndefined()
  expect(await catalogue.findInstance(north, second)).toBeDefined()
  expect(await studyRowOf(db, north, first)).toMatchObject({ number_of_study_related_series: 2, number_of_study_related_instances: 2 })
  expect((await catalogue.presence(north, studyOf(first)))?.revision).not.toBe(before?.revision)
  expect(await db('obsolete_blob').where({ blob_key: first.blobKey })).toHaveLength(0)
  expect(await db('deleted_instance').where({ blob_key: first.blobKey })).toHaveLength(1)
  expect(await Promise.all([first, second, seriesOf(first), studyOf(first)].map((scope) => catalogue.wasDeleted(north, scope)))).toEqual([true, false, false, false])
  expect(await wrongCounts(db)).toEqual([])
})

test('the last instance of a series: the series goes with it, and its modality leaves the study', async () => {
  const { catalogue, db, north } = given
  const [, , mr] = await aStoredStudy()
  await catalogue.delete(north, mr)
  expect(await studyRowOf(db, north, mr)).toMatchObject({ number_of_study_related_series: 1, modalities_in_study: ['CT'], sop_classes_in_study: ['1.2.840.10008.5.1.4.1.1.2'] })
  expect(await catalogue.presence(north, seriesOf(mr))).toBeUndefined()
  expect(await catalogue.wasDeleted(north, seriesOf(mr))).toBe(true)
  expect(await wrongCounts(db)).toEqual([])
})

test('a series: its instances and no others', async () => {
  const { catalogue, db, north } = given
  const [ct, , mr] = await aStoredStudy()
  expect(await catalogue.delete(north, seriesOf(ct))).toMatchObject({ deleted: 2 })
  expect(await catalogue.wasDeleted(north, ct)).toBe(true)
  expect(await catalogue.wasDeleted(north, mr)).toBe(false)
  expect(await wrongCounts(db)).toEqual([])
})

test('a study: all of it, every version, with one line in the audit trail', async () => {
  const { catalogue, db, north } = given
  const [ct, second, mr] = await aStoredStudy()
  const newer = otherBytes(ct)
  await catalogue.store(north, newer)
  expect(await catalogue.delete(north, studyOf(ct))).toMatchObject({ deleted: 3 })
  expect(await studyRowOf(db, north, ct)).toBeUndefined()
  const blobs = [ct, newer, second, mr].map(({ blobKey }) => blobKey)
  expect(await db('deleted_instance').whereIn('blob_key', blobs)).toHaveLength(3)
  expect(await db('deleted_version').whereIn('blob_key', blobs)).toHaveLength(1)
  expect(await db('obsolete_blob').whereIn('blob_key', blobs)).toHaveLength(0)
  for (const table of ['series', 'study_modality']) expect(await db(table).whereNotIn('study_key', db('study').select('study_key'))).toEqual([])
  expect(await db('audit_event').where({ study_instance_uid: ct.StudyInstanceUID, action: 'study.delete' })).toMatchObject([{ occurrences: 3, outcome: 'success' }])
  expect(await catalogue.delete(north, studyOf(ct))).toEqual({ deleted: 0 })
})

test('what is stored again is no longer deleted; what was not, still is', async () => {
  const { catalogue, north } = given
  const [first, second, mr] = await aStoredStudy()
  const before = await catalogue.presence(north, studyOf(first))
  await catalogue.delete(north, seriesOf(first))
  await catalogue.delete(north, studyOf(first))
  expect(await Promise.all([studyOf(first), seriesOf(first), first, second, seriesOf(mr), mr].map((scope) => catalogue.wasDeleted(north, scope)))).toEqual(Array(6).fill(true))
  await expect(catalogue.store(north, { ...first, blobKey: `${first.blobKey}-again` })).resolves.toMatchObject({ outcome: 'created' })
  expect(await Promise.all([studyOf(first), seriesOf(first), first].map((scope) => catalogue.wasDeleted(north, scope)))).toEqual([false, false, false])
  expect(await Promise.all([second, seriesOf(mr), mr].map((scope) => catalogue.wasDeleted(north, scope)))).toEqual([true, true, true])
  expect((await catalogue.presence(north, studyOf(first)))?.revision).not.toBe(before?.revision)

  const alone = aNewInstance()
  await catalogue.store(north, alone)
  await catalogue.store(north, aNewInstance({ StudyInstanceUID: alone.StudyInstanceUID }))
  await catalogue.delete(north, alone)
  await catalogue.store(north, aNewInstance({ StudyInstanceUID: alone.StudyInstanceUID }))
  expect(await catalogue.wasDeleted(north, alone)).toBe(true)
})

test('what never was is not deleted', async () => {
  const { catalogue, north } = given
  const never = aNewInstance()
  expect(await catalogue.delete(north, never)).toEqual({ deleted: 0 })
  expect(await catalogue.wasDeleted(north, never)).toBe(false)

  const [ct] = await aStoredStudy()
  await catalogue.delete(north, studyOf(ct))
  expect(await catalogue.wasDeleted(north, { ...ct, SOPInstanceUID: never.SOPInstanceUID })).toBe(false)
})
