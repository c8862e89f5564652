/** HTTP face of the worklist for information systems and screens. */
import { defaultPageSize, DicomDataSet, maxDataSetBytes, PageQuery, PerformedStep, performedStepStatuses, PerformedStepPage, Problem, WorklistItem, WorklistItemParams, WorklistPage } from '@isocenter/contracts'
import { Type } from 'typebox'
import type { FastifyRequest } from 'fastify'
import type { AccessLog, AuditAction } from '../audit/index.ts'
import { parseSearch, queryOf } from '../dicomweb/index.ts'
import { actorOf } from '../identity/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import { badRequest } from '../platform/problem.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Worklist } from './worklist.ts'

const Empty = Type.Null()
const UID = Type.String({ pattern: '^[0-9]+(\\.[0-9]+)*$', maxLength: 64 })
const IfMatch = Type.Object({ 'if-match': Type.Optional(Type.String({ pattern: '^"\\d{1,9}"$', description: 'ETag of the version that is to be changed' })) })
const WorklistQuery = Type.Object(PageQuery.properties, {
  additionalProperties: true,
  description: 'Beside the page: attributes to match, as in a DICOMweb search, nested ones by dotted path (ScheduledProcedureStepSequence.Modality=CT)',
})
const PerformedQuery = Type.Object({
  ...PageQuery.properties,
  status: Type.Optional(Type.Enum([...performedStepStatuses])),
  StudyInstanceUID: Type.Optional(UID),
})

export const worklistRoutes: ApiRoutes<{ worklist: Worklist; accessLog: AccessLog }> = async (app, { worklist, accessLog }) => {
  app.addHook('onSend', noStore)
  const noteRead = ({ access }: Pick<FastifyRequest, 'access'>, action: AuditAction, StudyInstanceUID?: string) => {
    accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action, StudyInstanceUID })
  }

  app.get('/modality-worklist', {
    schema: {
      operationId: 'listWorklist',
      summary: 'Scheduled procedure steps by start; what is over only where its status is asked for',
      tags: ['Worklist'],
      querystring: WorklistQuery,
      response: { 200: WorklistPage, '4xx': Problem },
    },
    config: { policy: 'worklist:read', audit: 'worklist.read' },
  }, async (request) => {
    const { limit = defaultPageSize, cursor } = request.query
    const { keys, options, ignored } = parseSearch(queryOf(request))
    const unknown = ignored.filter((name) => name !== 'cursor')
    if (unknown.length > 0) throw badRequest(`Nothing is known of the parameters ${unknown.join(', ')}.`)
    const page = await worklist.items.list(request.access, { keys, options }, { cursor, limit })
    noteRead(request, 'worklist.read')
    return page
  })

  app.post('/modality-worklist', {
    bodyLimit: maxDataSetBytes,
    schema: { operationId: 'addWorklistItem', summary: 'Puts a scheduled procedure step on the worklist', tags: ['Worklist'], body: DicomDataSet, response: { 201: WorklistItem, '4xx': Problem } },
    config: { policy: 'worklist:write', audit: 'worklist.write' },
  }, async (request, reply) => {
    const item = await worklist.items.add(request.access, request.body)
    return reply.code(201).header('location', `/api/modality-worklist/${item.worklistItemId}`).header('etag', `"${item.version}"`).send(item)
  })

  app.get('/modality-worklist/:worklistItemId', {
    schema: { operationId: 'getWorklistItem', summary: 'One scheduled procedure step', tags: ['Worklist'], params: WorklistItemParams, response: { 200: WorklistItem, '4xx': Problem } },
    config: { policy: 'worklist:read', audit: 'worklist.read' },
  }, async (request, reply) => {
    const item = await worklist.items.find(request.access, request.params.worklistItemId)
    noteRead(request, 'worklist.read')
    return reply.header('etag', `"${item.version}"`).send(item)
  })

  app.put('/modality-worklist/:worklistItemId', {
    bodyLimit: maxDataSetBytes,
    schema: {
      operationId: 'replaceWorklistItem', summary: 'Replaces a scheduled procedure step', tags: ['Worklist'],
      params: WorklistItemParams, headers: IfMatch, body: DicomDataSet, response: { 200: WorklistItem, '4xx': Problem },
    },
    config: { policy: 'worklist:write', audit: 'worklist.write' },
  }, async (request, reply) => {
    const ifMatch = request.headers['if-match']
    const item = await worklist.items.replace(request.access, request.params.worklistItemId, request.body, ifMatch === undefined ? undefined : Number(ifMatch.slice(1, -1)))
    return reply.header('etag', `"${item.version}"`).send(item)
  })

  app.delete('/modality-worklist/:worklistItemId', {
    schema: { operationId: 'deleteWorklistItem', summary: 'Takes a scheduled procedure step off the worklist', tags: ['Worklist'], params: WorklistItemParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'worklist:write', audit: 'worklist.write' },
  }, async (request, reply) => {
    await worklist.items.remove(request.access, request.params.worklistItemId)
    return reply.code(204).send(null)
  })

  app.get('/performed-procedure-steps', {
    schema: { operationId: 'listPerformedSteps', summary: 'Performed procedure steps, the latest first', tags: ['Worklist'], querystring: PerformedQuery, response: { 200: PerformedStepPage, '4xx': Problem } },
    config: { policy: 'performed-procedure:read', audit: 'performed-step.read' },
  }, async (request) => {
    const { limit = defaultPageSize, cursor, status, StudyInstanceUID } = request.query
    const page = await worklist.performed.list(request.access, { status, StudyInstanceUID }, { cursor, limit })
    noteRead(request, 'performed-step.read', StudyInstanceUID)
    return page
  })

  app.get('/performed-procedure-steps/:SOPInstanceUID', {
    schema: {
      operationId: 'getPerformedStep',
      summary: 'One performed procedure step, and what came of it',
      tags: ['Worklist'],
      params: Type.Object({ SOPInstanceUID: UID }),
      response: { 200: PerformedStep, '4xx': Problem },
    },
    config: { policy: 'performed-procedure:read', audit: 'performed-step.read' },
  }, async (request) => {
    const step = await worklist.performed.find(request.access, request.params.SOPInstanceUID)
    noteRead(request, 'performed-step.read', step.schedule[0]?.StudyInstanceUID)
    return step
  })
}
