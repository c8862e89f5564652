import type { Knex } from 'knex'

/** Studies are found by their tags: an index of what was matched, and how far studies of before have been matched by the rules as they are. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function tag_ids_of(matches jsonb) returns uuid[] language sql immutable strict parallel safe
      return (select coalesce(array_agg((match ->> 'tagId')::uuid), '{}') from jsonb_array_elements(matches) as match);
    alter table study_tags add column tag_ids uuid[] not null generated always as (tag_ids_of(matches)) stored;
    create index study_tags_by_tag on study_tags using gin (tag_ids);

    alter table tag_matching
      -- Every study that was there has been matched by the rules of this version.
      add column settled_version bigint not null default 0,
      -- By the rules of this version studies are being matched, the newest first; those with this key and above are done, all still to do where there is none.
      add column settling_version bigint,
      add column settled_from bigint;
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
