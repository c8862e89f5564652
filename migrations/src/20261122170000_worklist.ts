import type { Knex } from 'knex'

/**
 * The modality worklist and the steps modalities report.
 *
 * A worklist item is one scheduled procedure step. What the information system says of its status and what performed steps make of it
 * are kept apart, so that neither undoes the other: `status` is what is true.
 * Performed steps name the step they perform by study and step id, and may come before the item or without one; the link is therefore
 * by those values and no foreign key.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table worklist_item (
      worklist_item_id            uuid primary key default gen_random_uuid(),
      organisation_id             bigint not null references organisation,
      study_instance_uid          text collate "C" not null,
      scheduled_procedure_step_id text not null,
      requested_procedure_id      text not null,
      accession_number            text,
      patient_id                  text not null,
      patient_name_search         text not null,
      modality                    text not null,
      scheduled_station_ae_titles text[] not null,
      start_date                  text collate "C" not null,
      start_time                  text collate "C" not null,
      said_status                 text not null,
      performed_status            text,
      status                      text generated always as (coalesce(performed_status, said_status)) stored,
      attributes                  text not null,
      version                     integer not null default 1,
      created_at                  timestamptz not null default now(),
      updated_at                  timestamptz not null default now(),
      unique (organisation_id, study_instance_uid, scheduled_procedure_step_id)
    );
    create index worklist_item_by_start on worklist_item (organisation_id, start_date, start_time, worklist_item_id);
    create index worklist_item_by_station on worklist_item using gin (scheduled_station_ae_titles);
    create index worklist_item_by_patient_id on worklist_item (organisation_id, patient_id);
    create index worklist_item_by_patient_name on worklist_item using gin (patient_name_search gin_trgm_ops);
    create index worklist_item_by_accession_number on worklist_item (organisation_id, accession_number) where accession_number is not null;
    create index worklist_item_by_requested_procedure on worklist_item (organisation_id, requested_procedure_id);

    create table performed_step (
      performed_step_key        bigint generated always as identity primary key,
      organisation_id           bigint not null references organisation,
      sop_instance_uid          text collate "C" not null,
      status                    text not null check (status in ('IN PROGRESS', 'COMPLETED', 'DISCONTINUED')),
      performed_station_ae_title text not null,
      modality                  text not null,
      patient_id                text,
      start_date                text collate "C" not null,
      start_time                text collate "C" not null,
      attributes                text not null,
      created_at                timestamptz not null default now(),
      updated_at                timestamptz not null default now(),
      unique (organisation_id, sop_instance_uid)
    );
    create index performed_step_by_start on performed_step (organisation_id, start_date desc, start_time desc, performed_step_key desc);

    -- What a performed step performs; several scheduled ones may be done in one.
    create table performed_step_schedule (
      performed_step_key          bigint not null references performed_step on delete cascade,
      organisation_id             bigint not null,
      place                       integer not null,
      study_instance_uid          text collate "C" not null,
      -- Empty where the step was not scheduled.
      scheduled_procedure_step_id text not null default '',
      primary key (performed_step_key, place)
    );
    create index performed_step_by_schedule on performed_step_schedule (organisation_id, study_instance_uid, scheduled_procedure_step_id);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
