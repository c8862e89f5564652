import type { Invitation, InvitationMade, InvitationPage, MemberCreation, MemberDetail, MemberPage, OwnInvitations, OwnMemberships, Role, RoleList } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aPhone, roleOf } from './organisations.fixture.ts'
import { anOrganisationsService, typeOf, type Call, type OrganisationsService } from './service.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
afterAll(() => service.close())

const aHospital = async () => {
  const hospital = await service.organisation('hospital', 'North Hospital')
  const chief = await hospital.member('full', { name: 'Chief' })
  const role = (builtIn: string) => roleOf(service.db, hospital.organisationId, builtIn)
  return { ...hospital, chief, role }
}
const detail = async (call: Call, membershipId: string) => (await call('GET', `/members/${membershipId}`)).json<MemberDetail>()
const trail = async (organisationId: string) => service.db('audit_event').where({ organisation_id: organisationId }).orderBy('audit_event_id').pluck<string[]>('action')

describe('making members', () => {
  test('a person new to the system gets an account, a one-time password shown once, and the role', async () => {
    const { chief, role, organisationId } = await aHospital()
    const phone = aPhone()
    const made = (await chief.call('POST', '/members', { phone, name: ' Zhao Min ', gender: 'female', email: 'zhao@example.org', introduction: 'CT', roleId: await role('general') })).json<MemberCreation>()
    expect(made).toMatchObject({ outcome: 'created' })
    expect(made.oneTimePassword).toMatch(/^.{8,24}$/)
    expect(await detail(chief.call, String(made.membershipId))).toMatchObject({ name: 'Zhao Min', phone, gender: 'female', email: 'zhao@example.org', introduction: 'CT', state: 'active', role: { builtIn: 'general' } })
    const { account_id } = await service.db('account').where({ phone }).first<{ account_id: string }>('account_id')
    const call = await service.callAs(account_id)
    expect(typeOf(await call('GET', '/account/memberships'))).toBe('session-restricted')
    expect(await trail(organisationId)).toEqual(expect.arrayContaining(['account.create', 'member.create']))
  })

  test('a person who has an account is invited instead; nothing of the account is shown', async () => {
    const { chief, role } = await aHospital()
    const stranger = await service.stranger()
    const made = (await chief.call('POST', '/members', { phone: stranger.phone, name: 'Somebody', roleId: await role('general') })).json<MemberCreation>()
    expect(made).toEqual({ outcome: 'invited', invitationId: made.invitationId, acceptanceCode: made.acceptanceCode })
    expect((await chief.call('GET', '/members')).json<MemberPage>().items.map(({ name }) => name)).toEqual(['Chief'])
    expect((await stranger.call('GET', '/account/invitations')).json<OwnInvitations>().items).toMatchObject([{ invitationId: made.invitationId, organisation: { name: 'North Hospital' } }])
  })

  test('who tries many numbers to see which have accounts is made to wait', async () => {
    const { chief, role, organisationId } = await aHospital()
    const roleId = await role('general')
    const known = await Promise.all(Array.from({ length: 22 }, async () => (await service.stranger()).phone))
    const answers: string[] = []
    for (const phone of known) answers.push(typeOf(await chief.call('POST', '/members', { phone, name: 'X', roleId })))
    expect(answers.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => '201'))
    expect(answers.at(-1)).toBe('too-many-requests')
    // In the database: another server process makes him wait as well.
    expect(await service.db('rate_limit').whereILike('key', `known-numbers%`).pluck('key')).toContain(`known-numbers-of-members ${organisationId}`)
  })
})

