/** Hours of the day, by the clock of the place where the gateway stands. */
import Type, { type Static } from 'typebox'

/** A span of the day; one whose end is not after its start goes over midnight. Days count from 1, Monday, to 7 (ISO 8601) and are those it starts on; every day where absent. */
export const HoursSchema = Type.Object({
  from: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'first minute, HH:MM' }),
  to: Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$', description: 'the minute after the last, HH:MM' }),
  days: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7 })),
}, { additionalProperties: false })
export type Hours = Static<typeof HoursSchema>

const minutesADay = 24 * 60

/** Whether a moment lies in one of the spans; in any where there are none. */
export function isWithinHours(spans: readonly Hours[] | undefined, moment: Date): boolean {
  if (!spans || spans.length === 0) return true
  const minute = moment.getHours() * 60 + moment.getMinutes()
  const today = isoDay(moment.getDay())
  const yesterday = isoDay((moment.getDay() + 6) % 7)
  return spans.some(({ from, to, days }) => {
    const start = minuteOf(from)
    const end = minuteOf(to)
    const isOn = (day: number) => days === undefined || days.includes(day)
    if (end > start) return isOn(today) && minute >= start && minute < end
    return (isOn(today) && minute >= start && minute < minutesADay) || (isOn(yesterday) && minute < end)
  })
}

const isoDay = (day: number): number => (day === 0 ? 7 : day)

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}
