import type { FastifyInstance } from 'fastify'
import type { Metrics } from './platform/metrics.ts'
import type { Reception } from './reception/index.ts'

export interface HealthOptions {
  readonly reception: Pick<Reception, 'status'>
  readonly metrics: Metrics
}

/** Liveness, readiness and metrics: what a supervisor asks, without a key and without anything of a patient. */
export function healthRoutes(app: FastifyInstance, { reception, metrics }: HealthOptions): void {
  const open = { config: { isOpen: true } }
  app.get('/healthz', open, () => ({ status: 'alive' }))
  app.get('/readyz', open, (_request, reply) => {
    const { status, reason, port } = reception.status()
    return reply.code(status === 'failed' ? 503 : 200).send({ status, port, ...(reason === undefined ? {} : { reason }) })
  })
  app.get('/metrics', open, (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text()))
}
