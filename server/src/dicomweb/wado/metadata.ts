/** Retrieve metadata: all attributes but the bulk data (PS3.18 §10.4.1.1.2). */
import type { FastifyPluginAsync } from 'fastify'
import type { Catalogue, InstanceRecord, Scope } from '../../catalogue/index.ts'
import type { Access } from '../../identity/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { acceptsGzip, sendJsonList, sendJsonStream } from '../json-answer.ts'
import { acceptableOf, contentTypeOf, dataSetOffers, dicomXml, negotiate } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { instancePath, pathOf, scopeOf, seriesPath, studyPath } from '../paths.ts'
import { serviceURL } from '../service-url.ts'
import { sendXmlParts, type XmlPart } from '../xml-answer.ts'
import { etagOf, isNotModified } from './conditional.ts'
import { presenceOf } from './find.ts'

/** Up to this many instances are gathered, so that the answer has its length. */
const gatherUpTo = 8

export const metadataRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, deps) => {
  const { catalogue } = deps
  for (const url of [studyPath, seriesPath, instancePath]) {
    app.route<{ Params: Scope }>({
      method: ['GET', 'HEAD'], url: `${url}/metadata`,
      config: { policy: 'dicomweb:retrieve', audit: 'study.retrieve', produces: dataSetOffers.map(contentTypeOf) },
      handler: async (request, reply) => {
        const scope = scopeOf(request.params)
        const { mediaType } = negotiate(acceptableOf(request), dataSetOffers)
        const { revision, numberOfInstances } = await presenceOf(catalogue, request.access, scope)
        noteRead(deps, request, scope.StudyInstanceUID)
        const service = serviceURL(deps.config, request)
        reply.header('content-location', `${service}${pathOf(scope)}/metadata`)
        // A strong validator tells the compressed form from the plain one (RFC 9110 §8.8.3).
        if (isNotModified(request, reply, etagOf(revision, acceptsGzip(request) ? 'gzip' : 'identity', mediaType))) return reply.code(304).send()
        if (mediaType === dicomXml) return sendXmlParts(request, reply, xmlParts(catalogue, request.access, scope, service))
        if (numberOfInstances > gatherUpTo) return sendJsonStream(request, reply, texts(catalogue, request.access, scope))
        return sendJsonList(request, reply, await gathered(texts(catalogue, request.access, scope)))
      },
    })
  }
}

async function* texts(catalogue: Catalogue, access: Access, scope: Scope): AsyncGenerator<string> {
  for await (const { json } of catalogue.metadata(access, scope)) yield json
}

async function* xmlParts(catalogue: Catalogue, access: Access, scope: Scope, service: string): AsyncGenerator<XmlPart> {
  for await (const { record, json } of catalogue.metadata(access, scope)) yield { json, contentLocation: `${service}${pathOf(uidsOf(record))}/metadata` }
}

const uidsOf = ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: InstanceRecord) => ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID })

async function gathered(objects: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const object of objects) all.push(object)
  return all
}
