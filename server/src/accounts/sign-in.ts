/** Signing in with a password (AUTH-03, AUTH-09, AUTH-15, AUTH-16). */
import type { SignInRequest } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import { publish } from '../notifications/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { addressKey } from '../platform/rate-limit.ts'
import { createSharedRateLimit } from '../platform/shared-rate-limit.ts'
import type { SpokenLanguage } from './asked-language.ts'
import { beginAttempt, endRight, endUnknown, endWrong, subjectOfAccount, subjectOfLogin, wrongInRow, type Attempt } from './attempts.ts'
import { dayIn } from './calendar.ts'
import type { Captchas } from './captcha.ts'
import { readLogin, type Login } from './login.ts'
import type { PasswordHashing } from './password-hash.ts'
import { platformOrganisation } from './platform-organisation.ts'
import { accountFrozen, accountSuspended, captchaNeeded, oneTimePasswordExpired, signInRefused } from './problems.ts'
import { endSessionOfToken, openSession, type SessionOpening } from './sessions.ts'
import { accountByLogin, isKnownAddress, lockAccount, newestHashes, rememberAddress, replaceHash, type Account } from './store.ts'

const dayMs = 86_400_000
const addressKnownMs = 90 * dayMs
/** After so many wrong ones in a row a captcha is asked for at known addresses too. */
const wrongWithoutCaptcha = 3
/** Refusals of one address. A hospital has one for all who work in it, and its morning shift mistypes together. */
const refusalsOfAddress = { burst: 100, refillMs: 3_000 }

export interface SignInDeps {
  readonly db: Db
  readonly hashing: PasswordHashing
  readonly captchas: Captchas
  /** IANA name of the time zone an organisation lives in; without one, that of names nobody has. */
  readonly timeZoneOf: (organisationId: string | undefined) => Promise<string>
  readonly now: () => Date
}

/** Where a request came from. */
export interface Caller {
  readonly address: string
  readonly userAgent: string | undefined
  /** Of the page. */
  readonly language: SpokenLanguage | undefined
  /** What the browser's cookie holds already: that session ends with the new one. */
  readonly token: string | undefined
}

export type SignIn = (request: SignInRequest, caller: Caller) => Promise<SessionOpening>

const refused = (isCaptchaNeeded: boolean) => signInRefused('Check the account and the password.', { captchaNeeded: isCaptchaNeeded })
const frozen = () => accountFrozen('Ten wrong passwords were given today. An administrator can release it before tomorrow.')

/** Its holder, and those who could release it. */
async function tellOfFreeze(trx: Trx, { accountId, organisationId, name }: Account): Promise<void> {
  const organisation = await trx('organisation').where({ organisation_id: organisationId }).first<{ name: string } | undefined>('name')
  await publish(trx, { event: 'account.frozen', organisationId, accountId, details: {} })
  await publish(trx, { event: 'member.account-frozen', organisationId, exceptAccountId: accountId, recordId: accountId, details: { organisation: organisation?.name ?? '', person: name } })
}

