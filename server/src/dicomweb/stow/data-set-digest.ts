import { createHash } from 'node:crypto'

/** Longest beginning of an object kept while it is not known where its data set begins, bytes: well beyond where the reader gives it up. */
const maxPendingBytes = 4 * 1024 * 1024

/**
 * SHA-256 of an object's data set alone, without preamble and File Meta Information, taken while the object passes:
 * the same data set by STOW-RS and by C-STORE has the same digest.
 */
export class DataSetDigest {
  readonly #hash = createHash('sha256')
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #started = false

  /** Takes the object's next bytes; `dataSetOffset` is where its data set begins, undefined while that is not known. */
  update(chunk: Uint8Array, dataSetOffset: number | undefined): void {
    if (this.#started) {
      this.#hash.update(chunk)
      return
    }
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    if (dataSetOffset !== undefined) this.#start(dataSetOffset)
    else if (this.#pendingBytes > maxPendingBytes) throw new RangeError('The File Meta Information is longer than a digest waits for.')
  }

  /** The digest, when all bytes have come. */
  digest(dataSetOffset: number): Buffer {
    if (!this.#started) this.#start(dataSetOffset)
    return this.#hash.digest()
  }

  #start(dataSetOffset: number): void {
    this.#started = true
    let before = dataSetOffset
    for (const chunk of this.#pending) {
      this.#hash.update(chunk.subarray(Math.min(before, chunk.length)))
      before = Math.max(0, before - chunk.length)
    }
    this.#pending = []
  }
}
