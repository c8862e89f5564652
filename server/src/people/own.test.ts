/** What a person says of himself, proves and chooses, over the API. */
import { randomInt } from 'node:crypto'
import type { ContactChange, Landing, OwnPermissions, Preferences, Profile } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aClock } from '../accounts/accounts.fixture.ts'
import { aPhone } from '../organisations/organisations.fixture.ts'
import { typeOf, type TestMember, type TestOrganisation } from '../organisations/service.fixture.ts'
import { aPeopleService, aPhoto, password, picture, type PeopleService } from './people.fixture.ts'

const clock = aClock()
let service: PeopleService
let hospital: TestOrganisation
beforeAll(async () => {
  service = await aPeopleService(clock.now)
  hospital = await service.organisation('hospital', 'North hospital')
})
afterAll(() => service.close())

const profileOf = async ({ call }: Pick<TestMember, 'call'>) => (await call('GET', '/account/profile')).json<Profile>()
const preferencesOf = async ({ call }: Pick<TestMember, 'call'>) => (await call('GET', '/account/preferences')).json<Preferences>()
const trail = (accountId: string) => service.db('audit_event').where({ actor: `account:${accountId}` }).orderBy('audit_event_id').pluck<string[]>('action')

describe('the profile', () => {
  test('is read and changed, by the version that was seen', async () => {
    const member = await hospital.member('general', { name: 'Wang Min' })
    const before = await profileOf(member)
    expect(before).toMatchObject({ name: 'Wang Min', isNameVerified: false, introductions: [{ membershipId: member.membershipId, introduction: '' }], version: 1 })
    const changed = await member.call('PATCH', '/account/profile', { name: ' 王敏 ', gender: 'female' }, { 'if-match': '"1"' })
    expect(changed.json()).toMatchObject({ name: '王敏', gender: 'female', version: 2 })
    expect(changed.headers.etag).toBe('"2"')
    expect(typeOf(await member.call('PATCH', '/account/profile', { gender: '' }, { 'if-match': '"1"' }))).toBe('changed-meanwhile')
    expect(await trail(member.accountId)).toEqual(['account.profile'])
  })

  test('introduces a person to each organisation in words of its own, and says what the administrator wrote where there are none', async () => {
    const team = await service.organisation('team', 'Night readers')
    const member = await hospital.member('general')
    await service.db('account').where({ account_id: member.accountId }).update({ introduction: 'Radiologist' })
    const { membershipId } = await team.member('diagnosingDoctor', { accountId: member.accountId })
    await member.call('PATCH', `/account/memberships/${membershipId}`, { introduction: 'Reads chests by night' })
    expect((await profileOf(member)).introductions.map(({ organisation, introduction }) => [organisation.name, introduction])).toEqual([['Night readers', 'Reads chests by night'], ['North hospital', 'Radiologist']])
    const administrator = await team.member('full')
    expect((await administrator.call('GET', `/members/${membershipId}`)).json()).toMatchObject({ introduction: 'Reads chests by night' })
    const other = await hospital.member('general')
    expect(typeOf(await other.call('PATCH', `/account/memberships/${membershipId}`, { introduction: 'Not I' }))).toBe('no-such-membership')
  })

  test('has an avatar that others see who may see the person, and nobody else', async () => {
    const [member, colleague, stranger] = [await hospital.member('general'), await hospital.member('general'), await (await service.organisation('hospital')).member('full')]
    expect(typeOf(await member.call('GET', '/account/avatar'))).toBe('no-such-avatar')
    expect((await member.call('PUT', '/account/avatar', await aPhoto(), picture('image/jpeg'))).statusCode).toBe(204)
    const own = await member.call('GET', '/account/avatar')
    expect(own.headers).toMatchObject({ 'content-type': 'image/webp', 'x-content-type-options': 'nosniff' })
    expect((await colleague.call('GET', `/contacts/${member.membershipId}/avatar`)).rawPayload.equals(own.rawPayload)).toBe(true)
    expect(typeOf(await stranger.call('GET', `/contacts/${member.membershipId}/avatar`))).toBe('no-such-contact')
    expect(typeOf(await member.call('PUT', '/account/avatar', Buffer.from('no picture'), picture('image/png')))).toBe('invalid-picture')
    await member.call('DELETE', '/account/avatar')
    expect((await profileOf(member)).avatar).toBeUndefined()
  })
})

