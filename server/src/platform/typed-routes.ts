import type { FastifyBaseLogger, FastifyPluginAsync, FastifyPluginOptions, FastifyTypeProvider, RawServerDefault } from 'fastify'
import type { Static, TSchema } from 'typebox'

declare module 'fastify' {
  interface FastifySchema {
    /** Name of the operation in the OpenAPI document; every route of the product API has one, and no two the same. */
    operationId?: string
    summary?: string
    description?: string
    tags?: readonly string[]
    /** Media type of the body, where it is not JSON. */
    consumes?: string
  }
}

/** Handlers see what their TypeBox schemas promise, and may answer nothing else. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  readonly serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

/** Routes of the product API: a schema and one service call each. */
export type ApiRoutes<Options extends FastifyPluginOptions = Record<never, never>> =
  FastifyPluginAsync<Options, RawServerDefault, TypeBoxProvider, FastifyBaseLogger>

