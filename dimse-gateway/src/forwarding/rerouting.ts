/** Objects that are here already and are looked at once more: they came again, or nodes and rules have changed. */
import { tryAgain } from './by-hand.ts'
import { deliver, type Known } from './enqueue.ts'
import { destinationsOf, type Destination, type Routable, type Routes } from './rules.ts'
import type { Statements, Transaction } from '../platform/statements.ts'

export interface Rerouter {
  /**
   * Sends an object that came once more wherever it is meant for as it came now: to nodes it has not gone to, and again to those it was
   * given up or called off for, or where it arrived long ago: there it may have been deleted since, of which nobody told us. With it goes
   * what else of its study comes again about then, however lately that arrived: a node that has deleted a study gets no part of it. Whoever
   * sends it again wants it to be there. Node ids that have something to send.
   * @param asItCame what rules look at, of the repeat
   */
  readonly enqueueAgain: (objectId: string, asItCame: Routable, routes: Routes) => Promise<Set<string>>
  /** Sends objects that go nowhere, as those that came before there was a node, where they are meant for now. Node ids that have something to send. */
  readonly enqueueStranded: (routes: Routes) => Promise<Set<string>>
}

/** Sooner, a repeat is of a sender that did not hear our answer. What is sent again comes within so long, too. */
const longAgoMs = 60 * 60_000

/** Objects looked at in one go: nothing else happens meanwhile. */
const stretch = 20_000

const byId = `
  SELECT object_key AS objectKey, study_id AS studyId, received_at AS receivedAt, byte_length AS bytes FROM forward_object WHERE object_id = ? AND deleted_at IS NULL`
const stranded = `
  SELECT object_key AS objectKey, study_id AS studyId, received_at AS receivedAt, byte_length AS bytes,
    calling_ae_title AS callingAETitle, called_ae_title AS calledAETitle, modality AS Modality, sop_class_uid AS SOPClassUID
  FROM forward_object o WHERE object_key > ? AND object_key <= ? AND deleted_at IS NULL AND arrived_everywhere_at IS NULL AND superseded = 0
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = o.object_key
      AND (d.state = 'delivered' OR (d.state <> 'cancelled' AND d.node_id IN (SELECT value FROM json_each(?)))))`
const givenUp = `SELECT delivery_id AS deliveryId, object_key AS objectKey FROM delivery WHERE object_key = ? AND node_id = ? AND state IN ('dead', 'cancelled')`
const arrived = `SELECT delivery_id AS deliveryId, object_key AS objectKey, delivered_at AS deliveredAt FROM delivery WHERE object_key = ? AND node_id = ? AND state = 'delivered'`
const resentSince = 'SELECT since FROM resent_study WHERE node_id = ? AND study_id = ? AND since > ?'
const resendFromNow = 'INSERT INTO resent_study (node_id, study_id, since) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET since = excluded.since'
const cameAgain = `
  SELECT d.delivery_id AS deliveryId, d.object_key AS objectKey FROM forward_object o JOIN delivery d USING (object_key)
  WHERE o.study_id = ? AND o.deleted_at IS NULL AND o.came_again_at > ? AND d.node_id = ? AND d.state = 'delivered'`

type Stranded = Known & Omit<Routable, 'receivedAt' | 'Modality'> & { readonly Modality: string | null }

export function createRerouter(statements: Statements): Rerouter {
  return {
    enqueueAgain: (objectId, asItCame, routes) => statements.write((transaction) => {
      const object = transaction.get<Known>(byId, objectId)
      if (!object) return new Set()
      const at = asItCame.receivedAt.getTime()
      transaction.run('UPDATE forward_object SET came_again_at = ? WHERE object_key = ?', at, object.objectKey)
      return sendTo(transaction, object, destinationsOf(asItCame, routes), at, (nodeId) => resend(transaction, object, nodeId, at))
    }),

    enqueueStranded: async (routes) => {
      const last = statements.get<{ last: number | null }>('SELECT max(object_key) AS last FROM forward_object')?.last ?? 0
      const there = JSON.stringify(routes.nodes.map(({ id }) => id))
      const nodeIds = new Set<string>()
      for (let from = 0; from < last; from += stretch) {
        const found = await statements.write((transaction) => transaction.all<Stranded>(stranded, from, from + stretch, there).flatMap((object) => {
          const routable = { ...object, receivedAt: new Date(object.receivedAt), Modality: object.Modality ?? undefined }
          return [...sendTo(transaction, object, destinationsOf(routable, routes), object.receivedAt, () => false)]
        }))
        for (const nodeId of found) nodeIds.add(nodeId)
      }
      return nodeIds
    },
  }
}

interface Delivery {
  readonly deliveryId: number
  readonly objectKey: number
}

/** Of the destinations, those to which the object goes now and would not have gone. `again`: whether it goes to a node at which it has arrived. */
function sendTo(transaction: Transaction, object: Known, destinations: readonly Destination[], at: number, again: (nodeId: string) => boolean): Set<string> {
  const { objectKey } = object
  const going = destinations.filter((destination) => {
    if (deliver(transaction, object, destination)) return true
    const delivery = transaction.get<Delivery>(givenUp, objectKey, destination.nodeId)
    if (delivery) tryAgain(transaction, delivery, at)
    return delivery !== undefined || again(destination.nodeId)
  })
  if (going.length > 0) transaction.run('UPDATE forward_object SET arrived_everywhere_at = NULL WHERE object_key = ?', objectKey)
  return new Set(going.map(({ nodeId }) => nodeId))
}

/**
 * Sends an object that came again to a node at which it has arrived, if that was long ago, or others of its study go there again already. The first of a study takes
 * along what came again before it. What has gone again does not go once more within `longAgoMs`, so that a node which sends back what it gets is no loop.
 * @param at when it came again, ms since 1970
 * @returns whether it goes
 */
function resend(transaction: Transaction, { objectKey, studyId }: Known, nodeId: string, at: number): boolean {
  const delivery = transaction.get<Delivery & { readonly deliveredAt: number }>(arrived, objectKey, nodeId)
  if (!delivery) return false
  const longAgo = at - longAgoMs
  const resent = transaction.get<{ since: number }>(resentSince, nodeId, studyId, longAgo)
  if (resent) {
    if (delivery.deliveredAt >= resent.since) return false
    tryAgain(transaction, delivery, at)
    return true
  }
  if (delivery.deliveredAt > longAgo) return false
  transaction.run(resendFromNow, nodeId, studyId, at)
  for (const other of transaction.all<Delivery>(cameAgain, studyId, longAgo, nodeId)) tryAgain(transaction, other, at)
  return true
}
