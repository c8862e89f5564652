import type { Knex } from 'knex'

/**
 * Ready-made metadata of series.
 *
 * `instance_metadata` says of each text what is needed to join many of them into one compressed answer without inflating
 * any: its length and CRC-32. Rows of the release before say neither, and are inflated one by one.
 *
 * `series_metadata` names the object that holds the metadata of a whole series. It is good only while `series_version` is
 * the series' version; whoever reads compares the two in one statement. The object is derived: it can be lost and made again.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table instance_metadata add column text_bytes integer, add column crc32 integer;

    create table series_metadata (
      series_key      bigint primary key references series on delete cascade,
      organisation_id bigint not null,
      series_version  bigint not null,
      blob_key        text collate "C" not null unique,
      deflated_bytes  bigint not null,
      text_bytes      bigint not null,
      crc32           integer not null,
      made_at         timestamptz not null default now()
    );

    -- Whatever makes a row let go of its object (a newer one, a deleted series) hands it to the sweep.
    create function series_metadata_gives_up_blob() returns trigger language plpgsql as $$
      begin
        insert into obsolete_blob (blob_key, organisation_id) values (old.blob_key, old.organisation_id) on conflict (blob_key) do nothing;
        return null;
      end $$;
    create trigger series_metadata_given_up after delete on series_metadata
      for each row execute function series_metadata_gives_up_blob();
    create trigger series_metadata_replaced after update of blob_key on series_metadata
      for each row when (old.blob_key <> new.blob_key) execute function series_metadata_gives_up_blob();
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
