/**
 * Rows of downloads. What takes longer than a transaction should is done under a lease: one statement takes it, it is good for seconds, and whoever
 * holds it renews it while there is progress. Every change asks for it, so that who has stood still finds out that another has taken over, or that
 * nobody wants the file any more.
 */
import { randomUUID } from 'node:crypto'
import type { DownloadFailure, ExportFormat, ExportLanguage } from '@isocenter/contracts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { isShownMasked } from '../sharing/index.ts'

/** What a list was asked for with. */
export interface ListWanted {
  readonly name: string
  readonly format: ExportFormat
  readonly language: ExportLanguage
  /** IANA name */
  readonly timeZone: string
  readonly fields: readonly string[]
  readonly filter: unknown
}

export interface DownloadRow {
  readonly download_key: string
  readonly download_id: string
  readonly organisation_id: string
  readonly account_id: string
  readonly kind: 'studies' | 'list'
  readonly file_name: string
  readonly is_background: boolean
  readonly state: 'waiting' | 'making' | 'ready' | 'failed'
  readonly failure: DownloadFailure | null
  readonly mask_secret: Buffer | null
  readonly instances: number | null
  readonly left_out: number | null
  readonly list: ListWanted | null
  readonly byte_length: string | null
  readonly done_bytes: string
  readonly blob_key: string | null
  readonly attempts: number
  readonly created_at: Date
  readonly expires_at: Date
  readonly fetches: number
  readonly studies: readonly string[]
  /** Something that is in it was deleted or hidden since. */
  readonly is_outdated: boolean
}

/** Long enough for a slow store's one answer; a crash is noticed after it. */
const leaseMs = 30_000

// A study that was restored is there again; one whose objects were deleted in part, or of which a series was hidden, since the file was begun is not what is in it.
// All three times are the database's, each read while the study was locked.
const columns = `d.*,
  array(select s.study_instance_uid from download_study s where s.download_key = d.download_key order by s.position) as studies,
  exists (select from download_study s where s.download_key = d.download_key and (
    not exists (select from study where study.organisation_id = d.organisation_id and study.study_instance_uid = s.study_instance_uid and study.number_of_study_related_instances > 0)
    or d.made_from is not null and (
      exists (select from hidden_series h where h.organisation_id = d.organisation_id and h.study_instance_uid = s.study_instance_uid and h.hidden_at >= d.made_from)
      or exists (select from deletion x where x.organisation_id = d.organisation_id and x.study_instance_uid = s.study_instance_uid and x.deleted_at >= d.made_from)))) as is_outdated`

/** The account's own, where it has not come to its end. */
export async function findDownload(db: Db, accountId: string, downloadId: string, now: Date): Promise<DownloadRow | undefined> {
  const [row] = await rows<DownloadRow>(db, `select ${columns} from download d where d.account_id = ? and d.download_id = ? and d.expires_at > ?`, [accountId, downloadId, now])
  return row
}

/** The account's own in these organisations, the latest first. */
export async function downloadsOf(db: Db, accountId: string, organisationIds: readonly string[], now: Date, before: string | undefined, limit: number): Promise<DownloadRow[]> {
  return rows<DownloadRow>(db, `
    select ${columns} from download d
    where d.account_id = ? and d.organisation_id = any(?::bigint[]) and d.expires_at > ? and (?::bigint is null or d.download_key < ?::bigint)
    order by d.download_key desc limit ?`,
    [accountId, [...organisationIds], now, before ?? null, before ?? null, limit])
}

/** Bytes of files that are kept, or will be, for an account; of one organisation where it is named. */
export async function keptBytesOf(db: Db, accountId: string, organisationId: string | undefined, now: Date): Promise<number> {
  const [found] = await rows<{ bytes: string }>(db, `select coalesce(sum(greatest(coalesce(byte_length, 0), done_bytes)), 0)::bigint as bytes from download
    where account_id = ? and (?::bigint is null or organisation_id = ?) and is_background and state <> 'failed' and expires_at > ?`, [accountId, organisationId ?? null, organisationId ?? null, now])
  return Number(found?.bytes ?? 0)
}

