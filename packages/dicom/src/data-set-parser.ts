/** The push tokenizer: a data set's bytes in, in pieces of any size; elements, items and fragments out (PS3.5 §7). */
import { ByteCarry } from './byte-carry.ts'
import type { DataSet } from './data-set.ts'
import { ElementHeader } from './element-header.ts'
import { looksExplicit, tagAt, uint16At, uint32At, undefinedLength, type Encoding } from './encoding.ts'
import { FragmentReader } from './fragment-reader.ts'
import { KeptBytes } from './kept-bytes.ts'
import { OpenItem, OpenSequence } from './open-containers.ts'
import { ReadElement, type KeptRun } from './read-element.ts'
import { DicomReadError, type ReadWarningCode } from './read-error.ts'
import type { ReadLimits } from './read-limits.ts'
import type { Tag } from './tag.ts'

export interface DataSetParserOptions {
  readonly limits: ReadLimits
  readonly fallbackCharset?: string | undefined
  /** Where the data set begins in the object. */
  readonly offset: number
  readonly warn: (code: ReadWarningCode, offset: number, tag?: Tag) => void
}

const itemTag = 0xfffe_e000
const itemDelimitationTag = 0xfffe_e00d
const sequenceDelimitationTag = 0xfffe_e0dd
const pixelDataTag = 0x7fe0_0010
const pixelRepresentationTag = 0x0028_0103
/** Extended Offset Table and its lengths. */
const offsetTableTags: readonly Tag[] = [0x7fe0_0001, 0x7fe0_0002]

const itemHeaderBytes = 8

export class DataSetParser {
  readonly #limits: ReadLimits
  readonly #fallbackCharset: string | undefined
  readonly #warn: DataSetParserOptions['warn']
  readonly #kept: KeptBytes
  readonly #carry = new ByteCarry()
  readonly #root: OpenItem
  /** Offset in the object of the next byte that comes. */
  #received: number
  /** Offset in the object of byte 0 of the array being parsed. */
  #base = 0
  /** Bytes that must be there, from where parsing stopped, before it can go on. */
  #need = 0
  /** What is missing belongs to a value, not to a header. */
  #needIsValue = false
  #expected: 'element' | 'item' | 'fragment' | 'padding' = 'element'
  #item: OpenItem
  /** The sequence whose next item is expected. */
  #sequence: OpenSequence | undefined
  /** Encapsulated Pixel Data whose next fragment is expected. */
  #fragments: FragmentReader | undefined
  /** Bytes still to come of a value that is only located. */
  #skip = 0
  #lastTag: Tag = 0
  #count = 0
  readonly #header = new ElementHeader()

