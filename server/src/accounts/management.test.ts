import { permissionList, rolePermissions, type PasskeyAdded, type PasskeyChallenge } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { managementPolicies } from '../identity/management.ts'
import { aBrowser, aClock, anAccountsService, ownPassword, typeOf, type AccountsService, type Browser } from './accounts.fixture.ts'
import { anAuthenticator } from './authenticator.fixture.ts'
import { createManagement, type ManagementRule } from './management.ts'

let service: AccountsService
beforeAll(async () => { service = await anAccountsService(undefined, { MANAGEMENT_SECOND_FACTOR: 'required', MANAGEMENT_GRACE_DAYS: '7', MANAGEMENT_SECOND_FACTOR_MINUTES: '60' }) })
afterAll(() => service.close())

test('the management area is what the groups of administration in the permission list hold, and nothing a reader or a doctor works with', () => {
  const groups = [...new Set(rolePermissions.filter((permission) => managementPolicies.has(permission)).map((permission) => permissionList[permission].group))]
  expect(groups.sort()).toEqual(['administration', 'gateways', 'operation', 'organisation', 'team'])
  expect([
    'study.view', 'report.edit', 'report.review', 'request.create', 'consult.create', 'bill.pay', 'stat.view_hospital', 'log.view_own',
    'dicomweb:retrieve', 'organisation:read',
  ].filter((policy) => managementPolicies.has(policy))).toEqual([])
  expect(['org.member', 'org.role', 'team.fee', 'admin.unfreeze', 'admin.audit', 'operator.organisations', 'gateways:manage'].filter((policy) => !managementPolicies.has(policy))).toEqual([])
})

describe('management is open', () => {
  const clock = aClock()
  const minutesAgo = (minutes: number) => new Date(clock.now().getTime() - minutes * 60_000)
  const daysAgo = (days: number) => minutesAgo(days * 24 * 60)
  const rule = (secondFactor: ManagementRule['secondFactor'], graceDays = 7): ManagementRule => ({ secondFactor, maxAgeMinutes: 60, graceDays })
  const cases: readonly (readonly [what: string, ManagementRule, { has: boolean; givenAt?: Date; askedAt?: Date }, 'open' | 'step up' | 'set up'])[] = [
    ['to who has given a second factor just now', rule('required'), { has: true, givenAt: minutesAgo(0) }, 'open'],
    ['to who gave it within the time', rule('required'), { has: true, givenAt: minutesAgo(59) }, 'open'],
    ['not to who gave it longer ago', rule('required'), { has: true, givenAt: minutesAgo(60) }, 'step up'],
    ['not to who has one and has not given it in this session', rule('required'), { has: true }, 'step up'],
    ['not to who has one and has not given it, also where none is demanded', rule('optional'), { has: true }, 'step up'],
    ['to who enters for the first time without one', rule('required'), { has: false }, 'open'],
    ['to who has none, within the time of grace', rule('required'), { has: false, askedAt: daysAgo(6) }, 'open'],
    ['not to who has none, after the time of grace', rule('required'), { has: false, askedAt: daysAgo(7) }, 'set up'],
    ['not to who has none where there is no grace', rule('required', 0), { has: false }, 'set up'],
    ['to who has none where none is demanded, whenever asked', rule('optional'), { has: false, askedAt: daysAgo(100) }, 'open'],
  ]
  test.each(cases)('%s', async (_what, given, { has, givenAt, askedAt }, expected) => {
    const { accountId } = await service.aPerson()
    const management = createManagement({ db: service.db, rule: given, now: clock.now })
    const answer = await management.assertOpen({
      secondFactorAt: givenAt,
      account: { accountId, hasSecondFactor: has, secondFactorAskedAt: askedAt },
    }).then(() => 'open', (problem: { kind: { type: string } }) => problem.kind.type)
    expect(answer).toBe(expected === 'open' ? 'open' : '/problems/step-up-required')
  })
})

/** Somebody with the full role, signed in by password. */
async function anAdministrator(): Promise<{ browser: Browser; phone: string; accountId: string }> {
  const person = await service.anAdministrator('north')
  const browser = aBrowser(service)
  await browser.signIn(person.phone, ownPassword)
  return { browser, phone: person.phone, accountId: person.accountId }
}
const enter = async (browser: Browser) => {
  const answer = await browser.call('GET', '/members')
  return answer.statusCode === 200 ? 'open' : { type: answer.json<{ type: string }>().type, possible: answer.json<{ possible?: string[] }>().possible }
}
async function addPasskey(browser: Browser) {
  const authenticator = anAuthenticator()
  const challenge = (await browser.call('POST', '/account/passkeys/challenge', { password: ownPassword })).json<PasskeyChallenge>()
  const added = (await browser.call('POST', '/account/passkeys', { ceremony: challenge.ceremony, name: 'Telephone', credential: authenticator.create(challenge) })).json<PasskeyAdded>()
  return { authenticator, ...added }
}

