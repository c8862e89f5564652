/** Retrieve all bulk data, or all pixel data, of a study, a series or an instance (PS3.18 §10.4.1.1.5, §10.4.1.1.7). */
import { addressableFrames, decodeLayout, frameRanges, transferSyntax, wholeRanges, type BulkdataRange, type Layout } from '@isocenter/dicom'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { InstanceRecord, Scope } from '../../catalogue/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { acceptableOf, bulkdataMediaTypes, chooseOffer, octetStream, partTypeOf, unacceptable, type Acceptable, type Offer } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { instancePath, pathOf, scopeOf, seriesPath, studyPath } from '../paths.ts'
import { noSuchBulkdata } from '../problems.ts'
import { serviceURL } from '../service-url.ts'
import { encapsulatedDocument, noPage, pixelData, wordBytesOf } from './bulkdata.ts'
import { clientGone } from './client-gone.ts'
import { codecProblem } from './codec-problem.ts'
import { isNotModified, weakETagOf } from './conditional.ts'
import { presenceOf } from './find.ts'
import { frameOffers } from './frames.ts'
import { madeFrame, madeFrameOffers, nativeLength } from './made-frames.ts'
import { sendMultipart, type AnswerPart } from './multipart-answer.ts'
import { sourceOfRanges, totalOf } from './sent-ranges.ts'

/** Float Pixel Data, Double Float Pixel Data, Pixel Data. */
const allPixelData = new Set(['7FE00008', '7FE00009', pixelData])
const resources: readonly { name: string; has: (value: BulkdataRange) => boolean }[] = [
  { name: 'bulkdata', has: () => true },
  { name: 'pixeldata', has: ({ path }) => allPixelData.has(path) },
]

/** Documents whose type follows from their class (PS3.4 Table B.5-1); a CDA's and others' are octets here. */
const documentTypes: Readonly<Record<string, string>> = { '1.2.840.10008.5.1.4.1.1.104.1': 'application/pdf', '1.2.840.10008.5.1.4.1.1.104.3': 'model/stl' }

export const allBulkdataRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, deps) => {
  for (const url of [studyPath, seriesPath, instancePath]) {
    for (const { name, has } of resources) {
      app.route<{ Params: Scope }>({
        method: ['GET', 'HEAD'], url: `${url}/${name}`,
        config: { policy: 'dicomweb:retrieve', audit: 'study.retrieve', produces: bulkdataMediaTypes.filter((mediaType) => mediaType.startsWith('multipart/')) },
        handler: (request, reply) => sendAll(deps, request, reply, name, has),
      })
    }
  }
}

async function sendAll(deps: DicomwebDeps, request: FastifyRequest<{ Params: Scope }>, reply: FastifyReply, name: string, has: (value: BulkdataRange) => boolean): Promise<FastifyReply> {
  const scope = scopeOf(request.params)
  const acceptable = acceptableOf(request)
  const { revision } = await presenceOf(deps.catalogue, request.access, scope)
  const seen = await survey(deps, request, scope, acceptable, has)
  if (seen.served + seen.left === 0) throw noSuchBulkdata(`There is no ${name === 'pixeldata' ? 'pixel data' : 'bulk data'} here.`)
  if (!seen.first) throw unacceptable(seen.available)
  noteRead(deps, request, scope.StudyInstanceUID)
  const service = serviceURL(deps.config, request)
  reply.headers(noPage).header('content-location', `${service}${pathOf(scope)}/${name}`)
  // PS3.18 §10.4.3.1: some of it is no full answer, and says so.
  if (seen.left > 0) reply.code(206).header('warning', `299 ${service}: ${seen.left} values cannot be had in a form the request accepts`)
  else if (isNotModified(request, reply, weakETagOf(revision, name, JSON.stringify(acceptable)))) return reply.code(304).send()
  return sendMultipart(request, reply, seen.first.mediaType, allParts(deps, request, scope, acceptable, has, service, clientGone(reply)))
}

interface Seen { served: number; left: number; first: Offer | undefined; available: Offer[] }

