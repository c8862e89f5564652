/** Who accepts an invitation shows that it came to him: whoever makes an account types its phone number, and proves nothing by it. */
import type { Invitation, InvitationMade, InvitationPage, MemberCreation, OneTimePassword, OwnInvitations, OwnMemberships } from '@isocenter/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aPhone, roleOf } from './organisations.fixture.ts'
import { anOrganisationsService, typeOf, type Call, type OrganisationsService } from './service.fixture.ts'

let service: OrganisationsService
beforeAll(async () => { service = await anOrganisationsService() })
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
  const sent = (await service.outbox.waiting()).filter(({ kind, to }) => kind === 'invitation-code' && to?.address === stranger.phone)
  expect(sent).toMatchObject([{ to: { channel: 'sms' } }])
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
