import type { MemberPage } from '@isocenter/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { roleOf } from './organisations.fixture.ts'
import { anOrganisationsService, type Call, type OrganisationsService } from './service.fixture.ts'

let service: OrganisationsService
let call: Call
beforeAll(async () => {
  service = await anOrganisationsService()
  const hospital = await service.organisation('hospital')
  call = (await hospital.member('full')).call
  await service.db.raw(`
    with people as (
      insert into account (organisation_id, phone, name, created_by)
      select ?, '+8617' || lpad(n::text, 9, '0'), (array['Wang', 'Li', 'Zhang', 'Liu'])[1 + n % 4] || ' ' || md5(n::text), 'test' from generate_series(1, 10000) as n returning account_id)
    insert into membership (organisation_id, account_id, role_id, joined_at) select ?, account_id, ?, now() - random() * interval '1000 days' from people`,
  [hospital.organisationId, hospital.organisationId, await roleOf(service.db, hospital.organisationId, 'general')])
  await service.db.raw('analyze account, membership')
})
afterAll(() => service.close())

/** Middle of five, in ms, after one that opens what is opened once. */
async function middleMs(path: string): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < 6; turn++) {
    const begun = performance.now()
    expect((await call('GET', path)).statusCode).toBe(200)
    times.push(performance.now() - begun)
  }
  return times.slice(1).sort((a, b) => a - b)[2] ?? Number.NaN
}

test('a list of 10,000 members pages and searches in under 200 ms', async () => {
  const { next } = (await call('GET', '/members?limit=200')).json<MemberPage>()
  const paths = {
    'first page': '/members', 'next page': `/members?limit=200&cursor=${next ?? ''}`, 'by a common name': '/members?search=zhang', 'by part of a rare name': '/members?search=c4ca42',
    'by number': '/members?search=009999', nobody: '/members?search=nobody',
  }
  for (const [name, path] of Object.entries(paths)) expect([name, await middleMs(path)]).toEqual([name, expect.toSatisfy((ms: number) => ms < 200)])
})
