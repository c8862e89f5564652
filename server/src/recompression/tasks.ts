/** Compressing by rule in the background: a slice at a time, as fast as the rule allows, from where the last slice ended. */
import { setTimeout } from 'node:timers/promises'
import { changedForms, countChangedForms, formCandidates, lastInstanceKey } from '../catalogue/index.ts'
import type { Tasks } from '../jobs/index.ts'
import { BlobNotFound, BlobRangeInvalid } from '../storage/index.ts'
import { recompress, reverse, type FormDeps, type Outcome } from './change-form.ts'
import { beginRound, noteVisited, recompressionRules, resumeReversal, type Came, type RuleState } from './rules.ts'

const sliceEveryMs = 5 * 60_000
/** Shorter than the time to the next slice, so that two hardly ever run side by side; if they do, the later of two changes comes to nothing. */
const sliceMs = 4 * 60_000
/** Keys looked through at once; few of them may be of the organisation. */
const keysAtOnce = 20_000n
const defaultHeldAtOnce = 200
const reversedAtOnce = 20
const hourMs = 60 * 60_000
/** What could not be put back may be for want of time or memory, or of a blob people bring back; or for ever, and costs its reading again. */
const reversalPauseMs = 24 * hourMs

export interface SliceOptions {
  readonly signal: AbortSignal
  readonly now: () => Date
  /** When the slice ends, milliseconds of `performance.now()`. */
  readonly until: number
  /** Instances whose records, layouts among them, are held. */
  readonly heldAtOnce?: number
}

/** Background work of every server: whoever is free takes the slice. */
export function recompressionTasks(deps: FormDeps): Tasks {
  let isUnderWay = false
  return {
    tasks: {
      recompress: async (_payload, { signal }) => {
        // One that overran, behind a large object: it goes on, and other background work keeps its lane.
        if (isUnderWay) return
        isUnderWay = true
        try {
          const until = performance.now() + sliceMs
          const rules = (await recompressionRules(deps.db)).filter(({ isActive }) => isActive)
          for (const rule of inTurn(rules, new Date())) await workOff(deps, rule, { signal, until, now: () => new Date() })
        } finally {
          isUnderWay = false
        }
      },
    },
    schedule: ['*/5 * * * * recompress'],
  }
}

/** The same rules, beginning with another in every slice: the first may take all of it. */
export const inTurn = <Rule>(rules: readonly Rule[], now: Date): Rule[] => {
  const first = Math.floor(now.getTime() / sliceEveryMs) % Math.max(1, rules.length)
  return [...rules.slice(first), ...rules.slice(0, first)]
}

/** Goes on with one rule until there is nothing more to do, its hours are over, or the slice has ended. */
export async function workOff(deps: FormDeps, rule: RuleState, options: SliceOptions): Promise<void> {
  if (!rule.isActive) return
  await (rule.isReversing ? reverseAll(deps, rule, options) : recompressAll(deps, rule, options))
}

const isDue = ({ fromHour, toHour, resumesAt }: RuleState, { signal, now, until }: SliceOptions): boolean =>
  !signal.aborted && performance.now() < until && (resumesAt === undefined || resumesAt <= now()) && isWithin(now().getUTCHours(), fromHour, toHour)

/** Whether an hour lies in a stretch of the day, which may go past midnight. */
export const isWithin = (hour: number, from: number, to: number): boolean =>
  from === to || (from < to ? hour >= from && hour < to : hour >= from || hour < to)

