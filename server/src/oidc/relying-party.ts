/** Asking providers: discovery, authorisation code with PKCE, state and nonce (OpenID Connect Core §3.1, RFC 7636, RFC 9700), logout tokens. */
import type { SignInProviderFault } from '@isocenter/contracts'
import { createRemoteJWKSet, customFetch as joseFetch, errors as joseErrors, jwtVerify, type JWTPayload } from 'jose'
import * as oidc from 'openid-client'
import type { Sealing } from '../identity/index.ts'
import { OutboundRefused, type OutboundFetch } from '../platform/outbound-fetch.ts'
import { labelOf, neededClaims, type Claims } from './admission.ts'
import { openSecret, type Provider } from './store.ts'

/** What was learnt of a provider is asked again after so long: it may have moved its endpoints. */
const knownMs = 60 * 60_000
const mostKnown = 200
const timeoutSeconds = 10
/** Clocks of hospitals. */
const clockToleranceSeconds = 60
const maxLogoutTokenAge = '5m'
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** What is kept in the browser while it is at the provider. */
export interface Checks {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

/** Where the browser is sent, and what must come back. */
export interface Departure {
  readonly url: URL
  readonly checks: Checks
}

/** Why no identity came of it. */
export type ArrivalFault = 'providerUnavailable' | 'providerMisconfigured' | 'refusedThere' | 'expired'

export class ArrivalError extends Error {
  override name = 'ArrivalError'
  readonly fault: ArrivalFault
  constructor(fault: ArrivalFault, cause: unknown) {
    super('The provider did not say who somebody is.', { cause })
    this.fault = fault
  }
}

/** Who somebody is to the provider. */
export interface Arrival {
  readonly subject: string
  /** What the provider calls its session. */
  readonly sid: string | undefined
  readonly claims: Claims
}

export interface RelyingParty {
  /** Undefined when the provider can be asked; else why not. */
  readonly faultOf: (provider: Provider) => Promise<SignInProviderFault | undefined>
  /** @throws ArrivalError */
  readonly depart: (provider: Provider, request: { redirectUri: string; loginHint: string | undefined }) => Promise<Departure>
  /** @throws ArrivalError */
  readonly arrive: (provider: Provider, url: URL, checks: Checks) => Promise<Arrival>
  /** Who has signed out there, by a logout token (OpenID Connect Back-Channel Logout §2.6); undefined for one that is not good. @throws ArrivalError */
  readonly signedOut: (provider: Provider, logoutToken: string) => Promise<{ subject: string | undefined; sid: string | undefined } | undefined>
}

const causesOf = (error: unknown): unknown[] => {
  const causes: unknown[] = []
  for (let one = error; one instanceof Error && causes.length < 5; one = one.cause) causes.push(one)
  return causes
}

/** The fault behind what discovery threw. */
function discoveryFault(error: unknown): SignInProviderFault {
  if (causesOf(error).some((cause) => cause instanceof OutboundRefused)) return 'addressNotAllowed'
  const codes = causesOf(error).map((cause) => (cause as { code?: unknown }).code)
  if (codes.includes('OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED')) return 'otherIssuer'
  return codes.some((code) => typeof code === 'string' && code.startsWith('OAUTH_')) ? 'notAProvider' : 'unreachable'
}

export interface RelyingPartyDeps {
  readonly sealing: Sealing
  readonly outbound: OutboundFetch
  /** In milliseconds, of a clock that only goes on. */
  readonly ticks?: () => number
}

export function createRelyingParty({ sealing, outbound, ticks = () => performance.now() }: RelyingPartyDeps): RelyingParty {
  const known = new Map<string, { at: number; asked: Promise<oidc.Configuration> }>()
  const keysOf = new Map<string, ReturnType<typeof createRemoteJWKSet>>()
  const customFetch: oidc.CustomFetch = (url, { method, headers, body, signal }) => outbound(url, { method, headers, body, signal })

  const ask = async (provider: Provider): Promise<oidc.Configuration> => {
    const issuer = new URL(provider.issuer)
    const secret = openSecret(sealing, provider)
    // ID tokens are held against the provider's keys, too: not only the line they came over vouches for them.
    const execute = [oidc.enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [])]
    const metadata = { [oidc.clockTolerance]: clockToleranceSeconds, ...(secret === undefined ? {} : { client_secret: secret }) }
    return oidc.discovery(issuer, provider.clientId, metadata, secret === undefined ? oidc.None() : (server, client, body, headers) => {
      const ways = server.token_endpoint_auth_methods_supported
      const way = ways === undefined || ways.includes('client_secret_basic') ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret)
      way(server, client, body, headers)
    }, { [oidc.customFetch]: customFetch, timeout: timeoutSeconds, execute })
  }

  /** @throws whatever discovery throws; it is asked again the next time */
  const configurationOf = async (provider: Provider): Promise<oidc.Configuration> => {
    const key = `${provider.providerId} ${String(provider.version)}`
    const found = known.get(key)
    if (found !== undefined && ticks() - found.at < knownMs) return found.asked
    const oldest = known.keys().next()
    if (known.size >= mostKnown && !oldest.done) known.delete(oldest.value)
    const asked = ask(provider)
    known.set(key, { at: ticks(), asked })
    try {
      return await asked
    } catch (error) {
      if (known.get(key)?.asked === asked) known.delete(key)
      throw error
    }
  }

  /** Keys a provider publishes, kept as long as the library keeps them: or anybody could have them fetched, a request each. */
  const publishedKeys = ({ providerId, version }: Provider, address: string): ReturnType<typeof createRemoteJWKSet> => {
    const key = `${providerId} ${String(version)} ${address}`
    const found = keysOf.get(key)
    if (found !== undefined) return found
    const oldest = keysOf.keys().next()
    if (keysOf.size >= mostKnown && !oldest.done) keysOf.delete(oldest.value)
    const made = createRemoteJWKSet(new URL(address), { [joseFetch]: (url: string, { headers, signal }: { headers: Headers; signal: AbortSignal }) => outbound(url, { headers: Object.fromEntries(headers), signal }) })
    keysOf.set(key, made)
    return made
  }

  const usable = async (provider: Provider): Promise<oidc.Configuration> => {
    try {
      return await configurationOf(provider)
    } catch (error) {
      throw new ArrivalError('providerUnavailable', error)
    }
  }

  const scopesFor = (provider: Provider, { scopes_supported: supported }: oidc.ServerMetadata): string =>
    ['openid', 'profile', 'email', ...(provider.linksBy === 'phone' ? ['phone'] : [])].filter((scope) => scope === 'openid' || supported === undefined || supported.includes(scope)).join(' ')

  return {
    faultOf: async (provider) => {
      try {
        const { authorization_endpoint, token_endpoint, jwks_uri, response_types_supported } = (await ask(provider)).serverMetadata()
        return authorization_endpoint !== undefined && token_endpoint !== undefined && jwks_uri !== undefined && response_types_supported?.includes('code') !== false ? undefined : 'noCodeFlow'
      } catch (error) {
        return discoveryFault(error)
      }
    },

    depart: async (provider, { redirectUri, loginHint }) => {
      const configuration = await usable(provider)
      const checks: Checks = { state: oidc.randomState(), nonce: oidc.randomNonce(), codeVerifier: oidc.randomPKCECodeVerifier() }
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri, scope: scopesFor(provider, configuration.serverMetadata()), state: checks.state, nonce: checks.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(checks.codeVerifier), code_challenge_method: 'S256',
        ...(loginHint === undefined ? {} : { login_hint: loginHint }),
      })
      return { url, checks }
    },

    arrive: async (provider, url, { state, nonce, codeVerifier }) => {
      const configuration = await usable(provider)
      try {
        const tokens = await oidc.authorizationCodeGrant(configuration, url, { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true })
        const stated = tokens.claims()
        if (stated === undefined) throw new Error('There is no ID token.')
        const isLacking = labelOf(stated) === undefined || neededClaims(provider).some((name) => !(name in stated))
        const more = isLacking && configuration.serverMetadata().userinfo_endpoint !== undefined ? await oidc.fetchUserInfo(configuration, tokens.access_token, stated.sub) : {}
        return { subject: stated.sub, sid: typeof stated['sid'] === 'string' ? stated['sid'] : undefined, claims: { ...more, ...stated } }
      } catch (error) {
        throw new ArrivalError(arrivalFault(error), error)
      }
    },

    signedOut: async (provider, logoutToken) => {
      const { jwks_uri, issuer, id_token_signing_alg_values_supported: algorithms = ['RS256'] } = (await usable(provider)).serverMetadata()
      if (jwks_uri === undefined) return undefined
      const keys = publishedKeys(provider, jwks_uri)
      try {
        const { payload } = await jwtVerify(logoutToken, keys, {
          issuer,
          audience: provider.clientId,
          algorithms: algorithms.filter((one) => !one.startsWith('HS') && one !== 'none'),
          requiredClaims: ['iat', 'jti', 'events'],
          maxTokenAge: maxLogoutTokenAge,
          clockTolerance: clockToleranceSeconds,
        })
        return whoSignedOut(payload)
      } catch (error) {
        if (error instanceof joseErrors.JOSEError) return undefined
        throw new ArrivalError('providerUnavailable', error)
      }
    },
  }
}

/** An ID token is none, and neither is what names nobody. */
function whoSignedOut({ sub, sid, nonce, events }: JWTPayload): { subject: string | undefined; sid: string | undefined } | undefined {
  const isLogout = typeof events === 'object' && events !== null && logoutEvent in events
  const session = typeof sid === 'string' ? sid : undefined
  return isLogout && nonce === undefined && (sub !== undefined || session !== undefined) ? { subject: sub, sid: session } : undefined
}

function arrivalFault(error: unknown): ArrivalFault {
  if (error instanceof oidc.AuthorizationResponseError) return error.error === 'access_denied' || error.error.endsWith('_required') ? 'refusedThere' : 'providerMisconfigured'
  // The code was used or is too old; everything else it refuses is about us.
  if (error instanceof oidc.ResponseBodyError) return error.error === 'invalid_grant' ? 'expired' : 'providerMisconfigured'
  const codes = causesOf(error).map((cause) => (cause as { code?: unknown }).code)
  return codes.some((code) => typeof code === 'string' && code.startsWith('OAUTH_')) ? 'providerMisconfigured' : 'providerUnavailable'
}
