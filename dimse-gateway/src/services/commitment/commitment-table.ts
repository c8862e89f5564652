/** Storage commitment transactions, kept from the request until the report has been taken. */
import { longestWaitMs } from '../../platform/backoff.ts'
import type { Database } from '../../platform/database.ts'
import type { SchemaStep } from '../../platform/schema.ts'
import type { FailedReference, Reference } from '@isocenter/dimse'

export const commitmentSchema: SchemaStep = {
  name: 'commitment-1',
  sql: `
CREATE TABLE commitment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  transaction_uid TEXT NOT NULL,
  calling_ae_title TEXT NOT NULL, called_ae_title TEXT NOT NULL, remote_address TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  reference_list TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('verifying', 'reporting', 'reported', 'unreported')),
  result TEXT,
  next_attempt_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  settled_at INTEGER,
  reason TEXT
) STRICT;
CREATE INDEX commitment_due ON commitment (next_attempt_at) WHERE state IN ('verifying', 'reporting');
`,
}

/**
 * `needs_person`: its requestor was never told, and waits still. `organisation`: whose gateway this was when it came, as
 * `organisationKey` has it; NULL where it was nobody's yet.
 */
export const commitmentSchema2: SchemaStep = {
  name: 'commitment-2',
  sql: `
ALTER TABLE commitment ADD COLUMN needs_person INTEGER NOT NULL DEFAULT 0;
ALTER TABLE commitment ADD COLUMN organisation TEXT;
CREATE INDEX commitment_for_a_person ON commitment (id) WHERE needs_person = 1;
`,
}

/**
 * `verifying`: what is asked for is on its way to the server, or the server cannot be asked; `reporting`: the requestor has not taken
 * the report yet; `unreported`: it could not be told in all the time there was.
 */
export type CommitmentState = 'verifying' | 'reporting' | 'reported' | 'unreported'

export interface CommitmentResult {
  readonly committed: readonly Reference[]
  readonly failed: readonly FailedReference[]
}

export interface Commitment {
  readonly id: number
  readonly TransactionUID: string
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly remoteAddress: string
  readonly requestedAt: Date
  readonly references: readonly Reference[]
  readonly state: CommitmentState
  readonly result: CommitmentResult | undefined
  readonly attempts: number
  readonly settledAt: Date | undefined
  readonly reason: string | undefined
  /** Its requestor was never told, and no person has seen that yet. */
  readonly needsPerson: boolean
  /** Whose gateway this was when it came; undefined where it was nobody's yet. */
  readonly organisation: string | undefined
}

export type NewCommitment = Pick<Commitment, 'TransactionUID' | 'callingAETitle' | 'calledAETitle' | 'remoteAddress' | 'requestedAt' | 'references' | 'organisation'>

export interface CommitmentTable {
  /** Answers its id. */
  add(commitment: NewCommitment): number
  get(id: number): Commitment | undefined
  /** Whether a transaction of this UID has yet to be reported to the AE title. */
  isOpen(callingAETitle: string, TransactionUID: string): boolean
  /** Transactions that have yet to be reported to the AE title. */
  openOf(callingAETitle: string): number
  /** Those whose next attempt is due, the longest due first. */
  due(now: Date, limit: number): Commitment[]
  verified(id: number, result: CommitmentResult): void
  postpone(id: number, until: Date, reason: string): void
  settle(id: number, state: 'reported' | 'unreported', at: Date, reason?: string): void
  /** Of what came while the gateway was nobody's, this organisation is asked from now on. */
  adopt(organisation: string): void
  /** What a person has to see: commitments that nobody could be told of. */
  needingPerson(): number
  /** A person has seen these; how many there were to see. */
  acknowledge(ids: readonly number[]): number
  /** The newest first. */
  list(limit: number): Commitment[]
  removeSettledBefore(moment: Date): number
}

