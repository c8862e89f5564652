/** Invitations: whom they are told to, how long they are good, and that who accepts one shows that it came to him: whoever makes an account types its phone number, and proves nothing by it. */
import type { Invitation, InvitationMade, InvitationPage, MemberCreation, NotificationPage, OneTimePassword, OwnInvitations, OwnMemberships, TodoPage } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aPhone, roleOf } from './organisations.fixture.ts'
import { anOrganisationsService, typeOf, type Call, type OrganisationsService } from './service.fixture.ts'

let now = new Date('2026-11-22T04:00:00Z')
/** Lets days go by, in which everybody stays signed in. */
const days = async (count: number) => {
  now = new Date(now.getTime() + count * 86_400_000)
  await service.db('account_session').update({ last_active_at: now, expires_at: new Date(now.getTime() + 86_400_000) })
}
let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService(() => now) })
afterAll(() => service.close())

const aHospital = async (name = 'North Hospital') => {
  const hospital = await service.organisation('hospital', name)
  const chief = await hospital.member('full', { name: 'Chief' })
  return { ...hospital, chief, role: (builtIn: string) => roleOf(service.db, hospital.organisationId, builtIn) }
}
const invite = async ({ chief, role }: Awaited<ReturnType<typeof aHospital>>, phone: string, builtIn = 'general') =>
  (await chief.call('POST', '/invitations', { phone, roleId: await role(builtIn) })).json<InvitationMade>()
const accept = (call: Call, invitationId: string, code?: string) => call('POST', `/account/invitations/${invitationId}/acceptance`, { ...(code !== undefined && { code }) })
const prove = (accountId: string) => service.db('account').where({ account_id: accountId }).update({ phone_proven_at: new Date() })
const ownInvitations = async (call: Call) => (await call('GET', '/account/invitations')).json<OwnInvitations>().items
/** A code of the same form that is not this one. */
const otherThan = (code: string) => `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`

test("who made an account for another's phone does not become a member where its holder is invited", async () => {
  const [squatting, inviting] = [await aHospital('A'), await aHospital('B')]
  const phone = aPhone()
  const made = (await squatting.chief.call('POST', '/members', { phone, name: 'Somebody', roleId: await squatting.role('general') })).json<MemberCreation>()
  expect(made.outcome).toBe('created')
  // A signs in with the one-time password it was shown, and sets another.
  const { account_id } = await service.db('account').where({ phone }).first<{ account_id: string }>('account_id')
  await service.db('account').where({ account_id }).update({ must_set_password: false })
  const squatter = await service.callAs(account_id)
  const { invitationId } = await invite(inviting, phone, 'administrator')
  expect(await ownInvitations(squatter)).toMatchObject([{ invitationId, needsCode: true }])
  expect(typeOf(await accept(squatter, invitationId))).toBe('invitation-code-needed')
  expect(await service.db('membership').where({ organisation_id: inviting.organisationId, account_id })).toEqual([])
  expect((await (await service.callAs(account_id, inviting.organisationId))('GET', '/members')).statusCode).toBe(403)
})

test('a proof of the phone ends with a one-time password another hands over', async () => {
  const [own, inviting] = [await aHospital('A'), await aHospital('B')]
  const roleId = await own.role('general')
  const phone = aPhone()
  const { membershipId } = (await own.chief.call('POST', '/members', { phone, name: 'Somebody', roleId })).json<MemberCreation>()
  const { account_id } = await service.db('membership').where({ membership_id: membershipId }).first<{ account_id: string }>('account_id')
  await prove(account_id)
  const { invitationId } = await invite(inviting, phone)
  expect((await own.chief.call('POST', `/accounts/${account_id}/one-time-password`, {})).json<OneTimePassword>().oneTimePassword).toBeTypeOf('string')
  await service.db('account').where({ account_id }).update({ must_set_password: false })
  expect(typeOf(await accept(await service.callAs(account_id), invitationId))).toBe('invitation-code-needed')
})

test('who has proven the phone accepts without a code, and is not asked for one', async () => {
  const hospital = await aHospital()
  const stranger = await service.stranger()
  await prove(stranger.accountId)
  const { invitationId } = await invite(hospital, stranger.phone)
  expect(await ownInvitations(stranger.call)).toMatchObject([{ needsCode: false }])
  expect(typeOf(await accept(stranger.call, invitationId))).toBe('200')
})

