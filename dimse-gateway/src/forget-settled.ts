import type { Configuration } from './configuration/schema.ts'
import { startRounds, type Rounds } from './forwarding/rounds.ts'
import type { Clock } from './platform/clock.ts'
import type { Database } from './platform/database.ts'
import type { Log } from './platform/log.ts'

const everyMs = 60 * 60_000
const dayMs = 86_400_000

export interface ForgetSettledOptions {
  /** Records of services: messages told, commitments answered, studies fetched. */
  readonly records: readonly { removeSettledBefore(moment: Date): number }[]
  readonly database: Pick<Database, 'write'>
  readonly configuration: () => Configuration
  readonly clock: Clock
  readonly log: Log
}

/** Forgets what was settled so long ago as records are kept; what is not settled stays. */
export async function forgetSettled({ records, database, configuration, clock }: ForgetSettledOptions): Promise<number> {
  const before = new Date(clock().getTime() - configuration().retention.recordDays * dayMs)
  return database.write(() => records.reduce((sum, one) => sum + one.removeSettledBefore(before), 0))
}

/** Forgets every hour. */
export const startForgetting = (options: ForgetSettledOptions): Rounds =>
  startRounds(everyMs, () => forgetSettled(options), (error) => { options.log.error({ err: error }, 'old records could not be forgotten') })
