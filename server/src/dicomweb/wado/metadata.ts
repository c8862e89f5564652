/** Retrieve metadata: all attributes but the bulk data (PS3.18 §10.4.1.1.2). */
import type { FastifyPluginAsync } from 'fastify'
import type { Catalogue, Scope } from '../../catalogue/index.ts'
import type { Access } from '../../identity/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { acceptsGzip, sendJsonList, sendJsonStream } from '../json-answer.ts'
import { acceptableOf, dicomJson, negotiate } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { instancePath, pathOf, scopeOf, seriesPath, studyPath } from '../paths.ts'
import { serviceURL } from '../service-url.ts'
import { etagOf, isNotModified } from './conditional.ts'
import { presenceOf } from './find.ts'

/** Up to this many instances are gathered, so that the answer has its length. */
const gatherUpTo = 8

export const metadataRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, deps) => {
  const { catalogue } = deps
  for (const url of [studyPath, seriesPath, instancePath]) {
    app.route<{ Params: Scope }>({
      method: ['GET', 'HEAD'], url: `${url}/metadata`,
      config: { policy: 'dicomweb:retrieve', audit: 'study.retrieve' },
      handler: async (request, reply) => {
        const scope = scopeOf(request.params)
        negotiate(acceptableOf(request), [{ mediaType: dicomJson, multipart: false }])
        const { revision, numberOfInstances } = await presenceOf(catalogue, request.access, scope)
        noteRead(deps, request, scope.StudyInstanceUID)
        reply.header('content-location', `${serviceURL(deps.config, request)}${pathOf(scope)}/metadata`)
        // A strong validator tells the compressed form from the plain one (RFC 9110 §8.8.3).
        if (isNotModified(request, reply, etagOf(revision, acceptsGzip(request) ? 'gzip' : 'identity'))) return reply.code(304).send()
        if (numberOfInstances > gatherUpTo) return sendJsonStream(request, reply, texts(catalogue, request.access, scope))
        return sendJsonList(request, reply, await gathered(texts(catalogue, request.access, scope)))
      },
    })
  }
}

async function* texts(catalogue: Catalogue, access: Access, scope: Scope): AsyncGenerator<string> {
  for await (const { json } of catalogue.metadata(access, scope)) yield json
}

async function gathered(objects: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const object of objects) all.push(object)
  return all
}
