import type { PasskeyAdded, PasskeyChallenge, Passkeys } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aBrowser, anAccountsService, ownPassword, typeOf, type AccountsService, type Browser } from './accounts.fixture.ts'
import { anAuthenticator, type Authenticator } from './authenticator.fixture.ts'
import { relyingPartyOf } from './relying-party.ts'

let service: AccountsService
beforeAll(async () => { service = await anAccountsService() })
afterAll(() => service.close())

const challengeTo = async (browser: Browser, path: string, body?: object) => (await browser.call('POST', path, body)).json<PasskeyChallenge>()

async function add(browser: Browser, authenticator: Authenticator, name = 'My telephone') {
  const challenge = await challengeTo(browser, '/account/passkeys/challenge', { password: ownPassword })
  return browser.call('POST', '/account/passkeys', { ceremony: challenge.ceremony, name, credential: authenticator.create(challenge) })
}

/** Somebody who has added a passkey, signed in. */
async function someoneWithPasskey(authenticator = anAuthenticator()) {
  const person = await service.aPerson()
  const browser = aBrowser(service)
  await browser.signIn(person.phone, ownPassword)
  const added = (await add(browser, authenticator)).json<PasskeyAdded>()
  return { person, browser, authenticator, ...added }
}

async function signInBy(authenticator: Authenticator, browser = aBrowser(service), changed: Parameters<Authenticator['get']>[1] = {}) {
  const challenge = await challengeTo(browser, '/passkey-challenges')
  return browser.call('POST', '/session/passkey', { ceremony: challenge.ceremony, credential: authenticator.get(challenge, changed) })
}

