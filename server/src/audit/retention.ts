/** Cutting what is older than the trail is kept: whole sealed pieces from its beginning, so that the rest can still be verified. */
import { rows, type Db } from '../platform/db.ts'
import { record } from './record.ts'
import type { SealSigner } from './seal.ts'

/** The law's half a year; no setting goes below it. */
export const leastKeptDays = 183
const dayMs = 86_400_000
const sealsAtOnce = 200

/** Up to where the trail was cut, as its row has it. */
export interface CutRow {
  readonly seal: string
  readonly hash: Buffer
  readonly last_event: string
  readonly cut_at: Date
  readonly last_at: Date
  readonly signature: Buffer
  readonly signed_with: string
}

export const cutStatement = ({ seal, hash, last_event, cut_at, last_at }: Omit<CutRow, 'signature' | 'signed_with'>): string =>
  `cut ${seal} ${hash.toString('hex')} ${last_event} ${String(cut_at.getTime())} ${String(last_at.getTime())}`

/**
 * Cuts the pieces at the beginning of the trail whose events are all older than so many days, and that every reader of the trail has read; how many
 * events went. Each organisation's trail says what was cut of it.
 */
export async function cutTrail(db: Db, signer: SealSigner, keptDays: number, now: Date): Promise<number> {
  if (keptDays < leastKeptDays) throw new Error(`The audit trail is kept for ${String(leastKeptDays)} days at least.`)
  let gone = 0
  for (;;) {
    const events = await cutSome(db, signer, new Date(now.getTime() - keptDays * dayMs), now)
    gone += events
    if (events === 0) return gone
  }
}

const cutSome = (db: Db, signer: SealSigner, before: Date, now: Date): Promise<number> => db.transaction(async (trx) => {
  const [lock] = await rows<{ is_mine: boolean }>(trx, `select pg_try_advisory_xact_lock(hashtextextended('isocenter audit cut', 0)) as is_mine`, [])
  if (!lock?.is_mine) return 0
  const oldest = await trx('audit_seal').orderBy('seal').limit(sealsAtOnce).select<{ seal: string; last_event: string; hash: Buffer; last_at: Date }[]>('seal', 'last_event', 'hash', 'last_at')
  const [reader] = await rows<{ slowest: string | null }>(trx, 'select min(through_event) as slowest from audit_reader', [])
  const readTo = reader?.slowest === null || reader?.slowest === undefined ? undefined : BigInt(reader.slowest)
  const old: typeof oldest = []
  for (const seal of oldest) {
    if (seal.last_at >= before || (readTo !== undefined && BigInt(seal.last_event) > readTo)) break
    old.push(seal)
  }
  const last = old.at(-1)
  if (last === undefined) return 0

  await trx.raw(`select set_config('isocenter.audit_cut', 'yes', true)`)
  const cut = await rows<{ organisation_id: string; events: number }>(trx, `
    with gone as (delete from audit_event where audit_event_id <= ? returning organisation_id)
    select organisation_id, count(*)::integer as events from gone group by organisation_id order by organisation_id`, [last.last_event])
  await trx.raw(`select set_config('isocenter.audit_cut', '', true)`)
  await trx('audit_seal').where('seal', '<=', last.seal).delete()
  const latest = old.reduce((max, { last_at }) => (last_at > max ? last_at : max), last.last_at)
  const row = { seal: last.seal, hash: last.hash, last_event: last.last_event, cut_at: now, last_at: latest }
  const { kid, signature } = signer.sign(cutStatement(row))
  await trx('audit_cut').delete()
  await trx('audit_cut').insert({ ...row, signature, signed_with: kid })
  await record(
    trx,
    cut.map(({ organisation_id, events }) => ({
      organisationId: organisation_id,
      actor: 'command:retention',
      action: 'log.cut',
      outcome: 'success',
      occurrences: events,
      detail: { seal: last.seal, olderThan: before.toISOString() },
      origin: null,
    })),
  )
  return cut.reduce((sum, { events }) => sum + events, 0)
})
