/** Encapsulated Pixel Data as it comes: the offset table, fragments, and the end (PS3.5 §A.4). */
import { tagAt, uint16At, uint32At, undefinedLength } from './encoding.ts'
import { FragmentCollector } from './fragment-collector.ts'
import { fragmentHeadBytes, fragmentTailBytes } from './fragment-table.ts'
import type { OpenItem } from './open-containers.ts'
import type { ReadElement } from './read-element.ts'
import { DicomReadError, type ReadWarningCode } from './read-error.ts'
import { dataSetTrailingPaddingTag, itemHeaderBytes, itemTag, sequenceDelimitationTag } from './structure-tags.ts'
import type { Tag } from './tag.ts'

export interface FragmentReaderOptions {
  readonly maxOffsetTableBytes: number
  readonly warn: (code: ReadWarningCode, offset: number, tag?: Tag) => void
  /** Counts an item, and the bytes kept of it, against the object's limits. */
  readonly spend: (keptBytes: number, offset: number) => void
}

export class FragmentReader {
  /** Bytes that must be there, from where `parse` stopped, before it can go on; 0 when it need not wait. */
  need = 0
  /** Bytes of the current fragment still to come. */
  skip = 0
  isDone = false
  readonly element: ReadElement
  /** The item or data set that has this element. */
  readonly holder: OpenItem
  readonly #options: FragmentReaderOptions
  readonly #collector = new FragmentCollector()
  #hasOffsetTable = false

  constructor(element: ReadElement, holder: OpenItem, options: FragmentReaderOptions) {
    this.element = element
    this.holder = holder
    this.#options = options
  }

  /** Takes `bytes[at, end)`, as far as the next item; returns where it stopped. `base` is the object's offset of byte 0. */
  parse(bytes: Uint8Array, at: number, end: number, base: number): number {
    this.need = 0
    const pos = at + Math.min(this.skip, end - at)
    if (pos > at) {
      this.#collector.pass(bytes, at, pos)
      this.skip -= pos - at
    }
    if (this.skip > 0) return this.#starve(pos, 1)
    const offset = base + pos
    if (offset >= this.holder.stop) {
      this.closeUndelimited(offset)
      return pos
    }
    return end - pos < itemHeaderBytes ? this.#starve(pos, itemHeaderBytes) : this.#parseItem(bytes, pos, end, offset)
  }

  #parseItem(bytes: Uint8Array, pos: number, end: number, offset: number): number {
    const { littleEndian } = this.holder
    const tag = tagAt(bytes, pos, littleEndian)
    if (tag === sequenceDelimitationTag) {
      this.close(offset)
      return pos + itemHeaderBytes
    }
    if (tag !== itemTag) {
      if (tag !== dataSetTrailingPaddingTag) throw this.#error('badStructure', 'no fragment where one is due', offset)
      this.closeUndelimited(offset)
      return pos
    }
    const length = uint32At(bytes, pos + 4, littleEndian)
    if (length === undefinedLength) throw this.#error('badLength', 'a fragment of undefined length', offset)
    return this.#hasOffsetTable ? this.#begin(pos, length, offset) : this.#parseOffsetTable(bytes, pos, end, length, offset)
  }

  /** Ends the element; `offset` is that of its delimiter. */
  close(offset: number): void {
    this.element.fragments = this.#collector.table()
    this.element.length = offset - this.element.offset
    this.isDone = true
  }

  closeUndelimited(offset: number): void {
    this.#options.warn('missingDelimiter', offset, this.element.tag)
    this.close(offset)
  }

  #begin(pos: number, length: number, offset: number): number {
    this.#options.spend(fragmentHeadBytes + fragmentTailBytes, offset)
    this.#collector.begin(offset + itemHeaderBytes, length)
    this.skip = length
    return pos + itemHeaderBytes
  }

  /** The first item: the Basic Offset Table, unless the writer left it out and began with a codestream. */
  #parseOffsetTable(bytes: Uint8Array, pos: number, end: number, length: number, offset: number): number {
    const { maxOffsetTableBytes, spend, warn } = this.#options
    const probe = itemHeaderBytes + Math.min(length, 4)
    if (end - pos < probe) return this.#starve(pos, probe)
    const at = pos + itemHeaderBytes
    if (length % 4 !== 0 || (length > 0 && beginsCodestream(bytes, at))) {
      warn('missingOffsetTable', offset, this.element.tag)
      this.#hasOffsetTable = true
      return this.#begin(pos, length, offset)
    }
    if (length > maxOffsetTableBytes) throw this.#error('tooLarge', 'an offset table longer than the reader takes', offset)
    if (end - at < length) return this.#starve(pos, itemHeaderBytes + length)
    spend(length, offset)
    const basicOffsets = new Uint32Array(length / 4)
    for (let index = 0; index < basicOffsets.length; index++) basicOffsets[index] = uint32At(bytes, at + 4 * index, this.holder.littleEndian)
    this.#collector.basicOffsets = basicOffsets
    this.#hasOffsetTable = true
    return at + length
  }

  #starve(pos: number, need: number): number {
    this.need = need
    return pos
  }

  #error(code: DicomReadError['code'], what: string, offset: number): DicomReadError {
    return new DicomReadError(code, what, offset, this.element.tag)
  }
}

/** Whether bytes begin a JPEG, JPEG-LS, JPEG 2000 or JPEG XL image: no offset table does, since its first entry is 0. */
function beginsCodestream(bytes: Uint8Array, at: number): boolean {
  const marker = uint16At(bytes, at, false)
  return marker === 0xffd8 || marker === 0xff4f || marker === 0xff0a
}
