import { printerStatusInfoText, type PrintJob } from '@isocenter/contracts'
import type { Language } from '@isocenter/design-system'
import type { FilmWords } from './words.ts'

/** `0xB604` as `B604`. */
const codeOf = (status: number): string => status.toString(16).toUpperCase().padStart(4, '0')

/** What became of a print job, each thing in a line: why it failed, how far it came, what the printer did otherwise than asked. */
export function outcomeLines({ state, sheets, outcome }: Pick<PrintJob, 'state' | 'sheets' | 'outcome'>, words: FilmWords, language: Language): readonly string[] {
  if (state === 'expired') return [words.expiredHint]
  if (!outcome) return []
  const { failure, warnings } = outcome
  const lines: string[] = []
  if (failure) {
    const { reason, status, printerStatusInfo } = failure
    lines.push([words.reasons[reason], ...(printerStatusInfo === undefined ? [] : [printerStatusInfoText(printerStatusInfo, language)]), ...(status === undefined ? [] : [statusText(status, words)])].join(' '))
    if (outcome.sheets > 0) lines.push(words.printedSoFar(outcome.sheets, sheets))
  }
  for (const [status, of] of Map.groupBy(warnings, (warning) => warning.status)) {
    const places = of.slice(0, 5).map(({ sheet, position }) => words.place(sheet, position))
    lines.push(`${statusText(status, words)}: ${places.join(', ')}${of.length > places.length ? ' …' : ''}`)
  }
  return lines
}

function statusText(status: number, { statuses, status: other }: FilmWords): string {
  const code = codeOf(status)
  const text = statuses[code]
  return text === undefined ? other(`${code}H`) : `${text} (${code}H)`
}