  constructor(encoding: Encoding, options: DataSetParserOptions) {
    this.#limits = options.limits
    this.#fallbackCharset = options.fallbackCharset
    this.#warn = options.warn
    this.#kept = new KeptBytes(options.limits.maxKeptBytes)
    this.#received = options.offset
    this.#root = new OpenItem(encoding, Infinity, undefined, options.fallbackCharset)
    this.#item = this.#root
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
    this.#closeEnded(offset)
    const isTopLevel = this.#expected === 'padding' || (this.#expected === 'element' && this.#item === this.#root)
    if (this.#skip > 0 || this.#fragments?.skip) throw this.#error('truncated', 'the bytes end inside a value', offset)
    if (this.#carry.length >= itemHeaderBytes || (this.#carry.length > 0 && !isTopLevel)) {
      throw this.#error('truncated', 'the bytes end inside an element', offset)
    }
    if (this.#carry.length > 0) this.#warn('trailingBytes', offset - this.#carry.length)
    if (!isTopLevel) this.#closeUnended(offset)
    return this.#root.dataSet
  }

  /** Some writers forget the byte that makes the last value even: everything of sense is there. */
  #endMissingByte(): void {
    if (this.#item !== this.#root || this.#expected !== 'element') return
    const isMissing = this.#skip === 1 || (this.#needIsValue && this.#carry.length > 0 && this.#need - this.#carry.length === 1)
    if (!isMissing) return
    if (this.#skip === 1) {
      this.#skip = 0
    } else {
      this.#carry.fill(new Uint8Array(1), 0, this.#need)
      this.#parseCarry(this.#received + 1)
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
      switch (this.#expected) {
        case 'element': pos = this.#parseElements(bytes, pos, end); break
        case 'item': pos = this.#parseItem(bytes, pos, end); break
        case 'fragment': pos = this.#parseFragment(bytes, pos, end); break
        case 'padding': pos = this.#parsePadding(bytes, pos, end); break
      }
      if (this.#need > 0) return pos
    }
  }

  /** Elements of one item, until another kind of thing is due. */
  #parseElements(bytes: Uint8Array, at: number, end: number): number {
    const item = this.#item
    const { littleEndian } = item
    let pos = at
    for (;;) {
      const offset = this.#base + pos
      if (offset >= item.stop) {
        this.#closeItem(offset)
        return pos
      }
      if (end - pos < 8) return this.#starve(pos, 8)
      const tag = tagAt(bytes, pos, littleEndian)
      this.#lastTag = tag
      if (tag >= 0xfffe_0000 && tag <= 0xfffe_ffff) return this.#delimit(tag, offset, pos)
      if (tag === 0 && item === this.#root) {
        this.#expected = 'padding'
        this.#warn('trailingBytes', offset)
        return pos
      }
      const header = this.#header
      const need = header.decode(bytes, pos, end, tag, item, item.signed)
      if (need > 0) return this.#starve(pos, need)
      const { vr, length } = header
      const valueAt = pos + header.headerBytes
      const valueOffset = this.#base + valueAt
      if (vr === 'SQ' || length === undefinedLength) {
        this.#enterElement(tag, offset)
        this.#open(tag, valueOffset)
        return valueAt
      }
      let run: KeptRun | undefined
      if (length <= this.#limits.maxKeptValueBytes || (offsetTableTags.includes(tag) && length <= this.#limits.maxOffsetTableBytes)) {
        if (end - valueAt < length) {
          this.#needIsValue = true
          return this.#starve(pos, header.headerBytes + length)
        }
        run = this.#kept.keep(bytes, valueAt, valueAt + length, valueOffset)
        if (tag === pixelRepresentationTag && length === 2) item.signed = uint16At(bytes, valueAt, littleEndian) === 1
      }
      this.#enterElement(tag, offset)
      if ((length & 1) === 1) this.#warn('oddLength', offset, tag)
      if (valueOffset + length > item.stop) this.#warn('overrun', offset, tag)
      item.elements.push(new ReadElement(tag, vr, valueOffset, length, run))
      if (run === undefined) {
        this.#skip = length
        return valueAt
      }
      pos = valueAt + length
    }
  }

  #starve(pos: number, need: number): number {
    this.#need = need
    return pos
  }

  #enterElement(tag: Tag, offset: number): void {
    this.#countOne(offset)
    const item = this.#item
    if (this.#header.warning) this.#warn(this.#header.warning, offset, tag)
    if (tag <= item.lastTag) this.#warn('tagOrder', offset, tag)
    item.lastTag = tag
  }

  readonly #spend = (keptBytes: number, offset: number): void => {
    this.#countOne(offset)
    this.#kept.spend(keptBytes, offset)
  }

  #countOne(offset: number): void {
    this.#count++
    if (this.#count > this.#limits.maxElements) throw this.#error('tooManyElements', 'more elements than the reader takes', offset)
  }

