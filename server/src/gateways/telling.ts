/** What those who look after gateways are told of them. */
import { publish } from '../notifications/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import type { GatewayRef } from './commands.ts'
import { healthOf } from './health.ts'

type GatewayEvent = 'gateway.revoked' | 'gateway.alarm' | 'gateway.offline' | 'gateway.online'

/** @param code of alarms: which */
export async function tellOfGateway(trx: Trx, { organisationId, gatewayId }: GatewayRef, event: GatewayEvent, exceptAccountId?: string, code = ''): Promise<void> {
  const row = await trx('gateway').join('organisation', 'organisation.organisation_id', 'gateway.organisation_id').where({ 'gateway.organisation_id': organisationId, gateway_id: gatewayId })
    .first<{ gateway: string; organisation: string } | undefined>('gateway.name as gateway', 'organisation.name as organisation')
  if (row === undefined) return
  const about = { organisationId, recordId: gatewayId, exceptAccountId }
  await (event === 'gateway.alarm' ? publish(trx, { ...about, event, details: { ...row, code } }) : publish(trx, { ...about, event, details: row }))
}

interface SilentRow {
  readonly gateway_id: string
  readonly organisation_id: string
  readonly last_contact_at: Date
  readonly report_after_ms: number
}

/** Gateways looked at in one turn: more than fall silent in a minute. */
const mostAtOnce = 500

/** Tells of gateways that have fallen silent, of each once until it is heard again. */
export async function tellOfSilence(db: Db, now: Date): Promise<void> {
  await db.transaction(async (trx) => {
    const silent = await trx('gateway').whereNull('revoked_at').whereNull('offline_told_at').whereNotNull('report_after_ms').where('last_contact_at', '<', new Date(now.getTime() - 60_000))
      .orderBy('last_contact_at').limit(mostAtOnce).forUpdate().skipLocked().select<SilentRow[]>('gateway_id', 'organisation_id', 'last_contact_at', 'report_after_ms')
    for (const row of silent) {
      if (healthOf({ isRevoked: false, lastContactAt: row.last_contact_at, reportAfterMs: row.report_after_ms }, now) !== 'offline') continue
      await trx('gateway').where({ gateway_id: row.gateway_id }).update({ offline_told_at: now })
      await tellOfGateway(trx, { organisationId: row.organisation_id, gatewayId: row.gateway_id }, 'gateway.offline')
    }
  })
}
