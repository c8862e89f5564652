/** What the service has to offer, gathered from its routes as they are registered (PS3.18 §8.9). */
import type { FastifyInstance, RouteOptions } from 'fastify'
import { searchable, searchableRequest, type Level } from '../../catalogue/index.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Media types a request may send, as in Content-Type. */
    consumes?: readonly string[]
    /** Media types an answer can have, as in Accept. */
    produces?: readonly string[]
    /** Query parameters besides `accept`. */
    parameters?: readonly string[]
  }
}

/** One method of a resource. */
export interface Operation {
  readonly method: string
  readonly consumes: readonly string[]
  readonly produces: readonly string[]
  readonly parameters: readonly string[]
}

/** A resource and what can be done with it; `path` is a URI template below the base: `studies/{StudyInstanceUID}`. */
export interface Resource {
  readonly url: string
  readonly path: string
  readonly operations: Operation[]
}

/** Gathers the routes that are registered in `app` from now on; the list fills while they are. */
export function gatherResources(app: FastifyInstance): readonly Resource[] {
  const resources: Resource[] = []
  const { prefix } = app
  app.addHook('onRoute', ({ url, method, config = {} }: RouteOptions) => {
    const below = url.slice(prefix.length)
    const path = below.replace(/^\//, '').replace(/:(\w+)/g, '{$1}')
    let resource = resources.find((known) => known.path === path)
    if (!resource) resources.push(resource = { url: below, path, operations: [] })
    for (const one of [method].flat()) {
      if (one === 'OPTIONS') continue
      resource.operations.push({ method: one, consumes: config.consumes ?? [], produces: config.produces ?? [], parameters: config.parameters ?? [] })
    }
  })
  return resources
}

/** Parameters of every search (PS3.18 §8.3.4). */
export const searchParameters = ['fuzzymatching', 'emptyvaluematching', 'multiplevaluematching', 'includefield', 'limit', 'offset'] as const

/** Attributes a search of a level matches: those of the level and of the levels above it (PS3.18 §10.6.1.2). */
export function searchKeys(level: Level): readonly string[] {
  const levels: readonly Level[] = level === 'study' ? ['study'] : level === 'series' ? ['study', 'series'] : ['study', 'series', 'instance']
  const own = Object.entries(searchable).filter(([, attribute]) => levels.includes(attribute.level)).map(([keyword]) => keyword)
  return levels.includes('series') ? [...own, ...Object.keys(searchableRequest).map((keyword) => `RequestAttributesSequence.${keyword}`)] : own
}
