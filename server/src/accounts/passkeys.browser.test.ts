/** Passkeys as Chromium makes and uses them, by the virtual authenticator of its debugging protocol. */
import type { PasskeyAdded, PasskeyChallenge, Session } from '@isocenter/contracts'
import { hasProgram } from '@isocenter/testkit'
import { launchChromium } from '@isocenter/testkit/browser'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anAccountsService, ownPassword, solve, type AccountsService } from './accounts.fixture.ts'

/** What runs in the page has the page's own globals. */
interface PageCredentials {
  create(options: { publicKey: unknown }): Promise<{ toJSON(): unknown }>
  get(options: { publicKey: unknown }): Promise<{ toJSON(): unknown }>
}
interface PageGlobals {
  readonly navigator: { readonly credentials: PageCredentials }
  readonly PublicKeyCredential: { parseCreationOptionsFromJSON(options: unknown): unknown; parseRequestOptionsFromJSON(options: unknown): unknown }
}

describe.skipIf(!hasProgram('chromium'))('in Chromium', () => {
  let service: AccountsService
  let browser: Browser
  let page: Page
  let url = ''
  beforeAll(async () => {
    // By a host name, which Chromium takes for secure; the server goes by the host it is asked for.
    service = await anAccountsService(undefined, { PUBLIC_URL: '' })
    await service.app.listen({ host: '127.0.0.1', port: 0 })
    url = `http://localhost:${String((service.app.server.address() as AddressInfo).port)}`
    browser = await launchChromium()
    page = await browser.newPage()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await page.goto(`${url}/healthz`)
  })
  afterAll(async () => {
    await browser.close()
    await service.close()
  })

  const call = async <Answer>(method: string, path: string, body?: unknown): Promise<{ status: number; json: Answer }> => page.evaluate(async ({ method, path, body }) => {
    const answer = await fetch(`/api${path}`, { method, ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) })
    return { status: answer.status, json: (answer.status === 204 ? undefined : await answer.json()) as Answer }
  }, { method, path, body })
  const signIn = async (login: string, password: string) => {
    const captcha = solve((await call<Parameters<typeof solve>[0]>('POST', '/captchas')).json)
    return call<Session>('POST', '/session', { login, password, captcha })
  }
  const create = (options: unknown) => page.evaluate(async (options) => {
    const { navigator, PublicKeyCredential } = globalThis as unknown as PageGlobals
    return (await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })).toJSON()
  }, options)
  const get = (options: unknown) => page.evaluate(async (options) => {
    const { navigator, PublicKeyCredential } = globalThis as unknown as PageGlobals
    return (await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })).toJSON()
  }, options)

  test('a passkey is made, signs in without password, and is the second factor after one', async () => {
    const person = await service.aNewcomer()
    expect((await signIn(person.phone, person.password)).status).toBe(201)
    expect((await call('PUT', '/session/password', { newPassword: ownPassword })).status).toBe(200)
    const making = (await call<PasskeyChallenge>('POST', '/account/passkeys/challenge', { password: ownPassword })).json
    const added = await call<PasskeyAdded>('POST', '/account/passkeys', { ceremony: making.ceremony, name: 'This computer', credential: await create(making.options) })
    expect(added.status).toBe(201)
    expect(added.json.recoveryCodes).toHaveLength(10)

    await call('DELETE', '/session')
    const using = (await call<PasskeyChallenge>('POST', '/passkey-challenges')).json
    const signedIn = await call<Session>('POST', '/session/passkey', { ceremony: using.ceremony, credential: await get(using.options) })
    expect(signedIn).toMatchObject({ status: 201, json: { account: { accountId: person.accountId } } })

    await call('DELETE', '/session')
    expect((await signIn(person.phone, ownPassword)).json.restrictedTo).toBe('secondFactor')
    const second = (await call<PasskeyChallenge>('POST', '/session/second-factor/passkey-challenge')).json
    const given = await call<Session>('POST', '/session/second-factor/passkey', { ceremony: second.ceremony, credential: await get(second.options) })
    expect(given.status).toBe(200)
    expect(given.json.restrictedTo).toBeUndefined()
  }, 60_000)

  test('at an IP address none is offered', async () => {
    await page.goto(url.replace('localhost', '127.0.0.1') + '/healthz')
    expect(await call('POST', '/passkey-challenges')).toMatchObject({ status: 409, json: { type: '/problems/passkeys-unavailable' } })
  })
})
