/** Retrieve rendered resources (PS3.18 §10.4.1.1.3): images, documents, reports and video as browsers show them. */
import { decodeLayout } from '@isocenter/dicom'
import { renderedMediaTypes } from '@isocenter/rendering'
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import type { InstanceRecord } from '../../catalogue/index.ts'
import { contentTypeOf } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { instancePath, pathOf, scopeOf, seriesPath, studyPath, type InstanceUIDs, type Scope } from '../paths.ts'
import { noSuchFrame, notRenderable } from '../problems.ts'
import { renderedKind } from '../rendering/kind.ts'
import { renderedParameters, renderedParams, type Query } from '../rendering/params.ts'
import { reportMediaTypes } from '../rendering/render-task.ts'
import { serviceURL } from '../service-url.ts'
import { instanceAt, missing } from './find.ts'
import { parseFrameList } from './frames.ts'
import type { Rendered, RenderedDeps, RenderedRequest } from './rendered-answer.ts'
import { sendCDA, sendPDF, sendReport, sendVideo } from './rendered-documents.ts'
import { sendImages } from './rendered-images.ts'
import { sendPresentation } from './rendered-presentation.ts'
import { sendWholeScope } from './rendered-scope.ts'

/** Media types of bodies that are not multipart. */
export const renderedSingleParts: readonly string[] = [...renderedMediaTypes, ...reportMediaTypes, 'application/pdf', 'video/mpeg', 'video/mp4']
const multiparts = ['image/jpeg', 'image/png', 'text/html', 'text/plain'].map((mediaType) => contentTypeOf({ mediaType, multipart: true }))
const config = { policy: 'dicomweb:retrieve', audit: 'study.retrieve', produces: [...renderedSingleParts, ...multiparts], parameters: renderedParameters.slice(1) } as const

export const renderedRoutes: FastifyPluginAsync<RenderedDeps> = async (app, deps) => {
  for (const url of [studyPath, seriesPath]) {
    app.route<{ Params: Scope & { StudyInstanceUID: string }; Querystring: Query }>({
      method: ['GET', 'HEAD'], url: `${url}/rendered`, config,
      handler: (request, reply) => sendScope(deps, request, reply, scopeOf(request.params)),
    })
  }
  app.route<{ Params: InstanceUIDs; Querystring: Query }>({
    method: ['GET', 'HEAD'], url: `${instancePath}/rendered`, config,
    handler: (request, reply) => sendInstance(deps, request, reply, scopeOf(request.params), undefined),
  })
  app.route<{ Params: InstanceUIDs & { frameList: string }; Querystring: Query }>({
    method: ['GET', 'HEAD'], url: `${instancePath}/frames/:frameList/rendered`, config,
    handler: (request, reply) => {
      const { frameList, ...uids } = scopeOf(request.params)
      return sendInstance(deps, request, reply, uids, parseFrameList(frameList))
    },
  })
}

async function sendInstance(deps: RenderedDeps, request: RenderedRequest, reply: FastifyReply, uids: InstanceUIDs, frameNumbers: readonly number[] | undefined): Promise<FastifyReply> {
  const params = renderedParams(request.query)
  const record = await instanceAt(deps.catalogue, request.access, uids)
  noteRead(deps, request, uids.StudyInstanceUID)
  const location = `${serviceURL(deps.config, request)}${pathOf(uids)}${frameNumbers ? `/frames/${frameNumbers.join(',')}` : ''}/rendered`
  reply.header('content-location', location)
  return sendRendered({ deps, request, reply, params }, record, frameNumbers)
}

/** Answers with one rendered instance, by what it is; frames are of images alone. */
export function sendRendered(rendered: Rendered, record: InstanceRecord, frameNumbers: readonly number[] | undefined): Promise<FastifyReply> {
  const layout = decodeLayout(record.layout)
  const kind = renderedKind(record.SOPClassUID, layout)
  if (frameNumbers && kind !== 'image') throw noSuchFrame('The instance has no frames that can be had one by one.')
  switch (kind) {
    case 'image': return sendImages(rendered, record, layout, frameNumbers)
    case 'presentationState': return sendPresentation(rendered, record)
    case 'video': return sendVideo(rendered, record, layout)
    case 'pdf': return sendPDF(rendered, record, layout)
    case 'cda': return sendCDA(rendered, record, layout)
    case 'report': return sendReport(rendered, record)
    case 'waveform': case 'other': throw notRenderable('Instances of this SOP Class have no rendered form here.')
  }
}

/** A study or series: all of it as multipart; else the instance that stands for it. */
async function sendScope(deps: RenderedDeps, request: RenderedRequest, reply: FastifyReply, scope: Scope & { StudyInstanceUID: string }): Promise<FastifyReply> {
  const params = renderedParams(request.query)
  const rendered = { deps, request, reply, params }
  const representative = await deps.catalogue.representative(request.access, scope) ?? await missing(deps.catalogue, request.access, scope)
  noteRead(deps, request, scope.StudyInstanceUID)
  reply.header('content-location', `${serviceURL(deps.config, request)}${pathOf(scope)}/rendered`)
  if (await sendWholeScope(rendered, scope)) return reply
  return sendRendered(rendered, await instanceAt(deps.catalogue, request.access, representative), undefined)
}
