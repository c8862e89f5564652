/**
 * Seals: the trail chained in pieces. Writers never wait for it. Each seal covers all events between two ids, its hash is made of them and of
 * the seal before it, and it is signed with a key that is not in the database. See docs/decisions/0036-audit-trail.md for what that shows.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { SigningKeys } from '../identity/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'

/** Signs what is sealed, and checks it. */
export interface SealSigner {
  readonly sign: (statement: string) => { readonly kid: string; readonly signature: Buffer }
  /** Undefined where the key is not there any more. */
  readonly isSigned: (statement: string, kid: string, signature: Buffer) => boolean | undefined
}

/** Signing by the secrets of the key file, which the database never sees. */
export function createSealSigner(keys: Pick<SigningKeys, 'signing' | 'sealing'>): SealSigner {
  const mac = (secret: Buffer, statement: string) => createHmac('sha256', createHmac('sha256', secret).update('isocenter audit').digest()).update(statement).digest()
  return {
    sign: (statement) => {
      const { kid } = keys.signing
      const secret = keys.sealing.get(kid)
      if (secret === undefined) throw new Error('The signing key has no secret to sign seals with.')
      return { kid, signature: mac(secret, statement) }
    },
    isSigned: (statement, kid, signature) => {
      const secret = keys.sealing.get(kid)
      if (secret === undefined) return undefined
      const expected = mac(secret, statement)
      return expected.length === signature.length && timingSafeEqual(expected, signature)
    },
  }
}

/** An event as it is sealed: every column, moments in microseconds, detail as Postgres writes it. */
export interface SealedEvent {
  readonly id: string
  readonly organisation: string
  readonly at: string
  readonly occurred_at: string | null
  readonly actor: string
  readonly action: string
  readonly outcome: string
  readonly study: string | null
  readonly patient: string | null
  readonly occurrences: number
  readonly detail: string
  readonly address: string | null
  readonly user_agent: string | null
}

const microseconds = (column: string) => `(extract(epoch from ${column}) * 1000000)::bigint::text`

/** Events with ids behind one and up to another, in order. */
export const eventsBetween = (db: Db, after: string, to: string, limit: number): Promise<SealedEvent[]> => rows<SealedEvent>(db, `
  select audit_event_id::text as id, organisation_id::text as organisation, ${microseconds('at')} as at, ${microseconds('occurred_at')} as occurred_at, actor, action, outcome,
    study_instance_uid as study, patient_id as patient, occurrences, detail::text as detail, address, user_agent
  from audit_event where audit_event_id > ? and audit_event_id <= ? order by audit_event_id limit ?`, [after, to, limit])

/** What a seal says beside its hash. */
export interface SealHead {
  readonly seal: string
  /** The piece begins behind this id … */
  readonly after: string
  /** … and ends with this one. */
  readonly last: string
  readonly events: number
  /** of its latest event, microseconds since 1970 */
  readonly lastAt: string
  /** milliseconds since 1970 */
  readonly sealedAt: number
  readonly previous: Buffer
}

/** The hash of a piece: its events first, so that they can be read in pieces, then its head. */
export function createSealHash() {
  const hash = createHash('sha256').update('isocenter audit seal 1\n')
  return {
    take: (event: SealedEvent): void => {
      hash.update(JSON.stringify([
        event.id,
        event.organisation,
        event.at,
        event.occurred_at,
        event.actor,
        event.action,
        event.outcome,
        event.study,
        event.patient,
        event.occurrences,
        event.detail,
        event.address,
        event.user_agent,
      ]))
      hash.update('\n')
    },
    end: ({ seal, after, last, events, lastAt, sealedAt, previous }: SealHead): Buffer => hash.update(JSON.stringify([seal, after, last, events, lastAt, sealedAt, previous.toString('hex')])).digest(),
  }
}

export const sealStatement = (seal: string, hash: Buffer): string => `seal ${seal} ${hash.toString('hex')}`
/** Before the first. */
export const noHash = Buffer.alloc(32)

/** Of one seal: a few milliseconds of work. */
const mostEvents = 2_000
/** How long writers under way are waited for, before it is left to the next time. */
const waitMs = 25
const waits = 80
const lockName = 'isocenter audit seals'

