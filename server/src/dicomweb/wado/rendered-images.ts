/** Rendered images: one frame, an animation, or a part for each frame. */
import { addressableFrames, type Layout } from '@isocenter/dicom'
import { renderedMediaTypes, type RenderedMediaType } from '@isocenter/rendering'
import type { FastifyReply } from 'fastify'
import type { InstanceRecord } from '../../catalogue/index.ts'
import { ProblemError } from '../../platform/problem.ts'
import { acceptableOf, negotiate, partTypeOf, type Offer } from '../media-types.ts'
import { pathOf } from '../paths.ts'
import { noSuchFrame, notRenderable } from '../problems.ts'
import { middleFrame } from '../rendering/kind.ts'
import type { RenderedParams } from '../rendering/params.ts'
import type { RenderRequest } from '../rendering/renderer.ts'
import { serviceURL } from '../service-url.ts'
import { clientGone } from './client-gone.ts'
import { etagOf, isNotModified } from './conditional.ts'
import type { AnswerPart } from './multipart-answer.ts'
import { checkImageParams, renderedPart, sendBody, sendRenderedParts, type Rendered } from './rendered-answer.ts'

export interface ImageForm extends Offer {
  readonly mediaType: RenderedMediaType
}

const single = (mediaType: RenderedMediaType): ImageForm => ({ mediaType, multipart: false })
const multipart = (mediaType: RenderedMediaType): ImageForm => ({ mediaType, multipart: true })
/** What several images can be had as, beside one that stands for them. */
export const severalImages: readonly ImageForm[] = [multipart('image/jpeg'), multipart('image/png')]
/** What one image can be had as, JPEG unless something else is asked (PS3.18 Table 8.7.4-1). */
export const oneImage: readonly ImageForm[] = renderedMediaTypes.map(single)

/**
 * The frames named, or all. Of an instance with several, GIF is an animation and multipart has them all; a still JPEG or PNG is
 * the middle one, unless frames are named.
 */
export async function sendImages(rendered: Rendered, record: InstanceRecord, { frames }: Layout, named: readonly number[] | undefined): Promise<FastifyReply> {
  const { deps, request, reply, params } = rendered
  const count = frames ? addressableFrames(frames) : 0
  if (count === 0 || named?.some((frameNumber) => frameNumber < 1 || frameNumber > count)) throw noSuchFrame(`The instance has frames 1 to ${count}.`)
  const frameNumbers = named ?? Array.from({ length: count }, (_, index) => index + 1)
  const offers = named && named.length > 1 ? [...severalImages, single('image/gif')] : [...oneImage, ...severalImages]
  const form = negotiate(acceptableOf(request), offers)
  checkImageParams(rendered, form.mediaType)
  const shown = form.multipart || form.mediaType === 'image/gif' ? frameNumbers : [frameNumbers[middleFrame(frameNumbers.length) - 1] ?? 1]
  if (isNotModified(request, reply, etagOf(record.sha256, 'rendered', shown.join(','), form.mediaType, String(form.multipart), JSON.stringify(params)))) return reply.code(304).send()

  const signal = clientGone(reply)
  if (form.multipart) {
    const instanceURL = serviceURL(deps.config, request) + pathOf(uidsOf(record))
    return sendRenderedParts(request, reply, form.mediaType, frameParts(rendered, form, { record, frameNumbers: shown, signal }, instanceURL))
  }
  if (request.method === 'HEAD') return reply.header('content-type', form.mediaType).send()
  const image = await deps.rendering.renderer.render({ access: request.access, record, frameNumbers: shown, signal, options: imageOptions(form, params) })
  return sendBody(request, reply, form.mediaType, image)
}

export const uidsOf = ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: InstanceRecord) => ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID })

export function imageOptions({ mediaType }: ImageForm, { window, viewport, quality, annotation, profile, overlays }: RenderedParams): RenderRequest['options'] {
  return { mediaType, window, viewport, quality, annotation, profile, overlays }
}

/** A part for each frame, rendered when its turn comes; frames that cannot be rendered are left out. */
export async function* frameParts(
  { deps, request, params }: Rendered, form: ImageForm, what: Pick<RenderRequest, 'record' | 'frameNumbers' | 'signal' | 'presentationState'>, instanceURL: string,
): AsyncGenerator<AnswerPart> {
  for (const frameNumber of what.frameNumbers) {
    try {
      const image = await deps.rendering.renderer.render({ ...what, access: request.access, frameNumbers: [frameNumber], options: imageOptions(form, params) })
      yield renderedPart(partTypeOf(form), `${instanceURL}/frames/${frameNumber}/rendered`, image)
    } catch (error) {
      if (!(error instanceof ProblemError && error.kind === notRenderable.kind)) throw error
    }
  }
}
