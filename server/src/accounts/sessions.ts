/** Sessions: rows a browser holds the key to in a cookie. They end by themselves, or at once when their owner or a new password ends them. */
import { createHash, randomBytes } from 'node:crypto'
import type { Db, Trx } from '../platform/db.ts'
import type { SpokenLanguage } from './asked-language.ts'
import { accountColumns, toAccount, type Account, type AccountRow } from './store.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How long sessions live. */
export const sessionLimits = {
  /** AUTH-22, for who has switched it on. */
  autoSignOutMs: 30 * minuteMs,
  /** Of one that was not asked to be remembered (ASVS 3.3.2). */
  browserMs: 12 * hourMs,
  rememberedMs: 30 * dayMs,
  rememberedIdleMs: 14 * dayMs,
} as const

/** Activity is written down no more often: a page asks for dozens of things at once. */
const activityGrainMs = 15_000
const maxUserAgentLength = 300

/** A session that is alive, and whose it is. */
export interface LiveSession {
  readonly sessionId: string
  readonly account: Account
  readonly isRemembered: boolean
  /** The password was given, the second factor not yet. */
  readonly needsSecondFactor: boolean
  /** When the second factor was given last, here. */
  readonly secondFactorAt: Date | undefined
  /** The organisation on whose provider's word alone it was opened; undefined once the account itself was proven. */
  readonly vouchedBy: string | undefined
  /** By an organisation, whatever its person has chosen. */
  readonly isAutoSignOutForced: boolean
  readonly isPasswordChangeForced: boolean
  readonly lastActiveAt: Date
  readonly expiresAt: Date
}

interface SessionRow extends AccountRow {
  readonly session_id: string
  readonly is_remembered: boolean
  readonly needs_second_factor: boolean
  readonly second_factor_at: Date | null
  readonly vouched_by: string | null
  readonly is_auto_sign_out_forced: boolean
  readonly is_password_change_forced: boolean
  readonly last_active_at: Date
  readonly expires_at: Date
}

/** Only its hash is kept: who reads the database signs in nowhere. No slow hash: 256 random bits cannot be guessed. */
const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest()

/** When a session ends unless something is asked for before. */
export function idleEnd({ account, isRemembered, lastActiveAt, expiresAt }: Pick<LiveSession, 'account' | 'isRemembered' | 'lastActiveAt' | 'expiresAt'>): Date {
  const idleMs = account.autoSignOut ? sessionLimits.autoSignOutMs : isRemembered ? sessionLimits.rememberedIdleMs : sessionLimits.browserMs
  // Never before the half hour is over: what was asked within the grain may not have been written down.
  return new Date(Math.min(lastActiveAt.getTime() + idleMs + activityGrainMs, expiresAt.getTime()))
}

/**
 * What a session is opened on: the password alone, which a second factor is asked for after where there is one; both at once, as a passkey is; or
 * the word of somebody who has asked for everything that is needed: a device that is signed in, a provider of the organisation.
 */
export type SessionProof = 'password' | 'bothFactors' | 'vouchedFor'

export interface NewSession {
  readonly account: Account
  readonly proof: SessionProof
  /** The organisation whose provider says who it is. */
  readonly vouchedBy?: string | undefined
  readonly isRemembered: boolean
  readonly userAgent: string | undefined
  /** Of the page it is opened at. */
  readonly language: SpokenLanguage | undefined
  readonly address: string
  readonly now: Date
}

export interface SessionOpening {
  /** what the cookie holds */
  readonly token: string
  readonly session: Pick<LiveSession, 'sessionId' | 'isRemembered' | 'needsSecondFactor'>
}

/** Opens a session and tells the secret that goes into the cookie. Messages to who has chosen no language come in the page's from now on. */
export async function openSession(db: Db, { account, proof, vouchedBy, isRemembered, userAgent, language, address, now }: NewSession): Promise<SessionOpening> {
  const token = randomBytes(32).toString('base64url')
  const expiresAt = new Date(now.getTime() + (isRemembered ? sessionLimits.rememberedMs : sessionLimits.browserMs))
  const needsSecondFactor = proof === 'password' && account.hasSecondFactor
  const [row] = await db('account_session').insert({
    account_id: account.accountId, token_sha256: tokenHash(token), is_remembered: isRemembered, created_at: now, last_active_at: now, expires_at: expiresAt,
    needs_second_factor: needsSecondFactor, second_factor_at: proof === 'bothFactors' ? now : null, vouched_by: vouchedBy ?? null, user_agent: userAgent?.slice(0, maxUserAgentLength) ?? null, address,
  }).returning<{ session_id: string }[]>('session_id')
  if (row === undefined) throw new Error('The session was not added.')
  if (account.language === undefined && language !== undefined) await db('account').where({ account_id: account.accountId }).whereNull('language').update({ language })
  return { token, session: { sessionId: row.session_id, isRemembered, needsSecondFactor } }
}

const sessions = (db: Db) => db('account_session').join('account', 'account.account_id', 'account_session.account_id').select(db.raw(forcedSql))
const forcedSql = 'is_auto_sign_out_forced(account.account_id) as is_auto_sign_out_forced, is_password_change_forced(account.account_id) as is_password_change_forced'
const sessionColumns = ['session_id', 'is_remembered', 'needs_second_factor', 'second_factor_at', 'vouched_by', 'last_active_at', 'expires_at', ...accountColumns] as const

