import { Readable } from 'node:stream'
import { Type } from 'typebox'
import type { GatewayControl } from '../actions.ts'
import { noSuchResource } from '../problems.ts'
import { recordsAsCsv } from '../records-csv.ts'
import type { ControlApp } from '../typed-routes.ts'
import { DeliverySelection, DiscardSelection, LostSelection, ReleaseSelection, InstanceRecordPage, Paging, RecordQuery, SendableAgain, StudyRecord, StudyRecordPage } from '../wire/records.ts'

const ByStudy = Type.Object({ StudyInstanceUID: Type.String({ pattern: '^[0-9.]{1,64}$' }) })
const Search = Type.Object({ ...RecordQuery.properties, ...Paging.properties }, { additionalProperties: false })

/** What was received and where it went, by study and by instance. */
export function recordRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  app.get('/records/studies', { schema: { querystring: Search, response: { 200: StudyRecordPage } } }, ({ query: { after, limit, ...query } }) =>
    control.searchStudies(query, { limit, ...(after !== undefined && { after }) }))

  app.get('/records/studies/:StudyInstanceUID', { schema: { params: ByStudy, response: { 200: StudyRecord } } }, async ({ params }) => {
    const record = await control.study(params.StudyInstanceUID)
    if (!record) throw noSuchResource('Nothing of this study is recorded here.')
    return record
  })

  app.get('/records/studies/:StudyInstanceUID/instances', { schema: { params: ByStudy, querystring: Search, response: { 200: InstanceRecordPage } } },
    ({ params, query: { after, limit, ...query } }) =>
      control.searchInstances(params.StudyInstanceUID, query, { limit, ...(after !== undefined && { after }) }))

  app.get('/records/studies/:StudyInstanceUID/sendable-again', { schema: { params: ByStudy, response: { 200: Type.Array(SendableAgain) } } }, async ({ params }) => {
    const nodes = await control.sendableAgain(params.StudyInstanceUID)
    if (!nodes) throw noSuchResource('Nothing of this study is recorded here.')
    return [...nodes]
  })

  app.get('/records/export', { schema: { querystring: Type.Object({ ...RecordQuery.properties }, { additionalProperties: false }) } }, ({ query }, reply) =>
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="forwarding-records.csv"')
      .send(Readable.from(recordsAsCsv(control, query))))

  app.post('/objects/discard', { schema: { body: DiscardSelection, response: { 200: Type.Object({ discarded: Type.Integer() }) } } }, ({ body }) => control.discardObjects(body))

  app.post('/objects/lost/seen', { schema: { body: LostSelection, response: { 200: Type.Object({ seen: Type.Integer() }) } } }, ({ body }) => control.acknowledgeLost(body))

  app.post('/deliveries/release', { schema: { body: ReleaseSelection } }, ({ body }) => control.releaseDeliveries(body))

  app.post('/deliveries/retry', { schema: { body: DeliverySelection } }, ({ body }) => control.retryDeliveries(body))
}
