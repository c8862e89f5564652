import type { PasswordReset } from '@isocenter/contracts'
import { SMTPServer } from 'smtp-server'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSealing, loadSigningKeys } from '../identity/index.ts'
import { createEmailChannel } from '../notifications/channels/email.ts'
import { createSmsChannel } from '../notifications/channels/sms.ts'
import { createOutbox } from '../notifications/index.ts'
import { aBrowser, anAccountsService, ownPassword, solve, typeOf, type AccountsService } from './accounts.fixture.ts'

let service: AccountsService
beforeAll(async () => { service = await anAccountsService() })
afterAll(() => service.close())

let addresses = 0
const ask = async (login: string) => {
  const browser = aBrowser(service, `203.0.113.${String(++addresses)}`)
  const captcha = solve((await browser.call('POST', '/captchas')).json())
  return browser.call('POST', '/password-resets', { login, captcha })
}
const complete = (resetId: string, code: string, newPassword = 'Neurology_9') => aBrowser(service, `198.51.100.${String(++addresses)}`).call('POST', `/password-resets/${resetId}/completion`, { code, newPassword })
const codeFor = async (phone: string) => {
  const messages = (await service.outbox.waiting()).filter(({ kind, recipient }) => kind === 'password-reset-code' && recipient.phone.endsWith(phone))
  return /\d{6}/.exec(messages.at(-1)?.text.body ?? '')?.[0] ?? ''
}
const another = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

test('the code that was sent sets a password once, and all sessions end (AUTH-13)', async () => {
  const { phone, accountId } = await service.aPerson()
  const browser = aBrowser(service)
  await browser.signIn(phone, ownPassword)
  const answer = await ask(phone)
  expect(answer.statusCode).toBe(202)
  const { resetId } = answer.json<PasswordReset>()
  const code = await codeFor(phone)
  expect(answer.body).not.toContain(code)
  expect((await complete(resetId, code)).statusCode).toBe(204)
  expect((await browser.call('GET', '/session')).statusCode).toBe(401)
  expect((await aBrowser(service).signIn(phone, 'Neurology_9')).statusCode).toBe(201)
  expect(typeOf(await complete(resetId, code, 'Neurology_8'))).toBe('/problems/reset-refused')
  expect(await service.trailOf(accountId)).toContain('account.password-reset success')
  expect((await service.outbox.waiting()).filter(({ recipient }) => recipient.phone.endsWith(phone)).map(({ kind }) => kind)).toContain('password-changed')
})

test('one of the last five is not taken here either, and the code stays good for another (AUTH-14)', async () => {
  const { phone } = await service.aPerson()
  const { resetId } = (await ask(phone)).json<PasswordReset>()
  const code = await codeFor(phone)
  expect((await complete(resetId, code, ownPassword)).json()).toMatchObject({ reasons: ['usedBefore'] })
  for (let turn = 0; turn < 6; turn++) expect((await complete(resetId, code, 'short')).statusCode).toBe(422)
  expect((await complete(resetId, code)).statusCode).toBe(204)
})

test('the code comes in the language of the account; before its holder has signed in, in that of who made it', async () => {
  const { phone, accountId } = await service.aPerson()
  const newcomer = await service.aNewcomer()
  await service.db('account').where({ account_id: newcomer.accountId }).update({ created_by: `account:${accountId}` })
  const subjectFor = async (login: string) => {
    await ask(login)
    return (await service.outbox.waiting()).filter(({ kind, recipient }) => kind === 'password-reset-code' && recipient.phone.endsWith(login)).at(-1)?.text.subject
  }
  for (const [language, subject] of [['en', 'Code to reset your password'], ['zh-CN', '重置密码验证码']] as const) {
    await service.db('account').where({ account_id: accountId }).update({ language })
    expect([language, await subjectFor(phone), await subjectFor(newcomer.phone)]).toEqual([language, subject, subject])
  }
})

