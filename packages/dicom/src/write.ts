/**
 * DICOM JSON model → bytes, in every transfer syntax (PS3.5, PS3.10 §7): what we author and what tests need.
 * Stored objects never pass through here; they stay the bytes that were received.
 */
import { deflateRawSync } from 'node:zlib'
import { encodeFileMeta, type FileMeta } from './file-meta.ts'
import type { DicomJson, DicomJsonAttribute } from './json.ts'
import { formatTag, isGroupLength, parseTag, type Tag } from './tag.ts'
import { transferSyntax } from './transfer-syntax.ts'
import { isVR, vrTraits, type VR } from './vr.ts'
import { DicomWriteError } from './write-error.ts'
import { encapsulated, extendedOffsetTable, type EncapsulatedPixelData } from './write-pixel-data.ts'
import { isBytes, type BulkPiece, type InstancePiece } from './write-piece.ts'
import { textEncodingOf, type TextEncoding } from './write-text.ts'
import { encodeValue } from './write-value.ts'

export interface EncodeOptions {
  readonly transferSyntaxUID: string
  /** Values given apart from the JSON, little endian, by path: tags and 1-based item numbers joined by dots, e.g. `54000100.1.54001010`. */
  readonly bulkdata?: ReadonlyMap<string, InstancePiece>
  /** Compressed frames; only and always with an encapsulated transfer syntax when the instance has Pixel Data. */
  readonly pixelData?: EncapsulatedPixelData<InstancePiece>
  /** How sequences and items are delimited; `defined` when absent. Both are legal everywhere (PS3.5 §7.5). */
  readonly sequenceLengths?: 'defined' | 'undefined'
  /** Character sets for text that is not ASCII, as values of (0008,0005); UTF-8 when absent, unknown, or without a code for some character. */
  readonly SpecificCharacterSet?: readonly string[]
}

export interface EncodeInstanceOptions extends EncodeOptions {
  readonly SourceApplicationEntityTitle?: string
}

const EXTENDED_OFFSET_TABLE = 0x7fe00001
const EXTENDED_OFFSET_TABLE_LENGTHS = 0x7fe00002
const PIXEL_DATA = 0x7fe00010
const UNDEFINED_LENGTH = 0xffff_ffff
const MAX_DEFINED_LENGTH = 0xffff_fffe
const MAX_SHORT_LENGTH = 0xfffe

/**
 * The data set alone, without File Meta Information: attributes in ascending order, values padded to even lengths, text in
 * UTF-8, or in `SpecificCharacterSet` where that can say all of it; (0008,0005) is set to match when any of it is not ASCII. Group lengths and groups 0000 and 0002 are left out.
 * @throws DicomWriteError when a value does not fit its VR or the transfer syntax
 */
export function encodeDataSet(json: DicomJson, options: EncodeOptions): Uint8Array {
  return Buffer.concat(bytesOnly(dataSetPieces(json, options)))
}

/**
 * A whole DICOM file: preamble, File Meta Information, data set.
 * @throws DicomWriteError as encodeDataSet, and when SOPClassUID or SOPInstanceUID has no value
 */
export function encodeInstance(json: DicomJson, options: EncodeInstanceOptions): Uint8Array {
  return Buffer.concat(instanceChunks(json, options))
}

/** As encodeInstance, but in pieces that can be sent one after the other: bulk data are passed on, not copied. */
export function instanceChunks(json: DicomJson, options: EncodeInstanceOptions): Uint8Array[] {
  return bytesOnly(instancePieces(json, options))
}

/**
 * As instanceChunks, with bulk data and fragments that need not be at hand: where one was given as a BulkPiece, it stands among the pieces.
 * @throws DicomWriteError as encodeInstance, and when bytes that are elsewhere would have to be swapped or deflated
 */
export function instancePieces(json: DicomJson, options: EncodeInstanceOptions): InstancePiece[] {
  return [encodeFileMeta(fileMetaOf(json, options)), ...dataSetPieces(json, options)]
}

function bytesOnly(pieces: readonly InstancePiece[]): Uint8Array[] {
  return pieces.map((piece) => {
    if (!isBytes(piece)) throw new DicomWriteError('missingBulkdata', undefined, 'bulk data are not at hand')
    return piece
  })
}

function uidOf(json: DicomJson, key: string): string {
  const value = json[key]?.Value?.[0]
  return typeof value === 'string' ? value : ''
}

