import type { GatewayHealth } from '@isocenter/contracts'

/** A gateway whose line is slow, or that is busy, is not late yet. */
const graceMs = 15_000
/** So many promised reports missed, and no less than this, and nobody should count on the gateway. */
const missedReports = 5
const leastOfflineMs = 120_000

export interface Contact {
  readonly isRevoked: boolean
  readonly lastContactAt: Date | undefined
  /** Time after the last contact by which the next was promised. */
  readonly reportAfterMs: number | undefined
}

/** How a gateway is, by when it was heard last against when it should have been heard again. */
export function healthOf({ isRevoked, lastContactAt, reportAfterMs }: Contact, now: Date): GatewayHealth {
  if (isRevoked) return 'revoked'
  if (lastContactAt === undefined || reportAfterMs === undefined) return 'unheard'
  const silentMs = now.getTime() - lastContactAt.getTime()
  if (silentMs <= reportAfterMs + graceMs) return 'online'
  return silentMs <= Math.max(missedReports * reportAfterMs, leastOfflineMs) ? 'late' : 'offline'
}
