/** What accounts, organisations and gateways tell: each event once, to whom it is for. */
import type { NotificationPage, TodoPage } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiKeyTasks } from '../api-keys/index.ts'
import { aBrowser, anAccountsService, type AccountsService } from '../accounts/accounts.fixture.ts'
import { aReport, aState, apiOf } from '../gateways/gateways.fixture.ts'
import { gatewayTasks } from '../gateways/index.ts'
import { roleOf } from '../organisations/organisations.fixture.ts'
import { anOrganisationsService, type Call, type OrganisationsService } from '../organisations/service.fixture.ts'

let service: OrganisationsService
let accounts: AccountsService
beforeAll(async () => { [service, accounts] = await Promise.all([anOrganisationsService(), anAccountsService()]) })
afterAll(() => Promise.all([service.close(), accounts.close()]))

/** Events somebody has been told, the first first. */
const told = async (call: Call) => {
  await service.notifying.telling.tellDue()
  return (await call('GET', '/notifications')).json<NotificationPage>().items.map(({ event }) => event).reverse()
}

describe('accounts (AUTH-16)', () => {
  test('its holder and those who can release it are told of a freeze; its holder of the release, by a person or by the new day', async () => {
    const [person, administrator] = [await accounts.aPerson(), await accounts.anAdministrator()]
    const browser = aBrowser(accounts, '198.51.100.9')
    await browser.signIn(person.phone, person.password)
    const eventsOf = async (accountId: string) => {
      await accounts.notifying.telling.tellDue()
      return accounts.db('notification').join('notification_event', 'notification_event.event_id', 'notification.event_id').where('notification.account_id', accountId).orderBy('notification_id').pluck('event')
    }
    const freeze = async () => { for (let turn = 0; turn < 10; turn++) await aBrowser(accounts, `203.0.113.${String(turn)}`).signIn(person.phone, 'Cardiology&2') }
    await freeze()
    expect(await eventsOf(person.accountId)).toEqual(['account.password-changed', 'account.frozen'])
    expect(await eventsOf(administrator.accountId)).toEqual(['account.password-changed', 'member.account-frozen'])

    await accounts.db('membership').insert({ organisation_id: await accounts.organisationId('north'), account_id: person.accountId, role_id: await roleOf(accounts.db, await accounts.organisationId('north'), 'general') })
    const access = { actor: { kind: 'account', id: administrator.accountId }, organisationId: await accounts.organisationId('north'), permissions: new Set<never>(), studies: 'all' } as const
    await accounts.accounts.administration.release(access, person.accountId, { reason: 'asked by phone' })
    expect((await eventsOf(person.accountId)).at(-1)).toBe('account.unfrozen')
    // Released twice is released once.
    await accounts.accounts.administration.release(access, person.accountId, { reason: 'asked by phone' })
    await freeze()
    accounts.clock.advance({ days: 1 })
    await accounts.accounts.administration.noteThawed()
    await accounts.accounts.administration.noteThawed()
    expect((await eventsOf(person.accountId)).slice(2)).toEqual(['account.unfrozen', 'account.frozen', 'account.unfrozen'])
  })
})