describe('a passkey', () => {
  test('signs in without password, with both factors given', async () => {
    const { person, authenticator } = await someoneWithPasskey()
    const browser = aBrowser(service)
    const answer = await signInBy(authenticator, browser)
    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toMatchObject({ account: { accountId: person.accountId, hasSecondFactor: true, secondFactors: ['passkey', 'recoveryCode'] }, management: { secondFactorUntil: expect.any(String) as string } })
    expect(answer.json()).not.toHaveProperty('restrictedTo')
    expect((await browser.call('GET', '/account/sessions')).statusCode).toBe(200)
    expect(await service.trailOf(person.accountId)).toContain('account.sign-in success')
  })

  test('is the second factor after a password, and the password alone opens nothing any more', async () => {
    const { person, authenticator } = await someoneWithPasskey()
    const browser = aBrowser(service)
    expect((await browser.signIn(person.phone, ownPassword)).json()).toMatchObject({ restrictedTo: 'secondFactor' })
    expect(typeOf(await browser.call('GET', '/account/passkeys'))).toBe('/problems/session-restricted')
    const challenge = await challengeTo(browser, '/session/second-factor/passkey-challenge')
    expect(challenge.options).toMatchObject({ userVerification: 'required', rpId: 'pacs.example', allowCredentials: [{ id: authenticator.made[0]?.id.toString('base64url') }] })
    const answer = await browser.call('POST', '/session/second-factor/passkey', { ceremony: challenge.ceremony, credential: authenticator.get(challenge) })
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).not.toHaveProperty('restrictedTo')
    expect((await browser.call('GET', '/account/passkeys')).statusCode).toBe(200)
  })

  test('is added with the password, brings recovery codes as the first second factor, and ends other sessions', async () => {
    const person = await service.aPerson()
    const [browser, other] = [aBrowser(service), aBrowser(service)]
    await browser.signIn(person.phone, ownPassword)
    await other.signIn(person.phone, ownPassword)
    expect(typeOf(await browser.call('POST', '/account/passkeys/challenge', { password: 'Cardiology&2' }))).toBe('/problems/wrong-password')
    const first = await add(browser, anAuthenticator())
    expect(first.json<PasskeyAdded>().recoveryCodes).toHaveLength(10)
    expect((await other.call('GET', '/session')).statusCode).toBe(401)
    expect((await add(browser, anAuthenticator())).json<PasskeyAdded>()).not.toHaveProperty('recoveryCodes')
    const after = aBrowser(service)
    await after.signIn(person.phone, ownPassword)
    expect((await after.call('POST', '/session/second-factor', { code: first.json<PasskeyAdded>().recoveryCodes?.[0] })).statusCode).toBe(200)
  })

  test('is listed, named and removed with the password; with the last one the second factor goes', async () => {
    const { person, browser, passkey, authenticator } = await someoneWithPasskey()
    expect((await browser.call('PATCH', `/account/passkeys/${passkey.passkeyId}`, { name: 'Key on the ring' })).statusCode).toBe(204)
    service.clock.advance({ minutes: 1 })
    await signInBy(authenticator)
    const { items } = (await browser.call('GET', '/account/passkeys')).json<Passkeys>()
    expect(items).toEqual([{ passkeyId: passkey.passkeyId, name: 'Key on the ring', isSynchronised: true, createdAt: passkey.createdAt, lastUsedAt: service.clock.now().toISOString() }])
    expect(typeOf(await browser.call('POST', `/account/passkeys/${passkey.passkeyId}/removal`, { password: 'Cardiology&2' }))).toBe('/problems/wrong-password')
    expect((await browser.call('POST', `/account/passkeys/${passkey.passkeyId}/removal`, { password: ownPassword })).statusCode).toBe(204)
    expect(typeOf(await signInBy(authenticator))).toBe('/problems/passkey-refused')
    expect((await aBrowser(service).signIn(person.phone, ownPassword)).json()).not.toHaveProperty('restrictedTo')
  })

  test("of another account is nobody else's to name or remove", async () => {
    const { passkey } = await someoneWithPasskey()
    const { browser } = await someoneWithPasskey()
    expect(typeOf(await browser.call('PATCH', `/account/passkeys/${passkey.passkeyId}`, { name: 'Mine' }))).toBe('/problems/no-such-passkey')
    expect(typeOf(await browser.call('POST', `/account/passkeys/${passkey.passkeyId}/removal`, { password: ownPassword }))).toBe('/problems/no-such-passkey')
  })

  test('of another account is no second factor', async () => {
    const { authenticator } = await someoneWithPasskey()
    const { person } = await someoneWithPasskey()
    const browser = aBrowser(service)
    await browser.signIn(person.phone, ownPassword)
    const challenge = await challengeTo(browser, '/session/second-factor/passkey-challenge')
    const stolen = { ...challenge, options: { ...challenge.options as object, allowCredentials: [] } }
    expect(typeOf(await browser.call('POST', '/session/second-factor/passkey', { ceremony: challenge.ceremony, credential: authenticator.get(stolen) }))).toBe('/problems/passkey-refused')
  })

  test('is refused without user verification, from a page of another origin, for another host, and by a wrong signature', async () => {
    const weak = anAuthenticator({ verifiesUser: false })
    const person = await service.aPerson()
    const browser = aBrowser(service)
    await browser.signIn(person.phone, ownPassword)
    expect(typeOf(await add(browser, weak))).toBe('/problems/passkey-refused')
    expect(typeOf(await add(browser, anAuthenticator({ origin: 'https://pacs.example.evil' })))).toBe('/problems/passkey-refused')

    const { authenticator } = await someoneWithPasskey()
    expect(typeOf(await signInBy(authenticator, aBrowser(service), { rpId: 'pacs.evil' }))).toBe('/problems/passkey-refused')
    expect(typeOf(await signInBy(authenticator, aBrowser(service), { signature: Buffer.from('no signature') }))).toBe('/problems/passkey-refused')
  })

  test('answers a challenge once, within five minutes, in the session and for the purpose it was made for', async () => {
    const { authenticator, browser, person } = await someoneWithPasskey()
    const challenge = await challengeTo(browser, '/passkey-challenges')
    const credential = authenticator.get(challenge)
    const answers = await Promise.all([1, 2, 3].map(() => aBrowser(service).call('POST', '/session/passkey', { ceremony: challenge.ceremony, credential })))
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 403, 403])

    const late = await challengeTo(browser, '/passkey-challenges')
    const answer = authenticator.get(late)
    service.clock.advance({ minutes: 5 })
    expect(typeOf(await aBrowser(service).call('POST', '/session/passkey', { ceremony: late.ceremony, credential: answer }))).toBe('/problems/passkey-refused')

    const second = aBrowser(service)
    await second.signIn(person.phone, ownPassword)
    const ofOther = await challengeTo(browser, '/session/second-factor/passkey-challenge')
    expect(typeOf(await second.call('POST', '/session/second-factor/passkey', { ceremony: ofOther.ceremony, credential: authenticator.get(ofOther) }))).toBe('/problems/passkey-refused')
    const forSecondFactor = await challengeTo(second, '/session/second-factor/passkey-challenge')
    expect(typeOf(await aBrowser(service).call('POST', '/session/passkey', { ceremony: forSecondFactor.ceremony, credential: authenticator.get(forSecondFactor) }))).toBe('/problems/passkey-refused')
  })

  test('whose counter goes back is a copy, and refused', async () => {
    const { authenticator } = await someoneWithPasskey()
    await signInBy(authenticator)
    const [key] = authenticator.made
    if (key !== undefined) key.signCount = 0
    expect(typeOf(await signInBy(authenticator))).toBe('/problems/passkey-refused')
  })

  test('does not let a frozen or suspended account in', async () => {
    const { person, authenticator } = await someoneWithPasskey()
    for (let turn = 0; turn < 10; turn++) await aBrowser(service).signIn(person.phone, 'Cardiology&2')
    expect(typeOf(await signInBy(authenticator))).toBe('/problems/account-frozen')
    service.clock.advance({ days: 1 })
    expect((await signInBy(authenticator)).statusCode).toBe(201)
    await service.db('account').where({ account_id: person.accountId }).update({ state: 'suspended' })
    expect(typeOf(await signInBy(authenticator))).toBe('/problems/account-suspended')
  })

  test('does not go around a one-time password: a new one has to be set', async () => {
    const { person, authenticator } = await someoneWithPasskey()
    await service.accounts.administration.replacePassword(person.phone, 'command:test')
    expect((await signInBy(authenticator)).json()).toMatchObject({ restrictedTo: 'setPassword' })
  })

  test('goes with everything else for who has lost everything', async () => {
    const { person, authenticator } = await someoneWithPasskey()
    await service.accounts.administration.replacePassword(person.phone, 'command:test', { forgetsSecondFactor: true })
    expect(typeOf(await signInBy(authenticator))).toBe('/problems/passkey-refused')
  })

  test('guesses from one address are slowed down, for all server processes together', async () => {
    const browser = aBrowser(service, '203.0.113.77')
    const challenge = await challengeTo(browser, '/passkey-challenges')
    const { authenticator } = await someoneWithPasskey()
    const statuses: number[] = []
    for (let turn = 0; turn < 52; turn++) statuses.push((await browser.call('POST', '/session/passkey', { ceremony: 'of nobody', credential: authenticator.get(challenge) })).statusCode)
    expect(statuses.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 403))
    expect(statuses.at(-1)).toBe(429)
    expect((await signInBy(authenticator)).statusCode).toBe(201)
  })
})

describe('the host passkeys are made for', () => {
  const at = (protocol: 'http' | 'https', host: string) => ({ protocol, host })
  test('is that of PUBLIC_URL, whatever host a request names; without it the one that was asked for', () => {
    expect(relyingPartyOf(at('http', 'pacs.evil'), 'https://pacs.example')).toEqual({ id: 'pacs.example', origin: 'https://pacs.example' })
    expect(relyingPartyOf(at('https', 'pacs.example:8443'), undefined)).toEqual({ id: 'pacs.example', origin: 'https://pacs.example:8443' })
    expect(relyingPartyOf(at('http', 'localhost:8080'), undefined)).toEqual({ id: 'localhost', origin: 'http://localhost:8080' })
  })

  test.each([['http', '127.0.0.1:8080'], ['https', '[::1]:8443'], ['http', 'pacs.example'], ['https', 'not a host']] as const)('is none at %s://%s', (protocol, host) => {
    expect(() => relyingPartyOf(at(protocol, host), undefined)).toThrow('Passkeys cannot be used at this address')
  })
})
