import type { Knex } from 'knex'

/**
 * The catalogue: organisations, studies, series, instances and what follows them.
 *
 * Surrogate keys are `*_key`, so that `study_id` stays free for the attribute StudyID. Every table carries
 * `organisation_id`, also where a join would give it, so that no query can forget the tenant; the composite foreign
 * keys make it impossible that a series or an instance names a parent of another organisation.
 * Dates are kept as DICOM text (`YYYYMMDD`, `HHMMSS.FFFFFF`) normalised at ingest: text order is time order, and an
 * unusable value is simply null. UIDs, dates and times are compared byte by byte (`collate "C"`) whatever the
 * database's own collation is.
 * Whoever changes anything below a study locks the study row first: that one lock keeps counters exact and writers
 * free of deadlocks. The row is therefore rewritten often; `fillfactor` leaves it room to stay on its page, so that
 * none of the study's indexes is touched.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create extension if not exists pg_trgm;

    create table organisation (
      organisation_id  bigint generated always as identity primary key,
      slug             text not null unique,
      name             text not null,
      fallback_charset text,
      duplicate_policy text not null default 'keepBoth' check (duplicate_policy in ('keepBoth', 'replace', 'reject')),
      created_at       timestamptz not null default now()
    );

    -- One- and two-character pieces of the Chinese, Japanese and Korean in a text: its words are too short for trigrams.
    create function ideographic_tokens(text) returns text[] language sql immutable strict parallel safe cost 1000 as $$
      select case when $1 ~ '[\\u2e80-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\U00020000-\\U0003ffff]' then (
        select array_agg(distinct token) from (
          select substr($1, start, length) as token from generate_series(1, length($1)) as start, generate_series(1, 2) as length
        ) as piece where token ~ '^[\\u2e80-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\U00020000-\\U0003ffff]+$'
      ) else '{}' end
    $$;

    create table study (
      study_key                           bigint generated always as identity primary key,
      organisation_id                     bigint not null references organisation,
      study_instance_uid                  text collate "C" not null,
      patient_id                          text,
      issuer_of_patient_id                text,
      patient_name                        text,
      patient_name_search                 text,
      patient_name_tokens                 text[] not null default '{}',
      patient_birth_date                  text,
      patient_sex                         text,
      study_date                          text collate "C",
      study_time                          text collate "C",
      accession_number                    text,
      study_id                            text,
      study_description                   text,
      study_description_tokens            text[] generated always as (ideographic_tokens(study_description)) stored,
      referring_physician_name            text,
      referring_physician_name_search     text,
      modalities_in_study                 text[] not null default '{}',
      sop_classes_in_study                text[] not null default '{}',
      number_of_study_related_series      integer not null default 0,
      number_of_study_related_instances   integer not null default 0,
      attributes                          text not null,
      more_attributes                     text not null default '{}',
      version                             bigint not null default 1,
      created_at                          timestamptz not null default now(),
      updated_at                          timestamptz not null default now(),
      -- The zone that study_date and study_time are in, where the study says it.
      timezone_offset_from_utc text generated always as (substring(attributes from '"00080201":[{]"vr":"SH","Value":[[]"([-+][0-9]{4})"')) stored,
      sort_key text collate "C" not null generated always as (coalesce(study_date, '00000000') || coalesce(study_time, '000000.000000')) stored,
      unique (organisation_id, study_instance_uid),
      unique (organisation_id, study_key)
    ) with (fillfactor = 70);
    -- With what people search for inside texts, so that a filter no other index can answer reads this index and not the table.
    -- What these columns hold is limited in length at ingest: an entry may have 2,704 bytes.
    create index study_by_time on study (organisation_id, sort_key desc, study_key desc)
      include (patient_name_search, patient_id, accession_number, study_description, study_date);
    create index study_by_patient_id on study (organisation_id, patient_id text_pattern_ops);
    create index study_by_accession_number on study (organisation_id, accession_number text_pattern_ops) where accession_number is not null;
    create index study_by_patient_name_trigram on study using gin (patient_name_search gin_trgm_ops);
    create index study_by_patient_name_token on study using gin (patient_name_tokens);
    create index study_by_patient_id_trigram on study using gin (patient_id gin_trgm_ops);
    create index study_by_accession_number_trigram on study using gin (accession_number gin_trgm_ops);
    create index study_by_description_trigram on study using gin (study_description gin_trgm_ops);
    create index study_by_description_token on study using gin (study_description_tokens);
    create index study_by_referring_physician_trigram on study using gin (referring_physician_name_search gin_trgm_ops);

    create table study_modality (
      organisation_id bigint not null,
      modality        text not null,
      sort_key        text collate "C" not null,
      study_key       bigint not null,
      primary key (study_key, modality),
      foreign key (organisation_id, study_key) references study (organisation_id, study_key) on delete cascade
    );
    create index study_modality_by_time on study_modality (organisation_id, modality, sort_key desc, study_key desc);

    -- A series or instance without a number sorts last: keyset pages need an order without nulls.
    create table series (
      series_key                              bigint generated always as identity primary key,
      organisation_id                         bigint not null,
      study_key                               bigint not null,
      series_instance_uid                     text collate "C" not null,
      modality                                text,
      series_number                           text,
      series_number_sort                      bigint not null default 9223372036854775807,
      series_description                      text,
      series_date                             text collate "C",
      series_time                             text collate "C",
      body_part_examined                      text,
      performed_procedure_step_start_date     text collate "C",
      performed_procedure_step_start_time     text collate "C",
      request_attributes                      jsonb not null default '[]',
      number_of_series_related_instances      integer not null default 0,
      attributes                              text not null,
      more_attributes                         text not null default '{}',
      version                                 bigint not null default 1,
      created_at                              timestamptz not null default now(),
      updated_at                              timestamptz not null default now(),
      unique (study_key, series_instance_uid),
      unique (organisation_id, study_key, series_key),
      foreign key (organisation_id, study_key) references study (organisation_id, study_key) on delete cascade
    ) with (fillfactor = 70);
    create index series_by_uid on series (organisation_id, series_instance_uid);
    create index series_by_modality on series (organisation_id, modality);
    create index series_by_request on series using gin (request_attributes jsonb_path_ops);

    create table instance (
      instance_key         bigint generated always as identity primary key,
      organisation_id      bigint not null,
      study_key            bigint not null,
      series_key           bigint not null,
      sop_instance_uid     text collate "C" not null,
      sop_class_uid        text collate "C" not null,
      instance_number      text,
      instance_number_sort bigint not null default 9223372036854775807,
      number_of_frames     integer,
      transfer_syntax_uid  text collate "C" not null,
      attributes           text not null,
      version              integer not null default 1,
      blob_key             text collate "C" not null unique,
      byte_length          bigint not null,
      sha256               bytea not null,
      data_set_sha256      bytea not null,
      layout               bytea not null,
      warnings             jsonb,
      stored_at            timestamptz not null default now(),
      unique (series_key, sop_instance_uid),
      foreign key (organisation_id, study_key, series_key) references series (organisation_id, study_key, series_key) on delete cascade
    );
    create index instance_by_uid on instance (organisation_id, sop_instance_uid);
    create index instance_in_order on instance (series_key, instance_number_sort, instance_key);
    create index instance_of_study on instance (study_key);

    -- Apart from instance, so that the rows a search walks stay narrow.
    create table instance_metadata (
      instance_key    bigint primary key references instance on delete cascade,
      organisation_id bigint not null,
      metadata        bytea not null
    );
    -- The bytes are deflated already.
    alter table instance_metadata alter column metadata set storage external;

    create table instance_version (
      instance_key        bigint not null references instance on delete cascade,
      version             integer not null,
      organisation_id     bigint not null,
      transfer_syntax_uid text collate "C" not null,
      blob_key            text collate "C" not null unique,
      byte_length         bigint not null,
      sha256              bytea not null,
      data_set_sha256     bytea not null,
      stored_at           timestamptz not null,
      superseded_at       timestamptz not null default now(),
      primary key (instance_key, version)
    );

    -- What answers 410 instead of 404. Without a SOP Instance UID it is a series, without a Series Instance UID a study.
    create table deletion (
      organisation_id     bigint not null references organisation,
      study_instance_uid  text collate "C" not null,
      series_instance_uid text collate "C",
      sop_instance_uid    text collate "C",
      deleted_at          timestamptz not null default now(),
      unique nulls not distinct (organisation_id, study_instance_uid, series_instance_uid, sop_instance_uid)
    );

    -- Blobs no row names any more: removed by the sweeper after the commit that orphaned them.
    create table obsolete_blob (
      blob_key        text collate "C" primary key,
      organisation_id bigint not null references organisation,
      since           timestamptz not null default now()
    );

    create table audit_event (
      audit_event_id     bigint generated always as identity primary key,
      organisation_id    bigint not null references organisation,
      at                 timestamptz not null default now(),
      actor              text not null,
      action             text not null,
      outcome            text not null check (outcome in ('success', 'refused', 'failed')),
      study_instance_uid text collate "C",
      patient_id         text,
      occurrences        integer not null default 1,
      detail             jsonb not null default '{}'
    );
    create index audit_event_by_time on audit_event (organisation_id, at desc);
    create index audit_event_by_study on audit_event (organisation_id, study_instance_uid, at desc) where study_instance_uid is not null;

    create function audit_event_is_append_only() returns trigger language plpgsql as $$
      begin raise exception 'audit_event is append-only'; end $$;
    create trigger audit_event_append_only before update or delete or truncate on audit_event
      for each statement execute function audit_event_is_append_only();
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
