/** Hospitals whose studies are stored, deleted and brought back in tests. */
import type { DeletedStudyPage, QuarantinePage } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import type { LightMyRequestResponse } from 'fastify'
import { expect } from 'vitest'
import type { OrganisationsService } from '../organisations/service.fixture.ts'

export async function aHospital(service: OrganisationsService) {
  const hospital = await service.organisation('hospital')
  const headers = await service.as(hospital.slug)
  return {
    ...hospital, headers, administrator: await hospital.member('administrator'), doctor: await hospital.member('general'),
    get: (path: string) => service.get(path, headers),
    store: (objects: readonly Uint8Array[]) => service.store(objects, { headers }),
    /** What the change feed says of a study, in its order. */
    feedOf: (StudyInstanceUID: string) => service.db('change').where({ organisation_id: hospital.organisationId, study_instance_uid: StudyInstanceUID }).orderBy('position').pluck<string[]>('action'),
  }
}
export type Hospital = Awaited<ReturnType<typeof aHospital>>

export async function stored(hospital: Hospital, given: Parameters<typeof aStudy>[0] = { series: [{ kind: 'CT', instances: 2 }, { kind: 'MR', instances: 1 }] }) {
  const study = aStudy(given)
  const objects = study.instances.map((instance) => bytesOf(instance))
  expect((await hospital.store(objects)).statusCode).toBe(200)
  return { ...study, objects, bytes: objects.reduce((sum, { byteLength }) => sum + byteLength, 0), path: `/studies/${study.StudyInstanceUID}` }
}
export const deleteIt = (hospital: Hospital, StudyInstanceUID: string): Promise<LightMyRequestResponse> => hospital.administrator.call('POST', `/studies/${StudyInstanceUID}/deletion`, { reason: 'wrong patient' })
export const deleted = async (hospital: Hospital, query = '') => (await hospital.administrator.call('GET', `/deleted-studies?${query}`)).json<DeletedStudyPage>().items
export const restore = (hospital: Hospital, deletedStudyId: string) => hospital.administrator.call('POST', `/deleted-studies/${deletedStudyId}/restoration`, { reason: 'it was right' })

/** What is held apart. */
export const held = async (hospital: Hospital, query = '') => (await hospital.administrator.call('GET', `/quarantine${query}`)).json<QuarantinePage>().items
export const decide = (hospital: Hospital, quarantineId: string | undefined, decision: 'acceptance' | 'deletion') =>
  hospital.administrator.call('POST', `/quarantine/${String(quarantineId)}/${decision}`, { reason: 'asked at the desk' })

export const sopsOf = async (hospital: Hospital, path: string) => (await hospital.get(`${path}/instances`)).json<Record<string, { Value: string[] }>[]>().map((one) => one['00080018']?.Value[0]).sort()
export const valueOf = (instance: object, tag: string): string => String((instance as Record<string, { Value?: unknown[] }>)[tag]?.Value?.[0])
