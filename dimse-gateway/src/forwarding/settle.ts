/** What became of deliveries that were being sent. */
import { markArrivedEverywhere } from './arrived-everywhere.ts'
import type { DeliveryError } from './delivery-states.ts'
import { endIfLost } from './lost.ts'
import type { Statements, Transaction } from '../platform/statements.ts'

/** The outcome of one delivery. */
export type Outcome = Arrived | Released | Refused

export interface Arrived {
  readonly kind: 'arrived'
  /** SHA-256 of the data set the node says it holds, hex. */
  readonly receipt?: string | undefined
  /** The receipt is of the bytes sent. */
  readonly verified: boolean
  /** More proof a node of its kind does not give. */
  readonly confirmed: boolean
  /** Where that is not the object's own. */
  readonly sentTransferSyntaxUID?: string | undefined
}

/** The line or the node failed, which says nothing against the object. */
export interface Released {
  readonly kind: 'released'
  readonly error?: DeliveryError | undefined
  /** It was on its way when that happened: counted, so that an object that always breaks the line is found. */
  readonly troubled: boolean
  readonly retryAt: number
}

/** The node does not take this object: tried again then, or left to a person. */
export interface Refused {
  readonly kind: 'refused'
  readonly error: DeliveryError
  readonly retryAt: number | 'never'
}

export interface Settled {
  readonly deliveryId: number
  readonly outcome: Outcome
}

export interface Settler {
  /** Writes outcomes down, all or none. */
  readonly settle: (settled: readonly Settled[], now: number) => Promise<void>
  /** Remembers where an upload can be continued; undefined forgets it. */
  readonly rememberUpload: (deliveryId: number, url: string | undefined) => Promise<void>
  /** What was being sent when the process ended waits again, and the lines of studies are made anew. Once, before any claim. */
  readonly recover: () => Promise<void>
}

const maxDetailLength = 500

const arrive = `
  UPDATE delivery SET state = 'delivered', attempts = attempts + 1, delivered_at = ?2, receipt = ?3, verified = ?4, confirmed = ?5, sent_transfer_syntax_uid = ?6,
    last_error = NULL, last_error_detail = NULL, upload_url = NULL WHERE delivery_id = ?1 AND state = 'sending' RETURNING object_key AS objectKey`
const release = `
  UPDATE delivery SET state = 'waiting', troubles = troubles + ?2, next_attempt_at = ?3, last_error = coalesce(?4, last_error), last_error_detail = iif(?4 IS NULL, last_error_detail, ?5)
  WHERE delivery_id = ?1 AND state = 'sending'`
const refuse = `
  UPDATE delivery SET state = ?2, attempts = attempts + 1, next_attempt_at = ?3, last_error = ?4, last_error_detail = ?5, upload_url = NULL WHERE delivery_id = ?1 AND state = 'sending'`

/** Puts the study of one delivery in line for its node, due when the delivery is. */
export const standInLine = `
  INSERT INTO delivery_turn (node_id, study_id, urgent, place, due_at)
  SELECT d.node_id, d.study_id, d.urgent, coalesce(d.again_at, o.received_at), d.next_attempt_at FROM delivery d JOIN forward_object o USING (object_key) WHERE d.delivery_id = ?
  ON CONFLICT DO UPDATE SET due_at = min(due_at, excluded.due_at)`

export function createSettler(statements: Statements): Settler {
  return {
    settle: (settled, now) => statements.write((transaction) => { for (const one of settled) settleOne(transaction, one, now) }),
    rememberUpload: (deliveryId, url) => statements.write((transaction) => { transaction.run('UPDATE delivery SET upload_url = ? WHERE delivery_id = ?', url ?? null, deliveryId) }),
    recover: () => statements.write((transaction) => {
      transaction.run(`UPDATE delivery SET state = 'waiting', next_attempt_at = 0 WHERE state = 'sending'`)
      transaction.run('DELETE FROM delivery_turn')
      transaction.run(`
        INSERT INTO delivery_turn (node_id, study_id, urgent, place, due_at)
        SELECT d.node_id, d.study_id, d.urgent, min(coalesce(d.again_at, o.received_at)), min(d.next_attempt_at) FROM delivery d JOIN forward_object o USING (object_key) WHERE d.state = 'waiting' GROUP BY 1, 2, 3`)
    }),
  }
}

function settleOne(transaction: Transaction, { deliveryId, outcome }: Settled, now: number): void {
  if (outcome.kind === 'arrived') {
    const { receipt, verified, confirmed, sentTransferSyntaxUID } = outcome
    const row = transaction.get<{ objectKey: number }>(arrive, deliveryId, now, receipt ?? null, Number(verified), Number(confirmed), sentTransferSyntaxUID ?? null)
    if (row) transaction.run(markArrivedEverywhere, row.objectKey, now)
    return
  }
  const code = outcome.error?.code ?? null
  const detail = outcome.error?.detail?.slice(0, maxDetailLength) ?? null
  if (outcome.kind === 'released') transaction.run(release, deliveryId, Number(outcome.troubled), outcome.retryAt, code, detail)
  else if (outcome.retryAt === 'never') transaction.run(refuse, deliveryId, 'dead', 0, code, detail)
  else transaction.run(refuse, deliveryId, 'waiting', outcome.retryAt, code, detail)
  if (outcome.kind === 'released' || outcome.retryAt !== 'never') transaction.run(standInLine, deliveryId)
  endIfLost(transaction, deliveryId, now)
}
