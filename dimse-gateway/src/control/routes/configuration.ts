import { Type } from 'typebox'
import type { ConfigurationChange, GatewayControl } from '../actions.ts'
import { badRequest } from '../problems.ts'
import type { ControlApp } from '../typed-routes.ts'
import { Removal } from '../wire/state.ts'

/** Which parts there are; what each must look like, the configuration itself says (422), for every way of changing it alike. */
const Parts = Type.Object({
  service: Type.Optional(Type.Unknown()),
  nodes: Type.Optional(Type.Unknown()),
  rules: Type.Optional(Type.Unknown()),
  printers: Type.Optional(Type.Unknown()),
  retention: Type.Optional(Type.Unknown()),
  spool: Type.Optional(Type.Unknown()),
}, { additionalProperties: false })

/** The settings as one document with a revision, which is its ETag. */
export function configurationRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  app.get('/configuration', async (_request, reply) => {
    const configuration = control.configuration()
    return reply.header('etag', `"${configuration.revision}"`).send(configuration)
  })

  app.patch('/configuration', { schema: { body: Parts, querystring: Removal } }, async ({ body, headers, query }, reply) => {
    const configuration = await control.setConfiguration(body as ConfigurationChange, revisionOf(headers['if-match']), query)
    return reply.header('etag', `"${configuration.revision}"`).send(configuration)
  })
}

function revisionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined
  const revision = /^"(\d{1,15})"$/.exec(ifMatch)?.[1]
  if (revision === undefined) throw badRequest('If-Match must hold the ETag of a configuration.')
  return Number(revision)
}
