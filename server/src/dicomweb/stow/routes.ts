/** Store instances (PS3.18 §10.5). */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { MultipartError, orderedJson, writeDicomXml } from '@isocenter/dicom'
import { ProblemError, sendProblem } from '../../platform/problem.ts'
import type { DicomwebDeps } from '../deps.ts'
import { acceptableOf, chooseOffer, contentTypeOf, dicomJson, dicomXml, oneDataSetOffers } from '../media-types.ts'
import { spoolDirectory } from '../../places.ts'
import { scopeOf, studyPath, type Scope } from '../paths.ts'
import { emptyStore, invalidMultipart } from '../problems.ts'
import { serviceURL } from '../service-url.ts'
import { ingest } from './ingest.ts'
import { receivedParts, storable } from './parts.ts'
import { storeResponse, storeStatus, warningsOf } from './response.ts'

export const stowRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, deps) => {
  const { config, catalogue, blobs, metrics } = deps
  // The body is read as it comes, by receivedParts.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => { done(null) })

  for (const url of ['/studies', studyPath]) {
    app.post<{ Params: Scope }>(url, {
      config: { policy: 'dicomweb:store', audit: 'study.store', consumes: storable, produces: oneDataSetOffers.map(contentTypeOf) },
      handler: async (request, reply) => {
        const { StudyInstanceUID } = scopeOf(request.params)
        const service = serviceURL(config, request)
        let unreferenced = 0
        const parts = receivedParts(request, {
          maxRequestBytes: config.STOW_MAX_REQUEST_BYTES,
          metadata: {
            baseURL: `${service}/studies/`, spoolDirectory: spoolDirectory(config), maxMetadataBytes: config.STOW_MAX_METADATA_BYTES,
            onUnreferenced: (count) => { unreferenced = count },
          },
        })
        const outcome = await ingest(parts, {
          blobs, catalogue, metrics, StudyInstanceUID, access: request.access, log: request.log,
          maxInstanceBytes: config.STOW_MAX_INSTANCE_BYTES,
          fallbackCharset: await catalogue.fallbackCharset(request.access),
        })
        const response = storeResponse(outcome.results, service)
        if (outcome.interrupted !== undefined) return interrupted(request, reply, outcome.interrupted, response)
        if (outcome.results.length === 0) throw emptyStore('The request body holds no part.')

        const status = storeStatus(outcome.results, outcome.allTooLarge, unreferenced > 0)
        const warnings = warningsOf(outcome.results, service, unreferenced)
        if (warnings.length > 0) reply.header('warning', warnings)
        if (status === 503) reply.header('retry-after', '30')
        const location = response['00081190']?.Value?.[0]
        if (typeof location === 'string') reply.header('content-location', location).header('location', location)
        const mediaType = answerType(request)
        return reply.code(status).type(mediaType).send(mediaType === dicomXml ? writeDicomXml(response) : orderedJson(response))
      },
    })
  }
}

/** The answer comes also to who accepts none of it: the instances are stored by then, and must be told of. */
function answerType(request: FastifyRequest): string {
  return chooseOffer(acceptableOf(request), oneDataSetOffers)?.mediaType ?? dicomJson
}

/** The parts ended early. Those before are stored all the same, and the problem lists them in `response`. */
function interrupted(request: FastifyRequest, reply: FastifyReply, error: unknown, response: object): FastifyReply {
  const problem = error instanceof MultipartError ? invalidMultipart(error.message, { code: error.code }) : error
  if (!(problem instanceof ProblemError)) throw problem
  request.log.info({ problem: problem.kind.type }, 'store request ended early')
  return sendProblem(reply, new ProblemError(problem.kind, problem.detail, { ...problem.extra, response }, { connection: 'close', ...problem.headers }))
}
