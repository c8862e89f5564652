/** Sessions opened on the word of somebody else: an organisation's identity provider. */
import { record } from '../audit/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { isFrozen, subjectOfAccount } from './attempts.ts'
import { accountFrozen, accountSuspended, noSuchAccount } from './problems.ts'
import { endSessionOfToken, idleEnd, openSession, sessionById, sessionLimits } from './sessions.ts'
import type { Caller } from './sign-in.ts'
import { lockAccount } from './store.ts'

export interface ExternalSignIn {
  readonly accountId: string
  /** The organisation whose provider says who it is. */
  readonly vouchedBy: string
  readonly remember: boolean
  readonly caller: Caller
  /** What the trail is told beside. */
  readonly detail: Readonly<Record<string, unknown>>
  /** Done in the same transaction, when the session is there. */
  readonly onOpened: (trx: Trx, sessionId: string) => Promise<void>
}

export interface ExternalSignIns {
  /**
   * Opens a session as a password does: what the account must do first, a second factor among it, is asked for as after a password. Frozen is frozen for every way in (D-03).
   * @throws noSuchAccount 404, accountSuspended 403, accountFrozen 403
   */
  readonly open: (request: ExternalSignIn) => Promise<{ token: string; maxAgeSeconds: number | undefined }>
  /** True while this session of this account lives. */
  readonly isAlive: (sessionId: string, accountId: string) => Promise<boolean>
}

export function createExternalSignIns({ db, now }: { readonly db: Db; readonly now: () => Date }): ExternalSignIns {
  return {
    open: async ({ accountId, vouchedBy, remember, caller: { address, userAgent, language, token: former }, detail, onOpened }) => {
      const opened = await db.transaction(async (trx) => {
        const account = await lockAccount(trx, accountId)
        if (account === undefined) throw noSuchAccount('It has just been removed.')
        const event = { organisationId: account.organisationId, actor: `account:${accountId}`, action: 'account.sign-in' } as const
        const obstacle = account.isSuspended ? accountSuspended('Ask the administrator of your organisation.')
          : await isFrozen(trx, subjectOfAccount(accountId), now()) ? accountFrozen('Ten wrong passwords were given today. An administrator can release it before tomorrow.')
          : undefined
        if (obstacle !== undefined) {
          await record(trx, [{ ...event, outcome: 'refused', detail: { ...detail, address } }])
          return { obstacle }
        }
        if (former !== undefined) await endSessionOfToken(trx, former)
        const { token, session } = await openSession(trx, { account, proof: 'password', vouchedBy, isRemembered: remember, userAgent, language, address, now: now() })
        await onOpened(trx, session.sessionId)
        await record(trx, [{ ...event, outcome: 'success', detail: { ...detail, address, sessionId: session.sessionId } }])
        return { token }
      })
      if (opened.obstacle !== undefined) throw opened.obstacle
      return { token: opened.token, maxAgeSeconds: remember ? sessionLimits.rememberedMs / 1000 : undefined }
    },

    isAlive: async (sessionId, accountId) => {
      const session = await sessionById(db, sessionId)
      return session !== undefined && session.account.accountId === accountId && !session.account.isSuspended && idleEnd(session) > now()
    },
  }
}
