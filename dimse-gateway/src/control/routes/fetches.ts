import { Type } from 'typebox'
import type { GatewayControl } from '../actions.ts'
import type { ControlApp } from '../typed-routes.ts'
import { untilGone } from '../until-gone.ts'
import { ArchiveFilter, ArchiveSearch, FetchedStudy, FetchesAdded, FetchRequest } from '../wire/fetches.ts'

const OfNode = Type.Object({ nodeId: Type.String({ maxLength: 64 }) })
const OfNodeOrAll = Type.Object({ nodeId: Type.Optional(Type.String({ maxLength: 64 })) }, { additionalProperties: false })
const Newest = Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200 }) }, { additionalProperties: false })

/** Fetching from another archive: what it has, what is fetched, and how far that is. */
export function fetchRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  app.get('/nodes/:nodeId/studies', { schema: { params: OfNode, querystring: ArchiveFilter, response: { 200: ArchiveSearch } } }, ({ params, query }, reply) =>
    control.searchArchive(params.nodeId, query, untilGone(reply)))

  app.post('/fetches', { schema: { body: FetchRequest, response: { 202: FetchesAdded } } }, async ({ body }, reply) =>
    reply.code(202).send(await ('studies' in body ? control.fetchStudies(body.nodeId, body.studies) : control.fetchMatching(body.nodeId, body.matching, untilGone(reply)))))

  app.get('/fetches', { schema: { querystring: Newest, response: { 200: Type.Array(FetchedStudy) } } }, async ({ query }) => [...await control.fetches(query.limit)])

  app.delete('/fetches', { schema: { querystring: OfNodeOrAll, response: { 200: Type.Object({ cancelled: Type.Integer() }) } } }, ({ query }) => control.cancelFetches(query.nodeId))
}
