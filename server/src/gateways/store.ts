/** Gateways as administrators see them. */
import type { GatewayDetail, GatewayState, GatewaySummary, UnknownSender } from '@isocenter/contracts'
import type { Db, Trx } from '../platform/db.ts'
import { newestCommands, pending, type GatewayRef } from './commands.ts'
import { healthOf } from './health.ts'

interface GatewayRow {
  readonly gateway_id: string
  readonly name: string
  readonly version: string
  readonly key_thumbprint: string
  readonly enrolled_at: Date
  readonly revoked_at: Date | null
  readonly last_contact_at: Date | null
  readonly report_after_ms: number | null
  readonly state: GatewayState | null
  readonly unknown_senders: UnknownSender[]
  readonly configuration_revision: string | null
  readonly configuration: Record<string, unknown> | null
  readonly pending_commands: string
}

/** Where a page ended. */
export interface GatewayPosition {
  readonly name: string
  readonly gatewayId: string
}

function gateways(db: Db, organisationId: string) {
  return db('gateway').where('gateway.organisation_id', organisationId).select<GatewayRow[]>('gateway.*', db.raw(`(
    select count(*) from gateway_command where gateway_command.gateway_id = gateway.gateway_id and ${pending}) as pending_commands`))
}

/** One page of the organisation's gateways, by name. */
export async function listGateways(db: Db, organisationId: string, { after, limit, now }: { after: GatewayPosition | undefined; limit: number; now: Date }): Promise<GatewaySummary[]> {
  const query = gateways(db, organisationId).orderBy(['name', 'gateway_id']).limit(limit)
  if (after) void query.whereRaw('(gateway.name, gateway.gateway_id) > (?, ?::uuid)', [after.name, after.gatewayId])
  return (await query).map((row) => toSummary(row, now))
}

/** One gateway with everything that is known of it; undefined when the organisation has none of this id. */
export async function findGateway(db: Db, gateway: GatewayRef, now: Date): Promise<GatewayDetail | undefined> {
  const [row] = await gateways(db, gateway.organisationId).where('gateway.gateway_id', gateway.gatewayId)
  if (row === undefined) return undefined
  return {
    ...toSummary(row, now),
    keyThumbprint: row.key_thumbprint,
    ...(row.state === null ? {} : { state: row.state }),
    unknownSenders: row.unknown_senders,
    ...(row.configuration_revision === null || row.configuration === null ? {} : { configuration: { revision: Number(row.configuration_revision), document: row.configuration } }),
    commands: await newestCommands(db, gateway, now),
  }
}

/** Locks one gateway until the transaction ends; undefined when the organisation has none of this id. */
export async function lockGateway(trx: Trx, { organisationId, gatewayId }: GatewayRef): Promise<{ isRevoked: boolean } | undefined> {
  const row = await trx('gateway').where({ organisation_id: organisationId, gateway_id: gatewayId }).forUpdate().first<{ revoked_at: Date | null } | undefined>('revoked_at')
  return row && { isRevoked: row.revoked_at !== null }
}

export async function renameGateway(trx: Trx, { organisationId, gatewayId }: GatewayRef, name: string): Promise<void> {
  await trx('gateway').where({ organisation_id: organisationId, gateway_id: gatewayId }).update({ name })
}

/** Revokes for good: its commands are dropped with it, and its name and history stay to be seen. */
export async function revokeGateway(trx: Trx, { organisationId, gatewayId }: GatewayRef): Promise<void> {
  await trx('gateway').where({ organisation_id: organisationId, gateway_id: gatewayId }).update({ revoked_at: trx.fn.now() })
  await trx('gateway_command').where({ organisation_id: organisationId, gateway_id: gatewayId }).whereNull('finished_at').delete()
}

function toSummary(row: GatewayRow, now: Date): GatewaySummary {
  return {
    gatewayId: row.gateway_id, name: row.name, version: row.version,
    health: healthOf({ isRevoked: row.revoked_at !== null, lastContactAt: row.last_contact_at ?? undefined, reportAfterMs: row.report_after_ms ?? undefined }, now),
    enrolledAt: row.enrolled_at.toISOString(),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
    ...(row.last_contact_at === null ? {} : { lastContactAt: row.last_contact_at.toISOString() }),
    alarms: row.state?.alarms.length ?? 0,
    ...(row.state === null ? {} : { waiting: row.state.queue.waiting, failed: row.state.queue.failed }),
    pendingCommands: Number(row.pending_commands),
  }
}
