/** Which instance stands for a study or series in a small image, and where that image is kept. */
import { reachesStudy, type Access } from '../identity/index.ts'
import { namedRows, rows, type Db, type NamedStatement } from '../platform/db.ts'
import type { Scope } from './scope.ts'

/** An instance with its thumbnail, as little as answering with it needs. */
export interface Representative {
  /** bigint as text; ours, never shown */
  readonly instanceKey: string
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly version: number
  /** of the instance's bytes */
  readonly sha256: Buffer
  /** Where its thumbnail is; absent until one is made of this version. */
  readonly thumbnailKey: string | undefined
}

interface RepresentativeRow {
  readonly instance_key: string
  readonly series_instance_uid: string
  readonly sop_instance_uid: string
  readonly version: number
  readonly sha256: Buffer
  readonly blob_key: string | null
}

const columns = 'i.instance_key, s.series_instance_uid, i.sop_instance_uid, i.version, i.sha256, t.blob_key'
const withThumbnail = 'left join thumbnail t on t.instance_key = i.instance_key and t.version = i.version'
/** By the index instance_in_order. */
const middleInstance = `
  cross join lateral (
    select instance_key, sop_instance_uid, version, sha256 from instance where instance.series_key = s.series_key
    order by instance_number_sort, instance_key offset (s.number_of_series_related_instances - 1) / 2 limit 1
  ) i ${withThumbnail}`

const instanceStatement = {
  name: 'thumbnail-of-instance',
  text: `select ${columns} from study st join series s on s.study_key = st.study_key join instance i on i.series_key = s.series_key ${withThumbnail}
    where st.organisation_id = $1 and st.study_instance_uid = $2 and s.series_instance_uid = $3 and i.sop_instance_uid = $4`,
}
const seriesStatement = {
  name: 'thumbnail-of-series',
  text: `select ${columns} from study st join series s on s.study_key = st.study_key ${middleInstance}
    where st.organisation_id = $1 and st.study_instance_uid = $2 and s.series_instance_uid = $3 and s.number_of_series_related_instances > 0`,
}
/** Modalities of what is no picture of the patient: another series stands for the study where there is one. */
const withoutPictures = ['SR', 'PR', 'KO', 'DOC', 'SEG', 'REG', 'RTPLAN', 'RTSTRUCT', 'RTRECORD', 'ANN', 'PLAN', 'AU', 'FID', 'M3D', 'RWV', 'TEXTUREMAP']
const studyStatement = {
  name: 'thumbnail-of-study',
  text: `select ${columns} from (
      select series.* from study join series using (study_key)
      where study.organisation_id = $1 and study_instance_uid = $2 and number_of_series_related_instances > 0
      order by coalesce(modality = any($3::text[]), false), series_number_sort, series_key limit 1
    ) s ${middleInstance}`,
}

/** The instance of a scope that stands for it: the middle one, of a study's first series of images; undefined when the access reaches none. */
export async function representative(db: Db, access: Access, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: Scope): Promise<Representative | undefined> {
  if (!reachesStudy(access, StudyInstanceUID)) return undefined
  const [statement, last]: [NamedStatement, unknown[]] = SOPInstanceUID !== undefined ? [instanceStatement, [SeriesInstanceUID, SOPInstanceUID]]
    : SeriesInstanceUID !== undefined ? [seriesStatement, [SeriesInstanceUID]] : [studyStatement, [withoutPictures]]
  const [row] = await namedRows<RepresentativeRow>(db, statement, [access.organisationId, StudyInstanceUID, ...last])
  return row && {
    instanceKey: row.instance_key,
    StudyInstanceUID,
    SeriesInstanceUID: row.series_instance_uid,
    SOPInstanceUID: row.sop_instance_uid,
    version: row.version,
    sha256: row.sha256,
    thumbnailKey: row.blob_key ?? undefined,
  }
}

/** A thumbnail whose blob is durably stored. */
export interface NewThumbnail {
  readonly instanceKey: string
  /** of the instance it was made of */
  readonly version: number
  readonly blobKey: string
  readonly byteLength: number
}

/**
 * Records a thumbnail, in place of one of an older version. False when the instance has gone or changed meanwhile: then no
 * row names the blob, and its writer removes it.
 */
export async function keepThumbnail(db: Db, access: Access, { instanceKey, version, blobKey, byteLength }: NewThumbnail): Promise<boolean> {
  const kept = await rows(db, `
    insert into thumbnail (instance_key, organisation_id, version, blob_key, byte_length)
    select instance_key, organisation_id, version, ?, ? from instance where instance_key = ? and organisation_id = ? and version = ? for key share
    on conflict (instance_key) do update set version = excluded.version, blob_key = excluded.blob_key, byte_length = excluded.byte_length, made_at = now()
    returning instance_key`, [blobKey, byteLength, instanceKey, access.organisationId, version])
  return kept.length > 0
}
