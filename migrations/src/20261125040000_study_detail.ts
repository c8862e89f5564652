import type { Knex } from 'knex'

/**
 * What people add to a study: files, corrections of what the images say, and views of the list under a name. By StudyInstanceUID, so that it outlives a
 * deletion and restoration; and an index that finds studies of the same part of the body.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table attachment (
      attachment_id uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      study_instance_uid text collate "C" not null,
      file_name text not null,
      content_type text not null,
      byte_length bigint not null,
      blob_key text collate "C" not null unique,
      -- Of the file alone, under a key of the key file.
      key_sealed bytea not null,
      key_sealed_with text not null,
      is_shown boolean not null default false,
      -- False: this installation had no scanner.
      is_scanned boolean not null,
      added_by text not null,
      added_at timestamptz not null,
      deleted_by text,
      deleted_at timestamptz,
      check ((deleted_by is null) = (deleted_at is null))
    );
    create index attachment_by_study on attachment (organisation_id, study_instance_uid, added_at, attachment_id);

    -- One row a study that somebody has corrected; objects stay as they were received.
    create table study_correction (
      organisation_id bigint not null references organisation,
      study_instance_uid text collate "C" not null,
      version integer not null,
      -- Keyword to value, by whom and when.
      corrections jsonb not null,
      patient_id text collate "C",
      accession_number text collate "C",
      -- Folded as names are that are searched.
      patient_name_search text,
      primary key (organisation_id, study_instance_uid)
    );
    create index study_correction_by_patient_id on study_correction (organisation_id, patient_id) where patient_id is not null;
    create index study_correction_by_accession_number on study_correction (organisation_id, accession_number) where accession_number is not null;
    create index study_correction_by_name on study_correction using gin (patient_name_search gin_trgm_ops) where patient_name_search is not null;

    create table saved_view (
      view_id uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      account_id uuid not null references account,
      name text not null,
      filters jsonb not null,
      columns jsonb,
      is_default boolean not null default false,
      created_at timestamptz not null,
      unique (organisation_id, account_id, name)
    );
    create unique index saved_view_default on saved_view (organisation_id, account_id) where is_default;

    create index series_by_body_part on series (organisation_id, body_part_examined, study_key desc) where body_part_examined is not null;
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
