/** Everything the server does about organisations' own identity providers. */
import type { Accounts, Memberships } from '../accounts/index.ts'
import type { Sealing } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { createOutboundFetch } from '../platform/outbound-fetch.ts'
import { createSharedRateLimit, type SharedRateLimit } from '../platform/shared-rate-limit.ts'
import { createAttempts, type Attempts } from './attempt.ts'
import { createOwnIdentities, type OwnIdentities } from './identities.ts'
import { createSignInProviders, type SignInProviders } from './providers.ts'
import { createRelyingParty } from './relying-party.ts'
import { createOidcSignIn, type OidcSignIn } from './sign-in.ts'

/** Visits of one address that make this server ask a provider. A hospital has one for all who work in it. */
const visits = { burst: 120, refillMs: 500 }

export interface OidcDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly accounts: Pick<Accounts, 'external' | 'own'>
  readonly memberships: Pick<Memberships, 'isSharedBeyond' | 'hasFullRole' | 'administers'>
  readonly publicUrl: string | undefined
  /** With commas between them: what may be at a private address and over plain HTTP. */
  readonly trustedOrigins: string
  readonly now?: () => Date
}

export interface Oidc {
  readonly attempts: Attempts
  readonly providers: SignInProviders
  readonly signIn: OidcSignIn
  readonly identities: OwnIdentities
  readonly visits: Pick<SharedRateLimit, 'take'>
}

export function createOidc({ db, sealing, accounts, memberships, publicUrl, trustedOrigins: trusted, now = () => new Date() }: OidcDeps): Oidc {
  const trustedOrigins = trusted.split(',').map((origin) => origin.trim()).filter((origin) => origin !== '')
  const party = createRelyingParty({ sealing, outbound: createOutboundFetch({ trustedOrigins }) })
  return {
    attempts: createAttempts(sealing, publicUrl, now),
    providers: createSignInProviders({ db, sealing, memberships, party, trustedOrigins, now }),
    signIn: createOidcSignIn({ db, accounts, memberships, party, now }),
    identities: createOwnIdentities({ db, accounts, party }),
    visits: createSharedRateLimit(db, 'oidc-visits', visits),
  }
}