describe('the life of a member', () => {
  test('suspended, has nothing; reinstated, has it back; removed, comes back by an invitation alone', async () => {
    const { chief, role, member } = await aHospital()
    const doctor = await member('general')
    const path = `/members/${doctor.membershipId}`
    expect((await doctor.call('GET', '/organisation')).statusCode).toBe(200)
    expect((await chief.call('POST', `${path}/suspension`)).statusCode).toBe(204)
    expect((await doctor.call('GET', '/organisation')).statusCode).toBe(403)
    expect(typeOf(await chief.call('POST', `${path}/suspension`))).toBe('member-state-refused')
    expect((await detail(chief.call, doctor.membershipId)).actions).toEqual(['edit', 'changeRole', 'reinstate', 'remove'])
    expect((await chief.call('POST', `${path}/reinstatement`)).statusCode).toBe(204)
    expect((await doctor.call('GET', '/organisation')).statusCode).toBe(200)
    expect((await chief.call('DELETE', path)).statusCode).toBe(204)
    expect((await doctor.call('GET', '/organisation')).statusCode).toBe(403)
    expect(typeOf(await chief.call('GET', path))).toBe('no-such-member')
    expect(typeOf(await chief.call('POST', `${path}/reinstatement`))).toBe('no-such-member')
    const { invitationId, acceptanceCode: code } = (await chief.call('POST', '/invitations', { phone: doctor.phone, roleId: await role('finance') })).json<InvitationMade>()
    await doctor.call('POST', `/account/invitations/${invitationId}/acceptance`, { code })
    expect(await detail(chief.call, doctor.membershipId)).toMatchObject({ state: 'active', role: { builtIn: 'finance' } })
  })

  test('nobody changes, suspends or removes himself', async () => {
    const { chief, role } = await aHospital()
    const path = `/members/${chief.membershipId}`
    expect(typeOf(await chief.call('PATCH', path, { roleId: await role('general') }))).toBe('self-elevation')
    expect(typeOf(await chief.call('POST', `${path}/suspension`))).toBe('self-elevation')
    expect(typeOf(await chief.call('DELETE', path))).toBe('self-elevation')
    expect((await detail(chief.call, chief.membershipId)).actions).toEqual(['edit'])
  })

  test('the full role is given and taken away by those who have it alone', async () => {
    const { chief, role, member } = await aHospital()
    const [administrator, doctor] = [await member('administrator'), await member('general')]
    const full = await role('full')
    expect(typeOf(await administrator.call('PATCH', `/members/${doctor.membershipId}`, { roleId: full }))).toBe('full-role-needed')
    expect(typeOf(await administrator.call('POST', '/invitations', { phone: aPhone(), roleId: full }))).toBe('full-role-needed')
    expect(typeOf(await administrator.call('POST', '/members', { phone: aPhone(), name: 'Accomplice', roleId: full }))).toBe('full-role-needed')
    expect(typeOf(await administrator.call('POST', `/members/${chief.membershipId}/suspension`))).toBe('full-role-needed')
    expect(typeOf(await administrator.call('DELETE', `/members/${chief.membershipId}`))).toBe('full-role-needed')
    expect(typeOf(await administrator.call('POST', `/accounts/${chief.accountId}/one-time-password`, {}))).toBe('forbidden')
    expect((await administrator.call('POST', `/accounts/${doctor.accountId}/one-time-password`, {})).statusCode).toBeLessThan(300)
    expect((await chief.call('PATCH', `/members/${doctor.membershipId}`, { roleId: full })).statusCode).toBe(200)
  })

  test('who may only look after members makes nobody an administrator, in none of the ways there are', async () => {
    const { chief, role, member, organisationId } = await aHospital()
    const { roleId: clerks } = (await chief.call('POST', '/roles', { name: 'Clerk', permissions: ['org.member', 'org.role', 'study.view'] })).json<Role>()
    const [clerk, administrator, doctor] = [await member('general'), await member('administrator'), await member('general')]
    await chief.call('PATCH', `/members/${clerk.membershipId}`, { roleId: clerks })
    const [administrators, doctors, finance] = [await role('administrator'), await role('general'), await role('finance')]
    const accomplice = { phone: aPhone(), name: 'Accomplice', roleId: administrators }
    const { permissions } = (await clerk.call('GET', `/roles/${doctors}`)).json<Role>()
    const { invitationId } = (await chief.call('POST', '/invitations', { phone: aPhone(), roleId: administrators })).json<Invitation>()
    for (const [method, path, body] of [
      ['POST', '/members', accomplice], ['POST', '/invitations', { phone: aPhone(), roleId: administrators }], ['POST', `/invitations/${invitationId}/renewal`, undefined],
      ['PATCH', `/members/${doctor.membershipId}`, { roleId: administrators }], ['DELETE', `/roles/${doctors}?replacementId=${administrators}`, undefined],
      ['POST', '/roles', { name: 'Better', permissions: ['admin.audit'] }], ['PATCH', `/roles/${doctors}`, { permissions: [...permissions, 'admin.audit'] }],
    ] as const) expect([path, typeOf(await clerk.call(method, path, body))]).toEqual([path, 'role-beyond-own'])
    expect(typeOf(await clerk.call('POST', `/accounts/${administrator.accountId}/one-time-password`, {}))).toBe('forbidden')
    expect(await service.db('membership').where({ organisation_id: organisationId, role_id: administrators }).pluck('membership_id')).toEqual([administrator.membershipId])
    // What is no administration he gives, whether or not he does it himself.
    expect((await clerk.call('PATCH', `/members/${doctor.membershipId}`, { roleId: finance })).statusCode).toBe(200)
    expect((await clerk.call('POST', `/accounts/${doctor.accountId}/one-time-password`, {})).statusCode).toBe(201)
    expect((await administrator.call('POST', '/members', accomplice)).statusCode).toBe(201)
  })

  test('administrators of a hospital get another password from above by who has the full role there, and it stands in the trail of both', async () => {
    const [{ chief, organisationId }, consortium] = [await aHospital(), await service.organisation('consortium', 'Northern Consortium')]
    await service.db('consortium_hospital').insert({ consortium_id: consortium.organisationId, hospital_id: organisationId, is_billing: true })
    const [president, administrator] = [await consortium.member('full'), await consortium.member('administrator')]
    const reset = async (call: Call) => typeOf(await call('POST', `/accounts/${chief.accountId}/one-time-password`, {}))
    expect(await reset(administrator.call)).toBe('forbidden')
    // Nor where the hospital's administrator has a small role in the consortium beside.
    await consortium.member('administrator', { accountId: chief.accountId })
    expect(await reset(administrator.call)).toBe('forbidden')
    // Nor a consortium that is not billed for the hospital.
    const billed = (isBilling: boolean) => service.db('consortium_hospital').where({ hospital_id: organisationId }).update({ is_billing: isBilling })
    await billed(false)
    expect(await reset(president.call)).toBe('forbidden')
    await billed(true)
    expect(await reset(president.call)).toBe('201')
    for (const place of [organisationId, consortium.organisationId]) expect(await trail(place)).toContain('account.password-reset')
  })

  test('an offer of the full role is not taken back or made smaller by who could not make it', async () => {
    const { chief, role, member } = await aHospital()
    const [administrator, phone, doctors] = [await member('administrator'), aPhone(), await role('general')]
    const { invitationId } = (await chief.call('POST', '/invitations', { phone, roleId: await role('full') })).json<Invitation>()
    expect(typeOf(await administrator.call('POST', '/invitations', { phone, roleId: doctors }))).toBe('full-role-needed')
    expect(typeOf(await administrator.call('DELETE', `/invitations/${invitationId}`))).toBe('full-role-needed')
    expect((await chief.call('POST', '/invitations', { phone, roleId: doctors })).json()).toMatchObject({ invitationId, role: { roleId: doctors } })
    expect((await administrator.call('DELETE', `/invitations/${invitationId}`)).statusCode).toBe(204)
  })

  test('of two who have the full role and remove each other at once, one stays', async () => {
    for (const attempt of [1, 2, 3]) {
      const { chief, member, organisationId } = await aHospital()
      const second = await member('full')
      const answers = await Promise.all([chief.call('DELETE', `/members/${second.membershipId}`), second.call('DELETE', `/members/${chief.membershipId}`)])
      expect([attempt, answers.filter(({ statusCode }) => statusCode === 204).length]).toEqual([attempt, 1])
      expect(await service.db('membership').where({ organisation_id: organisationId, state: 'active' })).toHaveLength(1)
    }
  })

  test('who is suspended keeps nobody in office: the last active one with the full role stays', async () => {
    const { chief, role, member, slug } = await aHospital()
    const second = await member('full')
    await service.db('membership').where({ membership_id: second.membershipId }).update({ state: 'suspended' })
    // A script with the permission is no member, and still cannot leave an organisation without anybody.
    const script = await service.as(slug, ['org.member'])
    const inject = (method: 'PATCH' | 'DELETE' | 'POST', path: string, payload?: object) => service.app.inject({ method, url: `/api${path}`, headers: script, ...(payload === undefined ? {} : { payload }) })
    expect(typeOf(await inject('DELETE', `/members/${chief.membershipId}`))).toBe('last-administrator')
    expect(typeOf(await inject('POST', `/members/${chief.membershipId}/suspension`))).toBe('last-administrator')
    expect(typeOf(await inject('PATCH', `/members/${chief.membershipId}`, { roleId: await role('general') }))).toBe('last-administrator')
    expect((await inject('DELETE', `/members/${second.membershipId}`)).statusCode).toBe(204)
  })

  test('a change to an older version is refused', async () => {
    const { chief, member } = await aHospital()
    const doctor = await member('general')
    const { version } = await detail(chief.call, doctor.membershipId)
    const change = (body: object, etag: string) => chief.call('PATCH', `/members/${doctor.membershipId}`, body, { 'if-match': etag })
    expect((await change({ hasElectronicFilm: true }, `"${version}"`)).json()).toMatchObject({ hasElectronicFilm: true, version: version + 1 })
    expect(typeOf(await change({ hasElectronicFilm: false }, `"${version}"`))).toBe('changed-meanwhile')
  })
})

