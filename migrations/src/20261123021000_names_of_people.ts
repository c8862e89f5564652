import type { Knex } from 'knex'

/**
 * Names of people as they are searched: without accents, widths of letters and cases. Marks are taken off in their own form and the rest put together
 * again, so that Korean syllables and Japanese letters stay what they are.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function searchable_name(text) returns text language sql immutable strict parallel safe as $$
      select lower(normalize(regexp_replace(normalize($1, nfkd), '[\\u0300-\\u036f]', '', 'g'), nfc))
    $$;
    alter table account add column name_search text not null generated always as (searchable_name(name)) stored;
    create index account_by_name_trigram on account using gin (name_search gin_trgm_ops);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
