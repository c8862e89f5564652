/** Rows of API keys. */
import type { ApiKey, ApiKeyAction, ApiKeySecret, ApiKeyState } from '@isocenter/contracts'
import { exactly } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import type { NewSecret } from './secret.ts'

interface SecretRow {
  readonly hint: string
  readonly created_at: string
  readonly ends_at: string | null
  readonly last_used_at: string | null
  readonly last_used_address: string | null
}

interface ApiKeyRow {
  readonly api_key_id: string
  readonly name: string
  readonly scopes: string[]
  readonly addresses: string[]
  readonly created_by_name: string | null
  readonly created_at: Date
  readonly expires_at: Date
  readonly revoked_at: Date | null
  readonly version: number
  readonly secrets: SecretRow[] | null
}

/** Where a page ended. */
export type Position = readonly [createdAt: string, apiKeyId: string]

export const stateOf = ({ revoked_at, expires_at }: Pick<ApiKeyRow, 'revoked_at' | 'expires_at'>, now: Date): ApiKeyState =>
  (revoked_at !== null ? 'revoked' : expires_at <= now ? 'expired' : 'active')

const actionsIn: Readonly<Record<ApiKeyState, readonly ApiKeyAction[]>> = {
  active: ['edit', 'rotate', 'revoke'],
  // A later end brings it back.
  expired: ['edit', 'revoke'],
  revoked: [],
}

const secretsSql = `(
  select json_agg(json_build_object('hint', hint, 'created_at', secret.created_at, 'ends_at', ends_at, 'last_used_at', last_used_at, 'last_used_address', last_used_address) order by secret.created_at desc)
  from api_key_secret secret where secret.api_key_id = api_key.api_key_id) as secrets`

function keys(db: Db, organisationId: string) {
  return db('api_key').where('api_key.organisation_id', organisationId).leftJoin('account', db.raw(`api_key.created_by = 'account:' || account.account_id::text`))
    .select<ApiKeyRow[]>('api_key.api_key_id', 'api_key.name', 'scopes', 'addresses', 'account.name as created_by_name', 'api_key.created_at', 'expires_at', 'revoked_at', 'version', db.raw(secretsSql))
}

function toSecret({ hint, created_at, ends_at, last_used_at, last_used_address }: SecretRow, keyEnds: Date): ApiKeySecret {
  const endsAt = ends_at === null ? keyEnds : new Date(Math.min(Date.parse(ends_at), keyEnds.getTime()))
  return {
    hint, createdAt: new Date(created_at).toISOString(), endsAt: endsAt.toISOString(),
    ...(last_used_at === null ? {} : { lastUsedAt: new Date(last_used_at).toISOString() }),
    ...(last_used_address === null ? {} : { lastUsedAddress: last_used_address }),
  }
}

function toApiKey(row: ApiKeyRow, now: Date): ApiKey {
  const state = stateOf(row, now)
  const secrets = (row.secrets ?? []).map((secret) => toSecret(secret, row.expires_at))
  const lastUsedAt = secrets.flatMap((secret) => secret.lastUsedAt ?? []).sort().at(-1)
  return {
    apiKeyId: row.api_key_id, name: row.name, state, scopes: row.scopes, addresses: row.addresses, createdAt: row.created_at.toISOString(), expiresAt: row.expires_at.toISOString(),
    ...(row.created_by_name === null ? {} : { createdBy: row.created_by_name }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    secrets: state === 'active' ? secrets.filter(({ endsAt }) => Date.parse(endsAt) > now.getTime()) : [],
    version: row.version, actions: [...actionsIn[state]],
  }
}

export interface KeyListing {
  readonly state: ApiKeyState | undefined
  readonly after: Position | undefined
  readonly limit: number
  readonly now: Date
}

/** The keys of an organisation, the latest first. */
export async function listKeys(db: Db, organisationId: string, { state, after, limit, now }: KeyListing): Promise<{ key: ApiKey; position: Position }[]> {
  const query = keys(db, organisationId).select(db.raw(`${exactly('api_key.created_at')} as created_exactly`))
    .orderBy([{ column: 'api_key.created_at', order: 'desc' }, { column: 'api_key.api_key_id', order: 'desc' }]).limit(limit)
  if (after !== undefined) void query.whereRaw('(api_key.created_at, api_key.api_key_id) < (?::timestamptz, ?::uuid)', [...after])
  if (state === 'revoked') void query.whereNotNull('revoked_at')
  if (state === 'expired') void query.whereNull('revoked_at').where('expires_at', '<=', now)
  if (state === 'active') void query.whereNull('revoked_at').where('expires_at', '>', now)
  return ((await query) as (ApiKeyRow & { created_exactly: string })[]).map((row) => ({ key: toApiKey(row, now), position: [row.created_exactly, row.api_key_id] }))
}

/** One key; undefined when the organisation has none of this id. */
export async function findKey(db: Db, organisationId: string, apiKeyId: string, now: Date): Promise<ApiKey | undefined> {
  const [row] = await keys(db, organisationId).where('api_key.api_key_id', apiKeyId)
  return row && toApiKey(row, now)
}

/** Locks one key until the transaction ends. */
export async function lockKey(trx: Trx, organisationId: string, apiKeyId: string): Promise<{ version: number; scopes: string[]; revoked_at: Date | null; expires_at: Date } | undefined> {
  return trx('api_key').where({ organisation_id: organisationId, api_key_id: apiKeyId }).forUpdate().first('version', 'scopes', 'revoked_at', 'expires_at')
}

export async function insertSecret(trx: Trx, apiKeyId: string, { hash, hint }: NewSecret, now: Date): Promise<void> {
  await trx('api_key_secret').insert({ secret_sha256: hash, api_key_id: apiKeyId, hint, created_at: now })
}

/** Former secrets end by then at the latest; those that have ended are forgotten. */
export async function endSecrets(trx: Trx, apiKeyId: string, endsAt: Date, now: Date): Promise<void> {
  await trx('api_key_secret').where({ api_key_id: apiKeyId }).where('ends_at', '<=', now).delete()
  await trx('api_key_secret').where({ api_key_id: apiKeyId }).update({ ends_at: trx.raw('least(?::timestamptz, coalesce(ends_at, ?::timestamptz))', [endsAt, endsAt]) })
}
