/** How long to wait after a failure. */

/** No wait is longer, what a node asks for included: something due later than that was written down before the clock was put back, and is due now. */
export const longestWaitMs = 3_600_000

export interface BackoffOptions {
  /** The most the first wait may last, ms; it doubles with every failure. */
  readonly baseMs: number
  readonly capMs: number
  /** From 0 to below 1; for tests. */
  readonly random?: () => number
}

/**
 * A wait with full jitter: anything from nothing to twice as long as the time before, up to the cap. Many gateways that lost
 * the same line come back spread out, not all at once.
 */
export function backoffMs(failures: number, { baseMs, capMs, random = Math.random }: BackoffOptions): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(Math.max(failures - 1, 0), 30))
  return Math.round(random() * ceiling)
}
