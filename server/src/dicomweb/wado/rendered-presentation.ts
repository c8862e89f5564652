/** Presentation states, rendered as the images they refer to (PS3.18 §8.3.5.1.4, PS3.4 §N). */
import { addressableFrames, decodeLayout, type DicomJson } from '@isocenter/dicom'
import { referencedImages } from '@isocenter/rendering'
import type { FastifyReply } from 'fastify'
import type { InstanceRecord } from '../../catalogue/index.ts'
import { badRequest } from '../../platform/problem.ts'
import { acceptableOf, negotiate } from '../media-types.ts'
import { pathOf } from '../paths.ts'
import { notRenderable } from '../problems.ts'
import { metadataTextOf } from '../rendering/read-instance.ts'
import { serviceURL } from '../service-url.ts'
import { clientGone } from './client-gone.ts'
import { etagOf, isNotModified } from './conditional.ts'
import type { AnswerPart } from './multipart-answer.ts'
import { checkImageParams, sendBody, sendRenderedParts, type Rendered } from './rendered-answer.ts'
import { frameParts, imageOptions, oneImage, severalImages, uidsOf, type ImageForm } from './rendered-images.ts'

interface PresentedImage {
  readonly record: InstanceRecord
  readonly frameNumbers: readonly number[]
}

/**
 * The first image a state refers to, or all as multipart. Images that are not here are left out.
 * @throws badRequest 400 for a window or a region: both are the state's to say
 */
export async function sendPresentation(rendered: Rendered, state: InstanceRecord): Promise<FastifyReply> {
  const { deps, request, reply, params } = rendered
  if (params.window) throw badRequest('A presentation state says the window itself: the parameter window is not for it.')
  if (params.viewport?.region) throw badRequest('A presentation state says the displayed area itself: viewport has two values, width and height.')
  const form = negotiate(acceptableOf(request), [...oneImage, ...severalImages])
  checkImageParams(rendered, form.mediaType)
  const images = await imagesOf(rendered, state)
  const [first] = images
  if (!first) throw notRenderable('None of the images the presentation state refers to is here.')
  const etag = etagOf(state.sha256, ...images.map(({ record }) => record.sha256), 'presented', form.mediaType, String(form.multipart), JSON.stringify(params))
  if (isNotModified(request, reply, etag)) return reply.code(304).send()

  const signal = clientGone(reply)
  if (form.multipart) return sendRenderedParts(request, reply, form.mediaType, partsOf(rendered, form, state, images, signal))
  if (request.method === 'HEAD') return reply.header('content-type', form.mediaType).send()
  const image = await deps.rendering.renderer.render({
    access: request.access, record: first.record, frameNumbers: first.frameNumbers.slice(0, 1), presentationState: state, signal, options: imageOptions(form, params),
  })
  return sendBody(request, reply, form.mediaType, image)
}

/** The images of the state's study that are here, each with its frames. */
async function imagesOf({ deps: { catalogue }, request }: Rendered, state: InstanceRecord): Promise<PresentedImage[]> {
  const metadataText = await metadataTextOf(catalogue, request.access, state)
  const references = metadataText === undefined ? [] : referencedImages(JSON.parse(metadataText) as DicomJson)
  const found: PresentedImage[] = []
  for (const { SeriesInstanceUID, SOPInstanceUID, frameNumbers } of references) {
    const record = await catalogue.findInstance(request.access, { StudyInstanceUID: state.StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID })
    const { frames } = record ? decodeLayout(record.layout) : {}
    const count = frames ? addressableFrames(frames) : 0
    const shown = (frameNumbers.length > 0 ? frameNumbers : Array.from({ length: count }, (_, index) => index + 1)).filter((frameNumber) => frameNumber >= 1 && frameNumber <= count)
    if (record && shown.length > 0) found.push({ record, frameNumbers: shown })
  }
  return found
}

async function* partsOf(rendered: Rendered, form: ImageForm, state: InstanceRecord, images: readonly PresentedImage[], signal: AbortSignal): AsyncGenerator<AnswerPart> {
  const service = serviceURL(rendered.deps.config, rendered.request)
  for (const { record, frameNumbers } of images) {
    yield* frameParts(rendered, form, { record, frameNumbers, presentationState: state, signal }, service + pathOf(uidsOf(record)))
  }
}
