/** Which modules are in force: an organisation's own switches, and never more than the one above it has (PLAT-04). */

/**
 * SQL for the modules in force of the organisation in `organisation`. A hospital has no more than the consortium that is billed for it; a team no more than
 * the hospital that owns it has; who stands alone has what the operator has switched on.
 */
export const modulesInForceSql = `(
  select coalesce(array_agg(module order by module), '{}') from unnest(organisation.modules) as module
  where not exists (
    select from organisation as above
    where module <> all (above.modules) and above.organisation_id in (
      select consortium_id from consortium_hospital where hospital_id in (organisation.organisation_id, organisation.owner_id) and is_billing
      union all select organisation.owner_id where organisation.owner_id is not null)
  ))`
