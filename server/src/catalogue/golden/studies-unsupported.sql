-- unsupported: Modality, Rows, 00091002
with page as (
  select matching.*, row_number() over () as place from (
  select study.study_key from study
  where study.organisation_id = ?
  order by study.sort_key desc, study.study_key desc limit ? offset ?
  ) as matching
)
select study.study_instance_uid, study.attributes as study_attributes, study.modalities_in_study as study_modalities_in_study, study.sop_classes_in_study as study_sop_classes_in_study, study.number_of_study_related_series as study_number_of_study_related_series, study.number_of_study_related_instances as study_number_of_study_related_instances, (select count(*)::integer from page) as found
from (select * from page order by place limit ?) as page
join study on study.study_key = page.study_key
order by page.place

-- "7"
-- 1101
-- 0
-- 100
