/** What people do to deliveries: try again, call off. */
import { markArrivedEverywhere } from './arrived-everywhere.ts'
import { statesThatTake, type DeliveryState } from './delivery-states.ts'
import { standInLine } from './settle.ts'
import type { Statements, Transaction } from '../platform/statements.ts'

/** Which deliveries are meant; what is absent does not narrow. */
export interface Selection {
  readonly deliveryIds?: readonly number[] | undefined
  readonly objectId?: string | undefined
  readonly StudyInstanceUID?: string | undefined
  readonly nodeId?: string | undefined
  /** Any of these. */
  readonly nodeIds?: readonly string[] | undefined
  readonly state?: DeliveryState | undefined
}

export interface ByHand {
  /**
   * Puts deliveries in line again, at once and with a clean record: those that wait or were given up. What has arrived or was called
   * off is meant only where its state is named. What has arrived stands behind what has come by now. How many.
   */
  readonly retry: (selection: Selection, now: number) => Promise<number>
  /** Calls deliveries off that are not being sent. How many. */
  readonly cancel: (selection: Selection) => Promise<number>
  /** Says of what was called off that its objects need not be kept for it; they go as retention has it. How many. */
  readonly release: (selection: Selection, now: number) => Promise<number>
}

/** Rows changed at a time: others have their turn on the database between. */
const page = 1000

/** What has arrived keeps that it did, until it arrives once more. */
const again = `
  UPDATE delivery SET state = 'waiting', attempts = 0, troubles = 0, next_attempt_at = 0, confirmed = iif(delivered_at IS NULL, 0, confirmed), again_at = iif(delivered_at IS NULL, again_at, ?2), last_error = iif(last_error = 'objectUnreadable', NULL, last_error) WHERE delivery_id = ?1`
const callOff = `
  UPDATE delivery SET state = 'cancelled', confirmed = 0, upload_url = NULL, delivered_at = NULL, receipt = NULL, verified = 0,
    last_error = iif(last_error = 'objectUnreadable', NULL, last_error) WHERE delivery_id = ?`

/** A study of which nothing else waits has no place in line any more: the one it had is that of what has gone. */
const leaveLine = `
  DELETE FROM delivery_turn WHERE (node_id, study_id, urgent) = (SELECT node_id, study_id, urgent FROM delivery WHERE delivery_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM delivery o WHERE (o.node_id, o.study_id, o.urgent) = (delivery_turn.node_id, delivery_turn.study_id, delivery_turn.urgent) AND o.state = 'waiting' AND o.delivery_id <> ?1)`

interface Found {
  readonly deliveryId: number
  readonly objectKey: number
}

/** Puts a delivery in line again, at once and with a clean record, one that had arrived as of now; its object stays until it has arrived. */
export function tryAgain(transaction: Transaction, { deliveryId, objectKey }: Found, now: number): void {
  transaction.run(again, deliveryId, now)
  transaction.run(leaveLine, deliveryId)
  transaction.run('UPDATE forward_object SET arrived_everywhere_at = NULL WHERE object_key = ?', objectKey)
  transaction.run(standInLine, deliveryId)
}

export function createByHand(statements: Statements): ByHand {
  const each = async (selection: Selection, states: readonly DeliveryState[], change: (transaction: Transaction, found: Found) => void): Promise<number> => {
    const { where, values } = conditionOf(selection, states)
    const select = `
      SELECT d.delivery_id AS deliveryId, d.object_key AS objectKey FROM delivery d JOIN forward_object o USING (object_key) JOIN forward_study s ON s.study_id = d.study_id
      WHERE d.delivery_id > ? AND o.deleted_at IS NULL AND ${where} ORDER BY d.delivery_id LIMIT ${String(page)}`
    let changed = 0
    for (let last = 0; ;) {
      const after = last
      const rows = await statements.write((transaction) => {
        const found = transaction.all<Found>(select, after, ...values)
        for (const one of found) change(transaction, one)
        return found
      })
      changed += rows.length
      last = rows.at(-1)?.deliveryId ?? last
      if (rows.length < page) return changed
    }
  }

  return {
    retry: (selection, now) => each(selection, selection.state === undefined ? ['waiting', 'dead'] : only(selection.state, statesThatTake('retry')), (transaction, found) => { tryAgain(transaction, found, now) }),
    cancel: (selection) => each(selection, only(selection.state, statesThatTake('cancel')), (transaction, { deliveryId, objectKey }) => {
      transaction.run(callOff, deliveryId)
      transaction.run('UPDATE forward_object SET arrived_everywhere_at = NULL WHERE object_key = ?', objectKey)
    }),
    release: (selection, now) => each(selection, ['cancelled'], (transaction, { deliveryId, objectKey }) => {
      transaction.run('UPDATE delivery SET confirmed = 1 WHERE delivery_id = ?', deliveryId)
      transaction.run(markArrivedEverywhere, objectKey, now)
    }),
  }
}

const only = (state: DeliveryState | undefined, states: readonly DeliveryState[]): readonly DeliveryState[] =>
  state === undefined ? states : states.filter((one) => one === state)

function conditionOf({ deliveryIds, objectId, StudyInstanceUID, nodeId, nodeIds }: Selection, states: readonly DeliveryState[]): { where: string; values: string[] } {
  const narrowed: readonly (readonly [condition: string, value: string | undefined])[] = [
    ['d.delivery_id IN (SELECT value FROM json_each(?))', deliveryIds && JSON.stringify(deliveryIds)],
    ['o.object_id = ?', objectId],
    ['s.study_instance_uid = ?', StudyInstanceUID],
    ['d.node_id = ?', nodeId],
    ['d.node_id IN (SELECT value FROM json_each(?))', nodeIds && JSON.stringify(nodeIds)],
  ]
  const given = narrowed.filter((one): one is readonly [string, string] => one[1] !== undefined)
  return {
    where: [`d.state IN (SELECT value FROM json_each(?))`, ...given.map(([condition]) => condition)].join(' AND '),
    values: [JSON.stringify(states), ...given.map(([, value]) => value)],
  }
}
