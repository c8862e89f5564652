/** A stored object as Explicit VR Little Endian, the form every receiver must take (PS3.18 §8.7.3): what is sent, in order. */
import type { DataElement, DataSet } from './data-set.ts'
import { encodeFileMeta } from './file-meta.ts'
import type { ParsedInstance } from './read.ts'
import { wordsSwapped } from './swap-words.ts'
import { isGroupLength, type Tag } from './tag.ts'
import { ExplicitVRLittleEndian } from './transfer-syntax.ts'
import { vrTraits, type VR } from './vr.ts'

/** Bytes to send: made here, or to be copied out of the stored object. */
export type ReencodedPiece = Uint8Array | StoredRange

/** Bytes of the stored object, offsets as in `DataElement.offset`. */
export interface StoredRange {
  readonly offset: number
  readonly length: number
  /** Bytes of the words to be reversed, 1 for none. */
  readonly wordBytes: number
}

/** Attributes little endian, pixel values big endian: old GE archives. */
const geBigEndianPixels = '1.2.840.113619.5.2'
const pixelData: Tag = 0x7fe0_0010
const fileMetaGroup = 0x0002
const item = 0xfffe_e000
const itemDelimitation = 0xfffe_e00d
const sequenceDelimitation = 0xfffe_e0dd
const undefinedLength = 0xffff_ffff
const maxShortLength = 0xfffe

/**
 * The pieces of the object in Explicit VR Little Endian, a whole Part 10 file in ascending order of the ranges it copies.
 * Sequences get undefined lengths, group lengths go, values of odd length are padded; no value is read as text, so that
 * character sets and everything in them stay. Undefined when the object is encapsulated: that takes a decoder.
 */
export function explicitLittleEndian(instance: ParsedInstance, { SOPClassUID, SOPInstanceUID }: { SOPClassUID: string; SOPInstanceUID: string }): ReencodedPiece[] | undefined {
  if (instance.dataSet.elements.some((element) => element.fragments)) return undefined
  const pieces = new Pieces()
  pieces.bytes(encodeFileMeta({
    MediaStorageSOPClassUID: SOPClassUID, MediaStorageSOPInstanceUID: SOPInstanceUID, TransferSyntaxUID: ExplicitVRLittleEndian,
  }))
  writeDataSet(pieces, instance.dataSet, instance.transferSyntaxUID === geBigEndianPixels)
  return pieces.all()
}

/** Bytes all pieces make together. */
export function lengthOfPieces(pieces: readonly ReencodedPiece[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}

function writeDataSet(pieces: Pieces, dataSet: DataSet, hasBigEndianPixels: boolean): void {
  for (const element of dataSet.elements) {
    if (isGroupLength(element.tag) || element.tag >>> 16 === fileMetaGroup) continue
    if (element.items) writeSequence(pieces, element, element.items)
    else writeValue(pieces, element, dataSet.littleEndian && !(hasBigEndianPixels && element.tag === pixelData))
  }
}

function writeSequence(pieces: Pieces, { tag }: DataElement, items: readonly DataSet[]): void {
  pieces.header(tag, 'SQ', undefinedLength)
  for (const dataSet of items) {
    pieces.tagAndLength(item, undefinedLength)
    writeDataSet(pieces, dataSet, false)
    pieces.tagAndLength(itemDelimitation, 0)
  }
  pieces.tagAndLength(sequenceDelimitation, 0)
}

function writeValue(pieces: Pieces, { tag, vr, value, offset, length }: DataElement, littleEndian: boolean): void {
  const { hasLongLength, bytesPerValue, padding } = vrTraits(vr)
  const padded = length + (length % 2)
  // A value too long for its VR's short form is sent as UN (PS3.5 §6.2.2 note 2).
  pieces.header(tag, !hasLongLength && padded > maxShortLength ? 'UN' : vr, padded)
  const wordBytes = littleEndian ? 1 : bytesPerValue
  if (value === undefined) pieces.range({ offset, length, wordBytes })
  else pieces.bytes(wordsSwapped(value, wordBytes))
  if (padded > length) pieces.bytes(Uint8Array.of(padding))
}

/** Gathers small pieces into larger ones, so that a data set of a thousand elements is a few writes. */
class Pieces {
  readonly #pieces: ReencodedPiece[] = []
  #gathered: Uint8Array[] = []

  bytes(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#gathered.push(bytes)
  }

  range(range: StoredRange): void {
    this.#flush()
    this.#pieces.push(range)
  }

  header(tag: Tag, vr: VR, length: number): void {
    const isLong = vrTraits(vr).hasLongLength
    const header = Buffer.alloc(isLong ? 12 : 8)
    writeTag(header, tag)
    header.write(vr, 4, 'latin1')
    if (isLong) header.writeUInt32LE(length, 8)
    else header.writeUInt16LE(length, 6)
    this.bytes(header)
  }

  tagAndLength(tag: Tag, length: number): void {
    const header = Buffer.alloc(8)
    writeTag(header, tag)
    header.writeUInt32LE(length, 4)
    this.bytes(header)
  }

  all(): ReencodedPiece[] {
    this.#flush()
    return this.#pieces
  }

  #flush(): void {
    if (this.#gathered.length > 0) this.#pieces.push(Buffer.concat(this.#gathered))
    this.#gathered = []
  }
}

function writeTag(header: Buffer, tag: Tag): void {
  header.writeUInt16LE(tag >>> 16, 0)
  header.writeUInt16LE(tag & 0xffff, 2)
}
