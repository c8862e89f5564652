import { rows, type Db } from '../platform/db.ts'

/**
 * Blobs that rows gave up at least this long ago, oldest first: whoever read them when they went has finished. Without those that a row
 * names again: a store whose commit went unheard and that was tried once more, after what it had made was deleted or superseded.
 */
export async function obsoleteBlobs(db: Db, before: Date, limit: number): Promise<string[]> {
  const found = await rows<{ blob_key: string }>(db, `
    select blob_key from obsolete_blob
    where since < ?
      and not exists (select from instance where instance.blob_key = obsolete_blob.blob_key)
      and not exists (select from instance_version where instance_version.blob_key = obsolete_blob.blob_key)
      and not exists (select from series_metadata where series_metadata.blob_key = obsolete_blob.blob_key)
      and not exists (select from thumbnail where thumbnail.blob_key = obsolete_blob.blob_key)
    order by since limit ?`, [before, limit])
  return found.map((row) => row.blob_key)
}

/** Takes blobs that are gone off the list. */
export async function forgetObsoleteBlobs(db: Db, blobKeys: readonly string[]): Promise<void> {
  await rows(db, 'delete from obsolete_blob where blob_key = any(?::text[])', [[...blobKeys]])
}

/** Of these blobs those no instance, no former version, nothing derived and no entry of the obsolete ones names. */
export async function unnamedBlobs(db: Db, blobKeys: readonly string[]): Promise<string[]> {
  const found = await rows<{ blob_key: string }>(db, `
    select blob_key from unnest(?::text[]) as given(blob_key)
    where not exists (select 1 from instance where instance.blob_key = given.blob_key)
      and not exists (select 1 from instance_version where instance_version.blob_key = given.blob_key)
      and not exists (select 1 from series_metadata where series_metadata.blob_key = given.blob_key)
      and not exists (select 1 from thumbnail where thumbnail.blob_key = given.blob_key)
      and not exists (select 1 from obsolete_blob where obsolete_blob.blob_key = given.blob_key)`, [[...blobKeys]])
  return found.map((row) => row.blob_key)
}
