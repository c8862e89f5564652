import { generateKeyPair, decodeJwt, type CryptoKey } from 'jose'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { LineError } from '../nodes/line-error.ts'
import { CloudRefused, type CloudApi } from './cloud-api.ts'
import { createServerClock } from './server-clock.ts'
import { createTokenProvider, type TokenProvider } from './token-provider.ts'

let key: CryptoKey
beforeAll(async () => { key = (await generateKeyPair('ES256')).privateKey })

/** Time since the start, for both clocks. */
let nowMs: number
let asked: { assertion: string }[]
let answer: (attempt: number) => Promise<unknown>
let tokens: TokenProvider
beforeEach(() => {
  nowMs = 0
  asked = []
  answer = async (attempt) => ({ access_token: `token ${String(attempt)}`, token_type: 'Bearer', expires_in: 300, scope: '' })
  const api: CloudApi = {
    post: (_path, { form }) => {
      asked.push({ assertion: String(form?.['client_assertion']) })
      return answer(asked.length)
    },
  }
  tokens = createTokenProvider({ api, gatewayId: 'g', audience: 'urn:uuid:a', key, serverClock: createServerClock(() => new Date(nowMs)), monotonicMs: () => nowMs })
})
const seconds = (count: number) => { nowMs += count * 1000 }

test('a token is used until its last minute, then another is asked for while the old one serves', async () => {
  expect(await tokens.token()).toBe('token 1')
  seconds(239)
  expect(await tokens.token()).toBe('token 1')
  expect(asked).toHaveLength(1)
  seconds(10)
  expect(await tokens.token()).toBe('token 1')
  await expect.poll(() => tokens.token(), { timeout: 10_000 }).toBe('token 2')
  expect(asked).toHaveLength(2)
})

test('a token that may end on its way is not given out', async () => {
  await tokens.token()
  seconds(291)
  expect(await tokens.token()).toBe('token 2')
})

test('each assertion has an id of its own and is good for two minutes', async () => {
  await tokens.token()
  seconds(300)
  await tokens.token()
  const [first, second] = asked.map(({ assertion }) => decodeJwt(assertion))
  expect(first).toMatchObject({ iss: 'g', sub: 'g', aud: 'urn:uuid:a', iat: 0, exp: 120 })
  expect(first?.jti).not.toBe(second?.jti)
})

test('while the old one serves, a failure to get the next is nobody\'s trouble', async () => {
  await tokens.token()
  answer = () => Promise.reject(new LineError('lineDown', 'down'))
  seconds(250)
  expect(await tokens.token()).toBe('token 1')
  seconds(20)
  expect(await tokens.token()).toBe('token 1')
  seconds(25)
  await expect(tokens.token()).rejects.toThrow('down')
})

test('a refusal stands for a while, so that a hundred who wait do not ask a hundred times', async () => {
  answer = () => Promise.reject(new CloudRefused(401, { type: '/problems/invalid-client' }))
  await expect(Promise.all(Array.from({ length: 20 }, () => tokens.token()))).rejects.toMatchObject({ status: 401 })
  for (let caller = 0; caller < 20; caller++) await expect(tokens.token()).rejects.toMatchObject({ status: 401 })
  expect(asked).toHaveLength(1)
  seconds(11)
  answer = async () => ({ access_token: 'again', token_type: 'Bearer', expires_in: 300, scope: '' })
  expect(await tokens.token()).toBe('again')
})

test('who is called off stops waiting; the others get their token', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  answer = async () => { await promise; return { access_token: 'late', token_type: 'Bearer', expires_in: 300, scope: '' } }
  const controller = new AbortController()
  const waiting = [tokens.token(controller.signal), tokens.token()]
  controller.abort(new Error('called off'))
  await expect(waiting[0]).rejects.toThrow('called off')
  resolve()
  expect(await waiting[1]).toBe('late')
})

test('something else that answers is not believed', async () => {
  answer = async () => ({ hotel: 'please sign in' })
  await expect(tokens.token()).rejects.toMatchObject({ name: 'NotTheCloud' })
})
