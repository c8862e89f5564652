with page as (
  select matching.*, row_number() over () as place from (
  select study.study_key, series.series_key from study join series using (study_key)
  where study.organisation_id = ?
    and series.organisation_id = ?
    and series.series_number_sort = ?::bigint
    and series.performed_procedure_step_start_date is not null and (series.performed_procedure_step_start_date || coalesce(series.performed_procedure_step_start_time, '000000.000000')) >= ? and ((series.performed_procedure_step_start_date || coalesce(series.performed_procedure_step_start_time, '000000.000000')) >= ? or series.performed_procedure_step_start_time is null and series.performed_procedure_step_start_date >= left(?, 8)) and (series.performed_procedure_step_start_date || coalesce(series.performed_procedure_step_start_time, '000000.000000')) <= ?
  order by study.sort_key desc, study.study_key desc, series.series_number_sort, series.series_key limit ? offset ?
  ) as matching
)
select study.study_instance_uid, series.series_instance_uid, study.attributes as study_attributes, study.modalities_in_study as study_modalities_in_study, study.sop_classes_in_study as study_sop_classes_in_study, study.number_of_study_related_series as study_number_of_study_related_series, study.number_of_study_related_instances as study_number_of_study_related_instances, series.attributes as series_attributes, series.number_of_series_related_instances as series_number_of_series_related_instances, (select count(*)::integer from page) as found
from (select * from page order by place limit ?) as page
join series on series.series_key = page.series_key
join study on study.study_key = page.study_key
order by page.place

-- "7"
-- "7"
-- 5
-- "20260101"
-- "20260101100000.000000"
-- "20260101100000.000000"
-- "20260101125959.999999"
-- 1101
-- 0
-- 100
