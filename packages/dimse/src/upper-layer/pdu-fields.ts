import { PduError } from './pdu.ts'

/** Trailing spaces pad an AE title, trailing NULs are written by some senders for both AE titles and UIDs. */
const padding = /^[ \0]+|[ \0]+$/g

/** Reads the fields of a PDU or one of its items in order, and never beyond its end. */
export class PduFields {
  readonly #bytes: Buffer
  readonly #of: string
  #at = 0

  /** `of` names the PDU or item in errors. */
  constructor(bytes: Uint8Array, of: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#of = of
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  uint8(field: string): number {
    return this.#bytes.readUInt8(this.#take(1, field))
  }

  uint16(field: string): number {
    return this.#bytes.readUInt16BE(this.#take(2, field))
  }

  uint32(field: string): number {
    return this.#bytes.readUInt32BE(this.#take(4, field))
  }

  skip(count: number): void {
    this.#take(count, 'reserved bytes')
  }

  /** A copy: what is kept of a PDU must not hold the chunk of the socket it came in. */
  bytes(count: number, field: string): Uint8Array {
    const at = this.#take(count, field)
    return Uint8Array.from(this.#bytes.subarray(at, at + count))
  }

  /** One character a byte, without padding. */
  text(count: number, field: string): string {
    const at = this.#take(count, field)
    return this.#bytes.toString('latin1', at, at + count).replace(padding, '')
  }

  /** Text behind its own length of two bytes. */
  prefixedText(field: string): string {
    return this.text(this.uint16(`length of ${field}`), field)
  }

  prefixedBytes(field: string): Uint8Array {
    return this.bytes(this.uint16(`length of ${field}`), field)
  }

  /** The rest as items: type, a reserved byte (`second`), length of two bytes, value. */
  *items(): Generator<{ type: number; second: number; fields: PduFields }> {
    while (this.left > 0) {
      const type = this.uint8('item type')
      const name = `item ${type.toString(16).padStart(2, '0').toUpperCase()}H of ${this.#of}`
      const second = this.uint8(`second byte of ${name}`)
      const length = this.uint16(`length of ${name}`)
      const at = this.#take(length, name)
      yield { type, second, fields: new PduFields(this.#bytes.subarray(at, at + length), name) }
    }
  }

  #take(count: number, field: string): number {
    if (count > this.left) throw new PduError(`${this.#of}: ${field} needs ${count} bytes where ${this.left} are left`)
    const at = this.#at
    this.#at += count
    return at
  }
}
