import type { Knex } from 'knex'

/** Whose word a session was opened on, and which e-mail addresses their holder has proven: addresses of before are taken for typed by somebody else. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table account_session
      -- The organisation whose provider vouches for its person; null once the account itself was proven.
      add column vouched_by bigint references organisation;
    alter table account
      add column email_proven_at timestamptz;

    drop trigger access_changed on account_session;
    create trigger access_changed after delete or update of account_id, token_sha256, needs_second_factor, expires_at, vouched_by on account_session for each statement execute function tell_access_changed();
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
