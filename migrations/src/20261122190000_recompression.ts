import type { Knex } from 'knex'

/**
 * Stored objects compressed without loss to save room, each by the rule of its organisation, and what it takes to have them
 * back byte for byte.
 *
 * `recompressed` keeps of an object what was received: its digests, by which the same bytes sent again are known, and what of its
 * bytes is not pixels, deflated with the non-pixel bytes of the new object as the dictionary. Former versions keep theirs.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table recompression_rule (
      organisation_id bigint primary key references organisation,
      is_active boolean not null default true,
      modalities text[],
      sop_classes text[] collate "C",
      transfer_syntaxes text[] collate "C" not null,
      minimum_age_hours integer not null check (minimum_age_hours >= 0),
      from_hour smallint not null default 0 check (from_hour between 0 and 23),
      to_hour smallint not null default 0 check (to_hour between 0 and 23),
      bytes_per_second bigint not null check (bytes_per_second > 0),
      is_reversing boolean not null default false,
      visited_to bigint not null default 0,
      recompressed bigint not null default 0,
      left_alone bigint not null default 0,
      saved_bytes bigint not null default 0
    )`)
  await knex.raw(`
    create table recompressed (
      instance_key bigint not null references instance on delete cascade,
      version integer not null,
      organisation_id bigint not null references organisation,
      transfer_syntax_uid text collate "C" not null,
      byte_length bigint not null,
      sha256 bytea not null,
      data_set_sha256 bytea not null,
      pixels_offset bigint not null,
      rest bytea storage external not null,
      recompressed_at timestamptz not null default now(),
      primary key (instance_key, version)
    )`)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
