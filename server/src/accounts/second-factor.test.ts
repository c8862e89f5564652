import type { Session, TotpEnrolment } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aBrowser, anAccountsService, ownPassword, typeOf, type AccountsService, type Browser } from './accounts.fixture.ts'
import { createPasswordHashing } from './password-hash.ts'
import { createSignIn } from './sign-in.ts'
import { base32, hotp } from './totp.ts'

let service: AccountsService
beforeAll(async () => { service = await anAccountsService() })
afterAll(() => service.close())

/** As an authenticator reads it. */
function bytesOf(secret: string): Buffer {
  const bits = [...secret].map((character) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
const codeNow = (secret: string, steps = 0) => hotp(bytesOf(secret), Math.floor(service.clock.now().getTime() / 30_000) + steps)
const another = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

async function enrolled() {
  const person = await service.aPerson()
  const browser = aBrowser(service)
  await browser.signIn(person.phone, ownPassword)
  const { secret, uri } = (await browser.call('POST', '/account/totp', { password: ownPassword })).json<{ secret: string; uri: string }>()
  const answer = await browser.call('POST', '/account/totp/confirmation', { code: codeNow(secret) })
  return { person, browser, secret, uri, recoveryCodes: answer.json<{ recoveryCodes: string[] }>().recoveryCodes }
}
const give = (browser: Browser, code: string) => browser.call('POST', '/session/second-factor', { code })

test('codes are those of RFC 4226 appendix D and RFC 6238 appendix B', () => {
  const secret = Buffer.from('12345678901234567890')
  expect(Array.from({ length: 10 }, (_, counter) => hotp(secret, counter))).toEqual(['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'])
  expect([59, 1_111_111_109, 1_234_567_890, 20_000_000_000].map((seconds) => hotp(secret, Math.floor(seconds / 30), 8))).toEqual(['94287082', '07081804', '89005924', '65353130'])
  expect(base32(Buffer.from('foobar'))).toBe('MZXW6YTBOI')
})

describe('a second factor', () => {
  test('once confirmed is asked for at each sign-in, and the password alone opens nothing, not even a new password', async () => {
    const { person, secret, uri } = await enrolled()
    expect(uri).toMatch(/^otpauth:\/\/totp\/Isocenter:%2B86\d{11}\?secret=[A-Z2-7]{32}&issuer=Isocenter$/)
    service.clock.advance({ minutes: 2 })
    const browser = aBrowser(service)
    expect((await browser.signIn(person.phone, ownPassword)).json()).toMatchObject({ restrictedTo: 'secondFactor', account: { hasSecondFactor: true } })
    for (const [method, path, body] of [
      ['GET', '/account/sessions', undefined],
      ['PUT', '/account/password', { currentPassword: ownPassword, newPassword: 'Neurology_2' }],
      ['POST', '/account/totp/removal', { password: ownPassword }],
    ] as const) {
      expect([path, typeOf(await browser.call(method, path, body))]).toEqual([path, '/problems/session-restricted'])
    }
    expect(typeOf(await browser.call('PUT', '/session/password', { newPassword: 'Neurology_2' }))).toBe('/problems/password-not-due')
    expect(typeOf(await give(browser, another(codeNow(secret))))).toBe('/problems/wrong-second-factor')
    expect((await give(browser, codeNow(secret))).json()).not.toHaveProperty('restrictedTo')
    expect((await browser.call('GET', '/account/sessions')).statusCode).toBe(200)
    expect(typeOf(await give(browser, codeNow(secret)))).toBe('/problems/wrong-second-factor')
    const { phone } = await service.aPerson()
    const without = aBrowser(service)
    await without.signIn(phone, ownPassword)
    expect(typeOf(await give(without, '123456'))).toBe('/problems/second-factor-not-due')
  })

  test('a one-time password does not go around it', async () => {
    const { person, secret } = await enrolled()
    const { oneTimePassword } = await service.accounts.administration.replacePassword(person.phone, 'command:test')
    service.clock.advance({ minutes: 2 })
    const browser = aBrowser(service)
    expect((await browser.signIn(person.phone, oneTimePassword)).json()).toMatchObject({ restrictedTo: 'secondFactor' })
    expect(typeOf(await browser.call('PUT', '/session/password', { newPassword: 'Neurology_2' }))).toBe('/problems/password-not-due')
    expect((await give(browser, codeNow(secret))).json()).toMatchObject({ restrictedTo: 'setPassword' })
    expect((await browser.call('PUT', '/session/password', { newPassword: 'Neurology_2' })).json()).not.toHaveProperty('restrictedTo')
  })

  test('each code is taken once, by one of many at once, and within half a minute of its time', async () => {
    const { person, secret } = await enrolled()
    service.clock.advance({ minutes: 2 })
    const browsers = [aBrowser(service), aBrowser(service), aBrowser(service)]
    for (const browser of browsers) await browser.signIn(person.phone, ownPassword)
    const code = codeNow(secret)
    expect((await Promise.all(browsers.map((browser) => give(browser, code)))).map(({ statusCode }) => statusCode).sort()).toEqual([200, 403, 403])
    const last = aBrowser(service)
    await last.signIn(person.phone, ownPassword)
    expect([(await give(last, codeNow(secret, -1))).statusCode, (await give(last, codeNow(secret, 2))).statusCode, (await give(last, codeNow(secret, 1))).statusCode]).toEqual([403, 403, 200])
  })

  test('ten wrong codes stop guessing for the day', async () => {
    const { person, secret } = await enrolled()
    service.clock.advance({ minutes: 2 })
    const browser = aBrowser(service)
    await browser.signIn(person.phone, ownPassword)
    for (let turn = 0; turn < 10; turn++) expect((await give(browser, another(codeNow(secret)))).statusCode).toBe(403)
    expect((await give(browser, codeNow(secret))).statusCode).toBe(429)
  })

  test('a recovery code takes its place, once, however it is typed', async () => {
    const { person, recoveryCodes } = await enrolled()
    expect(new Set(recoveryCodes).size).toBe(10)
    const typed = ` ${recoveryCodes[3]?.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o') ?? ''} `
    const signInWith = async (code: string) => {
      const browser = aBrowser(service)
      await browser.signIn(person.phone, ownPassword)
      return (await give(browser, code)).statusCode
    }
    expect(await signInWith(typed)).toBe(200)
    expect(await signInWith(typed)).toBe(403)
    expect(await signInWith(recoveryCodes[0] ?? '')).toBe(200)
  })

  test('is the one whose code was shown: a secret begun meanwhile is not confirmed by it', async () => {
    const person = await service.aPerson()
    const browser = aBrowser(service)
    await browser.signIn(person.phone, ownPassword)
    const { secret } = (await browser.call('POST', '/account/totp', { password: ownPassword })).json<TotpEnrolment>()
    const answer = await service.db.transaction(async (trx) => {
      // Held while the code is taken, as another window would that begins anew.
      await trx('account').where({ account_id: person.accountId }).forUpdate().first('account_id')
      const confirming = browser.call('POST', '/account/totp/confirmation', { code: codeNow(secret) })
      const totp = () => service.db('account_totp').where({ account_id: person.accountId })
      await expect.poll(async () => Number((await totp().first<{ last_step: string }>('last_step')).last_step), { timeout: 10_000 }).toBeGreaterThan(0)
      await trx('account_totp').where({ account_id: person.accountId }).update({ sealed: Buffer.from('another'), last_step: 0 })
      return { confirming }
    })
    expect(typeOf(await answer.confirming)).toBe('/problems/wrong-second-factor')
    expect((await browser.call('GET', '/session')).json<Session>().account.hasSecondFactor).toBe(false)
  })

  test('begins with the password and a code; others of the account are signed out; nothing of it can be read in the database', async () => {
    const { phone, accountId } = await service.aPerson()
    const [browser, other] = [aBrowser(service), aBrowser(service)]
    await browser.signIn(phone, ownPassword)
    await other.signIn(phone, ownPassword)
    expect(typeOf(await browser.call('POST', '/account/totp', { password: 'Cardiology&2' }))).toBe('/problems/wrong-password')
    const { secret } = (await browser.call('POST', '/account/totp', { password: ownPassword })).json<{ secret: string }>()
    expect(typeOf(await browser.call('POST', '/account/totp/confirmation', { code: another(codeNow(secret)) }))).toBe('/problems/wrong-second-factor')
    // Not before it is confirmed.
    expect((await aBrowser(service).signIn(phone, ownPassword)).json()).not.toHaveProperty('restrictedTo')
    expect((await browser.call('POST', '/account/totp/confirmation', { code: codeNow(secret) })).statusCode).toBe(201)
    expect([(await browser.call('GET', '/account/sessions')).statusCode, (await other.call('GET', '/session')).statusCode]).toEqual([200, 401])
    expect(typeOf(await browser.call('POST', '/account/totp', { password: ownPassword }))).toBe('/problems/second-factor-there')
    const row = await service.db('account_totp').where({ account_id: accountId }).first<{ sealed: Buffer }>('sealed')
    expect(row.sealed.includes(bytesOf(secret))).toBe(false)
    expect(await service.trailOf(accountId)).toEqual(expect.arrayContaining(['account.second-factor refused', 'account.second-factor success']))
  })

  test('is asked for by a sign-in that began before it was there', async () => {
    const { phone, accountId } = await service.aPerson()
    const signIn = createSignIn({
      db: service.db, now: service.clock.now, timeZoneOf: () => Promise.resolve('UTC'), captchas: { make: () => { throw new Error('Nobody asks.') }, take: () => Promise.resolve(true) },
      hashing: {
        ...createPasswordHashing(),
        verify: async () => {
          await service.db('account').where({ account_id: accountId }).update({ has_second_factor: true })
          return true
        },
      },
    })
    const { session } = await signIn({ login: phone, password: ownPassword, captcha: { challenge: '', nonce: 0 } }, { address: '192.0.2.40', userAgent: undefined, language: undefined, token: undefined })
    expect(session.needsSecondFactor).toBe(true)
  })

  test('is removed by who gave both, and by a command for who has lost everything', async () => {
    const { person, browser } = await enrolled()
    expect(typeOf(await browser.call('POST', '/account/totp/removal', { password: 'Cardiology&2' }))).toBe('/problems/wrong-password')
    expect((await browser.call('POST', '/account/totp/removal', { password: ownPassword })).statusCode).toBe(204)
    expect((await aBrowser(service).signIn(person.phone, ownPassword)).json()).not.toHaveProperty('restrictedTo')
    const { person: other } = await enrolled()
    const { oneTimePassword } = await service.accounts.administration.replacePassword(other.phone, 'command:test', { forgetsSecondFactor: true })
    expect((await aBrowser(service).signIn(other.phone, oneTimePassword)).json()).toMatchObject({ restrictedTo: 'setPassword' })
  })
})
