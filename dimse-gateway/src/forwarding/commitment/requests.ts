/** What DICOM nodes were asked to commit to, on disk: a report may come days later, and to another process. */
import { newUID } from '@isocenter/dicom'
import type { Statements, Transaction } from '../../platform/statements.ts'
import type { Reference } from '@isocenter/dimse'
import { backoffMs, longestWaitMs } from '../../platform/backoff.ts'
import { markArrivedEverywhere } from '../arrived-everywhere.ts'
import { standInLine } from '../settle.ts'

/** What one N-ACTION asks a node to commit to. */
export interface CommitmentRequest {
  readonly requestId: number
  readonly TransactionUID: string
  readonly references: readonly Reference[]
}

/** What a node reports of a transaction. */
export interface CommitmentReport {
  readonly TransactionUID: string
  /** SOP Instance UIDs. */
  readonly committed: ReadonlySet<string>
  /** Failure Reason (PS3.3 §C.14.1.1) by SOP Instance UID; undefined where the node gives none. */
  readonly failed: ReadonlyMap<string, number | undefined>
}

export interface RequestLimits {
  readonly most: number
  /** Fewer than `most` are asked about once the first of them arrived so long ago. */
  readonly collectMs: number
  /** An answer is waited for so long, an hour at most; then the node is asked again. */
  readonly patienceMs: number
}

export interface CommitmentRequests {
  /** Puts together what the node has taken and nobody asks about yet. It outlives a power cut before anybody is asked. */
  readonly begin: (nodeId: string, limits: RequestLimits, now: number) => Promise<CommitmentRequest | undefined>
  /** It did not get through, as far as we know: asked about again. A report on it still counts. */
  readonly giveUp: (requestId: number) => Promise<void>
  /**
   * Confirms what is committed; what is not goes back into the queue, or is left to a person when it was sent `maxAttempts` times.
   * Durable when it returns. Answers the node, undefined when nothing of the kind was asked for.
   */
  readonly take: (report: CommitmentReport, maxAttempts: (nodeId: string) => number, now: number) => Promise<string | undefined>
  /** Confirms what waits for the commitment of a node that is not to be asked any more. */
  readonly waive: (nodeId: string, now: number) => Promise<void>
}

/** Reports on transactions that old are not expected. */
const forgetAfterMs = 7 * 24 * 3_600_000
const refusalBackoff = { baseMs: 10_000, capMs: 600_000 }

const unasked = `
  SELECT d.delivery_id AS deliveryId, d.delivered_at AS deliveredAt, o.sop_class_uid AS SOPClassUID, o.sop_instance_uid AS SOPInstanceUID
  FROM delivery d INDEXED BY delivery_unconfirmed JOIN forward_object o USING (object_key)
  WHERE d.node_id = ? AND d.state = 'delivered' AND d.confirmed = 0 AND NOT EXISTS (
    SELECT 1 FROM requested_commitment_member m JOIN requested_commitment r USING (request_id) WHERE m.delivery_id = d.delivery_id AND r.open_until BETWEEN ? + 1 AND ? + ${String(longestWaitMs)})
  ORDER BY d.delivery_id LIMIT ?`
const forgetOld = `
  DELETE FROM requested_commitment WHERE open_until BETWEEN 1 AND ? OR (open_until = 0 AND request_id NOT IN (SELECT request_id FROM requested_commitment_member))`
const members = `
  SELECT m.delivery_id AS deliveryId, d.attempts, o.sop_instance_uid AS SOPInstanceUID
  FROM requested_commitment_member m JOIN delivery d USING (delivery_id) JOIN forward_object o USING (object_key) WHERE m.request_id = ?`
const confirm = `UPDATE delivery SET confirmed = 1 WHERE delivery_id = ? AND state = 'delivered' RETURNING object_key AS objectKey`
const sendAgain = `UPDATE delivery SET state = ?2, next_attempt_at = ?3, last_error = 'refused', last_error_detail = ?4, delivered_at = NULL WHERE delivery_id = ?1 AND state = 'delivered'`

interface Unasked extends Reference {
  readonly deliveryId: number
  readonly deliveredAt: number
}

interface Member {
  readonly deliveryId: number
  readonly attempts: number
  readonly SOPInstanceUID: string
}

