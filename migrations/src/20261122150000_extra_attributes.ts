import type { Knex } from 'knex'

/**
 * Attributes an organisation searches by beside those everyone does, private ones included.
 *
 * Values are kept for each instance, also where a study or series is searched by them: so what a study is found by goes with
 * the instance that said it. `filled_to` is how far the instances of before have been read; `created_in` tells which
 * transactions may not have seen the attribute when they stored.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table extra_attribute (
      extra_attribute_key bigint generated always as identity primary key,
      organisation_id     bigint not null references organisation,
      level               text not null check (level in ('study', 'series', 'instance')),
      -- Tags joined by dots; the block of a private one is always 10.
      path                text collate "C" not null,
      private_creator     text not null default '',
      vr                  text not null,
      is_filled           boolean not null default false,
      filled_to           bigint not null default 0,
      filled_at           timestamptz not null default now(),
      created_in          xid8 not null default pg_current_xact_id(),
      unique (organisation_id, path, private_creator)
    );

    create table extra_value (
      extra_attribute_key bigint not null references extra_attribute on delete cascade,
      instance_key        bigint not null references instance on delete cascade,
      series_key          bigint not null,
      study_key           bigint not null,
      place               smallint not null,
      -- As it is compared; null where that is not possible.
      value               text collate "C",
      number              double precision,
      -- As it is answered: one value of DICOM JSON.
      written             text not null,
      primary key (instance_key, extra_attribute_key, place)
    );
    create index extra_value_by_value on extra_value (extra_attribute_key, value, study_key);
    create index extra_value_by_number on extra_value (extra_attribute_key, number, study_key) where number is not null;
    create index extra_value_by_study on extra_value (study_key, extra_attribute_key);
    create index extra_value_by_series on extra_value (series_key, extra_attribute_key);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
