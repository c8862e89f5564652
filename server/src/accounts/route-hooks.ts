import type { FastifyInstance, FastifyRequest } from 'fastify'
import { assertSameOrigin } from '../identity/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import { askedLanguage } from './asked-language.ts'
import type { Cookies } from './cookie.ts'
import type { Caller } from './sign-in.ts'

/** What holds for every route about accounts: nothing is kept by caches, and a page of another site does nothing in its visitor's name. */
export function accountRouteHooks(app: Pick<FastifyInstance, 'addHook'>, publicUrl: string | undefined): void {
  app.addHook('onSend', noStore)
  // Signing in too: or a page of another site could sign its visitor in as somebody else.
  app.addHook('onRequest', (request, _reply, next) => { assertSameOrigin(request, publicUrl); next() })
}

export const callerOf = (request: FastifyRequest, cookies: Cookies): Caller => ({
  address: request.ip,
  userAgent: request.headers['user-agent'],
  language: askedLanguage(request.headers['accept-language']),
  token: cookies.read(request),
})
