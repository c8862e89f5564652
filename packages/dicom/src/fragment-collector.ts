/** Builds the fragment table of encapsulated Pixel Data while its bytes pass by. */
import { fragmentHeadBytes, fragmentTailBytes, type FragmentTable } from './fragment-table.ts'

export class FragmentCollector {
  basicOffsets: Uint32Array = new Uint32Array(0)
  #count = 0
  #offsets = new Float64Array(16)
  #lengths = new Float64Array(16)
  #heads = new Uint8Array(16 * fragmentHeadBytes)
  #tails = new Uint8Array(16 * fragmentTailBytes)
  /** Bytes of the current fragment already seen. */
  #seen = 0

  /** Begins a fragment whose data starts at `offset`. */
  begin(offset: number, length: number): void {
    if (this.#count === this.#offsets.length) this.#grow()
    this.#offsets[this.#count] = offset
    this.#lengths[this.#count] = length
    this.#count++
    this.#seen = 0
  }

  /** Takes `bytes[start, end)`, the next data of the current fragment. */
  pass(bytes: Uint8Array, start: number, end: number): void {
    const last = this.#count - 1
    const length = this.#lengths[last] ?? 0
    const seen = this.#seen
    this.#seen += end - start
    if (seen < fragmentHeadBytes) {
      const head = bytes.subarray(start, Math.min(end, start + fragmentHeadBytes - seen))
      this.#heads.set(head, last * fragmentHeadBytes + seen)
    }
    const tailStart = Math.max(0, length - fragmentTailBytes)
    if (this.#seen > tailStart) {
      const from = Math.max(seen, tailStart)
      this.#tails.set(bytes.subarray(start + from - seen, end), last * fragmentTailBytes + from - tailStart)
    }
  }

  table(): FragmentTable {
    return {
      basicOffsets: this.basicOffsets,
      offsets: this.#offsets.slice(0, this.#count),
      lengths: this.#lengths.slice(0, this.#count),
      heads: this.#heads.slice(0, this.#count * fragmentHeadBytes),
      tails: this.#tails.slice(0, this.#count * fragmentTailBytes),
    }
  }

  #grow(): void {
    this.#offsets = doubled(this.#offsets, new Float64Array(this.#offsets.length * 2))
    this.#lengths = doubled(this.#lengths, new Float64Array(this.#lengths.length * 2))
    this.#heads = doubled(this.#heads, new Uint8Array(this.#heads.length * 2))
    this.#tails = doubled(this.#tails, new Uint8Array(this.#tails.length * 2))
  }
}

function doubled<T extends Float64Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old)
  return larger
}
