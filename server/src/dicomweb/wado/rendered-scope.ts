/** A whole study or series rendered: a part for each frame of its images, or for each report. */
import { addressableFrames, decodeLayout } from '@isocenter/dicom'
import { acceptableOf, chooseOffer, type Offer } from '../media-types.ts'
import { pathOf, type Scope } from '../paths.ts'
import { renderedKind } from '../rendering/kind.ts'
import { metadataTextOf } from '../rendering/read-instance.ts'
import type { ReportMediaType } from '../rendering/render-task.ts'
import { serviceURL } from '../service-url.ts'
import { clientGone } from './client-gone.ts'
import { isNotModified, weakETagOf } from './conditional.ts'
import { presenceOf } from './find.ts'
import type { AnswerPart } from './multipart-answer.ts'
import { checkImageParams, renderedPart, sendRenderedParts, type Rendered } from './rendered-answer.ts'
import { reportContentType } from './rendered-documents.ts'
import { frameParts, oneImage, severalImages, uidsOf, type ImageForm } from './rendered-images.ts'

interface ReportForm extends Offer {
  readonly mediaType: ReportMediaType
}

const reportForms: readonly ReportForm[] = [{ mediaType: 'text/html', multipart: true }, { mediaType: 'text/plain', multipart: true }]

/**
 * Answers with all of the scope where the request prefers multipart; false where one body is to be answered. It says so by a word of its
 * own: a reply that is awaited is no value, but the end of the answer.
 */
export async function sendWholeScope(rendered: Rendered, scope: Scope & { StudyInstanceUID: string }): Promise<boolean> {
  const { deps, request, reply, params } = rendered
  const form = chooseOffer<ImageForm | ReportForm>(acceptableOf(request), [...oneImage, ...severalImages, ...reportForms])
  if (!form?.multipart) return false
  checkImageParams(rendered, form.mediaType)
  const { revision } = await presenceOf(deps.catalogue, request.access, scope)
  if (isNotModified(request, reply, weakETagOf(revision, 'rendered', form.mediaType, JSON.stringify(params)))) {
    void reply.code(304).send()
    return true
  }
  await sendRenderedParts(request, reply, form.mediaType, partsOf(rendered, scope, form, clientGone(reply)))
  return true
}

async function* partsOf(rendered: Rendered, scope: Scope & { StudyInstanceUID: string }, form: ImageForm | ReportForm, signal: AbortSignal): AsyncGenerator<AnswerPart> {
  const { deps, request } = rendered
  const service = serviceURL(deps.config, request)
  for await (const record of deps.catalogue.instances(request.access, scope)) {
    const layout = decodeLayout(record.layout)
    const kind = renderedKind(record.SOPClassUID, layout)
    const instanceURL = service + pathOf(uidsOf(record))
    if (kind === 'image' && isImageForm(form)) {
      const frameNumbers = Array.from({ length: layout.frames ? addressableFrames(layout.frames) : 0 }, (_, index) => index + 1)
      yield* frameParts(rendered, form, { record, frameNumbers, signal }, instanceURL)
    } else if (kind === 'report' && !isImageForm(form)) {
      const metadataText = await metadataTextOf(deps.catalogue, request.access, record)
      if (metadataText === undefined) continue
      const page = await deps.rendering.renderer.report({ metadataText, mediaType: form.mediaType, service }, signal)
      yield renderedPart(reportContentType(form.mediaType), `${instanceURL}/rendered`, page)
    }
  }
}

const isImageForm = (form: ImageForm | ReportForm): form is ImageForm => form.mediaType.startsWith('image/')
