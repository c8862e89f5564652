/** Whether rows say of each other what is so, and making it so again: what the doctor asks of the catalogue itself. */
import { rows, type Db } from '../platform/db.ts'
import { deflateJoinable } from '../platform/joinable-deflate.ts'
import { recountStudies, saveModalities } from './recount.ts'

/** A study, and what of its row is not so. */
export interface StudySoundness {
  /** bigint as text */
  readonly studyKey: string
  readonly StudyInstanceUID: string
  /** What it holds, counted. */
  readonly series: number
  readonly instances: number
  /** Keywords whose kept values differ from what the study holds. */
  readonly wrong: readonly string[]
}

/** A series, and what of its row is not so. */
export interface SeriesSoundness {
  readonly studyKey: string
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly instances: number
  readonly wrong: readonly string[]
}

const studiesPerPage = 500

// Of one statement, so of one moment: what is being stored meanwhile cannot make a sound study look wrong.
const studiesSql = `
  select study_key as "studyKey", study_instance_uid as "StudyInstanceUID", held.series, held.instances, array_remove(array[
    case when number_of_study_related_series <> held.series then 'NumberOfStudyRelatedSeries' end,
    case when number_of_study_related_instances <> held.instances then 'NumberOfStudyRelatedInstances' end,
    case when array(select unnest(modalities_in_study) order by 1) <> held.modalities or held.modality_rows <> array(
      select modality || ' ' || study.sort_key collate "C" from unnest(held.modalities) as modality order by 1) then 'ModalitiesInStudy' end,
    case when array(select unnest(sop_classes_in_study) collate "C" order by 1) <> held.sop_classes then 'SOPClassesInStudy' end
  ], null) as wrong
  from (select * from study where study_key > ? order by study_key limit ?) as study, lateral (select
    (select count(*)::integer from series where series.study_key = study.study_key) as series,
    (select count(*)::integer from instance where instance.study_key = study.study_key) as instances,
    array(select distinct modality from series where series.study_key = study.study_key and modality is not null order by 1) as modalities,
    array(select modality || ' ' || m.sort_key collate "C" from study_modality m where m.study_key = study.study_key order by 1) as modality_rows,
    array(select distinct sop_class_uid from instance where instance.study_key = study.study_key order by 1) as sop_classes
  ) as held
  order by study_key`

/** All studies in pages, each with what is wrong with its row. */
export async function* studiesHeldAgainstRows(db: Db): AsyncGenerator<StudySoundness[]> {
  for (let after = '0'; ;) {
    const page = await rows<StudySoundness>(db, studiesSql, [after, studiesPerPage])
    const last = page.at(-1)
    if (!last) return
    yield page
    after = last.studyKey
  }
}

const seriesSql = `
  select study_key as "studyKey", study_instance_uid as "StudyInstanceUID", series_instance_uid as "SeriesInstanceUID", held.instances,
    array_remove(array[case when number_of_series_related_instances <> held.instances then 'NumberOfSeriesRelatedInstances' end], null) as wrong
  from series join study using (study_key), lateral (select count(*)::integer as instances from instance where instance.series_key = series.series_key) as held
  where study_key = any(?::bigint[]) and (held.instances = 0 or number_of_series_related_instances <> held.instances)
  order by series_key`

/** The series of these studies whose count is wrong or that hold nothing. */
export async function unsoundSeries(db: Db, studyKeys: readonly string[]): Promise<SeriesSoundness[]> {
  return rows(db, seriesSql, [[...studyKeys]])
}

const seriesCountsSql = `
  update series set number_of_series_related_instances = held.instances, version = version + 1, updated_at = now()
  from (
    select series_key, (select count(*)::integer from instance where instance.series_key = series.series_key) as instances
    from series where study_key = ?
  ) as held
  where series.series_key = held.series_key and number_of_series_related_instances <> held.instances`

/** Counts a study and its series again; those that hold nothing are removed. */
export async function mendStudy(db: Db, studyKey: string): Promise<void> {
  await db.transaction(async (trx) => {
    // The lock every writer takes: nothing below the study changes while it is counted.
    if (!await trx('study').where({ study_key: studyKey }).forUpdate().first('study_key')) return
    await rows(trx, seriesCountsSql, [studyKey])
    await trx('series').where({ study_key: studyKey, number_of_series_related_instances: 0 }).delete()
    if (!await trx('series').where({ study_key: studyKey }).first('series_key')) {
      await trx('study').where({ study_key: studyKey }).delete()
      return
    }
    await recountStudies(trx, [studyKey])
    await saveModalities(trx, [studyKey])
    await trx('study_modality').where({ study_key: studyKey })
      .whereNotIn('modality', trx('study').where({ study_key: studyKey }).select(trx.raw('unnest(modalities_in_study)'))).delete()
    await trx('study').where({ study_key: studyKey }).update({ version: trx.raw('version + 1'), updated_at: trx.fn.now() })
  })
}

const withoutMetadataSql = `
  select instance_key, blob_key from instance
  where not exists (select from instance_metadata m where m.instance_key = instance.instance_key) and instance_key > ?
  order by instance_key limit ?`

const instancesPerPage = 500

/** Blobs of the instances that have no metadata, in pages. */
export async function* blobsWithoutMetadata(db: Db): AsyncGenerator<string[]> {
  for (let after = '0'; ;) {
    const page = await rows<{ instance_key: string; blob_key: string }>(db, withoutMetadataSql, [after, instancesPerPage])
    const last = page.at(-1)
    if (!last) return
    yield page.map((row) => row.blob_key)
    after = last.instance_key
  }
}

/** Gives an instance that has none its metadata, provided it still is of these bytes. */
export async function addMetadata(db: Db, { instanceKey, blobKey }: { readonly instanceKey: string; readonly blobKey: string }, metadataText: string): Promise<void> {
  const { zlib, textBytes, crc32 } = await deflateJoinable(metadataText)
  // What was answered without this instance must not pass for what is answered with it.
  await rows(db, `
    with added as (
      insert into instance_metadata (instance_key, organisation_id, metadata, text_bytes, crc32)
      select instance_key, organisation_id, ?, ?, ? from instance where instance_key = ? and blob_key = ?
      on conflict (instance_key) do nothing returning instance_key
    ), its as (
      select study_key, series_key from added join instance using (instance_key)
    ), raised as (
      update study set version = version + 1, updated_at = now() from its where study.study_key = its.study_key returning study.study_key
    )
    update series set version = version + 1, updated_at = now() from its, raised where series.series_key = its.series_key`, [Buffer.from(zlib), textBytes, crc32 | 0, instanceKey, blobKey])
}