export function createSignIn({ db, hashing, captchas, timeZoneOf, now }: SignInDeps): SignIn {
  const addresses = createSharedRateLimit(db, 'sign-in', refusalsOfAddress)

  const attemptOf = async (login: Login, account: Account | undefined): Promise<Attempt> => {
    const timeZone = await timeZoneOf(account?.organisationId)
    return { subject: account === undefined ? subjectOfLogin(login) : subjectOfAccount(account.accountId), accountId: account?.accountId, day: dayIn(timeZone, now()) }
  }

  const needCaptcha = async ({ subject, accountId }: Attempt, address: string): Promise<boolean> => {
    const isKnown = await isKnownAddress(db, accountId, address, now())
    return await wrongInRow(db, subject) >= wrongWithoutCaptcha || !isKnown
  }

  let platformId: string | undefined
  const platform = async (): Promise<string> => platformId ??= await platformOrganisation(db)

  const wrong = async (attempt: Attempt, account: Account | undefined, address: string): Promise<never> => {
    const after = await db.transaction(async (trx) => {
      const ended = await endWrong(trx, attempt, now())
      if (account === undefined) {
        // Names that nobody has stand in the trail too, without the name: that there was such an attempt is worth knowing, and takes as long.
        await record(trx, [{ organisationId: await platform(), actor: 'command:sign-in', action: 'account.sign-in', outcome: 'refused', detail: { address, reason: 'nobody has the name' } }])
      } else {
        const event = { organisationId: account.organisationId, actor: `account:${account.accountId}`, outcome: 'refused', detail: { address } } as const
        if (ended.hasFrozen) await tellOfFreeze(trx, account)
        await record(trx, [{ ...event, action: 'account.sign-in' }, ...(ended.hasFrozen ? [{ ...event, action: 'account.freeze', outcome: 'success' } as const] : [])])
      }
      return ended
    })
    throw after.hasFrozen ? frozen() : refused(after.wrongInRow >= wrongWithoutCaptcha)
  }

  const attemptSignIn = async ({ login: typed, password, captcha, remember = false }: SignInRequest, { address, userAgent, language, token }: Caller, counts: () => void): ReturnType<SignIn> => {
    const place = addressKey(address)
    const login = readLogin(typed) ?? { kind: 'loginName', value: typed }
    const known = await accountByLogin(db, login)
    const account = known?.account
    const attempt = await attemptOf(login, account)
    if (await needCaptcha(attempt, place) && !(captcha !== undefined && await captchas.take(captcha))) {
      throw captchaNeeded(captcha === undefined ? 'Ask for one and send its solution along.' : 'The solution is wrong, used before, or too late.')
    }
    if (await beginAttempt(db, attempt, now()) === 'frozen') {
      counts()
      throw frozen()
    }
    const isRight = await hashing.verify(password, known?.passwordHash).catch(async (error: unknown) => {
      await endUnknown(db, attempt)
      throw error
    })
    const passwordHash = known?.passwordHash
    if (!isRight || passwordHash === undefined || account === undefined) {
      counts()
      return wrong(attempt, account, address)
    }

    const event = { organisationId: account.organisationId, actor: `account:${account.accountId}`, action: 'account.sign-in', detail: { address } } as const
    const obstacle = account.isSuspended ? accountSuspended('Ask the administrator of your organisation.')
      : account.passwordExpiresAt !== undefined && account.passwordExpiresAt <= now() ? oneTimePasswordExpired('Ask the administrator of your organisation for a new one.')
      : undefined
    if (obstacle !== undefined) {
      await db.transaction(async (trx) => {
        await endRight(trx, attempt)
        await record(trx, [{ ...event, outcome: 'refused' }])
      })
      throw obstacle
    }
    const newerHash = hashing.isOutdated(passwordHash) ? await hashing.hash(password) : undefined
    return db.transaction(async (trx) => {
      await endRight(trx, attempt)
      // A reset may have ended all sessions while the hash was made, or a second factor been set up: this session must not go around either.
      const locked = await lockAccount(trx, account.accountId)
      const [present] = await newestHashes(trx, account.accountId, 1)
      if (present !== passwordHash || locked === undefined || locked.isSuspended) throw refused(false)
      if (newerHash !== undefined) await replaceHash(trx, account.accountId, passwordHash, newerHash)
      await rememberAddress(trx, account.accountId, place, new Date(now().getTime() + addressKnownMs))
      if (token !== undefined) await endSessionOfToken(trx, token)
      const opened = await openSession(trx, { account: locked, proof: 'password', isRemembered: remember, userAgent, language, address, now: now() })
      await record(trx, [{ ...event, outcome: 'success', detail: { address, sessionId: opened.session.sessionId } }])
      return opened
    })
  }

  /**
   * Signs in and opens a session. Names that nobody has are answered as others are, in the same time.
   * @throws signInRefused 401, captchaNeeded 403, accountFrozen 403; with the right password also accountSuspended and oneTimePasswordExpired 403; tooManyRequests 429
   */
  return (request, caller) => addresses.takeIf(addressKey(caller.address), (counts) => attemptSignIn(request, caller, counts))
}
