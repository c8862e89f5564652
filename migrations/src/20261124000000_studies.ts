import type { Knex } from 'knex'

/**
 * What the study list asks of studies: when each arrived and who stored it first, found by its record id; which series are kept from outside viewers,
 * and which studies belong together. Series and studies are named by their UIDs, so that this outlives a deletion and restoration.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Of studies that were there before nobody knows it; the audit trail does.
    alter table study add column stored_by text;
    create index study_by_arrival on study (organisation_id, created_at desc, study_key desc);

    -- The same whenever and wherever it is computed; of a million studies no two have it in common but by a chance of one in 500.
    create function study_record_id(organisation_id bigint, study_instance_uid text) returns text language sql immutable strict parallel safe
      return upper(substr(md5(organisation_id::text || ':' || study_instance_uid), 1, 12));
    create index study_by_record_id on study (organisation_id, study_record_id(organisation_id, study_instance_uid));

    -- A study that is brought back is listed where it was.
    alter table deleted_study add column stored_by text, add column arrived_at timestamptz;

    create table hidden_series (
      organisation_id bigint not null references organisation,
      study_instance_uid text collate "C" not null,
      series_instance_uid text collate "C" not null,
      hidden_by text not null,
      hidden_at timestamptz not null,
      primary key (organisation_id, study_instance_uid, series_instance_uid)
    );

    -- Both ways: the one with the lower UID comes first.
    create table related_study (
      organisation_id bigint not null references organisation,
      study_instance_uid text collate "C" not null,
      related_study_instance_uid text collate "C" not null,
      linked_by text not null,
      linked_at timestamptz not null,
      primary key (organisation_id, study_instance_uid, related_study_instance_uid),
      check (study_instance_uid < related_study_instance_uid)
    );
    create index related_study_backwards on related_study (organisation_id, related_study_instance_uid);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
