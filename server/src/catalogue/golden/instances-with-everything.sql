with page as (
  select matching.*, row_number() over () as place from (
  select study.study_key, series.series_key, instance.instance_key from study join series using (study_key) join instance using (series_key)
  where study.organisation_id = ?
    and series.organisation_id = ?
    and instance.organisation_id = ?
    and study.study_instance_uid = ?
    and series.series_instance_uid = ?
  order by instance.instance_number_sort, instance.instance_key limit ? offset ?
  ) as matching
)
select study.study_instance_uid, series.series_instance_uid, instance.sop_instance_uid, instance.attributes as instance_attributes, page.instance_key, instance.transfer_syntax_uid, (select count(*)::integer from page) as found
from (select * from page order by place limit ?) as page
join instance on instance.instance_key = page.instance_key
join series on series.series_key = page.series_key
join study on study.study_key = page.study_key
order by page.place

-- "7"
-- "7"
-- "7"
-- "1.2.3"
-- "1.2.3.4"
-- 1101
-- 0
-- 100
