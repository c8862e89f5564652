/** The routes of the application as they are registered. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, RouteOptions } from 'fastify'

export interface KnownRoute {
  readonly method: string
  readonly url: string
  readonly policy: unknown
  readonly audit: unknown
}

/** Notes every route of the application that `make` makes. */
export async function knownRoutes<Made extends { readonly app: FastifyInstance }>(make: () => Promise<Made>): Promise<{ routes: KnownRoute[]; made: Made }> {
  const routes: KnownRoute[] = []
  const watch = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url, config }: RouteOptions) => {
      for (const one of [method].flat()) routes.push({ method: one, url, policy: config?.policy, audit: config?.audit })
    })
  }
  subscribe('fastify.initialization', watch)
  const made = await make()
  await made.app.ready()
  unsubscribe('fastify.initialization', watch)
  return { routes, made }
}
