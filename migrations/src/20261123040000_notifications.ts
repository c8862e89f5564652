import type { Knex } from 'knex'

/**
 * Notifications and to-dos, the rules they are sent by, and what pages are told live.
 *
 * What happened is one row, written in the transaction of what it tells of; who is to be told is found out afterwards, a batch at a time. A to-do
 * is one row however many could do it: whoever holds its permission sees it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table notification_event (
      event_id        bigint generated always as identity primary key,
      event           text not null,
      -- Whose rules it follows; of what is about an account alone, the organisation that administers it.
      organisation_id bigint not null references organisation,
      -- About the account itself: seen in every organisation, and without any.
      is_personal     boolean not null,
      -- One person; or all who hold the event's permission.
      account_id      uuid references account on delete cascade,
      -- Who did it knows already.
      except_account_id uuid,
      record_id       text,
      -- Names of organisations, people of the staff and things: may leave the product.
      details         jsonb not null,
      -- What stays inside it: words somebody wrote.
      inside          jsonb not null default '{}',
      created_at      timestamptz not null default now(),
      expires_at      timestamptz not null,
      -- Telling: claimed until, gone through up to, finished.
      due_at          timestamptz not null default '-infinity',
      attempts        integer not null default 0,
      told_up_to      uuid,
      told_at         timestamptz
    ) with (fillfactor = 90);
    create index notification_event_due on notification_event (due_at, event_id) where told_at is null;
    create index notification_event_by_expiry on notification_event (expires_at);
    create index notification_event_of_organisation on notification_event (organisation_id, event, created_at desc);

    create table notification (
      notification_id bigint generated always as identity primary key,
      event_id        bigint not null references notification_event on delete cascade,
      account_id      uuid not null references account on delete cascade,
      read_at         timestamptz,
      unique (event_id, account_id)
    ) with (fillfactor = 90);
    create index notification_of_account on notification (account_id, notification_id desc);
    create index notification_unread on notification (account_id, notification_id desc) where read_at is null;

    create table notification_todo (
      todo_id         uuid primary key default gen_random_uuid(),
      kind            text not null,
      organisation_id bigint not null references organisation,
      -- One person, member or not; or who holds the permission in the organisation; or nobody, which takes as long.
      account_id      uuid references account on delete cascade,
      permission      text,
      record_id       text not null,
      details         jsonb not null,
      created_at      timestamptz not null default now(),
      expires_at      timestamptz,
      closed_at       timestamptz,
      outcome         text check (outcome in ('done', 'withdrawn')),
      check (account_id is null or permission is null),
      check ((closed_at is null) = (outcome is null))
    );
    create unique index notification_todo_open on notification_todo (kind, organisation_id, record_id) where closed_at is null;
    create index notification_todo_of_account on notification_todo (account_id, created_at desc, todo_id desc) where account_id is not null;
    create index notification_todo_of_organisation on notification_todo (organisation_id, created_at desc, todo_id desc) where account_id is null;

    create table notification_rule (
      organisation_id bigint not null references organisation,
      event           text not null,
      is_on           boolean not null,
      methods         text[] not null,
      scope           jsonb not null,
      timing          jsonb not null,
      version         integer not null default 1,
      changed_at      timestamptz not null default now(),
      primary key (organisation_id, event)
    );

    create table notification_webhook (
      organisation_id bigint primary key references organisation,
      url             text not null,
      sealed          bytea not null,
      sealed_with     text not null,
      changed_at      timestamptz not null default now()
    );

    create table notification_switches (
      account_id  uuid primary key references account on delete cascade,
      methods_off text[] not null default '{}',
      muted       text[] not null default '{}'
    );

    -- The one key of this installation by which push services know it (RFC 8292).
    create table push_key (
      is_only     boolean primary key default true check (is_only),
      public_key  text not null,
      sealed      bytea not null,
      sealed_with text not null,
      created_at  timestamptz not null default now()
    );

    -- A browser that can be pushed to, no longer than somebody is signed in there. Its address is a capability: sealed.
    create table push_subscription (
      subscription_id   uuid primary key default gen_random_uuid(),
      account_id        uuid not null references account on delete cascade,
      session_id        uuid not null references account_session on delete cascade,
      endpoint_sha256   bytea not null unique,
      sealed            bytea not null,
      sealed_with       text not null,
      created_at        timestamptz not null default now(),
      last_delivered_at timestamptz
    );
    create index push_subscription_of_account on push_subscription (account_id, created_at, subscription_id);
    create index push_subscription_of_session on push_subscription (session_id);

    create table notification_delivery (
      delivery_id     uuid primary key default gen_random_uuid(),
      event_id        bigint not null references notification_event on delete cascade,
      organisation_id bigint not null references organisation,
      -- Null: the organisation's own program.
      account_id      uuid references account on delete cascade,
      method          text not null check (method in ('webPush', 'email', 'sms', 'webhook')),
      is_digest       boolean not null default false,
      created_at      timestamptz not null default now(),
      due_at          timestamptz not null,
      attempts        integer not null default 0,
      state           text not null default 'waiting' check (state in ('waiting', 'delivered', 'kept', 'dead')),
      failure         text,
      ended_at        timestamptz
    ) with (fillfactor = 80);
    create index notification_delivery_due on notification_delivery (due_at) where state = 'waiting';
    create index notification_delivery_of_organisation on notification_delivery (organisation_id, created_at desc, delivery_id desc);
    create unique index notification_delivery_once on notification_delivery (event_id, method, coalesce(account_id, '00000000-0000-0000-0000-000000000000'));

    -- What pages were told lately, so that one whose line broke hears what it missed. The order is that of transactions: see live/tail.ts.
    create table live_event (
      live_id         bigint generated always as identity primary key,
      written_by      xid8 not null default pg_current_xact_id(),
      name            text not null,
      -- To these accounts; else to who is active in the organisation, with the permission where one is named.
      account_ids     uuid[],
      organisation_id bigint,
      permission      text,
      data            jsonb not null,
      created_at      timestamptz not null default now(),
      check (account_ids is not null or organisation_id is not null)
    );
    create index live_event_by_writer on live_event (written_by, live_id);
    create index live_event_by_age on live_event (created_at);

    create function tell_live() returns trigger language plpgsql as $$
    begin
      perform pg_notify('isocenter_live', '');
      return null;
    end $$;
    create trigger live_event_told after insert on live_event for each statement execute function tell_live();

    -- However a session ends, its pages learn it at once.
    create function tell_session_end() returns trigger language plpgsql as $$
    begin
      perform pg_notify('isocenter_session', old.session_id::text);
      return null;
    end $$;
    create trigger account_session_ended after delete on account_session for each row execute function tell_session_end();

    create function tell_event() returns trigger language plpgsql as $$
    begin
      perform pg_notify('isocenter_notification', '');
      return null;
    end $$;
    create trigger notification_event_written after insert on notification_event for each statement execute function tell_event();

    -- Of what was noticed of a gateway, so that each trouble is told of once.
    alter table gateway add column offline_told_at timestamptz;
  `)
}

/** Migrations go forward only: a mistake is mended by the next one. */
export function down(): Promise<void> {
  return Promise.reject(new Error('Migrations go forward only; restore a backup to go back.'))
}
