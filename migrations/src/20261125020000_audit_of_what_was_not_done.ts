import type { Knex } from 'knex'

/** What was refused or failed is a thousandth of the trail and what an administrator looks for in all of it. Some seconds for some millions of entries, while entries wait. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`create index audit_event_unsuccessful on audit_event (organisation_id, at desc) where outcome <> 'success'`)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
