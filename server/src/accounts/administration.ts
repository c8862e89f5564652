/** What is done with accounts of others: making them, one-time passwords, releasing frozen ones (AUTH-01, AUTH-02, AUTH-16, ADM-22). */
import type { AccountRelease, AccountStop, FrozenAccountPage, OneTimePassword } from '@isocenter/contracts'
import { Type } from 'typebox'
import { record } from '../audit/index.ts'
import { actorOf, forbidden, type Access } from '../identity/index.ts'
import { publish } from '../notifications/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { takeThawed, thaw } from './attempts.ts'
import { readLogin, readPhone } from './login.ts'
import type { Memberships } from './memberships.ts'
import { accountShared, noSuchAccount, notALogin } from './problems.ts'
import type { Passwords } from './passwords.ts'
import { forgetSecondFactor } from './second-factor.ts'
import { endSessions } from './sessions.ts'
import { accountById, accountByLogin, insertAccount, lockAccount, type Account } from './store.ts'

export interface AdministrationDeps {
  readonly db: Db
  readonly passwords: Passwords
  readonly memberships: Memberships
  readonly now: () => Date
}

export interface AccountToCreate {
  readonly organisationId: string
  /** as a person writes it */
  readonly phone: string
  readonly loginName?: string | undefined
  readonly email?: string | undefined
  readonly name: string
  /** who makes it: `account:…`, `command:…` */
  readonly actor: string
}

/** A one-time password and its hash, made before the transaction in which it is set: hashing takes long. */
export type PreparedOneTimePassword = Awaited<ReturnType<Passwords['prepareOneTime']>>

