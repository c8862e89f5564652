/** Rows of sign-in providers and of who people are to them. */
import type { SignInProviderLinks } from '@isocenter/contracts'
import type { Sealing } from '../identity/index.ts'
import { publish } from '../notifications/index.ts'
import { sqlState, type Db, type Trx } from '../platform/db.ts'

/** A provider with what it needs to be asked. */
export interface Provider {
  readonly providerId: string
  readonly organisation: { readonly organisationId: string; readonly number: string; readonly name: string }
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly secret: SealedSecret | undefined
  readonly isOn: boolean
  readonly emailDomains: readonly string[]
  readonly requiredClaim: { readonly name: string; readonly value: string } | undefined
  readonly linksBy: SignInProviderLinks
  readonly updatedAt: Date
  readonly version: number
}

export interface SealedSecret {
  readonly kid: string
  readonly bytes: Buffer
}

interface ProviderRow {
  readonly provider_id: string
  readonly organisation_id: string
  readonly number: string
  readonly organisation_name: string
  readonly name: string
  readonly issuer: string
  readonly client_id: string
  readonly secret_sealed: Buffer | null
  readonly secret_sealed_with: string | null
  readonly is_on: boolean
  readonly email_domains: string[]
  readonly required_claim: string | null
  readonly required_value: string | null
  readonly links_by: SignInProviderLinks
  readonly updated_at: Date
  readonly version: number
}

/** True of the same issuer, with or without the slash a host alone ends in. */
export const isSameIssuer = (one: string, other: string): boolean => URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href

const toProvider = (row: ProviderRow): Provider => ({
  providerId: row.provider_id, organisation: { organisationId: row.organisation_id, number: row.number, name: row.organisation_name }, name: row.name, issuer: row.issuer, clientId: row.client_id,
  secret: row.secret_sealed === null || row.secret_sealed_with === null ? undefined : { kid: row.secret_sealed_with, bytes: row.secret_sealed },
  isOn: row.is_on, emailDomains: row.email_domains, requiredClaim: row.required_claim === null || row.required_value === null ? undefined : { name: row.required_claim, value: row.required_value },
  linksBy: row.links_by, updatedAt: row.updated_at, version: row.version,
})

const providers = (db: Db) => db('sign_in_provider').join('organisation', 'organisation.organisation_id', 'sign_in_provider.organisation_id')
  .select<ProviderRow[]>('sign_in_provider.*', 'organisation.number', 'organisation.name as organisation_name')

export async function providerOf(db: Db, organisationId: string): Promise<Provider | undefined> {
  const [row] = await providers(db).where('sign_in_provider.organisation_id', organisationId)
  return row && toProvider(row)
}

/** The provider of the organisation with this number, where it is switched on. */
export async function providerByNumber(db: Db, number: string): Promise<Provider | undefined> {
  const [row] = await providers(db).where({ 'organisation.number': number, 'sign_in_provider.is_on': true })
  return row && toProvider(row)
}

export async function providerById(db: Db, providerId: string): Promise<Provider | undefined> {
  const [row] = await providers(db).where({ provider_id: providerId })
  return row && toProvider(row)
}

/** Providers an account has to do with: of the organisations it works for where they are on, and those it is linked to. */
export async function providersOf(db: Db, accountId: string): Promise<Provider[]> {
  const found = await providers(db).orderBy(['organisation.name', 'provider_id']).where((one) => one
    .where((on) => on.where('is_on', true).whereIn('sign_in_provider.organisation_id', db('membership').where({ account_id: accountId, state: 'active' }).select('organisation_id')))
    .orWhereIn('provider_id', db('external_identity').where({ account_id: accountId }).select('provider_id')))
  return found.map(toProvider)
}

const purposeOf = (providerId: string): string => `sign-in-provider:${providerId}`

export const sealSecret = (sealing: Sealing, providerId: string, secret: string): SealedSecret => sealing.seal(secret, purposeOf(providerId))
/** Undefined for a public client. @throws Error when the key it was sealed under is gone */
export function openSecret(sealing: Sealing, { providerId, secret }: Provider): string | undefined {
  if (secret === undefined) return undefined
  const opened = sealing.open(secret, purposeOf(providerId))
  if (opened === undefined) throw new Error('The key a client secret was sealed under is gone: it must be given again.')
  return opened
}

