import type { Knex } from 'knex'

/**
 * What each organisation has decided about a document: none speaks for another. The document's own state is what is best for its holder; what the
 * columns of before say of a decision they go on saying, of the latest that changed it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table credential_decision (
      credential_id   uuid not null references credential on delete cascade,
      organisation_id bigint not null references organisation,
      state           text not null check (state in ('verified', 'rejected')),
      decided_by      uuid references account on delete set null,
      decided_at      timestamptz not null,
      reason          text,
      primary key (credential_id, organisation_id),
      check ((state = 'rejected') = (reason is not null))
    );
    insert into credential_decision (credential_id, organisation_id, state, decided_by, decided_at, reason)
      select credential_id, decided_in, case when reason is null then 'verified' else 'rejected' end, decided_by, decided_at, reason
      from credential where decided_in is not null and decided_at is not null and state in ('verified', 'rejected', 'expired');

    drop index credential_waiting;
    create index credential_waiting on credential (submitted_at, credential_id) where submitted_at is not null and state in ('submitted', 'verified', 'rejected');
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
