/** Objects that were lost and whose files are there again, as those of a disk that had not been mounted. */
import { markArrivedEverywhere } from './arrived-everywhere.ts'
import { tryAgain } from './by-hand.ts'
import type { Destination } from './rules.ts'
import type { Transaction } from '../platform/statements.ts'

interface CalledOff {
  readonly deliveryId: number
  readonly objectKey: number
  readonly nodeId: string
  readonly urgent: number
}

const calledOffForLoss = `SELECT delivery_id AS deliveryId, object_key AS objectKey, node_id AS nodeId, urgent FROM delivery WHERE object_key = ? AND state = 'cancelled' AND last_error = 'objectUnreadable'`
const strandIfNowhere = `
  INSERT OR IGNORE INTO stranded_object SELECT object_key FROM forward_object o
  WHERE object_key = ? AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = o.object_key AND d.state <> 'cancelled')`

/** What stays called off is asked about again: a person may have said of the loss alone that nothing need be kept for it. */
const askAgain = `
  UPDATE delivery SET confirmed = 0, last_error = iif(last_error = 'objectUnreadable', NULL, last_error) WHERE object_key = ? AND state = 'cancelled'`
const lastArrival = 'SELECT max(delivered_at) AS at FROM delivery WHERE object_key = ?'

/**
 * Keeps an object again that was lost, and puts in line what was called off for that, also where a person has seen to the loss. What would
 * go to a node that is there no more stays called off, and nothing goes of what has come anew since: of both a person is told. Where
 * it goes; of one that was not lost nothing is changed.
 */
export function keepFound(transaction: Transaction, objectId: string, nodeIds: ReadonlySet<string>, now: number): readonly Destination[] {
  const found = transaction.get<{ objectKey: number; superseded: number }>('UPDATE forward_object SET deleted_at = NULL, lost = 0 WHERE object_id = ? AND lost = 1 RETURNING object_key AS objectKey, superseded', objectId)
  if (!found) return []
  const { objectKey, superseded } = found
  transaction.run('DELETE FROM lost_object WHERE object_key = ?', objectKey)
  const going = superseded === 1 ? [] : transaction.all<CalledOff>(calledOffForLoss, objectKey).filter(({ nodeId }) => nodeIds.has(nodeId))
  for (const delivery of going) tryAgain(transaction, delivery, now)
  transaction.run(askAgain, objectKey)
  transaction.run(strandIfNowhere, objectKey)
  const arrivedAt = transaction.get<{ at: number | null }>(lastArrival, objectKey)?.at
  if (typeof arrivedAt === 'number') transaction.run(markArrivedEverywhere, objectKey, arrivedAt)
  return going.map(({ nodeId, urgent }) => ({ nodeId, urgent: urgent === 1 }))
}