export function createCommitmentRequests(statements: Statements): CommitmentRequests {
  return {
    begin: async (nodeId, { most, collectMs, patienceMs }, now) => {
      // Nearly always there is none, and nothing is worth a flush of the disk then.
      if (!isWorthAsking(statements.all<Unasked>(unasked, nodeId, now, now, most), { most, collectMs }, now)) return undefined
      return statements.write((transaction) => {
        const found = transaction.all<Unasked>(unasked, nodeId, now, now, most)
        if (found.length === 0) return undefined
        transaction.run(forgetOld, now - forgetAfterMs)
        // Random: it is what a report is known by, and nobody can guess it.
        const TransactionUID = newUID()
        transaction.run('INSERT INTO requested_commitment (transaction_uid, node_id, open_until) VALUES (?, ?, ?)', TransactionUID, nodeId, now + Math.min(patienceMs, longestWaitMs))
        const requestId = transaction.get<{ id: number }>('SELECT last_insert_rowid() AS id')?.id ?? 0
        for (const { deliveryId } of found) transaction.run('INSERT INTO requested_commitment_member (delivery_id, request_id) VALUES (?, ?)', deliveryId, requestId)
        const references = new Map(found.map(({ SOPClassUID, SOPInstanceUID }) => [SOPInstanceUID, { SOPClassUID, SOPInstanceUID }]))
        return { requestId, TransactionUID, references: [...references.values()] }
      }, { durable: true })
    },
    giveUp: (requestId) => statements.write((transaction) => { transaction.run('UPDATE requested_commitment SET open_until = 0 WHERE request_id = ?', requestId) }),
    take: (report, maxAttempts, now) => statements.write((transaction) => {
      const request = transaction.get<{ requestId: number; nodeId: string }>('SELECT request_id AS requestId, node_id AS nodeId FROM requested_commitment WHERE transaction_uid = ?', report.TransactionUID)
      if (!request) return undefined
      for (const member of transaction.all<Member>(members, request.requestId)) {
        if (report.failed.has(member.SOPInstanceUID)) refuse(transaction, member, report.failed.get(member.SOPInstanceUID), maxAttempts(request.nodeId), now)
        else if (report.committed.has(member.SOPInstanceUID)) confirmOne(transaction, member.deliveryId, now)
      }
      return request.nodeId
    }, { durable: true }),
    waive: async (nodeId, now) => {
      const uncommitted = `SELECT delivery_id AS deliveryId FROM delivery INDEXED BY delivery_unconfirmed WHERE node_id = ? AND state = 'delivered' AND confirmed = 0 LIMIT 1000`
      while (statements.get(uncommitted, nodeId) !== undefined) {
        await statements.write((transaction) => { for (const { deliveryId } of transaction.all<{ deliveryId: number }>(uncommitted, nodeId)) confirmOne(transaction, deliveryId, now) })
      }
    },
  }
}

const isWorthAsking = (found: readonly Unasked[], { most, collectMs }: Pick<RequestLimits, 'most' | 'collectMs'>, now: number): boolean =>
  // A clock that was put back makes what arrived later than now: that has waited long enough.
  found.length >= most || found.some(({ deliveredAt }) => deliveredAt > now || now - deliveredAt >= collectMs)

function confirmOne(transaction: Transaction, deliveryId: number, now: number): void {
  const row = transaction.get<{ objectKey: number }>(confirm, deliveryId)
  // Of earlier requests too: nothing is left to be told.
  transaction.run('DELETE FROM requested_commitment_member WHERE delivery_id = ?', deliveryId)
  if (row) transaction.run(markArrivedEverywhere, row.objectKey, now)
}

function refuse(transaction: Transaction, { deliveryId, attempts }: Member, reason: number | undefined, maxAttempts: number, now: number): void {
  const detail = `storage commitment: ${reason === undefined ? 'failed' : `0x${reason.toString(16).toUpperCase().padStart(4, '0')}`}`
  const isDead = attempts >= maxAttempts
  transaction.run(sendAgain, deliveryId, isDead ? 'dead' : 'waiting', isDead ? 0 : now + backoffMs(attempts, refusalBackoff), detail)
  if (!isDead) transaction.run(standInLine, deliveryId)
}
