/** The cookie of one visit: for the paths of its link alone, so that several links are open beside each other, and beside a session. */
import { sharePathOf } from '@isocenter/contracts'
import type { FastifyRequest } from 'fastify'

const name = 'isocenter-share'

/** `__Host-` would ask for the path `/`. */
const nameOf = (isSecure: boolean): string => (isSecure ? `__Secure-${name}` : name)

export interface VisitCookie {
  readonly read: (request: FastifyRequest) => string | undefined
  readonly set: (request: FastifyRequest, linkId: string, secret: string, maxAgeSeconds: number) => string
}

export function createVisitCookie(publicUrl: string | undefined): VisitCookie {
  const isSecure = (request: FastifyRequest) => request.protocol === 'https' || publicUrl?.startsWith('https:') === true
  return {
    read: (request) => {
      const start = `${nameOf(isSecure(request))}=`
      const value = request.headers.cookie?.split(';').map((one) => one.trim()).find((one) => one.startsWith(start))?.slice(start.length)
      return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined
    },
    set: (request, linkId, secret, maxAgeSeconds) =>
      `${nameOf(isSecure(request))}=${secret}; Path=${sharePathOf(linkId)}/; HttpOnly; SameSite=Strict${isSecure(request) ? '; Secure' : ''}; Max-Age=${String(maxAgeSeconds)}`,
  }
}
