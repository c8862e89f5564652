/** Looks whether the files of what waits for a node are there: while it was paused nobody read them. */
import { setImmediate as others } from 'node:timers/promises'
import type { Log } from '../platform/log.ts'
import type { Statements } from '../platform/statements.ts'
import type { Spool } from '../spool/index.ts'

export interface WaitingFiles {
  /** Begins to look, unless that is under way for the node. What is gone is written down as it is found. */
  readonly look: (nodeId: string) => void
  /** Ends all looking, before the database closes. */
  readonly stop: () => Promise<void>
}

interface Options {
  readonly statements: Statements
  readonly spool: Pick<Spool, 'look'>
  readonly log: Pick<Log, 'error'>
}

/** Files looked at at once, and deliveries gone through in one go; others have their turn between. */
const atOnce = 16
const stretch = 5_000

/** What is being sent may wait again in a moment, without having been read. */
const ofStretch = `
  SELECT o.object_id AS objectId FROM delivery d JOIN forward_object o USING (object_key)
  WHERE d.delivery_id > ? AND d.delivery_id <= ? AND d.node_id = ? AND d.state IN ('waiting', 'sending')`

export function createWaitingFiles({ statements, spool, log }: Options): WaitingFiles {
  const underway = new Map<string, Promise<void>>()
  let isStopping = false

  const lookAtAll = async (nodeId: string): Promise<void> => {
    const last = statements.get<{ last: number | null }>('SELECT max(delivery_id) AS last FROM delivery')?.last ?? 0
    for (let from = 0; from < last && !isStopping; from += stretch) {
      const found = statements.all<{ objectId: string }>(ofStretch, from, from + stretch, nodeId)
      for (let at = 0; at < found.length && !isStopping; at += atOnce) await Promise.all(found.slice(at, at + atOnce).map(({ objectId }) => spool.look(objectId)))
      await others()
    }
  }

  return {
    look: (nodeId) => {
      if (isStopping || underway.has(nodeId)) return
      underway.set(nodeId, lookAtAll(nodeId)
        // What is left is looked at as it is sent.
        .catch((error: unknown) => { log.error({ err: error, nodeId }, 'files of what waits cannot be looked for') })
        .finally(() => { underway.delete(nodeId) }))
    },
    stop: async () => {
      isStopping = true
      await Promise.all(underway.values())
    },
  }
}
