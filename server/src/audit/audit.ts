/** Everything the server does with the audit trail but writing it. */
import type { Readable } from 'node:stream'
import type { AuditFilter, ExportFormat, ExportLanguage } from '@isocenter/contracts'
import { actorOf, type Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { exportEntries } from './export.ts'
import { createLogs, type Logs } from './logs.ts'
import { record } from './record.ts'

export interface AuditDeps {
  readonly db: Db
  /** How long events are kept; undefined: for ever. */
  readonly keptDays: number | undefined
  readonly now?: () => Date
}

export interface Audit {
  readonly logs: Logs
  /** The entries a filter finds, as a file; that it was taken is in the trail before its first byte is. */
  readonly export: (access: Access, filter: AuditFilter, format: ExportFormat, language: ExportLanguage) => Promise<Readable>
}

export function createAudit({ db, keptDays, now = () => new Date() }: AuditDeps): Audit {
  return {
    logs: createLogs({ db, keptDays, now }),
    export: async (access, filter, format, language) => {
      const at = now()
      await record(db, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'log.export', outcome: 'success', detail: { format, ...filter } }])
      return exportEntries(db, access, filter, { format, language, now: at })
    },
  }
}
