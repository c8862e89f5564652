/** Bytes of an element that began in one chunk and ends in a later one. */

/** Space that is allocated at once; more only as bytes really come, whatever length was declared. */
const trustedBytes = 128 * 1024

export class ByteCarry {
  bytes = new Uint8Array(64)
  length = 0

  /** Takes from `source[at…)` until `need` bytes are carried; how many it took. */
  fill(source: Uint8Array, at: number, need: number): number {
    const count = Math.min(need - this.length, source.length - at)
    if (count <= 0) return 0
    const wanted = this.length + count
    if (wanted > this.bytes.length) this.#grow(need <= trustedBytes ? need : Math.min(need, Math.max(wanted, 2 * this.bytes.length)))
    this.bytes.set(source.subarray(at, at + count), this.length)
    this.length = wanted
    return count
  }

  /** Forgets the first bytes. */
  drop(count: number): void {
    if (count > 0) this.bytes.copyWithin(0, count, this.length)
    this.length -= count
    if (this.length === 0 && this.bytes.length > trustedBytes) this.bytes = new Uint8Array(64)
  }

  #grow(capacity: number): void {
    const larger = new Uint8Array(capacity)
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }
}
