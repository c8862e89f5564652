/** Signing on a phone (MOB-12): a code on the screen of who is signed in opens a page that can do nothing but send one picture. */
import { createHash, randomBytes } from 'node:crypto'
import { phoneSigningMinutes, phoneSigningPage, type PhoneSigning, type PhoneSigningState } from '@isocenter/contracts'
import { rows, type Db } from '../platform/db.ts'
import { createNotifications } from '../platform/notifications.ts'
import { addressKey } from '../platform/rate-limit.ts'
import { createSharedRateLimit } from '../platform/shared-rate-limit.ts'
import { noteOwn, type Holder } from './common.ts'
import { signatureOf } from './pictures.ts'
import { noSuchSigning, signingOver } from './problems.ts'
import { setSignature, toSignature } from './signatures.ts'

const channel = 'isocenter_phone_signing'
const lifetimeMs = phoneSigningMinutes * 60_000
/** A word from another server process may be lost: who waits looks for himself so often. */
const lookAgainMs = 3_000

export interface PhoneSignings {
  /** Only the newest code of a session is good. */
  readonly begin: (holder: Holder) => Promise<PhoneSigning>
  /** Whether it is done; answers when it is, or the time to wait is over. @throws noSuchSigning 404 where this session has asked for none such */
  readonly state: (holder: Holder, signingId: string, waitMs: number, signal: AbortSignal) => Promise<PhoneSigningState>
  /** Before anything of the picture is read. @throws signingOver 403, tooManyRequests 429 */
  readonly assertOpen: (token: string, address: string) => Promise<void>
  /** Takes the one picture. @throws signingOver 403, signatureRefused 422, after which it can be tried again */
  readonly complete: (token: string, bytes: Uint8Array) => Promise<void>
  readonly forget: () => Promise<void>
  readonly close: () => Promise<void>
}

interface SigningRow {
  readonly signing_id: string
  readonly account_id: string
}

interface StateRow {
  readonly expires_at: Date
  readonly version: number | null
}

const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest()
const over = () => signingOver('Show a new code on the screen you are signed in at.')

/** Of one address: nobody draws that often, and no code is guessed that fast. */
const drawingsOfAddress = { burst: 20, refillMs: 15_000 }

export function createPhoneSignings({ db, now }: { readonly db: Db; readonly now: () => Date }): PhoneSignings {
  const drawings = createSharedRateLimit(db, 'signature-drawings', drawingsOfAddress)
  const notifications = createNotifications(db, channel)

  /** The row goes with its session, and an account that is suspended has none that counts. */
  const openOf = (db: Db, token: string) => db('phone_signing').where({ token_sha256: tokenHash(token) }).whereNull('phone_signing.version').where('phone_signing.expires_at', '>', now())
    .whereExists(db('account').whereRaw("account.account_id = phone_signing.account_id and account.state = 'active'").select('account_id'))

  const look = async ({ accountId, sessionId }: Holder, signingId: string): Promise<PhoneSigningState> => {
    const row = await db('phone_signing').where({ signing_id: signingId, account_id: accountId, session_id: sessionId }).first<StateRow | undefined>('expires_at', 'version')
    if (row === undefined) throw noSuchSigning('This session has shown no code of this id.')
    if (row.version === null) return { state: row.expires_at > now() ? 'waiting' : 'expired' }
    const signature = await db('signature').where({ account_id: accountId, version: row.version }).first<Parameters<typeof toSignature>[0] | undefined>('version', 'source', 'created_at')
    return { state: 'done', ...(signature === undefined ? {} : { signature: toSignature(signature) }) }
  }

  /** Until this signing is told of, some seconds are over, or nobody waits any more. */
  const told = (signingId: string, milliseconds: number, signal: AbortSignal) => new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      stop()
      resolve()
    }
    const stop = notifications.listen((payload) => { if (payload === signingId) end() })
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })

  return {
    begin: ({ accountId, sessionId }) => db.transaction(async (trx) => {
      const token = randomBytes(32).toString('base64url')
      const expiresAt = new Date(now().getTime() + lifetimeMs)
      await trx('phone_signing').where({ session_id: sessionId }).whereNull('version').delete()
      const [row] = await trx('phone_signing').insert({ account_id: accountId, session_id: sessionId, token_sha256: tokenHash(token), expires_at: expiresAt }).returning<{ signing_id: string }[]>('signing_id')
      await noteOwn(trx, accountId, 'account.signature', { signingId: row?.signing_id, isAsked: true })
      return { signingId: String(row?.signing_id), path: `${phoneSigningPage}#${token}`, expiresAt: expiresAt.toISOString() }
    }),

    state: async (holder, signingId, waitMs, signal) => {
      const deadline = performance.now() + waitMs
      for (;;) {
        const state = await look(holder, signingId)
        const leftMs = deadline - performance.now()
        if (state.state !== 'waiting' || leftMs <= 0 || signal.aborted) return state
        await told(signingId, Math.min(leftMs, lookAgainMs), signal)
      }
    },

    assertOpen: async (token, address) => {
      await drawings.take(addressKey(address))
      if (await openOf(db, token).first<object | undefined>('signing_id') === undefined) throw over()
    },

    complete: async (token, bytes) => {
      const png = await signatureOf(bytes)
      await db.transaction(async (trx) => {
        const row = await openOf(trx, token).forUpdate().first<SigningRow | undefined>('signing_id', 'account_id')
        if (row === undefined) throw over()
        const { version } = await setSignature(trx, row.account_id, 'phone', png, now())
        await trx('phone_signing').where({ signing_id: row.signing_id }).update({ version })
        // Sent with the commit, and not without it.
        await rows(trx, 'select pg_notify(?, ?)', [channel, row.signing_id])
      })
    },

    forget: async () => { await db('phone_signing').where('expires_at', '<', new Date(now().getTime() - 60 * 60_000)).delete() },

    close: () => notifications.close(),
  }
}
