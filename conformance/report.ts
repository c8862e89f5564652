import type { Check, Level, Result } from './suite.ts'

/** A result, whatever its check was given. */
type Judged = Pick<Result, 'outcome' | 'reason' | 'elapsedMs'> & { readonly check: Pick<Check, 'number' | 'level' | 'title'> }

const marks = { pass: 'pass', fail: 'FAIL', skip: 'skip' } as const
const levels: readonly Level[] = ['M', 'S', 'C', 'X']

/** One line for one check. */
export const resultLine = ({ check, outcome, reason, elapsedMs }: Judged): string =>
  `${String(check.number).padStart(4)}  ${check.level}  ${marks[outcome]}  ${check.title}${reason === undefined ? '' : `\n               ${reason}`}${elapsedMs > 5_000 ? `  (${(elapsedMs / 1000).toFixed(1)} s)` : ''}`

/** The closing table: outcomes by level, then the numbers that failed. */
export function summary(results: readonly Judged[]): string {
  const count = (level: Level | undefined, outcome: Judged['outcome']) => String(results.filter((result) => (level === undefined || result.check.level === level) && result.outcome === outcome).length).padStart(6)
  const row = (name: string, level: Level | undefined) => `${name.padEnd(28)}${count(level, 'pass')}${count(level, 'fail')}${count(level, 'skip')}`
  const names: Readonly<Record<Level, string>> = { M: 'M  shall, by the standard', S: 'S  should', C: 'C  real clients need it', X: 'X  our own promises' }
  const failed = results.filter(({ outcome }) => outcome === 'fail').map(({ check }) => check.number)
  return [
    `${''.padEnd(28)}  pass  fail  skip`, ...levels.map((level) => row(names[level], level)), row('all', undefined),
    ...failed.length === 0 ? [] : ['', `failed: ${failed.join(', ')}`],
  ].join('\n')
}
