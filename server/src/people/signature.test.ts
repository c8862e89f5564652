import { createHash } from 'node:crypto'
import { phoneSigningPage, signingTokenHeader, type PhoneSigning, type PhoneSigningState, type Signature } from '@isocenter/contracts'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aClock } from '../accounts/accounts.fixture.ts'
import { origin, typeOf, type TestMember, type TestOrganisation } from '../organisations/service.fixture.ts'
import { aDrawing, aPeopleService, picture, type PeopleService } from './people.fixture.ts'

const clock = aClock()
let service: PeopleService
let hospital: TestOrganisation
let drawing: Buffer
beforeAll(async () => {
  service = await aPeopleService(clock.now)
  hospital = await service.organisation('hospital')
  drawing = await aDrawing()
})
afterAll(() => service.close())

const signatureOf = async ({ call }: Pick<TestMember, 'call'>) => (await call('GET', '/account/signature')).json<Signature>()
const png = picture('image/png')

describe('the personal signature (PC-09)', () => {
  test('is set, shown without its paper, replaced and removed; every one is kept for the reports that show it', async () => {
    const member = await hospital.member('general')
    expect(typeOf(await member.call('GET', '/account/signature'))).toBe('no-such-signature')
    expect((await member.call('PUT', '/account/signature', drawing, png)).json()).toMatchObject({ version: 1, source: 'uploaded' })
    const shown = await member.call('GET', '/account/signature/picture')
    expect(shown.headers['content-type']).toBe('image/png')
    expect((await sharp(shown.rawPayload).stats()).isOpaque).toBe(false)
    expect((await member.call('PUT', '/account/signature?source=drawn', drawing, png)).json()).toMatchObject({ version: 2, source: 'drawn' })
    expect((await member.call('DELETE', '/account/signature')).statusCode).toBe(204)
    expect(typeOf(await member.call('GET', '/account/signature/picture'))).toBe('no-such-signature')
    expect(typeOf(await member.call('DELETE', '/account/signature'))).toBe('no-such-signature')
    expect((await member.call('PUT', '/account/signature', drawing, png)).json()).toMatchObject({ version: 3 })
    expect(await service.db('signature').where({ account_id: member.accountId }).orderBy('version').pluck('version')).toEqual([1, 2, 3])
  })

  test('set twice at once is one of the two, and both are kept', async () => {
    const member = await hospital.member('general')
    await Promise.all([1, 2, 3].map(() => member.call('PUT', '/account/signature', drawing, png)))
    expect((await signatureOf(member)).version).toBe(3)
    expect(await service.db('signature').where({ account_id: member.accountId }).whereNull('retired_at')).toHaveLength(1)
  })

  test.each([['no picture', Buffer.from('%PDF-1.7'), 'signature-refused'], ['more than two megabytes', Buffer.alloc(2 * 1024 * 1024 + 1), 'payload-too-large']])('is not %s', async (_what, bytes, problem) => {
    const { call } = await hospital.member('general')
    expect(typeOf(await call('PUT', '/account/signature', bytes, png))).toBe(problem)
  })
})