/** How many of an account's wait to be made, or are being made. */
export async function waitingOf(db: Db, accountId: string): Promise<number> {
  const [found] = await rows<{ count: number }>(db, `select count(*)::integer as count from download where account_id = ? and state in ('waiting', 'making')`, [accountId])
  return found?.count ?? 0
}

/** One at a time for each account until the transaction ends: what is kept together is measured together. */
export async function lockAccount(trx: Trx, accountId: string): Promise<void> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended('isocenter download ' || ?, 0))`, [accountId])
}

export type NewDownload = Pick<DownloadRow,
  | 'organisation_id' | 'account_id' | 'kind' | 'file_name' | 'is_background' | 'mask_secret' | 'instances' | 'left_out' | 'list' | 'created_at'
  | 'expires_at'> & { readonly byteLength: number | undefined; readonly studies: readonly string[] }

export async function addDownload(trx: Trx, { studies, byteLength, list, ...given }: NewDownload): Promise<string> {
  const [made] = await trx('download')
    .insert({
      ...given,
      list: list === null ? null : JSON.stringify(list),
      byte_length: byteLength ?? null,
      state: given.is_background ? 'waiting' : 'ready',
    })
    .returning<{ download_key: string; download_id: string }[]>(['download_key', 'download_id'])
  if (made === undefined) throw new Error('The download was not added.')
  if (studies.length > 0) await trx('download_study').insert(studies.map((study_instance_uid, position) => ({ download_key: made.download_key, position, study_instance_uid })))
  return made.download_id
}

/** What studies consist of as a download takes it. */
export interface Contents {
  /** Those that are there at all, by UID. */
  readonly present: ReadonlySet<string>
  readonly instances: number
  readonly leftOut: number
  readonly bytes: number
}

/** Counted by class: however many objects there are, few rows. */
export async function contentsOf(db: Db, organisationId: string, studies: readonly string[], isMasked: boolean): Promise<Contents> {
  const found = await rows<{ study_instance_uid: string; sop_class_uid: string; is_hidden: boolean; count: number; bytes: string }>(db, `
    select st.study_instance_uid, i.sop_class_uid, h.series_instance_uid is not null as is_hidden, count(*)::integer as count, sum(i.byte_length)::bigint as bytes
    from study st join series s on s.study_key = st.study_key join instance i on i.series_key = s.series_key
      left join hidden_series h on h.organisation_id = st.organisation_id and h.study_instance_uid = st.study_instance_uid and h.series_instance_uid = s.series_instance_uid
    where st.organisation_id = ? and st.study_instance_uid = any(?::text[]) group by 1, 2, 3`, [organisationId, [...studies]])
  const goes = found.filter(({ is_hidden, sop_class_uid }) => !is_hidden && (!isMasked || isShownMasked(sop_class_uid)))
  const sum = (some: readonly { readonly count: number }[]) => some.reduce((all, { count }) => all + count, 0)
  return { present: new Set(found.map((row) => row.study_instance_uid)), instances: sum(goes), leftOut: sum(found) - sum(goes), bytes: goes.reduce((all, { bytes }) => all + Number(bytes), 0) }
}

/** SeriesInstanceUIDs that are kept from outside viewers. */
export async function hiddenSeriesOf(db: Db, organisationId: string, studies: readonly string[]): Promise<Set<string>> {
  const found = await rows<{ series_instance_uid: string }>(db, 'select series_instance_uid from hidden_series where organisation_id = ? and study_instance_uid = any(?::text[])', [organisationId, [...studies]])
  return new Set(found.map((row) => row.series_instance_uid))
}

/** What one record is called that names no patient. */
export async function recordIdOf(db: Db, organisationId: string, StudyInstanceUID: string): Promise<string> {
  const [found] = await rows<{ record_id: string }>(db, 'select study_record_id(?::bigint, ?) as record_id', [organisationId, StudyInstanceUID])
  return found?.record_id ?? ''
}

// ── Making ─────────────────────────────────────────────────────────────────────────────────────

export interface Lease {
  readonly lease: string
  readonly row: DownloadRow
}

/** Takes the oldest that waits, or whose maker has died; its new blob's name is written down before there is a byte of it. */
export async function takeNext(db: Db, newKey: (organisationId: string) => string, now: Date): Promise<(Lease & { readonly lostBlobKey: string | null }) | undefined> {
  return db.transaction(async (trx) => {
    const [next] = await rows<{ download_key: string; organisation_id: string; blob_key: string | null }>(trx, `
      select download_key, organisation_id, blob_key from download where (state = 'waiting' or state = 'making' and leased_until < ?) and expires_at > ?
      order by download_key limit 1 for update skip locked`, [now, now])
    if (next === undefined) return undefined
    const lease = randomUUID()
    // Whoever is deleting of them or hiding has ended; whoever comes behind has a later time.
    await rows(
      trx,
      `select from study where organisation_id = ? and study_instance_uid in (select study_instance_uid from download_study where download_key = ?) order by study_instance_uid for share`,
      [next.organisation_id, next.download_key],
    )
    await trx('download').where({ download_key: next.download_key }).update({
      state: 'making', lease, leased_until: new Date(now.getTime() + leaseMs), made_from: trx.raw('clock_timestamp()'), done_bytes: 0, blob_key: newKey(next.organisation_id), attempts: trx.raw('attempts + 1'),
    })
    const [row] = await rows<DownloadRow>(trx, `select ${columns} from download d where d.download_key = ?`, [next.download_key])
    if (row === undefined) throw new Error('The download has gone.')
    return { lease, row, lostBlobKey: next.blob_key }
  })
}

/** False where the lease is lost: removed, cancelled, or taken over. */
export async function renewLease(db: Db, { lease, row }: Lease, doneBytes: number, now: Date): Promise<boolean> {
  return await db('download').where({ download_key: row.download_key, lease, state: 'making' }).update({ done_bytes: doneBytes, leased_until: new Date(now.getTime() + leaseMs) }) > 0
}

/** Ends a lease with what came of it; false where it was lost. */
export async function endLease(db: Db, { lease, row }: Lease, change: Readonly<Record<string, unknown>>): Promise<boolean> {
  return await db('download').where({ download_key: row.download_key, lease, state: 'making' }).update({ ...change, lease: null, leased_until: null }) > 0
}

/**
 * Ends what was made of a study, or is being made, before a deletion that is removed for good: it is not given out from here on, and the next sweep removes its bytes.
 * Anew it is made of what is there. What was held apart from its study was in no file.
 */
export async function endMadeBefore(trx: Trx, deletedStudyId: string): Promise<Pick<DownloadRow, 'organisation_id' | 'account_id' | 'download_id'>[]> {
  return rows<Pick<DownloadRow, 'organisation_id' | 'account_id' | 'download_id'>>(trx, `
    with made as (
      select d.download_key, d.blob_key
      from deleted_study x join download d on d.organisation_id = x.organisation_id
        join download_study s on s.download_key = d.download_key and s.study_instance_uid = x.study_instance_uid
      where x.deleted_study_id = ? and x.quarantine_id is null and d.is_background and d.state in ('making', 'ready') and d.made_from <= x.deleted_at order by d.download_key for update of d
    ), ended as (
      update download d set state = 'failed', failure = 'gone', blob_key = null, done_bytes = 0, lease = null, leased_until = null from made where d.download_key = made.download_key
      returning d.organisation_id, d.account_id, d.download_id, made.blob_key
    ), given_up as (
      insert into obsolete_blob (blob_key, organisation_id) select blob_key, organisation_id from ended where blob_key is not null on conflict (blob_key) do nothing
    )
    select organisation_id, account_id, download_id from ended`, [deletedStudyId])
}

/** Whether anything waits to be made. */
export async function isAnyWaiting(db: Db, now: Date): Promise<boolean> {
  const [found] = await rows<{ is_waiting: boolean }>(db, `select exists (select from download where (state = 'waiting' or state = 'making' and leased_until < ?) and expires_at > ?) as is_waiting`, [now, now])
  return found?.is_waiting === true
}
