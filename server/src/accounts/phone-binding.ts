/**
 * The first sign-in by QR code (AUTH-05, D-05): somebody an account was made for scans, proves the phone number by a code that is sent to it, and sets the first
 * password; then phone and desktop are signed in. Everything of the account changes in the last step, in one transaction: a sequence that is left leaves nothing.
 */
import type { PhoneBinding, PhoneBindingCompletion, PhoneBindingRequest } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import type { Sealing } from '../identity/index.ts'
import type { Outbox } from '../notifications/index.ts'
import type { Db } from '../platform/db.ts'
import { addressKey } from '../platform/rate-limit.ts'
import { createSharedRateLimit } from '../platform/shared-rate-limit.ts'
import { isFrozen, subjectOfAccount, subjectOfLogin } from './attempts.ts'
import type { Captchas } from './captcha.ts'
import { readPhone } from './login.ts'
import type { Passwords } from './passwords.ts'
import { bindingRefused, captchaNeeded } from './problems.ts'
import type { QrSignIns } from './qr-sign-in.ts'
import { codeMinutes, createSentCodes } from './sent-codes.ts'
import { endSessions, endSessionOfToken, openSession, type SessionOpening } from './sessions.ts'
import type { Caller } from './sign-in.ts'
import { accountByLogin, lockAccount, rememberAddress } from './store.ts'

const requestsOfAddress = { burst: 20, refillMs: 30_000 }
const addressKnownMs = 90 * 86_400_000

export interface PhoneBindingDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly captchas: Captchas
  readonly passwords: Passwords
  readonly outbox: Pick<Outbox, 'add'>
  readonly qr: Pick<QrSignIns, 'assertOpen' | 'approveWithin' | 'tell'>
  readonly now: () => Date
}

export interface PhoneBindings {
  /** Sends a code, where an account with this phone number waits for its first password; answers alike where none does. @throws noSuchQrSignIn 404, captchaNeeded 403, tooManyRequests 429 */
  readonly request: (request: PhoneBindingRequest, address: string) => Promise<PhoneBinding>
  /**
   * Sets the password, opens a session on the phone and approves the desktop's; one that still has to give a second factor approves nothing yet.
   * @throws noSuchQrSignIn 404, bindingRefused 403, passwordRefused 422, tooManyRequests 429
   */
  readonly complete: (bindingId: string, completion: PhoneBindingCompletion, caller: Caller) => Promise<SessionOpening>
  readonly forget: () => Promise<void>
}

const refused = () => bindingRefused('Check the code, or ask for another.')

export function createPhoneBindings({ db, sealing, captchas, passwords, outbox, qr, now }: PhoneBindingDeps): PhoneBindings {
  const addresses = createSharedRateLimit(db, 'phone-binding', requestsOfAddress)
  const guesses = createSharedRateLimit(db, 'phone-binding-guess', requestsOfAddress)
  const codes = createSentCodes({ db, sealing, now, table: 'phone_binding', idColumn: 'binding_id' })

  return {
    request: async ({ code: qrCode, phone: typed, captcha }, address) => {
      await addresses.take(addressKey(address))
      if (!await captchas.take(captcha)) throw captchaNeeded('The solution is wrong, used before, or too late.')
      await qr.assertOpen(qrCode)
      const phone = readPhone(typed) ?? typed
      const login = { kind: 'phone', value: phone } as const
      const account = (await accountByLogin(db, login))?.account
      const accountId = account?.mustSetPassword === true && !account.isSuspended ? account.accountId : undefined
      const subject = account === undefined ? subjectOfLogin(login) : subjectOfAccount(account.accountId)
      const { id, expiresAt } = await codes.make(subject, accountId, (trx, { code, expiresAt }) =>
        // To the phone and nowhere else: it is the phone that is proven.
        outbox.add(trx, { kind: 'phone-binding-code', values: { code, minutes: codeMinutes }, accountId, to: { channel: 'sms', address: phone }, expiresAt }))
      return { bindingId: id, expiresAt: expiresAt.toISOString() }
    },

    complete: async (bindingId, { code: qrCode, proof, newPassword }, { address, userAgent, language, token }) => {
      const place = addressKey(address)
      // First: a slip in the new password, or a QR code that has gone, shall not cost one of the five tries.
      passwords.assertForm(newPassword)
      await qr.assertOpen(qrCode)
      const accountId = await guesses.takeIf(place, async (counts) => {
        const found = await codes.look(bindingId, proof)
        if (found !== undefined) return found
        counts()
        throw refused()
      })
      const hash = await passwords.prepare(db, accountId, newPassword)
      const opened = await db.transaction(async (trx) => {
        const account = await lockAccount(trx, accountId)
        if (!await codes.complete(trx, bindingId) || account?.mustSetPassword !== true || account.isSuspended || await isFrozen(trx, subjectOfAccount(accountId), now())) throw refused()
        await passwords.set(trx, accountId, hash)
        await trx('account').where({ account_id: accountId }).update({ phone_proven_at: now() })
        const sessionsEnded = await endSessions(trx, accountId)
        if (token !== undefined) await endSessionOfToken(trx, token)
        await rememberAddress(trx, accountId, place, new Date(now().getTime() + addressKnownMs))
        const opened = await openSession(trx, { account, proof: 'password', isRemembered: true, userAgent, language, address, now: now() })
        const event = { organisationId: account.organisationId, actor: `account:${accountId}`, outcome: 'success' } as const
        await record(trx, [
          { ...event, action: 'account.password', detail: { by: 'phone binding', sessionsEnded } },
          { ...event, action: 'account.sign-in', detail: { by: 'phone binding', address, sessionId: opened.session.sessionId } },
        ])
        if (!opened.session.needsSecondFactor) await qr.approveWithin(trx, { ...opened.session, account }, qrCode)
        return opened
      })
      await qr.tell(qrCode)
      return opened
    },

    forget: codes.forget,
  }
}
