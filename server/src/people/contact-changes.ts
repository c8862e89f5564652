/** Another phone number or e-mail address: taken when its holder has shown to have it, by a code that was sent there (PC-02). */
import { randomInt, timingSafeEqual } from 'node:crypto'
import type { Contact, ContactChange } from '@isocenter/contracts'
import { readPhone, type Accounts } from '../accounts/index.ts'
import type { Sealing } from '../identity/index.ts'
import type { Outbox } from '../notifications/index.ts'
import { sqlState, type Db, type Trx } from '../platform/db.ts'
import { badRequest } from '../platform/problem.ts'
import { tooManyRequests } from '../platform/rate-limit.ts'
import { lockHolder, noteOwn, type Holder } from './common.ts'
import { phoneTaken, proofRefused } from './problems.ts'

const minuteMs = 60_000
const codeMinutes = 10
const triesPerCode = 5
/** Codes an account asks for, and codes that go to one address whoever asks, in an hour. */
const codesPerHour = 5
const noticeMs = 24 * 60 * minuteMs

export interface ContactChangesDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly outbox: Outbox
  readonly accounts: Pick<Accounts, 'own'>
  readonly now: () => Date
}

export interface ContactChanges {
  /** Sends a code to the new number, whoever has it. @throws wrongPassword 403, badRequest 400 for no number, tooManyRequests 429 */
  readonly askForPhone: (holder: Holder, phone: string, password: string) => Promise<ContactChange>
  /** Sends a code to the new address. @throws wrongPassword 403, tooManyRequests 429 */
  readonly askForEmail: (holder: Holder, email: string, password: string) => Promise<ContactChange>
  /** Takes the number or address, and tells who had it before. @throws proofRefused 403, phoneTaken 409 */
  readonly complete: (holder: Holder, changeId: string, code: string) => Promise<void>
  /** @throws wrongPassword 403, tooManyRequests 429 */
  readonly removeEmail: (holder: Holder, password: string) => Promise<void>
  readonly forget: () => Promise<void>
}

interface ChangeRow {
  readonly contact: Contact
  readonly address: string
  readonly sealed: Buffer
  readonly sealed_with: string
}

interface Known {
  readonly phone: string
  readonly email: string | null
}

const channels = { phone: 'sms', email: 'email' } as const
const purposeOf = (accountId: string, address: string) => `contact-change:${accountId}:${address}`
const refused = () => proofRefused('Check the code, or ask for another.')

