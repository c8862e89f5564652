/** Studies that are to be fetched from another archive. */
import { longestWaitMs } from '../../platform/backoff.ts'
import type { Database } from '../../platform/database.ts'
import type { SchemaStep } from '../../platform/schema.ts'

export const pullSchema: SchemaStep = {
  name: 'pull-1',
  sql: `
CREATE TABLE pulled_study (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  node_id TEXT NOT NULL,
  study_instance_uid TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'moving', 'done', 'failed', 'cancelled')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  completed INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0, remaining INTEGER,
  settled_at INTEGER,
  reason TEXT
) STRICT;
CREATE INDEX pulled_study_due ON pulled_study (next_attempt_at) WHERE state = 'waiting';
CREATE UNIQUE INDEX pulled_study_once ON pulled_study (node_id, study_instance_uid) WHERE state IN ('waiting', 'moving');
`,
}

/** What the archive said of a study when it was asked for, so that somebody can tell which one waits. */
export const pullDescriptionSchema: SchemaStep = {
  name: 'pull-2',
  sql: `
ALTER TABLE pulled_study ADD COLUMN patient_name TEXT;
ALTER TABLE pulled_study ADD COLUMN patient_id TEXT;
ALTER TABLE pulled_study ADD COLUMN study_date TEXT;
ALTER TABLE pulled_study ADD COLUMN study_description TEXT;
`,
}

/** A study that is to be fetched; only its UID is needed. */
export interface WantedStudy {
  readonly StudyInstanceUID: string
  readonly PatientName?: string | undefined
  readonly PatientID?: string | undefined
  readonly StudyDate?: string | undefined
  readonly StudyDescription?: string | undefined
}

export type PullState = 'waiting' | 'moving' | 'done' | 'failed' | 'cancelled'

export interface PulledStudy extends WantedStudy {
  readonly id: number
  readonly nodeId: string
  readonly askedAt: Date
  readonly state: PullState
  readonly attempts: number
  /** Instances the archive says it has sent, could not send, and has yet to send. */
  readonly completed: number
  readonly failed: number
  readonly remaining: number | undefined
  readonly settledAt: Date | undefined
  readonly reason: string | undefined
}

export interface PullTable {
  /** Answers how many are new: a study that is being fetched from the node already is not fetched twice. */
  add(nodeId: string, studies: readonly WantedStudy[], at: Date): number
  /** What was moving when the process ended is to be asked for again. */
  recover(): void
  due(now: Date): PulledStudy | undefined
  moving(id: number): void
  progress(id: number, counts: { completed: number; failed: number; remaining: number | undefined }): void
  postpone(id: number, until: Date, reason: string): void
  settle(id: number, state: 'done' | 'failed', at: Date, reason?: string): void
  /** Those that have not begun. Answers how many. */
  cancelWaiting(nodeId: string | undefined, at: Date): number
  list(limit: number): PulledStudy[]
  removeSettledBefore(moment: Date): number
}

export function createPullTable({ sql }: Database): PullTable {
  const columns = 'id, node_id, study_instance_uid, asked_at, state, attempts, completed, failed, remaining, settled_at, reason, patient_name, patient_id, study_date, study_description'
  const add = sql.prepare(`
    INSERT INTO pulled_study (node_id, study_instance_uid, asked_at, state, next_attempt_at, patient_name, patient_id, study_date, study_description)
    VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
  const due = sql.prepare(`SELECT ${columns} FROM pulled_study WHERE state = 'waiting' AND next_attempt_at NOT BETWEEN ?1 + 1 AND ?1 + ${String(longestWaitMs)} ORDER BY next_attempt_at, id LIMIT 1`)
  const moving = sql.prepare("UPDATE pulled_study SET state = 'moving', attempts = attempts + 1, completed = 0, failed = 0, remaining = NULL, reason = NULL WHERE id = ?")
  const progress = sql.prepare('UPDATE pulled_study SET completed = ?, failed = ?, remaining = ? WHERE id = ?')
  const postpone = sql.prepare("UPDATE pulled_study SET state = 'waiting', next_attempt_at = ?, reason = ? WHERE id = ?")
  const settle = sql.prepare('UPDATE pulled_study SET state = ?, settled_at = ?, reason = ? WHERE id = ?')
  const cancel = sql.prepare("UPDATE pulled_study SET state = 'cancelled', settled_at = ? WHERE state = 'waiting' AND (? IS NULL OR node_id = ?)")
  const list = sql.prepare(`SELECT ${columns} FROM pulled_study ORDER BY id DESC LIMIT ?`)
  const remove = sql.prepare('DELETE FROM pulled_study WHERE settled_at < ?')
  return {
    add: (nodeId, studies, at) => studies.reduce((sum, { StudyInstanceUID, PatientName, PatientID, StudyDate, StudyDescription }) =>
      sum + Number(add.run(nodeId, StudyInstanceUID, at.getTime(), at.getTime(), PatientName ?? null, PatientID ?? null, StudyDate ?? null, StudyDescription ?? null).changes), 0),
    recover: () => { sql.exec("UPDATE pulled_study SET state = 'waiting' WHERE state = 'moving'") },
    due: (now) => studyOf(due.get(now.getTime())),
    moving: (id) => { moving.run(id) },
    progress: (id, { completed, failed, remaining }) => { progress.run(completed, failed, remaining ?? null, id) },
    postpone: (id, until, reason) => { postpone.run(until.getTime(), reason, id) },
    settle: (id, state, at, reason) => { settle.run(state, at.getTime(), reason ?? null, id) },
    cancelWaiting: (nodeId, at) => Number(cancel.run(at.getTime(), nodeId ?? null, nodeId ?? null).changes),
    list: (limit) => list.all(limit).flatMap((row) => studyOf(row) ?? []),
    removeSettledBefore: (moment) => Number(remove.run(moment.getTime()).changes),
  }
}

function studyOf(row: Record<string, unknown> | undefined): PulledStudy | undefined {
  if (!row) return undefined
  return {
    id: Number(row.id), nodeId: String(row.node_id), StudyInstanceUID: String(row.study_instance_uid), askedAt: new Date(Number(row.asked_at)),
    state: row.state as PullState, attempts: Number(row.attempts), completed: Number(row.completed), failed: Number(row.failed),
    remaining: row.remaining === null ? undefined : Number(row.remaining),
    settledAt: row.settled_at === null ? undefined : new Date(Number(row.settled_at)), reason: textOf(row.reason),
    PatientName: textOf(row.patient_name), PatientID: textOf(row.patient_id), StudyDate: textOf(row.study_date), StudyDescription: textOf(row.study_description),
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
