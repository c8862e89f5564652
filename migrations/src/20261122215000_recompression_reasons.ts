import type { Knex } from 'knex'

/**
 * Why objects were left as they are when a rule came by them, counted by reason; and when a reversal that left some behind is to try them again.
 * Nothing of the previous release reads or writes either.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table recompression_rule
      add column left_because jsonb not null default '{}',
      add column resumes_at timestamptz`)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
