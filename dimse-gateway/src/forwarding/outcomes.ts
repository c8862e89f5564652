/** From what an attempt came to, to what the queue writes down. */
import type { Attempt, Trouble, Verdict } from './attempt.ts'
import { backoffMs } from '../platform/backoff.ts'
import type { Delivery } from './delivery.ts'
import type { Outcome, Settled } from './settle.ts'

export interface OutcomeOptions {
  readonly maxAttempts: number
  readonly now: number
  readonly random?: () => number
}

/** Waits after a refusal of one object. */
const refusalBackoff = { baseMs: 10_000, capMs: 600_000 }
/** Waits of an object that was on the line when it broke, so that others have their turn before it. */
const troubleBackoff = { baseMs: 1_000, capMs: 60_000 }
/** A refusal that says it is final is asked about once more: the node may have been set up meanwhile. */
const attemptsIfFinal = 2

export function outcomesOf(deliveries: readonly Delivery[], { verdicts, trouble }: Attempt, options: OutcomeOptions): Settled[] {
  return deliveries.map((delivery) => {
    const verdict = verdicts.get(delivery.deliveryId)
    return { deliveryId: delivery.deliveryId, outcome: verdict ? ofVerdict(delivery, verdict, options) : ofTrouble(delivery, trouble, options) }
  })
}

function ofVerdict(delivery: Delivery, verdict: Verdict, { maxAttempts, now, ...random }: OutcomeOptions): Outcome {
  if (verdict.kind === 'arrived') return verdict
  const attempts = delivery.attempts + 1
  const isDead = attempts >= (verdict.isFinal ? Math.min(maxAttempts, attemptsIfFinal) : maxAttempts)
  return { kind: 'refused', error: verdict.error, retryAt: isDead ? 'never' : now + backoffMs(attempts, { ...refusalBackoff, ...random }) }
}

function ofTrouble(delivery: Delivery, trouble: Trouble | undefined, { now, random }: OutcomeOptions): Outcome {
  const { concernsObjects = false, isHarmless = false, concernsOnly = delivery.deliveryId } = trouble ?? {}
  const troubled = concernsObjects && !isHarmless && concernsOnly === delivery.deliveryId
  const waitMs = troubled ? backoffMs(delivery.troubles + 1, { ...troubleBackoff, ...(random && { random }) }) : 0
  return { kind: 'released', troubled, retryAt: now + waitMs, ...(trouble && !isHarmless && { error: trouble.error }) }
}
