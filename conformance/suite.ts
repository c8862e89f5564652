import type { Client } from './client.ts'
import type { Fixtures } from './fixtures/fixtures.ts'

/**
 * How strongly the rule binds: M "shall" in PS3.18, S recommended, C needed by real clients, X a promise of our own
 * that a server may well not make.
 */
export type Level = 'M' | 'S' | 'C' | 'X'

/** What every check gets: a client with a token, and the objects that were stored before the first check ran. */
export interface Context {
  readonly client: Client
  readonly fixtures: Fixtures
  /** A client of another organisation, when the caller gave a second token. */
  readonly stranger: Client | undefined
}

/** One numbered rule; `run` resolves when it holds and throws what is wrong otherwise. */
export interface Check<Given = Context> {
  readonly number: number
  readonly level: Level
  readonly title: string
  readonly run: (context: Given) => Promise<void>
}

/** A check as a value: `check(30, 'M', 'Implicit VR Little Endian never leaves as such', async ({ client }) => …)`. */
export const check = <Given = Context>(number: number, level: Level, title: string, run: Check<Given>['run']): Check<Given> => ({ number, level, title, run })

/** Thrown by a check that cannot be asked of this server or run; counts as skipped, with the reason shown. */
export class NotApplicable extends Error {
  override name = 'NotApplicable'
}

export interface Result<Given = Context> {
  readonly check: Check<Given>
  readonly outcome: 'pass' | 'fail' | 'skip'
  readonly reason?: string
  readonly elapsedMs: number
}

const checkTimeoutMs = 30_000

/** Runs the checks one after another, in order of their numbers, and tells `onResult` of each. */
export async function runChecks<Given>(checks: readonly Check<Given>[], context: Given, onResult: (result: Result<Given>) => void): Promise<readonly Result<Given>[]> {
  const results: Result<Given>[] = []
  for (const one of checks.toSorted((a, b) => a.number - b.number)) {
    const startedAt = performance.now()
    const verdict = await judge(one, context)
    const result = { check: one, ...verdict, elapsedMs: performance.now() - startedAt }
    results.push(result)
    onResult(result)
  }
  return results
}

async function judge<Given>(one: Check<Given>, context: Given): Promise<Pick<Result<Given>, 'outcome' | 'reason'>> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => { reject(new Error(`no verdict within ${String(checkTimeoutMs / 1000)} s`)) }, checkTimeoutMs)
  try {
    await Promise.race([one.run(context), promise])
    return { outcome: 'pass' }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error)
    return { outcome: error instanceof NotApplicable ? 'skip' : 'fail', reason }
  } finally {
    clearTimeout(timer)
  }
}
