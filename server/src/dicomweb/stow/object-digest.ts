import { createHash } from 'node:crypto'

/** Longest beginning of an object kept while it is not known where its data set begins, bytes: well beyond where the reader gives it up. */
const maxPendingBytes = 4 * 1024 * 1024

/** Digests of one object, 32 bytes each. */
export interface ObjectDigests {
  /** SHA-256 of the data set alone, without preamble and File Meta Information: the same by STOW-RS and by C-STORE. */
  readonly dataSetSha256: Buffer
  /** Of all bytes: SHA-256 of what stands before the data set, followed by `dataSetSha256`. Two objects that differ anywhere differ here. */
  readonly sha256: Buffer
}

/** Takes both digests of an object while it passes, hashing every byte once. */
export class ObjectDigest {
  readonly #dataSet = createHash('sha256')
  readonly #whole = createHash('sha256')
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #started = false

  /** Takes the object's next bytes; `dataSetOffset` is where its data set begins, undefined while that is not known. */
  update(chunk: Uint8Array, dataSetOffset: number | undefined): void {
    if (this.#started) {
      this.#dataSet.update(chunk)
      return
    }
    // The bytes stay the caller's, who may use their buffer again.
    this.#pending.push(Buffer.from(chunk))
    this.#pendingBytes += chunk.length
    if (dataSetOffset !== undefined) this.#start(dataSetOffset)
    else if (this.#pendingBytes > maxPendingBytes) throw new RangeError('The File Meta Information is longer than a digest waits for.')
  }

  /** The digests, when all bytes have come. */
  digest(dataSetOffset: number): ObjectDigests {
    if (!this.#started) this.#start(dataSetOffset)
    const dataSetSha256 = this.#dataSet.digest()
    return { dataSetSha256, sha256: this.#whole.update(dataSetSha256).digest() }
  }

  #start(dataSetOffset: number): void {
    this.#started = true
    let before = dataSetOffset
    for (const chunk of this.#pending) {
      const header = Math.min(before, chunk.length)
      this.#whole.update(chunk.subarray(0, header))
      this.#dataSet.update(chunk.subarray(header))
      before -= header
    }
    this.#pending = []
  }
}