test('the code is good as it is typed, and becomes no proof of the phone', async () => {
  const [first, second] = [await aHospital('A'), await aHospital('B')]
  const stranger = await service.stranger()
  const { invitationId, acceptanceCode } = await invite(first, stranger.phone)
  expect(acceptanceCode).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/)
  expect(typeOf(await accept(stranger.call, invitationId, ` ${acceptanceCode.replace('-', ' ').toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')} `))).toBe('200')
  expect((await stranger.call('GET', '/account/memberships')).json<OwnMemberships>().items).toHaveLength(1)
  expect(typeOf(await accept(stranger.call, (await invite(second, stranger.phone)).invitationId))).toBe('invitation-code-needed')
})

test('wrong codes are counted, at once or one by one; after ten the right one is good no longer, and inviting again makes another', async () => {
  const hospital = await aHospital()
  const stranger = await service.stranger()
  const { invitationId, acceptanceCode } = await invite(hospital, stranger.phone)
  const wrong = otherThan(acceptanceCode)
  expect((await accept(stranger.call, invitationId, wrong)).json()).toMatchObject({ type: '/problems/invitation-code-refused', status: 403, triesLeft: 9 })
  const answers = await Promise.all(Array.from({ length: 9 }, () => accept(stranger.call, invitationId, wrong)))
  expect(answers.map((answer) => answer.json<{ triesLeft: number }>().triesLeft).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  expect((await accept(stranger.call, invitationId, acceptanceCode)).json()).toMatchObject({ type: '/problems/invitation-code-refused', triesLeft: 0 })
  // They stand in the trail of the organisation that invites.
  expect(await service.db('audit_event').where({ organisation_id: hospital.organisationId, action: 'invitation.answer', outcome: 'refused' })).toHaveLength(11)
  const again = (await hospital.chief.call('POST', `/invitations/${invitationId}/renewal`)).json<InvitationMade>()
  expect(again.acceptanceCode).not.toBe(acceptanceCode)
  expect((await accept(stranger.call, invitationId, acceptanceCode)).json()).toMatchObject({ triesLeft: 9 })
  expect(typeOf(await accept(stranger.call, invitationId, again.acceptanceCode))).toBe('200')
})

test("another invitation's code is none, nor is one of before codes were made", async () => {
  const [first, second] = [await aHospital('A'), await aHospital('B')]
  const stranger = await service.stranger()
  const [one, other] = [await invite(first, stranger.phone), await invite(second, stranger.phone)]
  expect(typeOf(await accept(stranger.call, one.invitationId, other.acceptanceCode))).toBe('invitation-code-refused')
  await service.db('invitation').where({ invitation_id: one.invitationId }).update({ code_sha256: null })
  expect((await accept(stranger.call, one.invitationId, one.acceptanceCode)).json()).toMatchObject({ triesLeft: 0 })
})

test('the code is told to who invites this once, and to the phone; what is kept is not the code', async () => {
  const hospital = await aHospital()
  const stranger = await service.stranger()
  const { invitationId, acceptanceCode } = await invite(hospital, stranger.phone)
  const waiting = async () => (await service.outbox.waiting()).filter(({ kind, to }) => kind === 'invitation-code' && to?.address === stranger.phone)
  const sent = await waiting()
  expect(sent).toMatchObject([{ to: { channel: 'sms' }, text: { subject: '邀请接受码' } }])
  // In the language of who is invited.
  await service.db('account').where({ account_id: stranger.accountId }).update({ language: 'en' })
  expect(await waiting()).toMatchObject([{ text: { subject: 'Code to accept an invitation' } }])
  expect(sent[0]?.text.body).toContain(acceptanceCode)
  expect((await hospital.chief.call('GET', '/invitations')).json<InvitationPage>().items.map((one) => Object.keys(one)).flat()).not.toContain('acceptanceCode')
  await service.notifying.telling.tellDue()
  const seen = [await stranger.call('GET', '/account/invitations'), await stranger.call('GET', '/notifications'), await stranger.call('GET', '/todos')].map(({ body }) => body).join()
  expect(seen).not.toContain(acceptanceCode)
  expect(JSON.stringify(await service.db('invitation').where({ invitation_id: invitationId }))).not.toContain(acceptanceCode)
})

test('inviting tells nothing of the phone: unknown, known and proven are answered alike, with a code each', async () => {
  const hospital = await aHospital()
  const [known, proven] = [await service.stranger(), await service.stranger()]
  await prove(proven.accountId)
  const answers = await Promise.all([aPhone(), known.phone, proven.phone].map((phone) => invite(hospital, phone)))
  const shapes = answers.map(({ acceptanceCode, ...rest }) => ({ ...(rest satisfies Invitation), code: acceptanceCode.length, invitationId: '', phone: '', invitedAt: '', expiresAt: '' }))
  expect(shapes[1]).toEqual(shapes[0])
  expect(shapes[2]).toEqual(shapes[0])
})

test('the code is bounded, and the body of an acceptance is there', async () => {
  const stranger = await service.stranger()
  const path = '/account/invitations/00000000-0000-4000-8000-000000000000/acceptance'
  for (const body of [undefined, { code: '' }, { code: 'X'.repeat(41) }]) expect([body, typeOf(await stranger.call('POST', path, body))]).toEqual([body, 'bad-request'])
  expect(typeOf(await stranger.call('POST', path, { code: 'K7QXM-3FJ2P' }))).toBe('no-such-invitation')
})

describe('invitations', () => {
  const inviteBy = async (call: Call, phone: string, roleId: string) => call('POST', '/invitations', { phone, roleId })
  const trail = async (organisationId: string) => service.db('audit_event').where({ organisation_id: organisationId }).orderBy('audit_event_id').pluck<string[]>('action')

  test('disclose nothing: a number somebody has and one nobody has are answered and listed alike', async () => {
    const { chief, role } = await aHospital()
    const roleId = await role('general')
    const { phone: known } = await service.stranger()
    const answers = [await inviteBy(chief.call, known, roleId), await inviteBy(chief.call, aPhone(), roleId)]
    const shapes = answers.map((answer) => ({ status: answer.statusCode, headers: Object.keys(answer.headers).sort(), body: { ...answer.json<Invitation>(), invitationId: '', phone: '', acceptanceCode: '' } }))
    expect(shapes[0]).toEqual(shapes[1])
    const listed = (await chief.call('GET', '/invitations')).json<InvitationPage>().items.map((one) => ({ ...one, invitationId: '', phone: '' }))
    expect(listed[0]).toEqual(listed[1])
  })

  test('are told to who has the number, and again when made anew; to nobody where nobody has it', async () => {
    const { chief, role } = await aHospital()
    const [{ phone, call }, nobody] = [await service.stranger(), aPhone()]
    const told = async () => {
      await service.notifying.telling.tellDue()
      return (await call('GET', '/notifications')).json<NotificationPage>().items.map(({ event, title }) => [event, title])
    }
    const todos = async () => (await call('GET', '/todos')).json<TodoPage>().items.map(({ kind, link }) => [kind, link.recordId])
    const { invitationId } = (await inviteBy(chief.call, phone, await role('general'))).json<Invitation>()
    await inviteBy(chief.call, nobody, await role('general'))
    const message = ['invitation.received', 'North Hospital邀请您加入']
    expect(await told()).toEqual([message])
    await chief.call('POST', `/invitations/${invitationId}/renewal`)
    expect(await told()).toEqual([message, message])
    // One thing to do, however often it was asked for; done when it is answered, not when it was read.
    await call('POST', '/notifications/reading', {})
    expect(await todos()).toEqual([['invitation.answer', invitationId]])
    await call('POST', `/account/invitations/${invitationId}/declination`)
    expect(await todos()).toEqual([])
    await service.notifying.telling.tellDue()
    expect((await chief.call('GET', '/notifications')).json<NotificationPage>().items).toMatchObject([{ event: 'invitation.declined', link: { recordId: invitationId } }])
  })

  test('joining: agreed to by who has the number, with the role that was offered', async () => {
    const { chief, role, organisationId } = await aHospital()
    const stranger = await service.stranger()
    const { invitationId, acceptanceCode: code } = (await inviteBy(chief.call, stranger.phone, await role('finance'))).json<InvitationMade>()
    const { membershipId } = (await stranger.call('POST', `/account/invitations/${invitationId}/acceptance`, { code })).json<{ membershipId: string }>()
    expect((await stranger.call('GET', '/account/memberships')).json<OwnMemberships>().items).toMatchObject([{ membershipId, isAtWork: true, organisation: { organisationId }, role: { name: 'Finance' }, places: [] }])
    expect(typeOf(await stranger.call('POST', `/account/invitations/${invitationId}/acceptance`, { code }))).toBe('invitation-state-refused')
    expect(await trail(organisationId)).toEqual(['member.invite', 'invitation.answer'])
  })

  test("nobody answers another's invitation, or learns that it is there", async () => {
    const { chief, role } = await aHospital()
    const [invited, other] = [await service.stranger(), await service.stranger()]
    const { invitationId } = (await inviteBy(chief.call, invited.phone, await role('general'))).json<Invitation>()
    for (const answer of ['acceptance', 'declination']) expect(typeOf(await other.call('POST', `/account/invitations/${invitationId}/${answer}`, {}))).toBe('no-such-invitation')
    expect((await other.call('GET', '/account/invitations')).json<OwnInvitations>().items).toEqual([])
  })

  test('of a number nobody had, is there for the account that has it later', async () => {
    const { chief, role } = await aHospital()
    const phone = aPhone()
    await inviteBy(chief.call, phone, await role('general'))
    const late = await service.stranger(phone)
    expect((await late.call('GET', '/account/invitations')).json<OwnInvitations>().items).toHaveLength(1)
  })

  test('expire, are made anew by inviting again, and are one for each number', async () => {
    const { chief, role } = await aHospital()
    const stranger = await service.stranger()
    const first = (await inviteBy(chief.call, stranger.phone, await role('general'))).json<Invitation>()
    await days(15)
    expect((await stranger.call('GET', '/account/invitations')).json<OwnInvitations>().items).toEqual([])
    expect(typeOf(await stranger.call('POST', `/account/invitations/${first.invitationId}/acceptance`, {}))).toBe('invitation-state-refused')
    expect((await chief.call('GET', '/invitations')).json<InvitationPage>().items).toMatchObject([{ state: 'expired', actions: ['withdraw', 'inviteAgain'] }])
    expect((await chief.call('POST', `/invitations/${first.invitationId}/renewal`)).json()).toMatchObject({ state: 'open' })
    expect((await inviteBy(chief.call, stranger.phone, await role('technician'))).json()).toMatchObject({ invitationId: first.invitationId, role: { builtIn: 'technician' } })
    expect((await stranger.call('POST', `/account/invitations/${first.invitationId}/declination`)).statusCode).toBe(204)
    expect((await inviteBy(chief.call, stranger.phone, await role('general'))).json()).toMatchObject({ invitationId: first.invitationId, state: 'open' })
    expect((await chief.call('DELETE', `/invitations/${first.invitationId}`)).statusCode).toBe(204)
    expect(typeOf(await stranger.call('POST', `/account/invitations/${first.invitationId}/acceptance`, {}))).toBe('invitation-state-refused')
    expect((await chief.call('GET', '/invitations')).json<InvitationPage>().items).toEqual([])
  })

  test('a member is not invited; what is no number neither', async () => {
    const { chief, role } = await aHospital()
    expect(typeOf(await inviteBy(chief.call, chief.phone, await role('general')))).toBe('already-member')
    expect(typeOf(await inviteBy(chief.call, 'twelve', await role('general')))).toBe('invalid-phone')
  })

  test('two who agree at once to one invitation are one member', async () => {
    const { chief, role, organisationId } = await aHospital()
    const stranger = await service.stranger()
    const { invitationId, acceptanceCode: code } = (await inviteBy(chief.call, stranger.phone, await role('general'))).json<InvitationMade>()
    const answers = await Promise.all(Array.from({ length: 4 }, () => stranger.call('POST', `/account/invitations/${invitationId}/acceptance`, { code })))
    expect(answers.map(typeOf).sort()).toEqual(['200', ...Array.from({ length: 3 }, () => 'invitation-state-refused')])
    expect(await service.db('membership').where({ organisation_id: organisationId, account_id: stranger.accountId })).toHaveLength(1)
  })
})
