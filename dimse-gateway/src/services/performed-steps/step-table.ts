/** What modalities said of performed procedure steps, kept until the server has it. */
import type { Database } from '../../platform/database.ts'
import type { SchemaStep } from '../../platform/schema.ts'

export const performedStepSchema: SchemaStep = {
  name: 'performed-steps-1',
  sql: `
CREATE TABLE performed_step_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sop_instance_uid TEXT NOT NULL,
  operation TEXT NOT NULL CHECK (operation IN ('create', 'set')),
  calling_ae_title TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  step_status TEXT,
  data_set TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused')),
  settled_at INTEGER,
  reason TEXT
) STRICT;
CREATE INDEX performed_step_message_waiting ON performed_step_message (id) WHERE state = 'waiting';
CREATE INDEX performed_step_message_by_step ON performed_step_message (sop_instance_uid, id);
`,
}

/**
 * `needs_person`: the modality was told that it is taken, and the server refused it afterwards; nobody would know. `organisation`: whose
 * gateway this was when it came, as `organisationKey` has it; NULL where it was nobody's yet.
 */
export const performedStepSchema2: SchemaStep = {
  name: 'performed-steps-2',
  sql: `
ALTER TABLE performed_step_message ADD COLUMN needs_person INTEGER NOT NULL DEFAULT 0;
ALTER TABLE performed_step_message ADD COLUMN organisation TEXT;
CREATE INDEX performed_step_message_for_a_person ON performed_step_message (id) WHERE needs_person = 1;
`,
}

/** `refused`: the server will not have it, and says why. */
export type StepMessageState = 'waiting' | 'sent' | 'refused'

export interface StepMessage {
  readonly id: number
  readonly SOPInstanceUID: string
  readonly operation: 'create' | 'set'
  readonly callingAETitle: string
  readonly receivedAt: Date
  /** PerformedProcedureStepStatus it said, where it said one. */
  readonly stepStatus: string | undefined
  /** DICOM JSON text. */
  readonly dataSet: string
  readonly state: StepMessageState
  readonly settledAt: Date | undefined
  readonly reason: string | undefined
  /** It was taken, then refused by the server, and no person has seen that yet. */
  readonly needsPerson: boolean
  /** Whose gateway this was when it came; undefined where it was nobody's yet. */
  readonly organisation: string | undefined
}

export type NewStepMessage = Omit<StepMessage, 'id' | 'settledAt' | 'needsPerson'>

export interface StepTable {
  add(message: NewStepMessage): void
  /** The oldest that waits after `id` for an organisation, or for whichever comes first. */
  nextWaiting(after: number, organisation: string): StepMessage | undefined
  isWaiting(SOPInstanceUID: string): boolean
  /** Whether the step was created by a message that arrived. */
  isCreated(SOPInstanceUID: string): boolean
  settle(id: number, state: Exclude<StepMessageState, 'waiting'>, at: Date, reason?: string): void
  /** What a person has to see: messages refused after they were taken, and those that wait for another organisation than this one. */
  needingPerson(organisation: string): number
  /** What waits for whichever organisation comes first is from now on for this one. */
  adopt(organisation: string): void
  /** A person has seen these; what waits for another organisation is given up by that. How many there were to see. */
  acknowledge(ids: readonly number[], organisation: string, at: Date): number
  /** The newest first, as the gateway of an organisation sees them. */
  list(limit: number, organisation: string): StepMessage[]
  removeSettledBefore(moment: Date): number
}

