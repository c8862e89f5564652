/**
 * The OpenAPI 3.1 document of the product API, made from the schemas that check its requests and limit its answers: there is nothing else
 * to keep up to date. TypeBox schemas are JSON Schema 2020-12, which OpenAPI 3.1 takes as it is.
 */
import type { FastifySchema, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { STATUS_CODES } from 'node:http'
import type { TSchema } from 'typebox'

export interface OpenApiOptions {
  readonly title: string
  readonly version: string
  readonly description: string
  /** Schemas told by name and referred to wherever they occur, by their name. */
  readonly components: Readonly<Record<string, TSchema>>
}

type Json = Readonly<Record<string, unknown>>

/** Serves the document of every route registered in the same scope and below, at `/openapi.json` of that scope. */
export const openApi = fp<OpenApiOptions>((app, options, done) => {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    // Fastify adds a HEAD to every GET.
    if (route.method !== 'HEAD') routes.push(route)
  })
  let text: string | undefined
  app.get('/openapi.json', {
    schema: { operationId: 'getOpenApi', summary: 'This document', tags: ['API'] },
    config: { policy: 'public', audit: 'none' },
  }, (_request, reply) => {
    text ??= JSON.stringify(documentOf(routes, options))
    return reply.type('application/json').header('cache-control', 'no-cache').send(text)
  })
  done()
}, { name: 'open-api' })

function documentOf(routes: readonly RouteOptions[], { title, version, description, components }: OpenApiOptions): Json {
  const names = new Map(Object.entries(components).map(([name, schema]) => [schema, name]))
  /** A schema in place, named ones by reference. */
  const written = (schema: unknown, isRoot = false): unknown => {
    if (Array.isArray(schema)) return schema.map((one) => written(one))
    if (typeof schema !== 'object' || schema === null) return schema
    const name = isRoot ? undefined : names.get(schema)
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
    return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, written(value)]))
  }
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}')
    for (const method of [route.method].flat()) (paths[path] ??= {})[method.toLowerCase()] = operationOf(route, written)
  }
  return {
    openapi: '3.1.0',
    info: { title, version, description, license: { name: 'MIT', identifier: 'MIT' } },
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).map(([name, schema]) => [name, written(schema, true)])),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-isocenter-session', description: 'of a person who has signed in (signIn); over plain HTTP it is called isocenter-session' },
      },
    },
  }
}

/** @throws Error for a route that has no operationId: it could not be called by a generated client. */
function operationOf({ url, method, config, schema = {} }: RouteOptions, written: (schema: unknown) => unknown): Json {
  const { operationId, summary, description, tags, consumes, body } = schema
  if (operationId === undefined) throw new Error(`${String(method)} ${url} has no operationId.`)
  const parameters = [...pathParametersOf(url, schema.params, written), ...parametersOf(schema.querystring, 'query', written), ...parametersOf(schema.headers, 'header', written)]
  const policy = config?.policy ?? 'public'
  return {
    operationId, summary, description, tags,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: { [consumes ?? 'application/json']: { schema: written(body) } } } }),
    responses: responsesOf(schema.response, written),
    security: securityOf(policy),
  }
}

/** What an operation asks for, one of: a token that grants it, or the session of a person whose role does (OpenAPI 3.1 takes roles where a scheme has no scopes). */
function securityOf(policy: string): Readonly<Record<string, readonly string[]>>[] {
  if (policy === 'public') return []
  return policy === 'signedIn' || policy === 'signingIn' ? [{ session: [] }] : [{ bearer: [policy] }, { session: [policy] }]
}

/** Those of the path in its order; one that no schema speaks of is text. */
function pathParametersOf(url: string, schema: unknown, written: (schema: unknown) => unknown): Json[] {
  const described = new Map(parametersOf(schema, 'path', written).map((one) => [one['name'], one]))
  return [...url.matchAll(/:(\w+)/g)].map(([, name]) => described.get(name) ?? { name, in: 'path', required: true, schema: { type: 'string' } })
}

function parametersOf(schema: unknown, place: 'path' | 'query' | 'header', written: (schema: unknown) => unknown): Json[] {
  if (schema === undefined) return []
  const { properties, required = [] } = schema as { properties: Readonly<Record<string, TSchema>>; required?: readonly string[] }
  return Object.entries(properties).map(([name, value]) => {
    const { description } = value as { description?: string }
    return { name, in: place, required: place === 'path' || required.includes(name), description, schema: written(value) }
  })
}

function responsesOf(response: FastifySchema['response'], written: (schema: unknown) => unknown): Json {
  if (response === undefined) return { 200: { description: 'OK' } }
  return Object.fromEntries(Object.entries(response as Record<string, { readonly type?: string; readonly description?: string; readonly contentMediaType?: string }>).map(([status, schema]) => {
    const description = schema.description ?? STATUS_CODES[status] ?? 'Problem details (RFC 9457)'
    if (schema.type === 'null') return [status.toUpperCase(), { description }]
    const mediaType = schema.contentMediaType ?? (/^[45]/.test(status) ? 'application/problem+json' : 'application/json')
    return [status.toUpperCase(), { description, content: { [mediaType]: { schema: written(schema) } } }]
  }))
}
