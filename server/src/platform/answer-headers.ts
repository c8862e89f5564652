import type { onSendHookHandler } from 'fastify'
import fp from 'fastify-plugin'

/** As long as browsers keep to HTTPS (RFC 6797). */
const yearSeconds = 365 * 86_400

/** What every answer says, whatever is asked for: that its type is what it says it is, and, once somebody has come by HTTPS, that there is no other way. */
export const answerHeaders = fp((app, _options, done) => {
  app.addHook('onSend', (request, reply, _payload, next) => {
    if (!reply.hasHeader('x-content-type-options')) reply.header('x-content-type-options', 'nosniff')
    if (request.protocol === 'https' && !reply.hasHeader('strict-transport-security')) reply.header('strict-transport-security', `max-age=${String(yearSeconds)}`)
    next()
  })
  done()
}, { name: 'answer-headers' })

/** Keeps answers out of every cache: for an `onSend` hook of routes that tell of people. */
export const noStore: onSendHookHandler = (_request, reply, _payload, next) => {
  reply.header('cache-control', 'no-store')
  next()
}
