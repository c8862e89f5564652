import type { Knex } from 'knex'

/** Second factors: one-time codes of an authenticator (RFC 6238), and recovery codes for who has lost it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table account add column has_second_factor boolean not null default false;
    -- Signed in by password alone so far: good for giving the code and nothing else.
    alter table account_session add column needs_second_factor boolean not null default false;

    create table account_totp (
      account_id   uuid primary key references account on delete cascade,
      sealed       bytea not null,
      sealed_with  text not null,
      created_at   timestamptz not null,
      -- Null until a code has shown that the authenticator has the secret.
      confirmed_at timestamptz,
      -- Of the last code that was taken: none is taken twice, by no server process.
      last_step    bigint not null default 0
    );

    create table recovery_code (
      account_id  uuid not null references account on delete cascade,
      code_sha256 bytea not null,
      primary key (account_id, code_sha256)
    );
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
