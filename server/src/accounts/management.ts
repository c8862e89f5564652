/** The second factor before management (AUTH-11): whoever has one gave it lately; whoever has none sets one up within a time of grace. */
import type { Session } from '@isocenter/contracts'
import type { Config } from '../config.ts'
import type { Db } from '../platform/db.ts'
import { stepUpRequired } from './problems.ts'
import { waysOf } from './second-factor.ts'
import type { LiveSession } from './sessions.ts'

/** What the operator of an installation asks of those who administer. */
export interface ManagementRule {
  /** optional: who has no second factor administers without; who has one is asked for it all the same. */
  readonly secondFactor: 'required' | 'optional'
  /** How long one that was given is good. */
  readonly maxAgeMinutes: number
  /** To set one up, from the day management is first entered without. */
  readonly graceDays: number
}

export const standardManagementRule: ManagementRule = { secondFactor: 'required', maxAgeMinutes: 480, graceDays: 7 }

/** The rule of an installation, by its settings. */
export const managementRuleOf = (config: Pick<Config, 'MANAGEMENT_SECOND_FACTOR' | 'MANAGEMENT_SECOND_FACTOR_MINUTES' | 'MANAGEMENT_GRACE_DAYS'>): ManagementRule =>
  ({ secondFactor: config.MANAGEMENT_SECOND_FACTOR, maxAgeMinutes: config.MANAGEMENT_SECOND_FACTOR_MINUTES, graceDays: config.MANAGEMENT_GRACE_DAYS })

/** What a session has to do with the second factor. */
export type SecondFactorState = Pick<LiveSession, 'secondFactorAt'> & { readonly account: Pick<LiveSession['account'], 'accountId' | 'hasSecondFactor' | 'secondFactorAskedAt'> }

export interface Management {
  /** Lets a session into management. @throws stepUpRequired 403 */
  readonly assertOpen: (state: SecondFactorState) => Promise<void>
  /** Before something that could take an account over: who has a second factor gave it lately. @throws stepUpRequired 403 */
  readonly assertGivenLately: (state: SecondFactorState) => Promise<void>
  /** What a screen is told of it; undefined where nothing is ever asked. */
  readonly describe: (state: SecondFactorState) => Session['management']
}

export function createManagement({ db, rule, now }: { readonly db: Db; readonly rule: ManagementRule; readonly now: () => Date }): Management {
  const goodUntil = (at: Date | undefined) => at && new Date(at.getTime() + rule.maxAgeMinutes * 60_000)
  const graceUntil = (askedAt: Date | undefined) => new Date((askedAt ?? now()).getTime() + rule.graceDays * 86_400_000)

  const assertGivenLately: Management['assertGivenLately'] = async ({ secondFactorAt, account: { accountId, hasSecondFactor } }) => {
    const until = goodUntil(secondFactorAt)
    if (!hasSecondFactor || (until !== undefined && until > now())) return
    throw stepUpRequired('Give the second factor once more.', { possible: await waysOf(db, accountId) })
  }

  return {
    assertGivenLately,

    assertOpen: async (state) => {
      const { accountId, hasSecondFactor, secondFactorAskedAt } = state.account
      await assertGivenLately(state)
      if (hasSecondFactor) return
      if (rule.secondFactor === 'optional') return
      if (secondFactorAskedAt === undefined) await db('account').where({ account_id: accountId }).whereNull('second_factor_asked_at').update({ second_factor_asked_at: now() })
      if (graceUntil(secondFactorAskedAt) > now()) return
      throw stepUpRequired('Set up a second factor for the account first.', { possible: [] })
    },

    describe: ({ secondFactorAt, account: { hasSecondFactor, secondFactorAskedAt } }) => {
      if (hasSecondFactor) {
        const until = goodUntil(secondFactorAt)
        return until !== undefined && until > now() ? { secondFactorUntil: until.toISOString() } : {}
      }
      return rule.secondFactor === 'optional' ? undefined : { graceUntil: graceUntil(secondFactorAskedAt).toISOString() }
    },
  }
}
