/** The head of an element: tag, VR and length, in the standard's three forms and in those that senders make (PS3.5 §7.1). */
import { byteAt, tagAt, uint16At, uint32At, undefinedLength, type Encoding } from './encoding.ts'
import { betterThanUN, implicitVR } from './implicit-vr.ts'
import type { ReadWarningCode } from './read-error.ts'
import { itemTag } from './structure-tags.ts'
import type { Tag } from './tag.ts'
import { hasLongLengthBytes, vrOfBytes, vrTraits, type VR } from './vr.ts'

/** Decodes headers into its own fields, so that an element costs no object beside its own. */
export class ElementHeader {
  vr: VR = 'UN'
  /** Of the value; `undefinedLength` included. */
  length = 0
  /** Of the header itself, tag included. */
  headerBytes = 0
  /** It said UN, and the dictionary says more: its value is Implicit VR Little Endian (PS3.5 §6.2.2). */
  wasUN = false
  /** What had to be forgiven. */
  warning: ReadWarningCode | undefined

  /**
   * Decodes the header at `pos` of `bytes[…end)`, of which 8 bytes are there. Returns 0, or how many bytes from `pos`
   * it must see first. `signed` is PixelRepresentation 1, for attributes that are US or SS.
   */
  decode(bytes: Uint8Array, pos: number, end: number, tag: Tag, { explicitVR, littleEndian }: Encoding, signed: boolean): number {
    if (!explicitVR) {
      this.#set(8, uint32At(bytes, pos + 4, littleEndian))
      this.vr = implicitVR(tag, this.length, signed)
      return 0
    }
    const first = byteAt(bytes, pos + 4)
    const second = byteAt(bytes, pos + 5)
    const vr = vrOfBytes(first, second)
    if (vr === undefined) return this.#decodeUnusual(bytes, pos, end, tag, littleEndian, signed)
    this.vr = vr
    if (!hasLongLengthBytes(first, second)) {
      this.#set(8, uint16At(bytes, pos + 6, littleEndian))
      return 0
    }
    if (end - pos < 12) return 12
    this.#set(12, uint32At(bytes, pos + 8, littleEndian))
    return vr === 'UN' && this.length !== undefinedLength ? this.#reconsiderUN(bytes, pos, end, tag, littleEndian, signed) : 0
  }

  #set(headerBytes: number, length: number): void {
    this.headerBytes = headerBytes
    this.length = length
    this.wasUN = false
    this.warning = undefined
  }

  /** Gives UN the VR of the dictionary; SQ only where an item really follows. */
  #reconsiderUN(bytes: Uint8Array, pos: number, end: number, tag: Tag, littleEndian: boolean, signed: boolean): number {
    this.vr = 'UN'
    const vr = betterThanUN(tag, this.length, littleEndian, signed)
    if (vr === 'UN') return 0
    if (vr === 'SQ' && this.length > 0) {
      if (this.length < 8) return 0
      const seen = this.headerBytes + 4
      if (end - pos < seen) return seen
      if (tagAt(bytes, pos + this.headerBytes, true) !== itemTag) return 0
    }
    this.vr = vr
    this.wasUN = true
    return 0
  }

  /**
   * An Explicit VR header whose VR is none of PS3.5. Two printable characters are a later edition's VR, or a slip: the
   * long form (PS3.5 §6.2) unless its reserved bytes are in use. Anything else is an Implicit VR element, since some
   * senders copy items between data sets as they are; but an attribute that cannot be 64 KiB long has a short header
   * whose VR is lost.
   */
  #decodeUnusual(bytes: Uint8Array, pos: number, end: number, tag: Tag, littleEndian: boolean, signed: boolean): number {
    const shortLength = uint16At(bytes, pos + 6, littleEndian)
    if (!isPrintable(byteAt(bytes, pos + 4)) || !isPrintable(byteAt(bytes, pos + 5))) {
      const length = uint32At(bytes, pos + 4, littleEndian)
      this.vr = implicitVR(tag, length, signed)
      const isShort = length > 0xffff && length !== undefinedLength && !vrTraits(this.vr).hasLongLength
      this.#set(8, isShort ? shortLength : length)
      this.warning = isShort ? 'unknownVR' : 'mixedVR'
      return 0
    }
    if (shortLength !== 0) {
      this.#set(8, shortLength)
    } else {
      if (end - pos < 12) return 12
      this.#set(12, uint32At(bytes, pos + 8, littleEndian))
    }
    const need = this.#reconsiderUN(bytes, pos, end, tag, littleEndian, signed)
    this.warning = 'unknownVR'
    return need
  }
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f
}
