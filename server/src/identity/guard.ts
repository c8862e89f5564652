import type { FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { AuditAction } from '../audit/index.ts'
import type { Access, Permission } from './access.ts'
import { forbidden, unauthenticated } from './problems.ts'
import type { Tokens } from './tokens.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller must be allowed to do; `public` needs no token. */
    policy?: Permission | 'public'
    /** What is written into the audit trail; `none` only where no patient data is touched. */
    audit?: AuditAction | 'none'
  }
  interface FastifyRequest {
    /** Set on every route that is not public, before anything else runs. */
    access: Access
  }
}

const challenge = 'Bearer realm="isocenter"'

/**
 * Stands before every route: turns the bearer token into an `Access` and holds it against the route's policy.
 * A route without policy or audit action cannot be registered at all.
 */
export const guard = fp<{ tokens: Tokens }>((app, { tokens }, done) => {
  // The access is per request; declaring the property keeps Fastify's request objects of one shape.
  app.decorateRequest('access', null as unknown as Access)

  app.addHook('onRoute', (route: RouteOptions) => {
    const { policy, audit } = route.config ?? {}
    if (policy === undefined || audit === undefined) throw new Error(`${String(route.method)} ${route.url} has no policy or no audit action.`)
  })

  app.addHook('onRequest', async (request) => {
    const { policy } = request.routeOptions.config
    if (policy === undefined || policy === 'public') return // undefined: no route matched, the not-found handler answers
    const token = bearerToken(request)
    if (token === undefined) throw unauthenticated('A bearer token is needed.', {}, { 'www-authenticate': challenge })
    const access = await tokens.verify(token)
    if (access === undefined) throw unauthenticated('The bearer token is not valid, or no longer.', {}, { 'www-authenticate': `${challenge}, error="invalid_token"` })
    if (!access.permissions.has(policy)) throw forbidden(`The token does not grant ${policy}.`, {}, { 'www-authenticate': `${challenge}, error="insufficient_scope", scope="${policy}"` })
    request.access = access
  })
  done()
}, { name: 'guard' })

/** RFC 6750 §2.1; the scheme's case does not matter. */
function bearerToken(request: FastifyRequest): string | undefined {
  return /^bearer +([\w\-.~+/]+=*) *$/i.exec(request.headers.authorization ?? '')?.[1]
}
