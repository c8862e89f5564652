import type { Knex } from 'knex'

/** Files people asked for: zips of studies and spreadsheets of lists, made while they are fetched or once in the background. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table download (
      download_key    bigint generated always as identity primary key,
      -- Stands in addresses, and says nothing.
      download_id     uuid not null unique default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      account_id      uuid not null references account on delete cascade,
      kind            text not null check (kind in ('studies', 'list')),
      file_name       text not null,
      is_background   boolean not null,
      state           text not null check (state in ('waiting', 'making', 'ready', 'failed')),
      failure         text,
      -- What stand-ins of UIDs are made with; null for headers as they are.
      mask_secret     bytea,
      instances       integer,
      left_out        integer,
      -- Of a list: its name, fields, format, language and filter.
      list            jsonb check ((list is null) = (kind = 'studies')),
      -- Expected, then of the file.
      byte_length     bigint,
      done_bytes      bigint not null default 0,
      -- Named before it is written, so that what a crash leaves is found.
      blob_key        text,
      -- What was deleted or hidden later is in the file all the same.
      made_from       timestamptz,
      attempts        smallint not null default 0,
      lease           uuid,
      leased_until    timestamptz,
      created_at      timestamptz not null,
      expires_at      timestamptz not null,
      fetches         integer not null default 0,
      check (is_background or state = 'ready')
    );
    create index download_of_account on download (account_id, download_key desc);
    create index download_by_end on download (expires_at);
    create index download_to_make on download (download_key) where state in ('waiting', 'making');

    create table download_study (
      download_key       bigint not null references download on delete cascade,
      position           smallint not null,
      study_instance_uid text collate "C" not null,
      primary key (download_key, position)
    );
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
