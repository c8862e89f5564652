/** Second factors: an authenticator's codes, and recovery codes for who has lost it. */
import { randomBytes } from 'node:crypto'
import { secondFactorWays, type PasswordProof, type RecoveryCodes, type SecondFactorWay, type TotpEnrolment } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import type { AccountSession, Sealing } from '../identity/index.ts'
import { publish } from '../notifications/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { newTypedCode, typedCodeHash } from '../platform/typed-code.ts'
import { checkCounted } from './counted-check.ts'
import type { OwnAccount } from './own-account.ts'
import { secondFactorNotDue, secondFactorThere, wrongSecondFactor } from './problems.ts'
import { endSessions, noteSecondFactor } from './sessions.ts'
import { accountById, lockAccount, type Account } from './store.ts'
import { base32, keyUri, secretBytes, stepOf } from './totp.ts'

const recoveryCodes = 10
/** 80 random bits. */
const recoveryCodeShape = { groups: 4, groupLength: 4 }

export interface SecondFactorDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly own: Pick<OwnAccount, 'assertPassword'>
  readonly now: () => Date
}

export interface SecondFactor {
  /** Makes a secret for an authenticator; good when a code of it has been shown. @throws stepUpRequired 403, wrongPassword 403, secondFactorThere 409 */
  readonly begin: (session: AccountSession, proof: PasswordProof) => Promise<TotpEnrolment>
  /** From now on each sign-in needs a code; every other session ends. @throws wrongSecondFactor 403, secondFactorThere 409 */
  readonly confirm: (session: AccountSession, code: string) => Promise<RecoveryCodes>
  /** Makes a session that gave the password alone a full one, and any session one that has given it lately (AUTH-11). Recovery codes are taken too, each once. @throws wrongSecondFactor 403, secondFactorNotDue 409, tooManyRequests 429 */
  readonly give: (session: AccountSession, code: string) => Promise<void>
  /** Takes the authenticator away; passkeys stay. @throws stepUpRequired 403, wrongPassword 403 */
  readonly remove: (session: AccountSession, proof: PasswordProof) => Promise<void>
}

interface TotpRow {
  readonly sealed: Buffer
  readonly sealed_with: string
  readonly confirmed_at: Date | null
}

const purposeOf = (accountId: string) => `totp:${accountId}`

/** Takes every second factor of an account away, as for who has lost them all. The account is locked by the caller. */
export async function forgetSecondFactor(trx: Trx, accountId: string): Promise<void> {
  await trx('account_totp').where({ account_id: accountId }).delete()
  await trx('passkey').where({ account_id: accountId }).delete()
  await trx('recovery_code').where({ account_id: accountId }).delete()
  // There is as much time to set one up as there was at first.
  await trx('account').where({ account_id: accountId }).update({ has_second_factor: false, second_factor_asked_at: null })
}

/** After one was removed: with the last of them go the recovery codes, and nothing is asked for at sign-in any more. The account is locked by the caller. */
export async function settleSecondFactor(trx: Trx, accountId: string): Promise<void> {
  const rest = await waysOf(trx, accountId)
  if (rest.includes('totp') || rest.includes('passkey')) return
  await trx('recovery_code').where({ account_id: accountId }).delete()
  await trx('account').where({ account_id: accountId }).update({ has_second_factor: false })
}

/** By which an account can give a second factor. */
export async function waysOf(db: Db, accountId: string): Promise<SecondFactorWay[]> {
  const [found] = await rows<Record<SecondFactorWay, boolean>>(db, `
    select exists (select from account_totp where account_id = ? and confirmed_at is not null) as totp,
      exists (select from passkey where account_id = ?) as passkey,
      exists (select from recovery_code where account_id = ?) as "recoveryCode"`, [accountId, accountId, accountId])
  return secondFactorWays.filter((way) => found?.[way])
}

/** Gives an account fresh recovery codes in place of those it had. */
export async function renewRecoveryCodes(trx: Trx, accountId: string): Promise<string[]> {
  const codes = Array.from({ length: recoveryCodes }, () => newTypedCode(recoveryCodeShape))
  await trx('recovery_code').where({ account_id: accountId }).delete()
  await trx('recovery_code').insert(codes.map((one) => ({ account_id: accountId, code_sha256: typedCodeHash(one) })))
  return codes
}

