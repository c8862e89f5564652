/** What a screen and the server say to each other about sign-in by an organisation's own identity provider (OpenID Connect). */
import { Type, type Static } from 'typebox'
import { Id, Moment } from './values.ts'

const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })
const strict = { additionalProperties: false } as const
const Domain = Type.String({ minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$' })

/**
 * How an account comes to be linked to who the provider says it is. `holder`: only by its holder, who is signed in and gives the password. `email` and
 * `phone`: also by the address the provider has verified, for accounts that act for no other organisation and do not have the full role.
 */
export const signInProviderLinks = ['holder', 'email', 'phone'] as const
export type SignInProviderLinks = typeof signInProviderLinks[number]

const RequiredClaim = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200, description: 'claim of the ID token or of UserInfo' }),
  value: Type.String({ minLength: 1, maxLength: 500, description: 'what it must be; of a list, one of its members' }),
}, strict)

const settings = {
  name: Type.String({ description: 'what people know it by' }),
  issuer: Type.String({ description: 'issuer identifier (OpenID Connect Discovery)' }),
  clientId: Type.String(),
  isOn: Type.Boolean(),
  emailDomains: Type.Array(Type.String(), { description: 'who has no verified e-mail address in one of these does not get in; empty: no matter' }),
  linksBy: Type.Enum([...signInProviderLinks]),
}

/** The provider of the active organisation. Its secret is never told. */
export const SignInProvider = Type.Object({
  ...settings,
  providerId: Id,
  hasClientSecret: Type.Boolean(),
  requiredClaim: Type.Optional(RequiredClaim),
  redirectUri: Type.String({ description: 'to be registered with the provider' }),
  launchUri: Type.String({ description: 'begins a sign-in: for a link or a tile elsewhere; also what the provider may call itself (initiate_login_uri)' }),
  logoutUri: Type.String({ description: 'where the provider tells that somebody has signed out there (backchannel_logout_uri)' }),
  people: Type.Integer({ description: 'accounts that are linked' }),
  updatedAt: Moment,
  version: Type.Integer({ minimum: 1, description: 'goes up with each change; the ETag' }),
})
export type SignInProvider = Static<typeof SignInProvider>

export const SignInProviderRequest = Type.Object({
  name: Name,
  issuer: Type.String({ minLength: 8, maxLength: 300 }),
  clientId: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
  clientSecret: Type.Optional(Type.String({ maxLength: 500, description: 'absent: as it is; empty: none, PKCE alone speaks for us' })),
  isOn: Type.Boolean(),
  emailDomains: Type.Optional(Type.Array(Domain, { maxItems: 20, uniqueItems: true })),
  requiredClaim: Type.Optional(RequiredClaim),
  linksBy: Type.Optional(Type.Enum([...signInProviderLinks], { default: 'holder' })),
}, strict)
export type SignInProviderRequest = Static<typeof SignInProviderRequest>

/** Why a provider cannot be used: `reason` of the problem sign-in-provider-unusable. */
export const signInProviderFaults = ['addressNotAllowed', 'unreachable', 'notAProvider', 'otherIssuer', 'noCodeFlow'] as const
export type SignInProviderFault = typeof signInProviderFaults[number]

// ── Signing in ─────────────────────────────────────────────────────────────────────────────────

/**
 * What came of it: `oidc` in the address of the page a browser is sent to after it was at the provider. Without it somebody has signed in.
 * `notLinked` says nothing about which accounts there are.
 */
export const oidcOutcomes = [
  'linked', 'noSuchProvider', 'providerUnavailable', 'providerMisconfigured', 'refusedThere', 'expired', 'notAllowed', 'notLinked', 'notMember', 'linkYourself', 'linkedElsewhere', 'alreadyLinked',
  'accountFrozen', 'accountSuspended', 'tooManyRequests',
] as const
export type OidcOutcome = typeof oidcOutcomes[number]

export const OidcParams = Type.Object({ number: Type.String({ pattern: '^[A-Za-z0-9-]{1,40}$', description: 'number of the organisation' }) })
/** What begins a sign-in; the last three are what a provider says that begins it itself (OpenID Connect Core §4). */
export const OidcLaunch = Type.Object({
  returnTo: Type.Optional(Type.String({ maxLength: 500, description: 'path of the page to come back to; /workbench where it is absent or not of this server' })),
  remember: Type.Optional(Type.Boolean({ default: false, description: 'stay signed in on this device' })),
  iss: Type.Optional(Type.String({ maxLength: 300 })),
  login_hint: Type.Optional(Type.String({ maxLength: 200 })),
  target_link_uri: Type.Optional(Type.String({ maxLength: 1_000 })),
})
export type OidcLaunch = Static<typeof OidcLaunch>

// ── One's own links (AUTH-20) ──────────────────────────────────────────────────────────────────

export const ExternalIdentity = Type.Object({
  providerId: Id,
  name: Type.String({ description: 'of the provider' }),
  organisation: Type.Object({ number: Type.String(), name: Type.String() }),
  state: Type.Enum(['unbound', 'bound']),
  isOn: Type.Boolean({ description: 'false: it is there, but nobody signs in by it now' }),
  label: Type.Optional(Type.String({ description: 'what the provider calls this person' })),
  linkedAt: Type.Optional(Moment),
  linkedBy: Type.Optional(Type.Enum(['holder', 'claim'])),
  lastUsedAt: Type.Optional(Moment),
})
export type ExternalIdentity = Static<typeof ExternalIdentity>
export const ExternalIdentities = Type.Object({ items: Type.Array(ExternalIdentity) })
export type ExternalIdentities = Static<typeof ExternalIdentities>
export const ExternalIdentityParams = Type.Object({ providerId: Id })
const CurrentPassword = Type.String({ minLength: 1, maxLength: 200 })
export const ExternalIdentityLink = Type.Object({ password: CurrentPassword, returnTo: Type.Optional(Type.String({ maxLength: 500 })) }, strict)
export type ExternalIdentityLink = Static<typeof ExternalIdentityLink>
export const ExternalIdentityLinkStart = Type.Object({ authorizationUrl: Type.String({ description: 'where the page goes next' }) })
export type ExternalIdentityLinkStart = Static<typeof ExternalIdentityLinkStart>
