import type { InstanceInput } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isRace, rows } from '../platform/db.ts'
import { aNewInstance, openCatalogue, otherBytes, studyRowOf, wrongCounts, type TestCatalogue } from './catalogue.fixture.ts'
import { acceptQuarantined, canComeBackSql, forgetEmptyQuarantine, restoreInstances } from './index.ts'
import type { NewInstance } from './new-instance.ts'
import { prepare } from './prepare.ts'
import { storeBatch } from './store-batch.ts'

let given: TestCatalogue
beforeAll(async () => { given = await openCatalogue() })
afterAll(() => given.close())

test('a quarantine is not forgotten while something comes into it', async () => {
  const { catalogue, db, north } = given
  const own = aNewInstance({ PatientID: 'P-1' })
  await catalogue.store(north, own)
  const stranger = () => aNewInstance({ StudyInstanceUID: own.StudyInstanceUID, PatientID: 'P-2', PatientName: 'Li^Na' })
  expect(await catalogue.store(north, stranger())).toMatchObject({ outcome: 'quarantined' })
  const [head] = await rows<{ quarantine_id: string }>(db, 'select quarantine_id from quarantine', [])
  const quarantineId = String(head?.quarantine_id)
  await db('quarantined_instance').delete()

  const forgetting = await db.transaction(async (trx) => {
    expect(await storeBatch(trx, [await prepare(north, stranger())])).toMatchObject([{ outcome: 'quarantined' }])
    const begun = db.transaction((other) => forgetEmptyQuarantine(other, quarantineId))
    await vi.waitFor(async () => { expect(await rows(db, "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'", [])).toHaveLength(1) }, { timeout: 10_000 })
    return { begun }
  })
  await forgetting.begun
  expect(await db('quarantined_instance').pluck('quarantine_id')).toEqual([quarantineId])
  await db('quarantined_instance').delete()
  await db.transaction((trx) => forgetEmptyQuarantine(trx, quarantineId))
  expect(await db('quarantine').select('quarantine_id')).toEqual([])
})

test('a study that comes again after its deletion, in one batch with what is of somebody else, is described by its own patient', async () => {
  const { catalogue, db, north } = given
  const own = aNewInstance({ PatientID: 'P-1', PatientName: 'Wang^Fang', PatientBirthDate: '', SeriesDescription: 'own' })
  const { StudyInstanceUID } = own
  await catalogue.store(north, own)
  await catalogue.delete(north, { StudyInstanceUID })
  const stranger = aNewInstance({ StudyInstanceUID, PatientID: 'P-2', PatientName: 'Li^Na', PatientBirthDate: '19600102' })
  const batch = await Promise.all([stranger, own].map((instance) => prepare(north, instance)))
  expect(await db.transaction((trx) => storeBatch(trx, batch))).toMatchObject([{ outcome: 'quarantined' }, { outcome: 'created' }])
  expect(await studyRowOf(db, north, own)).toMatchObject({ patient_id: 'P-1', patient_name: 'Wang^Fang', patient_birth_date: null, number_of_study_related_instances: 1 })
  expect(await wrongCounts(db)).toEqual([])
})

test('a study that comes again without PatientID stays its patient\'s while what was deleted of it can come back', async () => {
  const { catalogue, db, north } = given
  const own = aNewInstance({ PatientID: 'P-1', PatientName: 'Wang^Fang' })
  const { StudyInstanceUID } = own
  const came = (object: InstanceInput) => catalogue.store(north, aNewInstance({ StudyInstanceUID, ...object }))
  await catalogue.store(north, own)
  await catalogue.delete(north, { StudyInstanceUID })
  expect(await came({ PatientID: '', PatientName: 'unknown' })).toMatchObject({ outcome: 'created' })
  expect(await came({ PatientID: 'P-2', PatientName: 'Li^Na' })).toMatchObject({ outcome: 'quarantined' })
  expect(await studyRowOf(db, north, own)).toMatchObject({ patient_id: null, number_of_study_related_instances: 1 })
  expect(await came({ PatientID: 'P-1' })).toMatchObject({ outcome: 'created' })
  expect(await studyRowOf(db, north, own)).toMatchObject({ patient_id: 'P-1', number_of_study_related_instances: 2 })

  // With nothing that could come back the first that names a patient says whose it is, as ever.
  const free = aNewInstance({ PatientID: '' })
  await catalogue.store(north, free)
  expect(await catalogue.store(north, aNewInstance({ StudyInstanceUID: free.StudyInstanceUID, PatientID: 'P-2' }))).toMatchObject({ outcome: 'created' })
  expect(await studyRowOf(db, north, free)).toMatchObject({ patient_id: 'P-2' })
})

