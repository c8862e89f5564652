/** The provider of an organisation, as its administrators set it up. */
import { randomUUID } from 'node:crypto'
import type { SignInProvider, SignInProviderFault, SignInProviderRequest } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import type { Memberships } from '../accounts/index.ts'
import { actorOf, type Access, type Sealing } from '../identity/index.ts'
import { assertVersion, fullRoleNeeded } from '../organisations/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { invalidSignInProvider, noSignInProvider, signInProviderUnusable } from './problems.ts'
import type { RelyingParty } from './relying-party.ts'
import { redirectUriOf } from './sign-in.ts'
import { endLinks, endSessionsOfProvider, isSameIssuer, providerOf, sealSecret, type Provider } from './store.ts'

export interface SignInProviders {
  /** @throws noSignInProvider 404 */
  readonly find: (access: Access, base: string) => Promise<SignInProvider>
  /**
   * Sets the provider up; where it is to be on, it is asked first. Switched off, or another issuer's, it keeps no session.
   * @throws fullRoleNeeded 403 where it is to link accounts by what it says, invalidSignInProvider 422, signInProviderUnusable 422,
   *   changedMeanwhile 412
   */
  readonly put: (access: Access, request: SignInProviderRequest, version: number | undefined, base: string) => Promise<SignInProvider>
  /** Removes it with everybody's links and the sessions that came of them. @throws noSignInProvider 404 */
  readonly remove: (access: Access) => Promise<void>
}

export interface SignInProvidersDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly memberships: Pick<Memberships, 'hasFullRole'>
  readonly party: RelyingParty
  /** Scheme, host and port of what may be at a private address and over plain HTTP. */
  readonly trustedOrigins: readonly string[]
  readonly now: () => Date
}

const faults: Readonly<Record<SignInProviderFault, string>> = {
  addressNotAllowed: 'It, or what it refers to, is at a private address or not over HTTPS. Whoever runs this installation can allow its origin (OIDC_TRUSTED_ORIGINS).',
  unreachable: 'It does not answer: check the address, and that the server may reach it.',
  notAProvider: 'What answers at /.well-known/openid-configuration below it is no OpenID Connect provider.',
  otherIssuer: 'What answers there calls itself by another issuer: give exactly that one.',
  noCodeFlow: 'It does not offer the authorisation code flow with published keys.',
}

