import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { BuiltScreens, Coding, ScreenFile } from './built-screens.ts'
import { screensNotBuilt } from './problems.ts'
import { commonHeaders, contentSecurityPolicy, pageHeaders } from './security-headers.ts'

/** Stands in the layout where each answer's own nonce goes. */
const noncePlaceholder = 'NONCE_OF_THIS_ANSWER'
const yearSeconds = 31_536_000
/** Services, which answer for themselves what they do not know. */
const services = /^\/(\.well-known|api|dicom-web|wado|apps|healthz|readyz|metrics)(\/|$)/

/**
 * Serves the screens: the files of their builds, and one page at every address that no service has, so that a reload or a bookmark finds
 * its way. The page is for browsers: who does not ask for HTML is answered as before, that nothing is there.
 */
export const screenRoutes: FastifyPluginAsync<{ readonly screens: BuiltScreens }> = async (app, { screens }) => {
  const config = { policy: 'public', audit: 'none' } as const

  app.get('/apps/*', { config }, (request, reply) => {
    const file = screens.files.get(pathOf(request))
    if (file === undefined) {
      reply.callNotFound()
      return reply
    }
    return sendFile(request, reply, file)
  })

  // A service worker's place is what it may look after: the whole server, not the folder it was built into.
  app.get('/service-worker.js', { config }, (request, reply) => {
    const file = screens.files.get('/apps/mfe-shell/service-worker.js')
    if (file === undefined) throw screensNotBuilt('Run: npm run build:screens')
    return sendFile(request, reply, file)
  })

  app.get('/*', { config }, (request, reply) => {
    const path = pathOf(request)
    if (services.test(path) || !asksForHtml(request)) {
      reply.callNotFound()
      return reply
    }
    return sendPage(request, reply)
  })

  // Beside the services, for who reads about them.
  app.get('/api/docs', { config }, sendPage)

  function sendPage(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { page } = screens
    if (page === undefined) throw screensNotBuilt('Run: npm run build:screens')
    const nonce = randomBytes(16).toString('base64')
    // Once over HTTPS, never without it again (RFC 6797); over plain HTTP browsers pay no heed to it.
    if (request.protocol === 'https') reply.header('strict-transport-security', `max-age=${String(yearSeconds)}`)
    // A share link is for who was sent it, not for who searches.
    if (request.url.startsWith('/s/')) reply.header('x-robots-tag', 'noindex, nofollow, noarchive')
    return reply.headers(pageHeaders).header('content-security-policy', contentSecurityPolicy(nonce, page.importMapHash)).type('text/html; charset=utf-8').send(page.html.replaceAll(noncePlaceholder, nonce))
  }
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '/'

/** A navigation of a browser, which names HTML itself; `* / *` is what programs say. */
const asksForHtml = ({ headers }: FastifyRequest): boolean => headers.accept?.includes('text/html') === true

function sendFile(request: FastifyRequest, reply: FastifyReply, { mediaType, content, coded, etag, isImmutable }: ScreenFile): FastifyReply {
  reply.headers(commonHeaders).header('etag', etag).header('vary', 'accept-encoding').header('cache-control', isImmutable ? `public, max-age=${String(yearSeconds)}, immutable` : 'no-cache')
  if (request.headers['if-none-match']?.includes(etag) === true) return reply.code(304).send()
  const coding = codingFor(request.headers['accept-encoding'], coded)
  if (coding !== undefined) reply.header('content-encoding', coding)
  return reply.type(mediaType).send(coding === undefined ? content : coded[coding])
}

/** The smallest form a client takes (RFC 9110 §12.5.3); `q=0` refuses one. */
function codingFor(accepted: string | string[] | undefined, coded: ScreenFile['coded']): Coding | undefined {
  const taken = new Set([accepted ?? ''].flat().join(',').split(',').filter((one) => !/;\s*q=0(\.0*)?\s*$/.test(one)).map((one) => one.split(';', 1)[0]?.trim().toLowerCase()))
  return (['br', 'gzip'] as const).find((coding) => coded[coding] !== undefined && taken.has(coding))
}
