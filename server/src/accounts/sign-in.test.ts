import type { Session } from '@isocenter/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aBrowser, anAccountsService, ownPassword, typeOf, type AccountsService } from './accounts.fixture.ts'

let service: AccountsService
beforeAll(async () => { service = await anAccountsService() })
afterAll(() => service.close())

const wrong = 'Cardiology&2'

describe('first sign-in (AUTH-02, AUTH-06, D-01)', () => {
  test('a one-time password signs in, to set a password and nothing else', async () => {
    const { phone, password } = await service.aNewcomer()
    const browser = aBrowser(service)
    const answer = await browser.signIn(phone, password)
    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toMatchObject({ restrictedTo: 'setPassword', account: { phone: `+86${phone}`, name: 'Wang Fang' } })
    for (const [method, path] of [['GET', '/account/sessions'], ['GET', '/gateways'], ['GET', '/accounts/frozen']] as const) {
      const refused = await browser.call(method, path)
      expect([path, refused.statusCode, refused.json<{ restrictedTo?: string }>().restrictedTo]).toEqual([path, 403, 'setPassword'])
    }
    const set = await browser.call('PUT', '/session/password', { newPassword: ownPassword })
    expect(set.json<Session>().restrictedTo).toBeUndefined()
    expect((await browser.call('GET', '/account/sessions')).statusCode).toBe(200)
    expect(typeOf(await aBrowser(service).signIn(phone, password))).toBe('/problems/sign-in-refused')
    expect((await aBrowser(service).signIn(phone, ownPassword)).statusCode).toBe(201)
  })

  test('the one-time password itself is not taken as the new one, and a password of one\'s own is not set twice this way', async () => {
    const { phone, password } = await service.aNewcomer()
    const browser = aBrowser(service)
    await browser.signIn(phone, password)
    expect((await browser.call('PUT', '/session/password', { newPassword: password })).json()).toMatchObject({ type: '/problems/password-refused', reasons: ['usedBefore'] })
    await browser.call('PUT', '/session/password', { newPassword: ownPassword })
    expect(typeOf(await browser.call('PUT', '/session/password', { newPassword: wrong }))).toBe('/problems/password-not-due')
  })

  test('after seven days it signs in no longer, and says why to who has it', async () => {
    const { phone, password } = await service.aNewcomer()
    service.clock.advance({ days: 7 })
    expect(typeOf(await aBrowser(service).signIn(phone, password))).toBe('/problems/one-time-password-expired')
    expect(typeOf(await aBrowser(service).signIn(phone, wrong))).toBe('/problems/sign-in-refused')
  })
})

describe('names (AUTH-03)', () => {
  test('a phone number is the same however it is written', async () => {
    const { phone, password } = await service.aPerson()
    for (const written of [phone, ` ${phone.slice(0, 3)} ${phone.slice(3, 7)}-${phone.slice(7)} `, `+86${phone}`, `0086 ${phone}`]) {
      expect((await aBrowser(service).signIn(written, password)).statusCode).toBe(201)
    }
  })

  test('a suspended account is told so, and only to who has its password', async () => {
    const { phone, password, accountId } = await service.aPerson()
    const browser = aBrowser(service)
    await browser.signIn(phone, password)
    await service.db('account').where({ account_id: accountId }).update({ state: 'suspended' })
    expect((await browser.call('GET', '/session')).statusCode).toBe(401)
    expect(typeOf(await aBrowser(service).signIn(phone, password))).toBe('/problems/account-suspended')
    expect(typeOf(await aBrowser(service).signIn(phone, wrong))).toBe('/problems/sign-in-refused')
  })
})

