/** Where the request under way came from, for what is written deep below its handler. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyRequest {
    origin: RequestOrigin
  }
}

export interface RequestOrigin {
  /** The client's network address; behind trusted proxies the one they forward. */
  readonly address: string
  readonly userAgent?: string | undefined
  /** Actions that were put into the audit trail for this request so far. */
  readonly noted?: Set<string>
  /** True once one of these was that it was refused. */
  hasNotedRefusal?: boolean
}

const longestUserAgent = 200
const storage = new AsyncLocalStorage<RequestOrigin>()

/** The origin of the request this code runs for; undefined in background work. Timers begun in a request keep it: say `null` to `record` there. */
export const currentOrigin = (): RequestOrigin | undefined => storage.getStore()

const originOf = ({ ip, headers }: FastifyRequest): RequestOrigin => ({ address: ip, userAgent: headers['user-agent']?.slice(0, longestUserAgent), noted: new Set() })

/** Keeps the origin of each request from its beginning to its answer. */
export const requestOrigin = fp((app, _options, done) => {
  app.decorateRequest('origin', null as unknown as RequestOrigin)
  app.addHook('onRequest', (request, _reply, next) => {
    request.origin = originOf(request)
    storage.run(request.origin, next)
  })
  // A body that was read has come by the socket's events, which know nothing of the request.
  app.addHook('preValidation', (request, _reply, next) => { storage.run(request.origin, next) })
  done()
}, { name: 'request-origin' })
