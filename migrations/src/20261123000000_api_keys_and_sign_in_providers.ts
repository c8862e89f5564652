import type { Knex } from 'knex'

/** API keys of organisations' programs, and the identity providers their people sign in by (OpenID Connect). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table api_key (
      api_key_id      uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      name            text not null,
      -- SMART scopes as they were given, not what they grant: that is the running version's to say.
      scopes          text[] not null,
      -- CIDR; empty: from anywhere.
      addresses       text[] not null default '{}',
      created_by      text not null,
      created_at      timestamptz not null,
      expires_at      timestamptz not null,
      revoked_at      timestamptz,
      version         integer not null default 1,
      unique (organisation_id, api_key_id)
    );
    create index api_key_by_time on api_key (organisation_id, created_at desc, api_key_id desc);
    -- A name is free again when its key is revoked.
    create unique index api_key_name on api_key (organisation_id, lower(name)) where revoked_at is null;

    -- Two of one key while a rotation overlaps. Only hashes: who reads the database can use none.
    create table api_key_secret (
      secret_sha256     bytea primary key,
      api_key_id        uuid not null references api_key on delete cascade,
      hint              text not null,
      created_at        timestamptz not null,
      -- Null: with its key.
      ends_at           timestamptz,
      last_used_at      timestamptz,
      last_used_address text
    ) with (fillfactor = 80);
    create index api_key_secret_of_key on api_key_secret (api_key_id, created_at desc);

    create table sign_in_provider (
      provider_id        uuid primary key default gen_random_uuid(),
      organisation_id    bigint not null unique references organisation,
      name               text not null,
      issuer             text not null,
      client_id          text not null,
      -- Null: a public client, which PKCE alone speaks for.
      secret_sealed      bytea,
      secret_sealed_with text,
      is_on              boolean not null,
      -- Empty: of any domain.
      email_domains      text[] not null default '{}',
      required_claim     text,
      required_value     text,
      links_by           text not null check (links_by in ('holder', 'email', 'phone')),
      created_at         timestamptz not null,
      updated_at         timestamptz not null,
      version            integer not null default 1,
      check ((secret_sealed is null) = (secret_sealed_with is null)),
      check ((required_claim is null) = (required_value is null))
    );

    -- Who an account is to a provider. One of each provider, and nobody is two accounts.
    create table external_identity (
      identity_id  uuid primary key default gen_random_uuid(),
      provider_id  uuid not null references sign_in_provider on delete cascade,
      account_id   uuid not null references account on delete cascade,
      subject      text collate "C" not null,
      -- What the provider calls the person, for its owner to know it by.
      label        text,
      -- holder: by who was signed in and gave the password; claim: by an address the provider had verified.
      linked_by    text not null check (linked_by in ('holder', 'claim')),
      linked_at    timestamptz not null,
      last_used_at timestamptz,
      unique (provider_id, subject),
      unique (provider_id, account_id)
    );
    create index external_identity_of_account on external_identity (account_id);

    -- Sessions that were opened through a provider, which may end them (OpenID Connect Back-Channel Logout).
    create table external_session (
      session_id  uuid primary key references account_session on delete cascade,
      identity_id uuid not null references external_identity on delete cascade,
      -- What the provider calls its own session.
      sid         text collate "C"
    );
    create index external_session_of_identity on external_session (identity_id);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
