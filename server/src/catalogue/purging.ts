/** Removing what was deleted for good: rows in pieces, blobs by the sweep that comes after. */
import { rows, type Db } from '../platform/db.ts'

const instancesAtOnce = 500

/**
 * Gives up the blobs of one deletion that is to be purged, those of former versions too, and forgets its rows. Killed in between, it goes on
 * where it was: a blob is given up in the transaction that forgets its row.
 */
export async function purgeInstances(db: Db, deletedStudyId: string): Promise<void> {
  for (;;) {
    const gone = await db.transaction(async (trx) => {
      const head = await trx('deleted_study').where({ deleted_study_id: deletedStudyId, state: 'purging' }).forUpdate().first<object | undefined>('deleted_study_id')
      if (head === undefined) return 0
      const [counted] = await rows<{ instances: number }>(trx, `
        with chosen as (
          select deleted_study_id, series_instance_uid, sop_instance_uid from deleted_instance where deleted_study_id = ? order by series_instance_uid, sop_instance_uid limit ?
        ),
        former as (delete from deleted_version using chosen where deleted_version.deleted_study_id = chosen.deleted_study_id
          and deleted_version.series_instance_uid = chosen.series_instance_uid and deleted_version.sop_instance_uid = chosen.sop_instance_uid returning blob_key, organisation_id),
        gone as (delete from deleted_instance using chosen where deleted_instance.deleted_study_id = chosen.deleted_study_id
          and deleted_instance.series_instance_uid = chosen.series_instance_uid and deleted_instance.sop_instance_uid = chosen.sop_instance_uid returning blob_key, organisation_id),
        given_up as (
          insert into obsolete_blob (blob_key, organisation_id) select blob_key, organisation_id from former union all select blob_key, organisation_id from gone
          on conflict (blob_key) do nothing
        )
        select count(*)::integer as instances from gone`, [deletedStudyId, instancesAtOnce])
      return counted?.instances ?? 0
    })
    if (gone === 0) return
  }
}