test('what of a study can come back is found by its index', async () => {
  const plan = await given.db.transaction(async (trx) => {
    await trx.raw('set local enable_seqscan = off')
    return rows<Record<string, string>>(trx, `explain select from deleted_study where organisation_id = ? and study_instance_uid = ? and ${canComeBackSql}`, [given.north.organisationId, '1.2'])
  })
  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('deleted_study_of_study')
})

describe('putting into a study that is not there what is held apart', () => {
  /** A study that is deleted, and what has come of somebody else since. */
  async function aDeletedStudy() {
    const { catalogue, db, north } = given
    const own = aNewInstance({ PatientID: 'P-1', PatientName: 'Wang^Fang' })
    const { StudyInstanceUID } = own
    await catalogue.store(north, own)
    await catalogue.delete(north, { StudyInstanceUID })
    const stranger = () => aNewInstance({ StudyInstanceUID, PatientID: 'P-2', PatientName: 'Li^Na' })
    expect(await catalogue.store(north, stranger())).toMatchObject({ outcome: 'quarantined' })
    const [held] = await rows<{ quarantine_id: string }>(db, 'select quarantine_id from quarantine where study_instance_uid = ?', [StudyInstanceUID])
    return { own, stranger, accept: () => acceptQuarantined(db, north, { quarantineId: String(held?.quarantine_id), reason: 'test' }) }
  }
  const isSomebodyWaiting = () => vi.waitFor(
    async () => {
      expect(await rows(given.db, "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'", [])).toHaveLength(1)
    },
    { timeout: 20_000, interval: 10 },
  )

  test('is refused without waiting for more of it that is being stored', async () => {
    const { stranger, accept } = await aDeletedStudy()
    await given.db.transaction(async (trx) => {
      expect(await storeBatch(trx, [await prepare(given.north, stranger())])).toMatchObject([{ outcome: 'quarantined' }])
      await expect(accept()).rejects.toMatchObject({ kind: { type: '/problems/study-of-another-patient' } })
    })
  })

  test('begins again where it met who makes the study and holds more of it apart', async () => {
    const { db, north } = given
    const { own, stranger, accept } = await aDeletedStudy()
    await db('deleted_study').where({ study_instance_uid: own.StudyInstanceUID }).update({ state: 'purged' })
    const [first, second] = [await prepare(north, own), await prepare(north, stranger())]
    let accepting: ReturnType<typeof acceptQuarantined> | undefined
    const storing = db.transaction(async (trx) => {
      expect(await storeBatch(trx, [first])).toMatchObject([{ outcome: 'created' }])
      accepting = accept()
      await isSomebodyWaiting()
      // Each waits for the other now, until Postgres ends one of them: nearly always the first, which has waited a second.
      expect(await storeBatch(trx, [second])).toMatchObject([{ outcome: 'quarantined' }])
      return true
    })
    // Who stores begins again elsewhere, where it was that one.
    const isStored = await storing.catch((error: unknown) => { if (isRace(error)) return false; throw error })
    expect(await accepting).toEqual({ instances: 1 })
    if (isStored) expect(await studyRowOf(db, north, own)).toMatchObject({ patient_id: 'P-1', number_of_study_related_instances: 2 })
    expect(await wrongCounts(db)).toEqual([])
  })
})

