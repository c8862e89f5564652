import type { Knex } from 'knex'

/** What people collect for films, and what was printed. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Images by UID: a study that is deleted drops out, one that is brought back is there again.
    create table film_item (
      item_id             uuid primary key default gen_random_uuid(),
      organisation_id     bigint not null references organisation,
      account_id          uuid not null references account on delete cascade,
      study_instance_uid  text collate "C" not null,
      series_instance_uid text collate "C" not null,
      sop_instance_uid    text collate "C" not null,
      frame               integer not null check (frame > 0),
      window_center       double precision,
      window_width        double precision check (window_width >= 1),
      added_at            timestamptz not null,
      position            bigint generated always as identity,
      check ((window_center is null) = (window_width is null)),
      unique (organisation_id, account_id, sop_instance_uid, frame)
    );
    create index film_item_in_order on film_item (organisation_id, account_id, position);

    create table print_job (
      job_key         bigint generated always as identity primary key,
      job_id          uuid not null unique default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      created_by      uuid not null references account on delete cascade,
      created_at      timestamptz not null,
      -- Layout, size, copies, text: as it was asked for.
      settings        jsonb not null,
      -- Null for one that is fetched as a document.
      gateway_id      uuid,
      printer_id      text,
      printer_name    text,
      -- Not begun by then, it is given up.
      expires_at      timestamptz,
      begun_at        timestamptz,
      cancelled_at    timestamptz,
      finished_at     timestamptz,
      outcome         jsonb,
      foreign key (organisation_id, gateway_id) references gateway (organisation_id, gateway_id),
      check ((gateway_id is null) = (printer_id is null)),
      check ((outcome is null) = (finished_at is null))
    );
    create index print_job_newest on print_job (organisation_id, job_key desc);

    create table print_job_image (
      job_key             bigint not null references print_job on delete cascade,
      position            integer not null check (position > 0),
      study_instance_uid  text collate "C" not null,
      series_instance_uid text collate "C" not null,
      sop_instance_uid    text collate "C" not null,
      frame               integer not null check (frame > 0),
      window_center       double precision,
      window_width        double precision,
      -- Of the whole image in mm, where it is printed in true size.
      width_mm            double precision,
      primary key (job_key, position)
    );
    create index print_job_image_of_study on print_job_image (study_instance_uid, job_key desc);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