describe('the list of members', () => {
  test('is paged from the latest on, without gaps or repeats, and searched by name and number', async () => {
    const { chief, member } = await aHospital()
    for (const name of ['Wang Fang', 'Wang Lei', '100% Sure', 'Müller Änne']) await member('general', { name })
    const all: string[] = []
    let next: string | undefined
    do {
      const page: MemberPage = (await chief.call('GET', `/members?limit=2${next === undefined ? '' : `&cursor=${next}`}`)).json<MemberPage>()
      all.push(...page.items.map(({ name }) => name))
      next = page.next
    } while (next !== undefined)
    expect(all).toEqual(['Müller Änne', '100% Sure', 'Wang Lei', 'Wang Fang', 'Chief'])
    const found = async (search: string) => (await chief.call('GET', `/members?search=${encodeURIComponent(search)}`)).json<MemberPage>().items.map(({ name }) => name)
    expect(await found('wang')).toEqual(['Wang Lei', 'Wang Fang'])
    expect(await found('0%')).toEqual(['100% Sure'])
    expect(await found('_')).toEqual([])
    expect(await found(chief.phone.slice(-8))).toEqual(['Chief'])
  })

  test('shows no whole number', async () => {
    const { chief } = await aHospital()
    const [only] = (await chief.call('GET', '/members')).json<MemberPage>().items
    expect(only?.phone).toMatch(/^\+861\d{2}\*{4}\d{4}$/)
  })
})

