import type { Knex } from 'knex'

/** Body parts in categories under types of devices, tags that are matched to what arrives, and what was matched of each study. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table part_category (
      category_id     uuid not null primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      device_type     text collate "C" not null check (device_type ~ '^[A-Z0-9_ ]{1,16}$'),
      name            text not null,
      version         integer not null default 1,
      created_at      timestamptz not null default now(),
      unique (organisation_id, category_id)
    );
    create unique index part_category_by_name on part_category (organisation_id, device_type, lower(name));

    -- Deleted ones keep what they were called, for requests of before; that their category has gone is no reason to forget it.
    create table body_part (
      part_id         uuid not null primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      category_id     uuid,
      device_type     text collate "C" not null,
      category_name   text not null,
      name            text not null,
      part_count      integer not null check (part_count between 1 and 99),
      version         integer not null default 1,
      created_at      timestamptz not null default now(),
      deleted_at      timestamptz,
      deleted_by      text,
      unique (organisation_id, part_id),
      foreign key (organisation_id, category_id) references part_category (organisation_id, category_id),
      check (category_id is not null or deleted_at is not null)
    );
    create unique index body_part_by_name on body_part (category_id, lower(name)) where deleted_at is null;
    create index body_part_of_organisation on body_part (organisation_id) where deleted_at is null;

    create table part_tag (
      tag_id          uuid not null primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      name            text not null,
      priority        integer not null,
      is_final        boolean not null,
      rules           jsonb not null,
      version         integer not null default 1,
      created_at      timestamptz not null default now(),
      unique (organisation_id, tag_id)
    );
    create unique index part_tag_by_name on part_tag (organisation_id, lower(name));

    create table body_part_tag (
      organisation_id bigint not null,
      part_id         uuid not null,
      tag_id          uuid not null,
      primary key (part_id, tag_id),
      foreign key (organisation_id, part_id) references body_part (organisation_id, part_id) on delete cascade,
      foreign key (organisation_id, tag_id) references part_tag (organisation_id, tag_id) on delete cascade
    );
    create index body_part_tag_by_tag on body_part_tag (tag_id);

    -- Rules count their changes, so that it is known by which of them a study was matched; and how far arrivals have been read.
    create table tag_matching (
      organisation_id  bigint not null primary key references organisation,
      rules_version    bigint not null default 1,
      through_position bigint not null
    );

    -- What was matched of a study as it was in this version, by the rules of that one.
    create table study_tags (
      study_key       bigint not null primary key,
      organisation_id bigint not null,
      study_version   bigint not null,
      rules_version   bigint not null,
      matches         jsonb not null,
      matched_at      timestamptz not null,
      foreign key (organisation_id, study_key) references study (organisation_id, study_key) on delete cascade
    );
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
