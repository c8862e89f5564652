import fp from 'fastify-plugin'
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'

/** What the server counts besides requests; capabilities add to it by name. */
export interface Metrics {
  readonly registry: Registry
  readonly instancesStored: Counter<'outcome'>
  readonly bytesReceived: Counter
}

/** Makes the counters of one server process. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    instancesStored: new Counter({ name: 'isocenter_instances_stored_total', help: 'Instances received by STOW-RS, by outcome', labelNames: ['outcome'], registers: [registry] }),
    bytesReceived: new Counter({ name: 'isocenter_store_bytes_total', help: 'Bytes of DICOM objects received', registers: [registry] }),
  }
}

/** Serves `/metrics` in the Prometheus text format and measures every request by route pattern: labels never hold a value of a URL. */
export const metricsRoutes = fp<{ metrics: Metrics }>((app, { metrics }, done) => {
  const duration = new Histogram({
    name: 'isocenter_http_request_duration_seconds', help: 'Time to the end of each answer',
    labelNames: ['method', 'route', 'status'], buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [metrics.registry],
  })
  app.addHook('onResponse', (request, reply, next) => {
    duration.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) }, reply.elapsedTime / 1000)
    next()
  })
  app.get('/metrics', { config: { policy: 'public', audit: 'none' } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).header('cache-control', 'no-store').send(await metrics.registry.metrics()))
  done()
}, { name: 'metrics' })
