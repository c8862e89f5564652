/** The change feed: what was stored and deleted in an organisation, in an order that can be resumed and skips nothing. */
import type { Access } from '../identity/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { withRows } from './json-rows.ts'
import type { StoreOutcome } from './new-instance.ts'
import type { Scope } from './scope.ts'

export type ChangeAction = Exclude<StoreOutcome['outcome'], 'unchanged' | 'refused'> | 'deleted'

/** Something that was stored or deleted. */
export interface NewChange {
  readonly organisationId: string
  readonly action: ChangeAction
  /** An instance; where it was deleted also a series or a study, with all that was in it. */
  readonly scope: Scope
  /** of the stored instance */
  readonly version?: number
}

// The row of the feed is locked from here to the end of the transaction: see the migration.
const recordStatement = {
  name: 'record-changes',
  text: `
    with given as (
      select *, row_number() over (partition by organisation_id order by nth) as place
      from json_to_recordset($1) as given(nth integer, organisation_id bigint, action text, study_instance_uid text, series_instance_uid text, sop_instance_uid text, version integer)
    ), counted as (
      select organisation_id, count(*) as changes from given group by organisation_id
    ), taken as (
      insert into change_feed (organisation_id, latest) select organisation_id, changes from counted order by organisation_id
      on conflict (organisation_id) do update set latest = change_feed.latest + excluded.latest
      returning organisation_id, latest
    )
    insert into change (organisation_id, position, action, study_instance_uid, series_instance_uid, sop_instance_uid, version)
    select organisation_id, latest - changes + place, action, study_instance_uid, series_instance_uid, sop_instance_uid, version
    from given join counted using (organisation_id) join taken using (organisation_id)`,
}

/** Appends to the feed. To be the last thing a transaction does: other writers of the organisation wait from here to its commit. */
export async function recordChanges(trx: Trx, changes: readonly NewChange[]): Promise<void> {
  if (changes.length === 0) return
  await withRows(trx, recordStatement, changes.map(({ organisationId, action, scope, version }, nth) => ({
    nth,
    organisation_id: organisationId,
    action,
    study_instance_uid: scope.StudyInstanceUID,
    series_instance_uid: scope.SeriesInstanceUID,
    sop_instance_uid: scope.SOPInstanceUID,
    version,
  })))
}

/** One change as it is read. */
export interface Change extends Scope {
  /** Counts from 1 in each organisation. */
  readonly position: number
  readonly at: Date
  readonly action: ChangeAction
  readonly version: number | undefined
  /** DICOM JSON of the instance as it is now; absent unless asked for, and where the instance is no longer there. */
  readonly metadata: Buffer | undefined
}

/** A stretch of the feed. */
export interface Changes {
  readonly changes: readonly Change[]
  /** Where reading goes on: nothing up to here is left out that the access reaches. */
  readonly next: number
  /** The last position there is. */
  readonly latest: number
  /** Changes up to here are kept no longer. */
  readonly forgotten: number
}

interface ChangeRow {
  readonly position: string
  readonly at: Date
  readonly action: ChangeAction
  readonly study_instance_uid: string
  readonly series_instance_uid: string | null
  readonly sop_instance_uid: string | null
  readonly version: number | null
  readonly metadata: Buffer | null
}

const metadataOfChange = `(
    select m.metadata from study st join series s using (study_key) join instance i using (series_key) join instance_metadata m using (instance_key)
    where st.organisation_id = c.organisation_id and st.study_instance_uid = c.study_instance_uid
      and s.series_instance_uid = c.series_instance_uid and i.sop_instance_uid = c.sop_instance_uid
  )`

/** The changes behind position `after`, at most `limit`, that concern studies the access reaches. */
export async function readChanges(db: Db, { organisationId, studies }: Access, { after, limit, withMetadata }: { after: number; limit: number; withMetadata: boolean }): Promise<Changes> {
  // One statement, so one moment: no change can slip in between the last one read and `latest`.
  const { rows: [feed, ...found] } = await db.raw<{ rows: (ChangeRow & { latest: string; forgotten: string })[] }>(`
    with feed as (
      select coalesce(max(latest), 0) as latest, coalesce(max(forgotten), 0) as forgotten from change_feed where organisation_id = :organisationId
    ), page as (
      select * from change where organisation_id = :organisationId and position > :after ${studies === 'all' ? '' : 'and study_instance_uid = any(:studies::text[])'}
      order by position limit :limit
    )
    select null as position, null as at, null as action, null as study_instance_uid, null as series_instance_uid, null as sop_instance_uid,
      null as version, null::bytea as metadata, latest, forgotten from feed
    union all
    select * from (
      select c.position, c.at, c.action, c.study_instance_uid, c.series_instance_uid, c.sop_instance_uid, c.version,
        ${withMetadata ? metadataOfChange : 'null::bytea'} as metadata, null::bigint, null::bigint
      from page c order by c.position
    ) as changes`, { organisationId, after, limit, studies: studies === 'all' ? null : [...studies] })
  const latest = Number(feed?.latest ?? 0)
  const changes = found.map(toChange)
  return {
    changes,
    next: changes.length === limit ? changes.at(-1)?.position ?? after : Math.max(after, latest),
    latest,
    forgotten: Number(feed?.forgotten ?? 0),
  }
}

const toChange = (row: ChangeRow): Change => ({
  position: Number(row.position),
  at: row.at,
  action: row.action,
  StudyInstanceUID: row.study_instance_uid,
  SeriesInstanceUID: row.series_instance_uid ?? undefined,
  SOPInstanceUID: row.sop_instance_uid ?? undefined,
  version: row.version ?? undefined,
  metadata: row.metadata ?? undefined,
})

const forgottenAtOnce = 10_000

/** Removes changes made before `before`, oldest first and without gaps; how many went. */
export async function forgetChanges(db: Db, before: Date): Promise<number> {
  let gone = 0
  for (const { organisation_id: organisationId } of await rows<{ organisation_id: string }>(db, 'select organisation_id from change_feed', [])) {
    for (let some = forgottenAtOnce; some === forgottenAtOnce; gone += some) some = await forgetSome(db, organisationId, before)
  }
  return gone
}

/** Only the head of the feed: what is older than a change that stays would otherwise leave a gap no reader could tell. */
async function forgetSome(db: Db, organisationId: string, before: Date): Promise<number> {
  const { rows: [result] } = await db.raw<{ rows: { gone: number }[] }>(`
    with head as (
      select position, at from change where organisation_id = :organisationId order by position limit :most
    ), forgotten as (
      select max(position) as position from head where position < coalesce((select min(position) from head where at >= :before), 9223372036854775807)
    ), marked as (
      update change_feed set forgotten = forgotten.position from forgotten
      where organisation_id = :organisationId and forgotten.position is not null returning change_feed.organisation_id
    ), gone as (
      delete from change using forgotten, marked where change.organisation_id = marked.organisation_id and change.position <= forgotten.position returning 1
    )
    select count(*)::integer as gone from gone`, { organisationId, before, most: forgottenAtOnce })
  return result?.gone ?? 0
}
