import type { Knex } from 'knex'

/**
 * Gateways: what enrols them, what they are known by, what they last said and what they are told to do.
 *
 * Every table carries `organisation_id`; the composite foreign key makes it impossible that a command of one organisation
 * reaches a gateway of another.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Names this installation in the audience of client assertions, whatever address it is reached at.
    create table installation (
      only_row        boolean primary key default true check (only_row),
      installation_id uuid not null default gen_random_uuid()
    );
    insert into installation default values;

    -- Found by its hash; shown again from the sealed text, whose key is not in the database.
    create table upload_code (
      organisation_id bigint primary key references organisation,
      code_sha256     bytea not null unique,
      sealed          bytea not null,
      sealed_with     text not null,
      rotated_at      timestamptz not null default now()
    );

    create table gateway (
      gateway_id      uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      name            text collate "C" not null,
      version         text not null,
      public_key      jsonb not null,
      key_thumbprint  text collate "C" not null,
      enrolled_at     timestamptz not null default now(),
      revoked_at      timestamptz,
      last_contact_at timestamptz,
      report_after_ms integer,
      state           jsonb,
      unknown_senders jsonb not null default '[]',
      configuration_revision bigint,
      configuration   jsonb,
      -- A key that enrols again is the same gateway, whose first answer was lost.
      unique (organisation_id, key_thumbprint),
      unique (organisation_id, gateway_id),
      check (octet_length(state::text) + octet_length(unknown_senders::text) + octet_length(coalesce(configuration, 'null')::text) <= 4194304)
    ) with (fillfactor = 80);
    create index gateway_by_name on gateway (organisation_id, name, gateway_id);

    create table gateway_command (
      command_id      uuid primary key default gen_random_uuid(),
      organisation_id bigint not null,
      gateway_id      uuid not null,
      name            text not null,
      arguments       jsonb not null,
      idempotency_key text,
      created_at      timestamptz not null default now(),
      created_by      text not null,
      expires_at      timestamptz not null,
      delivered_at    timestamptz,
      finished_at     timestamptz,
      outcome         text check (outcome in ('succeeded', 'failed')),
      value           jsonb,
      reason          text,
      foreign key (organisation_id, gateway_id) references gateway (organisation_id, gateway_id) on delete cascade,
      unique (gateway_id, idempotency_key),
      check ((finished_at is null) = (outcome is null))
    );
    create index gateway_command_newest on gateway_command (gateway_id, created_at desc, command_id desc);
    create index gateway_command_pending on gateway_command (gateway_id, created_at, command_id) where finished_at is null;

    -- Client assertions that were used, until they have expired by themselves: none is taken twice, by no server process.
    create table client_assertion (
      gateway_id uuid not null references gateway on delete cascade,
      jti        text collate "C" not null,
      expires_at timestamptz not null,
      primary key (gateway_id, jti)
    );
    create index client_assertion_by_expiry on client_assertion (expires_at);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
