import Fastify, { type FastifyInstance, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { api } from './api.ts'
import type { Accounts } from './accounts/index.ts'
import type { ApiKeys } from './api-keys/index.ts'
import type { Attachments } from './attachments/index.ts'
import { auditedAnswers, auditedRefusals, type AccessLog, type Audit } from './audit/index.ts'
import type { BodyParts } from './body-parts/index.ts'
import type { Catalogue } from './catalogue/index.ts'
import type { Config } from './config.ts'
import { dicomweb } from './dicomweb/index.ts'
import type { Downloads } from './downloads/index.ts'
import type { Gateways } from './gateways/index.ts'
import { guard, jwksRoutes, type SigningKeys, type Tokens } from './identity/index.ts'
import { answerHeaders } from './platform/answer-headers.ts'
import { cors } from './platform/cors.ts'
import type { Notifying } from './notifications/index.ts'
import type { Oidc } from './oidc/index.ts'
import type { Maintenance } from './maintenance/index.ts'
import type { Organisations } from './organisations/index.ts'
import type { People } from './people/index.ts'
import { healthRoutes, type ReadinessCheck } from './platform/health.ts'
import { loggingOptions, requestLog } from './platform/logging.ts'
import { metricsRoutes, type Metrics } from './platform/metrics.ts'
import { notFound } from './platform/not-found.ts'
import { problemJson } from './platform/problem.ts'
import { secureServerOptions, widenConnections, type TlsFiles } from './platform/tls.ts'
import { requestOrigin } from './platform/request-origin.ts'
import { rewriteUrl } from './platform/rewrite-url.ts'
import { sharedService } from './platform/share-path.ts'
import { uriLength } from './platform/uri-length.ts'
import { screenRoutes, viewerRoutes, type BuiltScreens } from './screens/index.ts'
import type { Film } from './film/index.ts'
import { sharedDicomweb, type Sharing } from './sharing/index.ts'
import type { BlobStore } from './storage/index.ts'
import type { Studies } from './studies/index.ts'
import type { Transcoding } from './transcoding/index.ts'
import type { Uploads } from './uploads/index.ts'
import { worklistDicomwebRoutes, type Worklist } from './worklist/index.ts'

/** What the application is made of; opened and closed by who calls. */
export interface AppDeps {
  readonly config: Config
  readonly accounts: Accounts
  readonly apiKeys: ApiKeys
  readonly oidc: Oidc
  readonly organisations: Organisations
  readonly people: People
  readonly notifying: Notifying
  readonly catalogue: Catalogue
  readonly blobs: BlobStore
  readonly transcoding: Transcoding
  readonly tokens: Tokens
  readonly keys: Pick<SigningKeys, 'published'>
  readonly gateways: Gateways
  readonly worklist: Worklist
  readonly uploads: Uploads
  readonly accessLog: AccessLog
  readonly audit: Audit
  /** For tests: told of answers that put nothing into the trail though their route says so. */
  readonly onUnaudited?: ((request: FastifyRequest, action: string) => void) | undefined
  readonly maintenance: Maintenance
  readonly sharing: Sharing
  readonly film: Film
  readonly studies: Studies
  readonly downloads: Downloads
  readonly attachments: Attachments
  readonly bodyParts: BodyParts
  readonly metrics: Metrics
  readonly readiness: readonly ReadinessCheck[]
  readonly screens: BuiltScreens
  /** Folder the viewer was built into. */
  readonly viewer: string
  /** Serves HTTPS, HTTP/2 with it; plain HTTP/1.1 without. */
  readonly tls?: TlsFiles | undefined
}

/** Request line and headers together; a search for a hundred UIDs needs some 7 KB, and what is longer is answered 414 or 431. */
const maxHeaderBytes = 64 * 1024
/** Who sends headers drop by drop is no client. */
const maxHeadersMs = 30_000
/** Room for a list of some thousand frame numbers; and longer than any UID, so that a bad one is answered 400, not 404. */
const maxPathPartLength = 16 * 1024

/** Requests and answers have the same shape in HTTP/2 as in HTTP/1.1, which is what routes are written for. */
function secureApp(options: FastifyServerOptions, https: ReturnType<typeof secureServerOptions>): FastifyInstance {
  const app = Fastify({ ...(options as object), http2: true, https })
  widenConnections(app.server)
  return app as unknown as FastifyInstance
}

/** The composition root: every capability, in the order in which one may use another. */
export async function createApp(deps: AppDeps): Promise<FastifyInstance> {
  const { config } = deps
  const headersTimeoutMs = Math.min(maxHeadersMs, config.HTTP_IDLE_TIMEOUT_MS)
  const http = { maxHeaderSize: maxHeaderBytes, headersTimeout: headersTimeoutMs, connectionsCheckingInterval: headersTimeoutMs / 2 }
  const options: FastifyServerOptions = {
    ...loggingOptions(config.LOG_LEVEL),
    trustProxy: config.TRUST_PROXY,
    // Of silence, not of the whole: a study may come for hours over a thin line.
    connectionTimeout: config.HTTP_IDLE_TIMEOUT_MS,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: maxPathPartLength },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    rewriteUrl,
  }
  const app = deps.tls ? secureApp(options, secureServerOptions(deps.tls, maxHeaderBytes, http)) : Fastify({ ...options, http })

  await app.register(problemJson)
  await app.register(notFound)
  await app.register(requestLog)
  await app.register(cors, { origins: config.CORS_ORIGINS })
  await app.register(uriLength)
  await app.register(requestOrigin)
  if (deps.onUnaudited) await app.register(auditedAnswers, { onUnaudited: deps.onUnaudited })
  await app.register(answerHeaders)
  await app.register(guard, { tokens: deps.tokens, keys: deps.apiKeys.resolver, sessions: deps.accounts.sessions, shares: deps.sharing.resolver, publicUrl: config.PUBLIC_URL })
  await app.register(auditedRefusals, { accessLog: deps.accessLog })
  await app.register(jwksRoutes, { keys: deps.keys })
  await app.register(metricsRoutes, { metrics: deps.metrics })
  await app.register(healthRoutes, { checks: deps.readiness })
  await app.register(dicomweb, { prefix: '/dicom-web', ...deps, services: [worklistDicomwebRoutes(deps)] })
  await app.register(sharedDicomweb, { prefix: sharedService, ...deps })
  await app.register(api, { prefix: '/api', ...deps })
  await app.register(viewerRoutes, { folder: deps.viewer })
  await app.register(screenRoutes, { screens: deps.screens })
  return app
}