/** The latest of the chain. */
export interface ChainEnd {
  readonly seal: string
  readonly last: string
  readonly hash: Buffer
}

/**
 * Seals all events no writer can come before any more; how many. Of several processes one does it, and the others do nothing.
 * What is written by a transaction that is still open, and all behind it, waits for the next time.
 */
export async function sealTrail(db: Db, signer: SealSigner, now: () => Date, upTo = mostEvents): Promise<number> {
  const horizon = await settledHorizon(db)
  if (horizon === undefined) return 0
  let sealed = 0
  for (;;) {
    const events = await db.transaction(async (trx) => {
      const [lock] = await rows<{ is_mine: boolean }>(trx, 'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as is_mine', [lockName])
      return lock?.is_mine ? sealOne(trx, signer, horizon, now(), upTo) : 0
    })
    sealed += events
    if (events < upTo) return sealed
  }
}

/** Makes the next seal; how many events it has, 0 for none left. */
async function sealOne(trx: Trx, signer: SealSigner, horizon: string, now: Date, upTo: number): Promise<number> {
  const end = await chainEnd(trx)
  const events = await eventsBetween(trx, end.last, horizon, upTo)
  const last = events.at(-1)
  if (last === undefined) return 0
  const hash = createSealHash()
  for (const event of events) hash.take(event)
  const lastAt = events.reduce((latest, { at }) => (BigInt(at) > BigInt(latest) ? at : latest), last.at)
  const head: SealHead = { seal: String(BigInt(end.seal) + 1n), after: end.last, last: last.id, events: events.length, lastAt, sealedAt: now.getTime(), previous: end.hash }
  const digest = hash.end(head)
  const { kid, signature } = signer.sign(sealStatement(head.seal, digest))
  await trx('audit_seal').insert({
    seal: head.seal,
    after_event: head.after,
    last_event: head.last,
    events: head.events,
    last_at: trx.raw(`'epoch'::timestamptz + ? * interval '1 microsecond'`, [lastAt]),
    sealed_at: now,
    previous: head.previous,
    hash: digest,
    signature,
    signed_with: kid,
  })
  return events.length
}

/** Where the chain ends now: its last seal, or where it was cut, or its beginning. */
export async function chainEnd(db: Db): Promise<ChainEnd> {
  const [end] = await rows<{ seal: string; last_event: string; hash: Buffer }>(db, `
    select seal, last_event, hash from ((select seal, last_event, hash from audit_seal order by seal desc limit 1) union all (select seal, last_event, hash from audit_cut order by seal desc limit 1)) as ends
    order by seal desc limit 1`, [])
  return end === undefined ? { seal: '0', last: '0', hash: noHash } : { seal: end.seal, last: end.last_event, hash: end.hash }
}

/**
 * The highest id so that every event up to it is committed or never will be; undefined while a writer is under way for long.
 *
 * An id is taken while its writer holds the lock an INSERT takes on the table, and that lock is held to the end of the transaction. So who holds
 * none now of those that held one just after the latest id was read, has no id up to it that is still to be committed.
 */
async function settledHorizon(db: Db): Promise<string | undefined> {
  const [latest] = await rows<{ id: string; is_called: boolean }>(db, 'select last_value::text as id, is_called from audit_event_audit_event_id_seq', [])
  if (latest === undefined || !latest.is_called) return undefined
  let waiting = await writers(db)
  for (let wait = 0; waiting.size > 0; wait++) {
    if (wait === waits) return undefined
    await setTimeout(waitMs)
    const now = await writers(db)
    waiting = waiting.intersection(now)
  }
  return latest.id
}

/** Transactions that may have taken ids and are not over; one that is prepared is no less under way. */
async function writers(db: Db): Promise<Set<string>> {
  const found = await rows<{ virtualtransaction: string }>(db, `
    select distinct virtualtransaction from pg_locks
    where locktype = 'relation' and relation = 'audit_event'::regclass and database = (select oid from pg_database where datname = current_database()) and mode = 'RowExclusiveLock' and granted`, [])
  return new Set(found.map((row) => row.virtualtransaction))
}
