import type { Tally } from './run.ts'

const barWidth = 28

/** 1.5 MB, 320 kB … */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 ? String(value) : value.toFixed(value < 10 ? 1 : 0)} ${units[power] ?? 'B'}`
}

const handled = (tally: Tally) => tally.stored + tally.resumed + tally.refused.length + tally.skipped.length

/** One line about how far a run is; a bar when the number of files is known. */
export function progressLine(tally: Tally, total: number | undefined, elapsedMs: number): string {
  const done = handled(tally)
  const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total)
  const bar = share === undefined ? '' : `[${'#'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '-')}] ${String(Math.floor(share * 100)).padStart(3)}%  `
  const rate = elapsedMs < 500 ? '' : `  ${(tally.stored / (elapsedMs / 1000)).toFixed(0)}/s`
  const bad = tally.refused.length === 0 ? '' : `  ${String(tally.refused.length)} refused`
  return `${bar}${String(done)}${total === undefined ? '' : ` of ${String(total)}`} files  ${bytesText(tally.bytes)}${rate}${bad}`
}

/** Shows the line: rewritten in place on a terminal, every ten seconds otherwise. Returns what stops it. */
export function showProgress(line: () => string, out: NodeJS.WriteStream): () => void {
  const inPlace = out.isTTY
  const draw = () => out.write(inPlace ? `\r\x1b[2K${line().slice(0, out.columns - 1)}` : `${line()}\n`)
  const timer = setInterval(draw, inPlace ? 200 : 10_000)
  return () => {
    clearInterval(timer)
    if (inPlace) out.write('\r\x1b[2K')
  }
}

const shownPerReason = 5

/** The closing report: counts, then what was refused or left out, grouped by reason. */
export function summaryText(tally: Tally, elapsedMs: number): string {
  const seconds = Math.max(elapsedMs / 1000, 0.001)
  const lines = [
    `${String(tally.stored)} instances stored, ${bytesText(tally.bytes)} in ${seconds.toFixed(1)} s (${(tally.stored / seconds).toFixed(0)} a second)`,
    ...tally.warned > 0 ? [`${String(tally.warned)} of them with values the standard does not allow; they are kept as they are`] : [],
    ...tally.heldApart > 0 ? [`${String(tally.heldApart)} of them are held apart, since their studies are of other patients: an administrator of the data decides, under "Held apart"`] : [],
    ...tally.resumed > 0 ? [`${String(tally.resumed)} were sent by an earlier run`] : [],
    ...grouped('refused by the server', tally.refused),
    ...grouped('not sent', tally.skipped),
  ]
  return lines.join('\n')
}

function grouped(title: string, entries: readonly { name: string; reason: string }[]): string[] {
  if (entries.length === 0) return []
  const byReason = Map.groupBy(entries, ({ reason }) => reason)
  return [`${String(entries.length)} ${title}:`, ...[...byReason].flatMap(([reason, some]) => [
    `  ${reason} (${String(some.length)})`,
    ...some.slice(0, shownPerReason).map(({ name }) => `    ${name}`),
    ...some.length > shownPerReason ? [`    … and ${String(some.length - shownPerReason)} more`] : [],
  ])]
}

/** Every refused or unsent file as CSV: name, what happened, why. */
export function reportCsv(tally: Tally): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const rows = [...tally.refused.map((one) => ({ ...one, what: 'refused' })), ...tally.skipped.map((one) => ({ ...one, what: 'not sent' }))]
  return ['file,outcome,reason', ...rows.map(({ name, what, reason }) => [quoted(name), what, quoted(reason)].join(','))].join('\n') + '\n'
}
