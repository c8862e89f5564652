/** A real OpenID Connect provider for tests, on a port of its own, and a browser that goes there and back. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LightMyRequestResponse } from 'fastify'
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose'
import { Provider } from 'oidc-provider'
import type { TestService } from '../dicomweb/service.fixture.ts'

export const clientId = 'isocenter'
export const clientSecret = 'a secret of forty-eight characters, not one less'

export interface TestProvider {
  readonly issuer: string
  readonly origin: string
  /** Claims of people there, by subject. */
  readonly people: Map<string, Record<string, unknown>>
  /** Who is at the provider's screen; undefined: somebody who declines. */
  person: string | undefined
  /** Where the application is at that it sends browsers back to. */
  home: string
  /** Requests its token endpoint had. */
  tokenRequests: { authorization: string | undefined; body: string }[]
  /** How often its keys were asked for. */
  keyRequests: number
  /** Signs what the provider could have signed. */
  readonly sign: (claims: Record<string, unknown>, typ?: string) => Promise<string>
  readonly close: () => Promise<void>
}

export async function aProvider(): Promise<TestProvider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk: JWK = { ...await exportJWK(privateKey), kid: 'test', alg: 'RS256', use: 'sig' }
  const server = createServer()
  await new Promise<void>((listening) => { server.listen(0, '127.0.0.1', listening) })
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const people = new Map<string, Record<string, unknown>>()
  const provider = new Provider(origin, {
    jwks: { keys: [jwk] },
    clients: [
      { client_id: clientId, client_secret: clientSecret, redirect_uris: ['https://pacs.example/'], grant_types: ['authorization_code'], response_types: ['code'] },
      { client_id: 'public', token_endpoint_auth_method: 'none', redirect_uris: ['https://pacs.example/'], grant_types: ['authorization_code'], response_types: ['code'] },
    ],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    cookies: { keys: ['a key of a test'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], phone: ['phone_number', 'phone_number_verified'], profile: ['name', 'preferred_username', 'groups'] },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => Promise.resolve({ sub, ...people.get(sub) }) }),
    loadExistingGrant: async ({ oidc: { client, session } }) => {
      const grant = new provider.Grant({ clientId: String(client?.clientId), accountId: String(session?.accountId) })
      grant.addOIDCScope('openid email phone profile')
      await grant.save()
      return grant
    },
  })
  // Each organisation of a test has an address of its own to come back to.
  provider.Client.prototype.redirectUriAllowed = (uri: string) => uri.startsWith(`${test.home}/api/sign-in/oidc/`)

  const test: TestProvider = {
    issuer: origin, origin, people, person: undefined, home: 'https://pacs.example', tokenRequests: [], keyRequests: 0,
    sign: async (claims, typ = 'logout+jwt') => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'test', typ }).sign(await importJWK(jwk, 'RS256')),
    close: () => new Promise((closed) => { server.close(() => { closed() }); server.closeAllConnections() }),
  }
  const callback = provider.callback()
  const interact = async (request: IncomingMessage, response: ServerResponse) => {
    const result = test.person === undefined ? { error: 'access_denied' } : { login: { accountId: test.person } }
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
  }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/interaction/') === true) {
      interact(request, response).catch((error: unknown) => { response.writeHead(500).end(String(error)) })
      return
    }
    if (request.url === '/jwks') test.keyRequests++
    if (request.url === '/token') {
      const entry = { authorization: request.headers.authorization, body: '' }
      test.tokenRequests.push(entry)
      request.on('data', (chunk: Buffer) => { entry.body += chunk.toString() })
    }
    void callback(request, response)
  })
  return test
}

/** Goes through the provider's pages; the address it is sent back to. */
export async function throughProvider(provider: TestProvider, address: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let at = new URL(address)
  for (let page = 0; page < 10 && at.origin === provider.origin; page++) {
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } })
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const next = answer.headers.get('location')
    if (next === null) throw new Error(`The provider answered ${String(answer.status)}: ${await answer.text()}`)
    at = new URL(next, at)
  }
  return at
}

/** Each at an address of its own: what one of them does uses up no limit of another's. */
let visitors = 0

/** A browser with a jar of cookies, as a visitor who follows links has it: those that are Strict do not come along from elsewhere. */
export function aVisitor(service: Pick<TestService, 'app'>, remoteAddress = `192.0.2.${String(10 + visitors++ % 200)}`) {
  const jar = new Map<string, string>()
  const keep = (answer: LightMyRequestResponse) => {
    for (const set of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (set.includes('Max-Age=0')) jar.delete(name)
      else jar.set(name, value)
    }
    return answer
  }
  const cookies = (isFromElsewhere: boolean) => [...jar].filter(([name]) => !isFromElsewhere || !name.endsWith('-session')).map(([name, value]) => `${name}=${value}`).join('; ')
  return {
    jar,
    /** Follows a link from another site. */
    visit: async (url: string) => keep(await service.app.inject({ url, remoteAddress, headers: { cookie: cookies(true), 'user-agent': 'Firefox', 'sec-fetch-site': 'cross-site' } })),
    /** What a page of ours asks beside `/api`. */
    visitOwn: async (url: string, headers: Record<string, string> = {}) => service.app.inject({ url, remoteAddress, headers: { cookie: cookies(false), origin: 'https://pacs.example', ...headers } }),
    /** What a page of ours asks. */
    call: async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object, headers: Record<string, string> = {}) =>
      keep(await service.app.inject({
        method,
        url: `/api${path}`,
        remoteAddress,
        headers: { cookie: cookies(false), origin: 'https://pacs.example', 'user-agent': 'Firefox', ...headers },
        ...(body === undefined ? {} : { payload: body }),
      })),
  }
}
export type Visitor = ReturnType<typeof aVisitor>
