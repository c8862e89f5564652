/** Holding the trail against its seals. */
import type { Db } from '../platform/db.ts'
import { createSealHash, eventsBetween, noHash, sealStatement, type SealHead, type SealSigner } from './seal.ts'
import { cutStatement, leastKeptDays, type CutRow } from './retention.ts'

export type TrailFindingKind =
  /** Events of a piece were changed, removed, or added. */
  | 'piece-changed'
  /** A seal is missing, or does not follow the one before it. */
  | 'chain-broken'
  /** A seal, or the word of where the trail was cut, is not signed by this installation. */
  | 'not-signed'
  /** Signed by a key that is not in the key file any more, and nothing later vouches for it. */
  | 'key-missing'
  /** There are events the cut has removed, or it removed what was too young. */
  | 'cut-wrong'
  /** Events wait for longer than sealing ever takes. */
  | 'not-sealed'
  /** The seal that was noted elsewhere is not in the chain as it was then. */
  | 'not-as-noted'

export interface TrailFinding {
  readonly kind: TrailFindingKind
  /** Constant words. */
  readonly text: string
  readonly seal?: string | undefined
  /** Ids of the events concerned. */
  readonly after?: string | undefined
  readonly last?: string | undefined
}

export interface TrailVerdict {
  readonly findings: readonly TrailFinding[]
  readonly seals: number
  readonly events: number
  /** Events no seal covers yet. */
  readonly unsealed: number
  readonly head: { readonly seal: string; readonly hash: string }
}

export interface VerifyOptions {
  readonly db: Db
  readonly signer: SealSigner
  readonly now: () => Date
  /** A head as it was noted elsewhere: without it, a chain that was cut off at its end and is whole up to there cannot be told from one that never went further. */
  readonly noted?: { readonly seal: string; readonly hash: string } | undefined
  readonly onProgress?: (events: number) => void
}

interface SealRow {
  readonly seal: string
  readonly after_event: string
  readonly last_event: string
  readonly events: number
  readonly last_at: string
  readonly sealed_at: Date
  readonly previous: Buffer
  readonly hash: Buffer
  readonly signature: Buffer
  readonly signed_with: string
}

const sealsAtOnce = 500
const eventsAtOnce = 2_000
const sealedWithinMs = 15 * 60_000

/** Reads the whole trail once, in order, and says what does not fit. Nothing is changed; it may run beside the server. */
export async function verifyTrail(options: VerifyOptions): Promise<TrailVerdict> {
  for (;;) {
    const before = await latestCut(options.db)
    const verdict = await readThrough(options, before)
    // Cut meanwhile: what was missing then is missing with reason.
    if ((await latestCut(options.db))?.seal === before?.seal) return verdict
  }
}

const latestCut = (db: Db) => db('audit_cut').orderBy('seal', 'desc').first<CutRow | undefined>()

