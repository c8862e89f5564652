import { randomUUID } from 'node:crypto'
import { LogController, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import fp from 'fastify-plugin'

const slowRequestMs = 1000

/**
 * What may be written of a request or an error. Only named fields, never whole objects: QIDO puts names into URLs,
 * and a Postgres error's `detail` repeats the row.
 */
export const logSerializers = {
  req: (request: FastifyRequest) => ({ method: request.method, route: request.routeOptions.url }),
  err: (error: Error & { code?: string }) => ({ type: error.name, code: error.code, message: safeMessage(error), stack: stackOf(error) }),
}

/** A database error's text can hold the failing row; its code says enough. */
function safeMessage(error: Error & { code?: string; severity?: unknown }): string {
  return error.severity === undefined ? error.message : `database error ${error.code ?? ''}`
}

/** The frames of a stack without its first line, which repeats the message. */
function stackOf(error: Error): string {
  return (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')).join('\n')
}

/** The logger and request id settings of the application; ids are ours, so that no header of a caller reaches the log. */
export function loggingOptions(level: string): Pick<FastifyServerOptions, 'logger' | 'logController' | 'genReqId'> {
  return { logger: { level, serializers: logSerializers, base: undefined }, logController: new LogController({ disableRequestLogging: true }), genReqId: () => randomUUID() }
}

/** One line a request: at info when it was slow, at debug otherwise; failures are logged where they are answered. */
export const requestLog = fp((app, _options, done) => {
  app.addHook('onResponse', (request, reply, next) => {
    const elapsedMs = Math.round(reply.elapsedTime)
    const level = elapsedMs > slowRequestMs ? 'info' : 'debug'
    request.log[level]({ method: request.method, route: request.routeOptions.url, status: reply.statusCode, elapsedMs }, 'request answered')
    next()
  })
  done()
}, { name: 'request-log' })
