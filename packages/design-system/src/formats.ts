const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
const spans = [['day', 86_400], ['hour', 3600], ['minute', 60]] as const

/** How numbers, sizes and times are written in one language. */
export interface Formats {
  number(value: number): string
  /** In powers of 1000, as disks and networks are sold. */
  bytes(value: number): string
  percent(share: number): string
  milliseconds(value: number): string
  moment(at: string | Date): string
  time(at: string | Date): string
  date(at: string | Date): string
  /** How long ago or until when, in the largest unit that fits: "3 minutes ago". */
  fromNow(at: string | Date, now: Date): string
  list(items: readonly string[]): string
}

export function createFormats(language: string): Formats {
  const number = new Intl.NumberFormat(language)
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 })
  const milliseconds = new Intl.NumberFormat(language, { style: 'unit', unit: 'millisecond', unitDisplay: 'short', maximumSignificantDigits: 3 })
  const bytes = byteUnits.map((unit) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short', maximumSignificantDigits: 3 }))
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const list = new Intl.ListFormat(language, { type: 'conjunction' })
  return {
    number: (value) => number.format(value),
    bytes(value) {
      // 999.9 kB would be rounded to 1000 kB: the next unit then says it shorter.
      const power = Math.min(value < 1 ? 0 : Math.floor(Math.log10(value * 1.0005) / 3), byteUnits.length - 1)
      return (bytes[power] ?? number).format(value / 1000 ** power)
    },
    percent: (share) => percent.format(share),
    milliseconds: (value) => milliseconds.format(value),
    moment: (at) => moment.format(new Date(at)),
    time: (at) => time.format(new Date(at)),
    date: (at) => date.format(new Date(at)),
    fromNow(at, now) {
      const seconds = (new Date(at).getTime() - now.getTime()) / 1000
      for (const [unit, length] of spans) {
        if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit)
      }
      return relative.format(Math.trunc(seconds), 'second')
    },
    list: (items) => list.format(items),
  }
}
