import type { Knex } from 'knex'

/** Links that show some studies to whoever holds them, and the visits of those who opened one. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table share_link (
      link_key        bigint generated always as identity primary key,
      -- Stands in addresses; opens nothing without the token.
      link_id         text collate "C" not null unique,
      organisation_id bigint not null references organisation,
      created_by      uuid not null references account on delete cascade,
      token_sha256    bytea not null,
      -- Argon2id, as PHC string.
      password_hash   text,
      wrong_passwords integer not null default 0,
      -- What stand-ins of UIDs are made with; null for a link that is not anonymised.
      mask_secret     bytea,
      created_at      timestamptz not null,
      expires_at      timestamptz not null check (expires_at > created_at),
      revoked_at      timestamptz,
      views           integer not null default 0,
      last_viewed_at  timestamptz
    );
    create index share_link_of_account on share_link (organisation_id, created_by, link_key desc);
    create index share_link_by_end on share_link (expires_at);

    -- Studies by UID: a study that is deleted drops out, one that is brought back is shown again.
    create table share_link_study (
      link_key           bigint not null references share_link on delete cascade,
      position           smallint not null,
      study_instance_uid text collate "C" not null,
      primary key (link_key, position),
      unique (link_key, study_instance_uid)
    );

    create table share_visit (
      visit_sha256 bytea primary key,
      link_key     bigint not null references share_link on delete cascade,
      opened_at    timestamptz not null,
      expires_at   timestamptz not null
    );
    create index share_visit_of_link on share_visit (link_key);
    create index share_visit_by_end on share_visit (expires_at);
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
