/** Reports, encapsulated documents and video, as they are or as pages (PS3.18 Table 8.7.4-1). */
import { transferSyntax, wholeRanges, type DicomJson, type Layout } from '@isocenter/dicom'
import type { FastifyReply } from 'fastify'
import type { InstanceRecord } from '../../catalogue/index.ts'
import type { ByteRange } from '../../storage/index.ts'
import { acceptableOf, negotiate } from '../media-types.ts'
import { notRenderable } from '../problems.ts'
import { metadataTextOf } from '../rendering/read-instance.ts'
import { reportMediaTypes, type ReportMediaType } from '../rendering/render-task.ts'
import { serviceURL } from '../service-url.ts'
import { sourceOf } from './byte-source.ts'
import { clientGone } from './client-gone.ts'
import { etagOf, isNotModified } from './conditional.ts'
import { sendBody, type Rendered } from './rendered-answer.ts'
import { sendInRange, sendRanges } from './sent-ranges.ts'

const encapsulatedDocument = '00420011'
const encapsulatedDocumentLength = '00420015'

/** Neither what a sender wrote nor what we make of it may run here. */
const inert = "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

export const reportContentType = (mediaType: ReportMediaType): string => `${mediaType}; charset=utf-8`

/** A structured report as a page, as XHTML or as plain text. */
export async function sendReport({ deps, request, reply }: Rendered, record: InstanceRecord): Promise<FastifyReply> {
  const { mediaType } = negotiate(acceptableOf(request), reportMediaTypes.map((mediaType) => ({ mediaType, multipart: false })))
  const service = serviceURL(deps.config, request)
  if (isNotModified(request, reply, etagOf(record.sha256, 'report', mediaType, service))) return reply.code(304).send()
  const metadataText = await metadataTextOf(deps.catalogue, request.access, record)
  if (metadataText === undefined) throw notRenderable('The report has gone.')
  const page = await deps.rendering.renderer.report({ metadataText, mediaType, service }, clientGone(reply))
  reply.header('content-security-policy', inert)
  return sendBody(request, reply, reportContentType(mediaType), page)
}

/** The document itself, or the range of it that is asked for. */
export function sendPDF(rendered: Rendered, record: InstanceRecord, layout: Layout): Promise<FastifyReply> {
  // Without a sandbox: browsers show no PDF in one, and its scripts do not reach this origin.
  return sendEncapsulated(rendered, record, layout, 'application/pdf')
}

export function sendCDA(rendered: Rendered, record: InstanceRecord, layout: Layout): Promise<FastifyReply> {
  rendered.reply.header('content-security-policy', inert)
  return sendEncapsulated(rendered, record, layout, 'text/xml')
}

async function sendEncapsulated({ deps, request, reply }: Rendered, record: InstanceRecord, layout: Layout, mediaType: string): Promise<FastifyReply> {
  negotiate(acceptableOf(request), [{ mediaType, multipart: false }])
  const etag = etagOf(record.sha256, encapsulatedDocument)
  if (isNotModified(request, reply, etag)) return reply.code(304).send()
  const metadataText = await metadataTextOf(deps.catalogue, request.access, record)
  const metadata = metadataText === undefined ? {} : JSON.parse(metadataText) as DicomJson
  const stored = layout.bulkdata.find(({ path }) => path === encapsulatedDocument)
  const inline = metadata[encapsulatedDocument]?.InlineBinary
  // Without the byte that makes its length even (PS3.3 §C.24.2).
  const length = Number(metadata[encapsulatedDocumentLength]?.Value?.[0] ?? Number.NaN)
  const trimmed = (whole: number) => (length > 0 && length <= whole && whole - length <= 1 ? length : whole)
  reply.header('content-type', mediaType).header('x-content-type-options', 'nosniff').header('content-disposition', 'inline')
  if (stored) return sendStored({ deps, request, reply }, record, layout, [{ offset: stored.offset, length: trimmed(stored.length) }], etag)
  if (inline === undefined) throw notRenderable('The instance holds no document.')
  const document = Buffer.from(inline, 'base64')
  return sendInRange(request, reply, etag, trimmed(document.length), ({ offset, length: part }) => sourceOf(document.subarray(offset, offset + part)))
}

/** The stream as it was stored: browsers seek in it by ranges. */
export async function sendVideo({ deps, request, reply }: Rendered, record: InstanceRecord, layout: Layout): Promise<FastifyReply> {
  const mediaType = transferSyntax(record.transferSyntaxUID)?.mediaType
  if (mediaType === undefined || layout.frames?.kind !== 'whole') throw notRenderable('The frames of the instance are one stream that no browser plays.')
  negotiate(acceptableOf(request), [{ mediaType, multipart: false }])
  const etag = etagOf(record.sha256, 'video')
  if (isNotModified(request, reply, etag)) return reply.code(304).send()
  reply.header('content-type', mediaType).header('x-content-type-options', 'nosniff')
  return sendStored({ deps, request, reply }, record, layout, wholeRanges(layout.frames), etag)
}

async function sendStored({ deps, request, reply }: Omit<Rendered, 'params'>, { blobKey, byteLength }: InstanceRecord, layout: Layout, ranges: readonly ByteRange[], etag: string): Promise<FastifyReply> {
  return sendRanges(deps, request, reply, { blobKey, byteLength, layout }, ranges, { etag, wordBytes: 1, signal: clientGone(reply) })
}