test('a code is good for five tries, ten minutes, and until the next is asked for', async () => {
  const { phone } = await service.aPerson()
  const first = (await ask(phone)).json<PasswordReset>()
  const firstCode = await codeFor(phone)
  const second = (await ask(phone)).json<PasswordReset>()
  expect(typeOf(await complete(first.resetId, firstCode))).toBe('/problems/reset-refused')
  const code = await codeFor(phone)
  for (let turn = 0; turn < 5; turn++) expect(typeOf(await complete(second.resetId, another(code)))).toBe('/problems/reset-refused')
  expect(typeOf(await complete(second.resetId, code))).toBe('/problems/reset-refused')
  const third = (await ask(phone)).json<PasswordReset>()
  const late = await codeFor(phone)
  service.clock.advance({ minutes: 10 })
  expect(typeOf(await complete(third.resetId, late))).toBe('/problems/reset-refused')
})

test('who has no account is answered alike, and no more codes than five an hour leave for one name', async () => {
  const { phone } = await service.aPerson()
  const told = async (login: string) => {
    const answers = []
    for (let turn = 0; turn < 6; turn++) {
      const answer = await ask(login)
      answers.push([answer.statusCode, Object.keys(answer.json<object>()).sort()])
    }
    return answers
  }
  const [known, unknown] = [await told(phone), await told('13711111111')]
  expect(known).toEqual(unknown)
  expect(known.map(([status]) => status)).toEqual([202, 202, 202, 202, 202, 429])
  const nobodys = (await service.db('password_reset').whereNull('account_id').first<{ reset_id: string }>('reset_id')).reset_id
  expect(typeOf(await complete(nobodys, '000000'))).toBe('/problems/reset-refused')
})

test('two names of one account are not known by their counts: by the second one is answered as before, and gets nothing', async () => {
  const { phone, accountId } = await service.aPerson()
  await service.db('account').where({ account_id: accountId }).update({ login_name: 'wang.fang.two' })
  for (let turn = 0; turn < 5; turn++) await ask(phone)
  const sent = async () => (await service.db('outbox_message').where({ account_id: accountId, kind: 'password-reset-code' })).length
  const before = await sent()
  expect((await ask('wang.fang.two')).statusCode).toBe(202)
  expect((await ask(phone)).statusCode).toBe(429)
  expect(await sent()).toBe(before)
})

test('a captcha is needed for each', async () => {
  const browser = aBrowser(service, '203.0.113.250')
  expect((await browser.call('POST', '/password-resets', { login: '13711111112' })).statusCode).toBe(400)
  expect(typeOf(await browser.call('POST', '/password-resets', { login: '13711111112', captcha: { challenge: 'x', nonce: 1 } }))).toBe('/problems/captcha-needed')
})

test('in the database neither code nor message can be read', async () => {
  const { phone } = await service.aPerson()
  await ask(phone)
  const code = await codeFor(phone)
  const kept = JSON.stringify(
    [await service.db('password_reset'), await service.db('outbox_message')],
    (_key, value: unknown) => (
      typeof value === 'object' && value !== null && 'data' in value ? Buffer.from(value.data as number[]).toString('latin1') : value
    ),
  )
  expect(code).toMatch(/^\d{6}$/)
  expect(kept).not.toContain(code)
})

