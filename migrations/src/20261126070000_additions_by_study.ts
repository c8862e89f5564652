import type { Knex } from 'knex'

/** What people have added to a study is found by the study, as when it is removed for good. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index favourite_by_target on favourite (organisation_id, target);
    create index film_item_by_study on film_item (organisation_id, study_instance_uid);
    create index share_link_study_by_study on share_link_study (study_instance_uid);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
