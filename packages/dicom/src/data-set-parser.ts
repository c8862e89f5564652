/** The push tokenizer: a data set's bytes in, in pieces of any size; elements, items and fragments out (PS3.5 §7). */
import { ByteCarry } from './byte-carry.ts'
import type { DataSet } from './data-set.ts'
import { ElementHeader } from './element-header.ts'
import { looksExplicit, tagAt, uint16At, uint32At, undefinedLength, type Encoding } from './encoding.ts'
import { FragmentReader } from './fragment-reader.ts'
import { KeptBytes } from './kept-bytes.ts'
import { OpenItem, OpenSequence } from './open-containers.ts'
import { ReadElement } from './read-element.ts'
import { DicomReadError, type ReadWarningCode } from './read-error.ts'
import type { ReadLimits } from './read-limits.ts'
import {
  extendedOffsetTableLengthsTag, extendedOffsetTableTag, itemDelimitationTag, itemHeaderBytes, itemTag, pixelDataTag, pixelRepresentationTag,
  sequenceDelimitationTag,
} from './structure-tags.ts'
import type { Tag } from './tag.ts'

export interface DataSetParserOptions {
  readonly limits: ReadLimits
  readonly fallbackCharset?: string | undefined
  /** Where the data set begins in the object. */
  readonly offset: number
  readonly warn: (code: ReadWarningCode, offset: number, tag?: Tag) => void
}

/** Zeros behind the last element, as some media pad their files with. */
class TrailingZeros {}

export class DataSetParser {
  readonly #limits: ReadLimits
  readonly #fallbackCharset: string | undefined
  readonly #warn: DataSetParserOptions['warn']
  readonly #kept: KeptBytes
  readonly #carry = new ByteCarry()
  readonly #header = new ElementHeader()
  readonly #root: OpenItem
  /** What the next bytes belong to. */
  #open: OpenItem | OpenSequence | FragmentReader | TrailingZeros
  /** Offset in the object of the next byte that comes. */
  #received: number
  /** Offset in the object of byte 0 of the array being parsed. */
  #base = 0
  /** Bytes that must be there, from where parsing stopped, before it can go on. */
  #need = 0
  /** What is missing belongs to a value, not to a header. */
  #needIsValue = false
  /** Bytes still to come of a value that is only located. */
  #skip = 0
  #lastTag: Tag = 0
  #count = 0

  constructor(encoding: Encoding, options: DataSetParserOptions) {
    this.#limits = options.limits
    this.#fallbackCharset = options.fallbackCharset
    this.#warn = options.warn
    this.#kept = new KeptBytes(options.limits.maxKeptBytes)
    this.#received = options.offset
    this.#root = new OpenItem(encoding, Infinity, undefined, options.fallbackCharset)
    this.#open = this.#root
  }

  /** Offset in the object of the next byte that `push` will take. */
  get offset(): number {
    return this.#received
  }

  /**
   * Takes the next bytes; keeps no reference to them.
   * @throws DicomReadError once they cannot be a data set
   */
  push(bytes: Uint8Array): void {
    let at = 0
    while (this.#carry.length > 0) {
      at += this.#carry.fill(bytes, at, this.#need)
      if (this.#carry.length < this.#need) {
        this.#received += bytes.length
        return
      }
      this.#parseCarry(this.#received + at)
    }
    this.#base = this.#received
    this.#received += bytes.length
    const parsed = this.#parse(bytes, at, bytes.length)
    this.#kept.settle()
    this.#carry.fill(bytes, parsed, this.#need)
  }

