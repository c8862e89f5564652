/** Tags matched in the background: as data arrive, whichever way they came, and in what was there before when rules change. */
import type { Tasks } from '../jobs/index.ts'
import { rows, type Db } from '../platform/db.ts'
import { matchStudy, rulesOf, stateOf, statesBefore } from './matching.ts'

const changesAtOnce = 1_000
const studiesAtOnce = 100
/** Less than the minute between two runs. */
const settlingMs = 40_000

/** Matches studies some of one organisation's changes are of; true where there are more. */
async function matchSome(db: Db, organisationId: string, signal: AbortSignal | undefined): Promise<boolean> {
  const own = { organisation_id: organisationId }
  const reader = await db('tag_matching').where(own).first<{ through_position: string } | undefined>('through_position')
  const feed = await db('change_feed').where(own).first<{ latest: string } | undefined>('latest')
  const rules = await rulesOf(db, organisationId)
  if (reader === undefined || feed === undefined || rules === undefined || BigInt(feed.latest) <= BigInt(reader.through_position)) return false
  const most = BigInt(reader.through_position) + BigInt(changesAtOnce)
  const through = most < BigInt(feed.latest) ? String(most) : feed.latest
  const changed = await db('change').where(own).where('position', '>', reader.through_position).where('position', '<=', through).distinct<{ study_instance_uid: string }[]>('study_instance_uid')
  for (const { study_instance_uid } of changed) {
    if (signal?.aborted === true) return false
    const study = await stateOf(db, organisationId, study_instance_uid)
    // It may have been deleted since, or be matched already.
    if (study !== undefined && !study.is_current) await matchStudy(db, organisationId, study, rules)
  }
  // Never back: another may have read further. Where rules have changed meanwhile, these are matched again by the new ones.
  await db('tag_matching').where({ ...own, rules_version: rules.version }).where('through_position', '<', through).update({ through_position: through })
  return through !== feed.latest
}

/** Matches every study something has arrived of since the last time. Read from the feed of changes, in the background: storing never waits for it, and no way in is left out. */
export async function matchArrivals(db: Db, signal?: AbortSignal): Promise<void> {
  const waiting = await rows<{ organisation_id: string }>(db, 'select organisation_id from tag_matching join change_feed using (organisation_id) where latest > through_position', [])
  for (const { organisation_id } of waiting) {
    while (await matchSome(db, organisation_id, signal)) if (signal?.aborted === true) return
  }
}

/** Matches some studies of one organisation by the rules as they are, the latest first; true where there are more. What arrives meanwhile is the feed's. */
async function settleSome(db: Db, organisationId: string, isOver: () => boolean): Promise<boolean> {
  const rules = await rulesOf(db, organisationId)
  if (rules === undefined) return false
  const place = await db('tag_matching').where({ organisation_id: organisationId }).first<{ settling_version: string | null; settled_from: string | null }>('settling_version', 'settled_from')
  const from = place.settling_version === rules.version ? place.settled_from : null
  // Where nobody looks for anything nothing is to be found.
  const studies = rules.tags.length === 0 ? [] : await statesBefore(db, organisationId, from, studiesAtOnce)
  let done = from
  for (const study of studies) {
    if (isOver()) break
    if (!study.is_current) await matchStudy(db, organisationId, study, rules)
    done = study.study_key
  }
  const isSettled = studies.length === 0
  // Rules that have changed meanwhile begin anew.
  await db('tag_matching').where({ organisation_id: organisationId, rules_version: rules.version }).update({ settling_version: rules.version, settled_from: done, ...(isSettled && { settled_version: rules.version }) })
  return !isSettled
}

/**
 * After a change of rules every study is matched again, so that it is found by what it has now; little by little, since there may be millions.
 * @param forMs what is left then is left for the next time
 */
export async function settle(db: Db, signal?: AbortSignal, forMs = settlingMs): Promise<void> {
  const end = Date.now() + forMs
  const isOver = () => signal?.aborted === true || Date.now() >= end
  let waiting = await db('tag_matching').whereRaw('settled_version < rules_version').orderBy('organisation_id').pluck<string[]>('organisation_id')
  // In turns: a hospital with many studies keeps no other waiting.
  while (waiting.length > 0 && !isOver()) {
    const still: string[] = []
    for (const organisationId of waiting) if (!isOver() && await settleSome(db, organisationId, isOver)) still.push(organisationId)
    waiting = still
  }
}

export const bodyPartTasks = (db: Db): Tasks => ({
  tasks: { 'match-part-tags': (_payload, { signal }) => matchArrivals(db, signal), 'settle-part-tags': (_payload, { signal }) => settle(db, signal) },
  schedule: ['* * * * * match-part-tags', '* * * * * settle-part-tags'],
})
