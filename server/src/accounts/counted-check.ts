import { record } from '../audit/index.ts'
import type { Db } from '../platform/db.ts'
import { tooManyRequests } from '../platform/rate-limit.ts'
import { beginAttempt, endRight, endUnknown, endWrong, type Attempt } from './attempts.ts'
import { dayIn } from './calendar.ts'

export interface CountedCheck {
  readonly db: Db
  /** What is counted, and apart from what: `change` of an account. */
  readonly subject: string
  readonly now: Date
  readonly isRight: () => Promise<boolean>
  /** What is written down when it is not. */
  readonly refusal: Parameters<typeof record>[1][number]
}

/**
 * Whether something that was given is right, at most ten wrong ones a day (AUTH-21). A throttle of its own: who sits down at a
 * forgotten screen shall not freeze its owner out.
 * @throws tooManyRequests 429 until the day is over (UTC)
 */
export async function checkCounted({ db, subject, now, isRight, refusal }: CountedCheck): Promise<boolean> {
  const attempt: Attempt = { subject, accountId: undefined, day: dayIn('UTC', now) }
  if (await beginAttempt(db, attempt, now) === 'frozen') {
    throw tooManyRequests('Too many wrong ones were given here today.', {}, { 'retry-after': String(Math.ceil((attempt.day.endsAt.getTime() - now.getTime()) / 1000)) })
  }
  const answer = await isRight().catch(async (error: unknown) => {
    await endUnknown(db, attempt)
    throw error
  })
  if (answer) {
    await endRight(db, attempt)
    return true
  }
  await db.transaction(async (trx) => {
    await endWrong(trx, attempt, now)
    await record(trx, [refusal])
  })
  return false
}
