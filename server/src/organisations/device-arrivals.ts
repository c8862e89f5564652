/** When something last came from a device: read from the feed of changes, in the background, so that storing never waits for it (ORG-18). */
import type { Tasks } from '../jobs/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'

const changesAtOnce = 5_000

/** From now on the feed is read for this organisation's devices; where it is read already, it goes on where it is. */
export async function followArrivals(trx: Trx, organisationId: string): Promise<void> {
  await rows(trx, `
    insert into device_arrivals (organisation_id, through_position)
    select organisation_id, coalesce(latest, 0) from organisation left join change_feed using (organisation_id) where organisation_id = ? on conflict do nothing`, [organisationId])
}

/** Series say which station made them (StationName); an AE title is no part of what is stored. What came before a device had its station name is not its own. */
const seenSql = `
  with arrived as (
    select series_instance_uid, max(at) as at from change where organisation_id = ? and position > ? and position <= ? and action <> 'deleted' and series_instance_uid is not null group by series_instance_uid
  ), seen as (
    select more_attributes::jsonb #>> '{00081010,Value,0}' as station, max(arrived.at) as at from arrived join series on series.organisation_id = ? and series.series_instance_uid = arrived.series_instance_uid group by 1
  )
  update device set last_seen_at = greatest(device.last_seen_at, seen.at) from seen
  where device.organisation_id = ? and device.deleted_at is null and device.station_name = seen.station and seen.at >= device.station_since`

/** Reads some of one organisation's changes; true where there are more. */
async function readSome(trx: Trx, organisationId: string): Promise<boolean> {
  const own = { organisation_id: organisationId }
  const reader = await trx('device_arrivals').where(own).forUpdate().first<{ through_position: string } | undefined>('through_position')
  const feed = await trx('change_feed').where(own).first<{ latest: string } | undefined>('latest')
  if (reader === undefined || feed === undefined || BigInt(feed.latest) <= BigInt(reader.through_position)) return false
  const most = BigInt(reader.through_position) + BigInt(changesAtOnce)
  const through = most < BigInt(feed.latest) ? String(most) : feed.latest
  await rows(trx, seenSql, [organisationId, reader.through_position, through, organisationId, organisationId])
  await trx('device_arrivals').where(own).update({ through_position: through })
  return through !== feed.latest
}

/** Brings `last_seen_at` of every device up to what has arrived. */
export async function noteArrivals(db: Db, signal?: AbortSignal): Promise<void> {
  const waiting = await rows<{ organisation_id: string }>(db, 'select organisation_id from device_arrivals join change_feed using (organisation_id) where latest > through_position', [])
  for (const { organisation_id } of waiting) {
    while (await db.transaction((trx) => readSome(trx, organisation_id))) if (signal?.aborted === true) return
  }
}

export const organisationTasks = (db: Db): Tasks => ({
  tasks: { 'note-device-arrivals': (_payload, { signal }) => noteArrivals(db, signal) },
  schedule: ['* * * * * note-device-arrivals'],
})
