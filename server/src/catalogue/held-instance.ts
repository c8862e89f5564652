/** Of what is held apart, the one object that stands for all of it in a small picture. */
import { reachesStudy, type Access } from '../identity/index.ts'
import { rows, type Db } from '../platform/db.ts'
import type { InstanceRecord } from './instance-record.ts'
import { inflated } from './instances.ts'
import type { SetAsideRow } from './set-aside.ts'

/** An object that is in no study: where its bytes are and how they lie, and what the catalogue does not say of it. */
export interface HeldInstance extends Pick<InstanceRecord, 'StudyInstanceUID' | 'SeriesInstanceUID' | 'SOPInstanceUID' | 'SOPClassUID' | 'transferSyntaxUID' | 'blobKey' | 'byteLength' | 'layout'> {
  /** a DICOM JSON object */
  readonly metadataText: string
}

interface HeldRow extends Pick<SetAsideRow, 'series_instance_uid' | 'sop_instance_uid' | 'sop_class_uid' | 'transfer_syntax_uid' | 'blob_key' | 'byte_length' | 'layout' | 'metadata'> {
  readonly study_instance_uid: string
}

/** One of each class, the largest: there may be thousands, and layouts of many kilobytes. */
const classesSql = `
  select sop_class_uid, layout from quarantined_instance where quarantined_key in (
    select distinct on (sop_class_uid) quarantined_key from quarantined_instance where organisation_id = ? and quarantine_id = ? order by sop_class_uid, byte_length desc
  )`

const middleSql = `
  with held as (select quarantined_key, series_instance_uid, sop_instance_uid from quarantined_instance where organisation_id = ? and quarantine_id = ? and sop_class_uid = any(?::text[]))
  select study_instance_uid, series_instance_uid, sop_instance_uid, sop_class_uid, transfer_syntax_uid, blob_key, byte_length, layout, metadata
  from quarantined_instance join quarantine using (organisation_id, quarantine_id)
  where quarantined_key = (select quarantined_key from held order by series_instance_uid, sop_instance_uid, quarantined_key offset (select (count(*) - 1) / 2 from held) limit 1)`

/**
 * The middle one, by the UIDs, of what is held under an id: of the images where there are any; undefined where nothing is, or the access does not reach it.
 * @param isImage whether objects of a class are images, by the layout of one of them
 */
export async function heldInstance(db: Db, access: Access, quarantineId: string, isImage: (SOPClassUID: string, layout: Buffer) => boolean): Promise<HeldInstance | undefined> {
  const classes = await rows<Pick<HeldRow, 'sop_class_uid' | 'layout'>>(db, classesSql, [access.organisationId, quarantineId])
  const images = classes.filter(({ sop_class_uid, layout }) => isImage(sop_class_uid, layout))
  const [row] = await rows<HeldRow>(db, middleSql, [access.organisationId, quarantineId, (images.length > 0 ? images : classes).map(({ sop_class_uid }) => sop_class_uid)])
  if (row === undefined || !reachesStudy(access, row.study_instance_uid)) return undefined
  return {
    StudyInstanceUID: row.study_instance_uid, SeriesInstanceUID: row.series_instance_uid, SOPInstanceUID: row.sop_instance_uid, SOPClassUID: row.sop_class_uid, transferSyntaxUID: row.transfer_syntax_uid,
    blobKey: row.blob_key, byteLength: Number(row.byte_length), layout: row.layout, metadataText: await inflated(row.metadata),
  }
}
