import type { Session } from '@isocenter/contracts'
import type { Db } from '../platform/db.ts'
import type { Management } from './management.ts'
import type { Memberships } from './memberships.ts'
import { waysOf } from './second-factor.ts'
import { restrictionOf } from './session-resolver.ts'
import { idleEnd, type LiveSession } from './sessions.ts'

/** What a browser is told of its session. */
export async function toSession(
  db: Db,
  { management, memberships }: { readonly management: Pick<Management, 'describe'>; readonly memberships: Pick<Memberships, 'passwordPolicyOf'> },
  session: LiveSession,
): Promise<Session> {
  const { account, sessionId, isRemembered, expiresAt } = session
  const restrictedTo = restrictionOf(session)
  const asked = management.describe(session)
  return {
    sessionId,
    account: {
      accountId: account.accountId, name: account.name, phone: account.phone, autoSignOut: account.autoSignOut, isAutoSignOutForced: session.isAutoSignOutForced,
      hasSecondFactor: account.hasSecondFactor, secondFactors: account.hasSecondFactor ? await waysOf(db, account.accountId) : [],
      ...(account.loginName === undefined ? {} : { loginName: account.loginName }),
      ...(account.email === undefined ? {} : { email: account.email }),
      ...(account.language === undefined ? {} : { language: account.language }),
      ...(account.timeZone === undefined ? {} : { timeZone: account.timeZone }),
    },
    ...(restrictedTo === undefined ? {} : { restrictedTo }),
    ...(asked === undefined ? {} : { management: asked }),
    passwordPolicy: await memberships.passwordPolicyOf(db, account.accountId), newPasswordAdvised: account.hasDefaultPassword, isRemembered,
    signsOutAt: idleEnd(session).toISOString(), expiresAt: expiresAt.toISOString(),
  }
}
