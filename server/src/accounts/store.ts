/** Rows of accounts and of their passwords. */
import { sqlState, type Db, type Trx } from '../platform/db.ts'
import type { Login } from './login.ts'
import { accountExists } from './problems.ts'

export interface Account {
  readonly accountId: string
  /** The organisation it was made in, and whose trail has what is done with it. */
  readonly organisationId: string
  readonly phone: string
  readonly loginName: string | undefined
  readonly email: string | undefined
  readonly name: string
  readonly isSuspended: boolean
  readonly language: string | undefined
  readonly timeZone: string | undefined
  readonly autoSignOut: boolean
  readonly mustSetPassword: boolean
  readonly hasDefaultPassword: boolean
  readonly passwordExpiresAt: Date | undefined
  readonly hasSecondFactor: boolean
  /** When management was first entered without one. */
  readonly secondFactorAskedAt: Date | undefined
}

export interface AccountRow {
  readonly account_id: string
  readonly organisation_id: string
  readonly phone: string
  readonly login_name: string | null
  readonly email: string | null
  readonly name: string
  readonly state: 'active' | 'suspended'
  readonly language: string | null
  readonly time_zone: string | null
  readonly auto_sign_out: boolean
  readonly must_set_password: boolean
  readonly has_default_password: boolean
  readonly password_expires_at: Date | null
  readonly has_second_factor: boolean
  readonly second_factor_asked_at: Date | null
}

export const accountColumns = [
  'account.account_id', 'account.organisation_id', 'account.phone', 'account.login_name', 'account.email', 'account.name', 'account.state', 'account.language', 'account.time_zone',
  'account.auto_sign_out', 'account.must_set_password', 'account.has_default_password', 'account.password_expires_at', 'account.has_second_factor', 'account.second_factor_asked_at',
] as const

export function toAccount(row: AccountRow): Account {
  return {
    accountId: row.account_id, organisationId: row.organisation_id, phone: row.phone, loginName: row.login_name ?? undefined, email: row.email ?? undefined, name: row.name,
    isSuspended: row.state === 'suspended', language: row.language ?? undefined, timeZone: row.time_zone ?? undefined, autoSignOut: row.auto_sign_out,
    mustSetPassword: row.must_set_password, hasDefaultPassword: row.has_default_password, passwordExpiresAt: row.password_expires_at ?? undefined, hasSecondFactor: row.has_second_factor,
    secondFactorAskedAt: row.second_factor_asked_at ?? undefined,
  }
}

export interface NewAccount {
  readonly organisationId: string
  /** E.164 */
  readonly phone: string
  readonly loginName?: string | undefined
  readonly email?: string | undefined
  readonly name: string
  /** Who makes it: `account:…`, `command:…`. */
  readonly createdBy: string
}

/** @throws accountExists 409 */
export async function insertAccount(trx: Trx, { organisationId, phone, loginName, email, name, createdBy }: NewAccount): Promise<Account> {
  try {
    // In a savepoint, so that who calls can go on in its transaction after a refusal.
    return await trx.transaction(async (trx) => {
      const [row] = await trx('account').insert({ organisation_id: organisationId, phone, login_name: loginName ?? null, email: email ?? null, name, created_by: createdBy }).returning<AccountRow[]>([...accountColumns])
      if (row === undefined) throw new Error('The account was not added.')
      return toAccount(row)
    })
  } catch (error) {
    if (sqlState(error) === '23505') throw accountExists('An account has this phone number or login name already; invite it instead.')
    throw error
  }
}

/** Whoever signs in under this name, with the hash of the present password. */
export async function accountByLogin(db: Db, login: Login): Promise<{ account: Account; passwordHash: string | undefined } | undefined> {
  const row = await db('account').where(login.kind === 'phone' ? { phone: login.value } : { login_name: login.value })
    .first<(AccountRow & { hash: string | null }) | undefined>(...accountColumns, currentHash(db))
  return row && { account: toAccount(row), passwordHash: row.hash ?? undefined }
}

export async function accountById(db: Db, accountId: string): Promise<{ account: Account; passwordHash: string | undefined } | undefined> {
  const row = await db('account').where({ account_id: accountId }).first<(AccountRow & { hash: string | null }) | undefined>(...accountColumns, currentHash(db))
  return row && { account: toAccount(row), passwordHash: row.hash ?? undefined }
}

const currentHash = (db: Db) => db.raw('(select hash from account_password kept where kept.account_id = account.account_id order by password_id desc limit 1) as hash')

/** Locks one account until the transaction ends: whoever changes its password does. */
export async function lockAccount(trx: Trx, accountId: string): Promise<Account | undefined> {
  const row = await trx('account').where({ account_id: accountId }).forUpdate().first<AccountRow | undefined>(...accountColumns)
  return row && toAccount(row)
}

/** The newest passwords of an account, the present one first. */
export async function newestHashes(db: Db, accountId: string, count: number): Promise<string[]> {
  const found = await db('account_password').where({ account_id: accountId }).orderBy('password_id', 'desc').limit(count).select<{ hash: string }[]>('hash')
  return found.map(({ hash }) => hash)
}

export interface SetPassword {
  readonly accountId: string
  readonly hash: string
  /** Until when it signs in, and only to set another; undefined for one its holder has chosen. */
  readonly oneTimeUntil: Date | undefined
  /** So many are kept to refuse them. */
  readonly remembered: number
  readonly now: Date
}

/** Puts a password in the place of the one before. The account is locked by the caller, or new. */
export async function insertPassword(trx: Trx, { accountId, hash, oneTimeUntil, remembered, now }: SetPassword): Promise<void> {
  await trx('account_password').insert({ account_id: accountId, hash, set_at: now })
  await trx('account_password').where({ account_id: accountId })
    .whereNotIn('password_id', trx('account_password').where({ account_id: accountId }).orderBy('password_id', 'desc').limit(remembered).select('password_id')).delete()
  await trx('account').where({ account_id: accountId })
    .update({ must_set_password: oneTimeUntil !== undefined, password_expires_at: oneTimeUntil ?? null, has_default_password: false, updated_at: now })
}

/** Puts the same password at its new cost in place of its old hash, unless it has been changed meanwhile. */
export async function replaceHash(db: Db, accountId: string, oldHash: string, newHash: string): Promise<void> {
  await db('account_password').where({ account_id: accountId, hash: oldHash }).update({ hash: newHash })
}

/** Addresses an account has signed in from are known for so long. */
export async function isKnownAddress(db: Db, accountId: string | undefined, address: string, now: Date): Promise<boolean> {
  // Asked of nobody too: a look takes as long as a look.
  return await db('known_sign_in_address').where({ account_id: accountId ?? '00000000-0000-0000-0000-000000000000', address }).where('expires_at', '>', now).first('address') !== undefined
}

export async function rememberAddress(db: Db, accountId: string, address: string, expiresAt: Date): Promise<void> {
  await db('known_sign_in_address').insert({ account_id: accountId, address, expires_at: expiresAt }).onConflict(['account_id', 'address']).merge({ expires_at: expiresAt })
}