describe('another phone number or address', () => {
  const ask = async (member: TestMember, phone: string, given = password) => member.call('POST', '/account/phone/changes', { phone, password: given })
  const complete = (member: Pick<TestMember, 'call'>, { changeId }: ContactChange, code: string) => member.call('POST', `/account/contact-changes/${changeId}/completion`, { code })

  test('is taken by password and the code that was sent there; who had it before is told', async () => {
    const member = await hospital.member('general')
    await service.withPassword(member)
    const phone = aPhone()
    expect(typeOf(await ask(member, phone, 'Wrong&Guess9'))).toBe('wrong-password')
    const change = (await ask(member, phone)).json<ContactChange>()
    const code = await service.codeFor(phone) ?? ''
    expect((await profileOf(member)).phone).toBe(member.phone)
    expect(typeOf(await complete(member, change, code === '000000' ? '000001' : '000000'))).toBe('proof-refused')
    expect((await complete(member, change, code)).statusCode).toBe(204)
    expect((await profileOf(member)).phone).toBe(phone)
    expect((await preferencesOf(member)).binding.phone).toBe('bound')
    expect(typeOf(await complete(member, change, code))).toBe('proof-refused')
    expect((await service.outbox.waiting()).filter(({ kind, to }) => kind === 'contact-changed' && to?.address === member.phone && to.channel === 'sms')).toHaveLength(1)
    expect(await trail(member.accountId)).toEqual(['account.password', 'account.contact'])
  })

  test("that is somebody else's is answered alike, until its holder's code is given", async () => {
    const [member, other] = [await hospital.member('general'), await hospital.member('general')]
    await service.withPassword(member)
    const change = await ask(member, other.phone)
    expect(change.statusCode).toBe(201)
    expect(typeOf(await complete(member, change.json<ContactChange>(), await service.codeFor(other.phone) ?? ''))).toBe('phone-taken')
    expect((await profileOf(other)).phone).toBe(other.phone)
  })

  test('needs the code within ten minutes, five tries, the session that asked and the newest code', async () => {
    const member = await hospital.member('general')
    await service.withPassword(member)
    const elsewhere = { call: await service.callAs(member.accountId, hospital.organisationId) }
    const [first, second] = [aPhone(), aPhone()]
    const older = (await ask(member, first)).json<ContactChange>()
    const newer = (await ask(member, second)).json<ContactChange>()
    expect(typeOf(await complete(member, older, await service.codeFor(first) ?? ''))).toBe('proof-refused')
    const code = await service.codeFor(second) ?? ''
    expect(typeOf(await complete(elsewhere, newer, code))).toBe('proof-refused')
    for (let tries = 0; tries < 5; tries++) await complete(member, newer, String(randomInt(1e6)).padStart(6, '0'))
    expect(typeOf(await complete(member, newer, code))).toBe('proof-refused')
    const third = aPhone()
    const late = (await ask(member, third)).json<ContactChange>()
    const lateCode = await service.codeFor(third) ?? ''
    clock.advance({ minutes: 11 })
    expect(typeOf(await complete(member, late, lateCode))).toBe('proof-refused')
  })

  test('is asked for five times an hour, by one account and for one number', async () => {
    const [member, another] = [await hospital.member('general'), await hospital.member('general')]
    await service.withPassword(member)
    await service.withPassword(another)
    const phone = aPhone()
    for (let turn = 0; turn < 5; turn++) expect((await ask(member, phone)).statusCode).toBe(201)
    expect(typeOf(await ask(member, aPhone()))).toBe('too-many-requests')
    expect(typeOf(await ask(another, phone))).toBe('too-many-requests')
    clock.advance({ minutes: 61 })
    expect((await ask(another, phone)).statusCode).toBe(201)
  })

  test('can be an e-mail address, and none', async () => {
    const member = await hospital.member('general')
    await service.withPassword(member)
    const change = (await member.call('POST', '/account/email/changes', { email: 'min@example.org', password })).json<ContactChange>()
    await complete(member, change, await service.codeFor('min@example.org') ?? '')
    expect((await profileOf(member)).email).toBe('min@example.org')
    expect((await member.call('POST', '/account/email/removal', { password })).statusCode).toBe(204)
    expect((await profileOf(member)).email).toBeUndefined()
    expect((await service.outbox.waiting()).some(({ kind, to }) => kind === 'contact-changed' && to?.address === 'min@example.org')).toBe(true)
  })

  test('leaves no code to be read in the database', async () => {
    const member = await hospital.member('general')
    await service.withPassword(member)
    const phone = aPhone()
    await ask(member, phone)
    const code = await service.codeFor(phone) ?? 'none'
    const kept = await service.db('contact_change').where({ account_id: member.accountId })
    const messages = await service.db('outbox_message').where({ account_id: member.accountId })
    expect(JSON.stringify([kept, messages.map((row: { sealed: Buffer }) => row.sealed.toString('latin1'))])).not.toContain(`"${code}"`)
  })
})

