/** The parts of a store request, one by one as they arrive (PS3.18 §10.5.1). */
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, type BrotliDecompress, type Gunzip, type Inflate } from 'node:zlib'
import { isBoundary, parameterOf, parseMediaType, readMultipart, type MediaType } from '@isocenter/dicom'
import type { FastifyRequest } from 'fastify'
import { badRequest, payloadTooLarge, unsupportedMediaType } from '../../platform/problem.ts'
import { applicationDicom, contentTypeOf, dicomJson, dicomXml } from '../media-types.ts'
import { invalidMultipart } from '../problems.ts'
import { composedParts, type MetadataOptions } from './metadata/parts.ts'
import { announcedDigest, dataSetDigestHeader } from './data-set-digest.ts'
import { receivedChunks } from './received-chunks.ts'
import type { FailedResult } from './response.ts'

/** One object on its way in, or what was to become one. */
export type ReceivedPart = ReceivedObject | { readonly failed: FailedResult }

export interface ReceivedObject {
  /** False when its Content-Type says it is something else. */
  readonly claimsDicom: boolean
  readonly body: AsyncIterable<Uint8Array>
  /** SHA-256 its data set has by its sender's word; it is stored only if that is so. */
  readonly announced?: Buffer | 'unreadable' | undefined
}

/** What a store request may be. */
export const storable: readonly string[] = [
  ...[applicationDicom, dicomJson, dicomXml].map((mediaType) => contentTypeOf({ mediaType, multipart: true })), applicationDicom,
]

const maxHeaderBytes = 16 * 1024
/** Each part is answered for, so their number must be bounded by more than the bytes of the request: empty ones cost next to none. */
export const maxParts = 100_000

export interface ReceiveOptions {
  readonly maxRequestBytes: number
  readonly metadata: MetadataOptions
}

/**
 * The objects of a request: the parts of multipart/related; type="application/dicom", the one body of application/dicom, or what metadata and bulk data
 * in parts of their own come to.
 * Nothing is read before the first part is asked for, so every refusal by header comes before the upload.
 * @throws unsupportedMediaType 415, badRequest or invalidMultipart 400, payloadTooLarge 413 (also while iterating)
 */
export function receivedParts(request: FastifyRequest, { maxRequestBytes, metadata }: ReceiveOptions): AsyncIterable<ReceivedPart> {
  const form = formOf(request.headers['content-type'])
  if (Number(request.headers['content-length'] ?? 0) > maxRequestBytes) throw tooLarge(maxRequestBytes)
  const body = bytesOf(request.raw, decoderOf(request.headers['content-encoding']), maxRequestBytes)
  if (form === 'single') return onePart(body, announcedDigest(request.headers[dataSetDigestHeader]?.toString()))
  const { root, boundary } = form
  return root.type === applicationDicom ? partsOf(body, boundary) : composedParts(body, root, boundary, maxHeaderBytes, metadata)
}

/** A single object, or the parts between the delimiters of a boundary; `root` is their media type with the request's own parameters. */
function formOf(contentType: string | undefined): 'single' | { root: MediaType; boundary: string } {
  const mediaType = parseMediaType(contentType ?? '')
  if (mediaType?.type === applicationDicom) return 'single'
  if (mediaType?.type !== 'multipart/related') throw notStorable()
  // A missing type is forgiven: the parts say what they are.
  const root = parseMediaType(parameterOf(mediaType, 'type') ?? applicationDicom)
  if (!root || ![applicationDicom, dicomJson, dicomXml].includes(root.type)) throw notStorable()
  const boundary = parameterOf(mediaType, 'boundary')
  if (boundary === undefined || !isBoundary(boundary)) throw invalidMultipart('The Content-Type has no boundary, or one RFC 2046 §5.1.1 does not allow.')
  return { root: { type: root.type, parameters: mediaType.parameters }, boundary }
}

async function* onePart(body: AsyncIterable<Uint8Array>, announced: ReceivedObject['announced']): AsyncGenerator<ReceivedPart> {
  const chunks = body[Symbol.asyncIterator]()
  try {
    const first = await chunks.next()
    // A body without a byte holds no part.
    if (first.done !== true) yield { claimsDicom: true, body: from(first.value, chunks), announced }
  } finally {
    await chunks.return?.()
  }
}

async function* from(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

async function* partsOf(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<ReceivedPart> {
  let count = 0
  for await (const part of readMultipart(body, boundary, { maxHeaderBytes })) {
    if (++count > maxParts) throw payloadTooLarge(`A store request may have ${maxParts} parts.`, { maxParts }, { connection: 'close' })
    yield { claimsDicom: claimsDicom(part.headers.get('content-type')), body: part.body, announced: announcedDigest(part.headers.get(dataSetDigestHeader)) }
  }
}

function claimsDicom(contentType: string | undefined): boolean {
  const type = contentType === undefined ? applicationDicom : parseMediaType(contentType)?.type
  // Some senders call every file a stream of octets; whether it is DICOM shows.
  return type === applicationDicom || type === 'application/octet-stream'
}

type Decoder = Gunzip | Inflate | BrotliDecompress

/** What undoes a Content-Encoding (RFC 9110 §8.4); undefined where there is nothing to undo. */
function decoderOf(contentEncoding: string | undefined): Decoder | undefined {
  switch (contentEncoding?.trim().toLowerCase() ?? '') {
    case '': case 'identity': return undefined
    case 'gzip': case 'x-gzip': return createGunzip()
    case 'deflate': return createInflate()
    case 'br': return createBrotliDecompress()
    default: throw unsupportedMediaType('The Content-Encoding is none of gzip, deflate, br and identity.', {}, { 'accept-encoding': 'gzip, deflate, br' })
  }
}

/** The decoded bytes of a body, in whose middle whoever reads may stop: the connection stays for the answer. */
async function* bytesOf(body: Readable, decoder: Decoder | undefined, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of decoder ? decoded(body, decoder) : receivedChunks(body)) {
    bytes += chunk.length
    // Whatever Content-Length said, and counted after decoding: a few bytes of gzip can become gigabytes.
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    yield chunk
  }
}

async function* decoded(body: Readable, decoder: Decoder): AsyncGenerator<Buffer> {
  const fail = (error: Error) => { decoder.destroy(error) }
  body.on('error', fail)
  try {
    yield* body.pipe(decoder) as AsyncIterable<Buffer>
  } catch (error) {
    // Brotli's own codes begin with ERR__.
    const isZlibs = error instanceof Error && 'code' in error && /^(Z_|ERR__)/.test(String(error.code))
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
