/** From the metadata of one instance and the bulk data they name to the object that is stored (PS3.18 §10.5.2). */
import {
  DicomWriteError, ExplicitVRLittleEndian, formatMediaType, instancePieces, parameterOf, transferSyntax,
  type BulkPiece, type DicomJson, type DicomJsonAttribute, type EncapsulatedPixelData, type InstancePiece, type StoreFailure,
} from '@isocenter/dicom'
import { octetStream } from '../../media-types.ts'
import { headBytes, readCodestream } from './codestream.ts'
import type { BulkPart, ReceivedMetadata } from './receive-parts.ts'
import { maxStillImageBytes, readStillImage } from './still-image.ts'
import { readMp4, readMpeg2 } from './video.ts'

/** A whole object in pieces, or why there is none. */
export type Composed = { readonly pieces: readonly InstancePiece[] } | { readonly refused: StoreFailure }

/** What the pixel data's parts come to. */
interface PixelData {
  readonly transferSyntaxUID: string
  /** Of a native image; a compressed one has frames. */
  readonly value?: InstancePiece
  /** Where it is not the one the metadata give. */
  readonly vr?: 'OW'
  readonly frames?: EncapsulatedPixelData<InstancePiece>
  readonly attributes: DicomJson
}

/** SOP Class, SOP Instance, Study Instance and Series Instance UID. */
const identifying = ['00080016', '00080018', '0020000D', '0020000E']
const pixelData = '7FE00010'
const encapsulatedDocument = '00420011'
type Request = Pick<ReceivedMetadata, 'bulk' | 'spool' | 'resolve'>

/**
 * Composes one object. Pixel data keep their compression, PNG and GIF become native; what describes them is taken from the stream where the metadata do not say it,
 * as is the type of an encapsulated document. Nothing in the metadata is changed.
 */
export async function compose(attributes: DicomJson, announced: string | undefined, request: Request): Promise<Composed> {
  if (identifying.some((key) => typeof attributes[key]?.Value?.[0] !== 'string')) return { refused: 'notIdentified' }
  const references = [...bulkReferences(attributes, '')]
  const parts = new Map<string, readonly BulkPart[]>()
  for (const { path, uri } of references) {
    const found = request.bulk.get(request.resolve(uri))
    if (!found) return { refused: 'missingBulkdata' }
    parts.set(path, found)
  }
  const pixels = inlineFrame(attributes[pixelData]?.InlineBinary, announced) ?? await pixelDataOf(parts.get(pixelData), announced, request)
  if (pixels === 'unreadable') return { refused: 'cannotUnderstand' }
  parts.delete(pixelData)

  const bulkdata = new Map<string, InstancePiece>()
  for (const [path, [part, ...others]] of parts) {
    // Several parts of one value are frames, and only pixel data have those.
    if (!part || others.length > 0) return { refused: 'cannotUnderstand' }
    bulkdata.set(path, pieceOf(part))
  }
  if (pixels?.value) bulkdata.set(pixelData, pixels.value)
  const json: DicomJson = { ...documentAttributes(parts.get(encapsulatedDocument)), ...pixels?.attributes, ...attributes, ...(pixels?.vr && { [pixelData]: { vr: pixels.vr } }) }
  const transferSyntaxUID = pixels?.transferSyntaxUID ?? ExplicitVRLittleEndian
  try {
    return { pieces: instancePieces(json, { transferSyntaxUID, bulkdata, ...(pixels?.frames && { pixelData: pixels.frames }) }) }
  } catch (error) {
    if (error instanceof DicomWriteError) return { refused: 'cannotUnderstand' }
    throw error
  }
}

/** Every BulkDataURI of a data set with its path. */
function* bulkReferences(json: DicomJson, prefix: string): Generator<{ path: string; uri: string }> {
  for (const [key, { vr, BulkDataURI, Value }] of Object.entries(json)) {
    const path = prefix + key
    if (BulkDataURI !== undefined) yield { path, uri: BulkDataURI }
    if (vr === 'SQ') for (const [index, item] of (Value ?? []).entries()) yield* bulkReferences(item as DicomJson, `${path}.${index + 1}.`)
  }
}

/** A compressed image that stands in the metadata itself, under the transfer syntax their part names. */
function inlineFrame(InlineBinary: string | undefined, announced: string | undefined): PixelData | 'unreadable' | undefined {
  const syntax = announced === undefined ? undefined : transferSyntax(announced)
  if (InlineBinary === undefined || syntax?.encapsulated !== true) return undefined
  const bytes = Buffer.from(InlineBinary, 'base64')
  const stream = syntax.mediaType === undefined ? undefined : readCodestream(syntax.mediaType, bytes, bytes.length)
  if (!stream) return 'unreadable'
  return { transferSyntaxUID: syntax.uid, frames: { frames: [[bytes.subarray(stream.offset, stream.offset + stream.length)]] }, attributes: stream.attributes }
}

