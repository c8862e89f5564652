/** What gateways say of themselves, and what they are told in return. */
import type { CommandResult, GatewayState, ReportAnswer, ReportRequest } from '@isocenter/contracts'
import type { Db, Trx } from '../platform/db.ts'
import { jsonText } from '../platform/json-text.ts'
import { deliverCommands, finishCommands, hasRecentCommand, type GatewayRef } from './commands.ts'
import { gatewayRevoked } from './problems.ts'
import { tellOfGateway } from './telling.ts'

const reportAfterMs = 20_000
/** While an administrator is at work, so that what was asked for happens before their eyes. */
const attentiveReportAfterMs = 3_000
const attentiveForMs = 120_000

export type OnResults = (trx: Trx, gateway: GatewayRef, results: readonly CommandResult[]) => Promise<void>

/**
 * Keeps a report and answers what is to be done.
 * @throws gatewayRevoked 403 also while the token is still good
 */
export function takeReport(db: Db, gateway: GatewayRef, report: ReportRequest, { now, onResults }: { readonly now: Date; readonly onResults: OnResults }): Promise<ReportAnswer> {
  return db.transaction(async (db) => {
    const { organisationId, gatewayId } = gateway
    const row = await db('gateway').where({ organisation_id: organisationId, gateway_id: gatewayId }).forUpdate()
      .first<GatewayRow | undefined>('revoked_at', 'configuration_revision', 'state', 'offline_told_at')
    if (row === undefined || row.revoked_at !== null) throw gatewayRevoked('An administrator has revoked this gateway.')
    await finishCommands(db, gateway, report.results)
    await onResults(db, gateway, report.results)
    await tellOfReport(db, gateway, row, report)
    const commands = await deliverCommands(db, gateway)
    const isAttentive = commands.length > 0 || await hasRecentCommand(db, gateway, new Date(now.getTime() - attentiveForMs))
    const answer = { commands, reportAfterMs: isAttentive ? attentiveReportAfterMs : reportAfterMs }
    const { revision, document } = report.configuration
    const knownRevision = document === undefined && row.configuration_revision !== String(revision) ? undefined : revision
    await db('gateway').where({ gateway_id: gatewayId }).update({
      version: report.state.version, last_contact_at: now, offline_told_at: null, report_after_ms: answer.reportAfterMs,
      state: jsonText(report.state), unknown_senders: jsonText(report.unknownSenders),
      ...(document === undefined ? {} : { configuration_revision: revision, configuration: jsonText(document) }),
    })
    return { ...answer, ...(knownRevision === undefined ? {} : { configurationRevision: knownRevision }) }
  })
}

interface GatewayRow {
  readonly revoked_at: Date | null
  readonly configuration_revision: string | null
  readonly state: GatewayState | null
  readonly offline_told_at: Date | null
}

const alarmKey = ({ code, nodeId = '' }: GatewayState['alarms'][number]): string => `${code} ${nodeId}`

/** An alarm is told when it comes up, not with every report it stands in; several at once are one message. */
async function tellOfReport(trx: Trx, gateway: GatewayRef, before: GatewayRow, { state }: ReportRequest): Promise<void> {
  if (before.offline_told_at !== null) await tellOfGateway(trx, gateway, 'gateway.online')
  const known = new Set(before.state?.alarms.map(alarmKey))
  const codes = new Set(state.alarms.filter((alarm) => !known.has(alarmKey(alarm))).map(({ code }) => code))
  if (codes.size > 0) await tellOfGateway(trx, gateway, 'gateway.alarm', undefined, [...codes].sort().slice(0, 5).join(', '))
}
