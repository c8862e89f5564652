import type { Knex } from 'knex'

/** Which end of a key its people have been told of; another end is told of again. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table api_key add column end_told_of timestamptz')
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
