/** HTTP face of what is held apart. */
import {
  defaultPageSize, HeldInstances, HeldInstancesQuery, PageQuery, Problem, QuarantineAcceptanceRequest, QuarantineDecisionRequest, QuarantineFilter,
  QuarantineOutcome, QuarantinePage, QuarantineParams,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import type { AccessLog } from '../audit/index.ts'
import { acceptedAtOnce } from '../catalogue/index.ts'
import { clientGone } from '../dicomweb/index.ts'
import { actorOf } from '../identity/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Maintenance } from './maintenance.ts'

const QuarantineQuery = Type.Object({ ...QuarantineFilter.properties, ...PageQuery.properties })
const Picture = Type.Unsafe<unknown>({ description: 'its longest side has 512 pixels at most', contentMediaType: 'image/jpeg' })
const bodyLimit = 64 * 1024

export const quarantineRoutes: ApiRoutes<{ maintenance: Pick<Maintenance, 'quarantines'>; accessLog: AccessLog }> = async (app, { maintenance: { quarantines }, accessLog }) => {
  const tags = ['Data maintenance']
  app.addHook('onSend', noStore)

  app.get('/quarantine', {
    schema: {
      operationId: 'listQuarantine',
      summary: 'What came for studies of other patients and is held apart, the latest first',
      tags,
      querystring: QuarantineQuery,
      response: { 200: QuarantinePage, '4xx': Problem },
    },
    config: { policy: 'admin.data_maintain', audit: 'quarantine.read' },
  }, async ({ access, query: { cursor, limit = defaultPageSize, ...filter } }) => {
    const page = await quarantines.list(access, filter, { cursor, limit })
    accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'quarantine.read' })
    return page
  })

  app.get('/quarantine/:quarantineId/thumbnail', {
    // Whoever asks for the headers alone would have it drawn.
    exposeHeadRoute: false,
    schema: {
      operationId: 'getQuarantineThumbnail',
      summary: 'A picture of what is held apart, JPEG: the middle image, or an icon of what is none',
      tags,
      params: QuarantineParams,
      response: { 200: Picture, '4xx': Problem, 503: Problem },
      description: 'Served at /o/{organisationId}/api/… too, for what a browser fetches by itself.',
    },
    config: { policy: 'admin.data_maintain', audit: 'quarantine.view' },
  }, async ({ access, params: { quarantineId } }, reply) => {
    const { StudyInstanceUID, jpeg } = await quarantines.picture(access, quarantineId, clientGone(reply))
    accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'quarantine.view', StudyInstanceUID, detail: { quarantineId } })
    return reply.type('image/jpeg').send(jpeg)
  })

  app.post('/quarantine/:quarantineId/acceptance', {
    bodyLimit,
    schema: {
      operationId: 'acceptQuarantine',
      summary: 'Puts what is held apart into the study it came for, a lot of it',
      tags,
      params: QuarantineParams,
      body: QuarantineAcceptanceRequest,
      response: { 200: QuarantineOutcome, '4xx': Problem },
      description: `At most ${String(acceptedAtOnce)} objects go into the study by one request; \`next\` of the answer is the \`cursor\` of the request for those that follow.`,
    },
    config: { policy: 'admin.data_maintain', audit: 'quarantine.accept' },
  }, ({ access, params, body }) => quarantines.accept(access, params.quarantineId, body))

  app.post('/quarantine/:quarantineId/deletion', {
    bodyLimit,
    schema: {
      operationId: 'deleteQuarantine',
      summary: 'Deletes what is held apart; it can be restored',
      tags,
      params: QuarantineParams,
      body: QuarantineDecisionRequest,
      response: { 200: QuarantineOutcome, '4xx': Problem },
    },
    config: { policy: 'admin.data_maintain', audit: 'quarantine.delete' },
  }, ({ access, params, body }) => quarantines.delete(access, params.quarantineId, body.reason))

  app.get('/quarantine/instances', {
    schema: {
      operationId: 'findHeldInstances',
      summary: 'Which of these objects are held apart, for who sent them and asks whether they are held',
      tags,
      querystring: HeldInstancesQuery,
      response: { 200: HeldInstances, '4xx': Problem },
    },
    // UIDs the caller names itself, and nothing of a patient.
    config: { policy: 'dicomweb:store', audit: 'none' },
  }, ({ access, query }) => quarantines.heldInstances(access, query.SOPInstanceUID.split(',')))
}