describe('captcha (AUTH-09, D-04)', () => {
  test('is asked for at the first sign-in from an address, then not for 90 days, and of each account apart', async () => {
    const [one, other] = [await service.aPerson(), await service.aPerson()]
    const ask = async ({ phone, password }: { phone: string; password: string }, address: string) => (await aBrowser(service, address).call('POST', '/session', { login: phone, password })).statusCode
    expect(await ask(one, '203.0.113.7')).toBe(403)
    await aBrowser(service, '203.0.113.7').signIn(one.phone, one.password)
    expect(await ask(one, '203.0.113.7')).toBe(201)
    expect(await ask(other, '203.0.113.7')).toBe(403)
    expect(await ask(one, '203.0.113.8')).toBe(403)
    service.clock.advance({ days: 90 })
    expect(await ask(one, '203.0.113.7')).toBe(403)
  })

  test('is asked for again after three wrong passwords, until the right one is given', async () => {
    const { phone, password } = await service.aPerson()
    const browser = aBrowser(service)
    await browser.signIn(phone, password)
    const plain = (given: string) => browser.call('POST', '/session', { login: phone, password: given })
    const answers = [await plain(wrong), await plain(wrong), await plain(wrong)]
    expect(answers.map((answer) => answer.json<{ captchaNeeded: boolean }>().captchaNeeded)).toEqual([false, false, true])
    expect(typeOf(await plain(password))).toBe('/problems/captcha-needed')
    expect((await browser.signIn(phone, password)).statusCode).toBe(201)
    expect((await plain(password)).statusCode).toBe(201)
  })

  test('a solution is taken once, in time, and only of a challenge of ours', async () => {
    const { phone, password } = await service.aPerson()
    const { solve } = await import('./accounts.fixture.ts')
    const browser = aBrowser(service, '203.0.113.9')
    const make = async () => (await browser.call('POST', '/captchas')).json<Parameters<typeof solve>[0]>()
    const withCaptcha = async (captcha: object, given = wrong) => typeOf(await browser.call('POST', '/session', { login: phone, password: given, captcha }))
    const good = solve(await make())
    expect(await withCaptcha(good)).toBe('/problems/sign-in-refused')
    expect(await withCaptcha(good)).toBe('/problems/captcha-needed')
    expect(await withCaptcha({ ...solve(await make()), nonce: 0, challenge: 'a.b' })).toBe('/problems/captcha-needed')
    const late = solve(await make())
    service.clock.advance({ minutes: 10 })
    expect(await withCaptcha(late, password)).toBe('/problems/captcha-needed')
  })
})

describe('what is told to strangers', () => {
  test('a name nobody has is answered like a wrong password, up to the freeze', async () => {
    const { phone } = await service.aPerson()
    const [known, unknown] = [aBrowser(service, '203.0.113.21'), aBrowser(service, '203.0.113.22')]
    for (let turn = 0; turn < 11; turn++) {
      const answers = [await known.signIn(phone, wrong), await unknown.signIn('13700000000', wrong)]
      const told = answers.map((answer) => [answer.statusCode, { ...answer.json<object>(), instance: '' }, Object.keys(answer.headers).sort()])
      expect(told[0]).toEqual(told[1])
    }
    expect(typeOf(await unknown.signIn('13700000000', wrong))).toBe('/problems/account-frozen')
  })

  test('nothing that was typed comes back, nor is kept where it can be read', async () => {
    const answer = await aBrowser(service).signIn('Secr3t$typed-into-the-wrong-field', 'x')
    expect(typeOf(answer)).toBe('/problems/sign-in-refused')
    expect(answer.body).not.toMatch(/typed-into/i)
    const kept = await service.db('password_attempts').whereILike('subject', '%typed%')
    expect(kept).toEqual([])
  })

  test('a name nobody has costs a hash as well', async () => {
    const { phone } = await service.aPerson()
    const timed = async (login: string) => {
      const began = performance.now()
      await aBrowser(service, '203.0.113.33').signIn(login, wrong)
      return performance.now() - began
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0
    const [known, unknown]: [number[], number[]] = [[], []]
    // In turn, so that what else the machine does falls on both.
    for (let turn = 0; turn < 7; turn++) {
      known.push(await timed(phone))
      unknown.push(await timed(`1370001${String(turn).padStart(4, '0')}`))
    }
    expect(median(unknown) / median(known)).toBeGreaterThan(0.5)
    expect(median(unknown) / median(known)).toBeLessThan(2)
  })
})

test('that a name nobody has was tried stands in the trail of who runs the installation, without the name', async () => {
  await aBrowser(service, '203.0.113.44').signIn('nobody-at-all', wrong)
  const [entry] = await service.db('audit_event')
    .join('organisation', 'organisation.organisation_id', 'audit_event.organisation_id')
    .where({ actor: 'command:sign-in' })
    .orderBy('audit_event_id', 'desc')
    .limit(1)
    .select<{ kind: string; outcome: string; detail: object }[]>('kind', 'outcome', 'detail')
  expect(entry).toEqual({ kind: 'platform', outcome: 'refused', detail: { address: '203.0.113.44', reason: 'nobody has the name' } })
})

test('sign-ins, refused ones too, stand in the trail', async () => {
  const { phone, password, accountId } = await service.aNewcomer()
  const browser = aBrowser(service)
  await browser.signIn(phone, wrong)
  await browser.signIn(phone, password)
  await browser.call('PUT', '/session/password', { newPassword: ownPassword })
  await browser.call('DELETE', '/session')
  expect(await service.trailOf(accountId)).toEqual(['account.create success', 'account.sign-in refused', 'account.sign-in success', 'account.password success', 'account.sign-out success'])
})
