/** What modalities and gateways use: the Modality Scheduled Procedure Step and Modality Performed Procedure Step services (PS3.18 §14, §15). */
import { maxDataSetBytes } from '@isocenter/contracts'
import { DicomXmlError, isReadableUID, MatchValueError, orderedJson, parseDicomXml, writeDicomXml, type Tag } from '@isocenter/dicom'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { AccessLog, AuditAction } from '../audit/index.ts'
import type { Config } from '../config.ts'
import {
  acceptableOf, contentTypeOf, dataSetOffers, dicomJson, dicomXml, invalidSearch, invalidUID, negotiate, oneDataSetOffers, parseSearch, queryOf, sendJson, sendJsonList,
  searchParameters, sendXmlParts, serviceURL,
} from '../dicomweb/index.ts'
import { actorOf } from '../identity/index.ts'
import { returned } from './returned.ts'
import { dimseStatus } from './performed-check.ts'
import { invalidPerformedStep } from './problems.ts'
import type { Worklist } from './worklist.ts'

export interface WorklistDeps {
  readonly config: Config
  readonly worklist: Worklist
  readonly accessLog: AccessLog
}

/** Matching keys an origin server must support (PS3.4 Table K.6-1); every other attribute of an item is matched too. */
const scheduledKeys = [
  ...['ScheduledStationAETitle', 'ScheduledProcedureStepStartDate', 'ScheduledProcedureStepStartTime', 'Modality', 'ScheduledPerformingPhysicianName'].map((keyword) => `ScheduledProcedureStepSequence.${keyword}`),
  'PatientName', 'PatientID',
]
const scheduledPath = '/modality-scheduled-procedure-steps'
const performedPath = '/modality-performed-procedure-steps/:SOPInstanceUID'

export const worklistDicomwebRoutes = ({ config, worklist, accessLog }: WorklistDeps): FastifyPluginAsync => async (app) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser([dicomJson, 'application/json'], { parseAs: 'string', bodyLimit: maxDataSetBytes }, (_request, text, done) => { done(null, text) })
  app.addContentTypeParser([dicomXml, 'application/xml', 'text/xml'], { parseAs: 'string', bodyLimit: maxDataSetBytes }, (_request, text, done) => {
    try {
      done(null, parseDicomXml(String(text)))
    } catch (error) {
      done(error instanceof DicomXmlError
        ? invalidPerformedStep('The body is no data set in the Native DICOM Model.', { dimseStatus: dimseStatus.invalidAttributeValue, errorComment: error.message, attributes: [] })
        : error as Error)
    }
  })

  const noteRead = ({ access }: FastifyRequest, action: AuditAction) => { accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action }) }

  app.route({
    method: ['GET', 'HEAD'], url: scheduledPath,
    config: { policy: 'worklist:read', audit: 'worklist.read', produces: dataSetOffers.map(contentTypeOf), parameters: [...searchParameters, ...scheduledKeys] },
    handler: async (request, reply) => {
      const { mediaType } = negotiate(acceptableOf(request), dataSetOffers)
      const { keys, options, includefield, limit, offset, ignored } = parseSearch(queryOf(request))
      const most = Math.min(limit ?? Number.MAX_SAFE_INTEGER, config.QIDO_MAX_RESULTS)
      const { dataSets, hasMore } = await worklist.items.search(request.access, { keys, options }, { offset, limit: most }).catch(asProblem)
      noteRead(request, 'worklist.read')
      const warnings = [
        ...(hasMore ? ['There are at least 1 additional results that can be requested'] : []),
        ...(ignored.length > 0 ? [`The following query parameters are not supported and have been ignored: ${ignored.join(', ')}`] : []),
      ]
      if (warnings.length > 0) reply.header('warning', warnings.map((text) => `299 ${serviceURL(config, request)}: ${text}`))
      reply.header('cache-control', 'private, no-cache')
      if (dataSets.length === 0 && (mediaType === dicomXml || config.QIDO_EMPTY_STATUS === '204')) return reply.code(204).send()
      const asked: readonly Tag[] | 'all' = includefield === 'all' ? 'all' : [...includefield, ...keys.flatMap(({ path }) => path.slice(0, 1))]
      const answers = dataSets.map((dataSet) => orderedJson(returned(dataSet, asked)))
      return mediaType === dicomXml ? sendXmlParts(request, reply, answers.map((json) => ({ json }))) : sendJsonList(request, reply, answers)
    },
  })

  app.post<{ Params: { SOPInstanceUID: string }; Querystring: Record<string, unknown> }>(performedPath, {
    config: { policy: 'performed-procedure:write', audit: 'performed-step.write', consumes: [dicomJson, dicomXml], produces: [dicomJson], parameters: ['update'] },
    handler: async (request, reply) => {
      const uid = uidOf(request.params)
      if (!('update' in request.query)) {
        await worklist.performed.create(request.access, uid, request.body)
        return reply.code(201).header('location', `${serviceURL(config, request)}/modality-performed-procedure-steps/${uid}`).send()
      }
      const attributes = await worklist.performed.update(request.access, uid, request.body)
      if (attributes.length === 0) return reply.code(200).send()
      return reply.code(200).header('warning', `299 ${serviceURL(config, request)}: Attributes that may not be changed have been left as they were`)
        .type('application/json').send({ dimseStatus: dimseStatus.attributeListError, attributes })
    },
  })

  app.route<{ Params: { SOPInstanceUID: string } }>({
    method: ['GET', 'HEAD'], url: performedPath,
    config: { policy: 'performed-procedure:read', audit: 'performed-step.read', produces: oneDataSetOffers.map(contentTypeOf) },
    handler: async (request, reply) => {
      const { mediaType } = negotiate(acceptableOf(request), oneDataSetOffers)
      const dataSet = await worklist.performed.dataSet(request.access, uidOf(request.params))
      noteRead(request, 'performed-step.read')
      reply.header('cache-control', 'private, no-cache')
      return mediaType === dicomXml ? sendXml(reply, writeDicomXml(dataSet)) : sendJson(request, reply, orderedJson(dataSet))
    },
  })
}

const sendXml = (reply: FastifyReply, text: string): FastifyReply => reply.type(dicomXml).send(text)

function uidOf({ SOPInstanceUID }: { SOPInstanceUID: string }): string {
  if (!isReadableUID(SOPInstanceUID)) throw invalidUID('SOPInstanceUID in the path is not a UID.')
  return SOPInstanceUID
}

function asProblem(error: unknown): never {
  throw error instanceof MatchValueError ? invalidSearch(error.message) : error
}
