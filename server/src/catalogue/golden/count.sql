select count(*)::integer as rows from (
  select from study
  where study.organisation_id = ?
    and study.patient_id like ?
  offset ? limit ?
) as rest

-- "7"
-- "A%"
-- 100
-- 10001
