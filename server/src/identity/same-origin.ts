import type { FastifyRequest } from 'fastify'
import { defineProblem } from '../platform/problem.ts'

export const foreignOrigin = defineProblem({ type: '/problems/foreign-origin', status: 403, title: 'The request was made by a page of another site' })

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses what a page of another site has a browser send in its user's name (CSRF): a browser says where a request comes from, by
 * Sec-Fetch-Site or Origin, and a page cannot make it say otherwise. A client that says neither is refused too, so that nothing hangs on an
 * old browser; SameSite=Strict of the cookie stands behind this.
 * @throws foreignOrigin 403
 */
export function assertSameOrigin(request: FastifyRequest, publicUrl: string | undefined): void {
  if (safeMethods.has(request.method) || isSameOrigin(request, publicUrl)) return
  throw foreignOrigin('Send it from a page of this server: Sec-Fetch-Site or Origin must say so.')
}

function isSameOrigin({ headers, host }: FastifyRequest, publicUrl: string | undefined): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin } = headers
  if (origin === undefined || !URL.canParse(origin)) return false
  return origin === publicUrl || new URL(origin).host === host
}
