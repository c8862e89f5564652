import type { Knex } from 'knex'

/** Small images of instances, made once and kept as blobs of their own. They can always be made again. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table thumbnail (
      instance_key    bigint primary key references instance on delete cascade,
      organisation_id bigint not null references organisation,
      -- of the instance: a newer one needs a new thumbnail
      version         integer not null,
      blob_key        text collate "C" not null unique,
      byte_length     integer not null,
      made_at         timestamptz not null default now()
    );

    -- Here and not in the code that deletes instances: whatever removes the row hands the blob to the sweep.
    create function thumbnail_gives_up_blob() returns trigger language plpgsql as $$
      begin
        insert into obsolete_blob (blob_key, organisation_id) values (old.blob_key, old.organisation_id) on conflict do nothing;
        return null;
      end $$;
    create trigger thumbnail_deleted after delete on thumbnail for each row execute function thumbnail_gives_up_blob();
    create trigger thumbnail_replaced after update of blob_key on thumbnail
      for each row when (old.blob_key <> new.blob_key) execute function thumbnail_gives_up_blob();
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
