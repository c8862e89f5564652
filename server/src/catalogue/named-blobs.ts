/** Which blobs rows name, in the order of their keys: what the doctor holds a blob store against. */
import { rows, type Db } from '../platform/db.ts'

/** A blob an object, or a former version of one, says it has. */
export interface NamedBlob {
  readonly key: string
  readonly byteLength: number
}

/** A blob that waits to be removed. */
export interface GivenUpBlob {
  readonly key: string
  readonly since: Date
}

const keysPerPage = 2_000

/** Blobs of all instances, ascending by key. */
export const currentBlobs = (db: Db): AsyncGenerator<NamedBlob> => named(db, 'instance')

/** Blobs of all former versions of instances, ascending by key. */
export const formerBlobs = (db: Db): AsyncGenerator<NamedBlob> => named(db, 'instance_version')

/** Blobs of what is in no study: deleted and can be restored, or held apart; ascending by key. */
export const blobsAside = (db: Db): AsyncGenerator<NamedBlob> => named(db, 'deleted_instance', 'deleted_version', 'quarantined_instance')

async function* named(db: Db, ...tables: readonly string[]): AsyncGenerator<NamedBlob> {
  for await (const row of keyset<{ blob_key: string; byte_length: string }>(db, tables, 'byte_length')) yield { key: row.blob_key, byteLength: Number(row.byte_length) }
}

/** Tables that name blobs which can be made again, each key in one of them. */
const derivedTables = ['series_metadata', 'thumbnail'] as const

/** Blobs of what is derived from instances, ascending by key. */
export async function* derivedBlobs(db: Db): AsyncGenerator<{ readonly key: string }> {
  for await (const row of keyset(db, derivedTables)) yield { key: row.blob_key }
}

/** Blobs of uploads that are not done, ascending by key. */
export async function* uploadedBlobs(db: Db): AsyncGenerator<{ readonly key: string }> {
  for await (const row of keyset(db, ['upload_chunk'])) yield { key: row.blob_key }
}

/** Forgets something derived whose blob is lost, so that it is made again. */
export async function forgetDerived(db: Db, blobKey: string): Promise<void> {
  for (const table of derivedTables) await db(table).where({ blob_key: blobKey }).delete()
}

/** Blobs given up and not removed yet, ascending by key. */
export async function* givenUpBlobs(db: Db): AsyncGenerator<GivenUpBlob> {
  for await (const row of keyset<{ blob_key: string; since: Date }>(db, ['obsolete_blob'], 'since')) yield { key: row.blob_key, since: row.since }
}

/**
 * Rows of all these tables, ascending by blob, page by page, each beginning behind the last blob of the one before: no connection and no snapshot is held in between.
 * @param more columns beside `blob_key`
 */
async function* keyset<Row extends { readonly blob_key: string }>(db: Db, tables: readonly string[], ...more: readonly string[]): AsyncGenerator<Row> {
  const ofTables = tables.map((table) => `(select ${['blob_key', ...more].join(', ')} from ${table} where blob_key > :after order by blob_key limit :limit)`)
  const pageSql = `select * from (${ofTables.join(' union all ')}) as named order by blob_key limit :limit`
  for (let after = ''; ;) {
    const { rows: page } = await db.raw<{ rows: Row[] }>(pageSql, { after, limit: keysPerPage })
    yield* page
    const last = page.at(-1)
    if (!last || page.length < keysPerPage) return
    after = last.blob_key
  }
}

/** An instance or former version that names a blob. */
export interface BlobHolder {
  readonly blobKey: string
  readonly organisationId: string
  /** bigint as text */
  readonly instanceKey: string
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly version: number
  /** False for a version that has been superseded. */
  readonly isCurrent: boolean
  readonly byteLength: number
  readonly sha256: Buffer
}

interface BlobHolderRow {
  readonly blob_key: string
  readonly organisation_id: string
  readonly instance_key: string
  readonly study_instance_uid: string
  readonly series_instance_uid: string
  readonly sop_instance_uid: string
  readonly version: number
  readonly is_current: boolean
  readonly byte_length: string
  readonly sha256: Buffer
}

