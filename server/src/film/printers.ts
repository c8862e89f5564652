/** Film printers an organisation can print on. */
import type { FilmPrinter, GatewayState } from '@isocenter/contracts'
import { healthOf } from '../gateways/index.ts'
import { rows, type Db } from '../platform/db.ts'

/** Printers of the gateways that are not revoked, as their last reports tell of them; by name. */
export async function printersOf(db: Db, organisationId: string, now: Date): Promise<FilmPrinter[]> {
  const found = await rows<{ gateway_id: string; name: string; printers: NonNullable<GatewayState['printers']>; last_contact_at: Date | null; report_after_ms: number | null }>(db, `
    select gateway_id, name, state -> 'printers' as printers, last_contact_at, report_after_ms from gateway
    where organisation_id = ? and revoked_at is null and jsonb_array_length(coalesce(state -> 'printers', '[]')) > 0 order by name, gateway_id`, [organisationId])
  return found.flatMap(({ gateway_id, name, printers, last_contact_at, report_after_ms }) => {
    const isReachable = healthOf({ isRevoked: false, lastContactAt: last_contact_at ?? undefined, reportAfterMs: report_after_ms ?? undefined }, now) === 'online'
    return printers.map((printer) => ({ gatewayId: gateway_id, gatewayName: name, isReachable, ...printer }))
  })
}
