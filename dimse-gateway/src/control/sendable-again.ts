import { setImmediate as others } from 'node:timers/promises'
import type { Node } from '../configuration/nodes.ts'
import type { Records } from '../records/records.ts'
import type { Spool } from '../spool/index.ts'
import type { SendableAgain } from './wire/records.ts'

/** Copies taken from the records at a time, and files looked at at once. */
const pageSize = 500
const atOnce = 16

interface Sources {
  readonly records: Pick<Records, 'arrivedAt' | 'copies'>
  /** Has what it finds to be gone written down. */
  readonly spool: Pick<Spool, 'look'>
  readonly nodes: readonly Node[]
}

/**
 * What of a study has arrived at each of these nodes, and how much of that is still here to be sent again: its files are looked at now.
 * Nodes at which nothing of it arrived are left out. As far as the records go back. undefined when nothing of this study is recorded.
 */
export async function sendableAgain({ records, spool, nodes }: Sources, StudyInstanceUID: string): Promise<SendableAgain[] | undefined> {
  const nodeIds = nodes.map(({ id }) => id)
  for (let after: number | undefined; ;) {
    const { ids, next } = records.copies(StudyInstanceUID, nodeIds, { after, limit: pageSize })
    for (let from = 0; from < ids.length; from += atOnce) await Promise.all(ids.slice(from, from + atOnce).map((id) => spool.look(id)))
    after = next
    if (after === undefined) break
    await others()
  }
  const arrived = records.arrivedAt(StudyInstanceUID, nodeIds)
  return arrived && nodes.flatMap(({ id, name, paused }) => {
    const there = arrived.find(({ nodeId }) => nodeId === id)
    return there ? [{ ...there, nodeName: name, isPaused: paused }] : []
  })
}
