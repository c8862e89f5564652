import type { Knex } from 'knex'

/**
 * Passkeys, signing in by QR code, and when a second factor was given last: management asks for one that is recent.
 *
 * Nothing here lets its reader sign in: of passkeys there are public keys, of QR codes and of the browsers that show them hashes of random bytes.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- When management was first entered without a second factor: the time to set one up is counted from it.
    alter table account add column second_factor_asked_at timestamptz;
    -- When the second factor was given in this session; null: never.
    alter table account_session add column second_factor_at timestamptz;

    create table passkey (
      passkey_id      uuid primary key default gen_random_uuid(),
      account_id      uuid not null references account on delete cascade,
      credential_id   text collate "C" not null unique,
      public_key      bytea not null,
      -- As the authenticator counts; 0 for those that do not.
      sign_count      bigint not null,
      -- Host name it was made for and is good at.
      rp_id           text collate "C" not null,
      transports      text[] not null,
      is_synchronised boolean not null,
      name            text not null,
      created_at      timestamptz not null,
      last_used_at    timestamptz
    );
    create index passkey_of_account on passkey (account_id, created_at, passkey_id);

    -- Challenges that were answered, until they have expired by themselves: none is taken twice, by no server process.
    create table spent_ceremony (
      ceremony_id uuid primary key,
      expires_at  timestamptz not null
    );
    create index spent_ceremony_by_expiry on spent_ceremony (expires_at);

    -- A desktop that asks to be let in by a phone.
    create table qr_sign_in (
      qr_sign_in_id   uuid primary key default gen_random_uuid(),
      code_sha256     bytea not null unique,
      -- Of the cookie of the browser that asked: the answer is for it alone.
      browser_sha256  bytea not null unique,
      state           text not null default 'waiting' check (state in ('waiting', 'seen', 'approved', 'refused', 'taken')),
      user_agent      text,
      address         text not null,
      created_at      timestamptz not null,
      expires_at      timestamptz not null,
      -- Who approved it, in which session: only while that one lives does the desktop get its own.
      account_id      uuid references account on delete cascade,
      approved_in     uuid references account_session on delete cascade,
      check (state not in ('approved', 'taken') or account_id is not null)
    );
    create index qr_sign_in_by_expiry on qr_sign_in (expires_at);

    -- Codes sent to phones of people who have never signed in. A row for every request, whether or not somebody waits for one.
    create table phone_binding (
      binding_id   uuid primary key,
      subject      text collate "C" not null,
      account_id   uuid references account on delete cascade,
      sealed       bytea not null,
      sealed_with  text not null,
      tries        integer not null default 0,
      created_at   timestamptz not null,
      expires_at   timestamptz not null,
      completed_at timestamptz
    );
    create index phone_binding_of_subject on phone_binding (subject, created_at);
    create index phone_binding_by_expiry on phone_binding (expires_at);

    -- What was done under a key, counted for all server processes together. What a crash forgets is forgiven.
    create unlogged table rate_limit (
      key     text collate "C" primary key,
      -- When as much is left under it as at first.
      full_at timestamptz not null
    );
    create index rate_limit_by_age on rate_limit (full_at);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
