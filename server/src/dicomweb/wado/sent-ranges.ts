/** Answers with bytes of a stored object, or with the part of them a Range header asks for. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ByteRange } from '../../storage/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { rangeNotSatisfiable } from '../problems.ts'
import { requestedRange } from './byte-range.ts'
import { sendSource, type ByteSource } from './byte-source.ts'
import { swapped } from './part10.ts'
import { readRanges, type StoredObject } from './stored-bytes.ts'

export interface SentAs {
  readonly etag: string
  /** Bytes of the words whose order is reversed. */
  readonly wordBytes: number
  readonly signal: AbortSignal
}

/**
 * Answers 200 with all bytes of `ranges`, or 206 with those asked for (RFC 9110 §14). Content-Type is the caller's.
 * @throws rangeNotSatisfiable 416
 */
export function sendRanges(
  deps: DicomwebDeps, request: FastifyRequest, reply: FastifyReply, object: StoredObject, ranges: readonly ByteRange[], { etag, wordBytes, signal }: SentAs,
): FastifyReply | Promise<FastifyReply> {
  return sendInRange(request, reply, etag, totalOf(ranges), ({ offset, length }) =>
    sourceOfRanges(deps, object, partOf(ranges, { offset, length }, wordBytes), wordBytes, signal, offset % wordBytes, length))
}

/**
 * The same for bytes of any origin; `open` opens the part that is sent, from an offset of 0 for all of it.
 * @throws rangeNotSatisfiable 416
 */
export function sendInRange(
  request: FastifyRequest, reply: FastifyReply, etag: string, length: number, open: (part: ByteRange) => ByteSource,
): FastifyReply | Promise<FastifyReply> {
  reply.header('accept-ranges', 'bytes')
  const wanted = requestedRange(request.headers.range, String(request.headers['if-range'] ?? etag), etag, length)
  if (wanted === 'unsatisfiable') throw rangeNotSatisfiable(`The resource has ${length} bytes.`, {}, { 'content-range': `bytes */${length}` })
  if (wanted === 'whole') return sendSource(request, reply, open({ offset: 0, length }))
  reply.code(206).header('content-range', `bytes ${wanted.offset}-${wanted.offset + wanted.length - 1}/${length}`)
  return sendSource(request, reply, open(wanted))
}

/** Bytes of several ranges together. */
export const totalOf = (ranges: readonly ByteRange[]): number => ranges.reduce((sum, { length }) => sum + length, 0)

/** Of the bytes of `ranges` together those of `wanted`, its beginning moved back and its end forward to whole values. */
function partOf(ranges: readonly ByteRange[], wanted: ByteRange, wordBytes: number): ByteRange[] {
  const from = wanted.offset - (wanted.offset % wordBytes)
  const to = Math.ceil((wanted.offset + wanted.length) / wordBytes) * wordBytes
  let position = 0
  return ranges.flatMap(({ offset, length }) => {
    const start = Math.max(from - position, 0)
    const end = Math.min(to - position, length)
    position += length
    return end > start ? [{ offset: offset + start, length: end - start }] : []
  })
}

/** The bytes of the ranges one after the other, read when they are sent. */
export function sourceOfRanges(
  { blobs }: DicomwebDeps, object: StoredObject, ranges: readonly ByteRange[], wordBytes: number, signal: AbortSignal, skip = 0, length = totalOf(ranges),
): ByteSource {
  const chunks = trimmed(swapped(readRanges(blobs, object, ranges, signal), wordBytes), skip, length)
  return { length, chunks, isOurs: true, close: () => { void chunks.return(undefined) } }
}

/** `length` bytes after the first `skip`. */
async function* trimmed(chunks: AsyncIterable<Uint8Array>, skip: number, length: number): AsyncGenerator<Uint8Array> {
  let before = skip
  let left = length
  for await (const chunk of chunks) {
    const wanted = chunk.subarray(before, before + left)
    before = Math.max(0, before - chunk.length)
    left -= wanted.length
    if (wanted.length > 0) yield wanted
  }
}