describe('roles', () => {
  const roles = async (call: Call) => (await call('GET', '/roles')).json<RoleList>().items

  test('an organisation begins with its built-in roles, the full one first', async () => {
    const { chief } = await aHospital()
    expect((await roles(chief.call)).map(({ builtIn, members, actions }) => [builtIn, members, actions])).toEqual([
      ['full', 1, ['rename', 'assign']], ...['administrator', 'general', 'finance', 'technician'].map((builtIn) => [builtIn, 0, ['edit', 'rename', 'delete', 'assign']]),
    ])
  })

  test('an organisation of before has them when somebody first asks, once, however many do', async () => {
    const before = await service.as('older')
    const ask = async () => (await service.app.inject({ url: '/api/roles', headers: before })).json<RoleList>().items.map(({ name }) => name)
    const answers = await Promise.all(Array.from({ length: 4 }, ask))
    expect(answers).toEqual(Array.from({ length: 4 }, () => ['Full access', 'Administrator', 'Doctor', 'Finance', 'IT']))
  })

  test('the full role is not deleted and loses nothing; it can be called otherwise', async () => {
    const { chief, role } = await aHospital()
    const full = await role('full')
    expect(typeOf(await chief.call('DELETE', `/roles/${full}?replacementId=${await role('general')}`))).toBe('full-role-protected')
    expect(typeOf(await chief.call('PATCH', `/roles/${full}`, { permissions: [] }))).toBe('full-role-protected')
    expect((await chief.call('PATCH', `/roles/${full}`, { name: 'Direction' })).json()).toMatchObject({ name: 'Direction', builtIn: 'full' })
  })

  test('a change counts at once in sessions that are open', async () => {
    const { chief, role, member } = await aHospital()
    const doctor = await member('general')
    expect((await doctor.call('GET', '/members')).statusCode).toBe(403)
    await chief.call('PATCH', `/roles/${await role('general')}`, { permissions: ['org.member', 'log.view_own'] })
    expect((await doctor.call('GET', '/members')).statusCode).toBe(200)
    await chief.call('PATCH', `/roles/${await role('general')}`, { permissions: [] })
    expect((await doctor.call('GET', '/members')).statusCode).toBe(403)
  })

  test('names are unique without regard to case; permissions of another kind of organisation are refused', async () => {
    const { chief } = await aHospital()
    expect((await chief.call('POST', '/roles', { name: 'Archivist', permissions: ['log.view_own'] })).statusCode).toBe(201)
    expect(typeOf(await chief.call('POST', '/roles', { name: ' ARCHIVIST ', permissions: [] }))).toBe('name-taken')
    expect(typeOf(await chief.call('POST', '/roles', { name: 'Team lead', permissions: ['team.fee'] }))).toBe('invalid-role')
    expect(typeOf(await chief.call('POST', '/roles', { name: 'Self', permissions: ['report.submit'] }))).toBe('invalid-role')
  })

  test('nobody adds to the role he has; to take from it is allowed', async () => {
    const { role, member } = await aHospital()
    const administrator = await member('administrator')
    const { roleId, permissions } = (await administrator.call('GET', `/roles/${await role('administrator')}`)).json<Role>()
    expect(typeOf(await administrator.call('PATCH', `/roles/${roleId}`, { permissions: [...permissions, 'bill.pay'] }))).toBe('self-elevation')
    expect((await administrator.call('PATCH', `/roles/${roleId}`, { permissions: permissions.filter((one) => one !== 'study.delete') })).statusCode).toBe(200)
  })

  test('a role that is held or offered is deleted only with another in its place', async () => {
    const { chief, role, member } = await aHospital()
    const [doctor, general, finance] = [await member('general'), await role('general'), await role('finance')]
    const { invitationId } = (await chief.call('POST', '/invitations', { phone: aPhone(), roleId: general })).json<Invitation>()
    expect((await chief.call('DELETE', `/roles/${general}`)).json()).toMatchObject({ type: '/problems/role-in-use', members: 1, invitations: 1 })
    expect(typeOf(await chief.call('DELETE', `/roles/${general}?replacementId=${general}`))).toBe('invalid-role')
    expect((await chief.call('DELETE', `/roles/${general}?replacementId=${finance}`)).statusCode).toBe(204)
    // Open pages of those who have another role now learn of it.
    expect(await service.db('notification_event').where({ event: 'role.changed', record_id: finance })).toHaveLength(1)
    expect((await detail(chief.call, doctor.membershipId)).role.roleId).toBe(finance)
    expect((await chief.call('GET', '/invitations')).json<InvitationPage>().items).toMatchObject([{ invitationId, role: { roleId: finance } }])
  })

  test('who was removed, and invitations that are over, keep no role from being deleted', async () => {
    const { chief, role, member } = await aHospital()
    const [doctor, general] = [await member('general'), await role('general')]
    await chief.call('DELETE', `/members/${doctor.membershipId}`)
    const { invitationId } = (await chief.call('POST', '/invitations', { phone: aPhone(), roleId: general })).json<Invitation>()
    await chief.call('DELETE', `/invitations/${invitationId}`)
    expect((await chief.call('DELETE', `/roles/${general}`)).statusCode).toBe(204)
  })

  test('a role that is deleted while it is given away ends up with nobody', async () => {
    for (const attempt of [1, 2, 3]) {
      const { chief, role, member, organisationId } = await aHospital()
      const [doctor, general, finance] = [await member('finance'), await role('general'), await role('finance')]
      const [given, deleted] = await Promise.all([chief.call('PATCH', `/members/${doctor.membershipId}`, { roleId: general }), chief.call('DELETE', `/roles/${general}`)])
      expect([attempt, ['200 role-in-use', 'no-such-role 204'].includes(`${typeOf(given)} ${typeOf(deleted)}`)]).toEqual([attempt, true])
      const held = await service.db('membership').where({ organisation_id: organisationId, membership_id: doctor.membershipId }).first<{ role_id: string }>('role_id')
      expect(held.role_id).toBe(typeOf(given) === '200' ? general : finance)
    }
  })
})

test('one person works in a hospital and a team, and goes from one to the other', async () => {
  const [hospital, team] = [await service.organisation('hospital', 'A'), await service.organisation('team', 'B')]
  const first = await hospital.member('general')
  const second = await team.member('reviewer', { accountId: first.accountId })
  const call = await service.callAs(first.accountId)
  const own = async () => (await call('GET', '/account/memberships')).json<OwnMemberships>().items
  expect((await own()).map(({ organisation, isAtWork }) => [organisation.name, isAtWork])).toEqual([['A', false], ['B', false]])
  expect((await call('GET', '/organisation')).statusCode).toBe(403)
  expect((await call('POST', `/account/memberships/${second.membershipId}/switch`)).json()).toMatchObject({ isAtWork: true, permissions: expect.arrayContaining(['report.submit']) as unknown })
  expect((await call('GET', '/organisation')).json()).toMatchObject({ name: 'B', kind: 'team' })
  expect((await call('GET', '/organisation', undefined, { 'x-organisation': hospital.organisationId })).json()).toMatchObject({ name: 'A' })
  const stranger = await service.stranger()
  expect(typeOf(await stranger.call('POST', `/account/memberships/${second.membershipId}/switch`))).toBe('no-such-member')
})
