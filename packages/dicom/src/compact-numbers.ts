/** Non-negative integers up to 2^53 in as few bytes as they need: seven bits a byte, lowest first, the high bit says that more follow. */

export class ByteWriter {
  #bytes = new Uint8Array(64)
  #length = 0

  byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes[this.#length++] = value
  }

  /** @throws RangeError when the value is no safe non-negative integer */
  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('only safe non-negative integers can be written')
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest % 0x80) + 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.byte(rest)
  }

  /** A number that may be negative, small either way. */
  signed(value: number): void {
    this.number(value < 0 ? -value * 2 - 1 : value * 2)
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value)
    this.number(bytes.length)
    for (const byte of bytes) this.byte(byte)
  }

  /** Many numbers, equal neighbours written once: how often, then what. */
  runs(values: readonly number[]): void {
    for (let start = 0; start < values.length; ) {
      let end = start + 1
      while (end < values.length && values[end] === values[start]) end++
      this.number(end - start)
      this.signed(values[start] ?? 0)
      start = end
    }
  }

  /** Ascending numbers, as runs of their distances. */
  steps(values: ArrayLike<number>): void {
    this.number(values.length)
    this.runs(Array.from(values, (value, index) => value - (index === 0 ? 0 : (values[index - 1] ?? 0))))
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}

/** Reads what ByteWriter wrote. Every method throws RangeError when the bytes end too soon or a number cannot be. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  byte(): number {
    const value = this.#bytes[this.#position++]
    if (value === undefined) throw new RangeError('the bytes end too soon')
    return value
  }

  number(): number {
    let value = 0
    let place = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 0x7f) * place
      if (!Number.isSafeInteger(value)) throw new RangeError('a number is too large')
      if (byte < 0x80) return value
      place *= 0x80
    }
  }

  signed(): number {
    const value = this.number()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  text(): string {
    const length = this.count()
    const start = this.#position
    this.#position += length
    return new TextDecoder().decode(this.#bytes.subarray(start, this.#position))
  }

  /** A number of things that each take at least a byte, so that no count can claim more than the bytes can hold. */
  count(): number {
    const value = this.number()
    if (value > this.#bytes.length - this.#position) throw new RangeError('a count is larger than the bytes can hold')
    return value
  }

  /** `count` numbers written as runs. */
  runs(count: number): number[] {
    const values: number[] = []
    while (values.length < count) {
      const length = this.number()
      if (length === 0 || length > count - values.length) throw new RangeError('a run is too long')
      const value = this.signed()
      for (let index = 0; index < length; index++) values.push(value)
    }
    return values
  }

  steps(maxCount: number): number[] {
    const count = this.number()
    if (count > maxCount) throw new RangeError('more steps than there can be')
    let sum = 0
    return this.runs(count).map((step) => (sum += step))
  }

  assertAtEnd(): void {
    if (this.#position !== this.#bytes.length) throw new RangeError('bytes are left over')
  }
}
