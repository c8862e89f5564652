/** Deletes what has arrived everywhere, when it is time or room is needed. What has not arrived is never touched. */
import type { Retention } from '../configuration/retention.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Statements } from '../platform/statements.ts'
import type { Spool } from '../spool/index.ts'

export interface RetentionSettings {
  readonly retention: Retention
  /** Free space below which the spool takes nothing more. */
  readonly refuseAtFreeBytes: number
}

export interface RetentionOptions {
  readonly statements: Statements
  readonly spool: Pick<Spool, 'get' | 'delete' | 'usage'>
  readonly clock: Clock
  readonly log: Log
}

interface Deletable {
  readonly objectKey: number
  readonly objectId: string
  readonly bytes: number
}

const page = 200
const dayMs = 86_400_000
/** Of the quota: above it room is made, before new objects are refused. */
const fullestShare = 0.9

/** Files whose deletion was written down before a crash and not done: those of the last page. Once, at the start. */
export async function finishDeletions({ statements, spool }: RetentionOptions): Promise<void> {
  const latest = statements.all<{ objectId: string }>('SELECT object_id AS objectId FROM forward_object WHERE deleted_at IS NOT NULL AND lost = 0 ORDER BY deleted_at DESC LIMIT ?', page)
  const left = latest.filter(({ objectId }) => spool.get(objectId) !== undefined)
  if (left.length > 0) await spool.delete(...left.map(({ objectId }) => objectId))
}

/** Deletes what may go by now. How many objects went. */
export async function applyRetention(options: RetentionOptions, settings: RetentionSettings): Promise<number> {
  const { deleteDaysAfterArrival } = settings.retention
  const now = options.clock().getTime()
  let deleted = 0
  if (deleteDaysAfterArrival !== undefined) deleted += await deleteOldest(options, now - deleteDaysAfterArrival * dayMs, Number.POSITIVE_INFINITY)
  const missing = bytesMissing(options.spool.usage(), settings)
  if (missing > 0) deleted += await deleteOldest(options, now, missing)
  if (deleted > 0) options.log.info({ objects: deleted }, 'deleted objects that have arrived everywhere')
  await forgetRecords(options, now - settings.retention.recordDays * dayMs)
  return deleted
}

function bytesMissing({ freeBytes, bytes, quotaBytes }: ReturnType<Spool['usage']>, { retention, refuseAtFreeBytes }: RetentionSettings): number {
  const wantedFree = retention.deleteAtFreeBytes ?? 2 * refuseAtFreeBytes
  const overQuota = quotaBytes === undefined ? 0 : bytes - quotaBytes * fullestShare
  return Math.max(wantedFree - freeBytes, overQuota)
}

/** Deletes objects that arrived everywhere before a moment, the oldest arrivals first, until so many bytes went. */
async function deleteOldest({ statements, spool, clock }: RetentionOptions, before: number, wantedBytes: number): Promise<number> {
  let bytes = 0
  let objects = 0
  while (bytes < wantedBytes) {
    const wanted = wantedBytes - bytes
    // Durable before the files go: a power cut must not bring back a delivery that has nothing left to deliver.
    const marked = await statements.write((transaction) => {
      const found = transaction.all<Deletable>(`
        SELECT object_key AS objectKey, object_id AS objectId, byte_length AS bytes FROM forward_object
        WHERE deleted_at IS NULL AND arrived_everywhere_at IS NOT NULL AND arrived_everywhere_at <= ? ORDER BY arrived_everywhere_at LIMIT ?`, before, page)
      const enough = upTo(found, wanted)
      for (const { objectKey } of enough) transaction.run('UPDATE forward_object SET deleted_at = ? WHERE object_key = ?', clock().getTime(), objectKey)
      return enough
    }, { durable: true })
    if (marked.length === 0) return objects
    await spool.delete(...marked.map(({ objectId }) => objectId))
    bytes += marked.reduce((sum, one) => sum + one.bytes, 0)
    objects += marked.length
  }
  return objects
}

function upTo(objects: readonly Deletable[], bytes: number): readonly Deletable[] {
  let sum = 0
  const enough = objects.findIndex((one) => (sum += one.bytes) >= bytes)
  return enough < 0 ? objects : objects.slice(0, enough + 1)
}

interface Forgotten {
  readonly studyId: number
  /** Its study does not count it any more. */
  readonly superseded: number
  readonly bytes: number
}

/** Forgets objects deleted before a moment, of which their studies then say nothing, and studies of which nothing is left. What was lost is remembered until a person has seen it. */
async function forgetRecords({ statements }: RetentionOptions, before: number): Promise<void> {
  for (;;) {
    const forgotten = await statements.write((transaction) => {
      const objects = transaction.all<Forgotten>(
        'DELETE FROM forward_object WHERE object_key IN (SELECT object_key FROM forward_object WHERE deleted_at IS NOT NULL AND deleted_at < ? AND object_key NOT IN (SELECT object_key FROM lost_object) LIMIT ?) RETURNING study_id AS studyId, superseded, byte_length AS bytes', before, page)
      for (const [studyId, ofStudy] of Map.groupBy(objects, (one) => one.studyId)) {
        const counted = ofStudy.filter(({ superseded }) => superseded === 0)
        transaction.run('UPDATE forward_study SET instances = instances - ?, bytes = bytes - ? WHERE study_id = ?', counted.length, counted.reduce((sum, { bytes }) => sum + bytes, 0), studyId)
        transaction.run('DELETE FROM forward_study WHERE study_id = ? AND NOT EXISTS (SELECT 1 FROM forward_object o WHERE o.study_id = forward_study.study_id)', studyId)
      }
      return objects.length
    })
    if (forgotten < page) return
  }
}