export interface AccountAdministration {
  readonly prepareOneTimePassword: () => Promise<PreparedOneTimePassword>
  /** Makes an account that signs in once, to set its password. @throws notALogin 422, accountExists 409 */
  readonly create: (trx: Trx, account: AccountToCreate, prepared: PreparedOneTimePassword) => Promise<Account>
  /** Accounts that are frozen now, the latest first. */
  readonly listFrozen: (access: Access, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<FrozenAccountPage>
  /** Lets a frozen account in again; one that is not frozen stays as it is. @throws noSuchAccount 404 */
  readonly release: (access: Access, accountId: string, release: AccountRelease) => Promise<void>
  /** Puts a one-time password in place of a forgotten one and ends all sessions. @throws noSuchAccount 404, accountShared 409, forbidden 403 for one that administers more than the caller */
  readonly resetPassword: (access: Access, accountId: string) => Promise<OneTimePassword>
  /** The same for who has the machine in hand, of any account, and it is let in if it was frozen. @throws noSuchAccount 404, notALogin 422 */
  readonly replacePassword: (phone: string, actor: string, options?: { readonly forgetsSecondFactor?: boolean }) => Promise<OneTimePassword>
  /**
   * Stops an account in every organisation, or lets it go on: stopped, it has no session, and keys that it has made let nobody in. For who runs the
   * installation.
   * @throws noSuchAccount 404, notALogin 422, forbidden 403 for the caller's own, and for one with the platform's full role by who has it not
   */
  readonly stop: (by: Access | 'command:account', stop: AccountStop) => Promise<void>
  readonly letGoOn: (by: Access | 'command:account', stop: AccountStop) => Promise<void>
  /** Writes down which accounts have been let in again because their day is over. */
  readonly noteThawed: () => Promise<void>
}

const Position = Type.Tuple([Type.String({ format: 'date-time' }), Type.String({ format: 'uuid' })])

interface FrozenRow {
  readonly account_id: string
  readonly name: string
  readonly phone: string
  readonly frozen_at: Date
  readonly frozen_until: Date
}

/** Where it was done, and where the account was made: both ask who did it. */
const recordWhereAsked = (trx: Trx, access: Access, account: Account, event: Omit<Parameters<typeof record>[1][number], 'organisationId'>): Promise<void> =>
  record(trx, [...new Set([access.organisationId, account.organisationId])].map((organisationId) => ({ ...event, organisationId })))

export function createAccountAdministration({ db, passwords, memberships, now }: AdministrationDeps): AccountAdministration {
  /** Locked; of another organisation it is as if it did not exist. */
  const lockAdministered = async (trx: Trx, access: Access, accountId: string): Promise<Account> => {
    const isOurs = await memberships.administeredBy(trx, access.organisationId).clone().where({ 'membership.account_id': accountId }).first<object | undefined>() !== undefined
    const account = isOurs ? await lockAccount(trx, accountId) : undefined
    if (account === undefined) throw noSuchAccount('No account your organisation administers has this id.')
    return account
  }

  const setState = async (by: Access | 'command:account', { phone: typed, reason }: AccountStop, state: 'active' | 'suspended'): Promise<void> => {
    const phone = readPhone(typed)
    if (phone === undefined) throw notALogin('This is no phone number.')
    await db.transaction(async (trx) => {
      const found = await accountByLogin(trx, { kind: 'phone', value: phone })
      const account = found && await lockAccount(trx, found.account.accountId)
      if (account === undefined) throw noSuchAccount('No account has this phone number.')
      const { accountId, organisationId } = account
      if (by !== 'command:account') {
        if (by.actor.id === accountId) throw forbidden('Nobody suspends himself, nor ends it.')
        const isBeyond = await memberships.hasFullRole(trx, accountId, by.organisationId) && !await memberships.hasFullRole(trx, by.actor.id, by.organisationId)
        if (isBeyond) throw forbidden('Who has the full role is suspended by who has it, too.')
      }
      await trx('account').where({ account_id: accountId }).update({ state, updated_at: now() })
      const sessionsEnded = state === 'suspended' ? await endSessions(trx, accountId) : undefined
      const event = {
        actor: by === 'command:account' ? by : actorOf(by),
        action: state === 'suspended' ? 'account.suspend' : 'account.reinstate',
        outcome: 'success',
        detail: { accountId, reason: reason.trim(), sessionsEnded },
      } as const
      await (by === 'command:account' ? record(trx, [{ ...event, organisationId }]) : recordWhereAsked(trx, by, account, event))
    })
  }

  return {
    stop: (by, stop) => setState(by, stop, 'suspended'),
    letGoOn: (by, stop) => setState(by, stop, 'active'),

    prepareOneTimePassword: passwords.prepareOneTime,

    create: async (trx, { phone: typed, loginName: typedName, actor, ...rest }, prepared) => {
      const phone = readPhone(typed)
      const loginName = typedName === undefined ? undefined : readLogin(typedName)
      if (phone === undefined) throw notALogin('"phone" is no phone number.')
      if (typedName !== undefined && loginName?.kind !== 'loginName') throw notALogin('"loginName" must have 2 to 64 letters, digits, dots, dashes or underscores, and a letter among them.')
      const account = await insertAccount(trx, { ...rest, phone, loginName: loginName?.value, createdBy: actor })
      await passwords.setOneTime(trx, account.accountId, prepared)
      await record(trx, [{ organisationId: account.organisationId, actor, action: 'account.create', outcome: 'success', detail: { accountId: account.accountId } }])
      return account
    },

    listFrozen: async ({ organisationId }, { cursor, limit }) => {
      const after = decodeCursor(cursor, Position)
      const query = db('password_attempts').join('account', 'account.account_id', 'password_attempts.account_id')
        .whereIn('account.account_id', memberships.administeredBy(db, organisationId)).where('frozen_until', '>', now())
        .orderBy([{ column: 'frozen_at', order: 'desc' }, { column: 'account.account_id', order: 'desc' }]).limit(limit + 1)
      if (after !== undefined) void query.whereRaw('(frozen_at, account.account_id) < (?::timestamptz, ?::uuid)', [...after])
      const found = await query.select<FrozenRow[]>('account.account_id', 'name', 'phone', 'frozen_at', 'frozen_until')
      const items = found.slice(0, limit).map((row) => ({
        accountId: row.account_id, name: row.name, phone: row.phone, frozenAt: row.frozen_at.toISOString(), frozenUntil: row.frozen_until.toISOString(),
      }))
      const last = items.at(-1)
      return { items, ...(found.length > limit && last ? { next: encodeCursor([last.frozenAt, last.accountId]) } : {}) }
    },

    release: (access, accountId, { reason }) => db.transaction(async (trx) => {
      const account = await lockAdministered(trx, access, accountId)
      if (!await thaw(trx, accountId, now())) return
      await publish(trx, { event: 'account.unfrozen', organisationId: account.organisationId, accountId, details: {} })
      await recordWhereAsked(trx, access, account, { actor: actorOf(access), action: 'account.unfreeze', outcome: 'success', detail: { accountId, reason: reason.trim() } })
    }),

    resetPassword: async (access, accountId) => {
      const prepared = await passwords.prepareOneTime()
      await db.transaction(async (trx) => {
        const account = await lockAdministered(trx, access, accountId)
        // Who sets its password could sign in as it, and act where this administrator may not.
        if (!await memberships.mayReset(trx, accountId, access.organisationId)) throw forbidden('Another consortium is billed for this hospital, and helps its administrators.')
        if (await memberships.isSharedBeyond(trx, accountId, access.organisationId)) throw accountShared('Its holder resets the password by "forgot password".')
        if (await memberships.administersMore(trx, accountId, access)) throw forbidden('Who administers more than you resets the password by "forgot password", or asks somebody who administers as much.')
        await passwords.setOneTime(trx, accountId, prepared)
        const sessionsEnded = await endSessions(trx, accountId)
        await recordWhereAsked(trx, access, account, { actor: actorOf(access), action: 'account.password-reset', outcome: 'success', detail: { accountId, sessionsEnded } })
        await publish(trx, { event: 'account.password-changed', organisationId: account.organisationId, accountId, details: {} })
      })
      return { oneTimePassword: prepared.password, expiresAt: prepared.expiresAt.toISOString() }
    },

    replacePassword: async (typed, actor, { forgetsSecondFactor = false } = {}) => {
      const phone = readPhone(typed)
      if (phone === undefined) throw notALogin('This is no phone number.')
      const prepared = await passwords.prepareOneTime()
      await db.transaction(async (trx) => {
        const found = await accountByLogin(trx, { kind: 'phone', value: phone })
        const account = found && await lockAccount(trx, found.account.accountId)
        if (account === undefined) throw noSuchAccount('No account has this phone number.')
        const { accountId, organisationId } = account
        await passwords.setOneTime(trx, accountId, prepared)
        await thaw(trx, accountId, now())
        if (forgetsSecondFactor) await forgetSecondFactor(trx, accountId)
        const sessionsEnded = await endSessions(trx, accountId)
        await record(trx, [{ organisationId, actor, action: 'account.password-reset', outcome: 'success', detail: { accountId, sessionsEnded, forgetsSecondFactor } }])
      })
      return { oneTimePassword: prepared.password, expiresAt: prepared.expiresAt.toISOString() }
    },

    noteThawed: () => db.transaction(async (trx) => {
      for (const accountId of await takeThawed(trx, now())) {
        const account = (await accountById(trx, accountId))?.account
        if (account === undefined) continue
        await record(trx, [{ organisationId: account.organisationId, actor: 'command:calendar', action: 'account.unfreeze', outcome: 'success', detail: { accountId } }])
        await publish(trx, { event: 'account.unfrozen', organisationId: account.organisationId, accountId, details: {} })
      }
    }),
  }
}
