import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

export interface CorsOptions {
  /** Comma-separated origins, `*` for all, empty for none: the setting CORS_ORIGINS. */
  readonly origins: string
}

/** Methods and headers a page of another origin may use; what PS3.18, RFC 9110 and tus 1.0.0 have for these services, and the token. */
const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
const allowedHeaders = [
  'Accept', 'Accept-Charset', 'Authorization', 'Cache-Control', 'Content-Encoding', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-Modified-Since', 'If-None-Match', 'If-Range', 'Pragma', 'Range',
  'Tus-Resumable', 'Upload-Checksum', 'Upload-Length', 'Upload-Metadata', 'Upload-Offset', 'X-HTTP-Method-Override', 'X-Requested-With',
].join(', ')
/** What a page may read of an answer besides the headers every page may. */
const exposedHeaders = [
  'Accept-Ranges', 'Allow', 'Content-Location', 'Content-Range', 'ETag', 'Location', 'Retry-After',
  'Tus-Checksum-Algorithm', 'Tus-Extension', 'Tus-Max-Size', 'Tus-Resumable', 'Tus-Version', 'Upload-Expires', 'Upload-Length', 'Upload-Metadata', 'Upload-Offset',
  'Warning', 'WWW-Authenticate',
].join(', ')
const preflightLastsSeconds = 7200

/**
 * Lets pages of other origins use the services (the Fetch standard's CORS protocol), errors included. Credentials of the browser are never
 * asked for: who asks is told by a bearer token. A plain OPTIONS is left to the routes, since PS3.18 §8.9 answers it with capabilities.
 */
export const cors = fp<CorsOptions>((app, { origins }, done) => {
  const allowed = new Set(origins.split(',').map((origin) => origin.trim().toLowerCase()).filter((origin) => origin !== ''))
  app.addHook('onRequest', (request, reply, next) => {
    const { origin } = request.headers
    if (origin !== undefined && (allowed.has('*') || allowed.has(origin.toLowerCase()))) {
      reply.header('access-control-allow-origin', allowed.has('*') ? '*' : origin).header('access-control-expose-headers', exposedHeaders)
    }
    if (isPreflight(request)) answerPreflight(reply)
    else next()
  })
  // Also where no Origin was sent: a shared cache must not give one origin the answer made for another.
  app.addHook('onSend', (_request, reply, _payload, next) => {
    const vary = String(reply.getHeader('vary') ?? '')
    if (allowed.size > 0 && !allowed.has('*') && !/\borigin\b/i.test(vary)) reply.header('vary', vary === '' ? 'Origin' : `${vary}, Origin`)
    next()
  })
  done()
}, { name: 'cors' })

const isPreflight = ({ method, headers }: FastifyRequest): boolean => method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined

/** To an origin that is not allowed too, but then without its name: the browser keeps its page from asking further. */
function answerPreflight(reply: FastifyReply): void {
  void reply.code(204).headers({
    'access-control-allow-methods': allowedMethods, 'access-control-allow-headers': allowedHeaders,
    'access-control-max-age': String(preflightLastsSeconds),
  }).send()
}
