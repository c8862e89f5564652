/** The deliveries that are to be made, on disk: what a crash leaves is what was settled before it. */
import type { Database } from '../platform/database.ts'
import { createByHand, type ByHand } from './by-hand.ts'
import { createClaimer, type Claimer } from './claim.ts'
import type { DeliveryState } from './delivery-states.ts'
import { createEnqueuer, type Enqueuer } from './enqueue.ts'
import { createLoser, type Loser } from './lost.ts'
import { createRerouter, type Rerouter } from './rerouting.ts'
import { createSettler, type Settler } from './settle.ts'
import { createStatements } from '../platform/statements.ts'

export type QueueCounts = Readonly<Record<DeliveryState, number>> & {
  /** Of what waits and is being sent. */
  readonly waitingBytes: number
}

export interface Queue extends Enqueuer, Rerouter, Claimer, Settler, ByHand, Loser {
  /** Deliveries of each node that ever had one, by state. */
  readonly counts: () => ReadonlyMap<string, QueueCounts>
}

export const emptyQueue: QueueCounts = { waiting: 0, sending: 0, delivered: 0, dead: 0, cancelled: 0, waitingBytes: 0 }

/** The queue in a database that has `spoolSchema`, `forwardingTables`, `strandedTables`, `repeatTables`, `lostTables`, `supersededTables` and `againTables`. `recover` comes before the first claim. */
export function createQueue(database: Database): Queue {
  const statements = createStatements(database)
  return {
    ...createEnqueuer(statements), ...createRerouter(statements), ...createClaimer(statements), ...createSettler(statements), ...createByHand(statements), ...createLoser(statements),
    counts: () => {
      const byNode = new Map<string, QueueCounts>()
      for (const { nodeId, state, count, bytes } of statements.all<{ nodeId: string; state: DeliveryState; count: number; bytes: number }>('SELECT node_id AS nodeId, state, count, bytes FROM delivery_count')) {
        const known = byNode.get(nodeId) ?? emptyQueue
        byNode.set(nodeId, { ...known, [state]: count, waitingBytes: known.waitingBytes + (state === 'waiting' || state === 'sending' ? bytes : 0) })
      }
      return byNode
    },
  }
}