export function createCommitmentTable({ sql }: Database): CommitmentTable {
  const columns = 'id, transaction_uid, calling_ae_title, called_ae_title, remote_address, requested_at, reference_list, state, result, attempts, settled_at, reason, needs_person, organisation'
  const add = sql.prepare('INSERT INTO commitment (transaction_uid, calling_ae_title, called_ae_title, remote_address, requested_at, reference_list, state, next_attempt_at, organisation) VALUES (?, ?, ?, ?, ?, ?, \'verifying\', ?, ?)')
  const get = sql.prepare(`SELECT ${columns} FROM commitment WHERE id = ?`)
  const due = sql.prepare(`SELECT ${columns} FROM commitment WHERE state IN ('verifying', 'reporting') AND next_attempt_at NOT BETWEEN ?1 + 1 AND ?1 + ${String(longestWaitMs)} ORDER BY next_attempt_at LIMIT ?2`)
  const open = "SELECT count(*) AS count FROM commitment WHERE state IN ('verifying', 'reporting') AND calling_ae_title = ?"
  const openOf = sql.prepare(open)
  const openWith = sql.prepare(`${open} AND transaction_uid = ?`)
  const verified = sql.prepare("UPDATE commitment SET state = 'reporting', result = ?, attempts = 0, reason = NULL WHERE id = ?")
  const postpone = sql.prepare('UPDATE commitment SET next_attempt_at = ?, attempts = attempts + 1, reason = ? WHERE id = ?')
  const settle = sql.prepare("UPDATE commitment SET state = ?1, settled_at = ?2, reason = ?3, needs_person = (?1 = 'unreported') WHERE id = ?4")
  const forPerson = sql.prepare('SELECT count(*) AS count FROM commitment WHERE needs_person = 1')
  const adopt = sql.prepare("UPDATE commitment SET organisation = ? WHERE organisation IS NULL AND state IN ('verifying', 'reporting')")
  const acknowledge = sql.prepare('UPDATE commitment SET needs_person = 0 WHERE needs_person = 1 AND id IN (SELECT value FROM json_each(?))')
  const list = sql.prepare(`SELECT ${columns} FROM commitment ORDER BY id DESC LIMIT ?`)
  const remove = sql.prepare('DELETE FROM commitment WHERE needs_person = 0 AND settled_at < ?')
  return {
    add: ({ TransactionUID, callingAETitle, calledAETitle, remoteAddress, requestedAt, references, organisation }) => {
      const at = requestedAt.getTime()
      return Number(add.run(TransactionUID, callingAETitle, calledAETitle, remoteAddress, at, JSON.stringify(references), at, organisation ?? null).lastInsertRowid)
    },
    isOpen: (callingAETitle, TransactionUID) => Number(openWith.get(callingAETitle, TransactionUID)?.count) > 0,
    openOf: (callingAETitle) => Number(openOf.get(callingAETitle)?.count),
    get: (id) => commitmentOf(get.get(id)),
    due: (now, limit) => due.all(now.getTime(), limit).flatMap((row) => commitmentOf(row) ?? []),
    verified: (id, result) => { verified.run(JSON.stringify(result), id) },
    postpone: (id, until, reason) => { postpone.run(until.getTime(), reason, id) },
    settle: (id, state, at, reason) => { settle.run(state, at.getTime(), reason ?? null, id) },
    needingPerson: () => Number(forPerson.get()?.count),
    adopt: (organisation) => { adopt.run(organisation) },
    acknowledge: (ids) => Number(acknowledge.run(JSON.stringify(ids)).changes),
    list: (limit) => list.all(limit).flatMap((row) => commitmentOf(row) ?? []),
    removeSettledBefore: (moment) => Number(remove.run(moment.getTime()).changes),
  }
}

function commitmentOf(row: Record<string, unknown> | undefined): Commitment | undefined {
  if (!row) return undefined
  return {
    id: Number(row.id), TransactionUID: String(row.transaction_uid),
    callingAETitle: String(row.calling_ae_title), calledAETitle: String(row.called_ae_title), remoteAddress: String(row.remote_address),
    requestedAt: new Date(Number(row.requested_at)), references: JSON.parse(String(row.reference_list)) as Reference[],
    state: row.state as CommitmentState, result: typeof row.result === 'string' ? JSON.parse(row.result) as CommitmentResult : undefined,
    attempts: Number(row.attempts), settledAt: row.settled_at === null ? undefined : new Date(Number(row.settled_at)),
    reason: typeof row.reason === 'string' ? row.reason : undefined,
    needsPerson: row.needs_person === 1, organisation: typeof row.organisation === 'string' ? row.organisation : undefined,
  }
}
