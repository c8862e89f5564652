import { Readable } from 'node:stream'

/** A stream of bytes that are here already. */
export function streamOf(bytes: Uint8Array): Readable {
  const stream = new Readable({ read() {} })
  if (bytes.byteLength > 0) stream.push(bytes)
  stream.push(null)
  return stream
}
