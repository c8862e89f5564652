/** The entries a filter finds, as a file: read page by page, so that the trail of a year costs no more memory than that of an hour. */
import type { Readable } from 'node:stream'
import type { AuditFilter, ExportFormat, ExportLanguage } from '@isocenter/contracts'
import { spreadsheet, tableOf, type ExportColumn } from '../exports/index.ts'
import type { Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { actorIn, actorsOf } from './entries.ts'
import { findEvents } from './search.ts'

const rowsAtOnce = 1_000

type Found = Awaited<ReturnType<typeof findEvents>>['rows'][number]
interface Entry { readonly row: Found; readonly actor: ReturnType<typeof actorIn> }

/** Every column in every file: who holds an export against another finds the same in it. */
const columns: readonly ExportColumn<Entry>[] = [
  { key: 'entry', label: { en: 'Entry', 'zh-CN': '编号' }, value: ({ row }) => row.audit_event_id },
  { key: 'time', label: { en: 'Time', 'zh-CN': '时间' }, value: ({ row }) => row.occurred_at.toISOString() },
  { key: 'actorKind', label: { en: 'Actor kind', 'zh-CN': '操作者类型' }, value: ({ actor }) => actor.kind },
  { key: 'actor', label: { en: 'Actor', 'zh-CN': '操作者' }, value: ({ actor }) => actor.id },
  { key: 'name', label: { en: 'Name', 'zh-CN': '姓名' }, value: ({ actor }) => actor.name },
  { key: 'action', label: { en: 'Action', 'zh-CN': '操作' }, value: ({ row }) => row.action },
  { key: 'outcome', label: { en: 'Outcome', 'zh-CN': '结果' }, value: ({ row }) => row.outcome },
  { key: 'times', label: { en: 'Times', 'zh-CN': '次数' }, value: ({ row }) => row.occurrences },
  { key: 'address', label: { en: 'Address', 'zh-CN': 'IP 地址' }, value: ({ row }) => row.address ?? undefined },
  { key: 'userAgent', label: { en: 'User agent', 'zh-CN': '客户端' }, value: ({ row }) => row.user_agent ?? undefined },
  { key: 'StudyInstanceUID', label: { en: 'StudyInstanceUID', 'zh-CN': '检查实例 UID' }, value: ({ row }) => row.study_instance_uid ?? undefined },
  { key: 'PatientID', label: { en: 'PatientID', 'zh-CN': '患者编号' }, value: ({ row }) => row.patient_id ?? undefined },
  { key: 'detail', label: { en: 'Detail', 'zh-CN': '详情' }, value: ({ row }) => JSON.stringify(row.detail) },
]
const sheetNames: Readonly<Record<ExportLanguage, string>> = { en: 'Audit trail', 'zh-CN': '审计日志' }

async function* entriesOf(db: Db, { organisationId }: Access, filter: AuditFilter): AsyncGenerator<readonly Entry[]> {
  let cursor: string | undefined
  do {
    const { rows, next } = await findEvents(db, { ...filter, organisationId }, { cursor, limit: rowsAtOnce })
    const actors = await actorsOf(db, rows.map(({ actor }) => actor))
    yield rows.map((row) => ({ row, actor: actorIn(actors, row.actor) }))
    cursor = next
  } while (cursor !== undefined)
}

/** The file, the latest entry first; entries written after it was begun are not in it. */
export function exportEntries(db: Db, access: Access, filter: AuditFilter, { format, language, now }: { readonly format: ExportFormat; readonly language: ExportLanguage; readonly now: Date }): Readable {
  const until = filter.to === undefined || filter.to > now.toISOString() ? now.toISOString() : filter.to
  return spreadsheet(format, sheetNames[language], tableOf(columns, entriesOf(db, access, { ...filter, to: until }), { language, timeZone: 'UTC' }))
}
