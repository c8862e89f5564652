/** The trail as a file: whole and in order. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fieldsOf, partsOf } from '../exports/spreadsheet.fixture.ts'
import { anOrganisationsService, type OrganisationsService } from '../organisations/service.fixture.ts'
import { record } from './index.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

test('has every entry once, the latest first, more than a page of them, and that it was taken is in the trail', async () => {
  const hospital = await service.organisation('hospital')
  const { call, accountId } = await hospital.member('administrator', { name: '=cmd' })
  await record(
    service.db,
    Array.from({ length: 2_500 }, (_, nth) => ({
      organisationId: hospital.organisationId,
      actor: `account:${accountId}`,
      action: 'study.retrieve',
      outcome: 'success',
      detail: { nth },
      StudyInstanceUID: '1.2.3',
      origin: null,
    } as const)),
  )
  const answer = await call('GET', '/audit/export?format=csv&language=en&group=studies')
  expect(answer.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8; header=present', 'content-disposition': 'attachment; filename="audit-trail.csv"', 'cache-control': 'no-store' })
  const [heading, ...lines] = fieldsOf(answer.body)
  expect(heading?.slice(0, 5)).toEqual(['Entry', 'Time', 'Actor kind', 'Actor', 'Name'])
  expect(lines.map((line) => line.at(-1))).toEqual(Array.from({ length: 2_500 }, (_, nth) => JSON.stringify({ nth: 2_499 - nth })))
  expect(lines[0]?.[4]).toBe("'=cmd")
  expect(
    await service.db('audit_event').where({ organisation_id: hospital.organisationId, action: 'log.export' }).first<object>(),
  ).toMatchObject({ actor: `account:${accountId}`, detail: { format: 'csv', group: ['studies'] } })
  const sheet = (await partsOf((await call('GET', '/audit/export?format=xlsx&action=study.retrieve')).rawPayload)).get('xl/worksheets/sheet1.xml')
  expect(sheet?.match(/<row>/g)).toHaveLength(2_501)
  expect(sheet).toContain('患者编号')
  expect((await (await hospital.member('general')).call('GET', '/audit/export?format=csv')).statusCode).toBe(403)
})
