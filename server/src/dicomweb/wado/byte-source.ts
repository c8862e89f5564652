/** Bytes that are read, or made, when they are sent. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Transmission, type Piece } from './transmission.ts'

/** Either iterated to its end, or closed: until then it may hold a file or a connection. */
export interface ByteSource {
  /** Undefined where only the last byte would tell. */
  readonly length: number | undefined
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** Whoever iterates is the only one to see the chunks, and may give their buffers back. */
  readonly isOurs?: boolean
  readonly close: () => void
}

/** Bytes that are here already. */
export function sourceOf(bytes: Uint8Array): ByteSource & { readonly length: number } {
  return { length: bytes.length, chunks: [bytes], close: () => {} }
}

/** The same source with its bytes read. */
export async function readAhead({ chunks, ...source }: ByteSource): Promise<ByteSource> {
  return { ...source, chunks: await gathered(chunks), close: () => {} }
}

/** Up to this size bytes are read before the answer begins. */
export const readWholeBytes = 1024 * 1024

/** All bytes of a source; for what is known to be small. */
export async function bytesOfSource(source: Pick<ByteSource, 'chunks'>): Promise<Buffer> {
  const chunks = await gathered(source.chunks)
  return chunks.length === 1 && chunks[0] ? Buffer.from(chunks[0].buffer, chunks[0].byteOffset, chunks[0].byteLength) : Buffer.concat(chunks)
}

/** Answers with one body and its length where that is known; HEAD gets the headers alone. */
export function sendSource(request: FastifyRequest, reply: FastifyReply, source: ByteSource): FastifyReply | Promise<FastifyReply> {
  if (source.length !== undefined) reply.header('content-length', source.length)
  if (request.method !== 'HEAD') return sendPieces(reply, piecesOf(source), source.length)
  source.close()
  return reply.send()
}

/** The chunks of a source as pieces of an answer. */
export async function* piecesOf({ chunks, isOurs = false }: ByteSource): AsyncGenerator<Piece> {
  for await (const bytes of chunks) yield { bytes, isOurs }
}

/**
 * Sends pieces as they come. Where they are known to be few bytes they are read first, so that a store that fails is still
 * answered with its status; they are sent as they were read, since joining a frame's chunks costs more than writing them.
 */
export async function sendPieces(reply: FastifyReply, pieces: AsyncIterable<Piece>, length: number | undefined): Promise<FastifyReply> {
  return reply.send(new Transmission(length !== undefined && length <= readWholeBytes ? await gathered(pieces) : pieces))
}

async function gathered<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
