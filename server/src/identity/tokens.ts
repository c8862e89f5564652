import { randomUUID } from 'node:crypto'
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import { permissions, type Access, type Actor, type Caller, type Permission } from './access.ts'
import { signingAlgorithm } from './key-file.ts'
import type { SigningKeys } from './signing-keys.ts'

const issuer = 'isocenter'
const audience = 'isocenter:dicomweb'
const rememberedTokens = 1_000

/** What a token is made for. */
export interface TokenRequest {
  readonly organisationId: string
  readonly permissions: readonly Permission[]
  /** seconds from now */
  readonly lifetimeSeconds: number
  /** Whom the token speaks for; its own holder, under a fresh id, where absent. */
  readonly gatewayId?: string
  readonly apiKeyId?: string
}

/** Signs and checks bearer tokens (RFC 7519, RFC 9068 in spirit: `org` names the organisation, `scope` the permissions, `actor_kind` what `sub` is the id of). */
export interface Tokens {
  /** Makes a signed token. */
  issue: (request: TokenRequest) => Promise<string>
  /** The access a token gives; undefined when it is malformed, expired, or signed by another. */
  verify: (token: string) => Promise<Access | undefined>
  /** Whom a token spoke for that this installation has signed and whose time is over; undefined for any other. */
  formerHolder: (token: string) => Promise<Caller | undefined>
}

/** Tokens signed with this installation's keys. A verified token is remembered until it or its key is over, so that a frame costs no signature check. */
export function createTokens(keys: Pick<SigningKeys, 'signing' | 'verifying' | 'refresh'>, now: () => Date = () => new Date()): Tokens {
  const remembered = new Map<string, { access: Access; expiresAt: number; kid: string }>()

  const recall = (token: string): Access | undefined => {
    const entry = remembered.get(token)
    if (entry === undefined) return undefined
    if (entry.expiresAt > now().getTime() / 1000 && keys.verifying.get(entry.kid) !== undefined) return entry.access
    remembered.delete(token)
    return undefined
  }

  const remember = (token: string, access: Access, expiresAt: number, kid: string) => {
    const oldest = remembered.keys().next()
    if (remembered.size >= rememberedTokens && !oldest.done) remembered.delete(oldest.value)
    remembered.set(token, { access, expiresAt, kid })
  }

  /** Another process may have signed with a key this one has not seen yet. */
  const keyOf = async (kid: string | undefined) => {
    if (kid === undefined) return undefined
    const known = keys.verifying.get(kid)
    if (known !== undefined) return known
    await keys.refresh()
    return keys.verifying.get(kid)
  }

  const claimsOf = (token: string) => jwtVerify(token, async ({ kid }) => {
    const key = await keyOf(kid)
    if (key === undefined) throw new errors.JWKSNoMatchingKey()
    return key
  }, { issuer, audience, algorithms: [signingAlgorithm], typ: 'at+jwt', currentDate: now(), requiredClaims: ['sub', 'exp', 'org', 'scope'] })

  return {
    issue: ({ organisationId, permissions: granted, lifetimeSeconds, gatewayId, apiKeyId }) => {
      const issuedAt = Math.floor(now().getTime() / 1000)
      const { kid, key } = keys.signing
      return new SignJWT({ org: organisationId, scope: granted.join(' '), ...(gatewayId === undefined ? {} : { actor_kind: 'gateway' }), ...(apiKeyId === undefined ? {} : { actor_kind: 'api-key' }) })
        .setProtectedHeader({ alg: signingAlgorithm, kid, typ: 'at+jwt' })
        .setIssuer(issuer).setAudience(audience).setSubject(gatewayId ?? apiKeyId ?? randomUUID())
        .setIssuedAt(issuedAt).setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(key)
    },

    verify: async (token) => {
      const known = recall(token)
      if (known !== undefined) return known
      try {
        const { payload, protectedHeader: { kid: signedBy = '' } } = await claimsOf(token)
        const caller = callerIn(payload)
        const { exp, scope } = payload as { exp: number; scope: unknown }
        if (caller === undefined || typeof scope !== 'string') return undefined
        const access: Access = { ...caller, permissions: permissionsIn(scope), studies: 'all' }
        remember(token, access, exp, signedBy)
        return access
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },

    formerHolder: async (token) => {
      try {
        await claimsOf(token)
        return undefined
      } catch (error) {
        // Thrown once the signature has been found good.
        if (error instanceof errors.JWTExpired) return callerIn(error.payload)
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },
  }
}

/** Whom the claims speak for; undefined where they are not such as this version makes. */
function callerIn({ sub, org, actor_kind }: JWTPayload): Caller | undefined {
  const kind = actorKind(actor_kind)
  return kind === undefined || sub === undefined || typeof org !== 'string' || !/^[1-9]\d{0,18}$/.test(org) ? undefined : { actor: { kind, id: sub }, organisationId: org }
}

/** Undefined for a kind this version does not know: its token is no use here. */
function actorKind(claimed: unknown): Actor['kind'] | undefined {
  if (claimed === undefined) return 'token'
  return claimed === 'gateway' || claimed === 'api-key' ? claimed : undefined
}

/** Words this version does not know grant nothing. */
function permissionsIn(scope: string): ReadonlySet<Permission> {
  const words = new Set(scope.split(' '))
  return new Set(permissions.filter((permission) => words.has(permission)))
}
