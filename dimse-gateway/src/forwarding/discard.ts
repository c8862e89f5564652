/** What is kept here and goes nowhere, and its deletion by hand: nothing else would ever take it away. */
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Statements } from '../platform/statements.ts'
import type { Spool } from '../spool/index.ts'

/** Which objects a person means; what is absent does not narrow. Those that go somewhere are never meant. */
export interface DiscardSelection {
  readonly StudyInstanceUID?: string | undefined
  readonly objectId?: string | undefined
  readonly receivedBefore?: Date | undefined
}

export interface DiscardOptions {
  readonly statements: Statements
  readonly spool: Pick<Spool, 'delete'>
  readonly clock: Clock
  readonly log: Log
}

/** Of objects that are kept for no other reason than a person's not having looked. */
export interface Lingering {
  /** Objects that go nowhere. */
  readonly stranded: number
  /** Deliveries that were called off and whose objects, which go somewhere else, are kept until somebody releases them, by node. */
  readonly calledOff: readonly { readonly nodeId: string; readonly count: number }[]
}

/** Objects deleted at a time; a crash leaves no more files than the start looks at. */
const page = 200

interface Found {
  readonly objectKey: number
  readonly objectId: string
  readonly SOPInstanceUID: string
  readonly callingAETitle: string
  readonly dataSetSha256: string
}

/** Deletes objects that go nowhere. Their records stay as long as all records do, and say so; so does the log. How many. */
export async function discardStranded({ statements, spool, clock, log }: DiscardOptions, { StudyInstanceUID, objectId, receivedBefore }: DiscardSelection): Promise<number> {
  const narrowed = [
    ['s.study_instance_uid = ?', StudyInstanceUID], ['o.object_id = ?', objectId], ['o.received_at < ?', receivedBefore?.getTime()],
  ] as const
  const given = narrowed.filter(([, value]) => value !== undefined)
  const select = `
    SELECT o.object_key AS objectKey, o.object_id AS objectId, o.sop_instance_uid AS SOPInstanceUID, o.calling_ae_title AS callingAETitle, o.data_set_sha256 AS dataSetSha256
    FROM stranded_object JOIN forward_object o USING (object_key) JOIN forward_study s USING (study_id) WHERE ${['1 = 1', ...given.map(([condition]) => condition)].join(' AND ')} LIMIT ${String(page)}`
  for (let discarded = 0; ;) {
    // Durable before the files go, as for what retention deletes.
    const found = await statements.write((transaction) => {
      const some = transaction.all<Found>(select, ...given.map(([, value]) => value ?? null))
      for (const { objectKey } of some) {
        transaction.run('UPDATE forward_object SET deleted_at = ?, discarded = 1 WHERE object_key = ?', clock().getTime(), objectKey)
        transaction.run('UPDATE delivery SET confirmed = 1 WHERE object_key = ?', objectKey)
      }
      return some
    }, { durable: true })
    if (found.length === 0) return discarded
    for (const { objectKey: _key, ...object } of found) log.warn(object, 'an object that goes nowhere was deleted by hand')
    await spool.delete(...found.map((one) => one.objectId))
    discarded += found.length
  }
}

/** Counted again no sooner: after a node with a million deliveries was removed it takes a while. */
const countEveryMs = 5_000

/** Counts what lingers; `forget` has it counted anew. */
export function createLingering(statements: Statements): { readonly count: () => Lingering; readonly forget: () => void } {
  let known: { readonly at: number; readonly lingering: Lingering } | undefined
  return {
    count: () => {
      if (!known || performance.now() - known.at > countEveryMs) {
        known = {
          at: performance.now(),
          lingering: {
            stranded: statements.get<{ count: number }>('SELECT count(*) AS count FROM stranded_object')?.count ?? 0,
            calledOff: statements.all(`
              SELECT node_id AS nodeId, count(*) AS count FROM delivery INDEXED BY delivery_called_off
              WHERE state = 'cancelled' AND confirmed = 0 AND object_key NOT IN (SELECT object_key FROM stranded_object) AND object_key NOT IN (SELECT object_key FROM lost_object) GROUP BY node_id`),
          },
        }
      }
      return known.lingering
    },
    forget: () => { known = undefined },
  }
}
