/** Search for studies, series and instances (PS3.18 §10.6). */
import { MatchValueError } from '@isocenter/dicom'
import type { FastifyPluginAsync } from 'fastify'
import { searchKeys, searchParameters } from '../capabilities/resources.ts'
import type { DicomwebDeps } from '../deps.ts'
import { sendJsonList, sendJsonStream } from '../json-answer.ts'
import { acceptableOf, contentTypeOf, dataSetOffers, dicomXml, negotiate } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { scopeOf, seriesPath, studyPath, type Scope } from '../paths.ts'
import { invalidSearch } from '../problems.ts'
import { serviceURL } from '../service-url.ts'
import { parseSearch, queryOf } from './params.ts'
import { searchWarnings } from './response.ts'
import { sendXmlParts, type XmlPart } from '../xml-answer.ts'

type Level = 'study' | 'series' | 'instance'

/** The resources of PS3.18 Table 10.6.1-1. */
const resources: readonly { url: string; level: Level }[] = [
  { url: '/studies', level: 'study' },
  { url: '/series', level: 'series' },
  { url: '/instances', level: 'instance' },
  { url: `${studyPath}/series`, level: 'series' },
  { url: `${studyPath}/instances`, level: 'instance' },
  { url: `${seriesPath}/instances`, level: 'instance' },
]

export const qidoRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, deps) => {
  for (const { url, level } of resources) {
    app.route<{ Params: Scope }>({
      method: ['GET', 'HEAD'], url,
      config: { policy: 'dicomweb:search', audit: 'study.search', produces: dataSetOffers.map(contentTypeOf), parameters: [...searchParameters, ...searchKeys(level)] },
      handler: async (request, reply) => {
        const scope = scopeOf(request.params)
        const { mediaType } = negotiate(acceptableOf(request), dataSetOffers)
        const params = parseSearch(queryOf(request))
        const service = serviceURL(deps.config, request)
        const limit = Math.min(params.limit ?? Number.MAX_SAFE_INTEGER, deps.config.QIDO_MAX_RESULTS)
        const answer = await deps.catalogue.search(request.access, { ...params, level, scope, limit, baseURL: service }).catch(asProblem)
        noteRead(deps, request, scope.StudyInstanceUID)
        const warnings = searchWarnings(service, answer, params.ignored)
        if (warnings.length > 0) reply.header('warning', warnings)
        // What a search finds changes with every store: shared caches keep nothing, others ask again (PS3.18 §8.4).
        reply.header('cache-control', 'private, no-cache')
        if (answer.results.length === 0 && (mediaType === dicomXml || deps.config.QIDO_EMPTY_STATUS === '204')) return reply.code(204).send()
        const results = answer.rest ? followed(answer.results, answer.rest) : answer.results
        if (mediaType === dicomXml) return sendXmlParts(request, reply, asParts(results))
        return Array.isArray(results) ? sendJsonList(request, reply, results) : sendJsonStream(request, reply, results)
      },
    })
  }
}

async function* followed(first: readonly string[], rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield* first
  yield* rest
}

async function* asParts(results: Iterable<string> | AsyncIterable<string>): AsyncGenerator<XmlPart> {
  for await (const json of results) yield { json }
}

/** A value that has not the form of its attribute is the request's mistake; the message names the attribute alone. */
function asProblem(error: unknown): never {
  throw error instanceof MatchValueError ? invalidSearch(error.message) : error
}
