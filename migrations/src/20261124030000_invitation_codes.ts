import type { Knex } from 'knex'

/** The code by which somebody shows that an invitation came to him. Invitations of before have none: they are made anew, or accepted by who has proven the phone. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table invitation
      add column code_sha256 bytea check (octet_length(code_sha256) = 32),
      add column wrong_codes smallint not null default 0 check (wrong_codes >= 0);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
