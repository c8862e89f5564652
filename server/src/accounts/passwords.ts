/** Setting passwords: the one place where a new one is held against the policy and against those before it (AUTH-14, AUTH-17). */
import { passwordMistakesIn, type PasswordPolicy } from '@isocenter/contracts'
import type { Db, Trx } from '../platform/db.ts'
import { newOneTimePassword } from './one-time-password.ts'
import type { PasswordHashing } from './password-hash.ts'
import { passwordRefused } from './problems.ts'
import { insertPassword, newestHashes } from './store.ts'

/** A one-time password that nobody used is of no use to who finds it later. */
export const oneTimePasswordDays = 7

export interface PasswordsDeps {
  readonly hashing: PasswordHashing
  readonly policy: PasswordPolicy
  /** Of one account: what its organisations ask beside. */
  readonly policyOf: (db: Db, accountId: string) => Promise<PasswordPolicy>
  readonly now: () => Date
}

export interface Passwords {
  /** @throws passwordRefused 422 for a password of a form that is not taken from anybody */
  readonly assertForm: (password: string) => void
  /**
   * The hash of a new password of an account. Takes long: called before the transaction that sets it.
   * @throws passwordRefused 422 with `reasons`
   */
  readonly prepare: (db: Db, accountId: string, password: string) => Promise<string>
  /** Sets a password of its holder's own choice. The account is locked by the caller. */
  readonly set: (trx: Trx, accountId: string, hash: string) => Promise<void>
  /** A fresh one-time password and its hash. */
  readonly prepareOneTime: () => Promise<{ password: string; hash: string; expiresAt: Date }>
  /** Sets one that another person hands over: that the account's holder has its phone is no longer shown by what was proven before. */
  readonly setOneTime: (trx: Trx, accountId: string, prepared: { readonly hash: string; readonly expiresAt: Date }) => Promise<void>
}

export function createPasswords({ hashing, policy, policyOf, now }: PasswordsDeps): Passwords {
  // Whose it is may not be known yet: an organisation may take characters that the standard policy does not.
  const assertForm = (password: string, of: PasswordPolicy = { ...policy, allowsOtherCharacters: true }) => {
    const mistakes = passwordMistakesIn(password, of)
    if (mistakes.length > 0) throw passwordRefused('It does not have the form passwords have here.', { reasons: mistakes })
  }

  return {
    assertForm,
    prepare: async (db, accountId, password) => {
      assertForm(password, await policyOf(db, accountId))
      for (const hash of await newestHashes(db, accountId, policy.remembered)) {
        if (await hashing.verify(password, hash)) throw passwordRefused(`It is one of the last ${String(policy.remembered)}.`, { reasons: ['usedBefore'] })
      }
      return hashing.hash(password)
    },
    set: (trx, accountId, hash) => insertPassword(trx, { accountId, hash, oneTimeUntil: undefined, remembered: policy.remembered, now: now() }),
    prepareOneTime: async () => {
      const password = newOneTimePassword()
      return { password, hash: await hashing.hash(password), expiresAt: new Date(now().getTime() + oneTimePasswordDays * 86_400_000) }
    },
    setOneTime: async (trx, accountId, { hash, expiresAt }) => {
      await insertPassword(trx, { accountId, hash, oneTimeUntil: expiresAt, remembered: policy.remembered, now: now() })
      await trx('account').where({ account_id: accountId }).update({ phone_proven_at: null })
    },
  }
}
