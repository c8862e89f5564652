/** What all answers with rendered resources share. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { badRequest } from '../../platform/problem.ts'
import type { DicomwebDeps } from '../deps.ts'
import { notRenderable } from '../problems.ts'
import type { Query, RenderedParams } from '../rendering/params.ts'
import type { Rendering } from '../rendering/index.ts'
import { serviceURL } from '../service-url.ts'
import { sourceOf } from './byte-source.ts'
import { sendMultipart, type AnswerPart } from './multipart-answer.ts'

export type RenderedDeps = DicomwebDeps & { readonly rendering: Rendering }
/** Any of the routes: what is in their paths has been read by then. */
export type RenderedRequest = FastifyRequest<{ Params: never; Querystring: Query }> | FastifyRequest<{ Querystring: Query }>

/** One request on its way to an answer. */
export interface Rendered {
  readonly deps: RenderedDeps
  readonly request: RenderedRequest
  readonly reply: FastifyReply
  readonly params: RenderedParams
}

/**
 * Says what was asked for and left out: annotation nobody knows (PS3.18 §8.3.5.1.1). Only the letters of what was asked are repeated.
 * @throws badRequest 400 for a profile in an image that can hold none (§8.3.5.1.5)
 */
export function checkImageParams({ deps, request, reply, params }: Rendered, mediaType: string): void {
  if (mediaType === 'image/gif' && params.profile !== 'no') throw badRequest('GIF images hold no ICC profile; iccprofile can only be "no".')
  if (params.unknownAnnotation.length === 0) return
  const names = params.unknownAnnotation.map((name) => name.replace(/[^a-z0-9_-]/g, '').slice(0, 32)).filter((name) => name !== '')
  reply.header('warning', `299 ${serviceURL(deps.config, request)}: The following annotation values are not supported: ${names.join(', ')}`)
}

/** Answers with one body that is here. */
export function sendBody(request: FastifyRequest, reply: FastifyReply, contentType: string, body: Uint8Array): FastifyReply {
  reply.header('content-type', contentType).header('content-length', body.length).header('x-content-type-options', 'nosniff')
  return request.method === 'HEAD' ? reply.send() : reply.send(body)
}

/** A rendered part whose bytes are here. */
export function renderedPart(contentType: string, contentLocation: string, bytes: Uint8Array): AnswerPart {
  return { contentType, contentLocation, length: bytes.length, open: () => Promise.resolve(sourceOf(bytes)) }
}

/**
 * Answers with parts as they are rendered, the first before the status is sent.
 * @throws notRenderable 406 when there is none
 */
export async function sendRenderedParts(request: FastifyRequest, reply: FastifyReply, mediaType: string, parts: AsyncGenerator<AnswerPart>): Promise<FastifyReply> {
  const first = await parts.next()
  if (first.done === true) throw notRenderable('Nothing in the resource can be rendered in this media type.')
  const all = async function* () {
    yield first.value
    yield* parts
  }
  return sendMultipart(request, reply, mediaType, all())
}
