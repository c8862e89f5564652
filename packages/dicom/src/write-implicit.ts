/** An Explicit VR Little Endian data set as Implicit VR Little Endian, while it streams: for receivers that know no other (PS3.5 §10.1). */

const undefinedLength = 0xffff_ffff
const itemTag = 0xfffe_e000
const itemDelimiter = 0xfffe_e00d
const sequenceDelimiter = 0xfffe_e0dd
const longForm = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'])

/** What is open: elements of a data set, or items of a sequence; `end` where its length was given. */
interface Level {
  readonly kind: 'elements' | 'items'
  readonly end: number | undefined
  /** Written in Implicit VR already: a UN of undefined length holds nothing else (PS3.5 §6.2.2). */
  readonly isImplicit: boolean
}

/** The data set breaks off, or is not what it is said to be. */
export class NotExplicit extends Error {
  override readonly name = 'NotExplicit'
}

/**
 * The same elements with the same values. Sequences and items get undefined lengths, group lengths go; values are copied as they
 * stream, none is held.
 * @throws NotExplicit when the bytes are no uncompressed data set in Explicit VR Little Endian
 */
export async function* implicitVR(dataSet: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const source = new Source(dataSet)
  const open: Level[] = [{ kind: 'elements', end: undefined, isImplicit: false }]
  for (;;) {
    for (let level = open.at(-1); level?.end !== undefined && source.position >= level.end; level = open.at(-1)) {
      if (source.position > level.end) throw new NotExplicit('An element reaches beyond what it is in.')
      open.pop()
      yield delimiter(level.kind === 'items' ? sequenceDelimiter : itemDelimiter)
    }
    const level = open.at(-1)
    if (!level) throw new NotExplicit('A delimiter closes what was never opened.')
    const header = await source.take(8)
    if (!header) {
      if (open.length > 1) throw new NotExplicit('The data set breaks off within a sequence.')
      return
    }
    const tag = header.readUInt16LE(0) * 0x1_0000 + header.readUInt16LE(2)
    if (tag === itemTag || tag === itemDelimiter || tag === sequenceDelimiter) {
      yield* delimited(tag, header.readUInt32LE(4), level, open, source)
      continue
    }
    const { vr, length } = level.isImplicit ? { vr: '', length: header.readUInt32LE(4) } : await explicitHeader(header, source)
    if (vr === 'SQ' || length === undefinedLength) {
      if (vr !== 'SQ' && vr !== 'UN' && vr !== '') throw new NotExplicit('The data set has compressed pixel data.')
      open.push({ kind: 'items', end: length === undefinedLength ? undefined : source.position + length, isImplicit: level.isImplicit || vr === 'UN' })
      yield elementHeader(tag, undefinedLength)
      continue
    }
    // (gggg,0000) would be wrong now.
    const isWritten = (tag & 0xffff) !== 0
    if (isWritten) yield elementHeader(tag, length)
    for await (const bytes of source.copy(length)) if (isWritten) yield bytes
  }
}

function* delimited(tag: number, length: number, level: Level, open: Level[], source: Source): Generator<Uint8Array, void, undefined> {
  if (tag === itemTag) {
    if (level.kind !== 'items') throw new NotExplicit('An item stands outside a sequence.')
    open.push({ kind: 'elements', end: length === undefinedLength ? undefined : source.position + length, isImplicit: level.isImplicit })
    yield elementHeader(itemTag, undefinedLength)
    return
  }
  if (open.length < 2 || level.end !== undefined || (tag === sequenceDelimiter) !== (level.kind === 'items')) throw new NotExplicit('A delimiter stands where none belongs.')
  open.pop()
  yield delimiter(tag)
}

async function explicitHeader(header: Buffer, source: Source): Promise<{ vr: string; length: number }> {
  const vr = header.toString('latin1', 4, 6)
  if (!/^[A-Z]{2}$/.test(vr)) throw new NotExplicit('An element has no VR.')
  if (!longForm.has(vr)) return { vr, length: header.readUInt16LE(6) }
  const length = await source.take(4)
  if (!length) throw new NotExplicit('The data set breaks off within a header.')
  return { vr, length: length.readUInt32LE(0) }
}

function elementHeader(tag: number, length: number): Uint8Array {
  const header = Buffer.allocUnsafe(8)
  header.writeUInt16LE(tag >>> 16, 0)
  header.writeUInt16LE(tag & 0xffff, 2)
  header.writeUInt32LE(length, 4)
  return header
}

const delimiter = (tag: number): Uint8Array => elementHeader(tag, 0)

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Bytes of a stream, taken in the sizes that are wanted. */
class Source {
  position = 0
  #bytes: Buffer = Buffer.alloc(0)
  readonly #chunks: AsyncIterator<Uint8Array>

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  /** Exactly so many bytes; undefined at the end of the stream. */
  async take(size: number): Promise<Buffer | undefined> {
    while (this.#bytes.length < size) {
      const next = await this.#chunks.next()
      if (next.done) {
        if (this.#bytes.length > 0) throw new NotExplicit('The data set breaks off within a header.')
        return undefined
      }
      const chunk = viewOf(next.value)
      this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
    }
    return this.#cut(size)
  }

  /** The next so many bytes, in the pieces they come in. */
  async *copy(length: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = length; left > 0;) {
      if (this.#bytes.length === 0) {
        const next = await this.#chunks.next()
        if (next.done) throw new NotExplicit('The data set breaks off within a value.')
        this.#bytes = viewOf(next.value)
      }
      const piece = this.#cut(Math.min(left, this.#bytes.length))
      left -= piece.length
      yield piece
    }
  }

  #cut(size: number): Buffer {
    const piece = this.#bytes.subarray(0, size)
    this.#bytes = this.#bytes.subarray(size)
    this.position += size
    return piece
  }
}
