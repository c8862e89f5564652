/** Multipart bodies as DICOMweb uses them (PS3.18 §8.6.1.2, RFC 2046 §5.1): a streaming reader and the pieces of a writer. */
import { randomBytes } from 'node:crypto'

/** What one multipart body may cost; each bound is on memory or on work, never on the size of a part. */
export interface MultipartLimits {
  /** Bytes of one part's header block. */
  readonly maxHeaderBytes: number
  /** Bytes before the first delimiter, which are read and thrown away. */
  readonly maxPreambleBytes: number
  readonly maxParts: number
}

export const defaultMultipartLimits: MultipartLimits = {
  maxHeaderBytes: 16 * 1024,
  maxPreambleBytes: 64 * 1024,
  maxParts: Number.MAX_SAFE_INTEGER,
}

/** One part; but for the few that straddle two, the body's chunks are views on the source's chunks and stay valid as long as those do. */
export interface MultipartPart {
  /** Header fields by lower-case name; a repeated field's values are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>
  /** Can be read once, and only until the next part is asked for; what is left of it then is skipped. */
  readonly body: AsyncIterable<Uint8Array>
}

export type MultipartErrorCode = 'badBoundary' | 'noBoundary' | 'lineEnding' | 'badHeader' | 'headerTooLarge' | 'tooManyParts' | 'truncated'

