/** What people do with their own account: password, settings, and where they are signed in. */
import type { AccountSettings, PasswordChange, SignedInDevices } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import type { AccountSession } from '../identity/index.ts'
import { publish } from '../notifications/index.ts'
import type { Db } from '../platform/db.ts'
import { isTimeZone } from './calendar.ts'
import { checkCounted } from './counted-check.ts'
import type { Management } from './management.ts'
import type { Memberships } from './memberships.ts'
import type { PasswordHashing } from './password-hash.ts'
import type { Passwords } from './passwords.ts'
import { accountProofRequired, noSuchSession, noSuchTimeZone, passwordNotDue, wrongPassword } from './problems.ts'
import { endSession, endSessions, noteProof, sessionById, sessionsOf } from './sessions.ts'
import { accountById, lockAccount, newestHashes, type Account } from './store.ts'

export interface OwnAccountDeps {
  readonly db: Db
  readonly hashing: PasswordHashing
  readonly passwords: Passwords
  readonly management: Pick<Management, 'assertGivenLately'>
  readonly memberships: Pick<Memberships, 'isSharedBeyond'>
  readonly now: () => Date
}

export interface OwnAccount {
  /** Sets the first password of one's own (AUTH-06). @throws passwordNotDue 409, accountProofRequired 403 for who an organisation's provider alone has vouched for, passwordRefused 422 */
  readonly setFirstPassword: (session: AccountSession, newPassword: string) => Promise<void>
  /** @throws wrongPassword 403, passwordRefused 422, tooManyRequests 429 after ten wrong ones a day */
  readonly changePassword: (session: AccountSession, change: PasswordChange) => Promise<void>
  /** Shows in a session that an organisation's provider has vouched for that the account itself is its person's. @throws wrongPassword 403, tooManyRequests 429 after ten wrong ones a day */
  readonly prove: (session: AccountSession, password: string) => Promise<void>
  /**
   * Before something that could take the account over: the password, and a second factor that was given lately where there is one.
   * @throws stepUpRequired 403, wrongPassword 403, tooManyRequests 429 after ten wrong ones a day
   */
  readonly assertPassword: (session: AccountSession, password: string) => Promise<void>
  /** @throws noSuchTimeZone 422 */
  readonly changeSettings: (session: AccountSession, settings: AccountSettings) => Promise<void>
  readonly devices: (session: AccountSession) => Promise<SignedInDevices>
  /** Ends one session of the same account. @throws noSuchSession 404 */
  readonly end: (session: AccountSession, sessionId: string) => Promise<void>
  /** Ends every other session of the same account. */
  readonly endOthers: (session: AccountSession) => Promise<void>
  readonly signOut: (session: AccountSession) => Promise<void>
}

