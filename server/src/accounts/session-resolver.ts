import { backgroundHeader, type SessionRestriction } from '@isocenter/contracts'
import type { FastifyRequest } from 'fastify'
import type { Access, AccountSession, SessionHolder, SessionResolver } from '../identity/index.ts'
import { badRequest } from '../platform/problem.ts'
import type { Db } from '../platform/db.ts'
import { createAccessMemo, type RememberedAccess } from './access-memo.ts'
import type { Cookies } from './cookie.ts'
import type { Management } from './management.ts'
import type { Memberships } from './memberships.ts'
import { accountProofRequired } from './problems.ts'
import { formerHolder, idleEnd, liveSession, noteActivity, type LiveSession } from './sessions.ts'
import type { Told } from './told.ts'

export interface SessionResolverDeps {
  readonly db: Db
  readonly cookies: Cookies
  readonly memberships: Memberships
  readonly management: Pick<Management, 'assertOpen'>
  readonly told: Pick<Told, 'onAccess' | 'isHeard'>
  readonly now: () => Date
}

/** What must be done before a session is good for anything else. */
export function restrictionOf({ account, needsSecondFactor, isPasswordChangeForced }: LiveSession): SessionRestriction | undefined {
  // First: who has the password alone shall not set another.
  if (needsSecondFactor) return 'secondFactor'
  return account.mustSetPassword || (account.hasDefaultPassword && isPasswordChangeForced) ? 'setPassword' : undefined
}

/** Frames are asked for by the hundred; what else a page asks for is looked up each time. */
const isDicomwebRead = ({ method, url }: FastifyRequest): boolean => method === 'GET' && url.startsWith('/dicom-web/')

/** Sessions for the guard. What was ended or taken away, here or by another server process, is over with the next request; what is remembered for DICOMweb is forgotten at once then. */
export function createSessionResolver({ db, cookies, memberships, management, told, now }: SessionResolverDeps): SessionResolver {
  /** What the guard has just resolved, for what it asks next about the same request. */
  const live = new WeakMap<AccountSession, { readonly session: LiveSession; readonly remembered?: RememberedAccess }>()
  const memo = createAccessMemo(told.isHeard)
  let isListening = false

  const fresh = async (request: FastifyRequest, token: string): Promise<{ session: LiveSession; remembered?: RememberedAccess } | undefined> => {
    if (!isDicomwebRead(request)) {
      const session = await liveSession(db, token, now())
      return session && { session }
    }
    if (!isListening) told.onAccess(memo.forget)
    isListening = true
    const organisation = organisationAskedFor(request)
    const recalled = memo.recall(token, organisation)
    if (recalled !== undefined && idleEnd(recalled.session) > now()) return { session: recalled.session, remembered: recalled }
    const remember = memo.reading()
    const session = await liveSession(db, token, now())
    if (session === undefined) return undefined
    const remembered = { session, access: await accessIn(session, organisation) }
    remember(token, organisation, remembered)
    return { session, remembered }
  }
  const accessIn = async ({ account: { accountId }, sessionId, vouchedBy }: LiveSession, organisation: string | undefined): Promise<Access | undefined> => {
    const access = await memberships.accessOf(db, { accountId, sessionId }, organisation)
    // Another organisation has no say in who runs the provider.
    if (access !== undefined && vouchedBy !== undefined && access.organisationId !== vouchedBy) throw accountProofRequired('You have signed in by the provider of another organisation: show that the account is yours.')
    return access && { actor: { kind: 'account', id: accountId }, ...access, studies: 'all' }
  }
  const known = (session: AccountSession) => {
    const found = live.get(session)
    if (found === undefined) throw new Error('The session was not resolved here.')
    return found
  }

  return {
    resolve: async (request) => {
      const token = cookies.read(request)
      const found = token === undefined ? undefined : await fresh(request, token)
      if (token === undefined || found === undefined) return undefined
      const { session } = found
      const isOwnAct = request.headers[backgroundHeader] === undefined && request.routeOptions.config.isBackground !== true
      // What is remembered says when it was last active: once that is written down anew, it is read anew.
      if (isOwnAct && await noteActivity(db, session, now())) memo.drop(token, organisationAskedFor(request))
      const resolved: AccountSession & SessionHolder = {
        accountId: session.account.accountId,
        sessionId: session.sessionId,
        homeOrganisationId: session.account.organisationId,
        vouchedBy: session.vouchedBy,
        restrictedTo: restrictionOf(session),
      }
      live.set(resolved, found)
      return resolved
    },
    formerHolder: async (request) => {
      const token = cookies.read(request)
      const account = token === undefined ? undefined : await formerHolder(db, token)
      return account && { accountId: account.accountId, homeOrganisationId: account.organisationId }
    },
    assertMayManage: (session) => management.assertOpen(known(session).session),
    accessOf: async (session, request) => {
      const { session: resolved, remembered } = known(session)
      return remembered === undefined ? accessIn(resolved, organisationAskedFor(request)) : remembered.access
    },
    assertProven: async ({ accountId, vouchedBy }) => {
      if (vouchedBy === undefined || !await memberships.isSharedBeyond(db, accountId, vouchedBy)) return
      throw accountProofRequired('You have signed in by the provider of one of your organisations: show that the account is yours.')
    },
    noteChange: memo.forget,
  }
}

/** The organisation a page works for, where it says so: two windows of one person may be in two. */
function organisationAskedFor({ headers }: FastifyRequest): string | undefined {
  const asked = headers['x-organisation']
  if (asked === undefined) return undefined
  if (typeof asked !== 'string' || !/^[1-9]\d{0,17}$/.test(asked)) throw badRequest('"X-Organisation" is not the id of an organisation.')
  return asked
}
