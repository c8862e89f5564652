/** Answers in DICOM JSON: compressed where the client takes it, streamed where they are long. */
import { Readable } from 'node:stream'
import { constants, createGzip, gzip } from 'node:zlib'
import { promisify } from 'node:util'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { dicomJson } from './media-types.ts'

const gzipped = promisify(gzip)
const gzipOptions = { level: constants.Z_BEST_SPEED }
/** Below this a packet holds the answer as it is. */
const gzipFromBytes = 1400
/** Above this an answer is sent piece by piece instead of being joined in memory. */
const streamFromCharacters = 1024 * 1024
const pieceCharacters = 128 * 1024

/** Sends a list of ready DICOM JSON objects as one array. */
export async function sendJsonList(request: FastifyRequest, reply: FastifyReply, objects: readonly string[]): Promise<FastifyReply> {
  const characters = objects.reduce((sum, object) => sum + object.length + 1, 2)
  if (characters > streamFromCharacters) return sendJsonStream(request, reply, objects)
  return sendJson(request, reply, `[${objects.join(',')}]`)
}

/** Sends one JSON text with its length. */
export async function sendJson(request: FastifyRequest, reply: FastifyReply, text: string): Promise<FastifyReply> {
  const bytes = Buffer.from(text)
  const compress = bytes.length >= gzipFromBytes && acceptsGzip(request)
  describeJson(reply, compress)
  const body = compress ? await gzipped(bytes, gzipOptions) : bytes
  reply.header('content-length', body.length)
  return request.method === 'HEAD' ? reply.send() : reply.send(body)
}

/** Sends the objects as one array while they come; stops asking for more when the client goes. */
export async function sendJsonStream(request: FastifyRequest, reply: FastifyReply, objects: Iterable<string> | AsyncIterable<string>): Promise<FastifyReply> {
  describeJson(reply, acceptsGzip(request))
  return request.method === 'HEAD' ? reply.send() : sendCompressible(request, reply, jsonArray(objects))
}

/** Sends text as it is made, compressed where the client takes it; the headers, Content-Encoding included, are the caller's. */
export function sendCompressible(request: FastifyRequest, reply: FastifyReply, chunks: AsyncIterable<Uint8Array>): FastifyReply {
  const source = Readable.from(chunks, { objectMode: false })
  if (!acceptsGzip(request)) return reply.send(source)
  const compressed = createGzip(gzipOptions)
  source.on('error', (error) => compressed.destroy(error))
  compressed.on('close', () => source.destroy())
  return reply.send(source.pipe(compressed))
}

function describeJson(reply: FastifyReply, compress: boolean): void {
  reply.type(dicomJson).header('vary', 'Accept, Accept-Encoding')
  if (compress) reply.header('content-encoding', 'gzip')
}

async function* jsonArray(objects: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Buffer> {
  let piece = '['
  let separator = ''
  for await (const object of objects) {
    piece += separator + object
    separator = ','
    if (piece.length >= pieceCharacters) {
      yield Buffer.from(piece)
      piece = ''
    }
  }
  yield Buffer.from(`${piece}]`)
}

/** Whether Accept-Encoding allows gzip (RFC 9110 §12.5.3). */
export function acceptsGzip(request: FastifyRequest): boolean {
  return String(request.headers['accept-encoding'] ?? '').split(',').some((element) => {
    const [coding = '', weight = ''] = element.split(';').map((piece) => piece.trim().toLowerCase())
    return (coding === 'gzip' || coding === 'x-gzip' || coding === '*') && !/^q=0(\.0*)?$/.test(weight)
  })
}
