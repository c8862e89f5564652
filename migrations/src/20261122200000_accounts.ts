import type { Knex } from 'knex'

/**
 * Accounts of people, how they prove who they are, and where they are signed in.
 *
 * An account is administered by the organisation it was made in; what it may do anywhere is a matter of memberships. Nothing here lets its
 * reader sign in: passwords are memory-hard hashes, session tokens are kept as SHA-256 of random bytes, codes that were sent are sealed under
 * a key that is not in the database.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table account (
      account_id          uuid primary key default gen_random_uuid(),
      organisation_id     bigint not null references organisation,
      -- E.164; the login name everybody has.
      phone               text collate "C" not null unique check (phone ~ '^\\+[1-9][0-9]{5,14}$'),
      -- In lower case, with a letter in it: never mistaken for a phone number.
      login_name          text collate "C" unique check (login_name ~ '^[a-z0-9._-]*[a-z][a-z0-9._-]*$'),
      email               text,
      name                text not null,
      gender              text check (gender in ('female', 'male', 'other')),
      avatar_key          text,
      introduction        text,
      state               text not null default 'active' check (state in ('active', 'suspended')),
      language            text,
      time_zone           text,
      auto_sign_out       boolean not null default false,
      -- Until its holder has set a password, a session is good for nothing else.
      must_set_password   boolean not null default true,
      -- The password came with the account and still is the one; a change is advised, not compelled.
      has_default_password boolean not null default false,
      -- Of a one-time password: how long it signs in.
      password_expires_at timestamptz,
      created_at          timestamptz not null default now(),
      created_by          text not null,
      updated_at          timestamptz not null default now()
    ) with (fillfactor = 90);
    create index account_of_organisation on account (organisation_id, account_id);

    -- The newest is the one that signs in; those before it are kept to refuse them.
    create table account_password (
      account_id  uuid not null references account on delete cascade,
      password_id bigint generated always as identity,
      hash        text not null,
      set_at      timestamptz not null default now(),
      primary key (account_id, password_id)
    );

    -- Wrong passwords of a calendar day. Of accounts, and alike of names nobody has: a freeze tells nothing about which there are.
    create table password_attempts (
      subject      text collate "C" primary key,
      account_id   uuid references account on delete cascade,
      day          date not null,
      wrong        integer not null default 0,
      wrong_in_row integer not null default 0,
      in_flight    integer not null default 0,
      touched_at   timestamptz not null,
      frozen_at    timestamptz,
      frozen_until timestamptz,
      check ((frozen_at is null) = (frozen_until is null))
    ) with (fillfactor = 80);
    create index password_attempts_frozen on password_attempts (frozen_at desc, account_id) where frozen_at is not null and account_id is not null;
    create index password_attempts_by_age on password_attempts (touched_at);

    create table known_sign_in_address (
      account_id uuid not null references account on delete cascade,
      address    text not null,
      expires_at timestamptz not null,
      primary key (account_id, address)
    );
    create index known_sign_in_address_by_expiry on known_sign_in_address (expires_at);

    -- Captchas that were solved, until they have expired by themselves: none is taken twice, by no server process.
    create table solved_captcha (
      captcha_id uuid primary key,
      expires_at timestamptz not null
    );
    create index solved_captcha_by_expiry on solved_captcha (expires_at);

    create table account_session (
      session_id     uuid primary key default gen_random_uuid(),
      account_id     uuid not null references account on delete cascade,
      token_sha256   bytea not null unique,
      is_remembered  boolean not null,
      created_at     timestamptz not null,
      last_active_at timestamptz not null,
      expires_at     timestamptz not null,
      -- What the browser said it is, and where it signed in from: for its owner to know it by.
      user_agent     text,
      address        text not null
    ) with (fillfactor = 80);
    create index account_session_of_account on account_session (account_id, last_active_at desc, session_id);
    create index account_session_by_expiry on account_session (expires_at);

    -- A row for every request, whether or not somebody has the name that was given: both take the same time.
    create table password_reset (
      reset_id     uuid primary key,
      subject      text collate "C" not null,
      account_id   uuid references account on delete cascade,
      sealed       bytea not null,
      sealed_with  text not null,
      tries        integer not null default 0,
      created_at   timestamptz not null,
      expires_at   timestamptz not null,
      completed_at timestamptz
    );
    create index password_reset_of_subject on password_reset (subject, created_at);
    create index password_reset_by_expiry on password_reset (expires_at);

    -- Messages to people, kept until a channel has taken them. What they say is sealed: codes are among it.
    create table outbox_message (
      message_id      uuid primary key default gen_random_uuid(),
      -- Null: to nobody. It is dropped, having taken as long as one to somebody.
      account_id      uuid references account on delete cascade,
      kind            text not null,
      sealed          bytea not null,
      sealed_with     text not null,
      created_at      timestamptz not null,
      due_at          timestamptz not null,
      expires_at      timestamptz not null,
      attempts        integer not null default 0,
      delivered_at    timestamptz,
      channel         text,
      failure         text
    );
    create index outbox_message_due on outbox_message (due_at) where delivered_at is null;
    create index outbox_message_by_expiry on outbox_message (expires_at);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
