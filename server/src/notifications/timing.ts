/** When a message leaves: at once, with the digest of the day, or when the quiet time is over; all by the clock on the organisation's wall. */
import type { NotificationTiming } from '@isocenter/contracts'

const minuteMs = 60_000
const dayMinutes = 24 * 60

/** Minutes of the day of `HH:MM`. */
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

interface WallClock {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly minutes: number
}

function wallClock(moment: Date, zone: string): WallClock {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' }).formatToParts(moment)
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value)
  return { year: of('year'), month: of('month'), day: of('day'), minutes: of('hour') * 60 + of('minute') }
}

/** The next moment after `now` at which that clock shows this time; where a change of summer time leaves it out, the moment it would have been. */
export function nextAt(time: string, now: Date, zone: string): Date {
  const { year, month, day } = wallClock(now, zone)
  for (let ahead = 0; ahead <= 2; ahead++) {
    const moment = momentOf(Date.UTC(year, month - 1, day + ahead, 0, minutesOf(time)), zone)
    if (moment > now) return moment
  }
  throw new Error('A time of day comes within two days.')
}

/** The moment at which the clock of the zone shows what `wall` would be in UTC. */
function momentOf(wall: number, zone: string): Date {
  let moment = wall
  // Twice: the offset at the guess may differ from that at the answer.
  for (let turn = 0; turn < 2; turn++) {
    const { year, month, day, minutes } = wallClock(new Date(moment), zone)
    moment += wall - Date.UTC(year, month - 1, day, 0, minutes)
  }
  return new Date(moment)
}

/** Whether the clock stands within the quiet time, which may go past midnight; its end is not quiet any more. */
function isQuiet({ from, to }: NonNullable<NotificationTiming['quiet']>, moment: Date, zone: string): boolean {
  const { minutes } = wallClock(moment, zone)
  return (minutes - minutesOf(from) + dayMinutes) % dayMinutes < (minutesOf(to) - minutesOf(from) + dayMinutes) % dayMinutes
}

/** When a message that comes up now leaves. */
export function dueAt({ digestAt, quiet }: NotificationTiming, now: Date, zone: string): Date {
  const ready = digestAt === undefined ? now : nextAt(digestAt, now, zone)
  return quiet !== undefined && isQuiet(quiet, ready, zone) ? nextAt(quiet.to, new Date(ready.getTime() - minuteMs / 2), zone) : ready
}
