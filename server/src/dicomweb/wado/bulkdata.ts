/** Retrieve bulk data: the values metadata name by URI (PS3.18 §10.4.1.1.5). */
import {
  addressableFrames, decodeLayout, frameRanges, transferSyntax, vrTraits, wholeRanges, type BulkdataRange, type DicomJson, type Layout,
} from '@isocenter/dicom'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Catalogue, InstanceRecord } from '../../catalogue/index.ts'
import type { Access } from '../../identity/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { acceptableOf, bulkdataMediaTypes, negotiate, octetStream, partTypeOf, type Offer } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { instancePath, pathOf, scopeOf, type InstanceUIDs } from '../paths.ts'
import { noSuchBulkdata } from '../problems.ts'
import { serviceURL } from '../service-url.ts'
import { clientGone } from './client-gone.ts'
import { etagOf, isNotModified } from './conditional.ts'
import { instanceAt } from './find.ts'
import { frameOffers } from './frames.ts'
import { sendMultipart, type AnswerPart } from './multipart-answer.ts'
import { sendRanges, sourceOfRanges, totalOf } from './sent-ranges.ts'

export const pixelData = '7FE00010'
export const encapsulatedDocument = '00420011'
const mimeTypeOfEncapsulatedDocument = '00420012'
/** Document types a browser may be told; others, and above all HTML, are octets to it: a sender must not run scripts here. */
const documentTypes = new Set(['application/pdf', 'text/xml', 'application/xml', 'model/stl', 'model/obj', 'model/mtl', 'application/dicom+zip'])

type BulkdataRequest = FastifyRequest<{ Params: InstanceUIDs & { bulkdataPath: string } }>

/** Whatever the bytes are, they are nobody's page on this origin. */
export const noPage = { 'x-content-type-options': 'nosniff', 'content-security-policy': "sandbox; default-src 'none'" } as const

export const bulkdataRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, deps) => {
  app.route<{ Params: InstanceUIDs & { bulkdataPath: string } }>({
    method: ['GET', 'HEAD'], url: `${instancePath}/bulkdata/:bulkdataPath`,
    config: { policy: 'dicomweb:retrieve', audit: 'study.retrieve', produces: [...bulkdataMediaTypes, ...documentTypes] },
    handler: async (request, reply) => {
      const { bulkdataPath, ...uids } = scopeOf(request.params)
      const record = await instanceAt(deps.catalogue, request.access, uids)
      const layout = decodeLayout(record.layout)
      const value = layout.bulkdata.find(({ path }) => path === bulkdataPath.toUpperCase())
      if (!value) throw noSuchBulkdata('The instance has no bulk data at this path.')
      noteRead(deps, request, uids.StudyInstanceUID)
      reply.headers(noPage)
      if (value.path === pixelData && layout.frames?.kind === 'encapsulated') return sendCompressedFrames(deps, request, reply, record, layout)
      return sendValue(deps, request, reply, record, layout, value)
    },
  })
}

/** Compressed pixel data: each frame a part, without the item headers of the stored value (PS3.18 §8.7.3.3.2). */
async function sendCompressedFrames(deps: DicomwebDeps, request: BulkdataRequest, reply: FastifyReply, record: InstanceRecord, layout: Layout): Promise<FastifyReply> {
  const { frames } = layout
  const count = frames ? addressableFrames(frames) : 0
  const offer = negotiate(acceptableOf(request), frameOffers(record, layout, false))
  if (isNotModified(request, reply, etagOf(record.sha256, 'frames'))) return reply.code(304).send()
  const { bulkdataPath: _, ...uids } = request.params
  const instanceURL = serviceURL(deps.config, request) + pathOf(uids)
  const object = { blobKey: record.blobKey, byteLength: record.byteLength, layout }
  const signal = clientGone(reply)
  const parts = Array.from({ length: count }, (_, index): AnswerPart => {
    const ranges = (frames && frameRanges(frames, index + 1)) ?? []
    return {
      contentType: partTypeOf(offer), contentLocation: `${instanceURL}/frames/${index + 1}`, length: totalOf(ranges),
      open: () => Promise.resolve(sourceOfRanges(deps, object, ranges, 1, signal)),
    }
  })
  return sendMultipart(request, reply, offer.mediaType, parts)
}

async function sendValue(
  deps: DicomwebDeps, request: BulkdataRequest, reply: FastifyReply, record: InstanceRecord, layout: Layout, value: BulkdataRange,
): Promise<FastifyReply> {
  const { bulkdataPath: _, ...uids } = request.params
  const offer = negotiate(acceptableOf(request), await offersOf(deps.catalogue, request.access, record, layout, value))
  const location = `${serviceURL(deps.config, request)}${pathOf(uids)}/bulkdata/${value.path}`
  reply.header('content-location', location)
  const etag = etagOf(record.sha256, value.path, String(offer.multipart), offer.mediaType)
  if (isNotModified(request, reply, etag)) return reply.code(304).send()

  const ranges = layout.frames?.kind === 'whole' && value.path === pixelData ? wholeRanges(layout.frames) : [value]
  const length = totalOf(ranges)
  const object = { blobKey: record.blobKey, byteLength: record.byteLength, layout }
  const wordBytes = wordBytesOf(layout, value)
  const signal = clientGone(reply)
  if (offer.multipart) {
    return sendMultipart(request, reply, offer.mediaType, [{
      contentType: partTypeOf(offer), contentLocation: location, length, open: () => Promise.resolve(sourceOfRanges(deps, object, ranges, wordBytes, signal)),
    }])
  }
  reply.header('content-type', partTypeOf(offer))
  return sendRanges(deps, request, reply, object, ranges, { etag, wordBytes, signal })
}

/** Single-part first: that is what a browser or a viewer that accepts anything wants of one value. */
async function offersOf(catalogue: Catalogue, access: Access, record: InstanceRecord, { frames }: Layout, { path }: BulkdataRange): Promise<Offer[]> {
  const ownType = path === encapsulatedDocument ? await documentType(catalogue, access, record)
    : path === pixelData && frames?.kind === 'whole' ? transferSyntax(record.transferSyntaxUID)?.mediaType
    : undefined
  const types = ownType === undefined ? [octetStream] : [ownType, octetStream]
  return types.flatMap((mediaType) => [{ mediaType, multipart: false }, { mediaType, multipart: true }])
}

async function documentType(catalogue: Catalogue, access: Access, record: InstanceRecord): Promise<string | undefined> {
  for await (const { json } of catalogue.metadata(access, record)) {
    const written = (JSON.parse(json) as DicomJson)[mimeTypeOfEncapsulatedDocument]?.Value?.[0]
    const type = typeof written === 'string' ? written.toLowerCase() : undefined
    return type !== undefined && documentTypes.has(type) ? type : undefined
  }
  return undefined
}

/** Bytes of the words to reverse so that the value is little endian (PS3.18 §F.2.7). */
export function wordBytesOf({ littleEndian, frames }: Layout, { path, vr }: BulkdataRange): number {
  if (path === pixelData && frames?.kind === 'native') return frames.wordBytes
  return littleEndian ? 1 : vrTraits(vr).bytesPerValue
}
