/** Retrieve thumbnails (PS3.18 §10.4.1.1.4): one small image for a study, series, instance or frame, without patient identity. */
import { addressableFrames, decodeLayout } from '@isocenter/dicom'
import { renderedMediaTypes, smallImage, type RenderedMediaType, type Viewport } from '@isocenter/rendering'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { DicomwebDeps } from '../deps.ts'
import { acceptableOf, contentTypeOf, negotiate } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { instancePath, pathOf, scopeOf, seriesPath, studyPath, type InstanceUIDs, type Scope } from '../paths.ts'
import { noSuchFrame } from '../problems.ts'
import { middleFrame, renderedKind } from '../rendering/kind.ts'
import { thumbnailParameters, thumbnailViewport, type Query } from '../rendering/params.ts'
import type { Rendering } from '../rendering/index.ts'
import { thumbnailQuality } from '../rendering/render-thumbnail.ts'
import { thumbnailSide, type Thumbnail } from '../rendering/thumbnails.ts'
import { serviceURL } from '../service-url.ts'
import { clientGone } from './client-gone.ts'
import { etagOf, isNotModified } from './conditional.ts'
import { instanceAt, missing } from './find.ts'
import { parseFrameList } from './frames.ts'

const offers = renderedMediaTypes.map((mediaType) => ({ mediaType, multipart: false }))
const config = { policy: 'dicomweb:retrieve', audit: 'study.retrieve', produces: offers.map(contentTypeOf), parameters: thumbnailParameters.slice(1) } as const

type ThumbnailRequest<Params> = FastifyRequest<{ Params: Params; Querystring: Query }>

export const thumbnailRoutes: FastifyPluginAsync<DicomwebDeps & { rendering: Rendering }> = async (app, deps) => {
  for (const url of [studyPath, seriesPath, instancePath]) {
    app.route<{ Params: Scope & { StudyInstanceUID: string }; Querystring: Query }>({
      method: ['GET', 'HEAD'], url: `${url}/thumbnail`, config,
      handler: (request, reply) => sendRepresentative(deps, request, reply, scopeOf(request.params)),
    })
  }
  app.route<{ Params: InstanceUIDs & { frameList: string }; Querystring: Query }>({
    method: ['GET', 'HEAD'], url: `${instancePath}/frames/:frameList/thumbnail`, config,
    handler: (request, reply) => sendFrame(deps, request, reply),
  })
}

async function sendRepresentative(
  deps: DicomwebDeps & { rendering: Rendering }, request: ThumbnailRequest<Scope>, reply: FastifyReply, scope: Scope & { StudyInstanceUID: string },
): Promise<FastifyReply> {
  const viewport = thumbnailViewport(request.query)
  const { mediaType } = negotiate(acceptableOf(request), offers)
  const { catalogue, rendering } = deps
  const representative = await catalogue.representative(request.access, scope) ?? await missing(catalogue, request.access, scope)
  noteRead(deps, request, scope.StudyInstanceUID)
  reply.header('content-location', `${serviceURL(deps.config, request)}${pathOf(scope)}/thumbnail`)
  const thumbnail = await rendering.thumbnails.of(request.access, representative) ?? await missing(catalogue, request.access, scope)
  // The stored one is small: a larger viewport gets a rendering of its own.
  if (viewport && isLarger(viewport) && thumbnail.isFinal) {
    const { SeriesInstanceUID, SOPInstanceUID } = representative
    if (await sendRenderedThumbnail(deps, request, reply, { StudyInstanceUID: scope.StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }, undefined, mediaType, viewport)) return reply
  }
  return sendImage(request, reply, thumbnail, mediaType, viewport)
}

async function sendImage(request: FastifyRequest, reply: FastifyReply, { jpeg, identity }: Thumbnail, mediaType: RenderedMediaType, viewport: Viewport | undefined): Promise<FastifyReply> {
  if (isNotModified(request, reply, etagOf(identity, mediaType, JSON.stringify(viewport ?? null)))) return reply.code(304).send()
  const image = viewport || mediaType !== 'image/jpeg' ? await smallImage(jpeg, { mediaType, into: viewport }) : jpeg
  return sendBytes(reply, image, mediaType)
}

function sendBytes(reply: FastifyReply, image: Uint8Array, mediaType: string): FastifyReply {
  return reply.header('content-type', mediaType).header('content-length', image.length).header('x-content-type-options', 'nosniff').send(image)
}

const isLarger = ({ width, height }: Viewport) => width > thumbnailSide && height > thumbnailSide

/** A frame by its number: the middle of those named. */
async function sendFrame(
  deps: DicomwebDeps & { rendering: Rendering }, request: ThumbnailRequest<InstanceUIDs & { frameList: string }>, reply: FastifyReply,
): Promise<FastifyReply> {
  const { frameList, ...uids } = scopeOf(request.params)
  const frameNumbers = parseFrameList(frameList)
  const viewport = thumbnailViewport(request.query)
  const { mediaType } = negotiate(acceptableOf(request), offers)
  noteRead(deps, request, uids.StudyInstanceUID)
  const frameNumber = frameNumbers[middleFrame(frameNumbers.length) - 1] ?? 1
  if (!await sendRenderedThumbnail(deps, request, reply, uids, frameNumber, mediaType, viewport)) throw noSuchFrame('The instance has no frames.')
  return reply
}

/**
 * Answers with a thumbnail rendered for this request; false where the instance is no image. Without a frame number, of the middle one.
 * It says so by a word of its own: a reply that is awaited is no value, but the end of the answer.
 */
async function sendRenderedThumbnail(
  deps: DicomwebDeps & { rendering: Rendering }, request: FastifyRequest, reply: FastifyReply,
  uids: InstanceUIDs, askedFrame: number | undefined, mediaType: RenderedMediaType, viewport: Viewport | undefined,
): Promise<boolean> {
  const record = await instanceAt(deps.catalogue, request.access, uids)
  const layout = decodeLayout(record.layout)
  if (renderedKind(record.SOPClassUID, layout) !== 'image') return false
  const frameNumber = askedFrame ?? middleFrame(layout.frames ? addressableFrames(layout.frames) : 0)
  if (isNotModified(request, reply, etagOf(record.sha256, 'thumbnail', String(frameNumber), mediaType, JSON.stringify(viewport ?? null)))) {
    void reply.code(304).send()
    return true
  }
  const size = viewport ? { viewport } : { shrinkInto: { width: thumbnailSide, height: thumbnailSide } }
  const image = await deps.rendering.renderer.render({ access: request.access, record, frameNumbers: [frameNumber], signal: clientGone(reply), options: { mediaType, quality: thumbnailQuality, ...size } })
  void sendBytes(reply, image, mediaType)
  return true
}
