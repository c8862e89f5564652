/** Hospitals with studies, listed and looked at in tests. */
import type { StudyDetail, StudyPage } from '@isocenter/contracts'
import { aStudy, bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import { expect } from 'vitest'
import type { OrganisationsService, TestMember } from '../organisations/service.fixture.ts'

export const nowhere = '00000000-0000-4000-8000-000000000000'

export async function aHospital(service: OrganisationsService) {
  const hospital = await service.organisation('hospital')
  return { ...hospital, service, headers: await service.as(hospital.slug), administrator: await hospital.member('full'), doctor: await hospital.member('general') }
}
export type Hospital = Awaited<ReturnType<typeof aHospital>>

/** One study with these attributes, stored and, where told, arrived so many hours ago. */
export async function stored(
  { service, organisationId, headers }: Hospital,
  given: Parameters<typeof attributes>[0] = {},
  { hoursAgo = 0, series = [{ kind: 'CT', instances: 2 }] as const }: {
    hoursAgo?: number
    series?: NonNullable<Parameters<typeof aStudy>[0]>['series']
  } = {},
) {
  const study = aStudy({ series })
  const objects = study.instances.map((instance) => bytesOf({ ...instance, ...attributes(given) }))
  expect((await service.store(objects, { headers })).statusCode).toBe(200)
  const arrived = new Date(Date.now() - hoursAgo * 3_600_000)
  if (hoursAgo > 0) await service.db('study').where({ organisation_id: organisationId, study_instance_uid: study.StudyInstanceUID }).update({ created_at: arrived })
  return study
}

export const list = async ({ call }: Pick<TestMember, 'call'>, query: Readonly<Record<string, string>> = {}) => {
  const answer = await call('GET', `/studies?${new URLSearchParams(query).toString()}`)
  expect([answer.statusCode, answer.body.slice(0, 300)]).toEqual([200, expect.anything()])
  return answer.json<StudyPage>()
}
export const uids = ({ items }: StudyPage) => items.map(({ StudyInstanceUID }) => StudyInstanceUID)
export const detail = async ({ call }: Pick<TestMember, 'call'>, uid: string) => (await call('GET', `/studies/${uid}`)).json<StudyDetail>()