describe('choices', () => {
  test('hold for the account, on every device', async () => {
    const member = await hospital.member('general')
    const device = { call: await service.callAs(member.accountId) }
    expect(await preferencesOf(member)).toMatchObject({ viewerLayout: 'standard', dualScreen: false, version: 1 })
    expect((await member.call('PATCH', '/account/preferences', { viewerLayout: 'classic', dualScreen: true }, { 'if-match': '"1"' })).statusCode).toBe(200)
    expect(await preferencesOf(device)).toMatchObject({ viewerLayout: 'classic', dualScreen: true, version: 2 })
    expect(typeOf(await device.call('PATCH', '/account/preferences', { dualScreen: false }, { 'if-match': '"1"' }))).toBe('changed-meanwhile')
  })

  test('the offer to bind is put off for fifteen days, and comes again (AUTH-19)', async () => {
    const member = await hospital.member('general')
    expect(await preferencesOf(member)).toMatchObject({ shouldOfferBinding: true, binding: { phone: 'unbound', webPush: 'unbound', identity: 'unbound' } })
    await member.call('POST', '/account/binding-offer/dismissal')
    clock.advance({ days: 14 })
    expect((await preferencesOf(member)).shouldOfferBinding).toBe(false)
    clock.advance({ days: 1, minutes: 1 })
    expect((await preferencesOf(member)).shouldOfferBinding).toBe(true)
  })

  test('the columns of a list are kept apart for each list and person, and set back by none', async () => {
    const [member, other] = [await hospital.member('general'), await hospital.member('general')]
    const columns = [{ column: 'PatientName', isShown: true, width: 160 }, { column: 'phone', isShown: false }]
    await member.call('PUT', '/account/column-layouts/studies', { columns })
    expect((await member.call('GET', '/account/column-layouts/studies')).json()).toEqual({ columns })
    expect((await member.call('GET', '/account/column-layouts/requests')).json()).toEqual({ columns: [] })
    expect((await other.call('GET', '/account/column-layouts/studies')).json()).toEqual({ columns: [] })
    await member.call('PUT', '/account/column-layouts/studies', { columns: [] })
    expect((await member.call('GET', '/account/column-layouts/studies')).json()).toEqual({ columns: [] })
    for (let list = 0; list < 50; list++) expect((await member.call('PUT', `/account/column-layouts/list${String(list)}`, { columns })).statusCode).toBe(204)
    expect(typeOf(await member.call('PUT', '/account/column-layouts/one-more', { columns }))).toBe('too-many-layouts')
  })
})

