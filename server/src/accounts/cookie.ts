/** Cookies that hold a key: to a session, to a sign-in that is under way (RFC 6265bis). */
import type { FastifyRequest } from 'fastify'

/**
 * Over HTTPS its name promises the browser's own guarantees: Secure, from this host alone, for all of it. Over plain HTTP, which a browser
 * only has at a hospital's own risk, it cannot be promised.
 */
const nameOf = (name: string, isSecure: boolean): string => (isSecure ? `__Host-${name}` : name)

export interface Cookies {
  readonly read: (request: FastifyRequest) => string | undefined
  /** The value of Set-Cookie; without an end the browser forgets it when it is closed. */
  readonly set: (request: FastifyRequest, token: string, maxAgeSeconds: number | undefined) => string
  readonly clear: (request: FastifyRequest) => string
}

/**
 * Cookies of one name, each with 256 random bits.
 * @param publicUrl scheme and host users reach the server at, where it is fixed
 */
export function createCookies(publicUrl: string | undefined, cookie = 'isocenter-session'): Cookies {
  const isSecure = (request: FastifyRequest) => request.protocol === 'https' || publicUrl?.startsWith('https:') === true
  // Strict: nothing of ours is reached by a form or a frame of another site. Links from elsewhere open the page, which then asks by itself.
  const attributes = (request: FastifyRequest) => `Path=/; HttpOnly; SameSite=Strict${isSecure(request) ? '; Secure' : ''}`
  return {
    read: (request) => {
      const name = nameOf(cookie, isSecure(request))
      const pair = request.headers.cookie?.split(';').map((one) => one.trim()).find((one) => one.startsWith(`${name}=`))
      const value = pair?.slice(name.length + 1)
      return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined
    },
    set: (request, token, maxAgeSeconds) => `${nameOf(cookie, isSecure(request))}=${token}; ${attributes(request)}${maxAgeSeconds === undefined ? '' : `; Max-Age=${String(maxAgeSeconds)}`}`,
    clear: (request) => `${nameOf(cookie, isSecure(request))}=; ${attributes(request)}; Max-Age=0`,
  }
}
