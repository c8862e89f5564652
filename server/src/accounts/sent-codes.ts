/**
 * Codes sent to people to prove that a number or a mailbox is theirs: six digits, ten minutes, five tries, five codes an hour for a name, and only the
 * newest is good. Some 25 guesses at a million in an hour. What is stored and how long it takes is the same where nobody is to get one.
 */
import { randomInt, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Sealing } from '../identity/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { tooManyRequests } from '../platform/rate-limit.ts'

const minuteMs = 60_000
export const codeMinutes = 10
const triesPerCode = 5
const codesPerHour = 5

export interface SentCodesDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly table: 'password_reset' | 'phone_binding'
  /** Its key column. */
  readonly idColumn: string
  readonly now: () => Date
}

export interface SentCode {
  readonly id: string
  readonly code: string
  readonly expiresAt: Date
}

export interface SentCodes {
  /**
   * Makes a code; `send` puts it on its way in the same transaction. As many as one account may have are counted without a word, by whichever of its names
   * they are asked for: nobody learns that two names are of one. @param name as it was asked for, which is counted with a word
   * @throws tooManyRequests 429
   */
  readonly make: (subject: string, accountId: string | undefined, send: (trx: Trx, sent: SentCode) => Promise<void>, name?: string) => Promise<SentCode>
  /** Whose it is, when the code is right; every look is a try. */
  readonly look: (id: string, code: string) => Promise<string | undefined>
  /** Marks it used up; false when it was already. */
  readonly complete: (trx: Trx, id: string) => Promise<boolean>
  readonly forget: () => Promise<void>
}

interface CodeRow {
  readonly account_id: string | null
  readonly sealed: Buffer
  readonly sealed_with: string
}

export function createSentCodes({ db, sealing, table, idColumn, now }: SentCodesDeps): SentCodes {
  const purposeOf = (id: string) => `${table.replace('_', '-')}:${id}`
  return {
    make: async (subject, accountId, send, name) => {
      const sent: SentCode = { id: randomUUID(), code: String(randomInt(1_000_000)).padStart(6, '0'), expiresAt: new Date(now().getTime() + codeMinutes * minuteMs) }
      const { kid, bytes } = sealing.seal(sent.code, purposeOf(sent.id))
      await db.transaction(async (trx) => {
        // One after another, or ten requests at once would all see none before them.
        await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`${table} ${subject}`])
        const recent = (which: object) => trx(table).where(which).where('created_at', '>', new Date(now().getTime() - 60 * minuteMs)).select<object[]>(idColumn)
        const ofAccount = (await recent({ subject })).length
        if ((name === undefined ? ofAccount : (await recent({ name })).length) >= codesPerHour) throw tooManyRequests('Wait before asking for another code.', {}, { 'retry-after': '3600' })
        if (ofAccount >= codesPerHour) {
          // By another of its names: answered as a name that nobody has.
          await trx(table).insert({ [idColumn]: sent.id, subject: `${subject} more`, name, account_id: null, sealed: bytes, sealed_with: kid, created_at: now(), expires_at: sent.expiresAt })
          return
        }
        // Only the newest code of a name is good.
        await trx(table).where({ subject }).update({ expires_at: trx.raw('least(expires_at, ?)', [now()]) })
        await trx(table).insert({ [idColumn]: sent.id, subject, ...(name === undefined ? {} : { name }), account_id: accountId ?? null, sealed: bytes, sealed_with: kid, created_at: now(), expires_at: sent.expiresAt })
        await send(trx, sent)
      })
      return sent
    },

    look: async (id, code) => {
      const [row] = await db(table).where({ [idColumn]: id }).whereNull('completed_at').where('expires_at', '>', now()).where('tries', '<', triesPerCode)
        .update({ tries: db.raw('tries + 1') }).returning<CodeRow[]>(['account_id', 'sealed', 'sealed_with'])
      const expected = row && sealing.open({ kid: row.sealed_with, bytes: row.sealed }, purposeOf(id))
      const isRight = expected !== undefined && timingSafeEqual(Buffer.from(expected), Buffer.from(code))
      return isRight ? row?.account_id ?? undefined : undefined
    },

    complete: async (trx, id) => await trx(table).where({ [idColumn]: id }).whereNull('completed_at').update({ completed_at: now() }) === 1,

    // An hour back they count for the limit.
    forget: async () => { await db(table).where('created_at', '<', new Date(now().getTime() - 2 * 60 * minuteMs)).delete() },
  }
}
