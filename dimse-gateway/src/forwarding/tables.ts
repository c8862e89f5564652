import type { SchemaStep } from '../platform/schema.ts'

/**
 * Tables of forwarding, in the gateway's one SQLite file. What is known of objects and studies is written down here as well as
 * in the spool, because records outlive the objects. Moments are milliseconds since 1970, UTC.
 */
export const forwardingTables: SchemaStep = { name: 'forwarding-1', sql: `
CREATE TABLE forward_study (
  study_id INTEGER PRIMARY KEY,
  study_instance_uid TEXT NOT NULL UNIQUE,
  patient_id TEXT, patient_name TEXT, accession_number TEXT, study_description TEXT, study_date TEXT,
  /* Name and id as searched for: folded, without accents and case. */
  patient_name_search TEXT NOT NULL DEFAULT '', modalities TEXT NOT NULL DEFAULT '',
  /* Of who sent it, with backslashes between, which no AE title has (PS3.5 §6.2); the latest sender by itself. */
  calling_ae_titles TEXT NOT NULL, calling_ae_title TEXT NOT NULL,
  first_received_at INTEGER NOT NULL, last_received_at INTEGER NOT NULL,
  instances INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
  completed_at INTEGER
) STRICT;
CREATE INDEX forward_study_by_time ON forward_study (last_received_at, study_id);
CREATE INDEX forward_study_by_patient ON forward_study (patient_id);
CREATE INDEX forward_study_by_accession ON forward_study (accession_number);
CREATE INDEX forward_study_incomplete ON forward_study (last_received_at) WHERE completed_at IS NULL;

CREATE TABLE forward_object (
  object_key INTEGER PRIMARY KEY,
  object_id TEXT NOT NULL UNIQUE,
  study_id INTEGER NOT NULL REFERENCES forward_study,
  sop_class_uid TEXT NOT NULL, sop_instance_uid TEXT NOT NULL, series_instance_uid TEXT NOT NULL, modality TEXT,
  calling_ae_title TEXT NOT NULL, called_ae_title TEXT NOT NULL, remote_address TEXT NOT NULL,
  transfer_syntax_uid TEXT NOT NULL, data_set_offset INTEGER NOT NULL, byte_length INTEGER NOT NULL, data_set_sha256 TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  /* Since when every delivery is confirmed or was called off, one confirmed at least; NULL while it must be kept. */
  arrived_everywhere_at INTEGER,
  deleted_at INTEGER
) STRICT;
CREATE INDEX forward_object_of_study ON forward_object (study_id, object_key);
CREATE INDEX forward_object_by_time ON forward_object (received_at);
CREATE INDEX forward_object_by_instance ON forward_object (sop_instance_uid);
CREATE INDEX forward_object_deletable ON forward_object (arrived_everywhere_at) WHERE deleted_at IS NULL AND arrived_everywhere_at IS NOT NULL;
CREATE INDEX forward_object_deleted ON forward_object (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE delivery (
  delivery_id INTEGER PRIMARY KEY,
  object_key INTEGER NOT NULL REFERENCES forward_object ON DELETE CASCADE,
  study_id INTEGER NOT NULL,
  node_id TEXT NOT NULL,
  urgent INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  state TEXT NOT NULL,
  /* Refusals of this object; trouble of the line and of the node are counted beside them and bury nothing. */
  attempts INTEGER NOT NULL DEFAULT 0, troubles INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL DEFAULT 0,
  last_error TEXT, last_error_detail TEXT, last_attempt_at INTEGER,
  /* Digest the node confirmed, sha-256 in hex; verified: it is that of the bytes sent. */
  receipt TEXT, verified INTEGER NOT NULL DEFAULT 0,
  /* All the proof a node of its kind can give: a verified receipt, or the success of a node that gives none. */
  confirmed INTEGER NOT NULL DEFAULT 0,
  /* The transfer syntax it left in, where that is not the object's own. */
  sent_transfer_syntax_uid TEXT,
  upload_url TEXT,
  delivered_at INTEGER,
  UNIQUE (object_key, node_id)
) STRICT;
CREATE INDEX delivery_waiting ON delivery (node_id, study_id, urgent, delivery_id) WHERE state = 'waiting';
CREATE INDEX delivery_oldest_waiting ON delivery (delivery_id) WHERE state = 'waiting';
CREATE INDEX delivery_by_arrival ON delivery (delivered_at) WHERE delivered_at IS NOT NULL;
CREATE INDEX delivery_sending ON delivery (node_id) WHERE state = 'sending';
CREATE INDEX delivery_dead ON delivery (node_id, delivery_id) WHERE state = 'dead';
CREATE INDEX delivery_of_study ON delivery (study_id, node_id, state);

/* Studies in line for a node: the place in line grows with what the study has had, so that a large one does not hold up small ones. */
CREATE TABLE delivery_turn (
  node_id TEXT NOT NULL, study_id INTEGER NOT NULL, urgent INTEGER NOT NULL,
  place INTEGER NOT NULL, due_at INTEGER NOT NULL,
  PRIMARY KEY (node_id, study_id, urgent)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_turn_in_line ON delivery_turn (node_id, urgent DESC, place);

/* Deliveries by node and state, kept by triggers: counting a million rows each time a screen asks would be felt. */
CREATE TABLE delivery_count (node_id TEXT NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (node_id, state)) STRICT, WITHOUT ROWID;
CREATE TRIGGER delivery_counted AFTER INSERT ON delivery BEGIN
  INSERT INTO delivery_count VALUES (new.node_id, new.state, 1, new.bytes) ON CONFLICT DO UPDATE SET count = count + 1, bytes = bytes + new.bytes;
END;
CREATE TRIGGER delivery_recounted AFTER UPDATE OF state ON delivery WHEN old.state <> new.state BEGIN
  UPDATE delivery_count SET count = count - 1, bytes = bytes - old.bytes WHERE node_id = old.node_id AND state = old.state;
  INSERT INTO delivery_count VALUES (new.node_id, new.state, 1, new.bytes) ON CONFLICT DO UPDATE SET count = count + 1, bytes = bytes + new.bytes;
END;
CREATE TRIGGER delivery_uncounted AFTER DELETE ON delivery BEGIN
  UPDATE delivery_count SET count = count - 1, bytes = bytes - old.bytes WHERE node_id = old.node_id AND state = old.state;
END;
` }

