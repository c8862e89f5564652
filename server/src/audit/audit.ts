/** Everything the server does with the audit trail but writing it. */
import type { Db } from '../platform/db.ts'
import { createLogs, type Logs } from './logs.ts'

export interface AuditDeps {
  readonly db: Db
  /** How long events are kept; undefined: for ever. */
  readonly keptDays: number | undefined
  readonly now?: () => Date
}

export interface Audit {
  readonly logs: Logs
}

export function createAudit({ db, keptDays, now = () => new Date() }: AuditDeps): Audit {
  return { logs: createLogs({ db, keptDays, now }) }
}
