/** Bytes of a known length that are read when they are sent. */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Either iterated to its end, or closed: until then it may hold a file or a connection. */
export interface ByteSource {
  readonly length: number
  readonly chunks: AsyncIterable<Uint8Array>
  readonly close: () => void
}

/** Bytes that are here already. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return { length: bytes.length, chunks: once(bytes), close: () => {} }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** A stream of a known length. */
export function sourceOfStream(stream: Readable, length: number): ByteSource {
  return { length, chunks: stream, close: () => { stream.destroy() } }
}

/** Up to this size bytes are gathered rather than streamed: a frame of a CT costs half the time that way. */
export const readWholeBytes = 1024 * 1024

/** All bytes of a source; for what is known to be small. */
export async function bytesOfSource(source: Pick<ByteSource, 'chunks'>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.chunks) chunks.push(chunk)
  return chunks.length === 1 && chunks[0] ? Buffer.from(chunks[0].buffer, chunks[0].byteOffset, chunks[0].byteLength) : Buffer.concat(chunks)
}

/** Answers with one body and its length; HEAD gets the headers alone. */
export function sendSource(request: FastifyRequest, reply: FastifyReply, source: ByteSource): FastifyReply | Promise<FastifyReply> {
  reply.header('content-length', source.length)
  if (request.method !== 'HEAD') return sendChunks(reply, source.chunks, source.length)
  source.close()
  return reply.send()
}

/** Sends chunks as they come, or together where they are known to be few bytes; what fails then is still answered with its status. */
export async function sendChunks(reply: FastifyReply, chunks: AsyncIterable<Uint8Array>, length: number | undefined): Promise<FastifyReply> {
  if (length !== undefined && length <= readWholeBytes) return reply.send(await bytesOfSource({ chunks }))
  return reply.send(chunks instanceof Readable ? chunks : Readable.from(chunks, { objectMode: false }))
}