describe('signing on a phone (MOB-12)', () => {
  const begin = async ({ call }: Pick<TestMember, 'call'>) => (await call('POST', '/account/signature/phones')).json<PhoneSigning>()
  const tokenOf = ({ path }: PhoneSigning) => path.slice(`${phoneSigningPage}#`.length)
  /** A phone: no cookie, no session. */
  const send = (token: string, body: Buffer = drawing) => service.app.inject({
    method: 'PUT',
    url: '/api/signature-drawing',
    headers: { origin, 'content-type': 'image/png', [signingTokenHeader]: token },
    payload: body,
    remoteAddress: `198.51.100.${String(phone++)}`,
  })
  let phone = 1
  const stateOf = async ({ call }: Pick<TestMember, 'call'>, { signingId }: PhoneSigning, waitSeconds = 0) =>
    (await call('GET', `/account/signature/phones/${signingId}?waitSeconds=${String(waitSeconds)}`)).json<PhoneSigningState>()

  test('sets the signature of who showed the code, whose screen learns of it at once', async () => {
    const member = await hospital.member('general')
    const signing = await begin(member)
    expect(signing.path.startsWith('/sign#')).toBe(true)
    expect(await stateOf(member, signing)).toEqual({ state: 'waiting' })
    const begun = performance.now()
    const waiting = stateOf(member, signing, 20)
    expect((await send(tokenOf(signing))).statusCode).toBe(204)
    expect(await waiting).toMatchObject({ state: 'done', signature: { version: 1, source: 'phone' } })
    expect(performance.now() - begun).toBeLessThan(5_000)
    expect((await signatureOf(member)).source).toBe('phone')
  })

  test('takes one picture, within five minutes, for the newest code of a session', async () => {
    const member = await hospital.member('general')
    const first = await begin(member)
    const second = await begin(member)
    expect(typeOf(await send(tokenOf(first)))).toBe('signing-over')
    expect(typeOf(await send(tokenOf(second), Buffer.from('no picture')))).toBe('signature-refused')
    expect((await send(tokenOf(second))).statusCode).toBe(204)
    expect(typeOf(await send(tokenOf(second)))).toBe('signing-over')
    const late = await begin(member)
    clock.advance({ minutes: 5 })
    expect(await stateOf(member, late)).toEqual({ state: 'expired' })
    expect(typeOf(await send(tokenOf(late)))).toBe('signing-over')
  })

  test('of two pictures that come at once takes one', async () => {
    const member = await hospital.member('general')
    const token = tokenOf(await begin(member))
    expect((await Promise.all([send(token), send(token), send(token)])).map(({ statusCode }) => statusCode).sort()).toEqual([204, 403, 403])
    expect((await signatureOf(member)).version).toBe(1)
  })

  test('ends with the session that showed the code, and with the account', async () => {
    const member = await hospital.member('general')
    const token = tokenOf(await begin(member))
    await service.db('account').where({ account_id: member.accountId }).update({ state: 'suspended' })
    expect(typeOf(await send(token))).toBe('signing-over')
    await service.db('account').where({ account_id: member.accountId }).update({ state: 'active' })
    await member.call('DELETE', '/session')
    expect(typeOf(await send(token))).toBe('signing-over')
  })

  test('is followed by the session that asked, and no other, not even of the same person', async () => {
    const member = await hospital.member('general')
    const signing = await begin(member)
    const [elsewhere, other] = [{ call: await service.callAs(member.accountId) }, await hospital.member('general')]
    for (const { call } of [elsewhere, other]) expect(typeOf(await call('GET', `/account/signature/phones/${signing.signingId}`))).toBe('no-such-signing')
  })

  test('the token is good for nothing else, and the database does not have it', async () => {
    const member = await hospital.member('general')
    const token = tokenOf(await begin(member))
    for (const headers of [{ authorization: `Bearer ${token}` }, { cookie: `__Host-isocenter-session=${token}` }, { [signingTokenHeader]: token }]) {
      for (const url of ['/api/session', '/api/account/profile', '/api/account/signature', '/api/account/signature/picture']) expect((await service.app.inject({ url, headers })).statusCode).toBe(401)
    }
    const [row] = await service.db('phone_signing').where({ account_id: member.accountId })
    expect((row as { token_sha256: Buffer }).token_sha256).toEqual(createHash('sha256').update(token).digest())
  })

  test('without a token, or with one that nobody was shown, nothing of a body is taken', async () => {
    for (const headers of [{}, { [signingTokenHeader]: 'A'.repeat(43) }]) {
      const answer = await service.app.inject({
        method: 'PUT',
        url: '/api/signature-drawing',
        headers: { origin, 'content-type': 'image/png', ...headers },
        payload: Buffer.alloc(3 * 1024 * 1024),
        remoteAddress: '203.0.113.9',
      })
      expect(typeOf(answer)).toBe('signing-over')
    }
  })

  test('is slowed down for who tries many', async () => {
    const answers: string[] = []
    for (let turn = 0; turn < 25; turn++) {
      answers.push(typeOf(await service.app.inject({
        method: 'PUT',
        url: '/api/signature-drawing',
        headers: { origin, 'content-type': 'image/png', [signingTokenHeader]: 'B'.repeat(43) },
        payload: drawing,
        remoteAddress: '203.0.113.77',
      })))
    }
    expect([answers[0], answers.at(-1)]).toEqual(['signing-over', 'too-many-requests'])
  })
})
