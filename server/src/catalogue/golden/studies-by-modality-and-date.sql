with page as (
  select matching.*, row_number() over () as place from (
  select study_modality.study_key from study_modality
  where study_modality.organisation_id = ?
    and study_modality.modality = ?
    and study_modality.sort_key >= ?
  order by study_modality.sort_key desc, study_modality.study_key desc limit ? offset ?
  ) as matching
)
select study.study_instance_uid, study.attributes as study_attributes, study.modalities_in_study as study_modalities_in_study, study.sop_classes_in_study as study_sop_classes_in_study, study.number_of_study_related_series as study_number_of_study_related_series, study.number_of_study_related_instances as study_number_of_study_related_instances, (select count(*)::integer from page) as found
from (select * from page order by place limit ?) as page
join study on study.study_key = page.study_key
order by page.place

-- "7"
-- "CT"
-- "20260101"
-- 1101
-- 0
-- 100