  /** Parses what is carried; `end` is the offset in the object behind it. */
  #parseCarry(end: number): void {
    this.#base = end - this.#carry.length
    const parsed = this.#parse(this.#carry.bytes, 0, this.#carry.length)
    this.#kept.settle()
    this.#carry.drop(parsed)
  }

  /**
   * The data set, now that all bytes have come. Sequences and items that lack their delimiters are closed.
   * @throws DicomReadError truncated, when an element is not all there
   */
  end(): DataSet {
    this.#endMissingByte()
    const offset = this.#received
    const carried = this.#carry.length
    const isSkipping = this.#skip > 0 || (this.#open instanceof FragmentReader && this.#open.skip > 0)
    const isTopLevel = this.#open === this.#root || this.#open instanceof TrailingZeros
    if (isSkipping || carried >= itemHeaderBytes || (carried > 0 && !isTopLevel)) {
      throw this.#error('truncated', 'the bytes end inside an element', offset)
    }
    if (carried > 0) this.#warn('trailingBytes', offset - carried)
    if (!isTopLevel) this.#closeAll(offset)
    return this.#root.dataSet
  }

  /** What has been read until now, of bytes that need not end here. */
  soFar(): DataSet {
    return this.#root.dataSet
  }

  /** Some writers forget the byte that makes the last value even: everything of sense is there. */
  #endMissingByte(): void {
    if (this.#open !== this.#root) return
    if (this.#skip === 1) {
      this.#skip = 0
    } else if (this.#needIsValue && this.#carry.length > 0 && this.#need - this.#carry.length === 1) {
      this.#carry.fill(new Uint8Array(1), 0, this.#need)
      this.#parseCarry(this.#received + 1)
    } else {
      return
    }
    const last = this.#root.elements.at(-1)
    if (last) last.length -= 1
    this.#warn('missingByte', this.#received, this.#lastTag)
  }

  /** Parses `bytes[at, end)` as far as it goes; where it stopped, with `#need` bytes wanted from there. */
  #parse(bytes: Uint8Array, at: number, end: number): number {
    let pos = at
    for (;;) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, end - pos)
        this.#skip -= passed
        pos += passed
        if (this.#skip > 0) return this.#starve(pos, 1)
      }
      this.#need = 0
      this.#needIsValue = false
      const open = this.#open
      if (open instanceof OpenItem) pos = this.#parseElements(open, bytes, pos, end)
      else if (open instanceof OpenSequence) pos = this.#parseItem(open, bytes, pos, end)
      else if (open instanceof FragmentReader) pos = this.#parseFragment(open, bytes, pos, end)
      else pos = this.#parseZeros(bytes, pos, end)
      if (this.#need > 0) return pos
    }
  }

  #starve(pos: number, need: number): number {
    this.#need = need
    return pos
  }

  /** Elements of one item, until another kind of thing is due. */
  #parseElements(item: OpenItem, bytes: Uint8Array, at: number, end: number): number {
    const { littleEndian, stop, within } = item
    const { maxKeptValueBytes } = this.#limits
    const header = this.#header
    let pos = at
    for (;;) {
      const offset = this.#base + pos
      if (within && offset >= stop) {
        this.#closeItem(item, within, offset)
        return pos
      }
      if (end - pos < 8) return this.#starve(pos, 8)
      const tag = tagAt(bytes, pos, littleEndian)
      this.#lastTag = tag
      if (tag >= 0xfffe_0000 && tag <= 0xfffe_ffff) return this.#delimit(item, tag, offset, pos)
      if (tag === 0 && !within) {
        this.#open = new TrailingZeros()
        this.#warn('trailingBytes', offset)
        return pos
      }
      const need = header.decode(bytes, pos, end, tag, item, item.signed)
      if (need > 0) return this.#starve(pos, need)
      const { vr, length, headerBytes } = header
      const valueAt = pos + headerBytes
      const valueOffset = offset + headerBytes
      if (vr === 'SQ' || length === undefinedLength) {
        this.#enter(item, tag, offset)
        this.#openElement(item, tag, valueOffset)
        return valueAt
      }
      const isKept = length <= maxKeptValueBytes || this.#isKeptOffsetTable(tag, length)
      if (isKept && end - valueAt < length) {
        this.#needIsValue = true
        return this.#starve(pos, headerBytes + length)
      }
      this.#enter(item, tag, offset)
      if ((length & 1) === 1) this.#warn('oddLength', offset, tag)
      if (valueOffset + length > stop) this.#warn('overrun', offset, tag)
      if (!isKept) {
        item.elements.push(new ReadElement(tag, vr, valueOffset, length, undefined))
        this.#skip = length
        return valueAt
      }
      item.elements.push(new ReadElement(tag, vr, valueOffset, length, this.#kept.keep(bytes, valueAt, valueAt + length, valueOffset)))
      if (tag === pixelRepresentationTag && length === 2) item.signed = uint16At(bytes, valueAt, littleEndian) === 1
      pos = valueAt + length
    }
  }

  #isKeptOffsetTable(tag: Tag, length: number): boolean {
    return (tag === extendedOffsetTableTag || tag === extendedOffsetTableLengthsTag) && length <= this.#limits.maxOffsetTableBytes
  }

  #enter(item: OpenItem, tag: Tag, offset: number): void {
    this.#countOne(offset)
    if (this.#header.warning) this.#warn(this.#header.warning, offset, tag)
    if (tag <= item.lastTag) this.#warn('tagOrder', offset, tag)
    item.lastTag = tag
  }

  #countOne(offset: number): void {
    this.#count++
    if (this.#count > this.#limits.maxElements) throw this.#error('tooManyElements', 'more elements than the reader takes', offset)
  }

  readonly #spend = (keptBytes: number, offset: number): void => {
    this.#countOne(offset)
    this.#kept.spend(keptBytes, offset)
  }

  /** Begins a sequence or encapsulated Pixel Data, whose header was just decoded. */
  #openElement(item: OpenItem, tag: Tag, valueOffset: number): void {
    const { vr, length, wasUN } = this.#header
    const isUndefined = length === undefinedLength
    const element = new ReadElement(tag, vr, valueOffset, isUndefined ? 0 : length, undefined)
    item.elements.push(element)
    if (vr !== 'SQ' && (tag === pixelDataTag || (vr.startsWith('O') && item.explicitVR))) {
      if (vr === 'UN' || !item.explicitVR) element.vr = 'OB'
      this.#open = new FragmentReader(element, item, { maxOffsetTableBytes: this.#limits.maxOffsetTableBytes, warn: this.#warn, spend: this.#spend })
      return
    }
    // Of undefined length and not SQ: a sequence whose VR the sender did not know (PS3.5 §6.2.2), or the dictionary does not.
    if (vr !== 'SQ' && vr !== 'UN' && item.explicitVR) throw this.#error('badLength', 'a value of undefined length', valueOffset)
    const end = isUndefined ? Infinity : valueOffset + length
    if (!isUndefined && end > item.stop) this.#warn('overrun', valueOffset, tag)
    element.vr = 'SQ'
    const sequence = new OpenSequence(element, item, end, item.explicitVR && (vr === 'UN' || wasUN))
    if (sequence.depth > this.#limits.maxDepth) throw this.#error('tooDeep', 'sequences nested too deep', valueOffset)
    this.#open = sequence
  }

  /** The next item of a sequence, or its end. */
  #parseItem(sequence: OpenSequence, bytes: Uint8Array, pos: number, end: number): number {
    const offset = this.#base + pos
    if (offset >= sequence.stop) {
      if (sequence.end === Infinity) this.#warn('missingDelimiter', offset, sequence.element.tag)
      this.#closeSequence(sequence, offset)
      return pos
    }
    if (end - pos < itemHeaderBytes) return this.#starve(pos, itemHeaderBytes)
    const tag = tagAt(bytes, pos, sequence.littleEndian)
    this.#lastTag = sequence.element.tag
    if (tag === itemTag) return this.#openItem(sequence, bytes, pos, end)
    if (tag === sequenceDelimitationTag && sequence.end === Infinity) {
      this.#closeSequence(sequence, offset)
      return pos + itemHeaderBytes
    }
    if (tag === sequenceDelimitationTag || tag === itemDelimitationTag) {
      this.#warn('strayDelimiter', offset, sequence.element.tag)
      return pos + itemHeaderBytes
    }
    if (sequence.end !== Infinity) throw this.#error('badStructure', 'no item where one is due', offset)
    this.#warn('missingDelimiter', offset, sequence.element.tag)
    this.#closeSequence(sequence, offset)
    return pos
  }

  #openItem(sequence: OpenSequence, bytes: Uint8Array, pos: number, end: number): number {
    const length = uint32At(bytes, pos + 4, sequence.littleEndian)
    const start = this.#base + pos + itemHeaderBytes
    let encoding: Encoding = sequence
    // Some senders keep Explicit VR in what they call UN.
    if (sequence.wasUN && length >= 8) {
      if (end - pos < itemHeaderBytes + 8) return this.#starve(pos, itemHeaderBytes + 8)
      if (looksExplicit(bytes, pos + itemHeaderBytes, true)) {
        encoding = { explicitVR: true, littleEndian: true }
        this.#warn('mixedVR', start, sequence.element.tag)
      }
    }
    this.#countOne(start)
    const item = new OpenItem(encoding, length === undefinedLength ? Infinity : start + length, sequence, this.#fallbackCharset)
    sequence.items.push(item.dataSet)
    this.#open = item
    return pos + itemHeaderBytes
  }

  /** A tag of group FFFE where an element could stand: the end of an item, told in one of several ways. */
  #delimit(item: OpenItem, tag: Tag, offset: number, pos: number): number {
    const sequence = item.within
    if (sequence && item.end === Infinity && tag === itemDelimitationTag) {
      this.#open = sequence
      return pos + itemHeaderBytes
    }
    // The next item, or the end of the sequence, although this item has not ended: left to the sequence.
    if (sequence && (tag === itemTag || (tag === sequenceDelimitationTag && sequence.end === Infinity))) {
      this.#warn(item.end === Infinity ? 'missingDelimiter' : 'overrun', offset, sequence.element.tag)
      this.#open = sequence
      return pos
    }
    if (tag !== itemDelimitationTag && tag !== sequenceDelimitationTag) throw this.#error('badStructure', 'an item outside a sequence', offset)
    this.#warn('strayDelimiter', offset, sequence?.element.tag)
    return pos + itemHeaderBytes
  }

  /** Ends an item where its length says so, or where the bytes around it end. */
  #closeItem(item: OpenItem, within: OpenSequence, offset: number): void {
    if (item.end === Infinity) this.#warn('missingDelimiter', offset, within.element.tag)
    else if (offset < item.end) this.#warn('shortSequence', offset, within.element.tag)
    this.#open = within
  }

  #closeSequence(sequence: OpenSequence, offset: number): void {
    if (sequence.end === Infinity) sequence.element.length = offset - sequence.element.offset
    this.#open = sequence.holder
  }

  #parseFragment(fragments: FragmentReader, bytes: Uint8Array, at: number, end: number): number {
    this.#lastTag = fragments.element.tag
    const pos = fragments.parse(bytes, at, end, this.#base)
    this.#need = fragments.need
    if (fragments.isDone) this.#open = fragments.holder
    return pos
  }

  #parseZeros(bytes: Uint8Array, pos: number, end: number): number {
    for (let at = pos; at < end; at++) {
      if (bytes[at] !== 0) throw this.#error('badStructure', 'bytes that are no element', this.#base + at)
    }
    return this.#starve(end, 1)
  }

  /** Closes, at the end of all bytes, what is still open: it ends there, lacks its delimiter, or is shorter than it says. */
  #closeAll(offset: number): void {
    for (;;) {
      const open = this.#open
      if (open instanceof FragmentReader) {
        open.closeUndelimited(offset)
        this.#open = open.holder
      } else if (open instanceof OpenSequence) {
        if (open.end === Infinity) this.#warn('missingDelimiter', offset, open.element.tag)
        else if (offset < open.end) this.#warn('shortSequence', offset, open.element.tag)
        this.#closeSequence(open, offset)
      } else if (open instanceof OpenItem && open.within) {
        this.#closeItem(open, open.within, offset)
      } else {
        return
      }
    }
  }

  #error(code: DicomReadError['code'], what: string, offset: number): DicomReadError {
    return new DicomReadError(code, what, offset, this.#lastTag)
  }
}