async function pixelDataOf(parts: readonly BulkPart[] | undefined, announced: string | undefined, { spool }: Request): Promise<PixelData | 'unreadable' | undefined> {
  const [first] = parts ?? []
  if (!parts || !first) return undefined
  const { type } = first.mediaType
  const written = parameterOf(first.mediaType, 'transfer-syntax') ?? announced
  switch (type) {
    case 'image/png': case 'image/gif': return stillImage(parts, spool)
    case 'video/mp4': case 'video/mpeg': return video(first, parts, written, spool)
    case octetStream: {
      const syntax = written === undefined ? undefined : transferSyntax(written)
      if (syntax?.encapsulated !== true) return parts.length > 1 ? 'unreadable' : { transferSyntaxUID: ExplicitVRLittleEndian, value: pieceOf(first), attributes: {} }
      return frames(parts, syntax.mediaType ?? '', syntax.uid, spool)
    }
    default: return frames(parts, type, written, spool)
  }
}

/** Compressed frames, a part each. */
async function frames(parts: readonly BulkPart[], mediaType: string, written: string | undefined, spool: Request['spool']): Promise<PixelData | 'unreadable'> {
  const pieces: BulkPiece[][] = []
  let described: { transferSyntaxUID: string; attributes: DicomJson } | undefined
  for (const part of parts) {
    const stream = readCodestream(mediaType, await spool.head(part, headBytes), part.length)
    if (!stream) return 'unreadable'
    described ??= stream
    pieces.push([{ source: spooled, offset: part.offset + stream.offset, length: stream.length }])
  }
  if (!described) return 'unreadable'
  const named = written === undefined ? undefined : transferSyntax(written)
  return {
    // What is said goes before what is seen, where both are of one codec: a profile cannot be seen in every stream.
    transferSyntaxUID: named?.mediaType === mediaType ? named.uid : described.transferSyntaxUID,
    frames: { frames: pieces, offsetTable: canHaveBasicOffsets(pieces) ? 'basic' : 'extended' },
    attributes: { ...described.attributes, ...(parts.length > 1 && { '00280008': { vr: 'IS', Value: [parts.length] } }) },
  }
}

/** Offsets of a Basic Offset Table have 32 bits. */
const canHaveBasicOffsets = (pieces: readonly BulkPiece[][]): boolean => pieces.flat().reduce((sum, { length }) => sum + length + 9, 0) < 0xffff_ffff

async function video(first: BulkPart, parts: readonly BulkPart[], written: string | undefined, spool: Request['spool']): Promise<PixelData | 'unreadable'> {
  if (parts.length > 1) return 'unreadable'
  const readAt = async (offset: number, length: number) => spool.head({ offset: first.offset + offset, length }, length)
  const found = first.mediaType.type === 'video/mp4' ? await readMp4(readAt, first.length) : readMpeg2(await spool.head(first, headBytes))
  const named = written === undefined ? undefined : transferSyntax(written)
  const transferSyntaxUID = named?.mediaType === first.mediaType.type ? named.uid : found?.transferSyntaxUID
  if (transferSyntaxUID === undefined) return 'unreadable'
  return { transferSyntaxUID, frames: { frames: [fragmentsOf(first)] }, attributes: found?.attributes ?? {} }
}

/** Longest fragment: an item's length has 32 bits. */
const maxFragmentBytes = 0xffff_fffe

function fragmentsOf({ offset, length }: BulkPart): BulkPiece[] {
  const fragments: BulkPiece[] = []
  for (let at = 0; at < length; at += maxFragmentBytes) fragments.push({ source: spooled, offset: offset + at, length: Math.min(maxFragmentBytes, length - at) })
  return fragments
}

async function stillImage(parts: readonly BulkPart[], spool: Request['spool']): Promise<PixelData | 'unreadable'> {
  const [part, ...others] = parts
  if (!part || others.length > 0 || part.length > maxStillImageBytes) return 'unreadable'
  const image = await readStillImage(await spool.head(part, part.length))
  return image ? { transferSyntaxUID: ExplicitVRLittleEndian, value: image.pixels, vr: 'OW', attributes: image.attributes } : 'unreadable'
}

/** The type and true length of an encapsulated document, which its padding hides (PS3.3 §C.24.2). */
function documentAttributes(parts: readonly BulkPart[] | undefined): DicomJson {
  const [part] = parts ?? []
  if (!part) return {}
  const type: DicomJsonAttribute | undefined = part.mediaType.type === octetStream ? undefined : { vr: 'LO', Value: [formatMediaType(part.mediaType.type)] }
  return { ...(type && { '00420012': type }), '00420015': { vr: 'UL', Value: [part.length] } }
}

/** The one source there is. */
const spooled = 'spool'
const pieceOf = ({ offset, length }: BulkPart): BulkPiece => ({ source: spooled, offset, length })
