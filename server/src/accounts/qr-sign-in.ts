/**
 * Signing a desktop in by a phone (AUTH-04, D-05), as OAuth's device grant does it: the desktop shows a code, the phone that is signed in sees who asks and
 * approves, the desktop gets a session of its own. The code is bound to the browser that asked for it by a cookie; who reads it off a screen gets nothing.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { QrSignInProgress, QrSignInRequest, QrSignInState } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import type { AccountSession } from '../identity/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { addressKey } from '../platform/rate-limit.ts'
import { createSharedRateLimit } from '../platform/shared-rate-limit.ts'
import { isFrozen, subjectOfAccount } from './attempts.ts'
import { accountFrozen, accountSuspended, noSuchQrSignIn, qrSignInNotApproved } from './problems.ts'
import { endSessionOfToken, liveSessionById, openSession, type LiveSession, type SessionOpening } from './sessions.ts'
import type { Caller } from './sign-in.ts'
import { accountById, lockAccount, rememberAddress, type Account } from './store.ts'
import type { Told } from './told.ts'
import { createWaiting } from './waiting.ts'

const lifetimeMs = 3 * 60_000
const longestWaitMs = 25_000
const maxUserAgentLength = 300
const addressKnownMs = 90 * 86_400_000
/** Codes of one address: a hospital's morning shift shares one. */
const codesOfAddress = { burst: 60, refillMs: 2_000 }

export interface QrSignInDeps {
  readonly db: Db
  readonly told: Told
  readonly now: () => Date
}

/** What a desktop is told that asks to be let in. */
export interface BegunQrSignIn {
  /** for the QR code */
  readonly code: string
  /** for the cookie */
  readonly browserSecret: string
  readonly comparison: string
  readonly expiresAt: Date
}

export interface QrSignIns {
  /** @throws tooManyRequests 429 */
  readonly begin: (caller: Pick<Caller, 'address' | 'userAgent'>) => Promise<BegunQrSignIn>
  /** Answers when the state is another than the one known, after 25 seconds, or when nobody waits any more. @throws noSuchQrSignIn 404 */
  readonly progress: (browserSecret: string | undefined, known: QrSignInState | undefined, gone: AbortSignal) => Promise<QrSignInProgress>
  /** The desktop's session, once, while the session that approved it lives. @throws noSuchQrSignIn 404, qrSignInNotApproved 409, accountFrozen 403, accountSuspended 403 */
  readonly finish: (browserSecret: string | undefined, caller: Caller) => Promise<SessionOpening>
  /** Who asks. @throws noSuchQrSignIn 404 */
  readonly look: (session: AccountSession, code: string, address: string) => Promise<QrSignInRequest>
  /** @throws noSuchQrSignIn 404, accountFrozen 403 */
  readonly approve: (session: AccountSession, code: string) => Promise<void>
  /** @throws noSuchQrSignIn 404 */
  readonly refuse: (session: AccountSession, code: string) => Promise<void>
  /** For who signs in for the first time on the phone: the code still waits for somebody. @throws noSuchQrSignIn 404 */
  readonly assertOpen: (code: string) => Promise<void>
  /** Approves in the transaction that opens the phone's own session. @throws noSuchQrSignIn 404 */
  readonly approveWithin: (trx: Trx, session: Pick<LiveSession, 'sessionId' | 'account'>, code: string) => Promise<void>
  /** Tells the desktop, after the transaction. */
  readonly tell: (code: string) => Promise<void>
  readonly forget: () => Promise<void>
  /** Lets those who wait go. */
  readonly close: () => void
}

