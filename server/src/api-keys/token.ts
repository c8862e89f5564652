/** Tokens for API keys: OAuth 2.0 client credentials (RFC 6749 §4.4) with the key as the client's secret, for clients that know no other way. */
import { permissionsOfScope, type TokenResponse } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import type { Tokens } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { defineProblem } from '../platform/problem.ts'
import { addressKey } from '../platform/rate-limit.ts'
import { createSharedRateLimit } from '../platform/shared-rate-limit.ts'
import { grantedByScopes } from './scopes.ts'
import type { KeyChecks } from './verify.ts'

/** A token is held against its key with each request: it may be short-lived, but need not be. */
const lifetimeSeconds = 300
const refusals = { burst: 60, refillMs: 2_000 }

/** RFC 6749 §5.2 */
export const invalidKeyClient = defineProblem({ type: '/problems/invalid-key-client', status: 401, title: 'The API key does not let in' })
export const invalidKeyTokenRequest = defineProblem({ type: '/problems/invalid-key-token-request', status: 400, title: 'No token can be made for the API key' })

/** How a client shows who it is: by HTTP Basic, or in the body (RFC 6749 §2.3.1). */
export interface ClientSecret {
  readonly clientId: string
  readonly secret: string
}

/** What a request shows; undefined where it shows no secret. */
export function clientSecretIn(authorization: string | undefined, { client_id: clientId = '', client_secret: secret }: { readonly client_id?: string; readonly client_secret?: string }): ClientSecret | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization ?? '') ?? []
  if (encoded === undefined) return secret === undefined ? undefined : { clientId, secret }
  const [name = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  const [decodedName, decodedSecret] = [formDecoded(name), formDecoded(rest.join(':'))]
  return decodedName === undefined || decodedSecret === undefined ? undefined : { clientId: decodedName, secret: decodedSecret }
}

/** Undefined for what is no form encoding. */
function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

export type IssueKeyToken = (client: ClientSecret, request: { readonly grant_type?: string; readonly scope?: string }, address: string) => Promise<TokenResponse>

export interface KeyTokensDeps {
  readonly db: Db
  readonly tokens: Tokens
  readonly keys: KeyChecks
}

export function createKeyTokens({ db, tokens, keys }: KeyTokensDeps): IssueKeyToken {
  const refused = createSharedRateLimit(db, 'api-key-token', refusals)

  /** @throws invalidKeyClient 401, invalidKeyTokenRequest 400, tooManyRequests 429 */
  return async ({ clientId, secret }, { grant_type: grant, scope }, address) => {
    if (grant !== 'client_credentials') throw invalidKeyTokenRequest('Only client_credentials is supported.', { error: grant === undefined ? 'invalid_request' : 'unsupported_grant_type' })
    const { apiKeyId, organisationId, scopes } = await refused.takeIf(addressKey(address), async (counts) => {
      const shown = await keys.authenticate(secret, address)
      if (shown?.apiKeyId === clientId) return shown
      counts()
      throw invalidKeyClient('client_id is the id of the key, client_secret the key; it must not be revoked, over, or for other addresses.', { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="isocenter"' })
    })
    const asked = scope === undefined ? scopes : scope.split(' ').filter((word) => word !== '')
    const held = grantedByScopes(scopes)
    if (asked.length === 0 || !asked.every((word) => permissionsOfScope(word)?.every((permission) => held.has(permission)) === true)) {
      throw invalidKeyTokenRequest(`The key may ask for: ${scopes.join(' ')}.`, { error: 'invalid_scope' })
    }
    const access_token = await tokens.issue({ organisationId, permissions: [...grantedByScopes(asked)], lifetimeSeconds, apiKeyId })
    await record(db, [{ organisationId, actor: `api-key:${apiKeyId}`, action: 'api-key.token', outcome: 'success', detail: { address } }])
    return { access_token, token_type: 'Bearer', expires_in: lifetimeSeconds, scope: asked.join(' ') }
  }
}
