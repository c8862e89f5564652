import type { Trx } from '../platform/db.ts'
import { assigned, bytea, sortsLast, withRows } from './json-rows.ts'
import type { Prepared } from './prepare.ts'
import type { SeriesState } from './store-series.ts'
import { studyIdentity, type StudyState } from './store-studies.ts'

/** An instance as it stands before the batch. */
export interface InstanceNow {
  readonly instanceKey: string
  readonly SOPClassUID: string
  readonly version: number
  readonly blobKey: string
  readonly byteLength: number
  readonly sha256: Buffer
  readonly dataSetSha256: Buffer
  /** The digests of what was received, where that is stored otherwise. */
  readonly received: { readonly sha256: Buffer; readonly dataSetSha256: Buffer } | undefined
}

/** True when an object is the one that is current, as it is stored or as it was received. */
export function isCurrent({ sha256, dataSetSha256, received }: Pick<InstanceNow, 'sha256' | 'dataSetSha256' | 'received'>, object: { readonly sha256: Uint8Array; readonly dataSetSha256: Uint8Array }): boolean {
  return [{ sha256, dataSetSha256 }, ...(received ? [received] : [])].some((one) => one.sha256.equals(object.sha256) || one.dataSetSha256.equals(object.dataSetSha256))
}

/** One instance of a batch in its series. */
export interface Placed {
  readonly prepared: Prepared
  readonly series: SeriesState
}

/** The same with what is there under its UIDs. */
export interface WithFormer extends Placed {
  readonly former: InstanceNow | undefined
}

const columns = [
  'sop_class_uid', 'instance_number', 'instance_number_sort', 'number_of_frames', 'transfer_syntax_uid', 'attributes',
  'blob_key', 'byte_length', 'sha256', 'data_set_sha256', 'layout', 'warnings',
]

const readStatement = {
  name: 'read-instances',
  text: `
    select given.position, instance.instance_key, instance.sop_class_uid, instance.version, instance.blob_key, instance.byte_length, instance.sha256, instance.data_set_sha256,
      received.sha256 as received_sha256, received.data_set_sha256 as received_data_set_sha256
    from json_to_recordset($1) as given(position integer, study_key bigint, series_instance_uid text, sop_instance_uid text)
      join series on series.study_key = given.study_key and series.series_instance_uid = given.series_instance_uid
      join instance on instance.series_key = series.series_key and instance.sop_instance_uid = given.sop_instance_uid
      left join recompressed as received on received.instance_key = instance.instance_key and received.version = instance.version`,
}

interface InstanceNowRow {
  readonly position: number
  readonly instance_key: string
  readonly sop_class_uid: string
  readonly version: number
  readonly blob_key: string
  readonly byte_length: string
  readonly sha256: Buffer
  readonly data_set_sha256: Buffer
  readonly received_sha256: Buffer | null
  readonly received_data_set_sha256: Buffer | null
}

/** For each of the batch the instance that is there under the same UIDs, or undefined. */
export async function findExisting(trx: Trx, batch: readonly Prepared[], studies: ReadonlyMap<string, StudyState>): Promise<(InstanceNow | undefined)[]> {
  const existing: (InstanceNow | undefined)[] = batch.map(() => undefined)
  const wanted = batch.flatMap((prepared, position) => {
    const { SeriesInstanceUID, SOPInstanceUID } = prepared.instance
    const study = studies.get(studyIdentity(prepared))
    return !study || study.isNew ? [] : [{ position, study_key: study.studyKey, series_instance_uid: SeriesInstanceUID, sop_instance_uid: SOPInstanceUID }]
  })
  if (wanted.length === 0) return existing
  for (const row of await withRows<InstanceNowRow>(trx, readStatement, wanted)) {
    existing[row.position] = {
      instanceKey: row.instance_key,
      SOPClassUID: row.sop_class_uid,
      version: row.version,
      blobKey: row.blob_key,
      byteLength: Number(row.byte_length),
      sha256: row.sha256,
      dataSetSha256: row.data_set_sha256,
      received: row.received_sha256 && row.received_data_set_sha256 ? { sha256: row.received_sha256, dataSetSha256: row.received_data_set_sha256 } : undefined,
    }
  }
  return existing
}

