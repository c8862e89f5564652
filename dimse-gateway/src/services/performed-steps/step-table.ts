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
}

export type NewStepMessage = Omit<StepMessage, 'id' | 'settledAt'>

export interface StepTable {
  add(message: NewStepMessage): void
  /** The oldest that waits after `id`. */
  nextWaiting(after: number): StepMessage | undefined
  isWaiting(SOPInstanceUID: string): boolean
  settle(id: number, state: Exclude<StepMessageState, 'waiting'>, at: Date, reason?: string): void
  /** The newest first. */
  list(limit: number): StepMessage[]
  removeSettledBefore(moment: Date): number
}

export function createStepTable({ sql }: Database): StepTable {
  const columns = 'id, sop_instance_uid, operation, calling_ae_title, received_at, step_status, data_set, state, settled_at, reason'
  const add = sql.prepare('INSERT INTO performed_step_message (sop_instance_uid, operation, calling_ae_title, received_at, step_status, data_set, state, settled_at, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const next = sql.prepare(`SELECT ${columns} FROM performed_step_message WHERE state = 'waiting' AND id > ? ORDER BY id LIMIT 1`)
  const waiting = sql.prepare("SELECT 1 FROM performed_step_message WHERE sop_instance_uid = ? AND state = 'waiting' LIMIT 1")
  const settle = sql.prepare('UPDATE performed_step_message SET state = ?, settled_at = ?, reason = ? WHERE id = ?')
  const list = sql.prepare(`SELECT ${columns} FROM performed_step_message ORDER BY id DESC LIMIT ?`)
  const remove = sql.prepare("DELETE FROM performed_step_message WHERE state <> 'waiting' AND settled_at < ?")
  return {
    add: ({ SOPInstanceUID, operation, callingAETitle, receivedAt, stepStatus, dataSet, state, reason }) => {
      add.run(SOPInstanceUID, operation, callingAETitle, receivedAt.getTime(), stepStatus ?? null, dataSet, state, state === 'waiting' ? null : receivedAt.getTime(), reason ?? null)
    },
    nextWaiting: (after) => messageOf(next.get(after)),
    isWaiting: (SOPInstanceUID) => waiting.get(SOPInstanceUID) !== undefined,
    settle: (id, state, at, reason) => { settle.run(state, at.getTime(), reason ?? null, id) },
    list: (limit) => list.all(limit).flatMap((row) => messageOf(row) ?? []),
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
  }
}
