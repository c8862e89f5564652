with page as (
  select matching.*, row_number() over () as place from (
  select study.study_key, series.series_key, instance.instance_key from study join series using (study_key) join instance using (series_key)
  where study.organisation_id = ?
    and series.organisation_id = ?
    and instance.organisation_id = ?
    and (instance.sop_class_uid = ? and study.sop_classes_in_study && ?::text[])
  order by study.sort_key desc, study.study_key desc, series.series_number_sort, series.series_key, instance.instance_number_sort, instance.instance_key limit ? offset ?
  ) as matching
)
select study.study_instance_uid, series.series_instance_uid, instance.sop_instance_uid, study.attributes as study_attributes, study.modalities_in_study as study_modalities_in_study, study.sop_classes_in_study as study_sop_classes_in_study, study.number_of_study_related_series as study_number_of_study_related_series, study.number_of_study_related_instances as study_number_of_study_related_instances, series.attributes as series_attributes, series.number_of_series_related_instances as series_number_of_series_related_instances, instance.attributes as instance_attributes, (select count(*)::integer from page) as found
from (select * from page order by place limit ?) as page
join instance on instance.instance_key = page.instance_key
join series on series.series_key = page.series_key
join study on study.study_key = page.study_key
order by page.place

-- "7"
-- "7"
-- "7"
-- "1.2.840.10008.5.1.4.1.1.2"
-- ["1.2.840.10008.5.1.4.1.1.2"]
-- 1101
-- 0
-- 100
