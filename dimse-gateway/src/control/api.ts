import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { GatewayControl } from './actions.ts'
import { guard } from './guard.ts'
import { problemJson } from './problem-json.ts'
import { cloudRoutes } from './routes/cloud.ts'
import { configurationRoutes } from './routes/configuration.ts'
import { eventRoutes } from './routes/events.ts'
import { fetchRoutes } from './routes/fetches.ts'
import { nodeRoutes } from './routes/nodes.ts'
import { printerRoutes } from './routes/printers.ts'
import { recordRoutes } from './routes/records.ts'
import { procedureRoutes } from './routes/procedures.ts'
import { ruleRoutes } from './routes/rules.ts'
import { senderRoutes } from './routes/senders.ts'
import { serviceRoutes } from './routes/service.ts'
import { serviceTlsRoutes } from './routes/service-tls.ts'
import { sessionRoutes } from './routes/session.ts'
import { screenRoutes } from './screens.ts'
import { createSessions } from './sessions.ts'
import type { ControlApp, TypeBoxProvider } from './typed-routes.ts'

export interface ControlApiOptions {
  readonly control: GatewayControl
  /** See `loadControlKey`. */
  readonly key: string
  /** The built screens: `dimse-gateway/console/dist`. */
  readonly screens: string
  /** Names besides those of loopback under which the console is reached, without port: where a container or proxy stands between. */
  readonly hostNames?: readonly string[]
  /** Tells this gateway's cookie from that of another on the same host: cookies do not know ports. */
  readonly cookieName?: string
  readonly logger?: FastifyBaseLogger
  /** What is answered without the key: liveness, readiness, metrics. */
  readonly publicRoutes?: (app: FastifyInstance) => void
  readonly now?: () => Date
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']
/** A configuration with certificates and many rules; more is a mistake. */
const maxBodyBytes = 1024 ** 2

/** The control interface of a gateway: its API under /api, and the console. Not listening yet. */
export async function createControlApi(options: ControlApiOptions): Promise<ControlApp> {
  const { control, key, cookieName = 'isocenter-gateway' } = options
  const app = Fastify({
    ...(options.logger ? { loggerInstance: options.logger, logController: new LogController({ disableRequestLogging: true }) } : { logger: false }),
    bodyLimit: maxBodyBytes,
    connectionTimeout: 60_000,
    forceCloseConnections: true,
    // Members that are not known are refused, not dropped: who misspells one is told.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
  }).withTypeProvider<TypeBoxProvider>()
  const sessions = createSessions({ key, now: options.now ?? (() => new Date()) })

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'cache-control': 'no-store',
    })
  })
  await app.register(problemJson)
  await app.register(guard, { key, sessions, cookieName, hostNames: [...loopbackNames, ...options.hostNames ?? []] })
  await app.register(async (plain) => {
    const api = plain.withTypeProvider<TypeBoxProvider>()
    sessionRoutes(api, { key, sessions, cookieName })
    serviceRoutes(api, { control })
    configurationRoutes(api, { control })
    nodeRoutes(api, { control })
    ruleRoutes(api, { control })
    printerRoutes(api, { control })
    senderRoutes(api, { control })
    recordRoutes(api, { control })
    procedureRoutes(api, { control })
    fetchRoutes(api, { control })
    serviceTlsRoutes(api, { control })
    cloudRoutes(api, { control })
    eventRoutes(api, { control })
  }, { prefix: '/api' })
  await app.register(async (plain) => { options.publicRoutes?.(plain) })
  await screenRoutes(app, options.screens)
  return app
}
