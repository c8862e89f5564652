import type { FastifyInstance } from 'fastify'
import { notAcceptable } from './problems.ts'

/**
 * In strict mode a request that says nowhere what it accepts is refused (PS3.18 §8.7.5). Otherwise it accepts anything: browsers and
 * the dicomweb-client of npm say nothing on several resources.
 */
export function requireAccept(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, next) => {
    const { method, headers, raw } = request
    const isSilent = (headers.accept ?? '').trim() === '' && !/[?&]accept=/i.test(raw.url ?? '')
    if (isSilent && method !== 'DELETE' && method !== 'OPTIONS') next(notAcceptable('The request names no media type it accepts.'))
    else next()
  })
}
