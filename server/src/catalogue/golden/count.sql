select count(*)::integer as found from (
  select study.study_key from study
  where study.organisation_id = ?
    and study.patient_id like ?
  order by study.sort_key desc, study.study_key desc limit ? offset ?
) as matching

-- "7"
-- "A%"
-- 1001
-- 100
