import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { isSameSecret } from './key.ts'
import { foreignHost, foreignOrigin, notSignedIn } from './problems.ts'
import { sessionSeconds, type Session, type Sessions } from './sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The browser session that asks; none for a script that shows the key itself. */
    consoleSession: Session | undefined
  }
  interface FastifyContextConfig {
    /** Answered without the key: the screens themselves, and signing in. */
    readonly isOpen?: boolean
  }
}

export interface GuardOptions {
  readonly key: string
  readonly sessions: Sessions
  readonly cookieName: string
  /** Names and addresses under which the console is reached, without port. */
  readonly hostNames: readonly string[]
}

const changeless = new Set(['GET', 'HEAD'])

/**
 * Who may ask. Three doors are kept shut: a page elsewhere whose name now resolves to this machine (its Host is not ours), a page
 * elsewhere that sends a browser's cookie along with a change (its Origin is not ours), and everybody without the key.
 */
export const guard = fp<GuardOptions>((app, { key, sessions, cookieName, hostNames }, done) => {
  const known = new Set(hostNames.map((name) => name.toLowerCase()))
  app.decorateRequest('consoleSession', undefined)

  app.addHook('onRequest', async (request, reply) => {
    if (!known.has(hostNameOf(request))) throw foreignHost('Use the address that the gateway printed when it started, or add this name to CONTROL_HOSTNAMES.')
    if (!changeless.has(request.method)) assertOwnOrigin(request)
    request.consoleSession = sessions.read(cookie(request, cookieName))
    if (request.routeOptions.config.isOpen === true || request.is404) return
    if (request.consoleSession) {
      const renewed = sessions.renew(request.consoleSession)
      if (renewed !== undefined) reply.header('set-cookie', sessionCookie(cookieName, renewed, request.consoleSession))
    } else if (!bearsKey(request, key)) {
      throw notSignedIn('Sign in with the key, or send it as Authorization: Bearer.')
    }
  })
  done()
}, { name: 'guard' })

function hostNameOf({ headers: { host = '' } }: FastifyRequest): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}

/** Browsers name the origin of every change; what sends none is no browser, and has no cookie of one. */
function assertOwnOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers
  if (origin !== undefined && origin !== `http://${host}` && !isOwnOverTls(request)) throw foreignOrigin('The Origin of the request is not the gateway itself.')
  if (origin === undefined && request.headers.cookie !== undefined) throw foreignOrigin('A change with a cookie must name its Origin.')
}

/**
 * Whether a browser asked over a proxy that ends TLS: the origin is https, and the Host, which the proxy passes on, is the same. Nothing
 * ends TLS for this machine's own names; what answers there is another program.
 */
export const isOwnOverTls = (request: FastifyRequest): boolean =>
  request.headers.origin === `https://${request.headers.host}` && !/^(localhost|\[::1\]|127\..*)$/.test(hostNameOf(request))

const bearsKey = ({ headers: { authorization = '' } }: FastifyRequest, key: string): boolean =>
  /^Bearer /i.test(authorization) && isSameSecret(authorization.slice('Bearer '.length).trim(), key)

function cookie({ headers }: FastifyRequest, name: string): string {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
}

/** Reaches no script, no request that another site began, and, where it was begun over TLS, no line in the clear. An empty token takes the cookie away. */
export function sessionCookie(name: string, token: string, { isSecure }: Pick<Session, 'isSecure'>): string {
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${token === '' ? 0 : sessionSeconds}${isSecure ? '; Secure' : ''}`
}
