/** Stopping an account everywhere: what its sessions and its keys are good for then, and who may do it. */
import type { NewApiKey } from '@isocenter/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anOrganisationsService, typeOf, type OrganisationsService } from '../organisations/service.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

const phoneOf = async (accountId: string) => (await service.db('account').where({ account_id: accountId }).first<{ phone: string }>('phone')).phone
const trail = (accountId: string) => service.db('audit_event').whereIn('action', ['account.suspend', 'account.reinstate']).whereRaw(`detail->>'accountId' = ?`, [accountId])

test('who is stopped by an operator has no session in any organisation, and keys he has made let nobody in, until he goes on', async () => {
  const [hospital, team, platform] = [await service.organisation('hospital'), await service.organisation('team'), await service.organisation('platform')]
  const [doctor, operator] = [await hospital.member('full'), await platform.member('full')]
  const inTeam = await team.member('full', { accountId: doctor.accountId })
  const made = (await doctor.call('POST', '/api-keys', { name: 'Archive', scopes: ['system/ImagingStudy.rs'], expiresAt: new Date(Date.now() + 86_400_000).toISOString() })).json<NewApiKey>()
  const byKey = () => service.app.inject({ url: '/dicom-web/studies', headers: { authorization: `Bearer ${made.key}` } })
  expect([(await byKey()).statusCode, (await inTeam.call('GET', '/organisation')).statusCode]).toEqual([200, 200])

  const phone = await phoneOf(doctor.accountId)
  expect((await operator.call('POST', '/operator/accounts/suspension', { phone, reason: 'Laptop stolen' })).statusCode).toBe(204)
  expect((await byKey()).statusCode).toBe(401)
  for (const { call } of [doctor, inTeam]) expect((await call('GET', '/organisation')).statusCode).toBe(401)
  expect(await service.db('account_session').where({ account_id: doctor.accountId })).toEqual([])

  expect((await operator.call('POST', '/operator/accounts/reinstatement', { phone, reason: 'A new one' })).statusCode).toBe(204)
  expect((await byKey()).statusCode).toBe(200)
  const entries = await trail(doctor.accountId).orderBy('audit_event_id').select<{ action: string; detail: { reason: string } }[]>('action', 'detail')
  expect(new Set(entries.map(({ action, detail }) => `${action}: ${detail.reason}`))).toEqual(new Set(['account.suspend: Laptop stolen', 'account.reinstate: A new one']))
})

test('only operators may, and not themselves; who has the full role of the platform is stopped by who has it, too', async () => {
  const [hospital, platform] = [await service.organisation('hospital'), await service.organisation('platform')]
  const [administrator, first, second] = [await hospital.member('full'), await platform.member('full'), await platform.member('full')]
  const body = async (accountId: string) => ({ phone: await phoneOf(accountId), reason: 'Because' })
  expect(typeOf(await administrator.call('POST', '/operator/accounts/suspension', await body(first.accountId)))).toBe('forbidden')
  expect(typeOf(await first.call('POST', '/operator/accounts/suspension', await body(first.accountId)))).toBe('forbidden')
  const role = (await first.call('POST', '/roles', { name: 'Desk', permissions: ['operator.organisations'] })).json<{ roleId: string }>()
  const clerk = await platform.member('full')
  await service.db('membership').where({ account_id: clerk.accountId }).update({ role_id: role.roleId })
  expect(typeOf(await clerk.call('POST', '/operator/accounts/suspension', await body(second.accountId)))).toBe('forbidden')
  expect((await clerk.call('POST', '/operator/accounts/suspension', await body(administrator.accountId))).statusCode).toBe(204)
  expect((await first.call('POST', '/operator/accounts/suspension', await body(second.accountId))).statusCode).toBe(204)
  expect(typeOf(await first.call('POST', '/operator/accounts/suspension', { phone: '+8613000000000', reason: 'Nobody' }))).toBe('no-such-account')
  expect(await trail(first.accountId)).toEqual([])
})