/** What the scope has and what of it is accepted, before the first byte is sent: the status depends on it. */
async function survey({ catalogue }: DicomwebDeps, request: FastifyRequest, scope: Scope, acceptable: Acceptable, has: (value: BulkdataRange) => boolean): Promise<Seen> {
  const seen: Seen = { served: 0, left: 0, first: undefined, available: [] }
  for await (const record of catalogue.instances(request.access, scope)) {
    const layout = decodeLayout(record.layout)
    for (const value of layout.bulkdata.filter(has)) {
      const offers = offersOf(record, layout, value)
      const offer = chooseOffer(acceptable, offers)
      seen.first ??= offer
      if (offer) seen.served++
      else {
        seen.left++
        for (const one of offers) if (!seen.available.some((known) => partTypeOf(known) === partTypeOf(one))) seen.available.push(one)
      }
    }
  }
  return seen
}

async function* allParts(
  deps: DicomwebDeps, request: FastifyRequest, scope: Scope, acceptable: Acceptable, has: (value: BulkdataRange) => boolean, service: string, signal: AbortSignal,
): AsyncGenerator<AnswerPart> {
  for await (const record of deps.catalogue.instances(request.access, scope)) {
    const layout = decodeLayout(record.layout)
    for (const value of layout.bulkdata.filter(has)) {
      const offer = chooseOffer(acceptable, offersOf(record, layout, value))
      if (offer) yield* partsOf(deps, record, layout, value, offer, service, signal)
    }
  }
}

/** Every form is multipart, the parts being of several values. */
function offersOf(record: InstanceRecord, layout: Layout, { path }: BulkdataRange): Offer[] {
  if (path === pixelData && layout.frames?.kind === 'encapsulated') return [...frameOffers(record, layout, false), ...madeFrameOffers({ ...record, layout }, false)]
  const ownType = path === encapsulatedDocument ? documentTypes[record.SOPClassUID] : path === pixelData && layout.frames?.kind === 'whole' ? transferSyntax(record.transferSyntaxUID)?.mediaType : undefined
  return [...(ownType === undefined ? [] : [ownType]), octetStream].map((mediaType) => ({ mediaType, multipart: true }))
}

/** A value is a part; of compressed pixel data each frame is one (PS3.18 §8.7.3.3.2). */
function* partsOf(deps: DicomwebDeps, record: InstanceRecord, layout: Layout, value: BulkdataRange, offer: Offer, service: string, signal: AbortSignal): Generator<AnswerPart> {
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = record
  const instanceURL = service + pathOf({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID })
  const object = { blobKey: record.blobKey, byteLength: record.byteLength, layout }
  const contentType = partTypeOf(offer)
  const { frames } = layout
  if (value.path !== pixelData || frames?.kind !== 'encapsulated') {
    const ranges = value.path === pixelData && frames?.kind === 'whole' ? wholeRanges(frames) : [value]
    yield {
      contentType, contentLocation: `${instanceURL}/bulkdata/${value.path}`, length: totalOf(ranges),
      open: () => Promise.resolve(sourceOfRanges(deps, object, ranges, wordBytesOf(layout, value), signal)),
    }
    return
  }
  for (let frameNumber = 1; frameNumber <= addressableFrames(frames); frameNumber++) {
    const contentLocation = `${instanceURL}/frames/${frameNumber}`
    const { transferSyntaxUID = record.transferSyntaxUID } = offer
    if (offer.isMade === true) {
      const instance = { ...record, layout }
      yield {
        contentType, contentLocation, ...nativeLength(instance, transferSyntaxUID),
        open: () => madeFrame(deps, instance, frameNumber, transferSyntaxUID, signal).catch((error: unknown) => { throw codecProblem(error, [offer]) }),
      }
    } else {
      const ranges = frameRanges(frames, frameNumber) ?? []
      yield { contentType, contentLocation, length: totalOf(ranges), open: () => Promise.resolve(sourceOfRanges(deps, object, ranges, 1, signal)) }
    }
  }
}