export interface Identity {
  readonly identityId: string
  readonly providerId: string
  readonly accountId: string
  readonly label: string | undefined
  readonly linkedBy: 'holder' | 'claim'
  readonly linkedAt: Date
  readonly lastUsedAt: Date | undefined
}

interface IdentityRow {
  readonly identity_id: string
  readonly provider_id: string
  readonly account_id: string
  readonly label: string | null
  readonly linked_by: 'holder' | 'claim'
  readonly linked_at: Date
  readonly last_used_at: Date | null
}

const toIdentity = (row: IdentityRow): Identity => ({
  identityId: row.identity_id, providerId: row.provider_id, accountId: row.account_id, label: row.label ?? undefined, linkedBy: row.linked_by, linkedAt: row.linked_at, lastUsedAt: row.last_used_at ?? undefined,
})
const identityColumns = ['identity_id', 'provider_id', 'account_id', 'label', 'linked_by', 'linked_at', 'last_used_at'] as const

export async function identityOfSubject(db: Db, providerId: string, subject: string): Promise<Identity | undefined> {
  const row = await db('external_identity').where({ provider_id: providerId, subject }).first<IdentityRow | undefined>(...identityColumns)
  return row && toIdentity(row)
}

export async function identitiesOf(db: Db, accountId: string): Promise<Identity[]> {
  return (await db('external_identity').where({ account_id: accountId }).select<IdentityRow[]>(...identityColumns)).map(toIdentity)
}

export interface NewIdentity {
  readonly providerId: string
  readonly accountId: string
  readonly subject: string
  readonly label: string | undefined
  readonly linkedBy: 'holder' | 'claim'
  readonly now: Date
}

/** Links an account; undefined where it, or who the provider says it is, is linked already. */
export async function insertIdentity(trx: Trx, { providerId, accountId, subject, label, linkedBy, now }: NewIdentity): Promise<Identity | undefined> {
  try {
    // A savepoint: the transaction can be used after a refusal.
    return await trx.transaction(async (trx) => {
      const [row] = await trx('external_identity')
        .insert({ provider_id: providerId, account_id: accountId, subject, label: label ?? null, linked_by: linkedBy, linked_at: now })
        .returning<IdentityRow[]>([...identityColumns])
      return row && toIdentity(row)
    })
  } catch (error) {
    if (sqlState(error) === '23505') return undefined
    throw error
  }
}

/** Its holder hears of a link and of its end: it may have been somebody else. */
export const tellOfLink = (trx: Trx, { organisation: { organisationId, name } }: Pick<Provider, 'organisation'>, accountId: string, event: 'account.linked' | 'account.unlinked'): Promise<void> =>
  publish(trx, { event, organisationId, accountId, details: { organisation: name } })

/** Ends every session that was opened through a provider; tells how many. */
export async function endSessionsOfProvider(trx: Trx, providerId: string): Promise<number> {
  const identities = trx('external_identity').where({ provider_id: providerId }).select('identity_id')
  return trx('account_session').whereIn('session_id', trx('external_session').whereIn('identity_id', identities).select('session_id')).delete()
}

/** Ends every link to a provider, its sessions first, and tells its holders; tells how many links and sessions. */
export async function endLinks(trx: Trx, provider: Provider): Promise<{ unlinked: number; sessionsEnded: number }> {
  const sessionsEnded = await endSessionsOfProvider(trx, provider.providerId)
  const unlinked = await trx('external_identity').where({ provider_id: provider.providerId }).delete().returning<{ account_id: string }[]>('account_id')
  for (const { account_id } of unlinked) await tellOfLink(trx, provider, account_id, 'account.unlinked')
  return { unlinked: unlinked.length, sessionsEnded }
}

/** Ends the sessions that were opened by these identities, save one where one is named; tells how many. */
export async function endExternalSessions(trx: Trx, identityIds: readonly string[], { sid, except }: { sid?: string | undefined; except?: string | undefined } = {}): Promise<number> {
  const opened = trx('external_session').whereIn('identity_id', [...identityIds]).select('session_id')
  if (sid !== undefined) void opened.where({ sid })
  const query = trx('account_session').whereIn('session_id', opened)
  if (except !== undefined) void query.whereNot('session_id', except)
  return query.delete()
}
