/** Signing in by an organisation's provider, and linking an account to who the provider says its holder is. */
import type { ExternalIdentityLink, OidcLaunch, OidcOutcome } from '@isocenter/contracts'
import { readPhone, type Accounts, type Caller, type Memberships } from '../accounts/index.ts'
import { record } from '../audit/index.ts'
import type { AccountSession } from '../identity/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { ProblemError } from '../platform/problem.ts'
import { isAdmitted, labelOf, verifiedEmail, verifiedPhone } from './admission.ts'
import { attemptMs, ownPath, type Attempt } from './attempt.ts'
import { noSignInProvider } from './problems.ts'
import { ArrivalError, type Arrival, type RelyingParty } from './relying-party.ts'
import { identityOfSubject, insertIdentity, isSameIssuer, providerById, providerByNumber, providersOf, tellOfLink, type Identity, type Provider } from './store.ts'

/** Ended without a session or a link; the page says why. */
export class SignInEnded extends Error {
  override name = 'SignInEnded'
  readonly outcome: OidcOutcome
  constructor(outcome: OidcOutcome, cause?: unknown) {
    super('Nobody was signed in.', { cause })
    this.outcome = outcome
  }
}

export interface Place {
  /** Scheme and host as the browser has them. */
  readonly base: string
}

export interface Departed {
  readonly url: string
  readonly attempt: Attempt
}

export type Arrived = { readonly kind: 'signedIn'; readonly token: string; readonly maxAgeSeconds: number | undefined } | { readonly kind: 'linked' }

export interface OidcSignIn {
  /** @throws SignInEnded */
  readonly launch: (number: string, request: OidcLaunch, place: Place) => Promise<Departed>
  /** Begins to link the account of a session. @throws wrongPassword 403, noSignInProvider 404, SignInEnded */
  readonly beginLink: (session: AccountSession, providerId: string, request: ExternalIdentityLink, place: Place) => Promise<Departed>
  /** The browser is back. @throws SignInEnded */
  readonly arrive: (number: string, url: URL, attempt: Attempt, caller: Caller) => Promise<Arrived>
}

export interface OidcSignInDeps {
  readonly db: Db
  readonly accounts: Pick<Accounts, 'external' | 'own'>
  readonly memberships: Pick<Memberships, 'isSharedBeyond' | 'administers'>
  readonly party: RelyingParty
  readonly now: () => Date
}

/** Where a provider sends browsers back to: one address for each, so that no provider can answer for another (RFC 9700 §4.4). */
export const redirectUriOf = (base: string, number: string): string => `${base}/api/sign-in/oidc/${encodeURIComponent(number)}/callback`

const outcomesOfProblems: Readonly<Partial<Record<string, OidcOutcome>>> = { '/problems/account-frozen': 'accountFrozen', '/problems/account-suspended': 'accountSuspended' }

