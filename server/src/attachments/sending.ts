/** How the bytes of an attachment leave: in parts where that is asked for, under their name, and so that no browser runs them. */
import type { IncomingHttpHeaders } from 'node:http'
import type { AttachmentType } from '@isocenter/contracts'
import type { FastifyReply } from 'fastify'
import { rangeNotSatisfiable, requestedRange } from '../dicomweb/index.ts'
import { disposition } from '../platform/file-names.ts'
import type { OpenedAttachment } from './attachments.ts'

/**
 * For a person to look at, never for a page of ours to run. A browser shows a PDF in a program of its own, which a sandbox keeps from starting; it is what it says by
 * its first bytes, and nothing else may be loaded.
 */
const policyOf = (type: AttachmentType): string => (
  type === 'application/pdf'
    ? "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    : "sandbox; default-src 'none'; frame-ancestors 'self'"
)

/** Answers with the file to look at (`content`) or to keep (`download`). @throws rangeNotSatisfiable 416 */
export async function sendAttachment(
  reply: FastifyReply,
  { fileName, contentType, byteLength, etag, read }: OpenedAttachment,
  { as, headers }: { readonly as: 'content' | 'download'; readonly headers: IncomingHttpHeaders },
): Promise<FastifyReply> {
  reply.type(contentType).headers({
    'content-disposition': disposition(as === 'download' ? 'attachment' : 'inline', fileName), 'accept-ranges': 'bytes', etag, 'x-content-type-options': 'nosniff',
    'content-security-policy': policyOf(contentType), 'cross-origin-resource-policy': 'same-origin',
  })
  const wanted = requestedRange(headers.range, String(headers['if-range'] ?? etag), etag, byteLength)
  if (wanted === 'unsatisfiable') throw rangeNotSatisfiable(`The file has ${String(byteLength)} bytes.`, {}, { 'content-range': `bytes */${String(byteLength)}` })
  if (wanted === 'whole') return reply.header('content-length', byteLength).send(await read())
  const { offset, length } = wanted
  return reply.code(206).headers({ 'content-length': length, 'content-range': `bytes ${String(offset)}-${String(offset + length - 1)}/${String(byteLength)}` }).send(await read(wanted))
}
