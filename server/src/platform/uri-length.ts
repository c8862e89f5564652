import fp from 'fastify-plugin'
import { uriTooLong } from './problem.ts'

/** Longest request target, bytes: room for five hundred UIDs. Longer than what the parser takes with all headers is answered 431 by it. */
export const maxURIBytes = 32 * 1024

/** Refuses what is longer before anything is done for it (PS3.18 §8.5). @throws uriTooLong 414 */
export const uriLength = fp((app, _options, done) => {
  app.addHook('onRequest', (request, _reply, next) => {
    if ((request.raw.url ?? '').length > maxURIBytes) next(uriTooLong(`A request URI may have ${maxURIBytes} bytes.`))
    else next()
  })
  done()
}, { name: 'uri-length' })
