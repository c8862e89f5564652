/** Forgotten passwords (AUTH-13): a code to where the account is known to be reached. */
import type { PasswordReset, PasswordResetCompletion, PasswordResetRequest } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import type { Sealing } from '../identity/index.ts'
import { publish, type Outbox } from '../notifications/index.ts'
import type { Db } from '../platform/db.ts'
import { addressKey } from '../platform/rate-limit.ts'
import { createSharedRateLimit } from '../platform/shared-rate-limit.ts'
import { subjectOfAccount, subjectOfLogin } from './attempts.ts'
import type { Captchas } from './captcha.ts'
import { readLogin } from './login.ts'
import type { Passwords } from './passwords.ts'
import { captchaNeeded, resetRefused } from './problems.ts'
import { codeMinutes, createSentCodes } from './sent-codes.ts'
import { endSessions } from './sessions.ts'
import { accountByLogin, lockAccount } from './store.ts'

const dayMs = 86_400_000
const requestsOfAddress = { burst: 20, refillMs: 30_000 }

export interface PasswordResetDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly captchas: Captchas
  readonly passwords: Passwords
  readonly outbox: Pick<Outbox, 'add'>
  readonly now: () => Date
}

export interface PasswordResets {
  /** Sends a code, where there is such an account; answers alike and does the same work where there is none. @throws captchaNeeded 403, tooManyRequests 429 */
  readonly request: (request: PasswordResetRequest, address: string) => Promise<PasswordReset>
  /** Sets the password, ends all sessions, and tells the account's holder. @throws resetRefused 403, passwordRefused 422, tooManyRequests 429 */
  readonly complete: (resetId: string, completion: PasswordResetCompletion, address: string) => Promise<void>
  readonly forget: () => Promise<void>
}

const refused = () => resetRefused('Check the code, or ask for another.')

export function createPasswordResets({ db, sealing, captchas, passwords, outbox, now }: PasswordResetDeps): PasswordResets {
  const addresses = createSharedRateLimit(db, 'password-reset', requestsOfAddress)
  const guesses = createSharedRateLimit(db, 'password-reset-guess', requestsOfAddress)
  const codes = createSentCodes({ db, sealing, now, table: 'password_reset', idColumn: 'reset_id' })

  return {
    request: async ({ login: typed, captcha }, address) => {
      await addresses.take(addressKey(address))
      if (!await captchas.take(captcha)) throw captchaNeeded('The solution is wrong, used before, or too late.')
      const login = readLogin(typed) ?? { kind: 'loginName', value: typed }
      const account = (await accountByLogin(db, login))?.account
      const subject = account === undefined ? subjectOfLogin(login) : subjectOfAccount(account.accountId)
      const accountId = account?.isSuspended === false ? account.accountId : undefined
      const { id, expiresAt } = await codes.make(subject, accountId, (trx, { code, expiresAt }) =>
        outbox.add(trx, { kind: 'password-reset-code', values: { code, minutes: codeMinutes }, accountId, expiresAt }), subjectOfLogin(login))
      return { resetId: id, expiresAt: expiresAt.toISOString() }
    },

    complete: async (resetId, { code, newPassword }, address) => {
      const place = addressKey(address)
      // First: a slip in the new password shall not cost one of the five tries.
      passwords.assertForm(newPassword)
      const accountId = await guesses.takeIf(place, async (counts) => {
        const found = await codes.look(resetId, code)
        if (found !== undefined) return found
        counts()
        throw refused()
      })
      const hash = await passwords.prepare(db, accountId, newPassword)
      await db.transaction(async (trx) => {
        const account = await lockAccount(trx, accountId)
        if (!await codes.complete(trx, resetId) || account === undefined || account.isSuspended) throw refused()
        await passwords.set(trx, accountId, hash)
        const sessionsEnded = await endSessions(trx, accountId)
        await record(trx, [{ organisationId: account.organisationId, actor: `account:${accountId}`, action: 'account.password-reset', outcome: 'success', detail: { address, sessionsEnded } }])
        await publish(trx, { event: 'account.password-reset', organisationId: account.organisationId, accountId, details: {} })
        await outbox.add(trx, { kind: 'password-changed', values: {}, accountId, expiresAt: new Date(now().getTime() + dayMs) })
      })
    },

    forget: codes.forget,
  }
}
