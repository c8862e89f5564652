import type { Knex } from 'knex'

/**
 * Objects that came for a study of another patient: accepted and kept, but apart from the study until somebody decides. `quarantine` is what came of one
 * patient for one study. It stays while its objects are deleted and can be restored, so that they come back to where they were.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table quarantine (
      quarantine_id uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      study_instance_uid text collate "C" not null,
      -- Digest of what tells the patient from others: of any length as the values are.
      patient_key text collate "C" not null,
      patient_id text,
      issuer_of_patient_id text,
      patient_name text,
      patient_birth_date text,
      patient_sex text,
      modalities text[] not null default '{}',
      received_by text not null,
      first_received_at timestamptz not null default now(),
      last_received_at timestamptz not null default now(),
      unique (organisation_id, quarantine_id),
      unique (organisation_id, study_instance_uid, patient_key)
    );
    create index quarantine_by_time on quarantine (organisation_id, last_received_at desc, quarantine_id desc);

    create table quarantined_instance (
      -- In the order they came.
      quarantined_key bigint generated always as identity primary key,
      quarantine_id uuid not null,
      organisation_id bigint not null,
      series_instance_uid text collate "C" not null,
      sop_instance_uid text collate "C" not null,
      sop_class_uid text collate "C" not null,
      transfer_syntax_uid text collate "C" not null,
      blob_key text collate "C" not null unique,
      byte_length bigint not null,
      sha256 bytea not null,
      data_set_sha256 bytea not null,
      layout bytea not null,
      warnings jsonb,
      metadata bytea storage external not null,
      text_bytes integer,
      crc32 integer,
      received_at timestamptz not null default now(),
      foreign key (organisation_id, quarantine_id) references quarantine (organisation_id, quarantine_id)
    );
    create index quarantined_instance_by_uid on quarantined_instance (quarantine_id, sop_instance_uid, series_instance_uid);
    -- Who asks whether an object is held knows no more of it than its UID.
    create index quarantined_instance_of_organisation on quarantined_instance (organisation_id, sop_instance_uid);

    -- Where what was deleted of a quarantine goes back to. No reference: of what is purged the quarantine goes, and this row stays.
    alter table deleted_study add column quarantine_id uuid;
    create index deleted_study_of_quarantine on deleted_study (quarantine_id) where quarantine_id is not null;
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
