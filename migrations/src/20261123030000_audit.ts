import type { Knex } from 'knex'

/**
 * A trail that shows when it was tampered with, deleting that can be taken back, and what storage is used.
 *
 * `audit_seal` chains the trail in pieces: each seal's hash is made of all events between two ids and of the seal before it, and signed
 * with a key that is not in the database. `audit_cut` says, signed likewise, up to which seal the events were cut for their age.
 * `audit_reader` is where who reads the sealed trail in order goes on.
 *
 * `deleted_study` is what one deletion took away; its instances' rows move to `deleted_instance` and beside, where their blobs stay named.
 */
export async function up(knex: Knex): Promise<void> {
  // Absent means when it was written: most events are.
  await knex.raw('alter table audit_event add column occurred_at timestamptz, add column address text, add column user_agent text')
  await knex.raw('create index audit_event_by_actor on audit_event (organisation_id, actor, at desc)')
  await knex.raw('create index audit_event_by_action on audit_event (organisation_id, action, at desc)')
  await knex.raw('create index audit_event_by_patient on audit_event (organisation_id, patient_id, at desc) where patient_id is not null')
  await knex.raw(`
    create or replace function audit_event_is_append_only() returns trigger language plpgsql as $$
      begin
        -- Set by the cut of what is older than the trail is kept, for its transaction; see server/src/audit/retention.ts.
        if tg_op = 'DELETE' and current_setting('isocenter.audit_cut', true) = 'yes' then return null; end if;
        raise exception 'audit_event is append-only';
      end $$`)
  await knex.raw(`
    create table audit_seal (
      seal bigint primary key check (seal > 0),
      after_event bigint not null,
      last_event bigint not null,
      events integer not null check (events > 0),
      last_at timestamptz not null,
      sealed_at timestamptz not null,
      previous bytea not null,
      hash bytea not null,
      signature bytea not null,
      signed_with text not null,
      check (last_event > after_event)
    )`)
  await knex.raw(`
    create table audit_cut (
      seal bigint primary key,
      hash bytea not null,
      last_event bigint not null,
      cut_at timestamptz not null,
      last_at timestamptz not null,
      signature bytea not null,
      signed_with text not null
    )`)
  await knex.raw(`
    create table audit_reader (
      reader text primary key,
      through_event bigint not null default 0,
      updated_at timestamptz not null default now()
    )`)

  await knex.raw(`
    create table study_lock (
      organisation_id bigint not null references organisation,
      study_instance_uid text collate "C" not null,
      locked_by text not null,
      locked_at timestamptz not null,
      primary key (organisation_id, study_instance_uid)
    )`)
  await knex.raw(`
    create table purge (
      purge_id uuid primary key default gen_random_uuid(),
      state text not null default 'requested' check (state in ('requested', 'approved', 'declined', 'withdrawn')),
      reason text not null,
      requested_by text not null,
      requested_at timestamptz not null,
      decided_by text,
      decided_at timestamptz,
      decision_reason text,
      studies integer not null,
      instances bigint not null,
      bytes bigint not null,
      youngest_at timestamptz not null,
      check ((state = 'requested') = (decided_by is null)),
      check (state <> 'approved' or decided_by <> requested_by)
    )`)
  await knex.raw('create index purge_by_time on purge (requested_at desc, purge_id desc)')
  await knex.raw(`
    create table deleted_study (
      deleted_study_id uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      study_instance_uid text collate "C" not null,
      series_instance_uid text collate "C",
      sop_instance_uid text collate "C",
      state text not null default 'deleted' check (state in ('deleted', 'restoring', 'restored', 'purging', 'purged')),
      deleted_at timestamptz not null default now(),
      deleted_by text not null,
      reason text,
      instances integer not null,
      bytes bigint not null,
      not_restored integer,
      ended_at timestamptz,
      restored_by text,
      restore_reason text,
      purge_id uuid references purge,
      device_id uuid references device,
      patient_id text,
      patient_name text,
      study_date text,
      study_description text,
      accession_number text,
      modalities text[] not null default '{}',
      unique (organisation_id, deleted_study_id)
    )`)
  await knex.raw('create index deleted_study_by_time on deleted_study (organisation_id, deleted_at desc, deleted_study_id desc)')
  await knex.raw('create index deleted_study_of_any on deleted_study (deleted_at desc, deleted_study_id desc)')
  await knex.raw(`create index deleted_study_under_way on deleted_study (state) where state in ('restoring', 'purging')`)
  await knex.raw('create index deleted_study_of_purge on deleted_study (purge_id) where purge_id is not null')
  await knex.raw(`
    create table deleted_instance (
      deleted_study_id uuid not null,
      organisation_id bigint not null,
      series_instance_uid text collate "C" not null,
      sop_instance_uid text collate "C" not null,
      sop_class_uid text collate "C" not null,
      transfer_syntax_uid text collate "C" not null,
      version integer not null,
      blob_key text collate "C" not null unique,
      byte_length bigint not null,
      sha256 bytea not null,
      data_set_sha256 bytea not null,
      layout bytea not null,
      warnings jsonb,
      metadata bytea storage external not null,
      text_bytes integer,
      crc32 integer,
      stored_at timestamptz not null,
      primary key (deleted_study_id, series_instance_uid, sop_instance_uid),
      foreign key (organisation_id, deleted_study_id) references deleted_study (organisation_id, deleted_study_id)
    )`)
  await knex.raw(`
    create table deleted_version (
      deleted_study_id uuid not null,
      series_instance_uid text collate "C" not null,
      sop_instance_uid text collate "C" not null,
      version integer not null,
      organisation_id bigint not null,
      transfer_syntax_uid text collate "C" not null,
      blob_key text collate "C" not null unique,
      byte_length bigint not null,
      sha256 bytea not null,
      data_set_sha256 bytea not null,
      stored_at timestamptz not null,
      superseded_at timestamptz not null,
      primary key (deleted_study_id, series_instance_uid, sop_instance_uid, version),
      foreign key (deleted_study_id, series_instance_uid, sop_instance_uid) references deleted_instance on delete cascade
    )`)
  await knex.raw(`
    create table deleted_recompressed (
      deleted_study_id uuid not null,
      series_instance_uid text collate "C" not null,
      sop_instance_uid text collate "C" not null,
      version integer not null,
      organisation_id bigint not null,
      transfer_syntax_uid text collate "C" not null,
      byte_length bigint not null,
      sha256 bytea not null,
      data_set_sha256 bytea not null,
      pixels_offset bigint not null,
      rest bytea storage external not null,
      recompressed_at timestamptz not null,
      primary key (deleted_study_id, series_instance_uid, sop_instance_uid, version),
      foreign key (deleted_study_id, series_instance_uid, sop_instance_uid) references deleted_instance on delete cascade
    )`)

  await knex.raw(`
    create table storage_use (
      organisation_id bigint primary key references organisation,
      bytes bigint not null default 0,
      deleted_bytes bigint not null default 0,
      instances bigint not null default 0,
      counted_at timestamptz not null default now()
    )`)
  await knex.raw(`
    create table storage_day (
      organisation_id bigint not null references organisation,
      day date not null,
      bytes bigint not null,
      deleted_bytes bigint not null,
      instances bigint not null,
      arrived_bytes bigint not null default 0,
      arrived_instances bigint not null default 0,
      removed_bytes bigint not null default 0,
      primary key (organisation_id, day)
    )`)
  // Once: from here on it is counted from what the trail says of each arrival and deletion.
  await knex.raw(`
    insert into storage_use (organisation_id, bytes, instances)
    select organisation_id, sum(bytes), sum(instances) from (
      select organisation_id, byte_length as bytes, 1 as instances from instance
      union all select organisation_id, byte_length, 0 from instance_version
    ) as stored group by organisation_id`)
  await knex.raw(`insert into audit_reader (reader, through_event) select 'storage', coalesce(max(audit_event_id), 0) from audit_event`)

  await knex.raw('alter table device add column deleted_at timestamptz, add column deleted_by text, add column deletion_reason text, add column is_deleting boolean not null default false')
  await knex.raw('drop index device_by_name')
  await knex.raw('create unique index device_by_name on device (organisation_id, lower(name)) where deleted_at is null')
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
