/** Multipart answers (PS3.18 §8.6.1.2): parts of known lengths, opened a little ahead of the one that is sent. */
import { formatMediaType, multipartBoundary, multipartEnd, partHeader } from '@isocenter/dicom'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { piecesOf, readAhead, readWholeBytes, sendPieces, type ByteSource } from './byte-source.ts'
import type { Piece } from './transmission.ts'

/** One part that is opened when its turn comes near. */
export interface AnswerPart {
  readonly contentType: string
  /** URL of the resource the part is of (PS3.18 Table 8.6.1-1). */
  readonly contentLocation?: string
  /** Where it is known without opening the part. */
  readonly length?: number
  readonly open: () => Promise<ByteSource>
}

/** Parts opened while the one before them is sent. */
const ahead = 3

/**
 * Answers with multipart/related of one media type. With `parts` as a list of known lengths the answer has its
 * Content-Length; parts that come as they are found are sent chunked.
 */
export function sendMultipart(
  request: FastifyRequest, reply: FastifyReply, mediaType: string, parts: readonly AnswerPart[] | AsyncIterable<AnswerPart>,
): FastifyReply | Promise<FastifyReply> {
  const boundary = boundaryFor(reply)
  reply.header('content-type', formatMediaType('multipart/related', { type: mediaType, boundary }))
  const length = Array.isArray(parts) ? totalLength(parts, boundary) : undefined
  if (length !== undefined) reply.header('content-length', length)
  if (request.method === 'HEAD') return reply.send()
  return sendPieces(reply, body(parts, boundary), length)
}

/**
 * Where the answer has a strong ETag its boundary is made of that, for then the same tag must mean the same bytes (RFC 9110 §8.8.1).
 * Such a tag is a digest over the digest of the object: nobody can write an object that holds it. Other answers have a boundary of chance.
 */
function boundaryFor(reply: FastifyReply): string {
  const [, tag] = /^"([\w-]+)"$/.exec(String(reply.getHeader('etag') ?? '')) ?? []
  return tag === undefined ? multipartBoundary() : `isocenter-${tag}`
}

function headerOf({ contentType, contentLocation }: AnswerPart, length: number | undefined, boundary: string, first: boolean): Uint8Array {
  return partHeader(boundary, {
    'Content-Type': contentType,
    ...(length !== undefined && { 'Content-Length': String(length) }),
    ...(contentLocation !== undefined && { 'Content-Location': contentLocation }),
  }, first)
}

function totalLength(parts: readonly AnswerPart[], boundary: string): number | undefined {
  let total = multipartEnd(boundary).length
  for (const [index, part] of parts.entries()) {
    if (part.length === undefined) return undefined
    total += headerOf(part, part.length, boundary, index === 0).length + part.length
  }
  return total
}

async function* body(parts: Iterable<AnswerPart> | AsyncIterable<AnswerPart>, boundary: string): AsyncGenerator<Piece> {
  let first = true
  for await (const { part, source } of opened(parts)) {
    yield { bytes: headerOf(part, source.length, boundary, first), isOurs: true }
    first = false
    yield* piecesOf(source)
  }
  yield { bytes: multipartEnd(boundary), isOurs: true }
}

/** The parts with their sources, a few opened ahead; whatever is open when the reader stops is closed. */
async function* opened(parts: Iterable<AnswerPart> | AsyncIterable<AnswerPart>): AsyncGenerator<{ part: AnswerPart; source: ByteSource }> {
  const waiting: { part: AnswerPart; source: Promise<ByteSource> }[] = []
  try {
    for await (const part of parts) {
      const source = open(part)
      // Awaited in its turn; until then a failure must not count as unhandled.
      source.catch(() => {})
      waiting.push({ part, source })
      if (waiting.length > ahead) yield* next(waiting)
    }
    while (waiting.length > 0) yield* next(waiting)
  } finally {
    for (const { source } of waiting) source.then(({ close }) => { close() }, () => {})
  }
}

async function* next(waiting: { part: AnswerPart; source: Promise<ByteSource> }[]): AsyncGenerator<{ part: AnswerPart; source: ByteSource }> {
  const head = waiting[0]
  if (!head) return
  const source = await head.source
  waiting.shift()
  try {
    yield { part: head.part, source }
  } finally {
    source.close()
  }
}

/** Small parts are read whole while they wait, so that the next one is there when the last has gone. */
async function open(part: AnswerPart): Promise<ByteSource> {
  const source = await part.open()
  return source.length !== undefined && source.length <= readWholeBytes ? readAhead(source) : source
}
