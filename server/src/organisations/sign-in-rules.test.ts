/** Rules of an organisation for how its people sign in, as they hold for people of one and of several. */
import type { Session, SignInRules } from '@isocenter/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aBrowser, anAccountsService, ownPassword, typeOf, type AccountsService } from '../accounts/accounts.fixture.ts'
import { aMember, anOrganisation } from './organisations.fixture.ts'

let service: AccountsService
beforeAll(async () => { service = await anAccountsService() })
afterAll(() => service.close())

const standard: SignInRules = { minPasswordLength: 8, allowsOtherCharacters: false, forcesAutoSignOut: false, forcesPasswordChange: false }

async function anOrganisationWith(rules: Partial<SignInRules>) {
  const { organisationId, slug } = await anOrganisation(service.db, 'hospital')
  const headers = await service.as(slug, ['org.sign_in'])
  const put = (body: object) => service.app.inject({ method: 'PUT', url: '/api/organisation/sign-in-rules', headers, payload: { ...standard, ...body } })
  expect((await put(rules)).json()).toEqual({ ...standard, ...rules })
  return { organisationId, put, join: (accountId: string) => aMember(service.db, organisationId, 'general', { accountId }) }
}
async function signedIn(phone: string) {
  const browser = aBrowser(service)
  expect((await browser.signIn(phone, ownPassword)).statusCode).toBe(201)
  return browser
}
const session = async ({ call }: ReturnType<typeof aBrowser>) => (await call('GET', '/session')).json<Session>()

test('a new password is as long as the strictest organisation asks, and has other characters where all of them take them (D-02)', async () => {
  const [long, loose] = [await anOrganisationWith({ minPasswordLength: 14 }), await anOrganisationWith({ allowsOtherCharacters: true })]
  const person = await service.aPerson()
  await loose.join(person.accountId)
  const browser = await signedIn(person.phone)
  expect((await session(browser)).passwordPolicy).toMatchObject({ minLength: 8, allowsOtherCharacters: true })
  const change = (newPassword: string, currentPassword: string) => browser.call('PUT', '/account/password', { currentPassword, newPassword })
  expect((await change('Grün & Blau 1', ownPassword)).statusCode).toBe(204)
  await long.join(person.accountId)
  expect((await session(browser)).passwordPolicy).toMatchObject({ minLength: 14, allowsOtherCharacters: false })
  expect((await change('Grün & Gelb 22', 'Grün & Blau 1')).json()).toMatchObject({ type: '/problems/password-refused', reasons: ['otherCharacter'] })
  expect((await change('Short$123', 'Grün & Blau 1')).json()).toMatchObject({ reasons: ['tooShort'] })
  expect((await change('LongEnough$1234', 'Grün & Blau 1')).statusCode).toBe(204)
})

test('an organisation may sign its people out after half an hour, whatever they have chosen (AUTH-22, D-06)', async () => {
  const hospital = await anOrganisationWith({ forcesAutoSignOut: true })
  const person = await service.aPerson()
  await hospital.join(person.accountId)
  const browser = await signedIn(person.phone)
  await browser.call('PATCH', '/account/settings', { autoSignOut: false })
  expect((await session(browser)).account).toMatchObject({ autoSignOut: true, isAutoSignOutForced: true })
  service.clock.advance({ minutes: 31 })
  expect((await browser.call('GET', '/session')).statusCode).toBe(401)

  await hospital.put({})
  const again = await signedIn(person.phone)
  service.clock.advance({ minutes: 31 })
  expect((await session(again)).account).toMatchObject({ autoSignOut: false, isAutoSignOutForced: false })
})

test('whether who still has a default password is advised to change it, or has to, is for the organisation to say (AUTH-18, D-01)', async () => {
  const hospital = await anOrganisationWith({})
  const person = await service.aPerson()
  await hospital.join(person.accountId)
  await service.db('account').where({ account_id: person.accountId }).update({ has_default_password: true })
  const browser = await signedIn(person.phone)
  expect(await session(browser)).toMatchObject({ newPasswordAdvised: true })
  expect((await session(browser)).restrictedTo).toBeUndefined()

  await hospital.put({ forcesPasswordChange: true })
  expect((await session(browser)).restrictedTo).toBe('setPassword')
  expect(typeOf(await browser.call('GET', '/account/sessions'))).toBe('/problems/session-restricted')
  expect((await browser.call('PUT', '/session/password', { newPassword: 'Another$12' })).statusCode).toBe(200)
  expect((await browser.call('GET', '/account/sessions')).statusCode).toBe(200)
  expect(await session(browser)).toMatchObject({ newPasswordAdvised: false })
})

test('rules are of ones own organisation, by who looks after its sign-in, and never less than the product asks', async () => {
  const hospital = await anOrganisationWith({})
  expect((await hospital.put({ minPasswordLength: 7 })).statusCode).toBe(400)
  expect((await hospital.put({ minPasswordLength: 25 })).statusCode).toBe(400)
  const other = await anOrganisationWith({ forcesAutoSignOut: true })
  const [row] = await service.db('organisation').where({ organisation_id: hospital.organisationId }).select<{ forces_auto_sign_out: boolean }[]>('forces_auto_sign_out')
  expect([row?.forces_auto_sign_out, other.organisationId === hospital.organisationId]).toEqual([false, false])
})
