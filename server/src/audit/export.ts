/** The entries a filter finds, as a file: read page by page, so that the trail of a year costs no more memory than that of an hour. */
import { Readable } from 'node:stream'
import type { AuditFilter } from '@isocenter/contracts'
import type { Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { actorIn, actorsOf } from './entries.ts'
import { findEvents } from './search.ts'
import { csvPieces, xlsxStream, type Cell } from './spreadsheet.ts'

export type ExportFormat = 'csv' | 'xlsx'
export type ExportLanguage = 'zh-CN' | 'en'

const rowsAtOnce = 1_000

const headings: Readonly<Record<ExportLanguage, readonly string[]>> = {
  en: ['Entry', 'Time', 'Actor kind', 'Actor', 'Name', 'Action', 'Outcome', 'Times', 'Address', 'User agent', 'StudyInstanceUID', 'PatientID', 'Detail'],
  'zh-CN': ['编号', '时间', '操作者类型', '操作者', '姓名', '操作', '结果', '次数', 'IP 地址', '客户端', '检查实例 UID', '患者编号', '详情'],
}
const sheetNames: Readonly<Record<ExportLanguage, string>> = { en: 'Audit trail', 'zh-CN': '审计日志' }

async function* tableOf(db: Db, { organisationId }: Access, filter: AuditFilter, language: ExportLanguage): AsyncGenerator<readonly (readonly Cell[])[]> {
  yield [headings[language]]
  let cursor: string | undefined
  do {
    const { rows, next } = await findEvents(db, { ...filter, organisationId }, { cursor, limit: rowsAtOnce })
    const actors = await actorsOf(db, rows.map(({ actor }) => actor))
    yield rows.map((row): Cell[] => {
      const { kind, id, name } = actorIn(actors, row.actor)
      return [row.audit_event_id, row.occurred_at.toISOString(), kind, id, name, row.action, row.outcome, row.occurrences, row.address ?? undefined, row.user_agent ?? undefined, row.study_instance_uid ?? undefined, row.patient_id ?? undefined, JSON.stringify(row.detail)]
    })
    cursor = next
  } while (cursor !== undefined)
}

/** The file, the latest entry first; entries written after it was begun are not in it. */
export function exportEntries(db: Db, access: Access, filter: AuditFilter, { format, language, now }: { readonly format: ExportFormat; readonly language: ExportLanguage; readonly now: Date }): Readable {
  const until = filter.to === undefined || filter.to > now.toISOString() ? now.toISOString() : filter.to
  const table = tableOf(db, access, { ...filter, to: until }, language)
  return format === 'csv' ? Readable.from(csvPieces(table)) : xlsxStream(sheetNames[language], table)
}