// The metadata needs the key its instance has just been given; the blob's key tells them apart.
const insertStatement = {
  name: 'insert-instances',
  text: `
    with added as (
      insert into instance (organisation_id, study_key, series_key, sop_instance_uid, ${columns.join(', ')})
      select organisation_id, study_key, series_key, sop_instance_uid, ${columns.join(', ')} from json_populate_recordset(null::instance, $1)
      returning instance_key, organisation_id, blob_key
    )
    insert into instance_metadata (instance_key, organisation_id, metadata, text_bytes, crc32)
    select instance_key, organisation_id, metadata, text_bytes, crc32
    from added join json_to_recordset($2) as given(blob_key text, metadata bytea, text_bytes integer, crc32 integer) using (blob_key)`,
}

/** Adds rows of new instances. */
export async function insertInstances(trx: Trx, placed: readonly Placed[]): Promise<void> {
  if (placed.length === 0) return
  await withRows(trx, insertStatement,
    placed.map(({ prepared, series }) => ({
      ...columnsOf(prepared),
      organisation_id: prepared.access.organisationId,
      study_key: series.study.studyKey,
      series_key: series.seriesKey,
      sop_instance_uid: prepared.instance.SOPInstanceUID,
    })),
    placed.map(({ prepared }) => ({ blob_key: prepared.instance.blobKey, ...metadataColumns(prepared) })))
}

const keepFormerStatement = {
  name: 'keep-former-instances',
  text: `
    insert into instance_version (instance_key, version, organisation_id, transfer_syntax_uid, blob_key, byte_length, sha256, data_set_sha256, stored_at)
    select instance_key, version, organisation_id, transfer_syntax_uid, blob_key, byte_length, sha256, data_set_sha256, stored_at
    from instance join json_to_recordset($1) as given(instance_key bigint) using (instance_key)`,
}

const dropFormerStatement = {
  name: 'drop-former-instances',
  text: `
    with forgotten as (
      delete from recompressed using json_to_recordset($1) as given(instance_key bigint), instance
      where recompressed.instance_key = given.instance_key and instance.instance_key = given.instance_key and recompressed.version = instance.version
    )
    insert into obsolete_blob (blob_key, organisation_id)
    select blob_key, organisation_id from instance join json_to_recordset($1) as given(instance_key bigint) using (instance_key)`,
}

const replaceStatement = {
  name: 'replace-instances',
  text: `
    update instance set version = instance.version + 1, stored_at = now(), ${assigned(columns)}
    from json_populate_recordset(null::instance, $1) as given where instance.instance_key = given.instance_key`,
}

const replaceMetadataStatement = {
  name: 'replace-metadata',
  text: `
    update instance_metadata set ${assigned(['metadata', 'text_bytes', 'crc32'])}
    from json_populate_recordset(null::instance_metadata, $1) as given where instance_metadata.instance_key = given.instance_key`,
}

/** Puts other bytes in the place of an instance's; the former are kept as a version, or their blob is given up. */
export async function supersede(trx: Trx, superseding: readonly { prepared: Prepared; former: InstanceNow; keepsFormer: boolean }[]): Promise<void> {
  if (superseding.length === 0) return
  const keys = (keepsFormer: boolean) => superseding.filter((one) => one.keepsFormer === keepsFormer).map(({ former }) => ({ instance_key: former.instanceKey }))
  await withRows(trx, keepFormerStatement, keys(true))
  await withRows(trx, dropFormerStatement, keys(false))
  await withRows(trx, replaceStatement, superseding.map(({ prepared, former }) => ({ ...columnsOf(prepared), instance_key: former.instanceKey })))
  await withRows(trx, replaceMetadataStatement, superseding.map(({ prepared, former }) => ({ instance_key: former.instanceKey, ...metadataColumns(prepared) })))
}

/** The column is signed. */
export const metadataColumns = ({ metadata: { zlib, textBytes, crc32 } }: Prepared): object => ({ metadata: bytea(zlib), text_bytes: textBytes, crc32: crc32 | 0 })

function columnsOf({ instance, row }: Prepared): object {
  return {
    ...row,
    sop_class_uid: instance.SOPClassUID,
    instance_number_sort: row.instance_number_sort ?? sortsLast,
    transfer_syntax_uid: instance.transferSyntaxUID,
    blob_key: instance.blobKey,
    byte_length: instance.byteLength,
    sha256: bytea(instance.sha256),
    data_set_sha256: bytea(instance.dataSetSha256),
    layout: bytea(instance.layout),
    warnings: instance.warnings && instance.warnings.length > 0 ? instance.warnings : null,
  }
}
