/** Calendar days of a place: what "a day" and "tomorrow" mean in the rules about wrong passwords (D-03). */

/** One calendar day and the moment the next one begins. */
export interface CalendarDay {
  /** YYYY-MM-DD */
  readonly date: string
  readonly endsAt: Date
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** @throws RangeError for a time zone the IANA database does not have */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  formats.set(timeZone, format)
  return format
}

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

const hourMs = 3_600_000

/** The calendar day it is now in a time zone. */
export function dayIn(timeZone: string, now: Date): CalendarDay {
  const dateAt = (ms: number) => formatOf(timeZone).format(ms)
  const date = dateAt(now.getTime())
  // A day has 23 to 25 hours where clocks are changed: the end is looked for, not computed.
  let [before, after] = [now.getTime(), now.getTime() + 26 * hourMs]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (dateAt(middle) === date) before = middle
    else after = middle
  }
  return { date, endsAt: new Date(after) }
}