export function createSecondFactor({ db, sealing, own, now }: SecondFactorDeps): SecondFactor {
  const present = async ({ accountId }: AccountSession) => {
    const found = await accountById(db, accountId)
    if (found === undefined) throw new Error('The account of a session is gone.')
    return found
  }
  const eventOf = (account: Account, detail: Readonly<Record<string, unknown>>) => ({
    organisationId: account.organisationId,
    actor: `account:${account.accountId}`,
    action: 'account.second-factor',
    outcome: 'success',
    detail,
  } as const)

  /** Takes a code of the authenticator, for the first time it is shown. */
  const takeSecret = async (accountId: string, code: string): Promise<Buffer | undefined> => {
    const row = await db('account_totp').where({ account_id: accountId }).first<TotpRow | undefined>('sealed', 'sealed_with', 'confirmed_at')
    const secret = row && sealing.open({ kid: row.sealed_with, bytes: row.sealed }, purposeOf(accountId))
    const step = secret === undefined ? undefined : stepOf(Buffer.from(secret, 'base64'), code, now())
    // The secret that was looked at: another may have been begun meanwhile.
    const isTaken = row !== undefined && step !== undefined && await db('account_totp').where({ account_id: accountId, sealed: row.sealed }).where('last_step', '<', step).update({ last_step: step }) === 1
    return isTaken ? row.sealed : undefined
  }
  const takeTotp = async (accountId: string, code: string): Promise<boolean> => await takeSecret(accountId, code) !== undefined
  const takeRecoveryCode = async (accountId: string, code: string): Promise<boolean> =>
    await db('recovery_code').where({ account_id: accountId, code_sha256: typedCodeHash(code) }).delete() === 1

  /** @throws wrongSecondFactor 403, tooManyRequests 429 */
  const assertCode = async (account: Account, takers: readonly ((accountId: string, code: string) => Promise<boolean>)[], code: string) => {
    const isRight = await checkCounted({
      db, subject: `code:${account.accountId}`, now: now(), refusal: { ...eventOf(account, { proof: 'code' }), outcome: 'refused' },
      isRight: async () => {
        for (const take of takers) if (await take(account.accountId, code)) return true
        return false
      },
    })
    if (!isRight) throw wrongSecondFactor('Give the code the authenticator shows now; each is taken once.')
  }

  return {
    begin: async (session, { password }) => {
      await own.assertPassword(session, password)
      const { account } = await present(session)
      const secret = randomBytes(secretBytes)
      const { kid, bytes } = sealing.seal(secret.toString('base64'), purposeOf(account.accountId))
      await db.transaction(async (trx) => {
        await lockAccount(trx, account.accountId)
        if ((await waysOf(trx, account.accountId)).includes('totp')) throw secondFactorThere('Remove it first.')
        const fresh = { sealed: bytes, sealed_with: kid, created_at: now(), confirmed_at: null, last_step: 0 }
        await trx('account_totp').insert({ account_id: account.accountId, ...fresh }).onConflict('account_id').merge(fresh)
      })
      return { secret: base32(secret), uri: keyUri(secret, 'Isocenter', account.phone) }
    },

    confirm: async (session, code) => {
      const { account } = await present(session)
      if ((await waysOf(db, account.accountId)).includes('totp')) throw secondFactorThere('It has been confirmed already.')
      let shown: Buffer | undefined
      await assertCode(account, [async (accountId, code) => (shown = await takeSecret(accountId, code)) !== undefined], code)
      return db.transaction(async (trx) => {
        await lockAccount(trx, account.accountId)
        if ((await waysOf(trx, account.accountId)).includes('totp')) throw secondFactorThere('It has been confirmed already.')
        const confirmed = await trx('account_totp').where({ account_id: account.accountId, sealed: shown ?? Buffer.alloc(0) }).update({ confirmed_at: now() })
        if (confirmed !== 1) throw wrongSecondFactor('Another secret has been begun meanwhile: give a code of that one.')
        await trx('account').where({ account_id: account.accountId }).update({ has_second_factor: true })
        const codes = await renewRecoveryCodes(trx, account.accountId)
        await noteSecondFactor(trx, session.sessionId, now())
        const sessionsEnded = await endSessions(trx, account.accountId, session.sessionId)
        await record(trx, [eventOf(account, { change: 'enrolled', sessionsEnded })])
        await publish(trx, { event: 'account.second-factor-changed', organisationId: account.organisationId, accountId: account.accountId, details: { isOn: true } })
        return { recoveryCodes: codes }
      })
    },

    give: async (session, code) => {
      const { account } = await present(session)
      if (!account.hasSecondFactor) throw secondFactorNotDue('The account has none.')
      await assertCode(account, [takeTotp, takeRecoveryCode], code)
      await db.transaction(async (trx) => {
        await noteSecondFactor(trx, session.sessionId, now())
        await record(trx, [eventOf(account, { sessionId: session.sessionId })])
      })
    },

    remove: async (session, { password }) => {
      await own.assertPassword(session, password)
      const { account } = await present(session)
      await db.transaction(async (trx) => {
        await lockAccount(trx, session.accountId)
        await trx('account_totp').where({ account_id: session.accountId }).delete()
        await settleSecondFactor(trx, session.accountId)
        await record(trx, [eventOf(account, { change: 'removed' })])
        await publish(trx, { event: 'account.second-factor-changed', organisationId: account.organisationId, accountId: account.accountId, details: { isOn: false } })
      })
    },
  }
}