const holdersSql = (condition: string) => `
  with holder as (
    select blob_key, instance_key, version, true as is_current, byte_length, sha256 from instance where ${condition}
    union all
    select blob_key, instance_key, version, false, byte_length, sha256 from instance_version where ${condition}
  )
  select holder.*, organisation_id, study_instance_uid, series_instance_uid, sop_instance_uid
  from holder join (select instance_key, organisation_id, study_key, series_key, sop_instance_uid from instance) i using (instance_key)
  join (select study_key, study_instance_uid from study) st using (study_key) join (select series_key, series_instance_uid from series) s using (series_key)`

/** Who names these blobs now. */
export async function blobHolders(db: Db, blobKeys: readonly string[]): Promise<BlobHolder[]> {
  return (await rows<BlobHolderRow>(db, holdersSql('blob_key = any(?::text[])'), [[...blobKeys], [...blobKeys]])).map(toHolder)
}

/** What is in no study and names a blob: what was deleted and can be restored, or is held apart. */
export type AsideHolder = Pick<BlobHolder, 'blobKey' | 'organisationId' | 'StudyInstanceUID' | 'SeriesInstanceUID' | 'SOPInstanceUID' | 'byteLength'>

const asideHoldersSql = `
  with holder as (
    select blob_key, deleted_study_id, null::uuid as quarantine_id, organisation_id, series_instance_uid, sop_instance_uid, byte_length from deleted_instance where blob_key = any(:keys::text[])
    union all select blob_key, deleted_study_id, null, organisation_id, series_instance_uid, sop_instance_uid, byte_length from deleted_version where blob_key = any(:keys::text[])
    union all select blob_key, null, quarantine_id, organisation_id, series_instance_uid, sop_instance_uid, byte_length from quarantined_instance where blob_key = any(:keys::text[])
  )
  select holder.*, coalesce(quarantine.study_instance_uid, deleted_study.study_instance_uid) as study_instance_uid
  from holder left join quarantine using (organisation_id, quarantine_id) left join deleted_study on deleted_study.organisation_id = holder.organisation_id and deleted_study.deleted_study_id = holder.deleted_study_id
  order by blob_key`

/** Who of what is in no study names these blobs now. */
export async function asideHolders(db: Db, blobKeys: readonly string[]): Promise<AsideHolder[]> {
  const { rows: found } = await db.raw<{ rows: Pick<BlobHolderRow, 'blob_key' | 'organisation_id' | 'study_instance_uid' | 'series_instance_uid' | 'sop_instance_uid' | 'byte_length'>[] }>(
    asideHoldersSql,
    { keys: [...blobKeys] },
  )
  return found.map((row) => ({
    blobKey: row.blob_key,
    organisationId: row.organisation_id,
    StudyInstanceUID: row.study_instance_uid,
    SeriesInstanceUID: row.series_instance_uid,
    SOPInstanceUID: row.sop_instance_uid,
    byteLength: Number(row.byte_length),
  }))
}

/** The current and former versions of one instance, newest first. */
export async function versionsOf(db: Db, instanceKey: string): Promise<BlobHolder[]> {
  return (await rows<BlobHolderRow>(db, `${holdersSql('instance_key = ?')} order by version desc`, [instanceKey, instanceKey])).map(toHolder)
}

const toHolder = (row: BlobHolderRow): BlobHolder => ({
  blobKey: row.blob_key,
  organisationId: row.organisation_id,
  instanceKey: row.instance_key,
  StudyInstanceUID: row.study_instance_uid,
  SeriesInstanceUID: row.series_instance_uid,
  SOPInstanceUID: row.sop_instance_uid,
  version: row.version,
  isCurrent: row.is_current,
  byteLength: Number(row.byte_length),
  sha256: row.sha256,
})

/** Lets a holder name another blob with the same bytes; false when it no longer names the one it did. */
export async function renameBlob(db: Db, { instanceKey, version, isCurrent, blobKey }: BlobHolder, newBlobKey: string): Promise<boolean> {
  const changed = await db(isCurrent ? 'instance' : 'instance_version')
    .where({ instance_key: instanceKey, version, blob_key: blobKey }).update({ blob_key: newBlobKey })
  return changed > 0
}
