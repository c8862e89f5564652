with page as (
  select matching.*, row_number() over () as place from (
  select study.study_key, series.series_key from study join series using (study_key)
  where study.organisation_id = ?
    and series.organisation_id = ?
    and study.study_instance_uid = ?
    and series.request_attributes @> ?::jsonb and exists (
      select from jsonb_array_elements(case series.request_attributes when '[]' then '[{}]' else series.request_attributes end) as request(item)
      where request.item->>'ScheduledProcedureStepID' = ? and request.item->>'RequestedProcedureID' like ?)
  order by series.series_number_sort, series.series_key limit ? offset ?
  ) as matching
)
select study.study_instance_uid, series.series_instance_uid, series.attributes as series_attributes, series.number_of_series_related_instances as series_number_of_series_related_instances, (select count(*)::integer from page) as found
from (select * from page order by place limit ?) as page
join series on series.series_key = page.series_key
join study on study.study_key = page.study_key
order by page.place

-- "7"
-- "7"
-- "1.2.3"
-- "[{\"ScheduledProcedureStepID\":\"S1\"}]"
-- "S1"
-- "R%"
-- 1101
-- 0
-- 100
