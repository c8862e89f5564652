/** The URI service, WADO-URI (PS3.18 §9): one instance by query parameters, as a DICOM file or rendered. */
import { addressableFrames, decodeLayout, type Layout } from '@isocenter/dicom'
import type { FastifyPluginAsync } from 'fastify'
import type { InstanceRecord } from '../../catalogue/index.ts'
import { badRequest } from '../../platform/problem.ts'
import { acceptableOf, applicationDicom, chooseOffer } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { noSuchFrame } from '../problems.ts'
import { renderedKind } from '../rendering/kind.ts'
import type { Query } from '../rendering/params.ts'
import { instanceAt } from '../wado/find.ts'
import { sendInstanceFile } from '../wado/instances.ts'
import type { RenderedDeps } from '../wado/rendered-answer.ts'
import { renderedSingleParts, sendRendered } from '../wado/rendered.ts'
import { uriParameters, uriRendering, uriRequest } from './params.ts'

export const uriRoutes: FastifyPluginAsync<RenderedDeps> = async (app, deps) => {
  app.route<{ Querystring: Query }>({
    method: ['GET', 'HEAD'], url: '/wado',
    config: { policy: 'dicomweb:retrieve', audit: 'study.retrieve', produces: [applicationDicom, ...renderedSingleParts], parameters: uriParameters },
    handler: async (request, reply) => {
      const { uids, contentType, transferSyntaxUID, frameNumber, hasRendering } = uriRequest(request.query)
      const record = await instanceAt(deps.catalogue, request.access, uids)
      const layout = decodeLayout(record.layout)
      // contentType is this service's Accept, and goes before the header (PS3.18 §9.1.2.2).
      request.headers.accept = contentType ?? ownType(request.headers.accept, record, layout)
      const asFile = chooseOffer(acceptableOf(request).map((wanted) => ({ ...wanted, transferSyntax: undefined })), [
        ...renderedSingleParts.map((mediaType) => ({ mediaType, multipart: false })), { mediaType: applicationDicom, multipart: false },
      ])?.mediaType === applicationDicom
      if (asFile) {
        if (hasRendering) throw badRequest('An instance as application/dicom is whole: frameNumber, window, size and the like are of rendered images.')
        request.headers.accept = transferSyntaxUID === undefined ? applicationDicom : `${applicationDicom}; transfer-syntax=${transferSyntaxUID}`
        return sendInstanceFile(deps, request, reply, uids)
      }
      if (transferSyntaxUID !== undefined) throw badRequest('The parameter transferSyntax is of application/dicom alone.')
      const params = uriRendering(request.query, layout.pixel)
      noteRead(deps, request, uids.StudyInstanceUID)
      return sendRendered({ deps, request, reply, params }, record, frameNumber === undefined ? undefined : [existing(frameNumber, layout)])
    },
  })
}

/** What an instance is answered as where nothing is asked: the type browsers show (PS3.18 Table 9.5.1-1), a file where there is none. */
function ownType(accept: string | undefined, { SOPClassUID }: InstanceRecord, layout: Layout): string {
  if (accept !== undefined && accept.trim() !== '' && accept.trim() !== '*/*') return accept
  switch (renderedKind(SOPClassUID, layout)) {
    case 'image': return layout.frames && addressableFrames(layout.frames) > 1 ? applicationDicom : 'image/jpeg'
    case 'report': return 'text/html'
    case 'pdf': return 'application/pdf'
    default: return applicationDicom
  }
}

function existing(frameNumber: number, { frames }: Layout): number {
  const count = frames ? addressableFrames(frames) : 0
  if (frameNumber > count) throw noSuchFrame(`The instance has frames 1 to ${count}.`)
  return frameNumber
}
