import type { Knex } from 'knex'

/**
 * The change feed: what was stored and deleted, in an order that can be resumed.
 *
 * Positions count from 1 in each organisation, without gaps. Every writing transaction takes its positions last of all, by
 * updating the organisation's row in `change_feed`, and so holds that row until it has committed: positions become visible in
 * their order, and who has read up to one has missed none before it. Below a study, positions follow the order of the lock on
 * it, so that no deletion is ever told before the store it deleted.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table change_feed (
      organisation_id bigint primary key references organisation,
      latest          bigint not null default 0,
      -- Changes up to this position are kept no longer.
      forgotten       bigint not null default 0
    ) with (fillfactor = 50);

    -- A null UID means the level above was deleted whole. The version is that of the instance.
    create table change (
      organisation_id     bigint not null references organisation,
      position            bigint not null,
      at                  timestamptz not null default now(),
      action              text not null check (action in ('created', 'newVersion', 'replaced', 'deleted')),
      study_instance_uid  text collate "C" not null,
      series_instance_uid text collate "C",
      sop_instance_uid    text collate "C",
      version             integer,
      primary key (organisation_id, position)
    );
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
