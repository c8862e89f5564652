import type { Knex } from 'knex'

/**
 * Organisations as a tree with contracts across it, the people in them and what their roles let them do.
 *
 * Composite foreign keys make it impossible that a member has a role, a department or a device of another organisation. Whoever changes
 * roles or members locks the organisation's row first (`for no key update`, which lets studies be stored meanwhile): that one lock keeps
 * the last administrator in office and a role that is being deleted from being given away.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create function random_organisation_number() returns text language sql volatile as $$
      select lpad(floor(random() * 1e10)::bigint::text, 10, '0')
    $$;

    alter table organisation
      add column kind text not null default 'hospital' check (kind in ('platform', 'consortium', 'hospital', 'team')),
      -- What people know it by: given out once, never changed but by the operator.
      add column number text collate "C" not null default random_organisation_number(),
      -- Of a team: the hospital it belongs to; none where it stands alone.
      add column owner_id bigint references organisation,
      add column introduction text not null default '',
      -- Switched on here; what is in force is less where a consortium or an owner has less.
      add column modules text[] not null default array['remoteDiagnosis', 'consultation', 'wardRound', 'teaching', 'statistics', 'imageQuality', 'cloudFilm', 'patientDownload'],
      add column time_zone text,
      add column version integer not null default 1,
      -- The built-in roles are made when somebody first needs one of them, and once.
      add column has_roles boolean not null default false,
      add constraint organisation_number_key unique (number),
      add constraint organisation_kind_key unique (organisation_id, kind),
      add constraint organisation_owner_check check (owner_id is null or kind = 'team');
    create index organisation_of_owner on organisation (owner_id) where owner_id is not null;

    -- A hospital may be in several consortia; one of them says which modules it may have.
    create table consortium_hospital (
      consortium_id   bigint not null,
      consortium_kind text not null default 'consortium' check (consortium_kind = 'consortium'),
      hospital_id     bigint not null,
      hospital_kind   text not null default 'hospital' check (hospital_kind = 'hospital'),
      is_billing      boolean not null,
      joined_at       timestamptz not null default now(),
      primary key (consortium_id, hospital_id),
      foreign key (consortium_id, consortium_kind) references organisation (organisation_id, kind),
      foreign key (hospital_id, hospital_kind) references organisation (organisation_id, kind)
    );
    create unique index consortium_hospital_billing on consortium_hospital (hospital_id) where is_billing;

    create table hospital_settings (
      organisation_id     bigint primary key references organisation,
      level               text,
      type                text,
      province            text,
      city                text,
      street_address      text,
      is_signature_fixed  boolean not null default false,
      requests_automatically boolean not null default false,
      automatic_team_id   bigint references organisation,
      automatic_wait_minutes integer not null default 10 check (automatic_wait_minutes between 1 and 1440),
      has_electronic_film boolean not null default false,
      allows_patient_download boolean not null default false
    );

    -- Small pictures: logo and fixed signature. Made anew from what was sent, so that nothing but pixels is kept.
    create table organisation_picture (
      organisation_id bigint not null references organisation,
      purpose         text not null check (purpose in ('logo', 'signature')),
      png             bytea not null check (octet_length(png) <= 1048576),
      sha256          bytea not null,
      changed_at      timestamptz not null default now(),
      primary key (organisation_id, purpose)
    );

    create table department (
      department_id   uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      name            text not null,
      code            text,
      phone           text,
      parent_id       uuid,
      head_id         uuid,
      version         integer not null default 1,
      created_at      timestamptz not null default now(),
      unique (organisation_id, department_id),
      foreign key (organisation_id, parent_id) references department (organisation_id, department_id)
    );
    create unique index department_by_name on department (organisation_id, lower(name));
    create unique index department_by_code on department (organisation_id, code) where code is not null;

    create table role (
      role_id         uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      name            text not null,
      description     text not null default '',
      -- Which of the roles every organisation begins with it was; the full one holds everything, whatever stands here.
      built_in        text,
      permissions     text[] not null,
      version         integer not null default 1,
      created_at      timestamptz not null default now(),
      updated_at      timestamptz not null default now(),
      unique (organisation_id, role_id)
    );
    create unique index role_by_name on role (organisation_id, lower(name));
    create unique index role_full on role (organisation_id) where built_in = 'full';

    create table membership (
      membership_id   uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      account_id      uuid not null references account,
      role_id         uuid,
      department_id   uuid,
      state           text not null default 'active' check (state in ('active', 'suspended', 'removed')),
      has_electronic_film boolean not null default false,
      joined_at       timestamptz not null default now(),
      version         integer not null default 1,
      updated_at      timestamptz not null default now(),
      unique (organisation_id, account_id),
      unique (organisation_id, membership_id),
      foreign key (organisation_id, role_id) references role (organisation_id, role_id),
      foreign key (organisation_id, department_id) references department (organisation_id, department_id),
      check (role_id is not null or state = 'removed')
    );
    create index membership_of_account on membership (account_id);
    create index membership_of_role on membership (organisation_id, role_id);
    create index membership_by_joining on membership (organisation_id, joined_at desc, membership_id desc) where state <> 'removed';
    alter table department add foreign key (organisation_id, head_id) references membership (organisation_id, membership_id);

    -- Where a session is at work; none: at the workbench, which lists the memberships.
    create table session_membership (
      session_id    uuid primary key references account_session on delete cascade,
      membership_id uuid not null references membership
    );
    create index session_membership_of_membership on session_membership (membership_id);

    -- By phone number, whether somebody has it or not: the list of invitations says nothing about that.
    create table invitation (
      invitation_id   uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      phone           text collate "C" not null,
      role_id         uuid,
      state           text not null default 'open' check (state in ('open', 'accepted', 'declined', 'withdrawn')),
      created_at      timestamptz not null default now(),
      created_by      text not null,
      sent_at         timestamptz not null default now(),
      expires_at      timestamptz not null,
      answered_at     timestamptz,
      foreign key (organisation_id, role_id) references role (organisation_id, role_id),
      check (role_id is not null or state in ('accepted', 'withdrawn'))
    );
    -- One that can still be answered, or come to life again, for each number.
    create unique index invitation_alive on invitation (organisation_id, phone) where state in ('open', 'declined');
    create index invitation_by_time on invitation (organisation_id, created_at desc, invitation_id desc);
    create index invitation_of_phone on invitation (phone) where state = 'open';
    create index invitation_of_role on invitation (organisation_id, role_id);

    create table device (
      device_id       uuid primary key default gen_random_uuid(),
      organisation_id bigint not null references organisation,
      number          integer not null,
      name            text not null,
      type            text not null,
      ae_title        text collate "C",
      station_name    text,
      version         integer not null default 1,
      created_at      timestamptz not null default now(),
      unique (organisation_id, number),
      unique (organisation_id, device_id)
    );
    create unique index device_by_name on device (organisation_id, lower(name));

    create table device_member (
      organisation_id bigint not null,
      device_id       uuid not null,
      membership_id   uuid not null,
      bound_at        timestamptz not null default now(),
      primary key (device_id, membership_id),
      foreign key (organisation_id, device_id) references device (organisation_id, device_id) on delete cascade,
      foreign key (organisation_id, membership_id) references membership (organisation_id, membership_id)
    );

    -- A contract between two organisations: both are in every row, and each side reads by its own.
    create table pairing (
      pairing_id      uuid primary key default gen_random_uuid(),
      hospital_id     bigint not null,
      hospital_kind   text not null default 'hospital' check (hospital_kind = 'hospital'),
      team_id         bigint not null,
      team_kind       text not null default 'team' check (team_kind = 'team'),
      state           text not null default 'invited' check (state in ('invited', 'paired', 'declined', 'ended')),
      takes_orders    boolean not null default false,
      is_signature_fixed boolean not null default false,
      signature_png   bytea check (octet_length(signature_png) <= 1048576),
      requested_at    timestamptz not null default now(),
      expires_at      timestamptz not null,
      answered_at     timestamptz,
      ended_at        timestamptz,
      decline_reason  text,
      version         integer not null default 1,
      foreign key (hospital_id, hospital_kind) references organisation (organisation_id, kind),
      foreign key (team_id, team_kind) references organisation (organisation_id, kind),
      unique (pairing_id, team_id),
      check (not takes_orders or state = 'paired'),
      check (not is_signature_fixed or signature_png is not null)
    );
    -- What has ended stays for its bills; beside it a new one may begin.
    create unique index pairing_one on pairing (hospital_id, team_id) where state <> 'ended';
    create index pairing_of_hospital on pairing (hospital_id, requested_at desc, pairing_id desc);
    create index pairing_of_team on pairing (team_id, requested_at desc, pairing_id desc);

    -- What a doctor of the team asks of the hospital for an examination of a type, from a day on. Null: no longer served.
    create table doctor_fee (
      pairing_id    uuid not null,
      team_id       bigint not null,
      membership_id uuid not null,
      exam_type     text not null,
      valid_from    date not null,
      amount        numeric(12, 2) check (amount >= 0),
      currency      text not null check (currency ~ '^[A-Z]{3}$'),
      unit          text not null check (unit in ('study', 'part')),
      primary key (pairing_id, membership_id, exam_type, valid_from),
      foreign key (pairing_id, team_id) references pairing (pairing_id, team_id),
      foreign key (team_id, membership_id) references membership (organisation_id, membership_id)
    );
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