  /** Begins a sequence or encapsulated Pixel Data. */
  #open(tag: Tag, valueOffset: number): void {
    const item = this.#item
    const { vr, length, wasUN } = this.#header
    const isUndefined = length === undefinedLength
    const element = new ReadElement(tag, vr, valueOffset, isUndefined ? 0 : length, undefined)
    item.elements.push(element)
    if (vr !== 'SQ' && (tag === pixelDataTag || (vr.startsWith('O') && item.explicitVR))) {
      if (vr === 'UN' || !item.explicitVR) element.vr = 'OB'
      this.#fragments = new FragmentReader(element, {
        littleEndian: item.littleEndian, maxOffsetTableBytes: this.#limits.maxOffsetTableBytes, warn: this.#warn, spend: this.#spend,
      })
      this.#expected = 'fragment'
      return
    }
    // Of undefined length and not SQ: a sequence whose VR the sender did not know (PS3.5 §6.2.2), or the dictionary does not.
    if (vr !== 'SQ' && vr !== 'UN' && item.explicitVR) throw this.#error('badLength', 'a value of undefined length', valueOffset)
    const end = isUndefined ? Infinity : valueOffset + length
    if (end > item.stop && !isUndefined) this.#warn('overrun', valueOffset, tag)
    element.vr = 'SQ'
    const sequence = new OpenSequence(element, item, end, item.explicitVR && (vr === 'UN' || wasUN))
    if (sequence.depth > this.#limits.maxDepth) throw this.#error('tooDeep', 'sequences nested too deep', valueOffset)
    this.#sequence = sequence
    this.#expected = 'item'
  }

  #parseItem(bytes: Uint8Array, pos: number, end: number): number {
    const sequence = this.#sequence!
    const offset = this.#base + pos
    if (offset >= sequence.stop) {
      this.#closeSequence(sequence, offset)
      return pos
    }
    if (end - pos < itemHeaderBytes) return this.#starve(pos, itemHeaderBytes)
    const tag = tagAt(bytes, pos, sequence.littleEndian)
    if (tag === itemTag) return this.#openItem(sequence, bytes, pos, end)
    if (tag === sequenceDelimitationTag) {
      if (sequence.end === Infinity) this.#closeSequence(sequence, offset)
      else this.#warn('strayDelimiter', offset, sequence.element.tag)
      return pos + itemHeaderBytes
    }
    if (tag === itemDelimitationTag) {
      this.#warn('strayDelimiter', offset, sequence.element.tag)
      return pos + itemHeaderBytes
    }
    this.#lastTag = sequence.element.tag
    if (sequence.end !== Infinity) throw this.#error('badStructure', 'no item where one is due', offset)
    this.#warn('missingDelimiter', offset, sequence.element.tag)
    this.#closeSequence(sequence, offset, true)
    return pos
  }

  #openItem(sequence: OpenSequence, bytes: Uint8Array, pos: number, end: number): number {
    const length = uint32At(bytes, pos + 4, sequence.littleEndian)
    let encoding: Encoding = sequence
    if (sequence.wasUN && length >= 8) {
      if (end - pos < itemHeaderBytes + 8) return this.#starve(pos, itemHeaderBytes + 8)
      if (looksExplicit(bytes, pos + itemHeaderBytes, true)) {
        encoding = { explicitVR: true, littleEndian: true }
        this.#warn('mixedVR', this.#base + pos, sequence.element.tag)
      }
    }
    const start = this.#base + pos + itemHeaderBytes
    this.#countOne(start)
    this.#item = new OpenItem(encoding, length === undefinedLength ? Infinity : start + length, sequence, this.#fallbackCharset)
    sequence.items.push(this.#item.dataSet)
    this.#expected = 'element'
    return pos + itemHeaderBytes
  }

  /** A tag of group FFFE where an element could stand: the end of an item, told in one of several ways. */
  #delimit(tag: Tag, offset: number, pos: number): number {
    const item = this.#item
    const sequence = item.within
    if (tag === itemTag && sequence) {
      this.#warn(item.end === Infinity ? 'missingDelimiter' : 'overrun', offset, sequence.element.tag)
      this.#leaveItem(sequence)
      return pos
    }
    if (tag === sequenceDelimitationTag && sequence && sequence.end === Infinity) {
      this.#warn(item.end === Infinity ? 'missingDelimiter' : 'overrun', offset, sequence.element.tag)
      this.#leaveItem(sequence)
      return pos
    }
    if (tag === itemDelimitationTag && sequence && item.end === Infinity) {
      this.#leaveItem(sequence)
      return pos + itemHeaderBytes
    }
    if (tag !== itemDelimitationTag && tag !== sequenceDelimitationTag) throw this.#error('badStructure', 'an item outside a sequence', offset)
    this.#warn('strayDelimiter', offset, sequence?.element.tag)
    return pos + itemHeaderBytes
  }

  #leaveItem(sequence: OpenSequence): void {
    this.#sequence = sequence
    this.#item = sequence.holder
    this.#expected = 'item'
  }

  #closeItem(offset: number): void {
    const item = this.#item
    const sequence = item.within!
    if (item.end === Infinity) this.#warn('missingDelimiter', offset, sequence.element.tag)
    else if (offset < item.end) this.#warn('shortSequence', offset, sequence.element.tag)
    this.#leaveItem(sequence)
  }

  #closeSequence(sequence: OpenSequence, offset: number, isForgiven = false): void {
    if (sequence.end === Infinity) {
      sequence.element.length = offset - sequence.element.offset
      if (offset >= sequence.stop && !isForgiven) this.#warn('missingDelimiter', offset, sequence.element.tag)
    }
    this.#item = sequence.holder
    this.#expected = 'element'
  }

  #parseFragment(bytes: Uint8Array, at: number, end: number): number {
    const fragments = this.#fragments!
    this.#lastTag = fragments.element.tag
    let pos = at
    if (fragments.skip > 0) {
      pos += Math.min(fragments.skip, end - at)
      fragments.pass(bytes, at, pos)
      if (fragments.skip > 0) return this.#starve(pos, 1)
    }
    const offset = this.#base + pos
    if (offset >= this.#item.stop) fragments.closeUndelimited(offset)
    else pos = fragments.parse(bytes, pos, end, offset)
    this.#need = fragments.need
    if (fragments.isDone) this.#leaveFragments()
    return pos
  }

  #leaveFragments(): void {
    this.#fragments = undefined
    this.#expected = 'element'
  }

  /** Zeros behind the last element, as some media pad their files with. */
  #parsePadding(bytes: Uint8Array, pos: number, end: number): number {
    for (let at = pos; at < end; at++) {
      if (bytes[at] !== 0) throw this.#error('badStructure', 'bytes that are no element', this.#base + at)
    }
    return this.#starve(end, 1)
  }

  /** Closes what ends exactly where the bytes end. */
  #closeEnded(offset: number): void {
    if (this.#skip > 0 || this.#carry.length > 0) return
    for (;;) {
      if (this.#expected === 'element' && offset >= this.#item.stop) this.#closeItem(offset)
      else if (this.#expected === 'item' && offset >= this.#sequence!.stop) this.#closeSequence(this.#sequence!, offset)
      else return
    }
  }

  /** Closes what lacks its delimiter, or is longer in its length than in its items. */
  #closeUnended(offset: number): void {
    for (;;) {
      if (this.#expected === 'fragment') {
        this.#fragments!.closeUndelimited(offset)
        this.#leaveFragments()
      } else if (this.#expected === 'item') {
        const sequence = this.#sequence!
        this.#warn(sequence.end === Infinity ? 'missingDelimiter' : 'shortSequence', offset, sequence.element.tag)
        this.#closeSequence(sequence, offset, true)
      } else if (this.#item === this.#root) {
        return
      } else {
        this.#closeItem(offset)
      }
    }
  }

  #error(code: DicomReadError['code'], what: string, offset: number): DicomReadError {
    return new DicomReadError(code, what, offset, this.#lastTag)
  }
}
