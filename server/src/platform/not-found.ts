import type { FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { methodNotAllowed, noSuchResource } from './problem.ts'

interface KnownRoute {
  readonly methods: Set<string>
  readonly pattern: RegExp
}

/**
 * Answers what no route serves: 405 with `Allow` where the path exists with other methods (PS3.18 §8.5), 404 otherwise.
 * Fastify's own handler would write the URL, and with it a patient's name, into the log and the answer.
 */
export const notFound = fp((app, _options, done) => {
  const known = new Map<string, KnownRoute>()
  app.addHook('onRoute', (route: RouteOptions) => {
    const entry = known.get(route.url) ?? { methods: new Set<string>(), pattern: patternOf(route.url) }
    for (const method of [route.method].flat()) entry.methods.add(method)
    known.set(route.url, entry)
  })
  app.setNotFoundHandler((request) => {
    const allowed = allowedMethods(known, request)
    if (allowed.length === 0) throw noSuchResource('Nothing is served at this path.')
    throw methodNotAllowed(`Methods of this resource: ${allowed.join(', ')}.`, {}, { allow: allowed.join(', ') })
  })
  done()
}, { name: 'not-found' })

function allowedMethods(known: ReadonlyMap<string, KnownRoute>, request: FastifyRequest): string[] {
  const path = (request.raw.url ?? '').split('?', 1)[0]?.replace(/(?<=.)\/$/, '') ?? ''
  const methods = [...known.values()].filter(({ pattern }) => pattern.test(path)).flatMap((route) => [...route.methods])
  return [...new Set(methods)].sort()
}

/** `/studies/:StudyInstanceUID` as a pattern for one path; a wildcard route is no resource of its own. */
function patternOf(url: string): RegExp {
  const parts = url.replace(/(?<=.)\/$/, '').split('/').map((part) => part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('/')}$`)
}
