import type { Session, SignedInDevices } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService } from '../dicomweb/service.fixture.ts'
import { aBrowser, anAccountsService, origin, ownPassword, solve, typeOf, type AccountsService } from './accounts.fixture.ts'

let service: AccountsService
beforeAll(async () => { service = await anAccountsService() })
afterAll(() => service.close())

const signedIn = async (more: { remember?: boolean } = {}) => {
  const person = await service.aPerson()
  const browser = aBrowser(service)
  const answer = await browser.signIn(person.phone, person.password, more)
  return { person, browser, answer }
}
const isSignedIn = async (browser: ReturnType<typeof aBrowser>) => (await browser.call('GET', '/session')).statusCode === 200

describe('the cookie', () => {
  test('is for this host alone, out of reach of scripts and other sites, and forgotten with the browser', async () => {
    const { answer, browser } = await signedIn()
    expect(answer.headers['set-cookie']).toMatch(/^__Host-isocenter-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.body).not.toContain(browser.cookie()?.split('=')[1])
    const out = await browser.call('DELETE', '/session')
    expect(out.headers['set-cookie']).toBe('__Host-isocenter-session=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0')
  })

  test('stays for thirty days where the device is to be remembered', async () => {
    expect((await signedIn({ remember: true })).answer.headers['set-cookie']).toMatch(/; Max-Age=2592000$/)
  })

  test('over plain HTTP promises nothing it cannot keep', async () => {
    const plain = await aService({ CAPTCHA_BITS: '0', PUBLIC_URL: 'http://pacs.example' })
    try {
      const { administration } = plain.accounts
      const prepared = await administration.prepareOneTimePassword()
      const organisation = await plain.db('organisation').first<{ organisation_id: string }>('organisation_id')
      await plain.db.transaction((trx) => administration.create(trx, { organisationId: organisation.organisation_id, phone: '13900000000', name: 'Li', actor: 'command:test' }, prepared))
      const headers = { 'sec-fetch-site': 'same-origin' }
      const captcha = solve((await plain.app.inject({ method: 'POST', url: '/api/captchas', headers })).json())
      const answer = await plain.app.inject({ method: 'POST', url: '/api/session', headers, payload: { login: '13900000000', password: prepared.password, captcha } })
      expect(answer.headers['set-cookie']).toMatch(/^isocenter-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    } finally {
      await plain.close()
    }
  })

  test('of the database opens nothing, nor does one that was made up', async () => {
    const { browser, person } = await signedIn()
    const kept = await service.db('account_session').where({ account_id: person.accountId }).first<{ token_sha256: Buffer }>('token_sha256')
    for (const value of [kept.token_sha256.toString('base64url'), 'A'.repeat(43), '', `${browser.cookie()?.split('=')[1] ?? ''}x`]) {
      const answer = await service.app.inject({ url: '/api/session', headers: { cookie: `__Host-isocenter-session=${value}` } })
      expect(answer.statusCode).toBe(401)
    }
  })

  test('is another after each sign-in, and the one before it is over', async () => {
    const { browser, person } = await signedIn()
    const before = browser.cookie()
    await browser.signIn(person.phone, person.password)
    expect(browser.cookie()).not.toBe(before)
    expect((await service.app.inject({ url: '/api/session', headers: { cookie: before ?? '' } })).statusCode).toBe(401)
  })
})

describe('requests of other sites (CSRF)', () => {
  test('are refused when they change something, whatever cookie comes along', async () => {
    const { browser } = await signedIn()
    const headers: Record<string, string>[] = [
      { origin: 'https://evil.example' }, { origin: 'null' }, { origin: '' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site', origin },
      { 'sec-fetch-site': 'none' }, { origin: 'http://pacs.example' }, { origin: 'https://pacs.example.evil.example' },
    ]
    for (const one of headers) {
      expect([one, typeOf(await browser.call('DELETE', '/account/sessions', undefined, one))]).toEqual([one, '/problems/foreign-origin'])
      expect([one, typeOf(await browser.call('POST', '/session', { login: 'a', password: 'b' }, one))]).toEqual([one, '/problems/foreign-origin'])
    }
    expect(await isSignedIn(browser)).toBe(true)
  })

  test('without word of where they come from are refused too', async () => {
    const { browser } = await signedIn()
    const answer = await service.app.inject({ method: 'DELETE', url: '/api/account/sessions', headers: { cookie: browser.cookie() ?? '' } })
    expect(typeOf(answer)).toBe('/problems/foreign-origin')
  })

  test('pages of this server may, and reading needs no word', async () => {
    const { browser } = await signedIn()
    expect((await browser.call('DELETE', '/account/sessions', undefined, { 'sec-fetch-site': 'same-origin', origin: '' })).statusCode).toBe(204)
    expect((await service.app.inject({ url: '/api/session', headers: { cookie: browser.cookie() ?? '' } })).statusCode).toBe(200)
  })

  test('a bearer token beside a cookie counts alone', async () => {
    const { browser } = await signedIn()
    const token = await service.as('north', ['gateways:read'])
    expect((await browser.call('GET', '/gateways', undefined, token)).statusCode).toBe(200)
    expect((await browser.call('GET', '/session', undefined, token)).statusCode).toBe(403)
    expect((await browser.call('GET', '/session', undefined, { authorization: 'Bearer no.good.token' })).statusCode).toBe(401)
  })
})

describe('the end of a session', () => {
  test('comes after twelve hours, used or not', async () => {
    const { browser } = await signedIn()
    for (let hour = 0; hour < 11; hour++) {
      service.clock.advance({ hours: 1 })
      expect(await isSignedIn(browser)).toBe(true)
    }
    service.clock.advance({ hours: 1 })
    expect(await isSignedIn(browser)).toBe(false)
  })

  test('comes on a remembered device after fourteen days without use, or thirty', async () => {
    const { browser } = await signedIn({ remember: true })
    service.clock.advance({ days: 13 })
    expect(await isSignedIn(browser)).toBe(true)
    service.clock.advance({ days: 13 })
    expect(await isSignedIn(browser)).toBe(true)
    service.clock.advance({ days: 4 })
    expect(await isSignedIn(browser)).toBe(false)
    const { browser: idle } = await signedIn({ remember: true })
    service.clock.advance({ days: 14, minutes: 1 })
    expect(await isSignedIn(idle)).toBe(false)
  })

  test('comes after more than 30 minutes without operation where automatic sign-out is on (AUTH-22)', async () => {
    const { browser } = await signedIn({ remember: true })
    expect((await browser.call('PATCH', '/account/settings', { autoSignOut: true })).json<Session>().account.autoSignOut).toBe(true)
    service.clock.advance({ minutes: 30 })
    expect(await isSignedIn(browser)).toBe(true)
    service.clock.advance({ minutes: 29 })
    expect((await browser.call('GET', '/account/sessions')).statusCode).toBe(200)
    service.clock.advance({ minutes: 31 })
    expect(await isSignedIn(browser)).toBe(false)
  })

  test('is not put off by what a page asks for by itself', async () => {
    const { browser } = await signedIn()
    await browser.call('PATCH', '/account/settings', { autoSignOut: true })
    const ask = async () => (await browser.call('GET', '/session', undefined, { 'x-isocenter-background': '1' })).statusCode
    service.clock.advance({ minutes: 20 })
    expect(await ask()).toBe(200)
    service.clock.advance({ minutes: 11 })
    expect(await ask()).toBe(401)
  })

  test('is told beforehand', async () => {
    const { browser } = await signedIn()
    const session = (await browser.call('PATCH', '/account/settings', { autoSignOut: true })).json<Session>()
    expect(Date.parse(session.signsOutAt) - service.clock.now().getTime()).toBe(30 * 60_000 + 15_000)
    expect(Date.parse(session.expiresAt) - service.clock.now().getTime()).toBe(12 * 3_600_000)
  })
})

describe('where an account is signed in', () => {
  test('is listed, ended one by one or all but this, and nobody else\'s is', async () => {
    const { browser: here, person } = await signedIn()
    const { browser: stranger } = await signedIn()
    const phone = aBrowser(service, '198.51.100.7')
    await phone.signIn(person.phone, person.password, { remember: true })
    const third = aBrowser(service, '198.51.100.8')
    await third.signIn(person.phone, person.password)
    const list = async () => (await here.call('GET', '/account/sessions')).json<SignedInDevices>().items
    const devices = await list()
    expect(devices.map(({ isCurrent, isRemembered, address, userAgent }) => [isCurrent, isRemembered, address, userAgent]).sort()).toEqual([
      [false, false, '198.51.100.8', 'Firefox'], [false, true, '198.51.100.7', 'Firefox'], [true, false, '192.0.2.1', 'Firefox'],
    ])
    const phones = devices.find(({ isRemembered }) => isRemembered)?.sessionId ?? ''
    expect(typeOf(await stranger.call('DELETE', `/account/sessions/${phones}`))).toBe('/problems/no-such-session')
    expect((await here.call('DELETE', `/account/sessions/${phones}`)).statusCode).toBe(204)
    expect([await isSignedIn(phone), await isSignedIn(third)]).toEqual([false, true])
    await here.call('DELETE', '/account/sessions')
    expect([await isSignedIn(here), await isSignedIn(third), await isSignedIn(stranger)]).toEqual([true, false, true])
    expect((await list()).map(({ isCurrent }) => isCurrent)).toEqual([true])
  })
})

describe('passwords', () => {
  test('a change needs the current one, ends every other session and keeps this one (AUTH-21)', async () => {
    const { browser, person } = await signedIn()
    const other = aBrowser(service)
    await other.signIn(person.phone, person.password)
    expect(typeOf(await browser.call('PUT', '/account/password', { currentPassword: 'Cardiology&2', newPassword: 'Neurology_3' }))).toBe('/problems/wrong-password')
    expect((await browser.call('PUT', '/account/password', { currentPassword: ownPassword, newPassword: 'Neurology_3' })).statusCode).toBe(204)
    expect([await isSignedIn(browser), await isSignedIn(other)]).toEqual([true, false])
    expect(typeOf(await aBrowser(service).signIn(person.phone, ownPassword))).toBe('/problems/sign-in-refused')
    expect((await aBrowser(service).signIn(person.phone, 'Neurology_3')).statusCode).toBe(201)
  })

  test('ten wrong current passwords stop changes for the day, but not signing in', async () => {
    const { browser, person } = await signedIn()
    const change = async (currentPassword: string) => (await browser.call('PUT', '/account/password', { currentPassword, newPassword: 'Neurology_3' })).statusCode
    for (let turn = 0; turn < 10; turn++) expect(await change('Cardiology&2')).toBe(403)
    expect(await change(ownPassword)).toBe(429)
    expect((await aBrowser(service).signIn(person.phone, ownPassword)).statusCode).toBe(201)
    service.clock.advance({ days: 1 })
    await browser.signIn(person.phone, ownPassword)
    expect(await change(ownPassword)).toBe(204)
  })

  test('one of the last five is not taken, the sixth is (AUTH-14)', async () => {
    const { browser } = await signedIn()
    let current = ownPassword
    const change = async (newPassword: string) => {
      const answer = await browser.call('PUT', '/account/password', { currentPassword: current, newPassword })
      if (answer.statusCode === 204) current = newPassword
      return answer.statusCode === 204 ? 'taken' : answer.json<{ reasons: string[] }>().reasons.join()
    }
    expect(await change(ownPassword)).toBe('usedBefore')
    for (const next of ['Neurology_1', 'Neurology_2', 'Neurology_3', 'Neurology_4']) expect(await change(next)).toBe('taken')
    expect(await change(ownPassword)).toBe('usedBefore')
    expect(await change('Neurology_5')).toBe('taken')
    expect(await change(ownPassword)).toBe('taken')
    expect(await change('Short$1')).toBe('tooShort')
  })

  test('the language of messages is that of the page somebody first signed in at, until another is chosen', async () => {
    const { phone, accountId } = await service.aPerson()
    const languageAfter = async (asked: string) => {
      const captcha = solve((await aBrowser(service).call('POST', '/captchas')).json())
      const answer = await aBrowser(service).call('POST', '/session', { login: phone, password: ownPassword, captcha }, { 'accept-language': asked })
      return answer.json<Session>().account.language
    }
    expect(await languageAfter('fr-FR,fr;q=0.9')).toBeUndefined()
    expect(await languageAfter('en-GB,en;q=0.9,zh-CN;q=0.8')).toBe('en')
    expect(await languageAfter('zh-CN')).toBe('en')
    expect((await service.db('account').where({ account_id: accountId }).first<{ language: string }>('language')).language).toBe('en')
  })

  test('settings take time zones there are', async () => {
    const { browser } = await signedIn()
    expect(typeOf(await browser.call('PATCH', '/account/settings', { timeZone: 'Mars/Olympus' }))).toBe('/problems/no-such-time-zone')
    expect((await browser.call('PATCH', '/account/settings', { timeZone: 'Asia/Urumqi', language: 'en' })).json<Session>().account).toMatchObject({ timeZone: 'Asia/Urumqi', language: 'en' })
  })
})
