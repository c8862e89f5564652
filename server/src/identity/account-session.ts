/** Sessions of people as the guard sees them: who is signed in, by the cookie of a browser. */
import type { SessionRestriction } from '@isocenter/contracts'
import type { FastifyRequest } from 'fastify'
import type { Access } from './access.ts'

/** A session that is alive. */
export interface AccountSession {
  readonly accountId: string
  readonly sessionId: string
  /** The organisation on whose provider's word alone it was opened: it is good there, and elsewhere once the account itself was proven. */
  readonly vouchedBy?: string | undefined
  /** What must be done before the session is good for anything else. */
  readonly restrictedTo?: SessionRestriction | undefined
}

/** Whose a session is or was, and the organisation the account was made in: its trail has what is of no other. */
export interface SessionHolder {
  readonly accountId: string
  readonly homeOrganisationId: string
}

/** Finds out who asks, and what he may do in the organisation he works for. */
export interface SessionResolver {
  /** Undefined where there is no cookie, or none of a session that is alive. */
  readonly resolve: (request: FastifyRequest) => Promise<AccountSession & SessionHolder | undefined>
  /** Whose session the cookie opened that opens none any more; undefined where that is not known. */
  readonly formerHolder: (request: FastifyRequest) => Promise<SessionHolder | undefined>
  /** What the account may do in the organisation the request names, or in its first; undefined where it belongs to none such. */
  readonly accessOf: (session: AccountSession, request: FastifyRequest) => Promise<Access | undefined>
  /** Lets a session that was resolved into management (AUTH-11). @throws stepUpRequired 403 where a second factor has to be given or set up first */
  readonly assertMayManage: (session: AccountSession) => Promise<void>
  /** Lets a session at what is the account's own. @throws accountProofRequired 403 where an organisation's provider alone has said who it is, and the account acts for others */
  readonly assertProven: (session: AccountSession) => Promise<void>
  /** Something may have changed that access depends on: what is remembered of it is forgotten. */
  readonly noteChange: () => void
}