export function createOwnAccount({ db, hashing, passwords, management, memberships, now }: OwnAccountDeps): OwnAccount {
  const eventOf = (account: Account) => ({ organisationId: account.organisationId, actor: `account:${account.accountId}`, outcome: 'success' } as const)

  /** The guard has just seen the account. */
  const present = async (accountId: string) => {
    const found = await accountById(db, accountId)
    if (found === undefined) throw new Error('The account of a session is gone.')
    return found
  }

  const assertCurrent = async ({ account, passwordHash }: Awaited<ReturnType<typeof present>>, password: string) => {
    const isRight = await checkCounted({
      db, subject: `change:${account.accountId}`, now: now(), isRight: () => hashing.verify(password, passwordHash),
      refusal: { ...eventOf(account), action: 'account.password', outcome: 'refused' },
    })
    if (!isRight) throw wrongPassword('Give the password you sign in with.')
  }

  /** Sets the password in place of the one that was looked at; every other session ends. */
  const replace = (session: AccountSession, seen: string | undefined, hash: string) => db.transaction(async (trx) => {
    const account = await lockAccount(trx, session.accountId)
    const [current] = await newestHashes(trx, session.accountId, 1)
    if (account === undefined || current !== seen) throw wrongPassword('It has just been changed.')
    await passwords.set(trx, session.accountId, hash)
    const sessionsEnded = await endSessions(trx, session.accountId, session.sessionId)
    await record(trx, [{ ...eventOf(account), action: 'account.password', detail: { sessionsEnded } }])
    await publish(trx, { event: 'account.password-changed', organisationId: account.organisationId, accountId: account.accountId, details: {} })
  })

  const withAccount = async (session: AccountSession, work: (account: Account) => Promise<void>) => work((await present(session.accountId)).account)

  return {
    setFirstPassword: async (session, newPassword) => {
      const { account, passwordHash } = await present(session.accountId)
      if (session.restrictedTo !== 'setPassword') throw passwordNotDue('Change the password by giving the current one.')
      // Who runs the provider could set a password for what he does not administer.
      if (session.vouchedBy !== undefined && await memberships.isSharedBeyond(db, account.accountId, session.vouchedBy)) throw accountProofRequired('Sign in by the one-time password, then set another.')
      await replace(session, passwordHash, await passwords.prepare(db, account.accountId, newPassword))
    },

    changePassword: async (session, { currentPassword, newPassword }) => {
      const found = await present(session.accountId)
      await assertCurrent(found, currentPassword)
      await noteProof(db, session.sessionId)
      await replace(session, found.passwordHash, await passwords.prepare(db, found.account.accountId, newPassword))
    },

    assertPassword: async (session, password) => {
      const live = await sessionById(db, session.sessionId)
      if (live === undefined) throw noSuchSession('It has just been ended.')
      // First: or who has the password and an open session could put another factor in the place of the one he lacks.
      await management.assertGivenLately(live)
      await assertCurrent(await present(session.accountId), password)
      await noteProof(db, session.sessionId)
    },

    prove: async (session, password) => {
      await assertCurrent(await present(session.accountId), password)
      await noteProof(db, session.sessionId)
      await withAccount(session, async (account) => {
        await db.transaction((trx) => record(trx, [{ ...eventOf(account), action: 'account.sign-in', detail: { change: 'proven', sessionId: session.sessionId } }]))
      })
    },

    changeSettings: (session, { autoSignOut, language, timeZone }) => withAccount(session, async (account) => {
      if (timeZone !== undefined && !isTimeZone(timeZone)) throw noSuchTimeZone('Name it as the IANA time zone database does: Asia/Shanghai.')
      await db.transaction(async (trx) => {
        await trx('account').where({ account_id: account.accountId }).update({
          updated_at: now(),
          ...(autoSignOut === undefined ? {} : { auto_sign_out: autoSignOut }),
          ...(language === undefined ? {} : { language }),
          ...(timeZone === undefined ? {} : { time_zone: timeZone }),
        })
        await record(trx, [{ ...eventOf(account), action: 'account.settings', detail: { autoSignOut, language, timeZone } }])
      })
    }),

    devices: async (session) => {
      const { account } = await present(session.accountId)
      return {
        items: (await sessionsOf(db, account, now())).map((row) => ({
          sessionId: row.session_id, isCurrent: row.session_id === session.sessionId, isRemembered: row.is_remembered,
          ...(row.user_agent === null ? {} : { userAgent: row.user_agent }),
          address: row.address, signedInAt: row.created_at.toISOString(), lastActiveAt: row.last_active_at.toISOString(),
        })),
      }
    },

    end: (session, sessionId) => withAccount(session, async (account) => {
      await db.transaction(async (trx) => {
        if (!await endSession(trx, account.accountId, sessionId)) throw noSuchSession('You are not signed in by a session of this id.')
        await record(trx, [{ ...eventOf(account), action: 'account.session-end', detail: { sessionId } }])
      })
    }),

    endOthers: (session) => withAccount(session, async (account) => {
      await db.transaction(async (trx) => {
        const sessionsEnded = await endSessions(trx, account.accountId, session.sessionId)
        await record(trx, [{ ...eventOf(account), action: 'account.session-end', detail: { sessionsEnded } }])
      })
    }),

    signOut: (session) => withAccount(session, async (account) => {
      await db.transaction(async (trx) => {
        await endSession(trx, account.accountId, session.sessionId)
        await record(trx, [{ ...eventOf(account), action: 'account.sign-out', detail: { sessionId: session.sessionId } }])
      })
    }),
  }
}