const accountOf = (row: SessionRow): Account => ({ ...toAccount(row), autoSignOut: row.auto_sign_out || row.is_auto_sign_out_forced })
const toLiveSession = (row: SessionRow): LiveSession =>
  ({
    sessionId: row.session_id,
    account: accountOf(row),
    isAutoSignOutForced: row.is_auto_sign_out_forced,
    isPasswordChangeForced: row.is_password_change_forced,
    isRemembered: row.is_remembered,
    needsSecondFactor: row.needs_second_factor,
    secondFactorAt: row.second_factor_at ?? undefined,
    vouchedBy: row.vouched_by ?? undefined,
    lastActiveAt: row.last_active_at,
    expiresAt: row.expires_at,
  })

/** The session a token opens; undefined when it has ended, was ended, or its account is suspended. */
export async function liveSession(db: Db, token: string, now: Date): Promise<LiveSession | undefined> {
  const row = await sessions(db).where({ token_sha256: tokenHash(token) }).first<SessionRow | undefined>(...sessionColumns)
  const session = row && toLiveSession(row)
  return session !== undefined && idleEnd(session) > now && !session.account.isSuspended ? session : undefined
}

/** Whose session it was that a token opens no more, while its row is there; undefined after sign-out. */
export async function formerHolder(db: Db, token: string): Promise<Account | undefined> {
  const row = await sessions(db).where({ token_sha256: tokenHash(token) }).first<SessionRow | undefined>(...sessionColumns)
  return row && toAccount(row)
}

/** The session of this id, where it is alive as `liveSession` has it. */
export async function liveSessionById(db: Db, sessionId: string, now: Date): Promise<LiveSession | undefined> {
  const session = await sessionById(db, sessionId)
  return session !== undefined && idleEnd(session) > now && !session.account.isSuspended ? session : undefined
}

/** A session the guard has let through; undefined when it was ended at this very moment. */
export async function sessionById(db: Db, sessionId: string): Promise<LiveSession | undefined> {
  const row = await sessions(db).where({ session_id: sessionId }).first<SessionRow | undefined>(...sessionColumns)
  return row && toLiveSession(row)
}

/** Notes that its person is at work; false where that was written down just before. */
export async function noteActivity(db: Db, { sessionId, lastActiveAt }: LiveSession, now: Date): Promise<boolean> {
  if (now.getTime() - lastActiveAt.getTime() < activityGrainMs) return false
  await db('account_session').where({ session_id: sessionId }).where('last_active_at', '<', now).update({ last_active_at: now })
  return true
}

export interface DeviceRow {
  readonly session_id: string
  readonly is_remembered: boolean
  readonly user_agent: string | null
  readonly address: string
  readonly created_at: Date
  readonly last_active_at: Date
  readonly expires_at: Date
}

/** Where an account is signed in, the one last used first. */
export async function sessionsOf(db: Db, account: Account, now: Date): Promise<DeviceRow[]> {
  const found = await db('account_session').where({ account_id: account.accountId }).orderBy([{ column: 'last_active_at', order: 'desc' }, 'session_id'])
    .select<DeviceRow[]>('session_id', 'is_remembered', 'user_agent', 'address', 'created_at', 'last_active_at', 'expires_at')
  return found.filter((row) => idleEnd({ account, isRemembered: row.is_remembered, lastActiveAt: row.last_active_at, expiresAt: row.expires_at }) > now)
}

/** When each of these sessions ends unless something is asked for before; those that have ended, or whose account is suspended, are missing. */
export async function sessionEnds(db: Db, sessionIds: readonly string[], now: Date): Promise<ReadonlyMap<string, Date>> {
  const found = await sessions(db).whereIn('session_id', [...sessionIds]).select<SessionRow[]>(...sessionColumns)
  return new Map(found.map(toLiveSession).filter((session) => !session.account.isSuspended).map((session) => [session.sessionId, idleEnd(session)] as const).filter(([, end]) => end > now))
}

/** Ends one session of an account; false when it has none of this id. */
export async function endSession(db: Db, accountId: string, sessionId: string): Promise<boolean> {
  return await db('account_session').where({ account_id: accountId, session_id: sessionId }).delete() === 1
}

/** Ends the session a token opens, whoever's it is. */
export async function endSessionOfToken(db: Db, token: string): Promise<void> {
  await db('account_session').where({ token_sha256: tokenHash(token) }).delete()
}

/** Ends all sessions of an account, save one where one is named; tells how many. */
export async function endSessions(trx: Trx, accountId: string, except?: string): Promise<number> {
  const query = trx('account_session').where({ account_id: accountId })
  if (except !== undefined) void query.whereNot('session_id', except)
  return query.delete()
}

/** Notes that the second factor was given in a session. */
export async function noteSecondFactor(db: Db, sessionId: string, now: Date): Promise<void> {
  await db('account_session').where({ session_id: sessionId }).update({ needs_second_factor: false, second_factor_at: now })
}

/** Notes that the account itself was proven in a session: by its password or a passkey. */
export async function noteProof(db: Db, sessionId: string): Promise<void> {
  await db('account_session').where({ session_id: sessionId }).whereNotNull('vouched_by').update({ vouched_by: null })
}

/** Forgets sessions that have ended by themselves. */
export async function forgetSessions(db: Db, now: Date): Promise<void> {
  await db('account_session').where('expires_at', '<=', now).delete()
}
