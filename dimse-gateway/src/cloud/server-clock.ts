import type { Clock } from '../platform/clock.ts'

/** What time it is at the cloud: the clock of a computer beside a modality may be off by hours, and assertions are held to the server's. */
export interface ServerClock {
  now(): Date
  /** Takes the `Date` of an answer; what is none changes nothing. Answers how far the estimate has moved, in milliseconds. */
  note(date: string | undefined): number
}

/** A `Date` header is in whole seconds: a difference below is none. */
const resolutionMs = 1_000

export function createServerClock(clock: Clock): ServerClock {
  let aheadMs = 0
  return {
    now: () => new Date(clock().getTime() + aheadMs),
    note: (date) => {
      const told = Date.parse(date ?? '')
      if (Number.isNaN(told)) return 0
      const movedMs = told - (clock().getTime() + aheadMs)
      // The header was cut to the second, so the truth is up to one later.
      if (movedMs <= 0 && movedMs > -2 * resolutionMs) return 0
      aheadMs += movedMs
      return Math.abs(movedMs)
    },
  }
}