export function createOidcSignIn({ db, accounts, memberships, party, now }: OidcSignInDeps): OidcSignIn {
  const depart = async (provider: Provider, { base }: Place, loginHint: string | undefined, kept: Pick<Attempt, 'returnTo' | 'remember' | 'link'>): Promise<Departed> => {
    try {
      const { url, checks } = await party.depart(provider, { redirectUri: redirectUriOf(base, provider.organisation.number), loginHint })
      return { url: url.href, attempt: { ...kept, ...checks, providerId: provider.providerId, version: provider.version, expiresAt: now().getTime() + attemptMs } }
    } catch (error) {
      throw error instanceof ArrivalError ? new SignInEnded(error.fault, error) : error
    }
  }

  const isMember = async (handle: Db, accountId: string, { organisation }: Provider): Promise<boolean> =>
    await handle('membership').where({ organisation_id: organisation.organisationId, account_id: accountId, state: 'active' }).first('membership_id') !== undefined

  /**
   * An administrator of the organisation decides what its provider says. So its word alone opens no account that acts for others, or that administers
   * anything itself: such link themselves.
   */
  const mayVouchFor = async (handle: Db, accountId: string, { organisation }: Provider): Promise<boolean> =>
    !await memberships.isSharedBeyond(handle, accountId, organisation.organisationId) && !await memberships.administers(handle, accountId, organisation.organisationId)

  const noteLink = async (trx: Trx, provider: Provider, accountId: string, linkedBy: 'holder' | 'claim') => {
    await record(trx, [{
      organisationId: provider.organisation.organisationId,
      actor: `account:${accountId}`,
      action: 'account.link',
      outcome: 'success',
      detail: { accountId, providerId: provider.providerId, linkedBy },
    }])
    await tellOfLink(trx, provider, accountId, 'account.linked')
  }

  /** The one account whose address the provider has verified, where the organisation lets such be linked; of e-mail addresses those alone that their holder has proven here, too. */
  const accountByClaim = async (handle: Db, provider: Provider, { claims }: Arrival): Promise<string | undefined> => {
    if (provider.linksBy === 'holder') return undefined
    const email = provider.linksBy === 'email' ? verifiedEmail(claims) : undefined
    const phone = provider.linksBy === 'phone' ? readPhone(verifiedPhone(claims) ?? '') : undefined
    if (email === undefined && phone === undefined) return undefined
    // Of the members alone: whose address is whose elsewhere is none of the provider's concern.
    const found = await handle('account').join('membership', 'membership.account_id', 'account.account_id')
      .where({ 'membership.organisation_id': provider.organisation.organisationId, 'membership.state': 'active' })
      .where((one) => (
        email === undefined
          ? one.where('account.phone', String(phone))
          : one.whereRaw('lower(account.email) = ? and account.email_proven_at is not null', [email])
      )).limit(2).pluck<string[]>('account.account_id')
    const [only, another] = found
    return only !== undefined && another === undefined && await mayVouchFor(handle, only, provider) ? only : undefined
  }

  const identityFor = async (provider: Provider, arrival: Arrival): Promise<Identity> => {
    const known = await identityOfSubject(db, provider.providerId, arrival.subject)
    if (known !== undefined) return known
    const linked = await db.transaction(async (trx) => {
      const accountId = await accountByClaim(trx, provider, arrival)
      const identity = accountId === undefined
        ? undefined
        : await insertIdentity(trx, {
          providerId: provider.providerId,
          accountId,
          subject: arrival.subject,
          label: labelOf(arrival.claims),
          linkedBy: 'claim',
          now: now(),
        })
      if (identity !== undefined) await noteLink(trx, provider, identity.accountId, 'claim')
      return identity
    })
    if (linked === undefined) throw new SignInEnded('notLinked')
    return linked
  }

  const signIn = async (provider: Provider, arrival: Arrival, remember: boolean, caller: Caller): Promise<Arrived> => {
    const identity = await identityFor(provider, arrival)
    if (!await isMember(db, identity.accountId, provider)) throw new SignInEnded('notMember')
    if (identity.linkedBy === 'claim' && !await mayVouchFor(db, identity.accountId, provider)) throw new SignInEnded('linkYourself')
    try {
      const opened = await accounts.external.open({
        accountId: identity.accountId, vouchedBy: provider.organisation.organisationId, remember, caller, detail: { providerId: provider.providerId },
        onOpened: async (trx, sessionId) => {
          await trx('external_session').insert({ session_id: sessionId, identity_id: identity.identityId, sid: arrival.sid ?? null })
          await trx('external_identity').where({ identity_id: identity.identityId }).update({ last_used_at: now() })
        },
      })
      return { kind: 'signedIn', ...opened }
    } catch (error) {
      const outcome = error instanceof ProblemError ? outcomesOfProblems[error.kind.type] : undefined
      throw outcome === undefined ? error : new SignInEnded(outcome, error)
    }
  }

  const link = async (provider: Provider, arrival: Arrival, { accountId, sessionId }: { accountId: string; sessionId: string }): Promise<Arrived> => {
    // The cookie of the session does not come along from elsewhere; that it lives still is what counts.
    if (!await accounts.external.isAlive(sessionId, accountId)) throw new SignInEnded('expired')
    if (!await isMember(db, accountId, provider)) throw new SignInEnded('notMember')
    await db.transaction(async (trx) => {
      const { providerId } = provider
      const made = await insertIdentity(trx, { providerId, accountId, subject: arrival.subject, label: labelOf(arrival.claims), linkedBy: 'holder', now: now() })
      if (made === undefined) {
        const there = await identityOfSubject(trx, providerId, arrival.subject)
        if (there?.accountId !== accountId) throw new SignInEnded(there === undefined ? 'alreadyLinked' : 'linkedElsewhere')
        await trx('external_identity').where({ identity_id: there.identityId }).update({ linked_by: 'holder' })
      }
      await noteLink(trx, provider, accountId, 'holder')
    })
    return { kind: 'linked' }
  }

  return {
    launch: async (number, { returnTo, remember = false, iss, login_hint: loginHint, target_link_uri: target }, place) => {
      const provider = await providerByNumber(db, number)
      if (provider === undefined || (iss !== undefined && !isSameIssuer(iss, provider.issuer))) throw new SignInEnded('noSuchProvider')
      return depart(provider, place, loginHint, { returnTo: ownPath(returnTo ?? target, place.base), remember })
    },

    beginLink: async (session, providerId, { password, returnTo }, place) => {
      const provider = (await providersOf(db, session.accountId)).find((one) => one.providerId === providerId && one.isOn)
      if (provider === undefined || !await isMember(db, session.accountId, provider)) throw noSignInProvider('None of the organisations you work for has a provider of this id switched on.')
      await accounts.own.assertPassword(session, password)
      return depart(provider, place, undefined, { returnTo: ownPath(returnTo ?? '/me', place.base), remember: false, link: { accountId: session.accountId, sessionId: session.sessionId } })
    },

    arrive: async (number, url, { providerId, version, remember, link: linking, ...checks }, caller) => {
      const provider = await providerById(db, providerId)
      if (provider?.organisation.number !== number || provider.version !== version || !provider.isOn) throw new SignInEnded('expired')
      try {
        const arrival = await party.arrive(provider, url, checks)
        if (!isAdmitted(provider, arrival.claims)) throw new SignInEnded('notAllowed')
        return await (linking === undefined ? signIn(provider, arrival, remember, caller) : link(provider, arrival, linking))
      } catch (error) {
        throw error instanceof ArrivalError ? new SignInEnded(error.fault, error) : error
      }
    },
  }
}
