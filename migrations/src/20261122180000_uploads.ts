import type { Knex } from 'knex'

/**
 * Resumable uploads. The bytes are chunks: blobs under a prefix of their own, in order. Whoever changes an upload or its chunks holds
 * its row locked, or its lease: what is longer than a transaction should be (receiving a chunk, storing what is complete) is done under
 * a lease that another server may take when its holder has died.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table upload (
      upload_id       uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      actor           text not null,
      -- StudyInstanceUIDs the uploader's token is confined to; null where it is not.
      studies         text[],
      kind            text not null,
      -- Upload-Metadata as it came.
      metadata        text not null,
      -- Base URL of the DICOMweb service as the uploader reaches it, for links in the result.
      service_url     text not null,
      byte_length     bigint not null check (byte_length >= 0),
      byte_offset     bigint not null default 0,
      -- open: takes bytes; complete: has them all, to be stored; finished: stored or refused, as result says.
      state           text not null default 'open' check (state in ('open', 'complete', 'finished')),
      result          text,
      result_status   integer,
      lease           uuid,
      leased_until    timestamptz,
      attempts        integer not null default 0,
      created_at      timestamptz not null default now(),
      expires_at      timestamptz not null,
      check (byte_offset between 0 and byte_length),
      check ((state = 'finished') = (result is not null))
    );
    create index upload_by_organisation on upload (organisation_id, state);
    create index upload_by_expiry on upload (expires_at);
    create index upload_to_be_stored on upload (leased_until) where state = 'complete';

    create table upload_chunk (
      upload_id   uuid not null references upload on delete cascade,
      byte_offset bigint not null,
      byte_length bigint not null check (byte_length > 0),
      blob_key    text collate "C" not null unique,
      primary key (upload_id, byte_offset)
    );
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