function fileMetaOf(json: DicomJson, options: EncodeInstanceOptions): FileMeta {
  const { SourceApplicationEntityTitle } = options
  return {
    MediaStorageSOPClassUID: uidOf(json, '00080016'),
    MediaStorageSOPInstanceUID: uidOf(json, '00080018'),
    TransferSyntaxUID: options.transferSyntaxUID,
    ...(SourceApplicationEntityTitle === undefined ? {} : { SourceApplicationEntityTitle }),
  }
}

/**
 * As encodeDataSet, in pieces: bulk data given as a BulkPiece stand among them as they were given.
 * @throws DicomWriteError as encodeDataSet, and when bytes that are elsewhere would have to be swapped or deflated
 */
export function dataSetPieces(json: DicomJson, options: EncodeOptions): InstancePiece[] {
  const syntax = transferSyntax(options.transferSyntaxUID)
  if (!syntax) throw new DicomWriteError('transferSyntax', undefined, 'the transfer syntax is not one this writer knows')
  if (options.pixelData && !syntax.encapsulated) throw new DicomWriteError('transferSyntax', PIXEL_DATA, 'this transfer syntax has no encapsulated frames')
  const writer = new DataSetWriter(options, syntax.explicitVR, syntax.littleEndian, syntax.encapsulated)
  const { chunks } = writer.dataSet(json)
  return syntax.deflated ? [deflated(bytesOnly(chunks))] : chunks
}

/** The data set deflated without zlib header, a NUL behind it when its length is odd (PS3.5 §A.5). */
function deflated(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = deflateRawSync(Buffer.concat(chunks))
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, new Uint8Array(1)])
}

interface Encoded {
  readonly chunks: InstancePiece[]
  readonly length: number
}

class DataSetWriter {
  readonly #options: EncodeOptions
  readonly #explicitVR: boolean
  readonly #littleEndian: boolean
  readonly #encapsulated: boolean
  readonly #unusedBulkdata: Set<string>

  constructor(options: EncodeOptions, explicitVR: boolean, littleEndian: boolean, encapsulatedSyntax: boolean) {
    this.#options = options
    this.#explicitVR = explicitVR
    this.#littleEndian = littleEndian
    this.#encapsulated = encapsulatedSyntax
    this.#unusedBulkdata = new Set(options.bulkdata?.keys())
  }

  dataSet(json: DicomJson): Encoded {
    const encoded = this.#elements(this.#withOffsetTable(json), '', textEncodingOf(json, this.#options))
    const [unused] = this.#unusedBulkdata
    if (unused !== undefined) throw new DicomWriteError('unusedBulkdata', undefined, `${unused}: no attribute of the data set takes these bulk data`)
    return encoded
  }