export function createContactChanges({ db, sealing, outbox, accounts, now }: ContactChangesDeps): ContactChanges {
  const ask = async ({ accountId, sessionId }: Holder, contact: Contact, address: string): Promise<ContactChange> => {
    const code = String(randomInt(1_000_000)).padStart(6, '0')
    const { kid, bytes } = sealing.seal(code, purposeOf(accountId, address))
    const expiresAt = new Date(now().getTime() + codeMinutes * minuteMs)
    return db.transaction(async (trx) => {
      // One after another, or ten requests at once would all see none before them; in one order, so that no two wait for each other.
      for (const subject of [accountId, address].sort()) await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`contact-change ${subject}`])
      const recent = (whose: object) => trx('contact_change').where(whose).where('created_at', '>', new Date(now().getTime() - 60 * minuteMs)).select('change_id')
      if ((await recent({ account_id: accountId })).length >= codesPerHour || (await recent({ address })).length >= codesPerHour) {
        throw tooManyRequests('Wait before asking for another code.', {}, { 'retry-after': '3600' })
      }
      // Only the newest code of an account is good.
      await trx('contact_change').where({ account_id: accountId, contact }).update({ expires_at: trx.raw('least(expires_at, ?)', [now()]) })
      const [row] = await trx('contact_change').insert({ account_id: accountId, session_id: sessionId, contact, address, sealed: bytes, sealed_with: kid, created_at: now(), expires_at: expiresAt })
        .returning<{ change_id: string }[]>('change_id')
      await outbox.add(trx, { kind: 'contact-proof-code', values: { code, minutes: codeMinutes }, accountId, to: { channel: channels[contact], address }, expiresAt })
      return { changeId: String(row?.change_id), expiresAt: expiresAt.toISOString() }
    })
  }

  /** What is to be taken, when the code is right; every look is a try. */
  const look = async ({ accountId, sessionId }: Holder, changeId: string, code: string): Promise<Pick<ChangeRow, 'contact' | 'address'> | undefined> => {
    const [row] = await db('contact_change').where({ change_id: changeId, account_id: accountId, session_id: sessionId }).whereNull('completed_at').where('expires_at', '>', now()).where('tries', '<', triesPerCode)
      .update({ tries: db.raw('tries + 1') }).returning<ChangeRow[]>(['contact', 'address', 'sealed', 'sealed_with'])
    const expected = row && sealing.open({ kid: row.sealed_with, bytes: row.sealed }, purposeOf(accountId, row.address))
    return expected !== undefined && timingSafeEqual(Buffer.from(expected), Buffer.from(code)) ? row : undefined
  }

  const known = async (trx: Trx, accountId: string): Promise<Known> => trx('account').where({ account_id: accountId }).first<Known>('phone', 'email')

  /** Tells the number or address of before that it is no longer the account's. */
  const tell = async (trx: Trx, accountId: string, contact: Contact, before: string | null): Promise<void> => {
    if (before === null) return
    await outbox.add(trx, { kind: 'contact-changed', values: { contact }, accountId, to: { channel: channels[contact], address: before }, expiresAt: new Date(now().getTime() + noticeMs) })
  }

  const take = async (trx: Trx, accountId: string, contact: Contact, address: string): Promise<void> => {
    await lockHolder(trx, accountId)
    const before = (await known(trx, accountId))[contact]
    const changes = contact === 'phone' ? { phone: address, phone_proven_at: now() } : { email: address, email_proven_at: now() }
    try {
      await trx.transaction((trx) => trx('account').where({ account_id: accountId }).update({ ...changes, profile_version: trx.raw('profile_version + 1'), updated_at: now() }))
    } catch (error) {
      if (sqlState(error) === '23505') throw phoneTaken('Its account has to give the number up first; ask your administrator.')
      throw error
    }
    if (before !== address) await tell(trx, accountId, contact, before)
    await noteOwn(trx, accountId, 'account.contact', { contact, isSame: before === address })
  }

  return {
    askForPhone: async (holder, typed, password) => {
      const phone = readPhone(typed)
      if (phone === undefined) throw badRequest('"phone" is no phone number.')
      await accounts.own.assertPassword(holder, password)
      return ask(holder, 'phone', phone)
    },

    askForEmail: async (holder, email, password) => {
      await accounts.own.assertPassword(holder, password)
      return ask(holder, 'email', email.trim())
    },

    complete: async (holder, changeId, code) => {
      const found = await look(holder, changeId, code)
      if (found === undefined) throw refused()
      await db.transaction(async (trx) => {
        const completed = await trx('contact_change').where({ change_id: changeId }).whereNull('completed_at').update({ completed_at: now() })
        if (completed !== 1) throw refused()
        await take(trx, holder.accountId, found.contact, found.address)
      })
    },

    removeEmail: async ({ accountId, ...holder }, password) => {
      await accounts.own.assertPassword({ accountId, ...holder }, password)
      await db.transaction(async (trx) => {
        await lockHolder(trx, accountId)
        const { email } = await known(trx, accountId)
        await trx('account').where({ account_id: accountId }).update({ email: null, email_proven_at: null, profile_version: trx.raw('profile_version + 1'), updated_at: now() })
        await tell(trx, accountId, 'email', email)
        await noteOwn(trx, accountId, 'account.contact', { contact: 'email', isRemoved: true })
      })
    },

    // An hour back they count for the limit.
    forget: async () => { await db('contact_change').where('created_at', '<', new Date(now().getTime() - 2 * 60 * minuteMs)).delete() },
  }
}
