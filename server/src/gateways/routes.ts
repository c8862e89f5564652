/** HTTP face of gateways: what gateways call themselves, and what administrators do with them. */
import {
  Command, CommandRequest, Enrolment, EnrolmentRequest, GatewayDetail, GatewayPage, GatewayParams, GatewayPatch, PageQuery, Problem, ReportAnswer, ReportRequest, UploadCode,
  defaultPageSize, maxReportBytes,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import type { AccessLog } from '../audit/index.ts'
import { actorOf } from '../identity/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Gateways } from './gateways.ts'

const enrolmentBytes = 8 * 1024
const commandBytes = 512 * 1024

const IdempotencyKey = Type.Object({
  'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'the same key again answers what the first request did, and does nothing' })),
})
const Empty = Type.Null()

export const gatewayRoutes: ApiRoutes<{ gateways: Gateways; accessLog: AccessLog }> = async (app, { gateways, accessLog }) => {
  // Codes, tokens and states are nobody's to keep.
  app.addHook('onSend', noStore)

  app.post('/gateways/enrolment', {
    bodyLimit: enrolmentBytes,
    schema: {
      operationId: 'enrolGateway', summary: 'Enrols a gateway by upload code', tags: ['Gateways'],
      body: EnrolmentRequest, response: { 201: Enrolment, '4xx': Problem },
    },
    config: { policy: 'public', audit: 'gateway.enrol' },
  }, async (request, reply) => reply.code(201).send(await gateways.enrol(request.body, request.ip)))

  app.post('/gateways/self/report', {
    bodyLimit: maxReportBytes,
    schema: {
      operationId: 'reportGateway', summary: 'Takes the state of the calling gateway, answers what it is to do', tags: ['Gateways'],
      body: ReportRequest, response: { 200: ReportAnswer, '4xx': Problem },
    },
    config: { policy: 'gateway:report', audit: 'none' },
  }, (request) => gateways.report(request.access, request.body))

  app.get('/gateways', {
    schema: { operationId: 'listGateways', summary: 'Gateways of the organisation, by name', tags: ['Gateways'], querystring: PageQuery, response: { 200: GatewayPage, '4xx': Problem } },
    config: { policy: 'gateways:read', audit: 'gateway.read' },
  }, async (request) => {
    const { cursor, limit = defaultPageSize } = request.query
    const page = await gateways.list(request.access, { cursor, limit })
    accessLog.accessed({ organisationId: request.access.organisationId, actor: actorOf(request.access), action: 'gateway.read' })
    return page
  })

  app.get('/gateways/:gatewayId', {
    schema: { operationId: 'getGateway', summary: 'One gateway: state, configuration, commands', tags: ['Gateways'], params: GatewayParams, response: { 200: GatewayDetail, '4xx': Problem } },
    config: { policy: 'gateways:read', audit: 'gateway.read' },
  }, async (request) => {
    const gateway = await gateways.find(request.access, request.params.gatewayId)
    accessLog.accessed({ organisationId: request.access.organisationId, actor: actorOf(request.access), action: 'gateway.read' })
    return gateway
  })

  app.patch('/gateways/:gatewayId', {
    schema: { operationId: 'changeGateway', summary: 'Renames a gateway', tags: ['Gateways'], params: GatewayParams, body: GatewayPatch, response: { 200: GatewayDetail, '4xx': Problem } },
    config: { policy: 'gateways:manage', audit: 'gateway.change' },
  }, (request) => gateways.rename(request.access, request.params.gatewayId, request.body.name))

  app.delete('/gateways/:gatewayId', {
    schema: { operationId: 'revokeGateway', summary: 'Revokes a gateway for good', tags: ['Gateways'], params: GatewayParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'gateways:manage', audit: 'gateway.revoke' },
  }, async (request, reply) => {
    await gateways.revoke(request.access, request.params.gatewayId)
    return reply.code(204).send(null)
  })

  app.post('/gateways/:gatewayId/commands', {
    bodyLimit: commandBytes,
    schema: {
      operationId: 'commandGateway', summary: 'Has a gateway do something with its next report', tags: ['Gateways'],
      params: GatewayParams, headers: IdempotencyKey, body: CommandRequest, response: { 202: Command, '4xx': Problem },
    },
    config: { policy: 'gateways:manage', audit: 'gateway.command' },
  }, async (request, reply) =>
    reply.code(202).send(await gateways.command(request.access, request.params.gatewayId, request.body, request.headers['idempotency-key'])))

  app.get('/upload-code', {
    schema: { operationId: 'getUploadCode', summary: "The organisation's upload code", tags: ['Gateways'], response: { 200: UploadCode, '4xx': Problem } },
    config: { policy: 'gateways:manage', audit: 'upload-code.read' },
  }, (request) => gateways.uploadCode(request.access))

  app.post('/upload-code/rotation', {
    schema: { operationId: 'rotateUploadCode', summary: 'Puts a new upload code in place of the old one', tags: ['Gateways'], response: { 200: UploadCode, '4xx': Problem } },
    config: { policy: 'gateways:manage', audit: 'upload-code.rotate' },
  }, (request) => gateways.rotateUploadCode(request.access))
}
