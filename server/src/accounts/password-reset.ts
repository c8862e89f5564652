/** Forgotten passwords (AUTH-13): a code to where the account is known to be reached, good for ten minutes and five tries. */
import { randomInt, randomUUID, timingSafeEqual } from 'node:crypto'
import type { PasswordReset, PasswordResetCompletion, PasswordResetRequest } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import type { Sealing } from '../identity/index.ts'
import type { Outbox } from '../notifications/index.ts'
import type { Db } from '../platform/db.ts'
import { addressKey, createRateLimit, tooManyRequests } from '../platform/rate-limit.ts'
import { subjectOfAccount, subjectOfLogin } from './attempts.ts'
import type { Captchas } from './captcha.ts'
import { readLogin } from './login.ts'
import type { Passwords } from './passwords.ts'
import { captchaNeeded, resetRefused } from './problems.ts'
import { endSessions } from './sessions.ts'
import { accountByLogin, lockAccount } from './store.ts'

const minuteMs = 60_000
const codeMinutes = 10
const triesPerCode = 5
/** Codes for one name in an hour: 25 guesses at a million, and no flood of messages. */
const codesPerHour = 5
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

interface ResetRow {
  readonly account_id: string | null
  readonly sealed: Buffer
  readonly sealed_with: string
}

const purposeOf = (resetId: string) => `password-reset:${resetId}`
const refused = () => resetRefused('Check the code, or ask for another.')

export function createPasswordResets({ db, sealing, captchas, passwords, outbox, now }: PasswordResetDeps): PasswordResets {
  const addresses = createRateLimit(requestsOfAddress)
  const guesses = createRateLimit(requestsOfAddress)

  /** Whose reset it is, when the code is right; every look is a try. */
  const look = async (resetId: string, code: string): Promise<string | undefined> => {
    const [row] = await db('password_reset').where({ reset_id: resetId }).whereNull('completed_at').where('expires_at', '>', now()).where('tries', '<', triesPerCode)
      .update({ tries: db.raw('tries + 1') }).returning<ResetRow[]>(['account_id', 'sealed', 'sealed_with'])
    const expected = row && sealing.open({ kid: row.sealed_with, bytes: row.sealed }, purposeOf(resetId))
    const isRight = expected !== undefined && timingSafeEqual(Buffer.from(expected), Buffer.from(code))
    return isRight ? row?.account_id ?? undefined : undefined
  }

  return {
    request: async ({ login: typed, captcha }, address) => {
      const place = addressKey(address)
      addresses.check(place)
      addresses.use(place)
      if (!await captchas.take(captcha)) throw captchaNeeded('The solution is wrong, used before, or too late.')
      const login = readLogin(typed) ?? { kind: 'loginName', value: typed }
      const account = (await accountByLogin(db, login))?.account
      const subject = account === undefined ? subjectOfLogin(login) : subjectOfAccount(account.accountId)
      const accountId = account?.isSuspended === false ? account.accountId : undefined
      const resetId = randomUUID()
      const code = String(randomInt(1_000_000)).padStart(6, '0')
      const { kid, bytes } = sealing.seal(code, purposeOf(resetId))
      const expiresAt = new Date(now().getTime() + codeMinutes * minuteMs)
      await db.transaction(async (trx) => {
        // One after another, or ten requests at once would all see none before them.
        await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`password-reset ${subject}`])
        const recent = await trx('password_reset').where({ subject }).where('created_at', '>', new Date(now().getTime() - 60 * minuteMs)).select('reset_id')
        if (recent.length >= codesPerHour) throw tooManyRequests('Wait before asking for another code.', {}, { 'retry-after': '3600' })
        // Only the newest code of a name is good.
        await trx('password_reset').where({ subject }).update({ expires_at: trx.raw('least(expires_at, ?)', [now()]) })
        await trx('password_reset').insert({ reset_id: resetId, subject, account_id: accountId ?? null, sealed: bytes, sealed_with: kid, created_at: now(), expires_at: expiresAt })
        await outbox.add(trx, { kind: 'password-reset-code', values: { code, minutes: codeMinutes }, accountId, expiresAt })
      })
      return { resetId, expiresAt: expiresAt.toISOString() }
    },

    complete: async (resetId, { code, newPassword }, address) => {
      const place = addressKey(address)
      guesses.check(place)
      // First: a slip in the new password shall not cost one of the five tries.
      passwords.assertForm(newPassword)
      const accountId = await look(resetId, code)
      if (accountId === undefined) {
        guesses.use(place)
        throw refused()
      }
      const hash = await passwords.prepare(db, accountId, newPassword)
      await db.transaction(async (trx) => {
        const account = await lockAccount(trx, accountId)
        const completed = await trx('password_reset').where({ reset_id: resetId }).whereNull('completed_at').update({ completed_at: now() })
        if (account === undefined || account.isSuspended || completed !== 1) throw refused()
        await passwords.set(trx, accountId, hash)
        const sessionsEnded = await endSessions(trx, accountId)
        await record(trx, [{ organisationId: account.organisationId, actor: `account:${accountId}`, action: 'account.password-reset', outcome: 'success', detail: { address, sessionsEnded } }])
        await outbox.add(trx, { kind: 'password-changed', values: {}, accountId, expiresAt: new Date(now().getTime() + 24 * 60 * minuteMs) })
      })
    },

    // An hour back they count for the limit.
    forget: async () => { await db('password_reset').where('created_at', '<', new Date(now().getTime() - 2 * 60 * minuteMs)).delete() },
  }
}
