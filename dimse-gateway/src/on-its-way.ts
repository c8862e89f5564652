import type { Database } from './platform/database.ts'
import type { Spool } from './spool/index.ts'

/** Tells whether an instance is here and has not come to the cloud yet: a commitment on it is answered later. */
export function createOnItsWay({ sql }: Database, spool: Pick<Spool, 'find'>, cloudNodes: () => readonly string[]): (SOPInstanceUID: string) => boolean {
  const states = sql.prepare(`SELECT node_id, state FROM forward_object JOIN delivery USING (object_key) WHERE object_id = ? AND state IN ('waiting', 'sending')`)
  const isKnown = sql.prepare('SELECT 1 FROM forward_object WHERE object_id = ?')
  return (SOPInstanceUID) => {
    const nodes = new Set(cloudNodes())
    // What came a moment ago waits to be written into the queue.
    return spool.find(SOPInstanceUID).some(({ id }) => !isKnown.get(id) || states.all(id).some(({ node_id: nodeId }) => nodes.has(String(nodeId))))
  }
}
