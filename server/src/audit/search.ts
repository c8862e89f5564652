/** Finding entries of one organisation's trail, the latest first. */
import { actionsOfGroups, auditActionNames, auditActions, type AuditFilter, type AuditOutcome } from '@isocenter/contracts'
import type { Knex } from 'knex'
import { Type, type Static } from 'typebox'
import { decodeCursor, encodeCursor, exactly } from '../platform/cursor.ts'
import type { Db } from '../platform/db.ts'
import { anywhere } from '../platform/like.ts'

/** An event as its row has it. */
export interface AuditRow {
  readonly audit_event_id: string
  readonly organisation_id: string
  /** to the microsecond, UTC */
  readonly at: string
  readonly occurred_at: Date
  readonly actor: string
  readonly action: string
  readonly outcome: AuditOutcome
  readonly study_instance_uid: string | null
  readonly patient_id: string | null
  readonly occurrences: number
  readonly detail: Readonly<Record<string, unknown>>
  readonly address: string | null
  readonly user_agent: string | null
}

export interface AuditQuery extends AuditFilter {
  readonly organisationId: string
  /** Machines asking for data, over and over, are left out. */
  readonly withoutMachineReads?: boolean
  /** Studies that are of the PatientID that is asked for, whatever their entries say. */
  readonly studiesOfPatient?: readonly string[]
}

export interface AuditRows {
  readonly rows: readonly AuditRow[]
  readonly next: string | undefined
}

/** What one request looks through for a keyword, which no index finds. */
const stretch = 20_000
/** More people of one name than this are not told apart from the rest. */
const mostNamesakes = 500

const Position = Type.Tuple([Type.String({ pattern: '^[0-9T:.Z-]{20,30}$' }), Type.String({ pattern: '^[0-9]{1,19}$' })])

const columns = `audit_event_id, organisation_id, ${exactly('at')} as at, coalesce(occurred_at, at) as occurred_at,
  actor, action, outcome, study_instance_uid, patient_id, occurrences, detail, address, user_agent`

const machineReads: readonly string[] = [...auditActionNames.filter((action) => 'isRead' in auditActions[action]), 'gateway.token']

/** A page of entries; with a keyword it may hold few or none and still name the next. @throws badRequest 400 for a cursor that is none */
export async function findEvents(db: Db, query: AuditQuery, page: { readonly cursor: string | undefined; readonly limit: number }): Promise<AuditRows> {
  const after = decodeCursor(page.cursor, Position)
  const filtered = narrowed(db, query, after)
  if (query.keyword === undefined) return cut(await filtered.select<AuditRow[]>(db.raw(columns)).limit(page.limit + 1), page.limit)

  const matches = await matching(db, query.organisationId, query.keyword)
  const found = await db.with('stretch', filtered.select('*').limit(stretch)).select<(AuditRow & { is_found: boolean })[]>('*').from(db.raw(`(
      (select ${columns}, true as is_found from stretch where ${matches.sql} order by stretch.at desc, audit_event_id desc limit ?)
      union all
      (select ${columns}, false from stretch where (select count(*) from stretch) = ? order by stretch.at, audit_event_id limit 1)
    ) as found`, [...matches.bindings, page.limit + 1, stretch]))
  const rows = found.filter((row) => row.is_found)
  const end = found.find((row) => !row.is_found)
  if (rows.length > page.limit || end === undefined) return cut(rows, page.limit)
  return { rows, next: cursorBehind(end) }
}

const cursorBehind = (row: AuditRow): string => encodeCursor([row.at, row.audit_event_id])

function cut(rows: readonly AuditRow[], limit: number): AuditRows {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { rows: rows.slice(0, limit), next: last && cursorBehind(last) }
}

function narrowed(db: Db, query: AuditQuery, after: Static<typeof Position> | undefined): Knex.QueryBuilder {
  const found = db('audit_event').where({ organisation_id: query.organisationId }).orderByRaw('audit_event.at desc, audit_event_id desc')
  if (query.from !== undefined) void found.where('at', '>=', query.from)
  if (query.to !== undefined) void found.where('at', '<', query.to)
  if (after) void found.whereRaw('audit_event.at <= ?::timestamptz and (audit_event.at, audit_event_id) < (?::timestamptz, ?::bigint)', [after[0], ...after])
  if (query.actor !== undefined) void found.where({ actor: query.actor })
  if (query.accountId !== undefined) void found.where({ actor: `account:${query.accountId}` })
  if (query.group !== undefined) void found.whereIn('action', actionsOfGroups(query.group))
  if (query.action !== undefined) void found.whereIn('action', query.action)
  if (query.outcome !== undefined) void found.where({ outcome: query.outcome })
  if (query.StudyInstanceUID !== undefined) void found.where({ study_instance_uid: query.StudyInstanceUID })
  const { PatientID, studiesOfPatient = [] } = query
  if (PatientID !== undefined) {
    void found.where((one) => {
      void one.where({ patient_id: PatientID })
      if (studiesOfPatient.length > 0) void one.orWhereRaw('study_instance_uid = any(?::text[])', [[...studiesOfPatient]])
    })
  }
  if (query.withoutMachineReads) void found.whereRaw(`(actor like 'account:%' or action <> all(?::text[]))`, [[...machineReads]])
  return found
}

/** Where a keyword is found: anywhere in what the row says, or in the name of who acted. */
async function matching(db: Db, organisationId: string, keyword: string): Promise<{ sql: string; bindings: Knex.RawBinding[] }> {
  const pattern = anywhere(keyword.trim())
  const people = await db('account').join('membership', 'membership.account_id', 'account.account_id').where('membership.organisation_id', organisationId)
    .whereILike('account.name', pattern).limit(mostNamesakes).pluck<string[]>('account.account_id')
  return {
    sql: `(actor = any(?::text[]) or concat_ws(' ', actor, action, study_instance_uid, patient_id, address, detail::text) ilike ?)`,
    bindings: [people.map((accountId) => `account:${accountId}`), pattern],
  }
}
