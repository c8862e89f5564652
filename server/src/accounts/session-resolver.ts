import { backgroundHeader, type SessionRestriction } from '@isocenter/contracts'
import type { FastifyRequest } from 'fastify'
import type { SessionResolver } from '../identity/index.ts'
import { badRequest } from '../platform/problem.ts'
import type { Db } from '../platform/db.ts'
import type { Cookies } from './cookie.ts'
import type { Memberships } from './memberships.ts'
import { liveSession, noteActivity, type LiveSession } from './sessions.ts'

export interface SessionResolverDeps {
  readonly db: Db
  readonly cookies: Cookies
  readonly memberships: Memberships
  readonly now: () => Date
}

/** What must be done before a session is good for anything else. */
export function restrictionOf({ account, needsSecondFactor }: LiveSession): SessionRestriction | undefined {
  // First: who has the password alone shall not set another.
  if (needsSecondFactor) return 'secondFactor'
  return account.mustSetPassword ? 'setPassword' : undefined
}

/** Sessions for the guard. Nothing is kept between requests: what was ended, here or by another server process, is over with the next one. */
export function createSessionResolver({ db, cookies, memberships, now }: SessionResolverDeps): SessionResolver {
  return {
    resolve: async (request) => {
      const token = cookies.read(request)
      const session = token === undefined ? undefined : await liveSession(db, token, now())
      if (session === undefined) return undefined
      if (request.headers[backgroundHeader] === undefined) await noteActivity(db, session, now())
      return { accountId: session.account.accountId, sessionId: session.sessionId, restrictedTo: restrictionOf(session) }
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
