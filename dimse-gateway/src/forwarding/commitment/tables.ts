import type { SchemaStep } from '../../platform/schema.ts'

/** Tables of storage commitments that are asked for, beside `forwardingTables`. Moments are milliseconds since 1970, UTC. */
export const requestedCommitmentTables: SchemaStep = { name: 'forwarding-commitment-1', sql: `
CREATE TABLE requested_commitment (
  request_id INTEGER PRIMARY KEY,
  transaction_uid TEXT NOT NULL UNIQUE,
  node_id TEXT NOT NULL,
  /* Until then an answer is waited for; one that comes later still counts. */
  open_until INTEGER NOT NULL
) STRICT;
/* What a request is about and has not been told of yet. */
CREATE TABLE requested_commitment_member (
  delivery_id INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE,
  request_id INTEGER NOT NULL REFERENCES requested_commitment ON DELETE CASCADE,
  PRIMARY KEY (delivery_id, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX requested_commitment_members ON requested_commitment_member (request_id);
CREATE INDEX delivery_unconfirmed ON delivery (node_id, delivery_id) WHERE state = 'delivered' AND confirmed = 0;
/* A commitment is to what arrived before it was asked for: what is sent again is asked about again. */
CREATE TRIGGER commitment_is_to_one_arrival AFTER UPDATE OF state ON delivery WHEN old.state = 'delivered' AND new.state <> 'delivered' BEGIN
  DELETE FROM requested_commitment_member WHERE delivery_id = old.delivery_id;
END;
` }
