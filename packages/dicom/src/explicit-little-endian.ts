/** A stored object as Explicit VR Little Endian, the form every receiver must take (PS3.18 §8.7.3): what is sent, in order. */
import type { DataElement, DataSet } from './data-set.ts'
import { encodeFileMeta, type FileMeta } from './file-meta.ts'
import type { DicomJson } from './json.ts'
import type { ParsedInstance } from './read.ts'
import { Pieces, type ReencodedPiece } from './reencoded-pieces.ts'
import { wordsSwapped } from './swap-words.ts'
import { formatTag, isGroupLength, parseTag, type Tag } from './tag.ts'
import { ExplicitVRLittleEndian } from './transfer-syntax.ts'
import { vrTraits } from './vr.ts'
import { encodeDataSet } from './write.ts'

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
  writeElements(pieces, instance.dataSet.elements, instance)
  return pieces.all()
}

/** What an object gets in place of what is stored. */
export interface ObjectChanges {
  /** TransferSyntaxUID is one with an Explicit VR Little Endian data set, as every encapsulated one is. */
  readonly fileMeta: FileMeta
  /** Attributes of the data set itself that are added or replaced; those with `undefined` are left out. */
  readonly attributes: Readonly<Record<string, DicomJson[string] | undefined>>
  /** Items put behind those a sequence has; the sequence is made where there is none. */
  readonly appendedItems?: Readonly<Record<string, readonly DicomJson[]>>
}

/** A file around pixel data that are made elsewhere. */
export interface AroundPixelData {
  /** From the preamble to where the element Pixel Data begins. */
  readonly before: ReencodedPiece[]
  /** From where Pixel Data ends. */
  readonly after: ReencodedPiece[]
}

/**
 * The object in Explicit VR Little Endian with changes, and without its Pixel Data. Sequences that hold compressed pixel data
 * themselves (icons) are left out: they would be in another transfer syntax than the object says.
 */
export function aroundPixelData(instance: ParsedInstance, { fileMeta, attributes, appendedItems = {} }: ObjectChanges): AroundPixelData {
  const { elements } = instance.dataSet
  const changed = new Set([...Object.keys(attributes), ...Object.keys(appendedItems)])
  const kept = elements.filter((element) => element.tag !== pixelData && !holdsFragments(element) && !changed.has(formatTag(element.tag)))
  const written = [...changed].toSorted().map((path) => ({ tag: parseTag(path) ?? 0, path }))
  const write = (pieces: Pieces, isInside: (tag: Tag) => boolean): ReencodedPiece[] => {
    let next = kept.filter(({ tag }) => isInside(tag))
    for (const { tag, path } of written.filter((one) => isInside(one.tag))) {
      writeElements(pieces, next.filter((element) => element.tag < tag), instance)
      next = next.filter((element) => element.tag > tag)
      const items = appendedItems[path]
      const json = attributes[path]
      if (items) writeSequence(pieces, tag, instance.dataSet.items(tag) ?? [], items)
      else if (json) pieces.bytes(encodeDataSet({ [path]: json }, { transferSyntaxUID: ExplicitVRLittleEndian }))
    }
    writeElements(pieces, next, instance)
    return pieces.all()
  }
  const before = new Pieces()
  before.bytes(encodeFileMeta(fileMeta))
  return { before: write(before, (tag) => tag < pixelData), after: write(new Pieces(), (tag) => tag > pixelData) }
}

/** Header of the Pixel Data element: `length` bytes, or undefined length where they come in items (PS3.5 §A.4). */
export function pixelDataHeader(vr: 'OB' | 'OW', length: number | undefined): Uint8Array {
  const pieces = new Pieces()
  pieces.header(pixelData, vr, length ?? undefinedLength)
  return Buffer.concat(pieces.all().filter((piece) => piece instanceof Uint8Array))
}

const holdsFragments = (element: DataElement): boolean =>
  element.fragments !== undefined || (element.items?.some(({ elements }) => elements.some(holdsFragments)) ?? false)

function writeElements(pieces: Pieces, elements: readonly DataElement[], { transferSyntaxUID, dataSet }: Pick<ParsedInstance, 'transferSyntaxUID' | 'dataSet'>): void {
  for (const element of elements) {
    if (isGroupLength(element.tag) || element.tag >>> 16 === fileMetaGroup) continue
    if (element.items) writeSequence(pieces, element.tag, element.items)
    else writeValue(pieces, element, dataSet.littleEndian && !(transferSyntaxUID === geBigEndianPixels && element.tag === pixelData))
  }
}

function writeSequence(pieces: Pieces, tag: Tag, items: readonly DataSet[], appended: readonly DicomJson[] = []): void {
  pieces.header(tag, 'SQ', undefinedLength)
  for (const dataSet of items) {
    pieces.tagAndLength(item, undefinedLength)
    // What is inside a sequence has no pixel values of its own byte order.
    writeElements(pieces, dataSet.elements, { dataSet, transferSyntaxUID: ExplicitVRLittleEndian })
    pieces.tagAndLength(itemDelimitation, 0)
  }
  for (const json of appended) {
    const bytes = encodeDataSet(json, { transferSyntaxUID: ExplicitVRLittleEndian })
    pieces.tagAndLength(item, bytes.length)
    pieces.bytes(bytes)
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
