/** Keys as they are shown with requests. */
import { record } from '../audit/index.ts'
import type { KeyResolver } from '../identity/index.ts'
import { namedRows, type Db } from '../platform/db.ts'
import { isWithin } from './addresses.ts'
import { grantedByScopes } from './scopes.ts'
import { isKey, secretHash } from './secret.ts'

/** Use is written down no more often, by each process: a viewer asks for thousands of frames. */
const useGrainMs = 5 * 60_000
const rememberedUses = 10_000

interface UsedKeyRow {
  readonly api_key_id: string
  readonly organisation_id: string
  readonly scopes: string[]
  readonly addresses: string[]
  readonly revoked_at: Date | null
  readonly is_maker_suspended: boolean
  readonly ends_at: Date
  readonly last_used_at: Date | null
}

/** A key that was shown and lets in. */
export interface ShownKey {
  readonly apiKeyId: string
  readonly organisationId: string
  readonly scopes: readonly string[]
}

export interface KeyChecks extends KeyResolver {
  /** Whose key this is; undefined for one that does not let in from this address. */
  readonly authenticate: (key: string, address: string) => Promise<ShownKey | undefined>
}

/** Who is stopped does not go on by the keys he has made. */
const makerSql = `exists (select from account where account.account_id = case when api_key.created_by like 'account:%' then substr(api_key.created_by, 9)::uuid end and account.state = 'suspended') as is_maker_suspended`

const bySecret = {
  name: 'api-key-by-secret',
  text: `select api_key_id, organisation_id, scopes, addresses, revoked_at, least(expires_at, coalesce(ends_at, expires_at)) as ends_at, last_used_at, ${makerSql}
    from api_key_secret join api_key using (api_key_id) where secret_sha256 = $1`,
}

const byId = {
  name: 'api-key-by-id',
  text: `select api_key_id, organisation_id, scopes, addresses, revoked_at, expires_at as ends_at, ${makerSql} from api_key where api_key_id = $1`,
}

/**
 * Keys for the guard. Each request reads the row, by one index: what was revoked, here or by another process, is over with the next request.
 * Refusals of a key that is known are written into the trail, at most once in five minutes for each reason: who holds it cannot fill it.
 */
export function createKeyResolver({ db, now }: { readonly db: Db; readonly now: () => Date }): KeyChecks {
  /** When something was last written down about a key, by what it was. */
  const noted = new Map<string, number>()

  const isDue = (what: string, at: Date): boolean => {
    const last = noted.get(what)
    if (last !== undefined && at.getTime() - last < useGrainMs) return false
    const oldest = noted.keys().next()
    if (noted.size >= rememberedUses && !oldest.done) noted.delete(oldest.value)
    noted.delete(what)
    noted.set(what, at.getTime())
    return true
  }

  const noteUse = async (hash: Buffer, row: UsedKeyRow, address: string, at: Date): Promise<void> => {
    if (row.last_used_at !== null && at.getTime() - row.last_used_at.getTime() < useGrainMs) return
    if (!isDue(`used ${hash.toString('base64url')}`, at)) return
    await db('api_key_secret').where({ secret_sha256: hash }).where((one) => one.whereNull('last_used_at').orWhere('last_used_at', '<', at)).update({ last_used_at: at, last_used_address: address })
  }

  /** True of a key that does not let in; why is written into the trail. */
  const isRefused = async (row: Omit<UsedKeyRow, 'last_used_at'>, address: string, at: Date): Promise<boolean> => {
    const reason = row.revoked_at !== null ? 'revoked' : row.ends_at <= at ? 'expired' : row.is_maker_suspended ? 'maker suspended' : isWithin(row.addresses, address) ? undefined : 'address'
    if (reason !== undefined && isDue(`${reason} ${row.api_key_id}`, at)) {
      await record(db, [{ organisationId: row.organisation_id, actor: `api-key:${row.api_key_id}`, action: 'api-key.use', outcome: 'refused', detail: { reason, address } }])
    }
    return reason !== undefined
  }

  const authenticate: KeyChecks['authenticate'] = async (key, address) => {
    if (!isKey(key)) return undefined
    const hash = secretHash(key)
    const [row] = await namedRows<UsedKeyRow>(db, bySecret, [hash])
    const at = now()
    if (row === undefined || await isRefused(row, address, at)) return undefined
    await noteUse(hash, row, address, at)
    return { apiKeyId: row.api_key_id, organisationId: row.organisation_id, scopes: row.scopes }
  }

  return {
    isKey,
    authenticate,
    accessOf: async (key, address) => {
      const shown = await authenticate(key, address)
      return shown && { actor: { kind: 'api-key', id: shown.apiKeyId }, organisationId: shown.organisationId, permissions: grantedByScopes(shown.scopes), studies: 'all' }
    },
    isGood: async (keyId, address) => {
      const [row] = await namedRows<UsedKeyRow>(db, byId, [keyId])
      return row !== undefined && !await isRefused(row, address, now())
    },
  }
}
