import type { FastifyPluginAsync } from 'fastify'
import { unavailable } from './problem.ts'

/** Something the server cannot work without; resolves when it is usable. */
export interface ReadinessCheck {
  readonly name: string
  readonly check: () => Promise<unknown>
}

const checkTimeoutMs = 3_000

/**
 * `/healthz`: the process answers. `/readyz`: everything it depends on answers too, else 503 naming what does not.
 * Both are public and say nothing but names.
 */
export const healthRoutes: FastifyPluginAsync<{ checks: readonly ReadinessCheck[] }> = async (app, { checks }) => {
  const config = { policy: 'public', audit: 'none' } as const
  app.get('/healthz', { config }, () => ({ status: 'ok' }))
  app.get('/readyz', { config }, async (request, reply) => {
    const failing = (await Promise.all(checks.map(async ({ name, check }) => {
      try {
        await withTimeout(check())
        return []
      } catch (error) {
        request.log.warn({ err: error, check: name }, 'not ready')
        return [name]
      }
    }))).flat()
    if (failing.length > 0) throw unavailable(`Not ready: ${failing.join(', ')}.`, { failing }, { 'retry-after': '5' })
    return reply.header('cache-control', 'no-store').send({ status: 'ready' })
  })
}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => { reject(new Error('no answer in time')) }, checkTimeoutMs)
  return Promise.race([work, promise]).finally(() => { clearTimeout(timer) })
}
