import { rows, type Trx } from '../platform/db.ts'

const modalitiesSql = `
  insert into study_modality (organisation_id, modality, sort_key, study_key)
  select organisation_id, modality, sort_key, study_key from study, unnest(modalities_in_study) as modality where study_key = any(?::bigint[])
  on conflict (study_key, modality) do update set sort_key = excluded.sort_key where study_modality.sort_key <> excluded.sort_key`

/** Brings the rows that make "studies with a CT, newest first" fast up to what their studies say. */
export async function saveModalities(trx: Trx, studyKeys: readonly string[]): Promise<void> {
  await rows(trx, modalitiesSql, [[...studyKeys]])
}

const studiesSql = `
  update study set
    number_of_study_related_series = (select count(*) from series where series.study_key = study.study_key),
    number_of_study_related_instances = (select coalesce(sum(number_of_series_related_instances), 0) from series where series.study_key = study.study_key),
    modalities_in_study = array(select distinct modality from series where series.study_key = study.study_key and modality is not null order by modality),
    sop_classes_in_study = array(select distinct sop_class_uid from instance where instance.study_key = study.study_key order by sop_class_uid)
  where study_key = any(?::bigint[])`

const formerModalitiesSql = `
  delete from study_modality using study
  where study.study_key = any(?::bigint[]) and study_modality.study_key = study.study_key and study_modality.modality <> all(study.modalities_in_study)`

/** Counts again what locked studies hold, from their series' counts and their instances: after something has left them. */
export async function recountStudies(trx: Trx, studyKeys: readonly string[]): Promise<void> {
  await rows(trx, studiesSql, [[...studyKeys]])
  await rows(trx, formerModalitiesSql, [[...studyKeys]])
}
