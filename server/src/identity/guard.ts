import type { FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { AuditAction } from '../audit/index.ts'
import type { Access, Caller, Permission } from './access.ts'
import type { AccountSession, SessionResolver } from './account-session.ts'
import type { KeyResolver } from './key-resolver.ts'
import { managementPolicies } from './management.ts'
import { forbidden, moduleNotEnabled, noMembership, sessionRestricted, unauthenticated } from './problems.ts'
import { assertSameOrigin } from './same-origin.ts'
import { shareLinkOf } from '../platform/share-path.ts'
import type { ShareResolver } from './share-resolver.ts'
import type { Tokens } from './tokens.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What the caller must be allowed to do. `public` needs nothing; `signedIn` is for whoever has an account, about itself; `signingIn`
     * also for a session that is still restricted to setting a password or the like.
     */
    policy?: Permission | 'public' | 'signedIn' | 'signingIn'
    /** What is written into the audit trail; `none` only where no patient data is touched. */
    audit?: AuditAction | 'none'
    /** Of `signedIn`: open to who an organisation's provider alone has vouched for. It shows and changes nothing but what is of that organisation. */
    isOpenToVouched?: boolean
    /** No person asks for it by doing something: it does not keep a session from ending. */
    isBackground?: boolean
  }
  interface FastifyRequest {
    /** Set on every route whose policy is a permission, before anything else runs. */
    access: Access
    /** Set on every route whose policy is `signedIn` or `signingIn`, before anything else runs. */
    session: AccountSession
    /** Who is known to ask, also where it is refused; undefined for strangers and on routes that are open to everybody. */
    caller: Caller | undefined
  }
}

const challenge = 'Bearer realm="isocenter"'

export interface GuardOptions {
  readonly tokens: Tokens
  readonly keys?: KeyResolver | undefined
  readonly sessions?: SessionResolver | undefined
  readonly shares?: ShareResolver | undefined
  /** Scheme and host users reach the server at, where it is fixed. */
  readonly publicUrl?: string | undefined
}

/**
 * Stands before every route: turns the bearer token or API key, or the session of the cookie, into an `Access` and holds it against the route's policy.
 * A route without policy or audit action cannot be registered at all.
 */
export const guard = fp<GuardOptions>((app, { tokens, keys, sessions, shares, publicUrl }, done) => {
  // The access is per request; declaring the properties keeps Fastify's request objects of one shape.
  app.decorateRequest('access', null as unknown as Access)
  app.decorateRequest('session', null as unknown as AccountSession)
  app.decorateRequest('caller', undefined)

  app.addHook('onRoute', (route: RouteOptions) => {
    const { policy, audit } = route.config ?? {}
    if (policy === undefined || audit === undefined) throw new Error(`${String(route.method)} ${route.url} has no policy or no audit action.`)
  })

  const accessBy = async (credential: string, address: string): Promise<Access | undefined> => {
    if (keys?.isKey(credential) === true) return keys.accessOf(credential, address)
    const access = await tokens.verify(credential)
    // Made by a key, it ends with the key.
    return access?.actor.kind === 'api-key' && await keys?.isGood(access.actor.id, address) !== true ? undefined : access
  }

  const byToken = async (request: FastifyRequest, policy: Permission | 'signedIn' | 'signingIn'): Promise<void> => {
    const token = bearerToken(request)
    const access = token === undefined ? undefined : await accessBy(token, request.ip)
    request.caller = access ?? (token === undefined ? undefined : await tokens.formerHolder(token))
    if (access === undefined) throw unauthenticated('The bearer token is not valid, or no longer.', {}, { 'www-authenticate': `${challenge}, error="invalid_token"` })
    if (policy === 'signedIn' || policy === 'signingIn') throw forbidden('This is about the account of a person who is signed in; a token is not one.')
    if (!access.permissions.has(policy)) throw forbidden(`The token does not grant ${policy}.`, {}, { 'www-authenticate': `${challenge}, error="insufficient_scope", scope="${policy}"` })
    request.access = access
  }

  const bySession = async (request: FastifyRequest, policy: Permission | 'signedIn' | 'signingIn'): Promise<void> => {
    const session = await sessions?.resolve(request)
    const holder = session ?? await sessions?.formerHolder(request)
    request.caller = holder && { actor: { kind: 'account', id: holder.accountId }, organisationId: holder.homeOrganisationId }
    if (sessions === undefined || session === undefined) throw unauthenticated('A bearer token or a session is needed.', {}, { 'www-authenticate': challenge })
    assertSameOrigin(request, publicUrl)
    request.session = session
    if (policy === 'signingIn') return
    if (session.restrictedTo !== undefined) throw sessionRestricted('Something must be done before the session is good for more.', { restrictedTo: session.restrictedTo })
    if (policy === 'signedIn') {
      if (request.routeOptions.config.isOpenToVouched !== true) await sessions.assertProven(session)
      return
    }
    const access = await sessions.accessOf(session, request)
    if (access === undefined) throw noMembership('The account is no member of the organisation it asks for, or of any.')
    request.caller = access
    if (!access.permissions.has(policy)) {
      const module = access.switchedOff?.get(policy)
      throw module === undefined ? forbidden(`The account is not allowed ${policy} in this organisation.`) : moduleNotEnabled(`The organisation does not have the module ${module}.`, { module })
    }
    // After the permission: who may not anyway is not sent to fetch the telephone.
    if (managementPolicies.has(policy)) await sessions.assertMayManage(session)
    request.access = access
  }

  /** A path of a share link is for its visitors alone, whatever else they are signed in for. */
  const byShare = async (request: FastifyRequest, linkId: string, policy: Permission | 'signedIn' | 'signingIn'): Promise<void> => {
    const access = await shares?.accessOf(request, linkId)
    request.caller = access
    if (access === undefined) throw unauthenticated('The share link is not open, or has ended.', {}, { 'www-authenticate': challenge })
    if (policy === 'signedIn' || policy === 'signingIn' || !access.permissions.has(policy)) throw forbidden('A share link is for looking.')
    request.access = access
  }

  // Before the answer is sent: who has seen that something was taken away finds it gone.
  app.addHook('onSend', (request, _reply, _payload, next) => {
    if (request.method !== 'GET' && request.url.startsWith('/api/')) sessions?.noteChange()
    next()
  })

  app.addHook('onRequest', async (request) => {
    const { policy } = request.routeOptions.config
    if (policy === undefined || policy === 'public') return // undefined: no route matched, the not-found handler answers
    const linkId = shareLinkOf(request.raw)
    if (linkId !== undefined) return byShare(request, linkId, policy)
    // A header is there because somebody put it there; a cookie comes along by itself.
    await (request.headers.authorization === undefined ? bySession : byToken)(request, policy)
  })
  done()
}, { name: 'guard' })

/** RFC 6750 §2.1; the scheme's case does not matter. */
function bearerToken(request: FastifyRequest): string | undefined {
  return /^bearer +([\w\-.~+/]+=*) *$/i.exec(request.headers.authorization ?? '')?.[1]
}
