/** What stands before the data set: preamble, prefix and File Meta Information (PS3.10 §7.1), or not. */
import { ElementHeader } from './element-header.ts'
import { evidenceFor, plainEncodings, tagAt, uint16At, uint32At, type Encoding } from './encoding.ts'
import { DicomReadError } from './read-error.ts'

const preambleBytes = 128
const prefixBytes = 4
/** Enough to see a preamble and prefix, and some elements of a bare data set. */
const enoughBytes = preambleBytes + prefixBytes + 8
/** File Meta Information is a few hundred bytes; private information (0002,0102) may make it longer. */
const maxFileMetaBytes = 1024 * 1024

const metaEncoding: Encoding = { explicitVR: true, littleEndian: true }

/** Gathers an object's first bytes until it is clear where its parts begin. */
export class FileStart {
  #bytes: Uint8Array = new Uint8Array(0)
  #length = 0
  #isBorrowed = false
  #metaStart: number | undefined
  /** End of the last whole element of group 0002. */
  #scanned = 0
  readonly #header = new ElementHeader()

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Offset of the File Meta Information; undefined when there is none. */
  get metaStart(): number | undefined {
    return this.#metaStart
  }

  /** Adds the next bytes. The first ones are only borrowed: mostly they are enough. */
  add(chunk: Uint8Array): void {
    if (this.#length === 0) {
      this.#bytes = chunk
      this.#isBorrowed = true
    } else {
      const wanted = this.#length + chunk.length
      if (wanted > this.#bytes.length) this.#own(Math.max(wanted, 2 * this.#bytes.length))
      this.#bytes.set(chunk, this.#length)
    }
    this.#length += chunk.length
  }

  /** Makes borrowed bytes its own, before their owner reuses them. */
  settle(): void {
    if (this.#isBorrowed) this.#own(Math.max(1024, this.#length))
  }

  /** Forgets all bytes. */
  release(): void {
    this.#bytes = new Uint8Array(0)
    this.#length = 0
    this.#isBorrowed = false
  }

  #own(capacity: number): void {
    const larger = new Uint8Array(capacity)
    larger.set(this.bytes)
    this.#bytes = larger
    this.#isBorrowed = false
  }

  /**
   * Where the data set begins; undefined when more bytes must come first. `isAll`: no more will.
   * @throws DicomReadError notDicom, tooLarge
   */
  dataSetStart(isAll: boolean): number | undefined {
    if (this.#scanned === 0 && this.#metaStart === undefined) {
      if (this.#length < enoughBytes && !isAll) return undefined
      // Of these bytes only, so that the answer does not depend on how many more have come.
      this.#metaStart = findMeta(this.bytes.subarray(0, enoughBytes))
      if (this.#metaStart === undefined) return 0
      this.#scanned = this.#metaStart
    }
    for (;;) {
      const next = this.#nextMetaElement()
      if (next === undefined) return isAll ? this.#scanned : undefined
      if (next === this.#scanned) return this.#scanned
      if (next - (this.#metaStart ?? 0) > maxFileMetaBytes) {
        throw new DicomReadError('tooLarge', 'File Meta Information longer than the reader takes', this.#scanned)
      }
      if (next > this.#length) return isAll ? this.#scanned : undefined
      this.#scanned = next
    }
  }

  /** End of the element at `#scanned`; the same when it is not of group 0002; undefined when its header is not all there. */
  #nextMetaElement(): number | undefined {
    const bytes = this.#bytes
    const at = this.#scanned
    const available = this.#length - at
    if (available < 2) return undefined
    if (uint16At(bytes, at, true) !== 0x0002) return at
    if (available < 8 || this.#header.decode(bytes, at, this.#length, tagAt(bytes, at, true), metaEncoding, false) > 0) return undefined
    return at + this.#header.headerBytes + this.#header.length
  }
}

function findMeta(bytes: Uint8Array): number | undefined {
  // The four letters may also stand in the text of a bare data set.
  if (hasPrefix(bytes, preambleBytes) && (isMeta(bytes, preambleBytes + prefixBytes) || !likeliestEncoding(bytes, 0))) return preambleBytes + prefixBytes
  if (hasPrefix(bytes, 0)) return prefixBytes
  // Group 0002 without a prefix, behind an empty preamble or at once.
  for (const at of [0, preambleBytes]) {
    if (isMeta(bytes, at) && evidenceFor(bytes, at, metaEncoding) > 0) return at
  }
  return undefined
}

function isMeta(bytes: Uint8Array, at: number): boolean {
  return bytes.length >= at + 8 && uint16At(bytes, at, true) === 0x0002
}

/** Whether `DICM` stands at `at`. */
export function hasPrefix(bytes: Uint8Array, at: number): boolean {
  return bytes.length >= at + prefixBytes && uint32At(bytes, at, false) === 0x4449_434d
}

/** Whether the object begins as PS3.10 §7.1 says. */
export function hasPreamble(bytes: Uint8Array): boolean {
  return hasPrefix(bytes, preambleBytes)
}

/** The plain encoding for which the bytes from `at` speak most; undefined when they speak for none. */
export function likeliestEncoding(bytes: Uint8Array, at: number): (Encoding & { readonly uid: string }) | undefined {
  let best: (Encoding & { readonly uid: string }) | undefined
  let most = 0
  for (const encoding of plainEncodings) {
    const evidence = evidenceFor(bytes, at, encoding)
    if (evidence > most) {
      most = evidence
      best = encoding
    }
  }
  return best
}