export function createStepTable({ sql }: Database): StepTable {
  const columns = 'id, sop_instance_uid, operation, calling_ae_title, received_at, step_status, data_set, state, settled_at, reason, needs_person, organisation'
  const isOfAnother = "state = 'waiting' AND organisation <> ?1"
  const add = sql.prepare('INSERT INTO performed_step_message (sop_instance_uid, operation, calling_ae_title, received_at, step_status, data_set, state, settled_at, reason, organisation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const next = sql.prepare(`SELECT ${columns} FROM performed_step_message WHERE state = 'waiting' AND id > ? AND (organisation IS NULL OR organisation = ?) ORDER BY id LIMIT 1`)
  const waiting = sql.prepare("SELECT 1 FROM performed_step_message WHERE sop_instance_uid = ? AND state = 'waiting' LIMIT 1")
  const created = sql.prepare("SELECT 1 FROM performed_step_message WHERE sop_instance_uid = ? AND operation = 'create' AND state = 'sent' LIMIT 1")
  const settle = sql.prepare("UPDATE performed_step_message SET state = ?1, settled_at = ?2, reason = ?3, needs_person = (?1 = 'refused') WHERE id = ?4")
  const forPerson = sql.prepare(`SELECT (SELECT count(*) FROM performed_step_message WHERE needs_person = 1) + (SELECT count(*) FROM performed_step_message WHERE ${isOfAnother}) AS count`)
  const adopt = sql.prepare("UPDATE performed_step_message SET organisation = ? WHERE state = 'waiting' AND organisation IS NULL")
  const acknowledge = sql.prepare('UPDATE performed_step_message SET needs_person = 0 WHERE needs_person = 1 AND id IN (SELECT value FROM json_each(?))')
  const giveUp = sql.prepare(`UPDATE performed_step_message SET state = 'refused', settled_at = ?2, reason = 'otherOrganisation' WHERE ${isOfAnother} AND id IN (SELECT value FROM json_each(?3))`)
  const list = sql.prepare(`SELECT ${columns.replace('needs_person', `(needs_person = 1 OR coalesce(${isOfAnother}, 0)) AS needs_person`)} FROM performed_step_message ORDER BY id DESC LIMIT ?2`)
  const remove = sql.prepare("DELETE FROM performed_step_message WHERE state <> 'waiting' AND needs_person = 0 AND settled_at < ?")
  return {
    add: ({ SOPInstanceUID, operation, callingAETitle, receivedAt, stepStatus, dataSet, state, reason, organisation }) => {
      add.run(SOPInstanceUID, operation, callingAETitle, receivedAt.getTime(), stepStatus ?? null, dataSet, state, state === 'waiting' ? null : receivedAt.getTime(), reason ?? null, organisation ?? null)
    },
    nextWaiting: (after, organisation) => messageOf(next.get(after, organisation)),
    isWaiting: (SOPInstanceUID) => waiting.get(SOPInstanceUID) !== undefined,
    isCreated: (SOPInstanceUID) => created.get(SOPInstanceUID) !== undefined,
    needingPerson: (organisation) => Number(forPerson.get(organisation)?.count),
    adopt: (organisation) => { adopt.run(organisation) },
    acknowledge: (ids, organisation, at) => Number(acknowledge.run(JSON.stringify(ids)).changes) + Number(giveUp.run(organisation, at.getTime(), JSON.stringify(ids)).changes),
    settle: (id, state, at, reason) => { settle.run(state, at.getTime(), reason ?? null, id) },
    list: (limit, organisation) => list.all(organisation, limit).flatMap((row) => messageOf(row) ?? []),
    removeSettledBefore: (moment) => Number(remove.run(moment.getTime()).changes),
  }
}

function messageOf(row: Record<string, unknown> | undefined): StepMessage | undefined {
  if (!row) return undefined
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  return {
    id: Number(row.id), SOPInstanceUID: String(row.sop_instance_uid), operation: row.operation === 'create' ? 'create' : 'set',
    callingAETitle: String(row.calling_ae_title), receivedAt: new Date(Number(row.received_at)), stepStatus: text(row.step_status),
    dataSet: String(row.data_set), state: row.state as StepMessageState,
    settledAt: row.settled_at === null ? undefined : new Date(Number(row.settled_at)), reason: text(row.reason),
    needsPerson: row.needs_person === 1, organisation: text(row.organisation),
  }
}
