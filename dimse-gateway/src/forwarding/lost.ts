/** Objects whose files somebody or something took out of the spool: what of them had arrived has arrived, of the rest a person is told. */
import type { Statements, Transaction } from '../platform/statements.ts'
import { markArrivedEverywhere } from './arrived-everywhere.ts'

/** Which lost objects a person has seen to; what is absent does not narrow. */
export interface LostSelection {
  readonly StudyInstanceUID?: string | undefined
  readonly lostBefore?: Date | undefined
}

/** Objects that were lost before they were proven to have arrived everywhere they should, and that nobody has seen to. */
export interface Lost {
  readonly count: number
  /** When the first of them was found to be gone; undefined where there are none. */
  readonly since: Date | undefined
}

/** How many of the objects that were found to be gone. */
export interface Losses {
  /** Proven to have arrived everywhere they should: only the copy here is gone. */
  readonly arrived: number
  readonly lost: number
}

export interface Loser {
  /**
   * Writes down that files are gone, in the transaction that is open, if one is. Deliveries that had arrived before have arrived, though they
   * were sent again; others are called off. Those whose deletion was written down are left as they are.
   */
  readonly lose: (objectIds: readonly string[], now: number) => Losses
  readonly lost: () => Lost
  /** A person has seen to these; their records stay. How many. */
  readonly acknowledgeLost: (selection: LostSelection) => Promise<number>
}

/** Rows changed at a time: others have their turn on the database between. */
const page = 1000

const takeBack = `
  UPDATE delivery SET state = 'delivered', last_error = NULL, last_error_detail = NULL, upload_url = NULL WHERE object_key = ? AND state IN ('waiting', 'dead') AND delivered_at IS NOT NULL`
const callOff = `
  UPDATE delivery SET state = 'cancelled', confirmed = 0, last_error = 'objectUnreadable', last_error_detail = NULL, upload_url = NULL WHERE object_key = ? AND state IN ('waiting', 'dead')`
/** What is being sent once more just now has arrived before, and will be settled as such. */
const addUnproven = `
  INSERT OR IGNORE INTO lost_object (object_key, lost_at) SELECT o.object_key, ?2 FROM forward_object o WHERE o.object_key = ?1 AND NOT (
    EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = o.object_key AND d.delivered_at IS NOT NULL AND d.confirmed = 1)
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = o.object_key AND NOT (d.confirmed = 1 AND (d.state = 'cancelled' OR d.delivered_at IS NOT NULL))))`

export function createLoser(statements: Statements): Loser {
  return {
    lose: (objectIds, now) => statements.writeNow((transaction) => {
      let arrived = 0
      let lost = 0
      for (const objectId of objectIds) {
        const object = transaction.get<{ objectKey: number }>('UPDATE forward_object SET deleted_at = ?, lost = 1 WHERE object_id = ? AND deleted_at IS NULL RETURNING object_key AS objectKey', now, objectId)
        if (!object) continue
        endDeliveries(transaction, object.objectKey, now)
        if (transaction.run(addUnproven, object.objectKey, now).changes > 0) lost++
        else arrived++
      }
      return { arrived, lost }
    }),
    lost: () => {
      const found = statements.get<{ count: number; since: number | null }>('SELECT count(*) AS count, min(lost_at) AS since FROM lost_object')
      return { count: found?.count ?? 0, since: typeof found?.since === 'number' ? new Date(found.since) : undefined }
    },
    acknowledgeLost: async ({ StudyInstanceUID, lostBefore }) => {
      const narrowed = [['s.study_instance_uid = ?', StudyInstanceUID], ['l.lost_at < ?', lostBefore?.getTime()]] as const
      const given = narrowed.filter(([, value]) => value !== undefined)
      const select = `
        SELECT l.object_key AS objectKey FROM lost_object l JOIN forward_object o USING (object_key) JOIN forward_study s USING (study_id)
        WHERE ${['1 = 1', ...given.map(([condition]) => condition)].join(' AND ')} LIMIT ${String(page)}`
      for (let seen = 0; ;) {
        const found = await statements.write((transaction) => {
          const some = transaction.all<{ objectKey: number }>(select, ...given.map(([, value]) => value ?? null))
          for (const { objectKey } of some) {
            // Nothing is kept for what was called off, which is not to be asked about either.
            transaction.run(`UPDATE delivery SET confirmed = 1 WHERE object_key = ? AND state = 'cancelled'`, objectKey)
            transaction.run('DELETE FROM lost_object WHERE object_key = ?', objectKey)
          }
          return some.length
        })
        seen += found
        if (found < page) return seen
      }
    },
  }
}

