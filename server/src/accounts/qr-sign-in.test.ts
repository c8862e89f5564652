import type { PhoneBinding, QrSignIn, QrSignInProgress } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aBrowser, anAccountsService, origin, ownPassword, solve, typeOf, type AccountsService, type Browser } from './accounts.fixture.ts'

let service: AccountsService
beforeAll(async () => { service = await anAccountsService() })
afterAll(() => service.close())

/** A desktop with two cookies: of the session, and of the sign-in that is under way. */
async function aDesktop(address = '192.0.2.50') {
  const begun = await service.app.inject({ method: 'POST', url: '/api/qr-sign-ins', remoteAddress: address, headers: { origin, 'user-agent': 'Chrome on the desk' } })
  const cookie = String(begun.headers['set-cookie']).split(';')[0] ?? ''
  const headers = { origin, cookie, 'user-agent': 'Chrome on the desk' }
  return {
    begun, cookie, ...begun.json<QrSignIn>(), code: begun.json<QrSignIn>().url.split('#')[1] ?? '',
    progress: async (known?: string) => (await service.app.inject({ method: 'GET', url: `/api/qr-sign-ins/own${known === undefined ? '' : `?known=${known}`}`, headers })).json<QrSignInProgress>().state,
    finish: (more: Record<string, string> = {}) => service.app.inject({ method: 'POST', url: '/api/session/qr', remoteAddress: address, headers: { ...headers, ...more } }),
  }
}

async function aPhone(): Promise<{ phone: Browser; accountId: string; number: string }> {
  const person = await service.aPerson()
  const phone = aBrowser(service, '198.51.100.7')
  await phone.signIn(person.phone, ownPassword)
  return { phone, accountId: person.accountId, number: person.phone }
}

