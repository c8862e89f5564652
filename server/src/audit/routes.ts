/** HTTP face of the audit trail. Reading it is itself audited. */
import { AuditExportQuery, AuditFilter, AuditHead, AuditPage, defaultPageSize, HomeLogFilter, HomeLogPage, PageQuery, Problem, StudyLogFilter, StudyLogPage } from '@isocenter/contracts'
import type { FastifyRequest } from 'fastify'
import { Type, type TProperties } from 'typebox'
import { spreadsheetTypes } from '../exports/index.ts'
import { actorOf } from '../identity/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { AccessLog } from './access-log.ts'
import type { Audit } from './audit.ts'

const paged = <Properties extends TProperties>(properties: Properties) => Type.Object({ ...properties, ...PageQuery.properties })
const HomeQuery = paged(HomeLogFilter.properties)
const TrailQuery = paged(AuditFilter.properties)
const StudiesQuery = paged(StudyLogFilter.properties)

export const auditRoutes: ApiRoutes<{ audit: Audit; accessLog: AccessLog }> = async (app, { audit: { logs, export: exported }, accessLog }) => {
  const tags = ['Audit']
  app.addHook('onSend', noStore)

  const noteRead = ({ access }: FastifyRequest) => { accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'log.read' }) }

  app.get('/home-log', {
    schema: { operationId: 'listHomeLog', summary: 'What was done in the organisation, the latest first', tags, querystring: HomeQuery, response: { 200: HomeLogPage, '4xx': Problem } },
    config: { policy: 'log.view_own', audit: 'log.read' },
  }, async (request) => {
    const { cursor, limit = defaultPageSize, ...filter } = request.query
    const page = await logs.home(request.access, filter, { cursor, limit })
    noteRead(request)
    return page
  })

  app.get('/audit/entries', {
    schema: { operationId: 'searchAuditEntries', summary: 'The audit trail of the organisation, the latest first', tags, querystring: TrailQuery, response: { 200: AuditPage, '4xx': Problem } },
    config: { policy: 'log.view_all', audit: 'log.read' },
  }, async (request) => {
    const { cursor, limit = defaultPageSize, ...filter } = request.query
    const page = await logs.search(request.access, filter, { cursor, limit })
    noteRead(request)
    return page
  })

  app.get('/audit/user-log', {
    schema: { operationId: 'listUserLog', summary: 'What people and machines did, with their addresses, the latest first', tags, querystring: TrailQuery, response: { 200: AuditPage, '4xx': Problem } },
    config: { policy: 'admin.audit', audit: 'log.read' },
  }, async (request) => {
    const { cursor, limit = defaultPageSize, ...filter } = request.query
    const page = await logs.search(request.access, filter, { cursor, limit })
    noteRead(request)
    return page
  })

  app.get('/audit/study-log', {
    schema: { operationId: 'listStudyLog', summary: 'Arrivals, deletions and restorations of studies, the latest first', tags, querystring: StudiesQuery, response: { 200: StudyLogPage, '4xx': Problem } },
    config: { policy: 'admin.audit', audit: 'log.read' },
  }, async (request) => {
    const { cursor, limit = defaultPageSize, ...filter } = request.query
    const page = await logs.studies(request.access, filter, { cursor, limit })
    noteRead(request)
    return page
  })

  app.get('/audit/export', {
    // A HEAD would make the whole file.
    exposeHeadRoute: false,
    schema: { operationId: 'exportAuditEntries', summary: 'The entries a filter finds, as CSV or XLSX', tags, querystring: AuditExportQuery },
    config: { policy: 'log.view_all', audit: 'log.export' },
  }, async (request, reply) => {
    const { format, language = 'zh-CN', ...filter } = request.query
    const file = await exported(request.access, filter, format, language)
    return reply.type(spreadsheetTypes[format]).header('content-disposition', `attachment; filename="audit-trail.${format}"`).header('x-content-type-options', 'nosniff').send(file)
  })

  app.get('/audit/head', {
    schema: { operationId: 'getAuditHead', summary: 'How far the trail of the installation is sealed', tags, response: { 200: AuditHead, '4xx': Problem } },
    config: { policy: 'admin.audit', audit: 'none' },
  }, () => logs.head())
}