describe('what was put into the study of another patient', () => {
  const patient = { PatientID: 'P-1', PatientName: 'Wang^Fang', PatientBirthDate: '', StudyDescription: '' }
  const stranger = { PatientID: 'P-2', PatientName: 'Li^Na', PatientBirthDate: '19600102' }
  async function anAccepted(own: NewInstance) {
    const { catalogue, db, north } = given
    const accepted = aNewInstance({ StudyInstanceUID: own.StudyInstanceUID, ...stranger, StudyDescription: '' })
    await catalogue.store(north, accepted)
    const [held] = await rows<{ quarantine_id: string }>(db, 'select quarantine_id from quarantine where study_instance_uid = ?', [own.StudyInstanceUID])
    expect(await acceptQuarantined(db, north, { quarantineId: String(held?.quarantine_id), reason: 'test' })).toEqual({ instances: 1 })
    return accepted
  }

  test('fills none of its patient by a new version either, whether its own oldest is there or not; but what else it says', async () => {
    const { catalogue, db, north } = given
    for (const isOldest of [false, true]) {
      const own = aNewInstance(patient)
      const last = aNewInstance({ ...patient, StudyInstanceUID: own.StudyInstanceUID })
      await catalogue.store(north, own)
      const accepted = await anAccepted(own)
      await catalogue.store(north, last)
      if (isOldest) await catalogue.delete(north, own)
      expect(await catalogue.store(north, otherBytes(accepted, { ...stranger, StudyDescription: 'CT Head' }))).toMatchObject({ outcome: 'newVersion' })
      expect(await studyRowOf(db, north, own)).toMatchObject({ patient_id: 'P-1', patient_name: 'Wang^Fang', patient_birth_date: null, study_description: 'CT Head' })
    }
  })

  test('fills no value of the patient that a correction of the study takes away; but its patient\'s own images do', async () => {
    const { catalogue, db, north } = given
    const own = aNewInstance({ ...patient, PatientBirthDate: '19700101', PatientSex: 'F' })
    await catalogue.store(north, own)
    await anAccepted(own)
    await catalogue.store(north, aNewInstance({ ...patient, StudyInstanceUID: own.StudyInstanceUID, PatientBirthDate: '19700102' }))
    await catalogue.store(north, otherBytes(own, { ...patient, PatientBirthDate: '', PatientSex: 'F' }))
    expect(await studyRowOf(db, north, own)).toMatchObject({ patient_id: 'P-1', patient_birth_date: '19700102' })

    const alone = aNewInstance({ ...patient, PatientBirthDate: '19700101' })
    await catalogue.store(north, alone)
    await anAccepted(alone)
    await catalogue.store(north, otherBytes(alone, { ...patient, PatientID: '', PatientBirthDate: '' }))
    expect(await studyRowOf(db, north, alone)).toMatchObject({ patient_id: null, patient_birth_date: null })
  })

  test('says no more whose the study is when that is restored than it did before, though pages of it come before the first of the patient\'s own', async () => {
    const { catalogue, db, north } = given
    const { organisationId } = north
    const own = aNewInstance({ ...patient, SeriesInstanceUID: '1.2.9' })
    const { StudyInstanceUID } = own
    await catalogue.store(north, own)
    // Series are restored in the order of their UIDs, 64 objects at once.
    await Promise.all(Array.from({ length: 66 }, () => catalogue.store(north, aNewInstance({ ...stranger, StudyInstanceUID, SeriesInstanceUID: '1.2.1' }))))
    const [held] = await rows<{ quarantine_id: string }>(db, 'select quarantine_id from quarantine where study_instance_uid = ?', [StudyInstanceUID])
    expect(await acceptQuarantined(db, north, { quarantineId: String(held?.quarantine_id), reason: 'test' })).toEqual({ instances: 66 })
    const described = ['patient_id', 'patient_name', 'patient_birth_date', 'patient_sex', 'number_of_study_related_instances']
    const row = () => db('study').where({ organisation_id: organisationId, study_instance_uid: StudyInstanceUID }).first<Record<string, unknown> | undefined>(described)
    const before = await row()
    expect(before).toMatchObject({ patient_id: 'P-1', patient_birth_date: null, number_of_study_related_instances: 67 })

    await catalogue.delete(north, { StudyInstanceUID })
    const [restoring] = await db('deleted_study').where({ study_instance_uid: StudyInstanceUID }).update({ state: 'restoring' }).returning<{ deleted_study_id: string }[]>('deleted_study_id')
    expect(await restoreInstances(db, { organisationId, deletedStudyId: String(restoring?.deleted_study_id), StudyInstanceUID }, north)).toBe(67)
    expect(await row()).toEqual(before)
    expect(await wrongCounts(db)).toEqual([])
  })

  test('goes there lot by lot, each of which can be the last: the others stay where they are, and are found without being told where it ended', async () => {
    const { catalogue, db, north } = given
    const own = aNewInstance(patient)
    await catalogue.store(north, own)
    const came = Array.from({ length: 5 }, () => aNewInstance({ ...stranger, StudyInstanceUID: own.StudyInstanceUID }))
    for (const instance of came) await catalogue.store(north, instance)
    // The newest is tried first, and stays: the study holds other bytes under its UIDs.
    const [last = own] = came.slice(-1)
    await catalogue.store(north, otherBytes(last, patient))
    const [held] = await rows<{ quarantine_id: string }>(db, 'select quarantine_id from quarantine where study_instance_uid = ?', [own.StudyInstanceUID])
    const quarantineId = String(held?.quarantine_id)
    const left = async () => (await rows(db, 'select from quarantined_instance where quarantine_id = ?', [quarantineId])).length
    const accept = (before?: string) => acceptQuarantined(db, north, { quarantineId, reason: 'test' }, { before, atMost: 2 })
    const first = await accept()
    expect([first, await left()]).toEqual([{ instances: 1, next: expect.any(String) as string }, 4])
    const second = await accept(first?.next)
    expect([second, await left()]).toEqual([{ instances: 2, next: expect.any(String) as string }, 2])
    // As after a crash: from the beginning. What cannot go is tried once more, and is no hindrance.
    expect([await accept(), await left()]).toEqual([{ instances: 1 }, 1])
    expect([await accept(second?.next), await left()]).toEqual([{ instances: 0 }, 1])
    expect(await studyRowOf(db, north, own)).toMatchObject({ patient_id: 'P-1', number_of_study_related_instances: 6 })
    expect(await rows(
      db,
      "select outcome, occurrences from audit_event where action = 'quarantine.accept' and study_instance_uid = ? order by audit_event_id",
      [own.StudyInstanceUID],
    )).toMatchObject([1, 2, 1, 1].map((occurrences, index) => ({ outcome: index === 3 ? 'failed' : 'success', occurrences })))
    expect(await wrongCounts(db)).toEqual([])
  })

  test('a study that is sent again under another PatientID is corrected as before', async () => {
    const { catalogue, db, north } = given
    const own = aNewInstance(patient)
    const second = aNewInstance({ ...patient, StudyInstanceUID: own.StudyInstanceUID })
    await catalogue.store(north, own)
    await catalogue.store(north, second)
    await catalogue.store(north, otherBytes(own, { ...patient, PatientID: 'P-9' }))
    await catalogue.store(north, otherBytes(second, { ...patient, PatientID: 'P-9', PatientBirthDate: '19700101' }))
    expect(await studyRowOf(db, north, own)).toMatchObject({ patient_id: 'P-9', patient_birth_date: '19700101' })
    // In one batch, in whatever order.
    const again = [otherBytes(second, { ...patient, PatientID: 'P-10', PatientSex: 'F' }), otherBytes(own, { ...patient, PatientID: 'P-10', PatientSex: undefined })]
    const batch = await Promise.all(again.map((instance) => prepare(north, instance)))
    expect(await db.transaction((trx) => storeBatch(trx, batch))).toMatchObject([{ outcome: 'newVersion' }, { outcome: 'newVersion' }])
    expect(await studyRowOf(db, north, own)).toMatchObject({ patient_id: 'P-10', patient_sex: 'F' })
  })
})
