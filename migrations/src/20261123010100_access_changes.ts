import type { Knex } from 'knex'

/**
 * Tells every server process, when it is committed, that somebody's access may be another: a session that ended, an account, a membership, a role, an
 * organisation's modules. What processes remember of access they forget then.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function tell_access_changed() returns trigger language plpgsql as $$
    begin
      -- Of many in one transaction one is delivered.
      perform pg_notify('accounts', 'access');
      return null;
    end $$;

    -- Not of activity, which is written down every quarter of a minute, nor of new rows: nobody remembers that there was none.
    create trigger access_changed after delete or update of account_id, token_sha256, needs_second_factor, expires_at on account_session for each statement execute function tell_access_changed();
    create trigger access_changed after delete or update of state, must_set_password, has_second_factor, auto_sign_out on account for each statement execute function tell_access_changed();
    create trigger access_changed after insert or delete or update on membership for each statement execute function tell_access_changed();
    create trigger access_changed after insert or delete or update on session_membership for each statement execute function tell_access_changed();
    create trigger access_changed after delete or update on role for each statement execute function tell_access_changed();
    create trigger access_changed after delete or update of kind, modules, owner_id on organisation for each statement execute function tell_access_changed();
    create trigger access_changed after insert or delete or update on consortium_hospital for each statement execute function tell_access_changed();
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