describe('organisations', () => {
  test('members learn what becomes of their membership, and who changes it is not told of his own doing', async () => {
    const hospital = await service.organisation('hospital')
    const [chief, member] = [await hospital.member('full'), await hospital.member('general')]
    await chief.call('PATCH', `/members/${member.membershipId}`, { roleId: await roleOf(service.db, hospital.organisationId, 'finance') })
    expect(await told(member.call)).toEqual(['membership.role-changed'])
    await chief.call('POST', `/members/${member.membershipId}/suspension`)
    // Of the organisation nothing is seen meanwhile.
    expect(await told(member.call)).toEqual(['membership.suspended'])
    await chief.call('POST', `/members/${member.membershipId}/reinstatement`)
    expect(await told(member.call)).toEqual(['membership.role-changed', 'membership.suspended', 'membership.reinstated'])
    await chief.call('DELETE', `/members/${member.membershipId}`)
    expect((await told(member.call)).at(-1)).toBe('membership.removed')
    expect(await told(chief.call)).toEqual([])
  })

  test('who may change roles learns that another has', async () => {
    const hospital = await service.organisation('hospital')
    const [one, two] = [await hospital.member('full'), await hospital.member('full')]
    await one.call('PATCH', `/roles/${await roleOf(service.db, hospital.organisationId, 'general')}`, { permissions: ['log.view_own'] })
    await one.call('PATCH', `/roles/${await roleOf(service.db, hospital.organisationId, 'general')}`, { description: 'Reads' })
    expect([await told(one.call), await told(two.call)]).toEqual([[], ['role.changed']])
  })

  test('a pairing is told to the other side with each move, and is a to-do of the team until somebody answers (A.9)', async () => {
    const [hospital, team] = [await service.organisation('hospital', 'North'), await service.organisation('team', 'Night')]
    const [chief, leader, deputy] = [await hospital.member('full'), await team.member('full'), await team.member('full')]
    const todos = async (call: Call) => (await call('GET', '/todos')).json<TodoPage>().items.map(({ link }) => link.recordId)
    const { pairingId } = (await chief.call('POST', '/pairings', { teamNumber: team.number })).json<{ pairingId: string }>()
    expect([await todos(leader.call), await todos(deputy.call), await todos(chief.call)]).toEqual([[pairingId], [pairingId], []])
    await leader.call('POST', `/team/pairings/${pairingId}/declination`, { reason: 'Full' })
    expect(await todos(deputy.call)).toEqual([])
    await chief.call('POST', `/pairings/${pairingId}/renewal`)
    expect(await todos(deputy.call)).toEqual([pairingId])
    await deputy.call('POST', `/team/pairings/${pairingId}/agreement`)
    expect(await todos(leader.call)).toEqual([])
    await leader.call('PUT', `/team/pairings/${pairingId}/order-taking`, { takesOrders: false })
    await chief.call('DELETE', `/pairings/${pairingId}`)
    expect(await told(chief.call)).toEqual(['pairing.declined', 'pairing.agreed', 'pairing.order-taking-off'])
    expect(await told(leader.call)).toEqual(['pairing.requested', 'pairing.requested', 'pairing.ended'])
  })

  test('an invitation that is withdrawn is no to-do any more', async () => {
    const hospital = await service.organisation('hospital')
    const [chief, stranger] = [await hospital.member('full'), await service.stranger()]
    const { invitationId } = (await chief.call('POST', '/invitations', { phone: stranger.phone, roleId: await roleOf(service.db, hospital.organisationId, 'general') })).json<{ invitationId: string }>()
    await chief.call('DELETE', `/invitations/${invitationId}`)
    expect((await stranger.call('GET', '/todos')).json()).toEqual({ items: [] })
    expect((await stranger.call('GET', '/todos?state=closed')).json<TodoPage>().items).toMatchObject([{ outcome: 'withdrawn' }])
  })
})

describe('gateways', () => {
  test('what comes up is told when it does: enrolment, alarms, silence, and that it is heard again', async () => {
    const api = apiOf(service)
    const gateway = await api.aGateway('north')
    const [row] = await service.db('organisation').where({ slug: 'north' }).select<{ organisation_id: string }[]>('organisation_id')
    const organisationId = String(row?.organisation_id)
    const events = async () => {
      await service.notifying.telling.tellDue()
      return (await service.db('notification_event').where({ organisation_id: organisationId }).orderBy('event_id').select<{ event: string; record_id: string | null }[]>('event', 'record_id')).map(({ event }) => event)
    }
    const report = async (codes: readonly string[]) => {
      const alarms = codes.map((code) => ({ code, severity: 'warning' }))
      return (await api.call('POST', '/gateways/self/report', await api.bearerOf(gateway), aReport({ state: aState({ alarms }) }))).statusCode
    }
    expect(await events()).toEqual(['gateway.enrolled'])
    for (const alarms of [[], ['diskFull'], ['diskFull', 'nodeDown'], ['diskFull'], ['diskFull']]) expect(await report(alarms)).toBe(200)
    expect((await events()).slice(1)).toEqual(['gateway.alarm', 'gateway.alarm'])

    const look = async () => { await gatewayTasks(service.db).tasks['tell-of-silent-gateways']?.({}, { signal: new AbortController().signal, again: () => Promise.resolve() }) }
    await look()
    await service.db('gateway').where({ gateway_id: gateway.gatewayId }).update({ last_contact_at: new Date(Date.now() - 3_600_000) })
    await Promise.all([look(), look()])
    await look()
    await report(['diskFull'])
    await report(['diskFull'])
    expect((await events()).slice(3)).toEqual(['gateway.offline', 'gateway.online'])
  })
})

describe('API keys', () => {
  test('who looks after them is told of a new one by another, and of each end two weeks ahead, once', async () => {
    const hospital = await service.organisation('hospital')
    const [maker, other] = [await hospital.member('full'), await hospital.member('full')]
    const days = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString()
    const { apiKeyId, version } = (await maker.call('POST', '/api-keys', { name: 'Archive', scopes: ['system/ImagingStudy.rs'], expiresAt: days(30) })).json<{ apiKeyId: string; version: number }>()
    const look = async () => { await apiKeyTasks(service.db).tasks['tell-of-expiring-keys']?.({}, { signal: new AbortController().signal, again: () => Promise.resolve() }) }
    await look()
    expect([await told(maker.call), await told(other.call)]).toEqual([[], ['api-key.created']])
    for (const end of [10, 12]) {
      await maker.call('PATCH', `/api-keys/${apiKeyId}`, { expiresAt: days(end) }, end === 10 ? { 'if-match': `"${String(version)}"` } : {})
      await Promise.all([look(), look()])
      await look()
    }
    expect(await told(maker.call)).toEqual(['api-key.expiring', 'api-key.expiring'])
  })
})
