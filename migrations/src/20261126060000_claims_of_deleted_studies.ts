import type { Knex } from 'knex'

/** A deleted study that may come back keeps its StudyInstanceUID for its patient. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What tells its patient from others, beside PatientID and name.
    alter table deleted_study add column issuer_of_patient_id text;
    alter table deleted_study add column patient_birth_date text;
    -- Asked for whenever a study is made. What was held apart was in no study.
    create index deleted_study_of_study on deleted_study (organisation_id, study_instance_uid, deleted_at desc) where quarantine_id is null and state in ('deleted', 'restoring', 'purging');
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
