/** What is logged of the parts of a request. */
export type PartLog = Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>

/** A request may have a hundred thousand parts that each go wrong the same way. */
const mostLines = 50

/** A log that takes so many lines of one request; `end` says how many more there would have been. */
export function boundedLog(log: PartLog): PartLog & { readonly end: () => void } {
  let lines = 0
  const said = (level: keyof PartLog) => (fields: object, message: string): void => {
    if (++lines <= mostLines) log[level](fields, message)
  }
  return {
    info: said('info'), warn: said('warn'), error: said('error'),
    end: () => { if (lines > mostLines) log.warn({ leftOut: lines - mostLines }, 'more was to be said of this request') },
  }
}