async function recompressAll(deps: FormDeps, rule: RuleState, options: SliceOptions): Promise<void> {
  const { heldAtOnce = defaultHeldAtOnce } = options
  const last = BigInt(await lastInstanceKey(deps.db))
  for (let after = BigInt(rule.visitedTo); after < last && isDue(rule, options);) {
    const furthest = after + keysAtOnce < last ? after + keysAtOnce : last
    const storedBefore = new Date(options.now().getTime() - rule.minimumAgeHours * hourMs)
    const someOf = await formCandidates(deps.db, { ...rule, storedBefore }, String(after), String(furthest), heldAtOnce)
    const to = someOf.length < heldAtOnce ? furthest : BigInt(someOf.at(-1)?.instanceKey ?? furthest)
    for (const candidate of someOf) {
      if (!isDue(rule, options)) return
      const startedAt = performance.now()
      await noted(deps, rule, candidate.instanceKey, await passingOver(recompress(deps, candidate, options.signal)))
      await pause(rule, candidate.byteLength, startedAt, options.signal)
    }
    // Up to here everything was looked at that is old enough; what is younger waits, and all behind it with it.
    const young = await youngest(deps, rule, after, to, storedBefore)
    if (young !== undefined) {
      await noteVisited(deps.db, rule, String(young - 1n), nothing)
      return
    }
    await noteVisited(deps.db, rule, String(to), nothing)
    after = to
  }
}

const nothing: Came = { recompressed: 0, savedBytes: 0, leftBecause: undefined }

/** The first key behind `after` whose instance is still to come of age; one of a newer version has been looked at in its time. */
async function youngest({ db }: FormDeps, { organisationId }: RuleState, after: bigint, to: bigint, storedBefore: Date): Promise<bigint | undefined> {
  const row = await db('instance').where({ organisation_id: organisationId, version: 1 }).where('instance_key', '>', String(after)).where('instance_key', '<=', String(to))
    .where('stored_at', '>=', storedBefore).min<{ first: string | null }[]>('instance_key as first')
  const first = row[0]?.first
  return first === null || first === undefined ? undefined : BigInt(first)
}

/** Comes by all that is stored otherwise than it was received; what is left behind then is tried again after a while, until nothing is. */
async function reverseAll(deps: FormDeps, rule: RuleState, options: SliceOptions): Promise<void> {
  if (rule.resumesAt && isDue(rule, options)) await beginRound(deps.db, rule.organisationId)
  for (let after = rule.visitedTo; isDue(rule, options);) {
    const some = await changedForms(deps.db, rule.organisationId, after, reversedAtOnce)
    if (some.length === 0) {
      const { current } = await countChangedForms(deps.db, rule.organisationId)
      if (current > 0) await resumeReversal(deps.db, rule.organisationId, new Date(options.now().getTime() + reversalPauseMs))
      return
    }
    for (const { candidate, original } of some) {
      if (!isDue(rule, options)) return
      const startedAt = performance.now()
      await noted(deps, rule, candidate.instanceKey, await passingOver(reverse(deps, candidate, original, options.signal)))
      await pause(rule, original.byteLength, startedAt, options.signal)
      after = candidate.instanceKey
    }
  }
}

/**
 * Leaves an object whose blob is lost or shorter than its row says, which is the doctor's to tell: or all behind it would wait for it, and the rules of
 * other organisations too. A store or a database that does not work at all still ends the slice.
 */
async function passingOver(work: Promise<Outcome>): Promise<Outcome> {
  try {
    return await work
  } catch (error) {
    if (error instanceof BlobNotFound || error instanceof BlobRangeInvalid) return { kind: 'left', because: 'its bytes are not there' }
    throw error
  }
}

async function noted({ db }: FormDeps, rule: RuleState, visitedTo: string, outcome: Outcome): Promise<void> {
  const isChanged = outcome.kind === 'changed'
  await noteVisited(db, rule, visitedTo, isChanged
    ? { recompressed: rule.isReversing ? -1 : 1, savedBytes: outcome.savedBytes, leftBecause: undefined } : { ...nothing, leftBecause: outcome.because })
}

/** Waits as long as so many bytes are to take. */
async function pause({ bytesPerSecond }: RuleState, bytes: number, startedAt: number, signal: AbortSignal): Promise<void> {
  const left = (bytes / bytesPerSecond) * 1000 - (performance.now() - startedAt)
  if (left > 0) await setTimeout(left, undefined, { signal }).catch(() => undefined)
}
