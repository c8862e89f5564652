/** Which deliveries of a node are next: urgent studies first, then by their place in line. */
import { longestWaitMs } from '../platform/backoff.ts'
import type { Delivery } from './delivery.ts'
import type { Statements, Transaction } from '../platform/statements.ts'

export interface ClaimLimits {
  readonly maxObjects: number
  /** Of the files together; one that is larger alone is still given out, alone. */
  readonly maxBytes: number
  /** Nothing else is given out. */
  readonly urgentOnly?: boolean
}

export interface Claimer {
  /** Takes the next deliveries of a node and marks them as being sent. Empty when none is due. */
  readonly claim: (nodeId: string, limits: ClaimLimits, now: number) => Promise<Delivery[]>
  /** When a delivery of the node is due next, ms since 1970; undefined when none waits. */
  readonly nextDueAt: (nodeId: string) => number | undefined
}

/** Bytes a study is given for each millisecond its place moves back: a study that came a second later overtakes one that has had 4 MiB more. */
const bytesPerPlace = 4096
/** Studies looked at in one go. */
const turnsAtATime = 32
/** Objects that met trouble so often go alone, so that whichever brings it is found and holds up no other. */
export const troublesBeforeAlone = 2

/** Due, by a clock that may have been put back; its parameter is now, twice. */
const isDue = (column: string): string => `${column} NOT BETWEEN ? + 1 AND ? + ${String(longestWaitMs)}`

const nextTurns = `SELECT study_id AS studyId, urgent FROM delivery_turn WHERE node_id = ? AND urgent >= ? AND ${isDue('due_at')} ORDER BY urgent DESC, place LIMIT ?`
const dueOfTurn = `
  SELECT d.delivery_id AS deliveryId, d.node_id AS nodeId, d.urgent, d.attempts, d.troubles, d.upload_url AS uploadUrl, o.object_id AS objectId, o.byte_length AS byteLength,
    o.data_set_offset AS dataSetOffset, o.data_set_sha256 AS dataSetSha256, o.transfer_syntax_uid AS transferSyntaxUID, o.sop_class_uid AS SOPClassUID,
    o.sop_instance_uid AS SOPInstanceUID, s.study_instance_uid AS StudyInstanceUID
  FROM delivery d INDEXED BY delivery_waiting JOIN forward_object o USING (object_key) JOIN forward_study s ON s.study_id = d.study_id
  WHERE d.node_id = ? AND d.study_id = ? AND d.urgent = ? AND d.state = 'waiting' AND ${isDue('d.next_attempt_at')} ORDER BY d.delivery_id LIMIT ?`
const earliestOfTurn = `SELECT min(next_attempt_at) AS at FROM delivery INDEXED BY delivery_waiting WHERE node_id = ? AND study_id = ? AND urgent = ? AND state = 'waiting'`
const ofTurn = 'WHERE node_id = ? AND study_id = ? AND urgent = ?'

interface Turn {
  readonly studyId: number
  readonly urgent: number
}

type DueRow = Omit<Delivery, 'urgent' | 'uploadUrl'> & { readonly urgent: number; readonly uploadUrl: string | null }

export function createClaimer(statements: Statements): Claimer {
  return {
    claim: (nodeId, limits, now) => statements.write((transaction) => {
      const batch = new Batch(limits)
      for (;;) {
        const turns = transaction.all<Turn>(nextTurns, nodeId, Number(limits.urgentOnly ?? false), now, now, turnsAtATime)
        for (const turn of turns) {
          if (batch.isFull) break
          serve(transaction, nodeId, turn, batch, now)
        }
        // Studies with nothing due have left the line by now, so this comes to an end.
        if (batch.deliveries.length > 0 || turns.length < turnsAtATime) return batch.deliveries
      }
    }),
    nextDueAt: (nodeId) => statements.get<{ at: number | null }>('SELECT min(due_at) AS at FROM delivery_turn WHERE node_id = ?', nodeId)?.at ?? undefined,
  }
}

/** What is given out together. */
class Batch {
  readonly deliveries: Delivery[] = []
  isFull = false
  #bytes = 0
  readonly #limits: ClaimLimits

  constructor(limits: ClaimLimits) {
    this.#limits = limits
  }

  get room(): number {
    return this.#limits.maxObjects - this.deliveries.length
  }

  /** False when it does not go with what is there; the batch is full then. */
  add(delivery: Delivery): boolean {
    const goesAlone = delivery.troubles >= troublesBeforeAlone
    const fits = this.deliveries.length === 0 || (!goesAlone && this.#bytes + delivery.byteLength <= this.#limits.maxBytes)
    if (fits) {
      this.deliveries.push(delivery)
      this.#bytes += delivery.byteLength
    }
    this.isFull = !fits || goesAlone || this.room === 0 || this.#bytes >= this.#limits.maxBytes
    return fits
  }
}

/** Gives a study its turn; one with nothing due leaves the line, or comes back when something is. */
function serve(transaction: Transaction, nodeId: string, { studyId, urgent }: Turn, batch: Batch, now: number): void {
  const due = transaction.all<DueRow>(dueOfTurn, nodeId, studyId, urgent, now, now, batch.room)
  if (due.length === 0) {
    const at = transaction.get<{ at: number | null }>(earliestOfTurn, nodeId, studyId, urgent)?.at
    if (typeof at === 'number') transaction.run(`UPDATE delivery_turn SET due_at = ? ${ofTurn}`, at, nodeId, studyId, urgent)
    else transaction.run(`DELETE FROM delivery_turn ${ofTurn}`, nodeId, studyId, urgent)
    return
  }
  let bytes = 0
  for (const row of due) {
    if (batch.isFull || !batch.add({ ...row, urgent: row.urgent === 1, uploadUrl: row.uploadUrl ?? undefined })) break
    transaction.run(`UPDATE delivery SET state = 'sending', last_attempt_at = ? WHERE delivery_id = ?`, now, row.deliveryId)
    bytes += row.byteLength
  }
  if (bytes > 0) transaction.run(`UPDATE delivery_turn SET place = place + ? ${ofTurn}`, Math.ceil(bytes / bytesPerPlace), nodeId, studyId, urgent)
}
