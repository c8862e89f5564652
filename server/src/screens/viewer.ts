import fastifyStatic from '@fastify/static'
import { readdir } from 'node:fs/promises'
import { relative, join, sep } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'
import { screensNotBuilt } from './problems.ts'
import { commonHeaders } from './security-headers.ts'

/** Path of the viewer; its files have it built in (mfe-viewer/vendor). */
const base = '/viewer/'
const page = 'index.html'
/** Names with a digest never mean other bytes (mfe-viewer/vendor/edition.ts). */
const hasDigest = /(^|\.)[0-9a-f]{16}\./
/** OHIF's workers for JPEG 2000 and for the tiles of slides make functions of text; a worker obeys the policy of its own answer. */
const needsEval = /^(8097\.bundle\.|dicom-microscopy-viewer\/dataLoader\.worker\.)/

/** The viewer is another's, hardly changed: its styles are written by its scripts, its decoders are WebAssembly, it shows PDF in an object. Only our pages may hold it. */
const contentSecurityPolicy = (scripts: string): string => [
  "default-src 'none'",
  `script-src 'self' ${scripts}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self' data:",
  "connect-src 'self' blob: data:",
  "worker-src 'self' blob:",
  "frame-src 'self' blob:",
  "object-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

const headersOf = (file: string): Readonly<Record<string, string>> => ({
  ...commonHeaders,
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'SAMEORIGIN',
  'content-security-policy': contentSecurityPolicy(needsEval.test(file) ? "'unsafe-eval' 'wasm-unsafe-eval'" : "'wasm-unsafe-eval'"),
  'cache-control': hasDigest.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
})

/** Serves the viewer out of the folder it was built into: its files, and its page at every other address below its path. */
export const viewerRoutes: FastifyPluginAsync<{ readonly folder: string }> = async (app, { folder }) => {
  await app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, cacheControl: false, logLevel: 'silent' })
  const files = await filesIn(folder)

  app.get<{ Params: { '*': string } }>(`${base}*`, { config: { policy: 'public', audit: 'none' } }, (request, reply) => {
    if (!files.has(page)) throw screensNotBuilt('Run: npm run build:screens')
    const asked = request.params['*']
    const isPage = !files.has(asked) && request.headers.accept?.includes('text/html') === true
    if (!isPage && !files.has(asked)) {
      reply.callNotFound()
      return reply
    }
    const file = isPage ? page : asked
    return reply.headers(headersOf(file)).sendFile(file)
  })
}

/** Names below the folder, as in an address; none where nothing was built. */
async function filesIn(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  return new Set(entries.filter((entry) => entry.isFile() && !/\.(br|gz)$/.test(entry.name)).map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')))
}