describe('the first page (WB-03, D-07)', () => {
  const landingOf = async ({ call }: Pick<TestMember, 'call'>) => (await call('GET', '/account/landing')).json<Landing>()

  test('is the one chosen, of either side, and the workbench again when its membership has ended', async () => {
    const team = await service.organisation('team')
    const member = await hospital.member('general')
    const { membershipId } = await team.member('diagnosingDoctor', { accountId: member.accountId })
    expect(await landingOf(member)).toEqual({ page: 'workbench' })
    await member.call('PATCH', '/account/preferences', { landing: team.organisationId })
    expect(await landingOf(member)).toEqual({ page: 'organisation', side: 'diagnosis', organisationId: team.organisationId })
    await member.call('PATCH', '/account/preferences', { landing: hospital.organisationId })
    expect(await landingOf(member)).toEqual({ page: 'organisation', side: 'request', organisationId: hospital.organisationId })
    await member.call('PATCH', '/account/preferences', { landing: team.organisationId })
    const third = await (await service.organisation('hospital')).member('general', { accountId: member.accountId })
    await service.db('membership').where({ membership_id: membershipId }).update({ state: 'suspended' })
    expect(await landingOf(member)).toEqual({ page: 'workbench' })
    expect((await preferencesOf(member)).landing).toBeUndefined()
    await service.db('membership').where({ membership_id: third.membershipId }).update({ state: 'suspended' })
    expect(await landingOf(member)).toEqual({ page: 'organisation', side: 'request', organisationId: hospital.organisationId })
  })

  test('is never one of an organisation one does not belong to, or only administers', async () => {
    const member = await hospital.member('general')
    const [elsewhere, consortium] = [await service.organisation('team'), await service.organisation('consortium')]
    await consortium.member('administrator', { accountId: member.accountId })
    for (const { organisationId } of [elsewhere, consortium]) expect(typeOf(await member.call('PATCH', '/account/preferences', { landing: organisationId }))).toBe('no-such-membership')
    const administrator = await consortium.member('administrator')
    expect(await landingOf(administrator)).toEqual({ page: 'workbench' })
  })
})

describe('own permissions (ROLE-05)', () => {
  const groupsOf = async ({ call }: Pick<TestMember, 'call'>) => (await call('GET', '/account/permissions')).json<OwnPermissions>().items

  test('stand in plain words of the account\'s language, by group, for each membership', async () => {
    const member = await hospital.member('general')
    const [chinese] = await groupsOf(member)
    expect(chinese?.groups.find(({ group }) => group === 'studies')).toMatchObject({ title: '检查', permissions: expect.arrayContaining([{ permission: 'study.view', allows: '查看检查列表和阅片', isInForce: true }]) as unknown })
    await member.call('PATCH', '/account/settings', { language: 'en' })
    const [english] = await groupsOf(member)
    expect(english?.groups.find(({ group }) => group === 'studies')).toMatchObject({
      title: 'Studies',
      permissions: expect.arrayContaining([{ permission: 'study.view', allows: 'study list and viewer', isInForce: true }]) as unknown,
    })
  })

  test('say what is held and switched off, and what follows from others', async () => {
    const team = await service.organisation('team')
    const reviewer = await team.member('reviewer')
    const state = async (permission: string) => (await groupsOf(reviewer)).flatMap(({ groups }) => groups).flatMap(({ permissions }) => permissions).find((one) => one.permission === permission)?.isInForce
    expect(await state('report.submit')).toBe(true)
    await service.db('organisation').where({ organisation_id: team.organisationId }).update({ modules: [] })
    expect([await state('report.diagnose'), await state('study.view'), await state('team.fee')]).toEqual([false, true, undefined])
  })
})