describe('a desktop that shows a QR code', () => {
  test('is let in by a phone that has seen who asks', async () => {
    const { phone, accountId } = await aPhone()
    const desktop = await aDesktop()
    expect(desktop.url).toMatch(/^https:\/\/pacs\.example\/sign-in\/qr#[\w-]{22}$/)
    expect(await desktop.progress()).toBe('waiting')
    const seen = (await phone.call('POST', '/qr-sign-ins/look', { code: desktop.code })).json<object>()
    expect(seen).toEqual({ userAgent: 'Chrome on the desk', address: '192.0.2.50', isSameAddress: false, askedAt: service.clock.now().toISOString(), expiresAt: desktop.expiresAt, comparison: desktop.comparison })
    expect(await desktop.progress('waiting')).toBe('seen')
    expect((await phone.call('POST', '/qr-sign-ins/approval', { code: desktop.code })).statusCode).toBe(204)
    expect(await desktop.progress('seen')).toBe('approved')
    const session = await desktop.finish()
    expect(session.statusCode).toBe(201)
    expect(session.json()).toMatchObject({ account: { accountId } })
    const cookies = session.headers['set-cookie'] as string[]
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['__Host-isocenter-session', '__Host-isocenter-qr'])
    const own = await service.app.inject({ method: 'GET', url: '/api/session', headers: { cookie: cookies[0]?.split(';')[0] ?? '' } })
    expect(own.json()).toMatchObject({ account: { accountId }, isRemembered: false })
    expect(await service.trailOf(accountId)).toContain('account.sign-in success')
  })

  test('is told at once while it waits, by whichever process it happens in', async () => {
    const { phone } = await aPhone()
    const desktop = await aDesktop()
    await phone.call('POST', '/qr-sign-ins/look', { code: desktop.code })
    const began = performance.now()
    const waiting = desktop.progress('seen')
    setTimeout(() => void phone.call('POST', '/qr-sign-ins/approval', { code: desktop.code }), 300)
    expect(await waiting).toBe('approved')
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('does not keep a server from stopping while it waits', async () => {
    const stopping = await anAccountsService()
    const begun = await stopping.app.inject({ method: 'POST', url: '/api/qr-sign-ins', headers: { origin } })
    const waiting = stopping.app.inject({ method: 'GET', url: '/api/qr-sign-ins/own?known=waiting', headers: { cookie: String(begun.headers['set-cookie']).split(';')[0] ?? '' } })
    setTimeout(() => void stopping.close(), 300)
    expect((await waiting).json()).toEqual({ state: 'waiting' })
  }, 15_000)

  test('holds nothing in the code that signs in: another browser that has read it gets nothing', async () => {
    const { phone } = await aPhone()
    const [desktop, thief] = [await aDesktop(), await aDesktop('203.0.113.9')]
    await phone.call('POST', '/qr-sign-ins/approval', { code: desktop.code })
    expect(typeOf(await thief.finish())).toBe('/problems/qr-sign-in-not-approved')
    expect(typeOf(await service.app.inject({ method: 'POST', url: '/api/session/qr', headers: { origin } }))).toBe('/problems/no-such-qr-sign-in')
    expect(typeOf(await service.app.inject({ method: 'POST', url: '/api/session/qr', headers: { origin, cookie: `__Host-isocenter-qr=${desktop.code}` } }))).toBe('/problems/no-such-qr-sign-in')
    expect((await desktop.finish()).statusCode).toBe(201)
    const rows = await service.db('qr_sign_in').select<object[]>()
    expect(JSON.stringify(rows)).not.toContain(desktop.code)
  })

  test('gets its session once, and the code is approved once', async () => {
    const [{ phone }, { phone: other }] = [await aPhone(), await aPhone()]
    const desktop = await aDesktop()
    await phone.call('POST', '/qr-sign-ins/approval', { code: desktop.code })
    expect(typeOf(await other.call('POST', '/qr-sign-ins/approval', { code: desktop.code }))).toBe('/problems/no-such-qr-sign-in')
    expect((await Promise.all([desktop.finish(), desktop.finish(), desktop.finish()])).map(({ statusCode }) => statusCode).sort()).toEqual([201, 404, 404])
    expect(await desktop.progress()).toBe('expired')
    expect(typeOf(await phone.call('POST', '/qr-sign-ins/look', { code: desktop.code }))).toBe('/problems/no-such-qr-sign-in')
  })

  test('that was refused, or not approved within three minutes, is not let in', async () => {
    const { phone } = await aPhone()
    const refused = await aDesktop()
    expect((await phone.call('POST', '/qr-sign-ins/refusal', { code: refused.code })).statusCode).toBe(204)
    expect(await refused.progress('waiting')).toBe('refused')
    expect(typeOf(await phone.call('POST', '/qr-sign-ins/approval', { code: refused.code }))).toBe('/problems/no-such-qr-sign-in')
    expect((await refused.finish()).json()).toMatchObject({ type: '/problems/qr-sign-in-not-approved', state: 'refused' })
    const [late, approvedLate] = [await aDesktop(), await aDesktop()]
    await phone.call('POST', '/qr-sign-ins/approval', { code: approvedLate.code })
    service.clock.advance({ minutes: 3 })
    expect(typeOf(await phone.call('POST', '/qr-sign-ins/approval', { code: late.code }))).toBe('/problems/no-such-qr-sign-in')
    expect([await late.progress('waiting'), await approvedLate.progress()]).toEqual(['expired', 'expired'])
    expect(typeOf(await approvedLate.finish())).toBe('/problems/qr-sign-in-not-approved')
  })

  test('is not let in by a frozen account, nor by one frozen or suspended since, nor by a phone that was signed out since', async () => {
    const freeze = async (number: string) => { for (let turn = 0; turn < 10; turn++) await aBrowser(service, `203.0.113.${String(turn)}`).signIn(number, 'Cardiology&2') }
    const before = await aPhone()
    await freeze(before.number)
    const first = await aDesktop()
    expect(typeOf(await before.phone.call('POST', '/qr-sign-ins/approval', { code: first.code }))).toBe('/problems/account-frozen')

    const since = await aPhone()
    const second = await aDesktop()
    await since.phone.call('POST', '/qr-sign-ins/approval', { code: second.code })
    await freeze(since.number)
    expect(typeOf(await second.finish())).toBe('/problems/account-frozen')

    const suspended = await aPhone()
    const third = await aDesktop()
    await suspended.phone.call('POST', '/qr-sign-ins/approval', { code: third.code })
    await service.db('account').where({ account_id: suspended.accountId }).update({ state: 'suspended' })
    expect((await third.finish()).statusCode).toBeGreaterThanOrEqual(400)

    const signedOut = await aPhone()
    const fourth = await aDesktop()
    await signedOut.phone.call('POST', '/qr-sign-ins/approval', { code: fourth.code })
    await signedOut.phone.call('DELETE', '/session')
    expect(typeOf(await fourth.finish())).toBe('/problems/no-such-qr-sign-in')
  })

  test('is not let in by a phone that still has to give its second factor, or set its password', async () => {
    const newcomer = await service.aNewcomer()
    const phone = aBrowser(service)
    await phone.signIn(newcomer.phone, newcomer.password)
    const desktop = await aDesktop()
    expect(typeOf(await phone.call('POST', '/qr-sign-ins/approval', { code: desktop.code }))).toBe('/problems/session-restricted')
    expect(typeOf(await aBrowser(service).call('POST', '/qr-sign-ins/approval', { code: desktop.code }))).toBe('/problems/unauthenticated')
  })
})

describe('the first sign-in by QR code', () => {
  const begin = async (code: string, phone: string, address: string) => {
    const browser = aBrowser(service, address)
    const captcha = solve((await browser.call('POST', '/captchas')).json())
    return { browser, answer: await browser.call('POST', '/phone-bindings', { code, phone, captcha }) }
  }
  const sentTo = async (phone: string) => {
    const messages = (await service.outbox.waiting()).filter(({ kind, recipient }) => kind === 'phone-binding-code' && recipient.phone.endsWith(phone))
    return { to: messages.at(-1)?.to, proof: /\d{6}/.exec(messages.at(-1)?.text.body ?? '')?.[0] ?? '' }
  }
  const completion = (code: string, proof: string) => ({ code, proof, newPassword: ownPassword })

  test('proves the phone, sets the password, and lets phone and desktop in (AUTH-05)', async () => {
    const newcomer = await service.aNewcomer()
    const desktop = await aDesktop()
    const { browser, answer } = await begin(desktop.code, newcomer.phone, '198.51.100.31')
    expect(answer.statusCode).toBe(202)
    const { to, proof } = await sentTo(newcomer.phone)
    expect(to).toEqual({ channel: 'sms', address: `+86${newcomer.phone}` })
    const done = await browser.call('POST', `/phone-bindings/${answer.json<PhoneBinding>().bindingId}/completion`, completion(desktop.code, proof))
    expect(done.statusCode).toBe(201)
    expect(done.json()).toMatchObject({ account: { accountId: newcomer.accountId }, isRemembered: true })
    expect(done.json()).not.toHaveProperty('restrictedTo')
    expect((await browser.call('GET', '/account/sessions')).statusCode).toBe(200)
    expect((await browser.call('GET', '/account/preferences')).json()).toMatchObject({ binding: { phone: 'bound' } })
    expect(await desktop.progress('waiting')).toBe('approved')
    expect((await desktop.finish()).json()).toMatchObject({ account: { accountId: newcomer.accountId } })
    expect((await aBrowser(service).signIn(newcomer.phone, newcomer.password)).statusCode).toBe(401)
    expect((await aBrowser(service).signIn(newcomer.phone, ownPassword)).statusCode).toBe(201)
  })

  test('that is left in the middle leaves nothing: the one-time password is as good as before', async () => {
    const newcomer = await service.aNewcomer()
    const desktop = await aDesktop()
    const { browser, answer } = await begin(desktop.code, newcomer.phone, '198.51.100.32')
    const { proof } = await sentTo(newcomer.phone)
    const wrong = String((Number(proof) + 1) % 1_000_000).padStart(6, '0')
    const path = `/phone-bindings/${answer.json<PhoneBinding>().bindingId}/completion`
    expect(typeOf(await browser.call('POST', path, completion(desktop.code, wrong)))).toBe('/problems/binding-refused')
    expect(typeOf(await browser.call('POST', path, { ...completion(desktop.code, proof), newPassword: 'short' }))).toBe('/problems/password-refused')
    service.clock.advance({ minutes: 3 })
    expect(typeOf(await browser.call('POST', path, completion(desktop.code, proof)))).toBe('/problems/no-such-qr-sign-in')
    expect((await aBrowser(service).signIn(newcomer.phone, newcomer.password)).json()).toMatchObject({ restrictedTo: 'setPassword' })
    expect(await service.db('account_session').where({ account_id: newcomer.accountId, is_remembered: true }).first<object | undefined>()).toBeUndefined()
  })

  test('answers an unknown number, and one whose account has its password, as it answers a newcomer, and sends them nothing', async () => {
    const person = await service.aPerson()
    const desktop = await aDesktop()
    const unknown = await begin(desktop.code, '13700000000', '198.51.100.33')
    const known = await begin(desktop.code, person.phone, '198.51.100.34')
    expect([unknown.answer.statusCode, known.answer.statusCode]).toEqual([202, 202])
    expect(Object.keys(unknown.answer.json<object>())).toEqual(Object.keys(known.answer.json<object>()))
    expect((await sentTo(person.phone)).proof).toBe('')
    const path = `/phone-bindings/${known.answer.json<PhoneBinding>().bindingId}/completion`
    expect(typeOf(await known.browser.call('POST', path, completion(desktop.code, '123456')))).toBe('/problems/binding-refused')
  })

  test('needs a QR code that waits, and a captcha', async () => {
    const newcomer = await service.aNewcomer()
    expect(typeOf((await begin('AAAAAAAAAAAAAAAAAAAAAA', newcomer.phone, '198.51.100.35')).answer)).toBe('/problems/no-such-qr-sign-in')
    const desktop = await aDesktop()
    expect(typeOf(await aBrowser(service).call('POST', '/phone-bindings', { code: desktop.code, phone: newcomer.phone, captcha: { challenge: 'of nobody', nonce: 1 } }))).toBe('/problems/captcha-needed')
  })
})
