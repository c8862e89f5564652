/**
 * Wrong passwords, counted by calendar day (AUTH-15, D-03): the tenth of a day freezes until the day is over, on every device and in every
 * server process. What is counted is a subject: an account, or a name that nobody has, so that nobody learns which names there are.
 */
import { createHash } from 'node:crypto'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { tooManyRequests } from '../platform/rate-limit.ts'
import type { CalendarDay } from './calendar.ts'
import type { Login } from './login.ts'

export const wrongPasswordsPerDay = 10
/** What was begun so long ago has ended, even where its process could not say so. */
const inFlightMs = 60_000

export const subjectOfAccount = (accountId: string): string => `account:${accountId}`
/** A name as it was typed may be a slip of the tongue, even a password: only its hash is kept. */
export const subjectOfLogin = ({ kind, value }: Login): string => `${kind}:${createHash('sha256').update(value).digest('base64url')}`

export interface Attempt {
  readonly subject: string
  readonly accountId: string | undefined
  readonly day: CalendarDay
}

/** What came of an attempt that began: it may be made; the subject is frozen. */
export type Begun = 'begun' | 'frozen'

/**
 * Reserves one attempt before the password is looked at, so that a thousand guesses sent at once are ten guesses.
 * @throws tooManyRequests 429 when as many as are left of today are being made at this moment
 */
export async function beginAttempt(db: Db, { subject, accountId, day }: Attempt, now: Date): Promise<Begun> {
  const stale = new Date(now.getTime() - inFlightMs)
  const begun = await rows(db, `
    insert into password_attempts as kept (subject, account_id, day, in_flight, touched_at) values (?, ?, ?, 1, ?)
    on conflict (subject) do update set
      wrong = case when kept.day = excluded.day then kept.wrong else 0 end,
      in_flight = 1 + case when kept.touched_at > ? then kept.in_flight else 0 end,
      day = excluded.day, touched_at = excluded.touched_at
    where (kept.frozen_until is null or kept.frozen_until <= ?)
      and case when kept.day = excluded.day then kept.wrong else 0 end + case when kept.touched_at > ? then kept.in_flight else 0 end < ?
    returning subject`, [subject, accountId ?? null, day.date, now, stale, now, stale, wrongPasswordsPerDay])
  if (begun.length === 1) return 'begun'
  if (await isFrozen(db, subject, now)) return 'frozen'
  throw tooManyRequests('Wait before trying again.', {}, { 'retry-after': '1' })
}

export async function isFrozen(db: Db, subject: string, now: Date): Promise<boolean> {
  return await db('password_attempts').where({ subject }).where('frozen_until', '>', now).first('subject') !== undefined
}

/** How many wrong ones in a row, over days. */
export async function wrongInRow(db: Db, subject: string): Promise<number> {
  const row = await db('password_attempts').where({ subject }).first<{ wrong_in_row: number } | undefined>('wrong_in_row')
  return row?.wrong_in_row ?? 0
}

/** The password was wrong. Freezes with the tenth of the day. */
export async function endWrong(db: Db, { subject, day }: Attempt, now: Date): Promise<{ hasFrozen: boolean; wrongInRow: number }> {
  const [row] = await rows<{ has_frozen: boolean; wrong_in_row: number }>(db, `
    update password_attempts set
      wrong = wrong + 1, wrong_in_row = wrong_in_row + 1, in_flight = greatest(in_flight - 1, 0), touched_at = ?,
      frozen_at = case when wrong + 1 >= ? then ?::timestamptz else frozen_at end,
      frozen_until = case when wrong + 1 >= ? then ?::timestamptz else frozen_until end
    where subject = ? returning wrong >= ? as has_frozen, wrong_in_row`, [now, wrongPasswordsPerDay, now, wrongPasswordsPerDay, day.endsAt, subject, wrongPasswordsPerDay])
  return { hasFrozen: row?.has_frozen ?? false, wrongInRow: row?.wrong_in_row ?? 0 }
}

/** The password was right: what was wrong today stays counted (D-03). */
export async function endRight(db: Db, { subject }: Attempt): Promise<void> {
  await db('password_attempts').where({ subject }).update({ wrong_in_row: 0, in_flight: db.raw('greatest(in_flight - 1, 0)') })
}

/** It was not found out whether the password was right. */
export async function endUnknown(db: Db, { subject }: Attempt): Promise<void> {
  await db('password_attempts').where({ subject }).update({ in_flight: db.raw('greatest(in_flight - 1, 0)') })
}

/** Lets an account in again before its day is over, with all attempts of a day; false when it was not frozen. */
export async function thaw(trx: Trx, accountId: string, now: Date): Promise<boolean> {
  return await trx('password_attempts').where({ subject: subjectOfAccount(accountId) }).where('frozen_until', '>', now)
    .update({ wrong: 0, wrong_in_row: 0, frozen_at: null, frozen_until: null }) === 1
}

/** Accounts whose freeze is over by now; each is told of once, to one caller. */
export async function takeThawed(trx: Trx, now: Date): Promise<string[]> {
  const thawed = await trx('password_attempts').where('frozen_until', '<=', now).update({ frozen_at: null, frozen_until: null }).returning<{ account_id: string | null }[]>('account_id')
  return thawed.flatMap(({ account_id }) => (account_id === null ? [] : [account_id]))
}

/** Forgets counts nobody adds to any more. */
export async function forgetAttempts(db: Db, before: Date): Promise<void> {
  await db('password_attempts').where('touched_at', '<', before).whereNull('frozen_until').delete()
}
