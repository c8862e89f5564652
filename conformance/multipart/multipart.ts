import { randomBytes } from 'node:crypto'
import type { Answer } from '../client.ts'
import { must } from '../expect.ts'

export interface Part {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface MultipartBody {
  readonly contentType: string
  readonly body: Buffer
}

/** A multipart/related body (RFC 2387) of parts with their own headers. */
export function multipartOf(parts: readonly { headers: Readonly<Record<string, string>>; body: Uint8Array }[], type = 'application/dicom', boundary = randomBytes(12).toString('hex')): MultipartBody {
  const pieces = parts.flatMap(({ headers, body }) => [
    Buffer.from(`--${boundary}\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`),
    Buffer.from(body), Buffer.from('\r\n'),
  ])
  return { contentType: `multipart/related; type="${type}"; boundary=${boundary}`, body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]) }
}

/** Parameters of a media type, names lower case, quotes removed. */
export function parameters(mediaType: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [, name = '', quoted, plain] of mediaType.matchAll(/;\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^;\s]*))/g)) found[name.toLowerCase()] = quoted ?? plain ?? ''
  return found
}

/**
 * Takes a multipart answer apart, strictly: every delimiter line must be exactly CRLF -- boundary, the end must be there.
 * @throws Error naming what is malformed
 */
export function partsOf(answer: Answer): readonly Part[] {
  const contentType = answer.headers['content-type'] ?? ''
  must(/^multipart\/related\b/i.test(contentType), `not multipart/related but ${contentType.slice(0, 80)} (status ${String(answer.status)})`)
  const { boundary } = parameters(contentType)
  must(boundary !== undefined && boundary !== '', 'the Content-Type names no boundary')
  const opening = Buffer.from(`--${boundary}\r\n`)
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const start = answer.body.subarray(0, opening.length).equals(opening) ? opening.length : answer.body.indexOf(`\r\n--${boundary}\r\n`) + opening.length + 2
  must(start >= opening.length, 'the first delimiter is missing')
  const parts: Part[] = []
  for (let at = start; ;) {
    const end = answer.body.indexOf(delimiter, at - 2)
    must(end !== -1, 'the closing delimiter is missing')
    parts.push(part(answer.body.subarray(at, end)))
    at = end + delimiter.length
    const after = answer.body.subarray(at, at + 2).toString('latin1')
    if (after === '--') return parts
    must(after === '\r\n', 'a delimiter is not followed by CRLF')
    at += 2
  }
}

function part(bytes: Buffer): Part {
  const headEnd = bytes.indexOf('\r\n\r\n')
  must(headEnd !== -1, 'a part has no empty line after its headers')
  const headers = Object.fromEntries(bytes.subarray(0, headEnd).toString('latin1').split('\r\n').map((line) => {
    const colon = line.indexOf(':')
    must(colon > 0, 'a part header has no colon')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  }))
  return { headers, body: bytes.subarray(headEnd + 4) }
}