async function readThrough({ db, signer, now, noted, onProgress }: VerifyOptions, cut: CutRow | undefined): Promise<TrailVerdict> {
  const findings: TrailFinding[] = []
  if (cut !== undefined) findings.push(...await cutFindings(db, signer, cut))
  let end = cut === undefined ? { seal: '0', last: '0', hash: noHash } : { seal: cut.seal, last: cut.last_event, hash: cut.hash }
  if (noted?.seal === end.seal && noted.hash !== end.hash.toString('hex')) findings.push({ kind: 'not-as-noted', text: 'The seal that was noted is another one in the chain.', seal: noted.seal })
  let seals = 0
  let events = 0
  let unvouched: string | undefined

  for (;;) {
    const page = await db('audit_seal').where('seal', '>', end.seal).orderBy('seal').limit(sealsAtOnce).select<SealRow[]>('*', db.raw('(extract(epoch from last_at) * 1000000)::bigint::text as last_at'))
    for (const row of page) {
      if (BigInt(row.seal) !== BigInt(end.seal) + 1n) findings.push({ kind: 'chain-broken', text: 'Seals are missing before this one.', seal: row.seal })
      else if (!row.previous.equals(end.hash) || row.after_event !== end.last) findings.push({ kind: 'chain-broken', text: 'This seal does not follow the one before it.', seal: row.seal })
      const found = await hashOf(db, row)
      events += found.events
      onProgress?.(events)
      if (!found.hash.equals(row.hash)) {
        findings.push({
          kind: 'piece-changed',
          text: found.events === row.events
            ? 'Events of this piece, or its seal, were changed.'
            : `This piece has ${String(found.events)} events where ${String(row.events)} were sealed.`,
          seal: row.seal,
          after: row.after_event,
          last: row.last_event,
        })
      }
      const isSigned = signer.isSigned(sealStatement(row.seal, row.hash), row.signed_with, row.signature)
      // A later seal that is signed vouches for those before it: its hash is made of theirs.
      if (isSigned === true) unvouched = undefined
      else if (isSigned === undefined) unvouched ??= row.seal
      else findings.push({ kind: 'not-signed', text: 'The signature of this seal is not of this installation.', seal: row.seal })
      if (noted?.seal === row.seal && noted.hash !== row.hash.toString('hex')) findings.push({ kind: 'not-as-noted', text: 'The seal that was noted is another one in the chain.', seal: row.seal })
      end = { seal: row.seal, last: row.last_event, hash: row.hash }
      seals++
    }
    if (page.length < sealsAtOnce) break
  }
  if (unvouched !== undefined) findings.push({ kind: 'key-missing', text: 'Seals from this one on are signed by a key that is not there any more.', seal: unvouched })
  if (noted !== undefined && BigInt(noted.seal) > BigInt(end.seal)) findings.push({ kind: 'not-as-noted', text: 'The chain ends before the seal that was noted.', seal: noted.seal })
  const { unsealed, finding } = await unsealedEvents(db, end.last, now())
  if (finding !== undefined) findings.push(finding)
  return { findings, seals, events, unsealed, head: { seal: end.seal, hash: end.hash.toString('hex') } }
}

async function hashOf(db: Db, row: SealRow): Promise<{ hash: Buffer; events: number }> {
  const hash = createSealHash()
  let events = 0
  let lastAt = 0n
  for (let after = row.after_event; ;) {
    const page = await eventsBetween(db, after, row.last_event, eventsAtOnce)
    for (const event of page) {
      hash.take(event)
      if (BigInt(event.at) > lastAt) lastAt = BigInt(event.at)
    }
    events += page.length
    const last = page.at(-1)
    if (last === undefined || page.length < eventsAtOnce) break
    after = last.id
  }
  const head: SealHead = { seal: row.seal, after: row.after_event, last: row.last_event, events: row.events, lastAt: row.last_at, sealedAt: row.sealed_at.getTime(), previous: row.previous }
  return { hash: hash.end(head), events }
}

async function cutFindings(db: Db, signer: SealSigner, cut: CutRow): Promise<TrailFinding[]> {
  const findings: TrailFinding[] = []
  if (signer.isSigned(cutStatement(cut), cut.signed_with, cut.signature) !== true) findings.push({ kind: 'not-signed', text: 'The word of where the trail was cut is not of this installation.', seal: cut.seal })
  if (cut.cut_at.getTime() - cut.last_at.getTime() < leastKeptDays * 86_400_000) findings.push({ kind: 'cut-wrong', text: 'The trail was cut before it was old enough.', seal: cut.seal })
  const returned = await db('audit_event').where('audit_event_id', '<=', cut.last_event).first<{ audit_event_id: string } | undefined>('audit_event_id')
  if (returned !== undefined) findings.push({ kind: 'cut-wrong', text: 'There are events where the trail was cut.', seal: cut.seal, last: cut.last_event })
  return findings
}

async function unsealedEvents(db: Db, after: string, now: Date): Promise<{ unsealed: number; finding: TrailFinding | undefined }> {
  const row = await db('audit_event').where('audit_event_id', '>', after).first<{ events: string; oldest: Date | null }>(db.raw('count(*) as events, min(at) as oldest'))
  const isLate = row.oldest !== null && now.getTime() - row.oldest.getTime() > sealedWithinMs
  return { unsealed: Number(row.events), finding: isLate ? { kind: 'not-sealed', text: 'Events wait to be sealed for longer than it takes: is a server running, or a transaction open for long?', after } : undefined }
}
