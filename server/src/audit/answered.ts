/** Every request that is answered well on a route that declares an action has put something into the trail: tests hold every answer they get against it. */
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

export interface AnsweredOptions {
  /** Told of an answer without an event: the request changed nothing, or it is a mistake of ours. */
  readonly onUnaudited: (request: FastifyRequest, action: string) => void
}

/** Answers that hand over nothing and change nothing: asked for what the caller has already. */
const notModified = 304

export const auditedAnswers = fp<AnsweredOptions>((app, { onUnaudited }, done) => {
  app.addHook('onResponse', (request, reply, next) => {
    const { audit } = request.routeOptions.config
    if (audit !== undefined && audit !== 'none' && reply.statusCode < 400 && reply.statusCode !== notModified && request.origin.noted?.has(audit) !== true) onUnaudited(request, audit)
    next()
  })
  done()
}, { name: 'audited-answers', dependencies: ['request-origin'] })
