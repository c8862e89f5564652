/** What organisations store, counted and told, through the API. */
import type { ConsortiumStorage, StorageUse, StudyDeletion } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSealSigner } from '../audit/index.ts'
import { sealTrail } from '../audit/seal.ts'
import { anOrganisationsService, type OrganisationsService } from '../organisations/service.fixture.ts'
import { aHospital, decide, deleted, deleteIt, held, restore, stored, type Hospital } from './maintenance.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(async () => {
  // Everything these tests asked for and were given stands in the trail.
  expect(service.unaudited()).toEqual([])
  await service.close()
})

describe('storage', () => {
  const signer = createSealSigner({ signing: { kid: 'k', key: undefined as never }, sealing: new Map([['k', Buffer.alloc(32, 1)]]) })
  const count = async () => {
    await sealTrail(service.db, signer, () => new Date())
    await service.maintenance.storage.count()
  }
  const use = async (hospital: Hospital) => (await hospital.administrator.call('GET', '/storage')).json<StorageUse>()

  test('follows every arrival, deletion, restoration and purge; counting twice changes nothing, and a recount agrees', async () => {
    const hospital = await aHospital(service)
    const first = await stored(hospital, { instances: 2 })
    const second = await stored(hospital, { instances: 1 })
    await hospital.store(first.objects)
    await count()
    await count()
    const [all, of] = [first.bytes + second.bytes, (bytes: number, deletedBytes: number, instances: number) => ({ bytes, deletedBytes, instances })]
    expect((await use(hospital)).now).toMatchObject(of(all, 0, 3))
    const { deletedStudyId = '' } = (await deleteIt(hospital, first.StudyInstanceUID)).json<StudyDeletion>()
    await count()
    expect((await use(hospital)).now).toMatchObject(of(second.bytes, first.bytes, 1))
    await restore(hospital, deletedStudyId)
    await deleteIt(hospital, second.StudyInstanceUID)
    await service.db('deleted_study').where({ study_instance_uid: second.StudyInstanceUID }).update({ state: 'purging' })
    await service.maintenance.deletedStudies.finish()
    // What is not counted yet is not counted twice.
    await service.maintenance.storage.recount()
    await count()
    const { now, days } = await use(hospital)
    expect(now).toMatchObject(of(first.bytes, 0, 2))
    expect(days.at(-1)).toMatchObject({ ...of(first.bytes, 0, 2), arrivedBytes: all, arrivedInstances: 3, removedBytes: second.bytes })
    expect(days).toHaveLength(30)
    await service.db('storage_use').where({ organisation_id: hospital.organisationId }).update({ bytes: 1 })
    await service.maintenance.storage.recount()
    expect((await use(hospital)).now).toMatchObject(of(first.bytes, 0, 2))
  })

  test('what is held apart takes its room, and is no image of a study until it is put there', async () => {
    const hospital = await aHospital(service)
    const study = await stored(hospital, { instances: 1, PatientID: 'P-1' })
    const [apart = Buffer.alloc(0), kept = Buffer.alloc(0)] = ['P-2', 'P-3'].flatMap((PatientID) =>
      aStudy({ instances: 1, StudyInstanceUID: study.StudyInstanceUID, PatientID }).instances.map((instance) => bytesOf(instance)))
    await hospital.store([apart, kept])
    const all = study.bytes + apart.byteLength + kept.byteLength
    const counted = async (figures: object) => {
      await count()
      expect((await use(hospital)).now).toMatchObject(figures)
      await service.maintenance.storage.recount()
      expect((await use(hospital)).now).toMatchObject(figures)
    }
    await counted({ bytes: all, deletedBytes: 0, instances: 1 })
    const idOf = async (PatientID: string) => (await held(hospital)).find(({ came }) => came.PatientID === PatientID)?.quarantineId
    await decide(hospital, await idOf('P-2'), 'deletion')
    await decide(hospital, await idOf('P-3'), 'acceptance')
    await counted({ bytes: all - apart.byteLength, deletedBytes: apart.byteLength, instances: 2 })
    await restore(hospital, String((await deleted(hospital))[0]?.deletedStudyId))
    await counted({ bytes: all, deletedBytes: 0, instances: 2 })
  })

  test('a consortium sees the hospitals it is billed for, and no others', async () => {
    const consortium = await service.organisation('consortium')
    const [billed, other] = [await aHospital(service), await aHospital(service)]
    const study = await stored(billed, { instances: 1 })
    await stored(other, { instances: 1 })
    await service.db('consortium_hospital').insert([
      { consortium_id: consortium.organisationId, hospital_id: billed.organisationId, is_billing: true },
      { consortium_id: consortium.organisationId, hospital_id: other.organisationId, is_billing: false },
    ])
    await count()
    const { call } = await consortium.member('full')
    const answer = (await call('GET', '/consortium/storage')).json<ConsortiumStorage>()
    expect(answer.now).toEqual({ bytes: study.bytes, deletedBytes: 0, instances: 1 })
    expect(answer.hospitals.map(({ organisationId }) => organisationId)).toEqual([billed.organisationId])
    expect(answer.days.at(-1)).toMatchObject({ bytes: study.bytes, arrivedInstances: 1 })
  })

  test('a hospital sees the sum of its consortium, and never what one other stores', async () => {
    const consortium = await service.organisation('consortium', 'The consortium')
    const [first, second, third] = [await aHospital(service), await aHospital(service), await aHospital(service)]
    const studies = [await stored(first, { instances: 1 }), await stored(second, { instances: 2 })]
    const join = (hospital: Hospital, is_billing = true) => service.db('consortium_hospital').insert({ consortium_id: consortium.organisationId, hospital_id: hospital.organisationId, is_billing })
    await join(first)
    await join(second)
    await join(third, false)
    await count()
    // Of two, what is not the one's is the other's.
    expect(await use(first)).not.toHaveProperty('consortium')
    await service.db('consortium_hospital').where({ hospital_id: third.organisationId }).update({ is_billing: true })
    const sum = { name: 'The consortium', hospitals: 3, bytes: studies.reduce((total, { bytes }) => total + bytes, 0), deletedBytes: 0, instances: 3 }
    expect((await use(first)).consortium).toEqual(sum)
    expect((await use(third)).consortium).toEqual(sum)
    expect(await use(await aHospital(service))).not.toHaveProperty('consortium')
  })
})
