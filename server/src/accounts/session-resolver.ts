import { backgroundHeader, type SessionRestriction } from '@isocenter/contracts'
import type { FastifyRequest } from 'fastify'
import type { AccountSession, SessionResolver } from '../identity/index.ts'
import { badRequest } from '../platform/problem.ts'
import type { Db } from '../platform/db.ts'
import type { Cookies } from './cookie.ts'
import type { Management } from './management.ts'
import type { Memberships } from './memberships.ts'
import { liveSession, noteActivity, type LiveSession } from './sessions.ts'

export interface SessionResolverDeps {
  readonly db: Db
  readonly cookies: Cookies
  readonly memberships: Memberships
  readonly management: Pick<Management, 'assertOpen'>
  readonly now: () => Date
}

/** What must be done before a session is good for anything else. */
export function restrictionOf({ account, needsSecondFactor }: LiveSession): SessionRestriction | undefined {
  // First: who has the password alone shall not set another.
  if (needsSecondFactor) return 'secondFactor'
  return account.mustSetPassword ? 'setPassword' : undefined
}

/** Sessions for the guard. Nothing is kept between requests: what was ended, here or by another server process, is over with the next one. */
export function createSessionResolver({ db, cookies, memberships, management, now }: SessionResolverDeps): SessionResolver {
  /** What the guard has just resolved, for what it asks next about the same request. */
  const live = new WeakMap<AccountSession, LiveSession>()
  return {
    resolve: async (request) => {
      const token = cookies.read(request)
      const session = token === undefined ? undefined : await liveSession(db, token, now())
      if (session === undefined) return undefined
      if (request.headers[backgroundHeader] === undefined && request.routeOptions.config.isBackground !== true) await noteActivity(db, session, now())
      const resolved: AccountSession = { accountId: session.account.accountId, sessionId: session.sessionId, restrictedTo: restrictionOf(session) }
      live.set(resolved, session)
      return resolved
    },
    assertMayManage: async (session) => {
      const known = live.get(session)
      if (known === undefined) throw new Error('The session was not resolved here.')
      await management.assertOpen(known)
    },
    accessOf: async (session, request) => {
      const access = await memberships.accessOf(db, session, organisationAskedFor(request))
      return access && { actor: { kind: 'account', id: session.accountId }, ...access, studies: 'all' }
    },
  }
}

/** The organisation a page works for, where it says so: two windows of one person may be in two. */
function organisationAskedFor({ headers }: FastifyRequest): string | undefined {
  const asked = headers['x-organisation']
  if (asked === undefined) return undefined
  if (typeof asked !== 'string' || !/^[1-9]\d{0,17}$/.test(asked)) throw badRequest('"X-Organisation" is not the id of an organisation.')
  return asked
}
