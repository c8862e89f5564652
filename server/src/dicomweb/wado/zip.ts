/** A study, a series or an instance as a zip file with a DICOMDIR (PS3.18 §8.7.3.6, PS3.10 §8). */
import type { DicomJson } from '@isocenter/dicom'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { InstanceRecord, Presence, Scope } from '../../catalogue/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { acceptableOf, applicationDicom, chooseOffer, unacceptable, type Acceptable, type Offer } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { pathOf } from '../paths.ts'
import { serviceURL } from '../service-url.ts'
import { sendPieces } from './byte-source.ts'
import { clientGone } from './client-gone.ts'
import { etagOf, isNotModified } from './conditional.ts'
import { storedFiles, type FileOffer } from './file-offers.ts'
import { presenceOf } from './find.ts'
import type { Piece } from './transmission.ts'
import { directoryUID, fileIDs, zippedFileSet, type FileSet } from './zipped-file-set.ts'

export const applicationZip = 'application/zip'

/** Whether a zip is asked for rather than DICOM parts; who takes anything gets parts, as PS3.18 §8.7.3.4 has it. */
export function prefersZip(acceptable: Acceptable): boolean {
  const anySyntax = acceptable.map((wanted) => ({ ...wanted, transferSyntax: undefined }))
  const forms: readonly Offer[] = [{ mediaType: applicationDicom, multipart: true }, { mediaType: applicationDicom, multipart: false }, { mediaType: applicationZip, multipart: false }]
  return chooseOffer(anySyntax, forms)?.mediaType === applicationZip
}

/**
 * Answers with a zip of all instances that can be had as asked: in the transfer syntax that `transfer-syntax` names, as stored without it. Files are streamed one
 * after the other, uncompressed: pixel data that would shrink are the server's time against the reader's line. The DICOMDIR comes last.
 * @throws notAcceptable 406 when none can be had so, noSuchStudy, noSuchSeries, noSuchInstance 404, deleted 410
 */
export async function sendZip(deps: DicomwebDeps, request: FastifyRequest, reply: FastifyReply, scope: Scope): Promise<FastifyReply> {
  const acceptable = acceptableOf(request)
  const presence = await presenceOf(deps.catalogue, request.access, scope)
  let left = 0
  let served = 0
  const available: Offer[] = []
  for await (const record of deps.catalogue.instances(request.access, scope)) {
    if (offerOf(deps, request, record, acceptable)) served++
    else {
      left++
      if (available.length === 0) available.push(...zipOffers(deps, request, record))
    }
  }
  if (served === 0) throw unacceptable(available)
  noteRead(deps, request, scope.StudyInstanceUID)
  const service = serviceURL(deps.config, request)
  reply.header('content-location', service + pathOf(scope))
  if (left > 0) reply.code(206).header('warning', `299 ${service}: ${left} instances cannot be had in a form the request accepts`)
  else if (isNotModified(request, reply, etagOf(presence.revision, applicationZip, JSON.stringify(acceptable)))) return reply.code(304).send()
  const name = scope.SOPInstanceUID ?? scope.SeriesInstanceUID ?? scope.StudyInstanceUID
  reply.type(applicationZip).header('content-disposition', `attachment; filename="${name}.zip"`)
  if (request.method === 'HEAD') return reply.send()
  return sendPieces(reply, zipped(deps, request, scope, acceptable, presence, clientGone(reply)), undefined)
}

/** The files' buffers are used again once they have gone. */
async function* zipped(deps: DicomwebDeps, request: FastifyRequest, scope: Scope, acceptable: Acceptable, presence: Presence, signal: AbortSignal): AsyncGenerator<Piece> {
  const fill = async ({ add }: FileSet) => {
    const fileIDOf = fileIDs()
    for await (const { record, json } of deps.catalogue.metadata(request.access, scope)) {
      const offer = offerOf(deps, request, record, acceptable)
      if (!offer) continue
      await add({
        fileID: fileIDOf(record.SeriesInstanceUID), transferSyntaxUID: offer.transferSyntaxUID, attributes: JSON.parse(json) as DicomJson, modifiedAt: record.storedAt,
        open: () => (deps.files ?? storedFiles).open(deps, request.access, record, offer, signal),
      })
    }
    return { SOPInstanceUID: directoryUID(presence.revision), modifiedAt: presence.updatedAt }
  }
  for await (const bytes of zippedFileSet(fill, signal)) yield { bytes, isOurs: true }
}

const zipOffers = ({ files = storedFiles }: DicomwebDeps, { access }: FastifyRequest, record: InstanceRecord): FileOffer[] => files.offers(access, record, false).map((offer) => ({ ...offer, mediaType: applicationZip }))

const offerOf = (deps: DicomwebDeps, request: FastifyRequest, record: InstanceRecord, acceptable: Acceptable): FileOffer | undefined => chooseOffer(acceptable, zipOffers(deps, request, record))