/** Ends deliveries of a lost object that are not being sent: those that had arrived before have arrived. How many were called off. */
function endDeliveries(transaction: Transaction, objectKey: number, now: number): number {
  transaction.run(takeBack, objectKey)
  const calledOff = transaction.run(callOff, objectKey).changes
  transaction.run(markArrivedEverywhere, objectKey, now)
  return calledOff
}

/** Ends a delivery whose object was found to be gone while it was being sent; any other is left as it was settled. */
export function endIfLost(transaction: Transaction, deliveryId: number, now: number): void {
  const object = transaction.get<{ objectKey: number; superseded: number }>(
    'SELECT object_key AS objectKey, superseded FROM delivery JOIN forward_object USING (object_key) WHERE delivery_id = ? AND lost = 1', deliveryId)
  if (!object || endDeliveries(transaction, object.objectKey, now) === 0) return
  if (object.superseded === 1) forgetCalledOff(transaction, object.objectKey)
  else transaction.run(addUnproven, object.objectKey, now)
}

/**
 * What comes anew is no longer lost, and what its former copy was called off for is sent from the new one. In the same study none is
 * counted beside the new one; in another a copy that had come nowhere is forgotten.
 */
export function supersedeGone(transaction: Transaction, { SOPInstanceUID, StudyInstanceUID }: { readonly SOPInstanceUID: string; readonly StudyInstanceUID: string }): void {
  const gone = transaction.all<{ objectKey: number; studyId: number; lost: number; bytes: number; isSameStudy: number; superseded: number }>(`
    SELECT object_key AS objectKey, study_id AS studyId, lost, byte_length AS bytes, study_instance_uid = ?2 AS isSameStudy, superseded FROM forward_object JOIN forward_study USING (study_id)
    WHERE sop_instance_uid = ?1 AND deleted_at IS NOT NULL`, SOPInstanceUID, StudyInstanceUID)
  for (const { objectKey, studyId, lost, bytes, isSameStudy, superseded } of gone) {
    if (lost === 1) forgetCalledOff(transaction, objectKey)
    const isForgotten = lost === 1 && isSameStudy === 0 && transaction.run('DELETE FROM forward_object WHERE object_key = ? AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = forward_object.object_key)', objectKey).changes > 0
    if (superseded === 1 || !(isForgotten || isSameStudy === 1)) continue
    transaction.run('UPDATE forward_object SET superseded = 1 WHERE object_key = ?', objectKey)
    transaction.run('UPDATE forward_study SET instances = instances - 1, bytes = bytes - ? WHERE study_id = ?', bytes, studyId)
    transaction.run('DELETE FROM forward_study WHERE study_id = ? AND NOT EXISTS (SELECT 1 FROM forward_object o WHERE o.study_id = forward_study.study_id)', studyId)
  }
}

/** A lost object is one no more, nor has it deliveries that were called off for that. */
function forgetCalledOff(transaction: Transaction, objectKey: number): void {
  transaction.run('DELETE FROM lost_object WHERE object_key = ?', objectKey)
  transaction.run(`DELETE FROM delivery WHERE object_key = ? AND state = 'cancelled' AND last_error = 'objectUnreadable'`, objectKey)
}
