/** A study that was registered for the wrong patient, deleted, and sent again under the same UIDs with the right one: the ways in that docs/problems.md tells of. */
import { aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anOrganisationsService, typeOf, type OrganisationsService } from '../organisations/service.fixture.ts'
import { aHospital, decide, deleted, deleteIt, held, restore } from './maintenance.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(async () => { await service.close() })

/** Deleted as of P-1, and held apart as of P-2: the same objects but for their patient. */
async function sentAgain() {
  const hospital = await aHospital(service)
  const { StudyInstanceUID, instances } = aStudy({ instances: 2, PatientID: 'P-1' })
  const send = async (PatientID: string) => (await hospital.store(instances.map((instance) => bytesOf({ ...instance, '00100020': { vr: 'LO', Value: [PatientID] } })))).statusCode
  const deletion = async () => { expect((await deleteIt(hospital, StudyInstanceUID)).statusCode).toBe(200) }
  expect(await send('P-1')).toBe(200)
  await deletion()
  expect(await send('P-2')).toBe(202)
  const [line] = await held(hospital)
  return {
    send, deletion,
    held: () => held(hospital),
    accept: () => decide(hospital, line?.quarantineId, 'acceptance'),
    restore: async () => { expect((await restore(hospital, String((await deleted(hospital))[0]?.deletedStudyId))).json()).toMatchObject({ state: 'restored' }) },
    correct: async () => { expect((await hospital.doctor.call('PATCH', `/studies/${StudyInstanceUID}/case`, { corrections: { PatientID: 'P-2' } }, { 'if-match': '"0"' })).statusCode).toBe(200) },
    row: () => service.db('study').where({ organisation_id: hospital.organisationId, study_instance_uid: StudyInstanceUID }).first('patient_id', 'number_of_study_related_instances as instances'),
  }
}

test('restored alone, takes nothing of what is held', async () => {
  const { accept, restore, held, row } = await sentAgain()
  expect(typeOf(await accept())).toBe('study-of-another-patient')
  await restore()
  expect((await accept()).json()).toEqual({ instances: 0, remaining: 2 })
  expect(await held()).toHaveLength(1)
  expect(await row()).toEqual({ patient_id: 'P-1', instances: 2 })
})

test('restored, corrected and deleted again, takes what is held', async () => {
  const { accept, restore, correct, deletion, held, row } = await sentAgain()
  await restore()
  await correct()
  await deletion()
  expect((await accept()).json()).toEqual({ instances: 2, remaining: 0 })
  expect(await held()).toEqual([])
  expect(await row()).toEqual({ patient_id: 'P-2', instances: 2 })
})

test('restored, corrected and sent again, is of the right patient, and what is held is cleared away', async () => {
  const { accept, restore, correct, send, held, row } = await sentAgain()
  await restore()
  await correct()
  expect(await send('P-2')).toBe(200)
  expect(await row()).toEqual({ patient_id: 'P-2', instances: 2 })
  expect((await accept()).json()).toEqual({ instances: 2, remaining: 0 })
  expect(await held()).toEqual([])
})
