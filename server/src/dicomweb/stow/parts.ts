/** The parts of a store request, one by one as they arrive (PS3.18 §10.5.1). */
import { Transform, type Readable } from 'node:stream'
import { createGunzip, createInflate } from 'node:zlib'
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
  const body = bounded(decoded(request.raw, request.headers['content-encoding']), maxRequestBytes)
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

async function* onePart(body: Readable): AsyncGenerator<ReceivedPart> {
  yield { claimsDicom: true, body }
}

async function* partsOf(body: Readable, boundary: string): AsyncGenerator<ReceivedPart> {
  for await (const part of readMultipart(body, boundary, { maxHeaderBytes })) {
    yield { claimsDicom: claimsDicom(part.headers.get('content-type')), body: part.body }
  }
}

function claimsDicom(contentType: string | undefined): boolean {
  const type = contentType === undefined ? applicationDicom : parseMediaType(contentType)?.type
  // Some senders call every file a stream of octets; whether it is DICOM shows.
  return type === applicationDicom || type === 'application/octet-stream'
}

/** The body with its Content-Encoding undone (RFC 9110 §8.4). */
function decoded(body: Readable, contentEncoding: string | undefined): Readable {
  const coding = contentEncoding?.trim().toLowerCase() ?? 'identity'
  if (coding === 'identity' || coding === '') return body
  const decoder = coding === 'gzip' || coding === 'x-gzip' ? createGunzip() : coding === 'deflate' ? createInflate() : undefined
  if (!decoder) throw unsupportedMediaType('The Content-Encoding is none of gzip, deflate and identity.', {}, { 'accept-encoding': 'gzip, deflate' })
  body.on('error', (error) => decoder.destroy(error))
  return body.pipe(decoder)
}

/** Ends with payloadTooLarge once more bytes have come than are accepted, whatever Content-Length said. */
function bounded(body: Readable, maxBytes: number): Readable {
  let bytes = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > maxBytes) done(tooLarge(maxBytes))
      else done(null, chunk)
    },
  })
  body.on('error', (error: NodeJS.ErrnoException) => counter.destroy(error.code?.startsWith('Z_') ? badRequest('The Content-Encoding of the body is broken.') : error))
  // A pipe says nothing of a source that closed before its end.
  body.on('close', () => { if (!body.readableEnded) counter.destroy(counter.errored ?? new BodyAborted()) })
  return body.pipe(counter)
}

/** The client went before its request was whole. */
export class BodyAborted extends Error {
  override readonly name = 'BodyAborted'
}

const notStorable = () => unsupportedMediaType(
  'Objects are stored as multipart/related; type="application/dicom" or as application/dicom.', { accepted: ['multipart/related; type="application/dicom"', applicationDicom] }, { accept: 'multipart/related; type="application/dicom", application/dicom' })
const tooLarge = (maxBytes: number) => payloadTooLarge(`A store request may have ${maxBytes} bytes.`, { maxBytes }, { connection: 'close' })
