/** Objects that are here already and are looked at once more: they came again, or nodes and rules have changed. */
import { tryAgain } from './by-hand.ts'
import { deliver, type Known } from './enqueue.ts'
import { destinationsOf, type Destination, type Routable, type Routes } from './rules.ts'
import type { Statements, Transaction } from '../platform/statements.ts'

export interface Rerouter {
  /**
   * Sends an object that came once more wherever it is meant for as it came now: to nodes it has not gone to, and again to those it was
   * given up or called off for. Whoever sends it again wants it to arrive. Node ids that have something to send.
   * @param asItCame what rules look at, of the repeat
   */
  readonly enqueueAgain: (objectId: string, asItCame: Routable, routes: Routes) => Promise<Set<string>>
  /** Sends objects that go nowhere, as those that came before there was a node, where they are meant for now. Node ids that have something to send. */
  readonly enqueueStranded: (routes: Routes) => Promise<Set<string>>
}

/** Objects looked at in one go: nothing else happens meanwhile. */
const stretch = 20_000

const byId = `
  SELECT object_key AS objectKey, study_id AS studyId, received_at AS receivedAt, byte_length AS bytes FROM forward_object WHERE object_id = ? AND deleted_at IS NULL`
const stranded = `
  SELECT object_key AS objectKey, study_id AS studyId, received_at AS receivedAt, byte_length AS bytes,
    calling_ae_title AS callingAETitle, called_ae_title AS calledAETitle, modality AS Modality, sop_class_uid AS SOPClassUID
  FROM forward_object o WHERE object_key > ? AND object_key <= ? AND deleted_at IS NULL AND arrived_everywhere_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = o.object_key
      AND (d.state = 'delivered' OR (d.state <> 'cancelled' AND d.node_id IN (SELECT value FROM json_each(?)))))`
const givenUp = `SELECT delivery_id AS deliveryId FROM delivery WHERE object_key = ? AND node_id = ? AND state IN ('dead', 'cancelled')`

type Stranded = Known & Omit<Routable, 'receivedAt' | 'Modality'> & { readonly Modality: string | null }

export function createRerouter(statements: Statements): Rerouter {
  return {
    enqueueAgain: (objectId, asItCame, routes) => statements.write((transaction) => {
      const object = transaction.get<Known>(byId, objectId)
      return object ? sendTo(transaction, object, destinationsOf(asItCame, routes)) : new Set()
    }),

    enqueueStranded: async (routes) => {
      const last = statements.get<{ last: number | null }>('SELECT max(object_key) AS last FROM forward_object')?.last ?? 0
      const there = JSON.stringify(routes.nodes.map(({ id }) => id))
      const nodeIds = new Set<string>()
      for (let from = 0; from < last; from += stretch) {
        const found = await statements.write((transaction) => transaction.all<Stranded>(stranded, from, from + stretch, there).flatMap((object) => {
          const routable = { ...object, receivedAt: new Date(object.receivedAt), Modality: object.Modality ?? undefined }
          return [...sendTo(transaction, object, destinationsOf(routable, routes))]
        }))
        for (const nodeId of found) nodeIds.add(nodeId)
      }
      return nodeIds
    },
  }
}

/** Of the destinations, those to which the object goes now and would not have gone. */
function sendTo(transaction: Transaction, object: Known, destinations: readonly Destination[]): Set<string> {
  const { objectKey } = object
  const going = destinations.filter((destination) => {
    if (deliver(transaction, object, destination)) return true
    const delivery = transaction.get<{ deliveryId: number }>(givenUp, objectKey, destination.nodeId)
    if (delivery) tryAgain(transaction, { ...delivery, objectKey })
    return delivery !== undefined
  })
  if (going.length > 0) transaction.run('UPDATE forward_object SET arrived_everywhere_at = NULL WHERE object_key = ?', objectKey)
  return new Set(going.map(({ nodeId }) => nodeId))
}
