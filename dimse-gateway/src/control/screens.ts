import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { isAbsent } from '@isocenter/durable-files'
import { extname, join, relative, sep } from 'node:path'
import { noSuchResource, screensNotBuilt } from './problems.ts'
import type { ControlApp } from './typed-routes.ts'

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

/** Stands in the built page where each answer's own nonce goes. */
const noncePlaceholder = 'NONCE_OF_THIS_ANSWER'

/** What a page may load and run: its own files; and style elements that its own scripts made, which know the nonce (decision 0026). */
const contentSecurityPolicy = (nonce: string) => [
  "default-src 'none'", "script-src 'self'", `style-src 'self' 'nonce-${nonce}'`, "img-src 'self' data:", "font-src 'self'", "connect-src 'self'",
  "manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "object-src 'none'",
].join('; ')

/**
 * Serves the built screens from memory: the files found in the folder at start and no others. Paths that are not files are
 * places inside the one page, so that a reload or a bookmark finds its way.
 */
export async function screenRoutes(app: ControlApp, folder: string): Promise<void> {
  const files = await readFiles(folder)
  const page = files.get('/index.html')?.toString('utf8')

  app.get('/*', { config: { isOpen: true } }, (request, reply) => {
    const [path = '/'] = request.url.split('?')
    const file = path === '/index.html' ? undefined : files.get(path)
    if (file) {
      // Vite puts a digest of the content into the names below /assets, so such a name never means other bytes.
      const caching = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
      return reply.type(mediaTypes[extname(path)] ?? 'application/octet-stream').header('cache-control', caching).send(file)
    }
    if (path.startsWith('/api/') || extname(path) !== '') throw noSuchResource('Nothing is served at this path.')
    if (page === undefined) throw screensNotBuilt('Run: npm run build:screens')
    const nonce = randomBytes(16).toString('base64')
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', contentSecurityPolicy(nonce))
      .send(page.replaceAll(noncePlaceholder, nonce))
  })
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (isAbsent(error)) return []
    throw error
  })
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue
    const file = join(entry.parentPath, entry.name)
    files.set(`/${relative(folder, file).split(sep).join('/')}`, await readFile(file))
  }
  return files
}