test('e-mail leaves through a real SMTP server, once, in the language of its reader, and is tried again when the server fails', async () => {
  const mails: { to: string; text: string }[] = []
  let isBroken = true
  const smtp = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, callback) => { callback(isBroken ? Object.assign(new Error('try later'), { responseCode: 451 }) : null) },
    onData: (stream, session, callback) => {
      let text = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => { text += chunk }).on('end', () => { mails.push({ to: session.envelope.rcptTo.map(({ address }) => address).join(), text }); callback() })
    },
  })
  const listening = smtp.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const channel = createEmailChannel({ url: `smtp://127.0.0.1:${String((listening.address() as AddressInfo).port)}`, from: 'Isocenter <noreply@pacs.example>' })
  try {
    const { phone, accountId } = await service.aPerson()
    await service.db('account').where({ account_id: accountId }).update({ email: 'wang@hospital.example', email_proven_at: new Date(), language: 'en' })
    await service.db('outbox_message').whereNot({ account_id: accountId }).orWhereNull('account_id').delete()
    await ask(phone)
    const code = await codeFor(phone)
    const failures: unknown[] = []
    const { sealing } = await keysOf()
    const outbox = createOutbox({ db: service.db, sealing, channels: [channel], now: service.clock.now, onFailure: ({ err }) => failures.push(err) })
    await outbox.deliverDue()
    expect([mails.length, failures.length]).toEqual([0, 1])
    isBroken = false
    expect(await outbox.deliverDue()).toBe(0)
    service.clock.advance({ minutes: 1 })
    // Two processes at once.
    await Promise.all([outbox.deliverDue(), outbox.deliverDue()])
    expect(mails.map(({ to }) => to)).toEqual(['wang@hospital.example'])
    expect(mails[0]?.text).toMatch(/Subject: Code to reset your password/)
    expect(mails[0]?.text).toContain(code)
    service.clock.advance({ minutes: 5 })
    expect(await outbox.deliverDue()).toBe(0)
  } finally {
    channel.close()
    await new Promise<void>((resolve) => { smtp.close(resolve) })
  }
})

test('an e-mail address that its holder has not proven gets no code, though it gets other messages', async () => {
  const { phone, accountId } = await service.aPerson()
  await service.db('account').where({ account_id: accountId }).update({ email: 'typed@by-somebody.example' })
  await service.db('outbox_message').delete()
  await ask(phone)
  const delivered: string[] = []
  const { sealing } = await keysOf()
  const channel = { name: 'email', addressOf: ({ email }: { email: string | undefined }) => email, deliver: (address: string) => { delivered.push(address); return Promise.resolve() } } as const
  const outbox = createOutbox({ db: service.db, sealing, channels: [channel], now: service.clock.now, onFailure: () => undefined })
  await service.db.transaction((trx) => outbox.add(trx, { kind: 'password-changed', values: {}, accountId, expiresAt: new Date(service.clock.now().getTime() + 60_000) }))
  await outbox.deliverDue()
  expect(delivered).toEqual(['typed@by-somebody.example'])
  await service.db('account').where({ account_id: accountId }).update({ email_proven_at: new Date() })
  service.clock.advance({ minutes: 1 })
  await outbox.deliverDue()
  expect(delivered).toHaveLength(2)
})

test('short messages leave by a webhook that can tell they are ours', async () => {
  const { createHmac } = await import('node:crypto')
  const seen: { body: string; signature: unknown }[] = []
  const hook = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
      .on('data', (chunk: string) => { body += chunk })
      .on('end', () => {
        seen.push({ body, signature: request.headers['x-isocenter-signature'] })
        response.writeHead(seen.length === 1 ? 500 : 204).end()
      })
  }).listen(0, '127.0.0.1')
  await once(hook, 'listening')
  try {
    const secret = 'a secret of some length'
    const sms = createSmsChannel({ url: `http://127.0.0.1:${String((hook.address() as AddressInfo).port)}/`, secret })
    const deliver = () => sms.deliver('+8613800138000', { subject: '', body: '您的验证码是 123456' }, 'one')
    await expect(deliver()).rejects.toThrow('answered 500')
    await deliver()
    expect(JSON.parse(seen[1]?.body ?? '')).toEqual({ messageId: 'one', to: '+8613800138000', text: '您的验证码是 123456' })
    expect(seen[1]?.signature).toBe(`sha256=${createHmac('sha256', secret).update(seen[1]?.body ?? '').digest('hex')}`)
  } finally {
    hook.close()
  }
})

/** The keys of the service under test are in its folder; the outbox of another process reads the same. */
async function keysOf() {
  return { sealing: createSealing(await loadSigningKeys(service.keysFile)) }
}
