/** API keys of an organisation: what its programs show instead of a person's sign-in. */
import {
  apiKeyDefaultOverlapHours, apiKeyMaxDays, type ApiKey, type ApiKeyPage, type ApiKeyPatch, type ApiKeyRequest, type ApiKeyRotation,
  type ApiKeyScopeList, type ApiKeyState, type NewApiKey,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import { record, type AuditAction } from '../audit/index.ts'
import { actorOf, type Access, type KeyResolver, type Tokens } from '../identity/index.ts'
import { publish } from '../notifications/index.ts'
import { changedMeanwhile } from '../organisations/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import { sqlState, type Db, type Trx } from '../platform/db.ts'
import { readNetwork } from './addresses.ts'
import { apiKeyNameTaken, apiKeyRevoked, invalidApiKey, noSuchApiKey, tooManyApiKeys } from './problems.ts'
import { assertMayGive, scopeList } from './scopes.ts'
import { newSecret } from './secret.ts'
import { endSecrets, findKey, insertSecret, listKeys, lockKey } from './store.ts'
import { createKeyTokens, type IssueKeyToken } from './token.ts'
import { createKeyResolver } from './verify.ts'

/** More programs than anybody can tell apart. */
const maxLiveKeys = 200
const hourMs = 3_600_000
const dayMs = 24 * hourMs

export interface ApiKeys {
  /** Keys for the guard. */
  readonly resolver: KeyResolver
  /** A short-lived token for a key, by OAuth's client credentials. @throws see `createKeyTokens` */
  readonly issueToken: IssueKeyToken
  readonly scopes: (access: Access) => ApiKeyScopeList
  readonly list: (access: Access, query: { state: ApiKeyState | undefined; cursor: string | undefined; limit: number }) => Promise<ApiKeyPage>
  /** @throws noSuchApiKey 404 */
  readonly find: (access: Access, apiKeyId: string) => Promise<ApiKey>
  /** Makes a key; the answer is the only one that tells it. @throws invalidApiKey 422, scopeNotHeld 403, apiKeyNameTaken 409, tooManyApiKeys 409 */
  readonly create: (access: Access, request: ApiKeyRequest) => Promise<NewApiKey>
  /** @throws noSuchApiKey 404, changedMeanwhile 412, apiKeyRevoked 409, invalidApiKey 422, scopeNotHeld 403, apiKeyNameTaken 409 */
  readonly change: (access: Access, apiKeyId: string, patch: ApiKeyPatch, version: number | undefined) => Promise<ApiKey>
  /** Puts a new secret beside the present one, which ends when the overlap does. @throws noSuchApiKey 404, apiKeyRevoked 409, invalidApiKey 422, scopeNotHeld 403 */
  readonly rotate: (access: Access, apiKeyId: string, rotation: ApiKeyRotation) => Promise<NewApiKey>
  /** Ends a key at once; what was revoked before stays so. @throws noSuchApiKey 404 */
  readonly revoke: (access: Access, apiKeyId: string) => Promise<void>
}

const Position = Type.Tuple([Type.String({ format: 'date-time' }), Type.String({ format: 'uuid' })])
const gone = () => noSuchApiKey('No API key of your organisation has this id.')

/** @throws invalidApiKey 422 */
function networksOf(addresses: readonly string[]): string[] {
  return addresses.map((address) => {
    const network = readNetwork(address)
    if (network === undefined) throw invalidApiKey('"addresses" holds what is neither an address nor a network: 192.0.2.7 or 192.0.2.0/24.', { address })
    return network
  })
}

export function createApiKeys({ db, tokens, now = () => new Date() }: { readonly db: Db; readonly tokens: Tokens; readonly now?: () => Date }): ApiKeys {
  const resolver = createKeyResolver({ db, now })
  const note = (trx: Trx, access: Access, action: AuditAction, detail: Readonly<Record<string, unknown>>) =>
    record(trx, [{ organisationId: access.organisationId, actor: actorOf(access), action, outcome: 'success', detail }])

  const find = async (handle: Db, access: Access, apiKeyId: string): Promise<ApiKey> => {
    const key = await findKey(handle, access.organisationId, apiKeyId, now())
    if (key === undefined) throw gone()
    return key
  }

  /** @throws invalidApiKey 422 */
  const endOf = (expiresAt: string): Date => {
    const at = new Date(expiresAt)
    const ahead = at.getTime() - now().getTime()
    if (!(ahead > 0 && ahead <= apiKeyMaxDays * dayMs)) throw invalidApiKey(`"expiresAt" must be ahead, by ${String(apiKeyMaxDays)} days at most.`)
    return at
  }

  const lock = async (trx: Trx, access: Access, apiKeyId: string) => {
    const key = await lockKey(trx, access.organisationId, apiKeyId)
    if (key === undefined) throw gone()
    return key
  }

  const lockUsable = async (trx: Trx, access: Access, apiKeyId: string) => {
    const key = await lock(trx, access, apiKeyId)
    if (key.revoked_at !== null) throw apiKeyRevoked('Make another one.')
    // Who gives a key a longer life or a new secret gives what it may do.
    assertMayGive(access, key.scopes)
    return key
  }

  const withOwnName = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      if (sqlState(error) === '23505') throw apiKeyNameTaken('Choose another name, or revoke that key.')
      throw error
    }
  }

  return {
    resolver,
    issueToken: createKeyTokens({ db, tokens, keys: resolver }),
    scopes: scopeList,
    find: (access, apiKeyId) => find(db, access, apiKeyId),

    list: async ({ organisationId }, { state, cursor, limit }) => {
      const found = await listKeys(db, organisationId, { state, after: decodeCursor(cursor, Position), limit: limit + 1, now: now() })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return { items: page.map(({ key }) => key), ...(found.length > limit && last ? { next: encodeCursor(last.position) } : {}) }
    },

    create: (access, { name, scopes, expiresAt, addresses = [] }) => withOwnName(() => db.transaction(async (trx) => {
      assertMayGive(access, scopes)
      const row = { organisation_id: access.organisationId, name: name.trim(), scopes, addresses: networksOf(addresses), created_by: actorOf(access), created_at: now(), expires_at: endOf(expiresAt) }
      // Locked, so that two at once do not both find room.
      await trx('organisation').where({ organisation_id: access.organisationId }).forNoKeyUpdate().first('organisation_id')
      const { count } = await trx('api_key').where({ organisation_id: access.organisationId }).whereNull('revoked_at').count().first<{ count: string }>()
      if (Number(count) >= maxLiveKeys) throw tooManyApiKeys(`It has at most ${String(maxLiveKeys)}; revoke those that are not used.`)
      const [made] = await trx('api_key').insert(row).returning<{ api_key_id: string }[]>('api_key_id')
      if (made === undefined) throw new Error('The key was not added.')
      const secret = newSecret()
      await insertSecret(trx, made.api_key_id, secret, now())
      const { name: organisation } = await trx('organisation').where({ organisation_id: access.organisationId }).first<{ name: string }>('name')
      await publish(trx, {
        event: 'api-key.created',
        organisationId: access.organisationId,
        exceptAccountId: access.actor.kind === 'account' ? access.actor.id : undefined,
        recordId: made.api_key_id,
        details: { organisation, name: name.trim() },
      })
      await note(trx, access, 'api-key.create', { apiKeyId: made.api_key_id, scopes, expiresAt: row.expires_at.toISOString(), addresses: row.addresses })
      return { ...await find(trx, access, made.api_key_id), key: secret.key }
    })),

    change: (access, apiKeyId, { name, expiresAt, addresses }, version) => withOwnName(() => db.transaction(async (trx) => {
      const key = await lockUsable(trx, access, apiKeyId)
      if (version !== undefined && version !== key.version) throw changedMeanwhile('Read it again, then change it.', { version: key.version })
      const changes = {
        ...(name === undefined ? {} : { name: name.trim() }),
        ...(expiresAt === undefined ? {} : { expires_at: endOf(expiresAt) }),
        ...(addresses === undefined ? {} : { addresses: networksOf(addresses) }),
      }
      await trx('api_key').where({ organisation_id: access.organisationId, api_key_id: apiKeyId }).update({ ...changes, version: key.version + 1 })
      await note(trx, access, 'api-key.change', {
        apiKeyId,
        changed: Object.keys(changes),
        ...(changes.expires_at === undefined ? {} : { expiresAt: changes.expires_at.toISOString() }),
        ...(changes.addresses === undefined ? {} : { addresses: changes.addresses }),
      })
      return find(trx, access, apiKeyId)
    })),

    rotate: (access, apiKeyId, { overlapHours = apiKeyDefaultOverlapHours }) => db.transaction(async (trx) => {
      const key = await lockUsable(trx, access, apiKeyId)
      if (key.expires_at <= now()) throw invalidApiKey('It has expired: give it a later end first.')
      const secret = newSecret()
      await endSecrets(trx, apiKeyId, new Date(now().getTime() + overlapHours * hourMs), now())
      await insertSecret(trx, apiKeyId, secret, now())
      await trx('api_key').where({ organisation_id: access.organisationId, api_key_id: apiKeyId }).update({ version: key.version + 1 })
      await note(trx, access, 'api-key.rotate', { apiKeyId, overlapHours })
      return { ...await find(trx, access, apiKeyId), key: secret.key }
    }),

    revoke: (access, apiKeyId) => db.transaction(async (trx) => {
      const key = await lock(trx, access, apiKeyId)
      if (key.revoked_at !== null) return
      await trx('api_key').where({ organisation_id: access.organisationId, api_key_id: apiKeyId }).update({ revoked_at: now(), version: key.version + 1 })
      await note(trx, access, 'api-key.revoke', { apiKeyId })
    }),
  }
}
