import type { Knex } from 'knex'

/**
 * The personal centre: what people say of themselves, prove, sign with, keep at hand and choose.
 *
 * Everything here hangs on an account, but favourites and default pages, which hang on its organisation too. The bytes of credential
 * documents are in the blob store, encrypted with a key of their own that is sealed here: with its row a document can no longer be read by anybody.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table account
      add column profile_version integer not null default 1,
      -- When its holder showed to have the phone; null for a number an administrator typed.
      add column phone_proven_at timestamptz;
    -- What a person says of itself in one organisation; what stands in the account where it says nothing there.
    alter table membership add column introduction text;

    create table account_avatar (
      account_id uuid primary key references account on delete cascade,
      webp       bytea not null check (octet_length(webp) <= 131072),
      sha256     bytea not null,
      changed_at timestamptz not null
    );

    -- A phone number or e-mail address its holder still has to show to have, by the session that asked; kept for a while after, to count how many were asked for.
    create table contact_change (
      change_id    uuid primary key default gen_random_uuid(),
      account_id   uuid not null references account on delete cascade,
      session_id   uuid references account_session on delete set null,
      contact      text not null check (contact in ('phone', 'email')),
      address      text not null,
      sealed       bytea not null,
      sealed_with  text not null,
      tries        integer not null default 0,
      created_at   timestamptz not null,
      expires_at   timestamptz not null,
      completed_at timestamptz
    );
    create index contact_change_of_account on contact_change (account_id, created_at);
    create index contact_change_of_address on contact_change (address, created_at);
    create index contact_change_by_age on contact_change (created_at);

    create table account_settings (
      account_id       uuid primary key references account on delete cascade,
      viewer_layout    text not null default 'standard' check (viewer_layout in ('standard', 'classic')),
      dual_screen      boolean not null default false,
      -- Until then nobody is asked to bind a device.
      bind_prompt_after timestamptz,
      landing_membership_id uuid references membership on delete set null,
      version          integer not null default 1
    );

    -- Which columns of a list a person sees, in which order.
    create table column_layout (
      account_id uuid not null references account on delete cascade,
      list       text not null,
      columns    jsonb not null,
      primary key (account_id, list)
    );

    create table favourite (
      favourite_id    bigint generated always as identity primary key,
      organisation_id bigint not null references organisation,
      account_id      uuid not null references account on delete cascade,
      kind            text not null check (kind in ('study')),
      -- Of a study its StudyInstanceUID. Nothing else of it is kept, and it may be gone.
      target          text collate "C" not null,
      created_at      timestamptz not null,
      unique (organisation_id, account_id, kind, target)
    );

    create table signature (
      account_id uuid not null references account on delete cascade,
      version    integer not null check (version >= 1),
      png        bytea not null check (octet_length(png) <= 262144),
      sha256     bytea not null,
      source     text not null check (source in ('uploaded', 'drawn', 'phone')),
      created_at timestamptz not null,
      -- No longer the one that is signed with; reports that were signed with it go on showing it.
      retired_at timestamptz,
      primary key (account_id, version)
    );
    create unique index signature_current on signature (account_id) where retired_at is null;

    -- A code on a screen that lets a phone draw one signature; it dies with the session that showed it.
    create table phone_signing (
      signing_id   uuid primary key default gen_random_uuid(),
      account_id   uuid not null references account on delete cascade,
      session_id   uuid not null references account_session on delete cascade,
      token_sha256 bytea not null unique,
      expires_at   timestamptz not null,
      version      integer
    );
    create index phone_signing_of_session on phone_signing (session_id);
    create index phone_signing_by_expiry on phone_signing (expires_at);

    create table credential (
      credential_id uuid primary key default gen_random_uuid(),
      account_id    uuid not null references account on delete cascade,
      kind          text not null check (kind in ('idCard', 'practisingCertificate', 'qualificationCertificate', 'other')),
      state         text not null default 'none' check (state in ('none', 'submitted', 'verified', 'rejected', 'expired')),
      title         text,
      number_sealed bytea,
      number_sealed_with text,
      valid_until   date,
      submitted_at  timestamptz,
      decided_at    timestamptz,
      decided_by    uuid references account,
      -- The organisation for which it was looked at.
      decided_in    bigint references organisation,
      reason        text,
      version       integer not null default 1,
      created_at    timestamptz not null,
      unique (account_id, credential_id),
      check ((number_sealed is null) = (number_sealed_with is null)),
      check (state <> 'verified' or (decided_by is not null and decided_in is not null and decided_at is not null)),
      check (state <> 'rejected' or reason is not null)
    );
    create index credential_of_account on credential (account_id, created_at desc, credential_id);
    create index credential_waiting on credential (submitted_at, credential_id) where state = 'submitted';
    create index credential_by_end on credential (valid_until) where state in ('submitted', 'verified') and valid_until is not null;

    create table credential_file (
      file_id         uuid primary key default gen_random_uuid(),
      credential_id   uuid not null references credential on delete cascade,
      blob_key        text not null unique,
      key_sealed      bytea not null,
      key_sealed_with text not null,
      content_type    text not null check (content_type in ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')),
      byte_length     integer not null,
      created_at      timestamptz not null
    );
    create index credential_file_of_credential on credential_file (credential_id, created_at, file_id);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