interface QrRow {
  readonly qr_sign_in_id: string
  readonly state: 'waiting' | 'seen' | 'approved' | 'refused' | 'taken'
  readonly user_agent: string | null
  readonly address: string
  readonly created_at: Date
  readonly expires_at: Date
  readonly account_id: string | null
  readonly approved_in: string | null
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
/** Two digits for people to compare; who guesses them has nothing. */
const comparisonOf = (code: string): string => String(hashOf(`comparison ${code}`).readUInt32BE() % 100).padStart(2, '0')
const gone = () => noSuchQrSignIn('Show another one on the desktop.')

export function createQrSignIns({ db, told, now }: QrSignInDeps): QrSignIns {
  const making = createSharedRateLimit(db, 'qr-sign-in', codesOfAddress)
  const waiting = createWaiting(told.onQr)

  const ofBrowser = async (db: Db, secret: string | undefined): Promise<QrRow> => {
    const row = secret === undefined ? undefined : await db('qr_sign_in').where({ browser_sha256: hashOf(secret) }).first<QrRow | undefined>()
    if (row === undefined) throw noSuchQrSignIn('This browser has asked for none.')
    return row
  }
  const stateOf = ({ state, expires_at }: QrRow): QrSignInState => (state === 'taken' || (state !== 'refused' && expires_at <= now()) ? 'expired' : state)
  const open = (db: Db, code: string) => db('qr_sign_in').where({ code_sha256: hashOf(code) }).whereIn('state', ['waiting', 'seen']).where('expires_at', '>', now())
  const tell = async (code: string) => {
    const row = await db('qr_sign_in').where({ code_sha256: hashOf(code) }).first<{ qr_sign_in_id: string } | undefined>('qr_sign_in_id')
    if (row !== undefined) await told.tellQr(row.qr_sign_in_id)
  }
  const present = async (accountId: string): Promise<Account> => {
    const found = await accountById(db, accountId)
    if (found === undefined) throw new Error('The account of a session is gone.')
    return found.account
  }
  const eventOf = (account: Account, detail: Readonly<Record<string, unknown>>) => ({
    organisationId: account.organisationId,
    actor: `account:${account.accountId}`,
    action: 'account.sign-in',
    detail: { by: 'qr', ...detail },
  } as const)
  const frozen = () => accountFrozen('Ten wrong passwords were given today. An administrator can release it before tomorrow.')

  const approveWithin: QrSignIns['approveWithin'] = async (trx, { sessionId, account }, code) => {
    const [row] = await open(trx, code).update({ state: 'approved', account_id: account.accountId, approved_in: sessionId }).returning<QrRow[]>('*')
    if (row === undefined) throw gone()
    await record(trx, [{ ...eventOf(account, { change: 'approved', desktopAddress: row.address }), outcome: 'success' }])
  }

  return {
    begin: async ({ address, userAgent }) => {
      await making.take(addressKey(address))
      const code = randomBytes(16).toString('base64url')
      const browserSecret = randomBytes(32).toString('base64url')
      const expiresAt = new Date(now().getTime() + lifetimeMs)
      await db('qr_sign_in').insert({ code_sha256: hashOf(code), browser_sha256: hashOf(browserSecret), user_agent: userAgent?.slice(0, maxUserAgentLength) ?? null, address, created_at: now(), expires_at: expiresAt })
      return { code, browserSecret, comparison: comparisonOf(code), expiresAt }
    },

    progress: async (browserSecret, known, gone) => {
      const { qr_sign_in_id: id } = await ofBrowser(db, browserSecret)
      const until = performance.now() + longestWaitMs
      for (;;) {
        // First the ear, then the eye: what happens between the two is heard.
        const turn = waiting.turnOf(id, until - performance.now(), gone)
        try {
          const state = stateOf(await ofBrowser(db, browserSecret))
          if (state !== known || await turn.done !== 'told') return { state }
          // What was told may be what is known already.
        } finally {
          turn.end()
        }
      }
    },

    finish: async (browserSecret, { address, userAgent, language, token }) => {
      const outcome = await db.transaction(async (trx) => {
        const { qr_sign_in_id: id } = await ofBrowser(trx, browserSecret)
        const row = await trx('qr_sign_in').where({ qr_sign_in_id: id }).forUpdate().first<QrRow | undefined>()
        if (row === undefined || row.state === 'taken') throw noSuchQrSignIn('This browser has asked for none.')
        if (stateOf(row) !== 'approved' || row.account_id === null || row.approved_in === null) throw qrSignInNotApproved('Approve it on the phone first.', { state: stateOf(row) })
        await trx('qr_sign_in').where({ qr_sign_in_id: id }).update({ state: 'taken' })
        const account = await lockAccount(trx, row.account_id)
        const approvedIn = await liveSessionById(trx, row.approved_in, now())
        if (account === undefined || approvedIn === undefined) return { obstacle: gone() }
        const obstacle = account.isSuspended ? accountSuspended('Ask the administrator of your organisation.') : await isFrozen(trx, subjectOfAccount(account.accountId), now()) ? frozen() : undefined
        if (obstacle !== undefined) {
          await record(trx, [{ ...eventOf(account, { address }), outcome: 'refused' }])
          return { obstacle }
        }
        await rememberAddress(trx, account.accountId, addressKey(address), new Date(now().getTime() + addressKnownMs))
        if (token !== undefined) await endSessionOfToken(trx, token)
        const opened = await openSession(trx, { account, proof: 'vouchedFor', vouchedBy: approvedIn.vouchedBy, isRemembered: false, userAgent, language, address, now: now() })
        // Where a provider stands behind the phone's session it stands behind this one: what ends that one there ends both.
        await trx.raw('insert into external_session (session_id, identity_id, sid) select ?, identity_id, sid from external_session where session_id = ?', [opened.session.sessionId, row.approved_in])
        await record(trx, [{ ...eventOf(account, { address, sessionId: opened.session.sessionId, approvedIn: row.approved_in }), outcome: 'success' }])
        return { opened }
      })
      if (outcome.opened === undefined) throw outcome.obstacle
      return outcome.opened
    },

    look: async (_session, code, address) => {
      const row = await open(db, code).first<QrRow | undefined>()
      if (row === undefined) throw gone()
      if (row.state === 'waiting' && await open(db, code).update({ state: 'seen' }) === 1) await told.tellQr(row.qr_sign_in_id)
      return {
        ...(row.user_agent === null ? {} : { userAgent: row.user_agent }), address: row.address, isSameAddress: addressKey(row.address) === addressKey(address),
        askedAt: row.created_at.toISOString(), expiresAt: row.expires_at.toISOString(), comparison: comparisonOf(code),
      }
    },

    approve: async ({ accountId, sessionId }, code) => {
      const account = await present(accountId)
      // Who is signed in stays so while the account is frozen; nobody else gets in.
      if (await isFrozen(db, subjectOfAccount(accountId), now())) throw frozen()
      await db.transaction((trx) => approveWithin(trx, { sessionId, account }, code))
      await tell(code)
    },

    refuse: async ({ accountId }, code) => {
      const account = await present(accountId)
      await db.transaction(async (trx) => {
        const [row] = await open(trx, code).update({ state: 'refused' }).returning<QrRow[]>('*')
        if (row === undefined) throw gone()
        await record(trx, [{ ...eventOf(account, { change: 'refused', desktopAddress: row.address }), outcome: 'refused' }])
      })
      await tell(code)
    },

    assertOpen: async (code) => { if (await open(db, code).first<object | undefined>('qr_sign_in_id') === undefined) throw gone() },
    approveWithin,
    tell,
    forget: async () => { await db('qr_sign_in').where('expires_at', '<', now()).delete() },
    close: waiting.close,
  }
}