describe('an administrator', () => {
  test('has a time of grace from the first time on, is told how long, and then sets a second factor up, with which management is open at once', async () => {
    const { browser, phone } = await anAdministrator()
    expect(await enter(browser)).toBe('open')
    const until = new Date(service.clock.now().getTime() + 7 * 86_400_000).toISOString()
    expect((await browser.call('GET', '/session')).json()).toMatchObject({ management: { graceUntil: until } })
    service.clock.advance({ days: 7 })
    const later = aBrowser(service)
    await later.signIn(phone, ownPassword)
    expect(await enter(later)).toEqual({ type: '/problems/step-up-required', possible: [] })
    expect((await later.call('GET', '/account/memberships')).statusCode).toBe(200)
    expect((await later.call('GET', '/departments')).statusCode).toBe(200)
    await addPasskey(later)
    expect(await enter(later)).toBe('open')
  })

  test('gives the second factor again when it was given too long ago, in the same session', async () => {
    const { browser, phone } = await anAdministrator()
    const { authenticator, recoveryCodes = [] } = await addPasskey(browser)
    expect(await enter(browser)).toBe('open')
    service.clock.advance({ minutes: 60 })
    expect(await enter(browser)).toEqual({ type: '/problems/step-up-required', possible: ['passkey', 'recoveryCode'] })
    expect((await browser.call('GET', '/account/memberships')).statusCode).toBe(200)
    const challenge = (await browser.call('POST', '/session/second-factor/passkey-challenge')).json<PasskeyChallenge>()
    expect((await browser.call('POST', '/session/second-factor/passkey', { ceremony: challenge.ceremony, credential: authenticator.get(challenge) })).statusCode).toBe(200)
    expect(await enter(browser)).toBe('open')
    service.clock.advance({ minutes: 60 })
    expect((await browser.call('POST', '/session/second-factor', { code: recoveryCodes[0] })).statusCode).toBe(200)
    expect(await enter(browser)).toBe('open')
    // Of one session: another one gives it for itself.
    const second = aBrowser(service)
    await second.signIn(phone, ownPassword)
    expect(await enter(second)).toMatchObject({ type: '/problems/session-restricted' })
  })

  test('gets in by a passkey alone; a desktop that a phone let in gives the second factor itself', async () => {
    const { browser } = await anAdministrator()
    const { authenticator } = await addPasskey(browser)
    const signedIn = aBrowser(service)
    const challenge = (await signedIn.call('POST', '/passkey-challenges')).json<PasskeyChallenge>()
    await signedIn.call('POST', '/session/passkey', { ceremony: challenge.ceremony, credential: authenticator.get(challenge) })
    expect(await enter(signedIn)).toBe('open')

    const origin = 'https://pacs.example'
    const begun = await service.app.inject({ method: 'POST', url: '/api/qr-sign-ins', headers: { origin } })
    await signedIn.call('POST', '/qr-sign-ins/approval', { code: begun.json<{ url: string }>().url.split('#')[1] })
    const desktop = await service.app.inject({ method: 'POST', url: '/api/session/qr', headers: { origin, cookie: String(begun.headers['set-cookie']).split(';')[0] } })
    const cookie = String((desktop.headers['set-cookie'] as string[])[0]).split(';')[0]
    const members = await service.app.inject({ method: 'GET', url: '/api/members', headers: { cookie } })
    expect(members.json()).toMatchObject({ type: '/problems/step-up-required', possible: ['passkey', 'recoveryCode'] })
  })

  test('who removes the second factor has no new grace; who has lost it has', async () => {
    const { browser, phone, accountId } = await anAdministrator()
    await enter(browser)
    const { passkey, recoveryCodes = [] } = await addPasskey(browser)
    service.clock.advance({ days: 8 })
    await service.db('account_session').where({ account_id: accountId }).update({ last_active_at: service.clock.now(), expires_at: new Date(service.clock.now().getTime() + 3_600_000) })
    expect((await browser.call('POST', '/session/second-factor', { code: recoveryCodes[0] })).statusCode).toBe(200)
    expect((await browser.call('POST', `/account/passkeys/${passkey.passkeyId}/removal`, { password: ownPassword })).statusCode).toBe(204)
    expect(await enter(browser)).toEqual({ type: '/problems/step-up-required', possible: [] })
    const { oneTimePassword } = await service.accounts.administration.replacePassword(phone, 'command:test', { forgetsSecondFactor: true })
    const after = aBrowser(service)
    await after.signIn(phone, oneTimePassword)
    await after.call('PUT', '/session/password', { newPassword: 'Neurology_2' })
    expect(await enter(after)).toBe('open')
  })

  test('is not gone around by the password: what could take the account over asks for the second factor just the same', async () => {
    const { browser } = await anAdministrator()
    const { passkey, recoveryCodes = [] } = await addPasskey(browser)
    service.clock.advance({ minutes: 60 })
    const [takeovers, password] = [[
      '/account/passkeys/challenge', `/account/passkeys/${passkey.passkeyId}/removal`, '/account/totp', '/account/totp/removal', '/account/email/removal',
    ], ownPassword]
    for (const path of takeovers) expect([path, typeOf(await browser.call('POST', path, { password }))]).toEqual([path, '/problems/step-up-required'])
    expect(typeOf(await browser.call('POST', '/account/phone/changes', { phone: '13700000000', password }))).toBe('/problems/step-up-required')
    expect((await browser.call('POST', '/session/second-factor', { code: recoveryCodes[0] })).statusCode).toBe(200)
    expect((await browser.call('POST', '/account/totp', { password })).statusCode).toBe(201)
  })

  test('who may not anyway is told so, and is not asked for a second factor; a token is asked for none', async () => {
    const { browser } = await anAdministrator()
    expect((await browser.call('GET', '/operator/organisations')).json()).toMatchObject({ type: '/problems/forbidden' })
    const token = await service.as('north', ['org.member'])
    expect((await service.app.inject({ method: 'GET', url: '/api/members', headers: token })).statusCode).toBe(200)
  })
})
