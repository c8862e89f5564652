/** The parts of a store request, one by one as they arrive (PS3.18 §10.5.1). */
import type { Readable } from 'node:stream'
import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib'
import { isBoundary, parameterOf, parseMediaType, readMultipart } from '@isocenter/dicom'
import type { FastifyRequest } from 'fastify'
import { badRequest, payloadTooLarge, unsupportedMediaType } from '../../platform/problem.ts'
import { applicationDicom } from '../media-types.ts'
import { invalidMultipart } from '../problems.ts'

/** One object on its way in. */
export interface ReceivedPart {
  /** False when its Content-Type says it is something else. */
  readonly claimsDicom: boolean
  readonly body: AsyncIterable<Uint8Array>
}

/** What a store request may be. */
export const storable: readonly string[] = [`multipart/related; type="${applicationDicom}"`, applicationDicom]

/** Parts may be small: the header of each is bounded by the reader, their number by the bytes of the request. */
const maxHeaderBytes = 16 * 1024

/**
 * The parts of a request: those of multipart/related; type="application/dicom", or the one body of application/dicom.
 * Nothing is read before the first part is asked for, so every refusal by header comes before the upload.
 * @throws unsupportedMediaType 415, badRequest or invalidMultipart 400, payloadTooLarge 413 (also while iterating)
 */
export function receivedParts(request: FastifyRequest, maxRequestBytes: number): AsyncIterable<ReceivedPart> {
  const boundary = boundaryOf(request.headers['content-type'])
  if (Number(request.headers['content-length'] ?? 0) > maxRequestBytes) throw tooLarge(maxRequestBytes)
  const body = bytesOf(request.raw, decoderOf(request.headers['content-encoding']), maxRequestBytes)
  return boundary === undefined ? onePart(body) : partsOf(body, boundary)
}

/** The boundary of a multipart request, undefined for a single object. */
function boundaryOf(contentType: string | undefined): string | undefined {
  const mediaType = parseMediaType(contentType ?? '')
  if (mediaType?.type === applicationDicom) return undefined
  if (mediaType?.type !== 'multipart/related') throw notStorable()
  // A missing type is forgiven: the parts say what they are.
  const root = parseMediaType(parameterOf(mediaType, 'type') ?? applicationDicom)
  if (root?.type !== applicationDicom) throw notStorable()
  const boundary = parameterOf(mediaType, 'boundary')
  if (boundary === undefined || !isBoundary(boundary)) throw invalidMultipart('The Content-Type has no boundary, or one RFC 2046 §5.1.1 does not allow.')
  return boundary
}

async function* onePart(body: AsyncIterable<Uint8Array>): AsyncGenerator<ReceivedPart> {
  yield { claimsDicom: true, body }
}

async function* partsOf(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<ReceivedPart> {
  for await (const part of readMultipart(body, boundary, { maxHeaderBytes })) {
    yield { claimsDicom: claimsDicom(part.headers.get('content-type')), body: part.body }
  }
}

function claimsDicom(contentType: string | undefined): boolean {
  const type = contentType === undefined ? applicationDicom : parseMediaType(contentType)?.type
  // Some senders call every file a stream of octets; whether it is DICOM shows.
  return type === applicationDicom || type === 'application/octet-stream'
}

/** What undoes a Content-Encoding (RFC 9110 §8.4); undefined where there is nothing to undo. */
function decoderOf(contentEncoding: string | undefined): Gunzip | Inflate | undefined {
  switch (contentEncoding?.trim().toLowerCase() ?? '') {
    case '': case 'identity': return undefined
    case 'gzip': case 'x-gzip': return createGunzip()
    case 'deflate': return createInflate()
    default: throw unsupportedMediaType('The Content-Encoding is none of gzip, deflate and identity.', {}, { 'accept-encoding': 'gzip, deflate' })
  }
}

/** The decoded bytes of a body, in whose middle whoever reads may stop: the connection stays for the answer. */
async function* bytesOf(body: Readable, decoder: Gunzip | Inflate | undefined, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of decoder ? decoded(body, decoder) : received(body)) {
    bytes += chunk.length
    // Whatever Content-Length said, and counted after decoding: a few bytes of gzip can become gigabytes.
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    yield chunk
  }
}

const received = (body: Readable): AsyncIterable<Buffer> => body.iterator({ destroyOnReturn: false })

async function* decoded(body: Readable, decoder: Gunzip | Inflate): AsyncGenerator<Buffer> {
  const fail = (error: Error) => { decoder.destroy(error) }
  body.on('error', fail)
  try {
    yield* body.pipe(decoder) as AsyncIterable<Buffer>
  } catch (error) {
    const isZlibs = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
    throw isZlibs ? badRequest('The Content-Encoding of the body is broken.') : error
  } finally {
    body.off('error', fail)
    body.unpipe(decoder)
    decoder.destroy()
  }
}

const notStorable = () => unsupportedMediaType(
  `Objects are stored as ${storable.join(' or ')}.`, { accepted: storable }, { accept: storable.join(', ') })
const tooLarge = (maxBytes: number) => payloadTooLarge(`A store request may have ${maxBytes} bytes.`, { maxBytes }, { connection: 'close' })