/** The body is not multipart as RFC 2046 §5.1.1 writes it; parts delivered before were whole. */
export class MultipartError extends Error {
  override readonly name = 'MultipartError'
  readonly code: MultipartErrorCode
  constructor(code: MultipartErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

const CR = 0x0d
const LF = 0x0a
const lineEnd = Buffer.from('\r\n')
const blankLine = Buffer.from('\r\n\r\n')
/** White space senders may leave after a boundary (RFC 2046 transport-padding); more than this is no delimiter. */
const maxPaddingBytes = 256

/**
 * Reads a multipart body part by part as its bytes arrive; nothing is read ahead of what the consumer asks for.
 * A delimiter that is continued by other text on its line is content, so a boundary that begins another one does no harm.
 * @throws MultipartError from the part iteration, or from the body in which the stream broke off
 */
export async function* readMultipart(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
  limits: Partial<MultipartLimits> = {},
): AsyncGenerator<MultipartPart, void, undefined> {
  const scanner = new MultipartScanner(source, boundary, { ...defaultMultipartLimits, ...limits })
  try {
    await scanner.skipPreamble()
    for (let parts = 1; !scanner.atEnd; parts++) {
      if (parts > scanner.limits.maxParts) throw new MultipartError('tooManyParts', `More than ${scanner.limits.maxParts} parts.`)
      const headers = await scanner.readHeaders()
      yield { headers, body: bodyOf(scanner, scanner.partNumber) }
      while ((await scanner.nextOfPart()) !== undefined);
    }
    await scanner.skipEpilogue()
  } finally {
    await scanner.close()
  }
}

async function* bodyOf(scanner: MultipartScanner, partNumber: number): AsyncGenerator<Uint8Array, void, undefined> {
  while (scanner.partNumber === partNumber) {
    const chunk = await scanner.nextOfPart()
    if (chunk === undefined) return
    yield chunk
  }
}

/** Walks the bytes of one body; holds one chunk of the source and, across its end, at most a delimiter's beginning. */
class MultipartScanner {
  readonly limits: MultipartLimits
  partNumber = 0
  atEnd = false
  #bytes: Buffer = lineEnd // so that a delimiter at the very start is found like any other
  /** Bytes at the front that are the blank line after a header, no content. */
  #blank = 0
  #insidePart = false
  #sourceEnded = false
  readonly #source: AsyncIterator<Uint8Array>
  readonly #delimiter: Buffer

  constructor(source: AsyncIterable<Uint8Array>, boundary: string, limits: MultipartLimits) {
    if (!isBoundary(boundary)) throw new MultipartError('badBoundary', 'The boundary is not made of the characters of RFC 2046 §5.1.1, or too long.')
    this.#source = source[Symbol.asyncIterator]()
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
    this.limits = limits
  }

  async skipPreamble(): Promise<void> {
    this.#insidePart = true
    try {
      for (let skipped = 0, chunk = await this.nextOfPart(); chunk !== undefined; chunk = await this.nextOfPart()) {
        skipped += chunk.length
        if (skipped > this.limits.maxPreambleBytes) throw noBoundary()
      }
    } catch (error) {
      throw error instanceof MultipartError && error.code === 'truncated' ? noBoundary() : error
    }
  }

  /** Bytes of the current part, or undefined when its closing delimiter has been passed. */
  async nextOfPart(): Promise<Uint8Array | undefined> {
    while (this.#insidePart) {
      const at = this.#bytes.indexOf(this.#delimiter)
      const line = at === 0 ? this.#delimiterLine() : undefined
      if (typeof line === 'object') {
        this.#bytes = this.#bytes.subarray(line.length)
        this.#insidePart = false
        this.atEnd = line.isLast
        return undefined
      }
      const length = at > 0 ? at : at < 0 ? this.#bytes.length - this.#heldBack() : line === 'content' ? this.#delimiter.length : 0
      const content = this.#take(length)
      if (content.length > 0) return content
      if (length === 0 && !(await this.#pull())) throw new MultipartError('truncated', 'The body ended inside a part.')
    }
    return undefined
  }

  /** What follows a delimiter's text: the end of a delimiter line, the end of the body, or more content. */
  #delimiterLine(): { length: number; isLast: boolean } | 'unfinished' | 'content' {
    const bytes = this.#bytes
    let at = this.#delimiter.length
    if (bytes[at] === 0x2d) {
      if (at + 1 >= bytes.length) return 'unfinished'
      return bytes[at + 1] === 0x2d ? { length: at + 2, isLast: true } : 'content'
    }
    while (at < bytes.length && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++
    if (at - this.#delimiter.length > maxPaddingBytes) return 'content'
    if (at >= bytes.length) return 'unfinished'
    if (bytes[at] === LF) throw bareLineFeed()
    if (bytes[at] !== CR) return 'content'
    if (at + 1 >= bytes.length) return 'unfinished'
    return bytes[at + 1] === LF ? { length: at + 2, isLast: false } : 'content'
  }

  /** How many bytes at the end of what is held may begin a delimiter; CR occurs in it once, so the last CR decides. */
  #heldBack(): number {
    const at = this.#bytes.lastIndexOf(CR)
    const length = this.#bytes.length - at
    if (at < 0 || length >= this.#delimiter.length) return 0
    return this.#bytes.compare(this.#delimiter, 0, length, at) === 0 ? length : 0
  }

  async readHeaders(): Promise<ReadonlyMap<string, string>> {
    for (;;) {
      const held = this.#bytes
      if (held.length >= 2 && held[0] === CR && held[1] === LF) return this.#beginPart(held, new Map())
      const end = held.indexOf(blankLine)
      if (end > this.limits.maxHeaderBytes || (end < 0 && held.length > this.limits.maxHeaderBytes + blankLine.length)) {
        if (hasBareLineFeed(held.subarray(0, this.limits.maxHeaderBytes))) throw bareLineFeed()
        throw new MultipartError('headerTooLarge', `A part's header is longer than ${this.limits.maxHeaderBytes} bytes.`)
      }
      if (end >= 0) {
        return this.#beginPart(held.subarray(end + lineEnd.length), parseHeaders(held.subarray(0, end)))
      }
      if (!(await this.#pull())) {
        if (hasBareLineFeed(held)) throw bareLineFeed()
        throw new MultipartError('truncated', "The body ended inside a part's header.")
      }
    }
  }

  /** `bytes` begins with the blank line: in a part without a body its CRLF is already the one of the delimiter. */
  #beginPart(bytes: Buffer, headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    this.#bytes = bytes
    this.#blank = lineEnd.length
    this.#insidePart = true
    this.partNumber++
    return headers
  }

  /** Reads what follows the last delimiter, so that the sender can finish; its content has no meaning. */
  async skipEpilogue(): Promise<void> {
    do this.#bytes = lineEnd
    while (await this.#pull())
  }

  async close(): Promise<void> {
    if (!this.#sourceEnded) await this.#source.return?.()
  }

  #take(length: number): Uint8Array {
    const taken = this.#bytes.subarray(Math.min(this.#blank, length), length)
    if (length > 0) this.#blank = 0
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }

  async #pull(): Promise<boolean> {
    if (this.#sourceEnded) return false
    const next = await this.#source.next()
    if (next.done === true) {
      this.#sourceEnded = true
      return false
    }
    const bytes = asBuffer(next.value)
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes])
    return true
  }
}

function parseHeaders(block: Buffer): ReadonlyMap<string, string> {
  if (hasBareLineFeed(block)) throw bareLineFeed()
  const headers = new Map<string, string>()
  // A line that begins with white space continues the one before (RFC 5322 §2.2.3).
  for (const line of block.toString('latin1').replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).trimEnd().toLowerCase()
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) throw new MultipartError('badHeader', 'A part has a header line that is not a field.')
    const value = line.slice(colon + 1).trim()
    const earlier = headers.get(name)
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`)
  }
  return headers
}

function hasBareLineFeed(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) if (bytes[at - 1] !== CR) return true
  return false
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const noBoundary = () => new MultipartError('noBoundary', 'The body does not begin with the boundary its Content-Type names.')
const bareLineFeed = () => new MultipartError('lineEnding', 'Lines end with LF alone; multipart lines end with CR LF.')

/**
 * Whether a text can be taken as a boundary: bchars, the last one not a space (RFC 2046 §5.1.1). The RFC allows 70 of them;
 * Orthanc writes two UUIDs one after the other, which are 73.
 */
export function isBoundary(text: string): boolean {
  return /^[0-9A-Za-z'()+_,\-./:=? ]{0,199}[0-9A-Za-z'()+_,\-./:=?]$/.test(text)
}

/** A boundary that occurs in no content but by a chance of 1 in 2^128; needs no quotes. */
export function multipartBoundary(): string {
  return `isocenter-${randomBytes(16).toString('hex')}`
}

/** The delimiter line and header of one part; the part's bytes follow it. `first` leaves out the line end of the part before. */
export function partHeader(boundary: string, headers: Readonly<Record<string, string>>, first: boolean): Uint8Array {
  const fields = Object.entries(headers).map(([name, value]) => {
    if (/[\r\n]/.test(name + value)) throw new Error(`The part header ${name} would break its line.`)
    return `${name}: ${value}\r\n`
  })
  return Buffer.from(`${first ? '' : '\r\n'}--${boundary}\r\n${fields.join('')}\r\n`, 'latin1')
}

/** What closes a body of at least one part. */
export function multipartEnd(boundary: string): Uint8Array {
  return Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1')
}
