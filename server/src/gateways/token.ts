/** The token endpoint: client credentials (RFC 6749 §4.4) of gateways that show a client assertion (RFC 7523 §2.2). */
import { clientAssertionType, gatewayScopes, type GatewayScope, type PublicKey, type TokenRequest, type TokenResponse } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import type { Tokens } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { defineProblem, type ProblemError } from '../platform/problem.ts'
import { addressKey, createRateLimit } from '../platform/rate-limit.ts'
import { claimedGateway, clockToleranceSeconds, importPublicKey, verifyAssertion } from './client-assertion.ts'

/** How long a gateway's token is good: so long may one that was revoked go on reading and storing, and no longer. */
export const tokenLifetimeSeconds = 300

const refusals = { burst: 60, refillMs: 2_000 }

/** RFC 6749 §5.2: 401 for a client that cannot be told, 400 for the rest. */
export const invalidClient = defineProblem({ type: '/problems/invalid-client', status: 401, title: 'The client could not be authenticated' })
export const invalidTokenRequest = defineProblem({ type: '/problems/invalid-token-request', status: 400, title: 'The token request cannot be answered' })

export type TokenErrorWord = 'invalid_request' | 'invalid_client' | 'invalid_scope' | 'unsupported_grant_type'

const refuse = (error: Exclude<TokenErrorWord, 'invalid_client'>, detail: string) => invalidTokenRequest(detail, { error })
/** One answer whatever was wrong, so that nothing can be learnt about gateways by asking. */
const notAuthenticated = (): ProblemError =>
  invalidClient('The assertion is malformed, expired, used before, signed by another key, or of a gateway that is not enrolled.', { error: 'invalid_client' })

export interface TokenDeps {
  readonly db: Db
  readonly tokens: Tokens
  /** What `aud` of an assertion may be. */
  readonly audiences: readonly string[]
  readonly now: () => Date
}

export type IssueToken = (request: TokenRequest, address: string) => Promise<TokenResponse>

interface GatewayKeyRow {
  readonly organisation_id: string
  readonly public_key: PublicKey
  readonly revoked_at: Date | null
}

/** Tokens for enrolled gateways. Refusals of one address are limited in their rate. */
export function createTokenIssuer({ db, tokens, audiences, now }: TokenDeps): IssueToken {
  const refused = createRateLimit(refusals)

  /** Who shows this assertion, when all of it is right and it is shown for the first time. */
  const authenticate = async (assertion: string, address: string): Promise<{ gatewayId: string; organisationId: string } | undefined> => {
    const gatewayId = claimedGateway(assertion)
    if (gatewayId === undefined) return undefined
    const gateway = await db('gateway').where({ gateway_id: gatewayId }).first<GatewayKeyRow | undefined>('organisation_id', 'public_key', 'revoked_at')
    if (gateway === undefined) return undefined
    const key = await importPublicKey(gateway.public_key)
    const good = key && await verifyAssertion(assertion, key, { gatewayId, audiences, now: now() })
    if (good === undefined) return undefined
    const organisationId = gateway.organisation_id
    const isRefused = gateway.revoked_at !== null || !await isFirstUse(gatewayId, good)
    // Only of who holds the key: others could fill the trail.
    await record(db, [{ organisationId, actor: `gateway:${gatewayId}`, action: 'gateway.token', outcome: isRefused ? 'refused' : 'success', detail: { address } }])
    return isRefused ? undefined : { gatewayId, organisationId }
  }

  /** The primary key decides, whatever server process is asked first. */
  const isFirstUse = async (gatewayId: string, { jti, expiresAt }: { jti: string; expiresAt: number }): Promise<boolean> => {
    const forgottenAt = new Date((expiresAt + clockToleranceSeconds) * 1000)
    const added = await db('client_assertion').insert({ gateway_id: gatewayId, jti, expires_at: forgottenAt }).onConflict(['gateway_id', 'jti']).ignore().returning('jti')
    return added.length === 1
  }

  /** @throws invalidClient 401, invalidTokenRequest 400, tooManyRequests 429 */
  return async (request, address) => {
    refused.check(addressKey(address))
    if (request.grant_type === undefined) throw refuse('invalid_request', 'grant_type is missing.')
    if (request.grant_type !== 'client_credentials') throw refuse('unsupported_grant_type', 'Only client_credentials is supported.')
    if (request.client_assertion_type !== clientAssertionType || request.client_assertion === undefined) {
      throw refuse('invalid_request', `Authenticate with client_assertion and the client_assertion_type ${clientAssertionType}.`)
    }
    const client = await authenticate(request.client_assertion, address)
    if (client === undefined || (request.client_id !== undefined && request.client_id !== client.gatewayId)) {
      refused.use(addressKey(address))
      throw notAuthenticated()
    }
    const scopes = scopesOf(request.scope)
    const access_token = await tokens.issue({ organisationId: client.organisationId, permissions: scopes, lifetimeSeconds: tokenLifetimeSeconds, gatewayId: client.gatewayId })
    return { access_token, token_type: 'Bearer', expires_in: tokenLifetimeSeconds, scope: scopes.join(' ') }
  }
}

/** @throws invalidTokenRequest 400 for a word that is no gateway's */
function scopesOf(scope: string | undefined): readonly GatewayScope[] {
  if (scope === undefined) return gatewayScopes
  const words = new Set(scope.split(' ').filter((word) => word !== ''))
  const granted = gatewayScopes.filter((known) => words.has(known))
  if (granted.length === 0 || granted.length < words.size) throw refuse('invalid_scope', `A gateway may ask for: ${gatewayScopes.join(' ')}.`)
  return granted
}

/** Forgets assertions that have expired by themselves. */
export async function forgetAssertions(db: Db, before: Date): Promise<void> {
  await db('client_assertion').where('expires_at', '<', before).delete()
}
