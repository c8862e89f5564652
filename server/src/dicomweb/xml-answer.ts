/** Answers in the Native DICOM Model: a part for each data set (PS3.18 §8.7.3.2), or one document. */
import { formatMediaType, multipartBoundary, multipartEnd, partHeader, writeDicomXml, type DicomJson } from '@isocenter/dicom'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { acceptsGzip, sendCompressible } from './json-answer.ts'
import { dicomXml } from './media-types.ts'

/** One data set as DICOM JSON text. */
export interface XmlPart {
  readonly json: string
  /** URL of the resource it is of, where it has one. */
  readonly contentLocation?: string
}

/** Sends a part for each data set as it comes, one in memory at a time. There must be at least one: multipart knows no empty body. */
export function sendXmlParts(request: FastifyRequest, reply: FastifyReply, parts: Iterable<XmlPart> | AsyncIterable<XmlPart>): FastifyReply {
  const boundary = multipartBoundary()
  reply.header('content-type', formatMediaType('multipart/related', { type: dicomXml, boundary })).header('vary', 'Accept, Accept-Encoding')
  if (acceptsGzip(request)) reply.header('content-encoding', 'gzip')
  return request.method === 'HEAD' ? reply.send() : sendCompressible(request, reply, body(parts, boundary))
}

async function* body(parts: Iterable<XmlPart> | AsyncIterable<XmlPart>, boundary: string): AsyncGenerator<Uint8Array> {
  let isFirst = true
  for await (const { json, contentLocation } of parts) {
    const document = Buffer.from(writeDicomXml(JSON.parse(json) as DicomJson))
    yield Buffer.concat([partHeader(boundary, {
      'Content-Type': dicomXml,
      'Content-Length': String(document.length),
      ...(contentLocation !== undefined && { 'Content-Location': contentLocation }),
    }, isFirst), document])
    isFirst = false
  }
  yield multipartEnd(boundary)
}