export function createSignInProviders({ db, sealing, memberships, party, trustedOrigins, now }: SignInProvidersDeps): SignInProviders {
  /** @throws invalidSignInProvider 422 */
  const checkedIssuer = (text: string): string => {
    const issuer = text.trim()
    if (!URL.canParse(issuer)) throw invalidSignInProvider('"issuer" is no address.')
    const { protocol, origin, search, hash, username, password } = new URL(issuer)
    if (protocol !== 'https:' && !trustedOrigins.includes(origin)) throw invalidSignInProvider('"issuer" must begin with https://.')
    if (search !== '' || hash !== '' || username !== '' || password !== '') throw invalidSignInProvider('"issuer" has no query, fragment or password (OpenID Connect Core §2).')
    return issuer
  }

  const toAnswer = async (handle: Db, provider: Provider, base: string): Promise<SignInProvider> => {
    const { count } = await handle('external_identity').where({ provider_id: provider.providerId }).count().first<{ count: string }>()
    const launchUri = `${base}/api/sign-in/oidc/${encodeURIComponent(provider.organisation.number)}`
    return {
      providerId: provider.providerId, name: provider.name, issuer: provider.issuer, clientId: provider.clientId, hasClientSecret: provider.secret !== undefined, isOn: provider.isOn,
      emailDomains: [...provider.emailDomains], linksBy: provider.linksBy, ...(provider.requiredClaim === undefined ? {} : { requiredClaim: provider.requiredClaim }),
      redirectUri: redirectUriOf(base, provider.organisation.number), launchUri, logoutUri: `${launchUri}/backchannel-logout`,
      people: Number(count), updatedAt: provider.updatedAt.toISOString(), version: provider.version,
    }
  }

  const present = async (handle: Db, { organisationId }: Access): Promise<Provider> => {
    const provider = await providerOf(handle, organisationId)
    if (provider === undefined) throw noSignInProvider('Your organisation has set none up.')
    return provider
  }

  const note = (trx: Trx, access: Access, detail: Readonly<Record<string, unknown>>) =>
    record(trx, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'sign-in-provider.change', outcome: 'success', detail }])

  /** Who sets up a provider that links accounts by itself can sign in as its members. @throws fullRoleNeeded 403 */
  const assertMayVouch = async ({ actor, organisationId }: Access, { linksBy = 'holder' }: SignInProviderRequest): Promise<void> => {
    if (linksBy === 'holder' || actor.kind !== 'account' || await memberships.hasFullRole(db, actor.id, organisationId)) return
    throw fullRoleNeeded('A provider that links accounts by what it says of people is set up by who has the full role.')
  }

  /** The provider as it would be. */
  const planned = (former: Provider | undefined, request: SignInProviderRequest, issuer: string): Omit<Provider, 'organisation' | 'updatedAt' | 'version'> => {
    const providerId = former?.providerId ?? randomUUID()
    // Another issuer is not told the secret of the former one.
    const kept = former !== undefined && isSameIssuer(former.issuer, issuer) ? former.secret : undefined
    return {
      providerId, issuer, name: request.name.trim(), clientId: request.clientId.trim(), isOn: request.isOn, linksBy: request.linksBy ?? 'holder',
      emailDomains: (request.emailDomains ?? []).map((domain) => domain.toLowerCase()), requiredClaim: request.requiredClaim,
      secret: request.clientSecret === undefined ? kept : request.clientSecret === '' ? undefined : sealSecret(sealing, providerId, request.clientSecret),
    }
  }

  return {
    find: async (access, base) => toAnswer(db, await present(db, access), base),

    put: async (access, request, version, base) => {
      await assertMayVouch(access, request)
      const issuer = checkedIssuer(request.issuer)
      const seen = await providerOf(db, access.organisationId)
      if (request.isOn) {
        const organisation = { organisationId: access.organisationId, number: '', name: '' }
        const reason = await party.faultOf({ ...planned(seen, request, issuer), organisation, updatedAt: now(), version: 0 })
        if (reason !== undefined) throw signInProviderUnusable(faults[reason], { reason })
      }
      return db.transaction(async (trx) => {
        await trx('organisation').where({ organisation_id: access.organisationId }).forNoKeyUpdate().first('organisation_id')
        const former = await providerOf(trx, access.organisationId)
        if (former !== undefined || version !== undefined) assertVersion(former?.version ?? 0, version)
        const { providerId, secret, emailDomains, requiredClaim, ...rest } = planned(former, request, issuer)
        const row = {
          name: rest.name,
          issuer,
          client_id: rest.clientId,
          is_on: rest.isOn,
          links_by: rest.linksBy,
          email_domains: emailDomains,
          required_claim: requiredClaim?.name ?? null,
          required_value: requiredClaim?.value ?? null,
          secret_sealed: secret?.bytes ?? null, secret_sealed_with: secret?.kid ?? null, updated_at: now(), version: (former?.version ?? 0) + 1,
        }
        await trx('sign_in_provider').insert({ ...row, provider_id: providerId, organisation_id: access.organisationId, created_at: now() }).onConflict('organisation_id').merge(row)
        // Who somebody is to one issuer says nothing of who he is to another.
        const ended = former === undefined || isSameIssuer(former.issuer, issuer) ? { unlinked: 0, sessionsEnded: rest.isOn ? 0 : await endSessionsOfProvider(trx, providerId) } : await endLinks(trx, former)
        await note(trx, access, { providerId, issuer, isOn: rest.isOn, linksBy: rest.linksBy, emailDomains, ...ended, hasNewSecret: request.clientSecret !== undefined })
        return toAnswer(trx, await present(trx, access), base)
      })
    },

    remove: (access) => db.transaction(async (trx) => {
      const provider = await present(trx, access)
      const { providerId } = provider
      const ended = await endLinks(trx, provider)
      await trx('sign_in_provider').where({ organisation_id: access.organisationId, provider_id: providerId }).delete()
      await note(trx, access, { providerId, removed: true, ...ended })
    }),
  }
}