  #withOffsetTable(json: DicomJson): DicomJson {
    const { pixelData } = this.#options
    if (!pixelData) return json
    const withPixelData: DicomJson = { ...json, [formatTag(PIXEL_DATA)]: { vr: 'OB' } }
    const table = extendedOffsetTable(pixelData)
    if (!table) return withPixelData
    return {
      ...withPixelData,
      [formatTag(EXTENDED_OFFSET_TABLE)]: { vr: 'OV', InlineBinary: Buffer.from(table.offsets).toString('base64') },
      [formatTag(EXTENDED_OFFSET_TABLE_LENGTHS)]: { vr: 'OV', InlineBinary: Buffer.from(table.lengths).toString('base64') },
    }
  }

  #elements(json: DicomJson, parentPath: string, text: TextEncoding): Encoded {
    const isRoot = parentPath === ''
    const withCharset = text.SpecificCharacterSet && (isRoot || json['00080005']) ? { ...json, '00080005': text.SpecificCharacterSet } : json
    const chunks: InstancePiece[] = []
    let length = 0
    for (const key of Object.keys(withCharset).sort(byTag)) {
      const tag = parseTag(key)
      const attribute = withCharset[key]
      if (tag === undefined || !attribute) throw new DicomWriteError('badAttribute', undefined, 'an attribute is not named by eight hexadecimal digits')
      const group = tag >>> 16
      if (isGroupLength(tag) || (isRoot && (group === 0x0000 || group === 0x0002))) continue
      const element = this.#element(tag, attribute, `${parentPath}${formatTag(tag)}`, text)
      for (const chunk of element.chunks) chunks.push(chunk)
      length += element.length
    }
    return { chunks, length }
  }

  #element(tag: Tag, attribute: DicomJsonAttribute, path: string, text: TextEncoding): Encoded {
    if (!isVR(attribute.vr)) throw new DicomWriteError('badAttribute', tag, 'the attribute has no VR known to PS3.5')
    if (attribute.vr === 'SQ') return this.#sequence(tag, attribute, path, text)
    if (path === formatTag(PIXEL_DATA) && this.#encapsulated) return this.#encapsulatedPixelData()
    const bulk = this.#options.bulkdata?.get(path)
    if (bulk) this.#unusedBulkdata.delete(path)
    else if (attribute.BulkDataURI !== undefined) throw new DicomWriteError('missingBulkdata', tag, `the bulk data of ${path} were not given`)
    if (bulk && !isBytes(bulk)) return this.#elsewhere(tag, attribute.vr, bulk)
    const value = encodeValue(tag, attribute, this.#littleEndian, text.encode, bulk)
    return joined(this.#header(tag, attribute.vr, value.length), { chunks: [value], length: value.length })
  }

  #elsewhere(tag: Tag, vr: VR, bulk: BulkPiece): Encoded {
    const { bytesPerValue, padding } = vrTraits(vr)
    if (!this.#littleEndian && bytesPerValue > 1) throw new DicomWriteError('transferSyntax', tag, 'bulk data that are not at hand cannot be swapped')
    const chunks = bulk.length % 2 === 0 ? [bulk] : [bulk, Uint8Array.of(padding)]
    const length = bulk.length + (bulk.length % 2)
    return joined(this.#header(tag, vr, length), { chunks, length })
  }

  #encapsulatedPixelData(): Encoded {
    const { pixelData } = this.#options
    if (!pixelData) throw new DicomWriteError('pixelData', PIXEL_DATA, 'an encapsulated transfer syntax needs compressed frames')
    const chunks = encapsulated(pixelData)
    return joined(this.#header(PIXEL_DATA, 'OB', UNDEFINED_LENGTH), { chunks, length: lengthOf(chunks) })
  }

  #sequence(tag: Tag, attribute: DicomJsonAttribute, path: string, text: TextEncoding): Encoded {
    const isDefined = this.#options.sequenceLengths !== 'undefined'
    const chunks: InstancePiece[] = []
    for (const [index, item] of (attribute.Value ?? []).entries()) {
      if (typeof item !== 'object' || item === null) throw new DicomWriteError('badValue', tag, 'an item of a sequence is not a data set')
      const content = this.#elements(item as DicomJson, `${path}.${index + 1}.`, text)
      chunks.push(this.#itemHeader(0xe000, isDefined ? content.length : UNDEFINED_LENGTH))
      for (const chunk of content.chunks) chunks.push(chunk)
      if (!isDefined) chunks.push(this.#itemHeader(0xe00d, 0))
    }
    if (!isDefined) chunks.push(this.#itemHeader(0xe0dd, 0))
    const length = lengthOf(chunks)
    return joined(this.#header(tag, 'SQ', isDefined ? length : UNDEFINED_LENGTH), { chunks, length })
  }

  /** Tag, VR and length of an element. A value too long for a two-byte length is written as UN, the only way there is (PS3.5 §6.2.2). */
  #header(tag: Tag, vr: VR, length: number): Uint8Array {
    if (length > MAX_DEFINED_LENGTH && length !== UNDEFINED_LENGTH) throw new DicomWriteError('tooLong', tag, 'the value is longer than a length field can say')
    const writtenVR = length > MAX_SHORT_LENGTH && !vrTraits(vr).hasLongLength ? 'UN' : vr
    const isLong = this.#explicitVR && vrTraits(writtenVR).hasLongLength
    const header = this.#tagBytes(tag >>> 16, tag & 0xffff, isLong ? 12 : 8)
    if (this.#explicitVR) header.write(writtenVR, 4, 'latin1')
    if (this.#explicitVR && !isLong) viewOf(header).setUint16(6, length, this.#littleEndian)
    else viewOf(header).setUint32(isLong ? 8 : 4, length, this.#littleEndian)
    return header
  }

  #itemHeader(element: number, length: number): Uint8Array {
    const header = this.#tagBytes(0xfffe, element, 8)
    viewOf(header).setUint32(4, length, this.#littleEndian)
    return header
  }

  #tagBytes(group: number, element: number, byteLength: number): Buffer {
    const bytes = Buffer.alloc(byteLength)
    viewOf(bytes).setUint16(0, group, this.#littleEndian)
    viewOf(bytes).setUint16(2, element, this.#littleEndian)
    return bytes
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function joined(header: Uint8Array, value: Encoded): Encoded {
  return { chunks: [header, ...value.chunks], length: header.length + value.length }
}

function lengthOf(chunks: readonly InstancePiece[]): number {
  return chunks.reduce((total, chunk) => total + chunk.length, 0)
}

function byTag(a: string, b: string): number {
  return Number.parseInt(a, 16) - Number.parseInt(b, 16)
}
