import { afterAll, beforeAll, expect, test } from 'vitest'
import { aNewInstance, openCatalogue, otherBytes, studyRowOf, wrongCounts, type TestCatalogue } from './catalogue.fixture.ts'

let open: TestCatalogue
beforeAll(async () => { open = await openCatalogue() })
afterAll(() => open.close())

test('a correction that only empties a value is followed by the study and its series', async () => {
  const { catalogue, north, db } = open
  const first = aNewInstance({ kind: 'CT', PatientID: 'WRONG', StudyDescription: 'CT Head', SeriesDescription: 'Axial', BodyPartExamined: 'HEAD' })
  await catalogue.store(north, first)
  await catalogue.store(north, otherBytes(first, { kind: 'CT', PatientID: '', StudyDescription: undefined, SeriesDescription: 'Axial', BodyPartExamined: undefined }))
  expect(await studyRowOf(db, north, first)).toMatchObject({ patient_id: null, study_description: null })
  expect(await db('series').where({ series_instance_uid: first.SeriesInstanceUID }).first<object>()).toMatchObject({ series_description: 'Axial', body_part_examined: null })
  expect(await wrongCounts(db)).toEqual([])
})

test('what another instance of the study still says takes its place', async () => {
  const { catalogue, north, db } = open
  const first = aNewInstance({ AccessionNumber: 'WRONG', StudyDescription: 'CT Head' })
  await catalogue.store(north, first)
  await catalogue.store(north, aNewInstance({ StudyInstanceUID: first.StudyInstanceUID, AccessionNumber: 'RIGHT', StudyDescription: undefined }))
  await catalogue.store(north, otherBytes(first, { AccessionNumber: undefined, StudyDescription: undefined }))
  expect(await studyRowOf(db, north, first)).toMatchObject({ accession_number: 'RIGHT', study_description: null })
})

test('a correction that has never said what the study says takes nothing away', async () => {
  const { catalogue, north, db } = open
  const first = aNewInstance({ StudyDescription: undefined })
  await catalogue.store(north, first)
  await catalogue.store(north, aNewInstance({ StudyInstanceUID: first.StudyInstanceUID, StudyDescription: 'CT Head' }))
  await catalogue.store(north, otherBytes(first, { StudyDescription: undefined }))
  expect(await studyRowOf(db, north, first)).toMatchObject({ study_description: 'CT Head' })
})

test('all instances of a study corrected together, or one after the other, leave nothing behind', async () => {
  const { catalogue, north, db } = open
  for (const isTogether of [true, false]) {
    const first = aNewInstance({ kind: 'CT', AccessionNumber: 'A1' })
    const others = Array.from({ length: 9 }, () => aNewInstance({ kind: 'CT', StudyInstanceUID: first.StudyInstanceUID, SeriesInstanceUID: first.SeriesInstanceUID, AccessionNumber: 'A1' }))
    const all = [first, ...others]
    await Promise.all(all.map((instance) => catalogue.store(north, instance)))
    const corrected = all.map((instance) => otherBytes(instance, { kind: 'CT', AccessionNumber: undefined }))
    if (isTogether) await Promise.all(corrected.map((instance) => catalogue.store(north, instance)))
    else for (const instance of corrected) await catalogue.store(north, instance)
    expect(await studyRowOf(db, north, first)).toMatchObject({ accession_number: null })
  }
  expect(await wrongCounts(db)).toEqual([])
})

test('no more instances are read than it takes to find a value, however many there are', async () => {
  const { catalogue, north, db } = open
  const first = aNewInstance({ StudyDescription: 'CT Head' })
  const others = Array.from({ length: 40 }, () => aNewInstance({ StudyInstanceUID: first.StudyInstanceUID, SeriesInstanceUID: first.SeriesInstanceUID, StudyDescription: 'CT Head' }))
  for (const instance of [first, ...others]) await catalogue.store(north, instance)
  let read = 0
  const count = (_response: unknown, { sql, response }: { sql: string; response?: { rows?: unknown[] } }) => {
    if (sql.includes('select instance_key, metadata from instance_metadata')) read += response?.rows?.length ?? 0
  }
  db.on('query-response', count)
  const newest = others.at(-1)
  if (newest) await catalogue.store(north, otherBytes(newest, { StudyDescription: undefined }))
  db.off('query-response', count)
  expect(await studyRowOf(db, north, first)).toMatchObject({ study_description: 'CT Head' })
  // What the instance said before, and what the oldest one says.
  expect(read).toBe(2)
})