/** What is kept here and goes nowhere. */
export const strandedTables: SchemaStep = { name: 'forwarding-2', sql: `
/* Objects kept here that go nowhere: no delivery, or called-off ones alone. Kept by triggers, and by who takes an object in. */
CREATE TABLE stranded_object (object_key INTEGER PRIMARY KEY REFERENCES forward_object ON DELETE CASCADE) STRICT;
INSERT INTO stranded_object SELECT object_key FROM forward_object o
  WHERE deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = o.object_key AND d.state <> 'cancelled');
CREATE TRIGGER delivery_strands AFTER UPDATE OF state ON delivery WHEN new.state = 'cancelled' AND old.state <> 'cancelled' BEGIN
  INSERT OR IGNORE INTO stranded_object SELECT object_key FROM forward_object o
    WHERE object_key = new.object_key AND deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.object_key = o.object_key AND d.state <> 'cancelled');
END;
CREATE TRIGGER delivery_goes_again AFTER UPDATE OF state ON delivery WHEN old.state = 'cancelled' AND new.state <> 'cancelled' BEGIN
  DELETE FROM stranded_object WHERE object_key = new.object_key;
END;
CREATE TRIGGER delivery_goes AFTER INSERT ON delivery BEGIN
  DELETE FROM stranded_object WHERE object_key = new.object_key;
END;
CREATE TRIGGER object_deleted AFTER UPDATE OF deleted_at ON forward_object WHEN new.deleted_at IS NOT NULL BEGIN
  DELETE FROM stranded_object WHERE object_key = new.object_key;
END;
/* Deleted by a person before it arrived anywhere. */
ALTER TABLE forward_object ADD COLUMN discarded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX delivery_called_off ON delivery (node_id, object_key) WHERE state = 'cancelled' AND confirmed = 0;
` }

/** What comes again. */
export const repeatTables: SchemaStep = { name: 'forwarding-3', sql: `
/* When it last came again while it was here. */
ALTER TABLE forward_object ADD COLUMN came_again_at INTEGER;
/* Since when a node is sent again what comes again of a study. */
CREATE TABLE resent_study (
  node_id TEXT NOT NULL, study_id INTEGER NOT NULL REFERENCES forward_study ON DELETE CASCADE, since INTEGER NOT NULL, PRIMARY KEY (node_id, study_id)
) STRICT, WITHOUT ROWID;
` }

/** What was taken out of the spool by others than the gateway. A delivery that is sent again keeps from here on when it arrived. */
export const lostTables: SchemaStep = { name: 'forwarding-4', sql: `
/* Its file was found to be gone; deleted_at is when. */
ALTER TABLE forward_object ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
/* Lost before it was proven to have arrived everywhere it should, until it comes anew or a person has seen it. */
CREATE TABLE lost_object (object_key INTEGER PRIMARY KEY REFERENCES forward_object ON DELETE CASCADE, lost_at INTEGER NOT NULL) STRICT;
CREATE TRIGGER lost_object_arrived AFTER UPDATE OF arrived_everywhere_at ON forward_object WHEN new.arrived_everywhere_at IS NOT NULL BEGIN
  DELETE FROM lost_object WHERE object_key = new.object_key;
END;
` }

/** What went from here and came anew. */
export const supersededTables: SchemaStep = { name: 'forwarding-5', sql: `
/* Its copy here was gone when it came anew in the same study, which counts the newer one. */
ALTER TABLE forward_object ADD COLUMN superseded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX forward_object_superseded ON forward_object (study_id, object_key) WHERE superseded = 1;
` }

/** What has arrived and is sent again, and what was lost and found. After the spool's tables. */
export const againTables: SchemaStep = { name: 'forwarding-6', sql: `
/* When that was asked for: from then on it stands in line. */
ALTER TABLE delivery ADD COLUMN again_at INTEGER;
/* Studies counted what retention had forgotten. */
UPDATE forward_study AS s SET (instances, bytes) = (SELECT count(*), coalesce(sum(byte_length), 0) FROM forward_object o WHERE o.study_id = s.study_id AND o.superseded = 0);
/* Files that came back were taken into the index alone: without a row there the spool finds them at its start, and tells of them. */
DELETE FROM spool_object WHERE id IN (SELECT object_id FROM forward_object WHERE lost = 1);
` }
