import type { Knex } from 'knex'

/**
 * Studies by the SOP classes in them: what finds the few instances of a rare class among millions. Writers wait while it is made, some
 * seconds for a million studies: made concurrently it would wait for the servers that wait for this very migration.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index study_by_sop_class on study using gin (sop_classes_in_study)')
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
