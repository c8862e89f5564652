import type { Knex } from 'knex'

/**
 * What an organisation asks of how its people sign in, beside what the product asks; of several organisations the strictest holds. And by which name a
 * reset was asked for, so that two names of one account are not known by their counts.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table organisation
      add column min_password_length smallint not null default 8 check (min_password_length between 8 and 24),
      add column allows_other_characters boolean not null default false,
      add column forces_auto_sign_out boolean not null default false,
      add column forces_password_change boolean not null default false;

    -- Computed when a session is read: who joins or leaves an organisation is bound, or free, with the next request.
    create function is_auto_sign_out_forced(uuid) returns boolean language sql stable as $$
      select exists (select from membership join organisation using (organisation_id) where account_id = $1 and state = 'active' and forces_auto_sign_out)
    $$;
    create function is_password_change_forced(uuid) returns boolean language sql stable as $$
      select exists (select from membership join organisation using (organisation_id) where account_id = $1 and state = 'active' and forces_password_change)
    $$;

    drop trigger access_changed on organisation;
    create trigger access_changed after delete or update of kind, modules, owner_id, forces_auto_sign_out, forces_password_change on organisation for each statement execute function tell_access_changed();

    alter table password_reset add column name text;
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
