-- The schema all migrations together make. Written by migrations/scripts/dump-schema.ts; do not edit.

CREATE EXTENSION pg_trgm;

CREATE OR REPLACE FUNCTION audit_event_is_append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      begin
        -- Set by the cut of what is older than the trail is kept, for its transaction; see server/src/audit/retention.ts.
        if tg_op = 'DELETE' and current_setting('isocenter.audit_cut', true) = 'yes' then return null; end if;
        raise exception 'audit_event is append-only';
      end $function$;

CREATE OR REPLACE FUNCTION ideographic_tokens(text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT COST 1000
AS $function$
      select case when $1 ~ '[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]' then (
        select array_agg(distinct token) from (
          select substr($1, start, length) as token from generate_series(1, length($1)) as start, generate_series(1, 2) as length
        ) as piece where token ~ '^[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+$'
      ) else '{}' end
    $function$;

CREATE OR REPLACE FUNCTION is_auto_sign_out_forced(uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
      select exists (select from membership join organisation using (organisation_id) where account_id = $1 and state = 'active' and forces_auto_sign_out)
    $function$;

CREATE OR REPLACE FUNCTION is_password_change_forced(uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
      select exists (select from membership join organisation using (organisation_id) where account_id = $1 and state = 'active' and forces_password_change)
    $function$;

CREATE OR REPLACE FUNCTION random_organisation_number()
 RETURNS text
 LANGUAGE sql
AS $function$
      select lpad(floor(random() * 1e10)::bigint::text, 10, '0')
    $function$;

CREATE OR REPLACE FUNCTION searchable_name(text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
      select lower(normalize(regexp_replace(normalize($1, nfkd), '[\u0300-\u036f]', '', 'g'), nfc))
    $function$;

CREATE OR REPLACE FUNCTION series_metadata_gives_up_blob()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      begin
        insert into obsolete_blob (blob_key, organisation_id) values (old.blob_key, old.organisation_id) on conflict (blob_key) do nothing;
        return null;
      end $function$;

CREATE OR REPLACE FUNCTION study_record_id(organisation_id bigint, study_instance_uid text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN upper(substr(md5((((organisation_id)::text || ':'::text) || study_instance_uid)), 1, 12));

CREATE OR REPLACE FUNCTION tag_ids_of(matches jsonb)
 RETURNS uuid[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN (SELECT COALESCE(array_agg(((match.value ->> 'tagId'::text))::uuid), '{}'::uuid[]) AS "coalesce" FROM jsonb_array_elements(tag_ids_of.matches) match(value));

CREATE OR REPLACE FUNCTION tell_access_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      -- Of many in one transaction one is delivered.
      perform pg_notify('accounts', 'access');
      return null;
    end $function$;

CREATE OR REPLACE FUNCTION tell_event()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      perform pg_notify('isocenter_notification', '');
      return null;
    end $function$;

CREATE OR REPLACE FUNCTION tell_live()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      perform pg_notify('isocenter_live', '');
      return null;
    end $function$;

CREATE OR REPLACE FUNCTION tell_session_end()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      perform pg_notify('isocenter_session', old.session_id::text);
      return null;
    end $function$;

CREATE OR REPLACE FUNCTION thumbnail_gives_up_blob()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      begin
        insert into obsolete_blob (blob_key, organisation_id) values (old.blob_key, old.organisation_id) on conflict do nothing;
        return null;
      end $function$;

CREATE TABLE account (
  account_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  phone text COLLATE "C" NOT NULL,
  login_name text COLLATE "C",
  email text,
  name text NOT NULL,
  gender text,
  avatar_key text,
  introduction text,
  state text NOT NULL DEFAULT 'active'::text,
  language text,
  time_zone text,
  auto_sign_out boolean NOT NULL DEFAULT false,
  must_set_password boolean NOT NULL DEFAULT true,
  has_default_password boolean NOT NULL DEFAULT false,
  password_expires_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  has_second_factor boolean NOT NULL DEFAULT false,
  second_factor_asked_at timestamp with time zone,
  profile_version integer NOT NULL DEFAULT 1,
  phone_proven_at timestamp with time zone,
  name_search text NOT NULL GENERATED ALWAYS AS (searchable_name(name)) STORED,
  email_proven_at timestamp with time zone,
  PRIMARY KEY (account_id),
  UNIQUE (login_name),
  UNIQUE (phone),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((gender = ANY (ARRAY['female'::text, 'male'::text, 'other'::text]))),
  CHECK ((login_name ~ '^[a-z0-9._-]*[a-z][a-z0-9._-]*$'::text)),
  CHECK ((phone ~ '^\+[1-9][0-9]{5,14}$'::text)),
  CHECK ((state = ANY (ARRAY['active'::text, 'suspended'::text])))
) WITH (fillfactor=90);
CREATE INDEX account_by_name_trigram ON account USING gin (name_search gin_trgm_ops);
CREATE INDEX account_of_organisation ON account USING btree (organisation_id, account_id);
CREATE TRIGGER access_changed AFTER DELETE OR UPDATE OF state, must_set_password, has_second_factor, auto_sign_out ON account FOR EACH STATEMENT EXECUTE FUNCTION tell_access_changed();

CREATE TABLE account_avatar (
  account_id uuid NOT NULL,
  webp bytea NOT NULL,
  sha256 bytea NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  CHECK ((octet_length(webp) <= 131072))
);

CREATE TABLE account_password (
  account_id uuid NOT NULL,
  password_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  hash text NOT NULL,
  set_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, password_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
);

CREATE TABLE account_session (
  session_id uuid NOT NULL DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL,
  token_sha256 bytea NOT NULL,
  is_remembered boolean NOT NULL,
  created_at timestamp with time zone NOT NULL,
  last_active_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  user_agent text,
  address text NOT NULL,
  needs_second_factor boolean NOT NULL DEFAULT false,
  second_factor_at timestamp with time zone,
  vouched_by bigint,
  PRIMARY KEY (session_id),
  UNIQUE (token_sha256),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (vouched_by) REFERENCES organisation(organisation_id)
) WITH (fillfactor=80);
CREATE INDEX account_session_by_expiry ON account_session USING btree (expires_at);
CREATE INDEX account_session_of_account ON account_session USING btree (account_id, last_active_at DESC, session_id);
CREATE TRIGGER access_changed AFTER DELETE OR UPDATE OF account_id, token_sha256, needs_second_factor, expires_at, vouched_by ON account_session FOR EACH STATEMENT EXECUTE FUNCTION tell_access_changed();
CREATE TRIGGER account_session_ended AFTER DELETE ON account_session FOR EACH ROW EXECUTE FUNCTION tell_session_end();

CREATE TABLE account_settings (
  account_id uuid NOT NULL,
  viewer_layout text NOT NULL DEFAULT 'standard'::text,
  dual_screen boolean NOT NULL DEFAULT false,
  bind_prompt_after timestamp with time zone,
  landing_membership_id uuid,
  version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (landing_membership_id) REFERENCES membership(membership_id) ON DELETE SET NULL,
  CHECK ((viewer_layout = ANY (ARRAY['standard'::text, 'classic'::text])))
);

CREATE TABLE account_totp (
  account_id uuid NOT NULL,
  sealed bytea NOT NULL,
  sealed_with text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  confirmed_at timestamp with time zone,
  last_step bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
);

CREATE TABLE api_key (
  api_key_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  name text NOT NULL,
  scopes text[] NOT NULL,
  addresses text[] NOT NULL DEFAULT '{}'::text[],
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  version integer NOT NULL DEFAULT 1,
  end_told_of timestamp with time zone,
  PRIMARY KEY (api_key_id),
  UNIQUE (organisation_id, api_key_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);
CREATE INDEX api_key_by_time ON api_key USING btree (organisation_id, created_at DESC, api_key_id DESC);
CREATE UNIQUE INDEX api_key_name ON api_key USING btree (organisation_id, lower(name)) WHERE (revoked_at IS NULL);

CREATE TABLE api_key_secret (
  secret_sha256 bytea NOT NULL,
  api_key_id uuid NOT NULL,
  hint text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone,
  last_used_at timestamp with time zone,
  last_used_address text,
  PRIMARY KEY (secret_sha256),
  FOREIGN KEY (api_key_id) REFERENCES api_key(api_key_id) ON DELETE CASCADE
) WITH (fillfactor=80);
CREATE INDEX api_key_secret_of_key ON api_key_secret USING btree (api_key_id, created_at DESC);

CREATE TABLE attachment (
  attachment_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  file_name text NOT NULL,
  content_type text NOT NULL,
  byte_length bigint NOT NULL,
  blob_key text COLLATE "C" NOT NULL,
  key_sealed bytea NOT NULL,
  key_sealed_with text NOT NULL,
  is_shown boolean NOT NULL DEFAULT false,
  is_scanned boolean NOT NULL,
  added_by text NOT NULL,
  added_at timestamp with time zone NOT NULL,
  deleted_by text,
  deleted_at timestamp with time zone,
  PRIMARY KEY (attachment_id),
  UNIQUE (blob_key),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK (((deleted_by IS NULL) = (deleted_at IS NULL)))
);
CREATE INDEX attachment_by_study ON attachment USING btree (organisation_id, study_instance_uid, added_at, attachment_id);

CREATE TABLE audit_cut (
  seal bigint NOT NULL,
  hash bytea NOT NULL,
  last_event bigint NOT NULL,
  cut_at timestamp with time zone NOT NULL,
  last_at timestamp with time zone NOT NULL,
  signature bytea NOT NULL,
  signed_with text NOT NULL,
  PRIMARY KEY (seal)
);

CREATE TABLE audit_event (
  audit_event_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  organisation_id bigint NOT NULL,
  at timestamp with time zone NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL,
  study_instance_uid text COLLATE "C",
  patient_id text,
  occurrences integer NOT NULL DEFAULT 1,
  detail jsonb NOT NULL DEFAULT '{}'::jsonb,
  occurred_at timestamp with time zone,
  address text,
  user_agent text,
  PRIMARY KEY (audit_event_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((outcome = ANY (ARRAY['success'::text, 'refused'::text, 'failed'::text])))
);
CREATE INDEX audit_event_by_action ON audit_event USING btree (organisation_id, action, at DESC);
CREATE INDEX audit_event_by_actor ON audit_event USING btree (organisation_id, actor, at DESC);
CREATE INDEX audit_event_by_patient ON audit_event USING btree (organisation_id, patient_id, at DESC) WHERE (patient_id IS NOT NULL);
CREATE INDEX audit_event_by_study ON audit_event USING btree (organisation_id, study_instance_uid, at DESC) WHERE (study_instance_uid IS NOT NULL);
CREATE INDEX audit_event_by_time ON audit_event USING btree (organisation_id, at DESC);
CREATE INDEX audit_event_unsuccessful ON audit_event USING btree (organisation_id, at DESC) WHERE (outcome <> 'success'::text);
CREATE TRIGGER audit_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_event_is_append_only();

CREATE TABLE audit_reader (
  reader text NOT NULL,
  through_event bigint NOT NULL DEFAULT 0,
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (reader)
);

CREATE TABLE audit_seal (
  seal bigint NOT NULL,
  after_event bigint NOT NULL,
  last_event bigint NOT NULL,
  events integer NOT NULL,
  last_at timestamp with time zone NOT NULL,
  sealed_at timestamp with time zone NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  signature bytea NOT NULL,
  signed_with text NOT NULL,
  PRIMARY KEY (seal),
  CHECK ((events > 0)),
  CHECK ((last_event > after_event)),
  CHECK ((seal > 0))
);

CREATE TABLE body_part (
  part_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  category_id uuid,
  device_type text COLLATE "C" NOT NULL,
  category_name text NOT NULL,
  name text NOT NULL,
  part_count integer NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  deleted_by text,
  PRIMARY KEY (part_id),
  UNIQUE (organisation_id, part_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  FOREIGN KEY (organisation_id, category_id) REFERENCES part_category(organisation_id, category_id),
  CHECK (((category_id IS NOT NULL) OR (deleted_at IS NOT NULL))),
  CHECK (((part_count >= 1) AND (part_count <= 99)))
);
CREATE INDEX body_part_of_organisation ON body_part USING btree (organisation_id) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX body_part_by_name ON body_part USING btree (category_id, lower(name)) WHERE (deleted_at IS NULL);

CREATE TABLE body_part_tag (
  organisation_id bigint NOT NULL,
  part_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  PRIMARY KEY (part_id, tag_id),
  FOREIGN KEY (organisation_id, part_id) REFERENCES body_part(organisation_id, part_id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id, tag_id) REFERENCES part_tag(organisation_id, tag_id) ON DELETE CASCADE
);
CREATE INDEX body_part_tag_by_tag ON body_part_tag USING btree (tag_id);

CREATE TABLE change (
  organisation_id bigint NOT NULL,
  position bigint NOT NULL,
  at timestamp with time zone NOT NULL DEFAULT now(),
  action text NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  series_instance_uid text COLLATE "C",
  sop_instance_uid text COLLATE "C",
  version integer,
  PRIMARY KEY (organisation_id, "position"),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((action = ANY (ARRAY['created'::text, 'newVersion'::text, 'replaced'::text, 'deleted'::text])))
);

CREATE TABLE change_feed (
  organisation_id bigint NOT NULL,
  latest bigint NOT NULL DEFAULT 0,
  forgotten bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (organisation_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
) WITH (fillfactor=50);

CREATE TABLE client_assertion (
  gateway_id uuid NOT NULL,
  jti text COLLATE "C" NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  PRIMARY KEY (gateway_id, jti),
  FOREIGN KEY (gateway_id) REFERENCES gateway(gateway_id) ON DELETE CASCADE
);
CREATE INDEX client_assertion_by_expiry ON client_assertion USING btree (expires_at);

CREATE TABLE column_layout (
  account_id uuid NOT NULL,
  list text NOT NULL,
  columns jsonb NOT NULL,
  PRIMARY KEY (account_id, list),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
);

CREATE TABLE consortium_hospital (
  consortium_id bigint NOT NULL,
  consortium_kind text NOT NULL DEFAULT 'consortium'::text,
  hospital_id bigint NOT NULL,
  hospital_kind text NOT NULL DEFAULT 'hospital'::text,
  is_billing boolean NOT NULL,
  joined_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (consortium_id, hospital_id),
  FOREIGN KEY (consortium_id, consortium_kind) REFERENCES organisation(organisation_id, kind),
  FOREIGN KEY (hospital_id, hospital_kind) REFERENCES organisation(organisation_id, kind),
  CHECK ((consortium_kind = 'consortium'::text)),
  CHECK ((hospital_kind = 'hospital'::text))
);
CREATE UNIQUE INDEX consortium_hospital_billing ON consortium_hospital USING btree (hospital_id) WHERE is_billing;
CREATE TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON consortium_hospital FOR EACH STATEMENT EXECUTE FUNCTION tell_access_changed();

CREATE TABLE contact_change (
  change_id uuid NOT NULL DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL,
  session_id uuid,
  contact text NOT NULL,
  address text NOT NULL,
  sealed bytea NOT NULL,
  sealed_with text NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  completed_at timestamp with time zone,
  PRIMARY KEY (change_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (session_id) REFERENCES account_session(session_id) ON DELETE SET NULL,
  CHECK ((contact = ANY (ARRAY['phone'::text, 'email'::text])))
);
CREATE INDEX contact_change_by_age ON contact_change USING btree (created_at);
CREATE INDEX contact_change_of_account ON contact_change USING btree (account_id, created_at);
CREATE INDEX contact_change_of_address ON contact_change USING btree (address, created_at);

CREATE TABLE credential (
  credential_id uuid NOT NULL DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL,
  kind text NOT NULL,
  state text NOT NULL DEFAULT 'none'::text,
  title text,
  number_sealed bytea,
  number_sealed_with text,
  valid_until date,
  submitted_at timestamp with time zone,
  decided_at timestamp with time zone,
  decided_by uuid,
  decided_in bigint,
  reason text,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (credential_id),
  UNIQUE (account_id, credential_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (decided_by) REFERENCES account(account_id),
  FOREIGN KEY (decided_in) REFERENCES organisation(organisation_id),
  CHECK (((number_sealed IS NULL) = (number_sealed_with IS NULL))),
  CHECK (((state <> 'rejected'::text) OR (reason IS NOT NULL))),
  CHECK (((state <> 'verified'::text) OR ((decided_by IS NOT NULL) AND (decided_in IS NOT NULL) AND (decided_at IS NOT NULL)))),
  CHECK ((kind = ANY (ARRAY['idCard'::text, 'practisingCertificate'::text, 'qualificationCertificate'::text, 'other'::text]))),
  CHECK ((state = ANY (ARRAY['none'::text, 'submitted'::text, 'verified'::text, 'rejected'::text, 'expired'::text])))
);
CREATE INDEX credential_by_end ON credential USING btree (valid_until) WHERE ((state = ANY (ARRAY['submitted'::text, 'verified'::text])) AND (valid_until IS NOT NULL));
CREATE INDEX credential_of_account ON credential USING btree (account_id, created_at DESC, credential_id);
CREATE INDEX credential_waiting ON credential USING btree (submitted_at, credential_id) WHERE ((submitted_at IS NOT NULL) AND (state = ANY (ARRAY['submitted'::text, 'verified'::text, 'rejected'::text])));

CREATE TABLE credential_decision (
  credential_id uuid NOT NULL,
  organisation_id bigint NOT NULL,
  state text NOT NULL,
  decided_by uuid,
  decided_at timestamp with time zone NOT NULL,
  reason text,
  PRIMARY KEY (credential_id, organisation_id),
  FOREIGN KEY (credential_id) REFERENCES credential(credential_id) ON DELETE CASCADE,
  FOREIGN KEY (decided_by) REFERENCES account(account_id) ON DELETE SET NULL,
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK (((state = 'rejected'::text) = (reason IS NOT NULL))),
  CHECK ((state = ANY (ARRAY['verified'::text, 'rejected'::text])))
);

CREATE TABLE credential_file (
  file_id uuid NOT NULL DEFAULT gen_random_uuid(),
  credential_id uuid NOT NULL,
  blob_key text NOT NULL,
  key_sealed bytea NOT NULL,
  key_sealed_with text NOT NULL,
  content_type text NOT NULL,
  byte_length integer NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (file_id),
  UNIQUE (blob_key),
  FOREIGN KEY (credential_id) REFERENCES credential(credential_id) ON DELETE CASCADE,
  CHECK ((content_type = ANY (ARRAY['image/jpeg'::text, 'image/png'::text, 'image/webp'::text, 'application/pdf'::text])))
);
CREATE INDEX credential_file_of_credential ON credential_file USING btree (credential_id, created_at, file_id);

CREATE TABLE deleted_instance (
  deleted_study_id uuid NOT NULL,
  organisation_id bigint NOT NULL,
  series_instance_uid text COLLATE "C" NOT NULL,
  sop_instance_uid text COLLATE "C" NOT NULL,
  sop_class_uid text COLLATE "C" NOT NULL,
  transfer_syntax_uid text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  blob_key text COLLATE "C" NOT NULL,
  byte_length bigint NOT NULL,
  sha256 bytea NOT NULL,
  data_set_sha256 bytea NOT NULL,
  layout bytea NOT NULL,
  warnings jsonb,
  metadata bytea STORAGE external NOT NULL,
  text_bytes integer,
  crc32 integer,
  stored_at timestamp with time zone NOT NULL,
  PRIMARY KEY (deleted_study_id, series_instance_uid, sop_instance_uid),
  UNIQUE (blob_key),
  FOREIGN KEY (organisation_id, deleted_study_id) REFERENCES deleted_study(organisation_id, deleted_study_id)
);

CREATE TABLE deleted_recompressed (
  deleted_study_id uuid NOT NULL,
  series_instance_uid text COLLATE "C" NOT NULL,
  sop_instance_uid text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  organisation_id bigint NOT NULL,
  transfer_syntax_uid text COLLATE "C" NOT NULL,
  byte_length bigint NOT NULL,
  sha256 bytea NOT NULL,
  data_set_sha256 bytea NOT NULL,
  pixels_offset bigint NOT NULL,
  rest bytea STORAGE external NOT NULL,
  recompressed_at timestamp with time zone NOT NULL,
  PRIMARY KEY (deleted_study_id, series_instance_uid, sop_instance_uid, version),
  FOREIGN KEY (deleted_study_id, series_instance_uid, sop_instance_uid) REFERENCES deleted_instance(deleted_study_id, series_instance_uid, sop_instance_uid) ON DELETE CASCADE
);

CREATE TABLE deleted_study (
  deleted_study_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  series_instance_uid text COLLATE "C",
  sop_instance_uid text COLLATE "C",
  state text NOT NULL DEFAULT 'deleted'::text,
  deleted_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_by text NOT NULL,
  reason text,
  instances integer NOT NULL,
  bytes bigint NOT NULL,
  not_restored integer,
  ended_at timestamp with time zone,
  restored_by text,
  restore_reason text,
  purge_id uuid,
  device_id uuid,
  patient_id text,
  patient_name text,
  study_date text,
  study_description text,
  accession_number text,
  modalities text[] NOT NULL DEFAULT '{}'::text[],
  stored_by text,
  arrived_at timestamp with time zone,
  quarantine_id uuid,
  issuer_of_patient_id text,
  patient_birth_date text,
  PRIMARY KEY (deleted_study_id),
  UNIQUE (organisation_id, deleted_study_id),
  FOREIGN KEY (device_id) REFERENCES device(device_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  FOREIGN KEY (purge_id) REFERENCES purge(purge_id),
  CHECK ((state = ANY (ARRAY['deleted'::text, 'restoring'::text, 'restored'::text, 'purging'::text, 'purged'::text])))
);
CREATE INDEX deleted_study_by_time ON deleted_study USING btree (organisation_id, deleted_at DESC, deleted_study_id DESC);
CREATE INDEX deleted_study_of_any ON deleted_study USING btree (deleted_at DESC, deleted_study_id DESC);
CREATE INDEX deleted_study_of_purge ON deleted_study USING btree (purge_id) WHERE (purge_id IS NOT NULL);
CREATE INDEX deleted_study_of_quarantine ON deleted_study USING btree (quarantine_id) WHERE (quarantine_id IS NOT NULL);
CREATE INDEX deleted_study_of_study ON deleted_study USING btree (organisation_id, study_instance_uid, deleted_at DESC) WHERE ((quarantine_id IS NULL) AND (state = ANY (ARRAY['deleted'::text, 'restoring'::text, 'purging'::text])));
CREATE INDEX deleted_study_under_way ON deleted_study USING btree (state) WHERE (state = ANY (ARRAY['restoring'::text, 'purging'::text]));

CREATE TABLE deleted_version (
  deleted_study_id uuid NOT NULL,
  series_instance_uid text COLLATE "C" NOT NULL,
  sop_instance_uid text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  organisation_id bigint NOT NULL,
  transfer_syntax_uid text COLLATE "C" NOT NULL,
  blob_key text COLLATE "C" NOT NULL,
  byte_length bigint NOT NULL,
  sha256 bytea NOT NULL,
  data_set_sha256 bytea NOT NULL,
  stored_at timestamp with time zone NOT NULL,
  superseded_at timestamp with time zone NOT NULL,
  PRIMARY KEY (deleted_study_id, series_instance_uid, sop_instance_uid, version),
  UNIQUE (blob_key),
  FOREIGN KEY (deleted_study_id, series_instance_uid, sop_instance_uid) REFERENCES deleted_instance(deleted_study_id, series_instance_uid, sop_instance_uid) ON DELETE CASCADE
);

CREATE TABLE deletion (
  organisation_id bigint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  series_instance_uid text COLLATE "C",
  sop_instance_uid text COLLATE "C",
  deleted_at timestamp with time zone NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT (organisation_id, study_instance_uid, series_instance_uid, sop_instance_uid),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE department (
  department_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  name text NOT NULL,
  code text,
  phone text,
  parent_id uuid,
  head_id uuid,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (department_id),
  UNIQUE (organisation_id, department_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  FOREIGN KEY (organisation_id, head_id) REFERENCES membership(organisation_id, membership_id),
  FOREIGN KEY (organisation_id, parent_id) REFERENCES department(organisation_id, department_id)
);
CREATE UNIQUE INDEX department_by_code ON department USING btree (organisation_id, code) WHERE (code IS NOT NULL);
CREATE UNIQUE INDEX department_by_name ON department USING btree (organisation_id, lower(name));

CREATE TABLE device (
  device_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  number integer NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  ae_title text COLLATE "C",
  station_name text,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp with time zone,
  deleted_by text,
  deletion_reason text,
  is_deleting boolean NOT NULL DEFAULT false,
  last_seen_at timestamp with time zone,
  station_since timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (device_id),
  UNIQUE (organisation_id, device_id),
  UNIQUE (organisation_id, number),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);
CREATE UNIQUE INDEX device_by_name ON device USING btree (organisation_id, lower(name)) WHERE (deleted_at IS NULL);

CREATE TABLE device_arrivals (
  organisation_id bigint NOT NULL,
  through_position bigint NOT NULL,
  PRIMARY KEY (organisation_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE device_member (
  organisation_id bigint NOT NULL,
  device_id uuid NOT NULL,
  membership_id uuid NOT NULL,
  bound_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (device_id, membership_id),
  FOREIGN KEY (organisation_id, device_id) REFERENCES device(organisation_id, device_id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id, membership_id) REFERENCES membership(organisation_id, membership_id)
);

CREATE TABLE device_type (
  organisation_id bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  name text NOT NULL,
  modalities text[] NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (organisation_id, code),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK (((cardinality(modalities) >= 1) AND (cardinality(modalities) <= 20))),
  CHECK ((code ~ '^[A-Z0-9_ ]{1,16}$'::text))
);
CREATE UNIQUE INDEX device_type_by_name ON device_type USING btree (organisation_id, lower(name));

CREATE TABLE doctor_fee (
  pairing_id uuid NOT NULL,
  team_id bigint NOT NULL,
  membership_id uuid NOT NULL,
  exam_type text NOT NULL,
  valid_from date NOT NULL,
  amount numeric(12,2),
  currency text NOT NULL,
  unit text NOT NULL,
  PRIMARY KEY (pairing_id, membership_id, exam_type, valid_from),
  FOREIGN KEY (pairing_id, team_id) REFERENCES pairing(pairing_id, team_id),
  FOREIGN KEY (team_id, membership_id) REFERENCES membership(organisation_id, membership_id),
  CHECK ((amount >= (0)::numeric)),
  CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  CHECK ((unit = ANY (ARRAY['study'::text, 'part'::text])))
);

CREATE TABLE download (
  download_key bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  download_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  account_id uuid NOT NULL,
  kind text NOT NULL,
  file_name text NOT NULL,
  is_background boolean NOT NULL,
  state text NOT NULL,
  failure text,
  mask_secret bytea,
  instances integer,
  left_out integer,
  list jsonb,
  byte_length bigint,
  done_bytes bigint NOT NULL DEFAULT 0,
  blob_key text,
  made_from timestamp with time zone,
  attempts smallint NOT NULL DEFAULT 0,
  lease uuid,
  leased_until timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  fetches integer NOT NULL DEFAULT 0,
  PRIMARY KEY (download_key),
  UNIQUE (download_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK (((list IS NULL) = (kind = 'studies'::text))),
  CHECK ((is_background OR (state = 'ready'::text))),
  CHECK ((kind = ANY (ARRAY['studies'::text, 'list'::text]))),
  CHECK ((state = ANY (ARRAY['waiting'::text, 'making'::text, 'ready'::text, 'failed'::text])))
);
CREATE INDEX download_by_end ON download USING btree (expires_at);
CREATE INDEX download_of_account ON download USING btree (account_id, download_key DESC);
CREATE INDEX download_to_make ON download USING btree (download_key) WHERE (state = ANY (ARRAY['waiting'::text, 'making'::text]));

CREATE TABLE download_study (
  download_key bigint NOT NULL,
  position smallint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  PRIMARY KEY (download_key, "position"),
  FOREIGN KEY (download_key) REFERENCES download(download_key) ON DELETE CASCADE
);

CREATE TABLE external_identity (
  identity_id uuid NOT NULL DEFAULT gen_random_uuid(),
  provider_id uuid NOT NULL,
  account_id uuid NOT NULL,
  subject text COLLATE "C" NOT NULL,
  label text,
  linked_by text NOT NULL,
  linked_at timestamp with time zone NOT NULL,
  last_used_at timestamp with time zone,
  PRIMARY KEY (identity_id),
  UNIQUE (provider_id, account_id),
  UNIQUE (provider_id, subject),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (provider_id) REFERENCES sign_in_provider(provider_id) ON DELETE CASCADE,
  CHECK ((linked_by = ANY (ARRAY['holder'::text, 'claim'::text])))
);
CREATE INDEX external_identity_of_account ON external_identity USING btree (account_id);

CREATE TABLE external_session (
  session_id uuid NOT NULL,
  identity_id uuid NOT NULL,
  sid text COLLATE "C",
  PRIMARY KEY (session_id),
  FOREIGN KEY (identity_id) REFERENCES external_identity(identity_id) ON DELETE CASCADE,
  FOREIGN KEY (session_id) REFERENCES account_session(session_id) ON DELETE CASCADE
);
CREATE INDEX external_session_of_identity ON external_session USING btree (identity_id);

CREATE TABLE extra_attribute (
  extra_attribute_key bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  organisation_id bigint NOT NULL,
  level text NOT NULL,
  path text COLLATE "C" NOT NULL,
  private_creator text NOT NULL DEFAULT ''::text,
  vr text NOT NULL,
  is_filled boolean NOT NULL DEFAULT false,
  filled_to bigint NOT NULL DEFAULT 0,
  filled_at timestamp with time zone NOT NULL DEFAULT now(),
  created_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (extra_attribute_key),
  UNIQUE (organisation_id, path, private_creator),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((level = ANY (ARRAY['study'::text, 'series'::text, 'instance'::text])))
);

CREATE TABLE extra_value (
  extra_attribute_key bigint NOT NULL,
  instance_key bigint NOT NULL,
  series_key bigint NOT NULL,
  study_key bigint NOT NULL,
  place smallint NOT NULL,
  value text COLLATE "C",
  number double precision,
  written text NOT NULL,
  PRIMARY KEY (instance_key, extra_attribute_key, place),
  FOREIGN KEY (extra_attribute_key) REFERENCES extra_attribute(extra_attribute_key) ON DELETE CASCADE,
  FOREIGN KEY (instance_key) REFERENCES instance(instance_key) ON DELETE CASCADE
);
CREATE INDEX extra_value_by_number ON extra_value USING btree (extra_attribute_key, number, study_key) WHERE (number IS NOT NULL);
CREATE INDEX extra_value_by_series ON extra_value USING btree (series_key, extra_attribute_key);
CREATE INDEX extra_value_by_study ON extra_value USING btree (study_key, extra_attribute_key);
CREATE INDEX extra_value_by_value ON extra_value USING btree (extra_attribute_key, value, study_key);

CREATE TABLE favourite (
  favourite_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  organisation_id bigint NOT NULL,
  account_id uuid NOT NULL,
  kind text NOT NULL,
  target text COLLATE "C" NOT NULL,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (favourite_id),
  UNIQUE (organisation_id, account_id, kind, target),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((kind = 'study'::text))
);
CREATE INDEX favourite_by_target ON favourite USING btree (organisation_id, target);

CREATE TABLE film_item (
  item_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  account_id uuid NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  series_instance_uid text COLLATE "C" NOT NULL,
  sop_instance_uid text COLLATE "C" NOT NULL,
  frame integer NOT NULL,
  window_center double precision,
  window_width double precision,
  added_at timestamp with time zone NOT NULL,
  position bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  view jsonb,
  PRIMARY KEY (item_id),
  UNIQUE (organisation_id, account_id, sop_instance_uid, frame),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK (((window_center IS NULL) = (window_width IS NULL))),
  CHECK ((frame > 0)),
  CHECK ((window_width >= (1)::double precision))
);
CREATE INDEX film_item_by_study ON film_item USING btree (organisation_id, study_instance_uid);
CREATE INDEX film_item_in_order ON film_item USING btree (organisation_id, account_id, "position");

CREATE TABLE gateway (
  gateway_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  version text NOT NULL,
  public_key jsonb NOT NULL,
  key_thumbprint text COLLATE "C" NOT NULL,
  enrolled_at timestamp with time zone NOT NULL DEFAULT now(),
  revoked_at timestamp with time zone,
  last_contact_at timestamp with time zone,
  report_after_ms integer,
  state jsonb,
  unknown_senders jsonb NOT NULL DEFAULT '[]'::jsonb,
  configuration_revision bigint,
  configuration jsonb,
  offline_told_at timestamp with time zone,
  PRIMARY KEY (gateway_id),
  UNIQUE (organisation_id, gateway_id),
  UNIQUE (organisation_id, key_thumbprint),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((((octet_length((state)::text) + octet_length((unknown_senders)::text)) + octet_length((COALESCE(configuration, 'null'::jsonb))::text)) <= 4194304))
) WITH (fillfactor=80);
CREATE INDEX gateway_by_name ON gateway USING btree (organisation_id, name, gateway_id);

CREATE TABLE gateway_command (
  command_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  gateway_id uuid NOT NULL,
  name text NOT NULL,
  arguments jsonb NOT NULL,
  idempotency_key text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  delivered_at timestamp with time zone,
  finished_at timestamp with time zone,
  outcome text,
  value jsonb,
  reason text,
  PRIMARY KEY (command_id),
  UNIQUE (gateway_id, idempotency_key),
  FOREIGN KEY (organisation_id, gateway_id) REFERENCES gateway(organisation_id, gateway_id) ON DELETE CASCADE,
  CHECK (((finished_at IS NULL) = (outcome IS NULL))),
  CHECK ((outcome = ANY (ARRAY['succeeded'::text, 'failed'::text])))
);
CREATE INDEX gateway_command_newest ON gateway_command USING btree (gateway_id, created_at DESC, command_id DESC);
CREATE INDEX gateway_command_pending ON gateway_command USING btree (gateway_id, created_at, command_id) WHERE (finished_at IS NULL);

CREATE TABLE hidden_series (
  organisation_id bigint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  series_instance_uid text COLLATE "C" NOT NULL,
  hidden_by text NOT NULL,
  hidden_at timestamp with time zone NOT NULL,
  PRIMARY KEY (organisation_id, study_instance_uid, series_instance_uid),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE hospital_settings (
  organisation_id bigint NOT NULL,
  level text,
  type text,
  province text,
  city text,
  street_address text,
  is_signature_fixed boolean NOT NULL DEFAULT false,
  requests_automatically boolean NOT NULL DEFAULT false,
  automatic_team_id bigint,
  automatic_wait_minutes integer NOT NULL DEFAULT 10,
  has_electronic_film boolean NOT NULL DEFAULT false,
  allows_patient_download boolean NOT NULL DEFAULT false,
  PRIMARY KEY (organisation_id),
  FOREIGN KEY (automatic_team_id) REFERENCES organisation(organisation_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK (((automatic_wait_minutes >= 1) AND (automatic_wait_minutes <= 1440)))
);

CREATE TABLE installation (
  only_row boolean NOT NULL DEFAULT true,
  installation_id uuid NOT NULL DEFAULT gen_random_uuid(),
  PRIMARY KEY (only_row),
  CHECK (only_row)
);

CREATE TABLE instance (
  instance_key bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  organisation_id bigint NOT NULL,
  study_key bigint NOT NULL,
  series_key bigint NOT NULL,
  sop_instance_uid text COLLATE "C" NOT NULL,
  sop_class_uid text COLLATE "C" NOT NULL,
  instance_number text,
  instance_number_sort bigint NOT NULL DEFAULT '9223372036854775807'::bigint,
  number_of_frames integer,
  transfer_syntax_uid text COLLATE "C" NOT NULL,
  attributes text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  blob_key text COLLATE "C" NOT NULL,
  byte_length bigint NOT NULL,
  sha256 bytea NOT NULL,
  data_set_sha256 bytea NOT NULL,
  layout bytea NOT NULL,
  warnings jsonb,
  stored_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (instance_key),
  UNIQUE (blob_key),
  UNIQUE (series_key, sop_instance_uid),
  FOREIGN KEY (organisation_id, study_key, series_key) REFERENCES series(organisation_id, study_key, series_key) ON DELETE CASCADE
);
CREATE INDEX instance_by_uid ON instance USING btree (organisation_id, sop_instance_uid);
CREATE INDEX instance_in_order ON instance USING btree (series_key, instance_number_sort, instance_key);
CREATE INDEX instance_of_study ON instance USING btree (study_key);

CREATE TABLE instance_metadata (
  instance_key bigint NOT NULL,
  organisation_id bigint NOT NULL,
  metadata bytea STORAGE external NOT NULL,
  text_bytes integer,
  crc32 integer,
  PRIMARY KEY (instance_key),
  FOREIGN KEY (instance_key) REFERENCES instance(instance_key) ON DELETE CASCADE
);

CREATE TABLE instance_version (
  instance_key bigint NOT NULL,
  version integer NOT NULL,
  organisation_id bigint NOT NULL,
  transfer_syntax_uid text COLLATE "C" NOT NULL,
  blob_key text COLLATE "C" NOT NULL,
  byte_length bigint NOT NULL,
  sha256 bytea NOT NULL,
  data_set_sha256 bytea NOT NULL,
  stored_at timestamp with time zone NOT NULL,
  superseded_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (instance_key, version),
  UNIQUE (blob_key),
  FOREIGN KEY (instance_key) REFERENCES instance(instance_key) ON DELETE CASCADE
);

CREATE TABLE invitation (
  invitation_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  phone text COLLATE "C" NOT NULL,
  role_id uuid,
  state text NOT NULL DEFAULT 'open'::text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  sent_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL,
  answered_at timestamp with time zone,
  code_sha256 bytea,
  wrong_codes smallint NOT NULL DEFAULT 0,
  PRIMARY KEY (invitation_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  FOREIGN KEY (organisation_id, role_id) REFERENCES role(organisation_id, role_id),
  CHECK (((role_id IS NOT NULL) OR (state = ANY (ARRAY['accepted'::text, 'withdrawn'::text])))),
  CHECK ((octet_length(code_sha256) = 32)),
  CHECK ((state = ANY (ARRAY['open'::text, 'accepted'::text, 'declined'::text, 'withdrawn'::text]))),
  CHECK ((wrong_codes >= 0))
);
CREATE INDEX invitation_by_time ON invitation USING btree (organisation_id, created_at DESC, invitation_id DESC);
CREATE INDEX invitation_of_phone ON invitation USING btree (phone) WHERE (state = 'open'::text);
CREATE INDEX invitation_of_role ON invitation USING btree (organisation_id, role_id);
CREATE UNIQUE INDEX invitation_alive ON invitation USING btree (organisation_id, phone) WHERE (state = ANY (ARRAY['open'::text, 'declined'::text]));

CREATE TABLE known_sign_in_address (
  account_id uuid NOT NULL,
  address text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  PRIMARY KEY (account_id, address),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
);
CREATE INDEX known_sign_in_address_by_expiry ON known_sign_in_address USING btree (expires_at);

CREATE TABLE live_event (
  live_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  written_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
  name text NOT NULL,
  account_ids uuid[],
  organisation_id bigint,
  permission text,
  data jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (live_id),
  CHECK (((account_ids IS NOT NULL) OR (organisation_id IS NOT NULL)))
);
CREATE INDEX live_event_by_age ON live_event USING btree (created_at);
CREATE INDEX live_event_by_writer ON live_event USING btree (written_by, live_id);
CREATE TRIGGER live_event_told AFTER INSERT ON live_event FOR EACH STATEMENT EXECUTE FUNCTION tell_live();

CREATE TABLE membership (
  membership_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  account_id uuid NOT NULL,
  role_id uuid,
  department_id uuid,
  state text NOT NULL DEFAULT 'active'::text,
  has_electronic_film boolean NOT NULL DEFAULT false,
  joined_at timestamp with time zone NOT NULL DEFAULT now(),
  version integer NOT NULL DEFAULT 1,
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  introduction text,
  PRIMARY KEY (membership_id),
  UNIQUE (organisation_id, account_id),
  UNIQUE (organisation_id, membership_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  FOREIGN KEY (organisation_id, department_id) REFERENCES department(organisation_id, department_id),
  FOREIGN KEY (organisation_id, role_id) REFERENCES role(organisation_id, role_id),
  CHECK (((role_id IS NOT NULL) OR (state = 'removed'::text))),
  CHECK ((state = ANY (ARRAY['active'::text, 'suspended'::text, 'removed'::text])))
);
CREATE INDEX membership_by_joining ON membership USING btree (organisation_id, joined_at DESC, membership_id DESC) WHERE (state <> 'removed'::text);
CREATE INDEX membership_of_account ON membership USING btree (account_id);
CREATE INDEX membership_of_role ON membership USING btree (organisation_id, role_id);
CREATE TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON membership FOR EACH STATEMENT EXECUTE FUNCTION tell_access_changed();

CREATE TABLE notification (
  notification_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  event_id bigint NOT NULL,
  account_id uuid NOT NULL,
  read_at timestamp with time zone,
  PRIMARY KEY (notification_id),
  UNIQUE (event_id, account_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (event_id) REFERENCES notification_event(event_id) ON DELETE CASCADE
) WITH (fillfactor=90);
CREATE INDEX notification_of_account ON notification USING btree (account_id, notification_id DESC);
CREATE INDEX notification_unread ON notification USING btree (account_id, notification_id DESC) WHERE (read_at IS NULL);

CREATE TABLE notification_delivery (
  delivery_id uuid NOT NULL DEFAULT gen_random_uuid(),
  event_id bigint NOT NULL,
  organisation_id bigint NOT NULL,
  account_id uuid,
  method text NOT NULL,
  is_digest boolean NOT NULL DEFAULT false,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  due_at timestamp with time zone NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'waiting'::text,
  failure text,
  ended_at timestamp with time zone,
  PRIMARY KEY (delivery_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (event_id) REFERENCES notification_event(event_id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((method = ANY (ARRAY['webPush'::text, 'email'::text, 'sms'::text, 'webhook'::text]))),
  CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'kept'::text, 'dead'::text])))
) WITH (fillfactor=80);
CREATE INDEX notification_delivery_due ON notification_delivery USING btree (due_at) WHERE (state = 'waiting'::text);
CREATE INDEX notification_delivery_of_organisation ON notification_delivery USING btree (organisation_id, created_at DESC, delivery_id DESC);
CREATE UNIQUE INDEX notification_delivery_once ON notification_delivery USING btree (event_id, method, COALESCE(account_id, '00000000-0000-0000-0000-000000000000'::uuid));

CREATE TABLE notification_event (
  event_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  event text NOT NULL,
  organisation_id bigint NOT NULL,
  is_personal boolean NOT NULL,
  account_id uuid,
  except_account_id uuid,
  record_id text,
  details jsonb NOT NULL,
  inside jsonb NOT NULL DEFAULT '{}'::jsonb,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone,
  attempts integer NOT NULL DEFAULT 0,
  told_up_to uuid,
  told_at timestamp with time zone,
  PRIMARY KEY (event_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
) WITH (fillfactor=90);
CREATE INDEX notification_event_by_expiry ON notification_event USING btree (expires_at);
CREATE INDEX notification_event_due ON notification_event USING btree (due_at, event_id) WHERE (told_at IS NULL);
CREATE INDEX notification_event_of_organisation ON notification_event USING btree (organisation_id, event, created_at DESC);
CREATE TRIGGER notification_event_written AFTER INSERT ON notification_event FOR EACH STATEMENT EXECUTE FUNCTION tell_event();

CREATE TABLE notification_rule (
  organisation_id bigint NOT NULL,
  event text NOT NULL,
  is_on boolean NOT NULL,
  methods text[] NOT NULL,
  scope jsonb NOT NULL,
  timing jsonb NOT NULL,
  version integer NOT NULL DEFAULT 1,
  changed_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (organisation_id, event),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE notification_switches (
  account_id uuid NOT NULL,
  methods_off text[] NOT NULL DEFAULT '{}'::text[],
  muted text[] NOT NULL DEFAULT '{}'::text[],
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
);

CREATE TABLE notification_todo (
  todo_id uuid NOT NULL DEFAULT gen_random_uuid(),
  kind text NOT NULL,
  organisation_id bigint NOT NULL,
  account_id uuid,
  permission text,
  record_id text NOT NULL,
  details jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone,
  closed_at timestamp with time zone,
  outcome text,
  PRIMARY KEY (todo_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK (((account_id IS NULL) OR (permission IS NULL))),
  CHECK (((closed_at IS NULL) = (outcome IS NULL))),
  CHECK ((outcome = ANY (ARRAY['done'::text, 'withdrawn'::text])))
);
CREATE INDEX notification_todo_of_account ON notification_todo USING btree (account_id, created_at DESC, todo_id DESC) WHERE (account_id IS NOT NULL);
CREATE INDEX notification_todo_of_organisation ON notification_todo USING btree (organisation_id, created_at DESC, todo_id DESC) WHERE (account_id IS NULL);
CREATE UNIQUE INDEX notification_todo_open ON notification_todo USING btree (kind, organisation_id, record_id) WHERE (closed_at IS NULL);

CREATE TABLE notification_webhook (
  organisation_id bigint NOT NULL,
  url text NOT NULL,
  sealed bytea NOT NULL,
  sealed_with text NOT NULL,
  changed_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (organisation_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE obsolete_blob (
  blob_key text COLLATE "C" NOT NULL,
  organisation_id bigint NOT NULL,
  since timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (blob_key),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE organisation (
  organisation_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  slug text NOT NULL,
  name text NOT NULL,
  fallback_charset text,
  duplicate_policy text NOT NULL DEFAULT 'keepBoth'::text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  kind text NOT NULL DEFAULT 'hospital'::text,
  number text COLLATE "C" NOT NULL DEFAULT random_organisation_number(),
  owner_id bigint,
  introduction text NOT NULL DEFAULT ''::text,
  modules text[] NOT NULL DEFAULT ARRAY['remoteDiagnosis'::text, 'consultation'::text, 'wardRound'::text, 'teaching'::text, 'statistics'::text, 'imageQuality'::text, 'cloudFilm'::text, 'patientDownload'::text],
  time_zone text,
  version integer NOT NULL DEFAULT 1,
  has_roles boolean NOT NULL DEFAULT false,
  min_password_length smallint NOT NULL DEFAULT 8,
  allows_other_characters boolean NOT NULL DEFAULT false,
  forces_auto_sign_out boolean NOT NULL DEFAULT false,
  forces_password_change boolean NOT NULL DEFAULT false,
  PRIMARY KEY (organisation_id),
  UNIQUE (number),
  UNIQUE (organisation_id, kind),
  UNIQUE (slug),
  FOREIGN KEY (owner_id) REFERENCES organisation(organisation_id),
  CHECK (((min_password_length >= 8) AND (min_password_length <= 24))),
  CHECK (((owner_id IS NULL) OR (kind = 'team'::text))),
  CHECK ((duplicate_policy = ANY (ARRAY['keepBoth'::text, 'replace'::text, 'reject'::text]))),
  CHECK ((kind = ANY (ARRAY['platform'::text, 'consortium'::text, 'hospital'::text, 'team'::text])))
);
CREATE INDEX organisation_of_owner ON organisation USING btree (owner_id) WHERE (owner_id IS NOT NULL);
CREATE TRIGGER access_changed AFTER DELETE OR UPDATE OF kind, modules, owner_id, forces_auto_sign_out, forces_password_change ON organisation FOR EACH STATEMENT EXECUTE FUNCTION tell_access_changed();

CREATE TABLE organisation_picture (
  organisation_id bigint NOT NULL,
  purpose text NOT NULL,
  png bytea NOT NULL,
  sha256 bytea NOT NULL,
  changed_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (organisation_id, purpose),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((octet_length(png) <= 1048576)),
  CHECK ((purpose = ANY (ARRAY['logo'::text, 'signature'::text])))
);

CREATE TABLE outbox_message (
  message_id uuid NOT NULL DEFAULT gen_random_uuid(),
  account_id uuid,
  kind text NOT NULL,
  sealed bytea NOT NULL,
  sealed_with text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  delivered_at timestamp with time zone,
  channel text,
  failure text,
  PRIMARY KEY (message_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
);
CREATE INDEX outbox_message_by_expiry ON outbox_message USING btree (expires_at);
CREATE INDEX outbox_message_due ON outbox_message USING btree (due_at) WHERE (delivered_at IS NULL);

CREATE TABLE pairing (
  pairing_id uuid NOT NULL DEFAULT gen_random_uuid(),
  hospital_id bigint NOT NULL,
  hospital_kind text NOT NULL DEFAULT 'hospital'::text,
  team_id bigint NOT NULL,
  team_kind text NOT NULL DEFAULT 'team'::text,
  state text NOT NULL DEFAULT 'invited'::text,
  takes_orders boolean NOT NULL DEFAULT false,
  is_signature_fixed boolean NOT NULL DEFAULT false,
  signature_png bytea,
  requested_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL,
  answered_at timestamp with time zone,
  ended_at timestamp with time zone,
  decline_reason text,
  version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (pairing_id),
  UNIQUE (pairing_id, team_id),
  FOREIGN KEY (hospital_id, hospital_kind) REFERENCES organisation(organisation_id, kind),
  FOREIGN KEY (team_id, team_kind) REFERENCES organisation(organisation_id, kind),
  CHECK (((NOT is_signature_fixed) OR (signature_png IS NOT NULL))),
  CHECK (((NOT takes_orders) OR (state = 'paired'::text))),
  CHECK ((hospital_kind = 'hospital'::text)),
  CHECK ((octet_length(signature_png) <= 1048576)),
  CHECK ((state = ANY (ARRAY['invited'::text, 'paired'::text, 'declined'::text, 'ended'::text]))),
  CHECK ((team_kind = 'team'::text))
);
CREATE INDEX pairing_of_hospital ON pairing USING btree (hospital_id, requested_at DESC, pairing_id DESC);
CREATE INDEX pairing_of_team ON pairing USING btree (team_id, requested_at DESC, pairing_id DESC);
CREATE UNIQUE INDEX pairing_one ON pairing USING btree (hospital_id, team_id) WHERE (state <> 'ended'::text);

CREATE TABLE part_category (
  category_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  device_type text COLLATE "C" NOT NULL,
  name text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (category_id),
  UNIQUE (organisation_id, category_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((device_type ~ '^[A-Z0-9_ ]{1,16}$'::text))
);
CREATE UNIQUE INDEX part_category_by_name ON part_category USING btree (organisation_id, device_type, lower(name));

CREATE TABLE part_tag (
  tag_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  name text NOT NULL,
  priority integer NOT NULL,
  is_final boolean NOT NULL,
  rules jsonb NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (tag_id),
  UNIQUE (organisation_id, tag_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);
CREATE UNIQUE INDEX part_tag_by_name ON part_tag USING btree (organisation_id, lower(name));

CREATE TABLE passkey (
  passkey_id uuid NOT NULL DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL,
  credential_id text COLLATE "C" NOT NULL,
  public_key bytea NOT NULL,
  sign_count bigint NOT NULL,
  rp_id text COLLATE "C" NOT NULL,
  transports text[] NOT NULL,
  is_synchronised boolean NOT NULL,
  name text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  last_used_at timestamp with time zone,
  PRIMARY KEY (passkey_id),
  UNIQUE (credential_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
);
CREATE INDEX passkey_of_account ON passkey USING btree (account_id, created_at, passkey_id);

CREATE TABLE password_attempts (
  subject text COLLATE "C" NOT NULL,
  account_id uuid,
  day date NOT NULL,
  wrong integer NOT NULL DEFAULT 0,
  wrong_in_row integer NOT NULL DEFAULT 0,
  in_flight integer NOT NULL DEFAULT 0,
  touched_at timestamp with time zone NOT NULL,
  frozen_at timestamp with time zone,
  frozen_until timestamp with time zone,
  PRIMARY KEY (subject),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  CHECK (((frozen_at IS NULL) = (frozen_until IS NULL)))
) WITH (fillfactor=80);
CREATE INDEX password_attempts_by_age ON password_attempts USING btree (touched_at);
CREATE INDEX password_attempts_frozen ON password_attempts USING btree (frozen_at DESC, account_id) WHERE ((frozen_at IS NOT NULL) AND (account_id IS NOT NULL));

CREATE TABLE password_reset (
  reset_id uuid NOT NULL,
  subject text COLLATE "C" NOT NULL,
  account_id uuid,
  sealed bytea NOT NULL,
  sealed_with text NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  completed_at timestamp with time zone,
  name text,
  PRIMARY KEY (reset_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
);
CREATE INDEX password_reset_by_expiry ON password_reset USING btree (expires_at);
CREATE INDEX password_reset_of_subject ON password_reset USING btree (subject, created_at);

CREATE TABLE performed_step (
  performed_step_key bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  organisation_id bigint NOT NULL,
  sop_instance_uid text COLLATE "C" NOT NULL,
  status text NOT NULL,
  performed_station_ae_title text NOT NULL,
  modality text NOT NULL,
  patient_id text,
  start_date text COLLATE "C" NOT NULL,
  start_time text COLLATE "C" NOT NULL,
  attributes text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (performed_step_key),
  UNIQUE (organisation_id, sop_instance_uid),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((status = ANY (ARRAY['IN PROGRESS'::text, 'COMPLETED'::text, 'DISCONTINUED'::text])))
);
CREATE INDEX performed_step_by_start ON performed_step USING btree (organisation_id, start_date DESC, start_time DESC, performed_step_key DESC);

CREATE TABLE performed_step_schedule (
  performed_step_key bigint NOT NULL,
  organisation_id bigint NOT NULL,
  place integer NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  scheduled_procedure_step_id text NOT NULL DEFAULT ''::text,
  PRIMARY KEY (performed_step_key, place),
  FOREIGN KEY (performed_step_key) REFERENCES performed_step(performed_step_key) ON DELETE CASCADE
);
CREATE INDEX performed_step_by_schedule ON performed_step_schedule USING btree (organisation_id, study_instance_uid, scheduled_procedure_step_id);

CREATE TABLE phone_binding (
  binding_id uuid NOT NULL,
  subject text COLLATE "C" NOT NULL,
  account_id uuid,
  sealed bytea NOT NULL,
  sealed_with text NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  completed_at timestamp with time zone,
  PRIMARY KEY (binding_id),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
);
CREATE INDEX phone_binding_by_expiry ON phone_binding USING btree (expires_at);
CREATE INDEX phone_binding_of_subject ON phone_binding USING btree (subject, created_at);

CREATE TABLE phone_signing (
  signing_id uuid NOT NULL DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL,
  session_id uuid NOT NULL,
  token_sha256 bytea NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  version integer,
  PRIMARY KEY (signing_id),
  UNIQUE (token_sha256),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (session_id) REFERENCES account_session(session_id) ON DELETE CASCADE
);
CREATE INDEX phone_signing_by_expiry ON phone_signing USING btree (expires_at);
CREATE INDEX phone_signing_of_session ON phone_signing USING btree (session_id);

CREATE TABLE print_job (
  job_key bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  job_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamp with time zone NOT NULL,
  settings jsonb NOT NULL,
  gateway_id uuid,
  printer_id text,
  printer_name text,
  expires_at timestamp with time zone,
  begun_at timestamp with time zone,
  cancelled_at timestamp with time zone,
  finished_at timestamp with time zone,
  outcome jsonb,
  PRIMARY KEY (job_key),
  UNIQUE (job_id),
  FOREIGN KEY (created_by) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  FOREIGN KEY (organisation_id, gateway_id) REFERENCES gateway(organisation_id, gateway_id),
  CHECK (((gateway_id IS NULL) = (printer_id IS NULL))),
  CHECK (((outcome IS NULL) = (finished_at IS NULL)))
);
CREATE INDEX print_job_newest ON print_job USING btree (organisation_id, job_key DESC);

CREATE TABLE print_job_image (
  job_key bigint NOT NULL,
  position integer NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  series_instance_uid text COLLATE "C" NOT NULL,
  sop_instance_uid text COLLATE "C" NOT NULL,
  frame integer NOT NULL,
  window_center double precision,
  window_width double precision,
  width_mm double precision,
  view jsonb,
  PRIMARY KEY (job_key, "position"),
  FOREIGN KEY (job_key) REFERENCES print_job(job_key) ON DELETE CASCADE,
  CHECK (("position" > 0)),
  CHECK ((frame > 0))
);
CREATE INDEX print_job_image_of_study ON print_job_image USING btree (study_instance_uid, job_key DESC);

CREATE TABLE purge (
  purge_id uuid NOT NULL DEFAULT gen_random_uuid(),
  state text NOT NULL DEFAULT 'requested'::text,
  reason text NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  decided_by text,
  decided_at timestamp with time zone,
  decision_reason text,
  studies integer NOT NULL,
  instances bigint NOT NULL,
  bytes bigint NOT NULL,
  youngest_at timestamp with time zone NOT NULL,
  PRIMARY KEY (purge_id),
  CHECK (((state <> 'approved'::text) OR (decided_by <> requested_by))),
  CHECK (((state = 'requested'::text) = (decided_by IS NULL))),
  CHECK ((state = ANY (ARRAY['requested'::text, 'approved'::text, 'declined'::text, 'withdrawn'::text])))
);
CREATE INDEX purge_by_time ON purge USING btree (requested_at DESC, purge_id DESC);

CREATE TABLE push_key (
  is_only boolean NOT NULL DEFAULT true,
  public_key text NOT NULL,
  sealed bytea NOT NULL,
  sealed_with text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (is_only),
  CHECK (is_only)
);

CREATE TABLE push_subscription (
  subscription_id uuid NOT NULL DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL,
  session_id uuid NOT NULL,
  endpoint_sha256 bytea NOT NULL,
  sealed bytea NOT NULL,
  sealed_with text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  last_delivered_at timestamp with time zone,
  PRIMARY KEY (subscription_id),
  UNIQUE (endpoint_sha256),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (session_id) REFERENCES account_session(session_id) ON DELETE CASCADE
);
CREATE INDEX push_subscription_of_account ON push_subscription USING btree (account_id, created_at, subscription_id);
CREATE INDEX push_subscription_of_session ON push_subscription USING btree (session_id);

CREATE TABLE qr_sign_in (
  qr_sign_in_id uuid NOT NULL DEFAULT gen_random_uuid(),
  code_sha256 bytea NOT NULL,
  browser_sha256 bytea NOT NULL,
  state text NOT NULL DEFAULT 'waiting'::text,
  user_agent text,
  address text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  account_id uuid,
  approved_in uuid,
  PRIMARY KEY (qr_sign_in_id),
  UNIQUE (browser_sha256),
  UNIQUE (code_sha256),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (approved_in) REFERENCES account_session(session_id) ON DELETE CASCADE,
  CHECK (((state <> ALL (ARRAY['approved'::text, 'taken'::text])) OR (account_id IS NOT NULL))),
  CHECK ((state = ANY (ARRAY['waiting'::text, 'seen'::text, 'approved'::text, 'refused'::text, 'taken'::text])))
);
CREATE INDEX qr_sign_in_by_expiry ON qr_sign_in USING btree (expires_at);

CREATE TABLE quarantine (
  quarantine_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  patient_key text COLLATE "C" NOT NULL,
  patient_id text,
  issuer_of_patient_id text,
  patient_name text,
  patient_birth_date text,
  patient_sex text,
  modalities text[] NOT NULL DEFAULT '{}'::text[],
  received_by text NOT NULL,
  first_received_at timestamp with time zone NOT NULL DEFAULT now(),
  last_received_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (quarantine_id),
  UNIQUE (organisation_id, quarantine_id),
  UNIQUE (organisation_id, study_instance_uid, patient_key),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);
CREATE INDEX quarantine_by_time ON quarantine USING btree (organisation_id, last_received_at DESC, quarantine_id DESC);

CREATE TABLE quarantined_instance (
  quarantined_key bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  quarantine_id uuid NOT NULL,
  organisation_id bigint NOT NULL,
  series_instance_uid text COLLATE "C" NOT NULL,
  sop_instance_uid text COLLATE "C" NOT NULL,
  sop_class_uid text COLLATE "C" NOT NULL,
  transfer_syntax_uid text COLLATE "C" NOT NULL,
  blob_key text COLLATE "C" NOT NULL,
  byte_length bigint NOT NULL,
  sha256 bytea NOT NULL,
  data_set_sha256 bytea NOT NULL,
  layout bytea NOT NULL,
  warnings jsonb,
  metadata bytea STORAGE external NOT NULL,
  text_bytes integer,
  crc32 integer,
  received_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (quarantined_key),
  UNIQUE (blob_key),
  FOREIGN KEY (organisation_id, quarantine_id) REFERENCES quarantine(organisation_id, quarantine_id)
);
CREATE INDEX quarantined_instance_by_uid ON quarantined_instance USING btree (quarantine_id, sop_instance_uid, series_instance_uid);
CREATE INDEX quarantined_instance_of_organisation ON quarantined_instance USING btree (organisation_id, sop_instance_uid);

CREATE TABLE rate_limit (
  key text COLLATE "C" NOT NULL,
  full_at timestamp with time zone NOT NULL,
  PRIMARY KEY (key)
);
CREATE INDEX rate_limit_by_age ON rate_limit USING btree (full_at);

CREATE TABLE recompressed (
  instance_key bigint NOT NULL,
  version integer NOT NULL,
  organisation_id bigint NOT NULL,
  transfer_syntax_uid text COLLATE "C" NOT NULL,
  byte_length bigint NOT NULL,
  sha256 bytea NOT NULL,
  data_set_sha256 bytea NOT NULL,
  pixels_offset bigint NOT NULL,
  rest bytea STORAGE external NOT NULL,
  recompressed_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (instance_key, version),
  FOREIGN KEY (instance_key) REFERENCES instance(instance_key) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE recompression_rule (
  organisation_id bigint NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  modalities text[],
  sop_classes text[] COLLATE "C",
  transfer_syntaxes text[] COLLATE "C" NOT NULL,
  minimum_age_hours integer NOT NULL,
  from_hour smallint NOT NULL DEFAULT 0,
  to_hour smallint NOT NULL DEFAULT 0,
  bytes_per_second bigint NOT NULL,
  is_reversing boolean NOT NULL DEFAULT false,
  visited_to bigint NOT NULL DEFAULT 0,
  recompressed bigint NOT NULL DEFAULT 0,
  left_alone bigint NOT NULL DEFAULT 0,
  saved_bytes bigint NOT NULL DEFAULT 0,
  left_because jsonb NOT NULL DEFAULT '{}'::jsonb,
  resumes_at timestamp with time zone,
  PRIMARY KEY (organisation_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK (((from_hour >= 0) AND (from_hour <= 23))),
  CHECK (((to_hour >= 0) AND (to_hour <= 23))),
  CHECK ((bytes_per_second > 0)),
  CHECK ((minimum_age_hours >= 0))
);

CREATE TABLE recovery_code (
  account_id uuid NOT NULL,
  code_sha256 bytea NOT NULL,
  PRIMARY KEY (account_id, code_sha256),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE
);

CREATE TABLE related_study (
  organisation_id bigint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  related_study_instance_uid text COLLATE "C" NOT NULL,
  linked_by text NOT NULL,
  linked_at timestamp with time zone NOT NULL,
  PRIMARY KEY (organisation_id, study_instance_uid, related_study_instance_uid),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((study_instance_uid < related_study_instance_uid))
);
CREATE INDEX related_study_backwards ON related_study USING btree (organisation_id, related_study_instance_uid);

CREATE TABLE role (
  role_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT ''::text,
  built_in text,
  permissions text[] NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (role_id),
  UNIQUE (organisation_id, role_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);
CREATE UNIQUE INDEX role_by_name ON role USING btree (organisation_id, lower(name));
CREATE UNIQUE INDEX role_full ON role USING btree (organisation_id) WHERE (built_in = 'full'::text);
CREATE TRIGGER access_changed AFTER DELETE OR UPDATE ON role FOR EACH STATEMENT EXECUTE FUNCTION tell_access_changed();

CREATE TABLE saved_view (
  view_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  account_id uuid NOT NULL,
  name text NOT NULL,
  filters jsonb NOT NULL,
  columns jsonb,
  is_default boolean NOT NULL DEFAULT false,
  created_at timestamp with time zone NOT NULL,
  PRIMARY KEY (view_id),
  UNIQUE (organisation_id, account_id, name),
  FOREIGN KEY (account_id) REFERENCES account(account_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);
CREATE UNIQUE INDEX saved_view_default ON saved_view USING btree (organisation_id, account_id) WHERE is_default;

CREATE TABLE series (
  series_key bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  organisation_id bigint NOT NULL,
  study_key bigint NOT NULL,
  series_instance_uid text COLLATE "C" NOT NULL,
  modality text,
  series_number text,
  series_number_sort bigint NOT NULL DEFAULT '9223372036854775807'::bigint,
  series_description text,
  series_date text COLLATE "C",
  series_time text COLLATE "C",
  body_part_examined text,
  performed_procedure_step_start_date text COLLATE "C",
  performed_procedure_step_start_time text COLLATE "C",
  request_attributes jsonb NOT NULL DEFAULT '[]'::jsonb,
  number_of_series_related_instances integer NOT NULL DEFAULT 0,
  attributes text NOT NULL,
  more_attributes text NOT NULL DEFAULT '{}'::text,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (series_key),
  UNIQUE (organisation_id, study_key, series_key),
  UNIQUE (study_key, series_instance_uid),
  FOREIGN KEY (organisation_id, study_key) REFERENCES study(organisation_id, study_key) ON DELETE CASCADE
) WITH (fillfactor=70);
CREATE INDEX series_by_body_part ON series USING btree (organisation_id, body_part_examined, study_key DESC) WHERE (body_part_examined IS NOT NULL);
CREATE INDEX series_by_modality ON series USING btree (organisation_id, modality);
CREATE INDEX series_by_request ON series USING gin (request_attributes jsonb_path_ops);
CREATE INDEX series_by_uid ON series USING btree (organisation_id, series_instance_uid);

CREATE TABLE series_metadata (
  series_key bigint NOT NULL,
  organisation_id bigint NOT NULL,
  series_version bigint NOT NULL,
  blob_key text COLLATE "C" NOT NULL,
  deflated_bytes bigint NOT NULL,
  text_bytes bigint NOT NULL,
  crc32 integer NOT NULL,
  made_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (series_key),
  UNIQUE (blob_key),
  FOREIGN KEY (series_key) REFERENCES series(series_key) ON DELETE CASCADE
);
CREATE TRIGGER series_metadata_given_up AFTER DELETE ON series_metadata FOR EACH ROW EXECUTE FUNCTION series_metadata_gives_up_blob();
CREATE TRIGGER series_metadata_replaced AFTER UPDATE OF blob_key ON series_metadata FOR EACH ROW WHEN ((old.blob_key <> new.blob_key)) EXECUTE FUNCTION series_metadata_gives_up_blob();

CREATE TABLE session_membership (
  session_id uuid NOT NULL,
  membership_id uuid NOT NULL,
  PRIMARY KEY (session_id),
  FOREIGN KEY (membership_id) REFERENCES membership(membership_id),
  FOREIGN KEY (session_id) REFERENCES account_session(session_id) ON DELETE CASCADE
);
CREATE INDEX session_membership_of_membership ON session_membership USING btree (membership_id);
CREATE TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON session_membership FOR EACH STATEMENT EXECUTE FUNCTION tell_access_changed();

CREATE TABLE share_link (
  link_key bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  link_id text COLLATE "C" NOT NULL,
  organisation_id bigint NOT NULL,
  created_by uuid NOT NULL,
  token_sha256 bytea NOT NULL,
  password_hash text,
  wrong_passwords integer NOT NULL DEFAULT 0,
  mask_secret bytea,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  views integer NOT NULL DEFAULT 0,
  last_viewed_at timestamp with time zone,
  PRIMARY KEY (link_key),
  UNIQUE (link_id),
  FOREIGN KEY (created_by) REFERENCES account(account_id) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK ((expires_at > created_at))
);
CREATE INDEX share_link_by_end ON share_link USING btree (expires_at);
CREATE INDEX share_link_of_account ON share_link USING btree (organisation_id, created_by, link_key DESC);

CREATE TABLE share_link_study (
  link_key bigint NOT NULL,
  position smallint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  PRIMARY KEY (link_key, "position"),
  UNIQUE (link_key, study_instance_uid),
  FOREIGN KEY (link_key) REFERENCES share_link(link_key) ON DELETE CASCADE
);
CREATE INDEX share_link_study_by_study ON share_link_study USING btree (study_instance_uid);

CREATE TABLE share_visit (
  visit_sha256 bytea NOT NULL,
  link_key bigint NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  PRIMARY KEY (visit_sha256),
  FOREIGN KEY (link_key) REFERENCES share_link(link_key) ON DELETE CASCADE
);
CREATE INDEX share_visit_by_end ON share_visit USING btree (expires_at);
CREATE INDEX share_visit_of_link ON share_visit USING btree (link_key);

CREATE TABLE sign_in_provider (
  provider_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  name text NOT NULL,
  issuer text NOT NULL,
  client_id text NOT NULL,
  secret_sealed bytea,
  secret_sealed_with text,
  is_on boolean NOT NULL,
  email_domains text[] NOT NULL DEFAULT '{}'::text[],
  required_claim text,
  required_value text,
  links_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  version integer NOT NULL DEFAULT 1,
  PRIMARY KEY (provider_id),
  UNIQUE (organisation_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK (((required_claim IS NULL) = (required_value IS NULL))),
  CHECK (((secret_sealed IS NULL) = (secret_sealed_with IS NULL))),
  CHECK ((links_by = ANY (ARRAY['holder'::text, 'email'::text, 'phone'::text])))
);

CREATE TABLE signature (
  account_id uuid NOT NULL,
  version integer NOT NULL,
  png bytea NOT NULL,
  sha256 bytea NOT NULL,
  source text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  retired_at timestamp with time zone,
  PRIMARY KEY (account_id, version),
  FOREIGN KEY (account_id) REFERENCES account(account_id) ON DELETE CASCADE,
  CHECK ((octet_length(png) <= 262144)),
  CHECK ((source = ANY (ARRAY['uploaded'::text, 'drawn'::text, 'phone'::text]))),
  CHECK ((version >= 1))
);
CREATE UNIQUE INDEX signature_current ON signature USING btree (account_id) WHERE (retired_at IS NULL);

CREATE TABLE solved_captcha (
  captcha_id uuid NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  PRIMARY KEY (captcha_id)
);
CREATE INDEX solved_captcha_by_expiry ON solved_captcha USING btree (expires_at);

CREATE TABLE spent_ceremony (
  ceremony_id uuid NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  PRIMARY KEY (ceremony_id)
);
CREATE INDEX spent_ceremony_by_expiry ON spent_ceremony USING btree (expires_at);

CREATE TABLE storage_day (
  organisation_id bigint NOT NULL,
  day date NOT NULL,
  bytes bigint NOT NULL,
  deleted_bytes bigint NOT NULL,
  instances bigint NOT NULL,
  arrived_bytes bigint NOT NULL DEFAULT 0,
  arrived_instances bigint NOT NULL DEFAULT 0,
  removed_bytes bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (organisation_id, day),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE storage_use (
  organisation_id bigint NOT NULL,
  bytes bigint NOT NULL DEFAULT 0,
  deleted_bytes bigint NOT NULL DEFAULT 0,
  instances bigint NOT NULL DEFAULT 0,
  counted_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (organisation_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE study (
  study_key bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  organisation_id bigint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  patient_id text,
  issuer_of_patient_id text,
  patient_name text,
  patient_name_search text,
  patient_name_tokens text[] NOT NULL DEFAULT '{}'::text[],
  patient_birth_date text,
  patient_sex text,
  study_date text COLLATE "C",
  study_time text COLLATE "C",
  accession_number text,
  study_id text,
  study_description text,
  study_description_tokens text[] GENERATED ALWAYS AS (ideographic_tokens(study_description)) STORED,
  referring_physician_name text,
  referring_physician_name_search text,
  modalities_in_study text[] NOT NULL DEFAULT '{}'::text[],
  sop_classes_in_study text[] NOT NULL DEFAULT '{}'::text[],
  number_of_study_related_series integer NOT NULL DEFAULT 0,
  number_of_study_related_instances integer NOT NULL DEFAULT 0,
  attributes text NOT NULL,
  more_attributes text NOT NULL DEFAULT '{}'::text,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  timezone_offset_from_utc text GENERATED ALWAYS AS ("substring"(attributes, '"00080201":[{]"vr":"SH","Value":[[]"([-+][0-9]{4})"'::text)) STORED,
  sort_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS ((COALESCE(study_date, '00000000'::text) || COALESCE(study_time, '000000.000000'::text))) STORED,
  stored_by text,
  PRIMARY KEY (study_key),
  UNIQUE (organisation_id, study_instance_uid),
  UNIQUE (organisation_id, study_key),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
) WITH (fillfactor=70);
CREATE INDEX study_by_accession_number ON study USING btree (organisation_id, accession_number text_pattern_ops) WHERE (accession_number IS NOT NULL);
CREATE INDEX study_by_accession_number_trigram ON study USING gin (accession_number gin_trgm_ops);
CREATE INDEX study_by_arrival ON study USING btree (organisation_id, created_at DESC, study_key DESC);
CREATE INDEX study_by_description_token ON study USING gin (study_description_tokens);
CREATE INDEX study_by_description_trigram ON study USING gin (study_description gin_trgm_ops);
CREATE INDEX study_by_patient_id ON study USING btree (organisation_id, patient_id text_pattern_ops);
CREATE INDEX study_by_patient_id_trigram ON study USING gin (patient_id gin_trgm_ops);
CREATE INDEX study_by_patient_name_token ON study USING gin (patient_name_tokens);
CREATE INDEX study_by_patient_name_trigram ON study USING gin (patient_name_search gin_trgm_ops);
CREATE INDEX study_by_record_id ON study USING btree (organisation_id, study_record_id(organisation_id, study_instance_uid));
CREATE INDEX study_by_referring_physician_trigram ON study USING gin (referring_physician_name_search gin_trgm_ops);
CREATE INDEX study_by_sop_class ON study USING gin (sop_classes_in_study);
CREATE INDEX study_by_time ON study USING btree (organisation_id, sort_key DESC, study_key DESC) INCLUDE (patient_name_search, patient_id, accession_number, study_description, study_date);

CREATE TABLE study_correction (
  organisation_id bigint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  corrections jsonb NOT NULL,
  patient_id text COLLATE "C",
  accession_number text COLLATE "C",
  patient_name_search text,
  PRIMARY KEY (organisation_id, study_instance_uid),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);
CREATE INDEX study_correction_by_accession_number ON study_correction USING btree (organisation_id, accession_number) WHERE (accession_number IS NOT NULL);
CREATE INDEX study_correction_by_name ON study_correction USING gin (patient_name_search gin_trgm_ops) WHERE (patient_name_search IS NOT NULL);
CREATE INDEX study_correction_by_patient_id ON study_correction USING btree (organisation_id, patient_id) WHERE (patient_id IS NOT NULL);

CREATE TABLE study_lock (
  organisation_id bigint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  locked_by text NOT NULL,
  locked_at timestamp with time zone NOT NULL,
  PRIMARY KEY (organisation_id, study_instance_uid),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE study_modality (
  organisation_id bigint NOT NULL,
  modality text NOT NULL,
  sort_key text COLLATE "C" NOT NULL,
  study_key bigint NOT NULL,
  PRIMARY KEY (study_key, modality),
  FOREIGN KEY (organisation_id, study_key) REFERENCES study(organisation_id, study_key) ON DELETE CASCADE
);
CREATE INDEX study_modality_by_time ON study_modality USING btree (organisation_id, modality, sort_key DESC, study_key DESC);

CREATE TABLE study_tags (
  study_key bigint NOT NULL,
  organisation_id bigint NOT NULL,
  study_version bigint NOT NULL,
  rules_version bigint NOT NULL,
  matches jsonb NOT NULL,
  matched_at timestamp with time zone NOT NULL,
  tag_ids uuid[] NOT NULL GENERATED ALWAYS AS (tag_ids_of(matches)) STORED,
  PRIMARY KEY (study_key),
  FOREIGN KEY (organisation_id, study_key) REFERENCES study(organisation_id, study_key) ON DELETE CASCADE
);
CREATE INDEX study_tags_by_tag ON study_tags USING gin (tag_ids);

CREATE TABLE tag_matching (
  organisation_id bigint NOT NULL,
  rules_version bigint NOT NULL DEFAULT 1,
  through_position bigint NOT NULL,
  settled_version bigint NOT NULL DEFAULT 0,
  settling_version bigint,
  settled_from bigint,
  PRIMARY KEY (organisation_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE thumbnail (
  instance_key bigint NOT NULL,
  organisation_id bigint NOT NULL,
  version integer NOT NULL,
  blob_key text COLLATE "C" NOT NULL,
  byte_length integer NOT NULL,
  made_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (instance_key),
  UNIQUE (blob_key),
  FOREIGN KEY (instance_key) REFERENCES instance(instance_key) ON DELETE CASCADE,
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);
CREATE TRIGGER thumbnail_deleted AFTER DELETE ON thumbnail FOR EACH ROW EXECUTE FUNCTION thumbnail_gives_up_blob();
CREATE TRIGGER thumbnail_replaced AFTER UPDATE OF blob_key ON thumbnail FOR EACH ROW WHEN ((old.blob_key <> new.blob_key)) EXECUTE FUNCTION thumbnail_gives_up_blob();

CREATE TABLE upload (
  upload_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  actor text NOT NULL,
  studies text[],
  kind text NOT NULL,
  metadata text NOT NULL,
  service_url text NOT NULL,
  byte_length bigint NOT NULL,
  byte_offset bigint NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'open'::text,
  result text,
  result_status integer,
  lease uuid,
  leased_until timestamp with time zone,
  attempts integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL,
  PRIMARY KEY (upload_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id),
  CHECK (((byte_offset >= 0) AND (byte_offset <= byte_length))),
  CHECK (((state = 'finished'::text) = (result IS NOT NULL))),
  CHECK ((byte_length >= 0)),
  CHECK ((state = ANY (ARRAY['open'::text, 'complete'::text, 'finished'::text])))
);
CREATE INDEX upload_by_expiry ON upload USING btree (expires_at);
CREATE INDEX upload_by_organisation ON upload USING btree (organisation_id, state);
CREATE INDEX upload_to_be_stored ON upload USING btree (leased_until) WHERE (state = 'complete'::text);

CREATE TABLE upload_chunk (
  upload_id uuid NOT NULL,
  byte_offset bigint NOT NULL,
  byte_length bigint NOT NULL,
  blob_key text COLLATE "C" NOT NULL,
  PRIMARY KEY (upload_id, byte_offset),
  UNIQUE (blob_key),
  FOREIGN KEY (upload_id) REFERENCES upload(upload_id) ON DELETE CASCADE,
  CHECK ((byte_length > 0))
);

CREATE TABLE upload_code (
  organisation_id bigint NOT NULL,
  code_sha256 bytea NOT NULL,
  sealed bytea NOT NULL,
  sealed_with text NOT NULL,
  rotated_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (organisation_id),
  UNIQUE (code_sha256),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);

CREATE TABLE worklist_item (
  worklist_item_id uuid NOT NULL DEFAULT gen_random_uuid(),
  organisation_id bigint NOT NULL,
  study_instance_uid text COLLATE "C" NOT NULL,
  scheduled_procedure_step_id text NOT NULL,
  requested_procedure_id text NOT NULL,
  accession_number text,
  patient_id text NOT NULL,
  patient_name_search text NOT NULL,
  modality text NOT NULL,
  scheduled_station_ae_titles text[] NOT NULL,
  start_date text COLLATE "C" NOT NULL,
  start_time text COLLATE "C" NOT NULL,
  said_status text NOT NULL,
  performed_status text,
  status text GENERATED ALWAYS AS (COALESCE(performed_status, said_status)) STORED,
  attributes text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  PRIMARY KEY (worklist_item_id),
  UNIQUE (organisation_id, study_instance_uid, scheduled_procedure_step_id),
  FOREIGN KEY (organisation_id) REFERENCES organisation(organisation_id)
);
CREATE INDEX worklist_item_by_accession_number ON worklist_item USING btree (organisation_id, accession_number) WHERE (accession_number IS NOT NULL);
CREATE INDEX worklist_item_by_patient_id ON worklist_item USING btree (organisation_id, patient_id);
CREATE INDEX worklist_item_by_patient_name ON worklist_item USING gin (patient_name_search gin_trgm_ops);
CREATE INDEX worklist_item_by_requested_procedure ON worklist_item USING btree (organisation_id, requested_procedure_id);
CREATE INDEX worklist_item_by_start ON worklist_item USING btree (organisation_id, start_date, start_time, worklist_item_id);
CREATE INDEX worklist_item_by_station ON worklist_item USING gin (scheduled_station_ae_titles);
