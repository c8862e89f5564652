import type { Trx } from '../platform/db.ts'
import { bytea, withRows } from './json-rows.ts'
import type { Prepared } from './prepare.ts'
import { isCurrent, type InstanceNow } from './store-instances.ts'

/** A former version of an instance that is kept beside the current one. */
export interface KeptVersion {
  readonly version: number
  readonly blobKey: string
}

const readStatement = {
  name: 'read-kept-versions',
  text: `
    select distinct on (position) position, kept.version, kept.blob_key
    from json_to_recordset($1) as given(position integer, instance_key bigint, sha256 bytea, data_set_sha256 bytea, blob_key text)
      join instance_version as kept using (instance_key)
      left join recompressed as received on received.instance_key = kept.instance_key and received.version = kept.version
    where kept.sha256 = given.sha256 or kept.data_set_sha256 = given.data_set_sha256
      or received.sha256 = given.sha256 or received.data_set_sha256 = given.data_set_sha256
    order by position, kept.blob_key = given.blob_key desc, kept.version desc`,
}

/** For each object that differs from what is current under its UIDs the former version that it is, or undefined. */
export async function findKept(trx: Trx, objects: readonly { readonly prepared: Prepared; readonly former: InstanceNow | undefined }[]): Promise<(KeptVersion | undefined)[]> {
  const found: (KeptVersion | undefined)[] = objects.map(() => undefined)
  const wanted = objects.flatMap(({ prepared: { instance }, former }, position) =>
    (former === undefined || former.version === 1 || isCurrent(former, instance) ? [] : [{
      position,
      instance_key: former.instanceKey,
      sha256: bytea(instance.sha256),
      data_set_sha256: bytea(instance.dataSetSha256),
      blob_key: instance.blobKey,
    }]))
  if (wanted.length === 0) return found
  for (const row of await withRows<{ position: number; version: number; blob_key: string }>(trx, readStatement, wanted)) {
    found[row.position] = { version: row.version, blobKey: row.blob_key }
  }
  return found
}
