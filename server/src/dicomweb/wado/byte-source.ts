/** Bytes that are read, or made, when they are sent. */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Either iterated to its end, or closed: until then it may hold a file or a connection. */
export interface ByteSource {
  /** Undefined where only the last byte would tell. */
  readonly length: number | undefined
  readonly chunks: AsyncIterable<Uint8Array>
  readonly close: () => void
}

/** Bytes that are here already. */
export function sourceOf(bytes: Uint8Array): ByteSource & { readonly length: number } {
  return { length: bytes.length, chunks: each([bytes]), close: () => {} }
}

/** The same source with its bytes read. */
export async function readAhead({ length, chunks }: ByteSource): Promise<ByteSource> {
  return { length, chunks: each(await gathered(chunks)), close: () => {} }
}

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
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
  if (request.method !== 'HEAD') return sendChunks(reply, source.chunks, source.length)
  source.close()
  return reply.send()
}

/**
 * Sends chunks as they come. Where they are known to be few bytes they are read first, so that a store that fails is still
 * answered with its status; they are sent as they were read, since joining a frame's chunks costs more than writing them.
 */
export async function sendChunks(reply: FastifyReply, chunks: AsyncIterable<Uint8Array>, length: number | undefined): Promise<FastifyReply> {
  if (length !== undefined && length <= readWholeBytes) return reply.send(streamOf(await gathered(chunks)))
  return reply.send(chunks instanceof Readable ? chunks : Readable.from(chunks, { objectMode: false }))
}

async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

function streamOf(chunks: readonly Uint8Array[]): Readable {
  const stream = new Readable({ read: () => {} })
  for (const chunk of chunks) stream.push(chunk)
  stream.push(null)
  return stream
}
