/** A whole stored instance in another transfer syntax: its data set as it is but for what the pixels make untrue, its frames made one by one. */
import {
  addressableFrames, aroundPixelData, encodeFileMeta, ExplicitVRLittleEndian, lengthOfPieces, pixelDataHeader, type FileMeta, type ObjectChanges, type ParsedInstance,
} from '@isocenter/dicom'
import { CodecError, nativeFrameBytes, type EncodedFrame, type FrameFormat } from '@isocenter/codecs'
import type { BlobStore } from '../storage/index.ts'
import { inOrder } from './in-order.ts'
import { derivedObject, untoldLoss } from './lossy-history.ts'
import { packedFrames } from './packed-frames.ts'
import { formatOf, frameSyntaxOf, readFrame, storedPixelBytes, type StoredInstance } from './stored-frame.ts'
import { parseStored, sentPieces } from './stored-object.ts'
import { decodedFormat, losesMore } from './targets.ts'
import type { Transcoding } from './transcoding.ts'

/** A DICOM file that is made as it is read. */
export interface TranscodedObject {
  /** Undefined where only encoding the last frame would tell. */
  readonly length: number | undefined
  readonly chunks: AsyncIterable<Uint8Array>
}

export interface IdentifiedInstance extends StoredInstance {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
  /** Of the object that was received, where another form of it is stored: what derived objects are named by. */
  readonly receivedSha256?: Uint8Array
}

const RLELossless = '1.2.840.10008.1.2.5'
const maxValueBytes = 0xffff_fffe

/** Whether the frames together fit into one element of the transfer syntax (PS3.18 §8.7.8.1): native ones may not. */
export function transcodesWhole({ layout }: StoredInstance, transferSyntaxUID: string): boolean {
  const format = formatOf(layout)
  if (!format || !layout.frames) return false
  return transferSyntaxUID !== ExplicitVRLittleEndian || addressableFrames(layout.frames) * nativeFrameBytes(format) <= maxValueBytes
}

/**
 * The instance in the transfer syntax. The first frame is made before this resolves, so that what has no codec fails here and
 * not half sent. Pixels that lose become a derived object with a SOP Instance UID of its own; for them all frames are
 * encoded first, since their compression ratio is told before them.
 * @param carrying what its File Meta Information is to hold, given the bytes of its data set before the element Pixel Data, which are held together then
 * @throws CodecError, DicomReadError
 */
export async function transcodedObject(
  { blobs, transcoding }: { blobs: BlobStore; transcoding: Transcoding }, instance: IdentifiedInstance, transferSyntaxUID: string, signal: AbortSignal,
  carrying?: (beforePixels: Buffer) => FileMeta['PrivateInformation'],
): Promise<TranscodedObject> {
  const parsed = await parseStored(blobs, instance.blobKey, signal)
  const count = framesOf(parsed, instance)
  const frame = (frameNumber: number): Promise<EncodedFrame> => transcoding.frame(instance, frameNumber, transferSyntaxUID, signal)
  const first = await frame(1)
  const changes = await changesOf({ blobs, transcoding }, parsed, instance, transferSyntaxUID, first.format, signal)
  const plain = aroundPixelData(parsed, changes)
  const information = carrying?.(await joined(sentPieces(blobs, instance, plain.before, signal), encodeFileMeta(changes.fileMeta).length))
  const { before, after } = information ? aroundPixelData(parsed, { ...changes, fileMeta: { ...changes.fileMeta, PrivateInformation: information } }) : plain
  const frames = inOrder(count, transcoding.ahead, frame)
  const around = (pixelData: AsyncIterable<Uint8Array>) => async function* () {
    yield* sentPieces(blobs, instance, before, signal)
    yield* pixelData
    yield* sentPieces(blobs, instance, after, signal)
  }
  if (transferSyntaxUID !== ExplicitVRLittleEndian) return { length: undefined, chunks: around(encapsulated(sameColours(frames, first.format, transferSyntaxUID)))() }
  const pixelBytes = first.format.BitsAllocated === 1 ? Math.ceil((count * first.format.Rows * first.format.Columns) / 8) : count * nativeFrameBytes(first.format)
  const native = nativePixelData(sameColours(frames, first.format, transferSyntaxUID), first.format, pixelBytes)
  return { length: lengthOfPieces(before) + 12 + pixelBytes + (pixelBytes % 2) + lengthOfPieces(after), chunks: around(native)() }
}

/** Chunks in one buffer, from an offset on. */
async function joined(chunks: AsyncIterable<Uint8Array>, offset: number): Promise<Buffer> {
  const kept: Buffer[] = []
  for await (const chunk of chunks) kept.push(Buffer.from(chunk))
  return Buffer.concat(kept).subarray(offset)
}

/** @throws CodecError mismatch when not all frames the object announces are there */
function framesOf({ dataSet }: ParsedInstance, { layout }: StoredInstance): number {
  const there = layout.frames ? addressableFrames(layout.frames) : 0
  if (there < 1 || there !== (dataSet.number('NumberOfFrames') ?? 1)) throw new CodecError('mismatch', 'the object has not as many frames as it says')
  return there
}

async function changesOf(
  deps: { blobs: BlobStore; transcoding: Transcoding }, { dataSet }: ParsedInstance, instance: IdentifiedInstance, transferSyntaxUID: string, format: FrameFormat, signal: AbortSignal,
): Promise<ObjectChanges> {
  const stored = formatOf(instance.layout)
  const count = instance.layout.frames ? addressableFrames(instance.layout.frames) : 0
  const nativeBytes = stored ? count * nativeFrameBytes(format) : 0
  const derived = losesMore(instance, transferSyntaxUID)
    ? derivedObject(dataSet, { ...instance, sha256: instance.receivedSha256 ?? instance.sha256 }, transferSyntaxUID, nativeBytes / await encodedBytes(deps.transcoding, instance, transferSyntaxUID, count, signal))
    : undefined
  const firstStored = await readFrame(deps.blobs, instance, 1, signal) ?? new Uint8Array(0)
  return {
    fileMeta: { MediaStorageSOPClassUID: instance.SOPClassUID, MediaStorageSOPInstanceUID: derived?.SOPInstanceUID ?? instance.SOPInstanceUID, TransferSyntaxUID: transferSyntaxUID },
    attributes: {
      ...untoldLoss(dataSet, frameSyntaxOf(instance), firstStored, nativeBytes / storedPixelBytes(instance.layout)),
      '00280004': { vr: 'CS', Value: [format.PhotometricInterpretation] },
      // RLE lays colours down by plane, whatever the attribute said; every other codec by pixel (PS3.3 §C.7.6.3.1.3).
      ...(format.SamplesPerPixel > 1 && { '00280006': { vr: 'US', Value: [transferSyntaxUID === RLELossless ? 1 : 0] } }),
      // Offsets, lengths and total of the fragments as they were.
      '7FE00001': undefined, '7FE00002': undefined, '7FE00003': undefined,
      ...derived?.attributes,
    },
    ...(derived && { appendedItems: derived.appendedItems }),
  }
}

async function encodedBytes(transcoding: Transcoding, instance: StoredInstance, transferSyntaxUID: string, count: number, signal: AbortSignal): Promise<number> {
  let total = 0
  for await (const { bytes } of inOrder(count, transcoding.ahead, (frameNumber) => transcoding.frame(instance, frameNumber, transferSyntaxUID, signal))) total += bytes.length
  return total
}

/**
 * The bytes of frames that all decode to the same colours: the object has one photometric interpretation for them. Whether a
 * JPEG 2000 frame of them has its components transformed is said in its own stream, which decoders go by.
 */
async function* sameColours(frames: AsyncIterable<EncodedFrame>, first: FrameFormat, transferSyntaxUID: string): AsyncGenerator<Uint8Array> {
  const colours = (format: FrameFormat): string => decodedFormat(format, transferSyntaxUID).PhotometricInterpretation
  for await (const { bytes, format } of frames) {
    if (colours(format) !== colours(first)) throw new CodecError('mismatch', 'the frames have not all the same colours')
    yield bytes
  }
}

async function* nativePixelData(frames: AsyncIterable<Uint8Array>, format: FrameFormat, pixelBytes: number): AsyncGenerator<Uint8Array> {
  yield pixelDataHeader(format.BitsAllocated > 8 ? 'OW' : 'OB', pixelBytes + (pixelBytes % 2))
  yield* format.BitsAllocated === 1 ? packedFrames(frames, format.Rows * format.Columns) : frames
  if (pixelBytes % 2 === 1) yield Uint8Array.of(0)
}

/** One fragment a frame and an empty Basic Offset Table (PS3.5 §A.4): offsets would have to be known before the frames. */
async function* encapsulated(frames: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield pixelDataHeader('OB', undefined)
  yield itemHeader(0xe000, 0)
  for await (const frame of frames) {
    yield itemHeader(0xe000, frame.length + (frame.length % 2))
    yield frame
    if (frame.length % 2 === 1) yield Uint8Array.of(0)
  }
  yield itemHeader(0xe0dd, 0)
}

function itemHeader(element: number, length: number): Uint8Array {
  const header = Buffer.alloc(8)
  header.writeUInt16LE(0xfffe, 0)
  header.writeUInt16LE(element, 2)
  header.writeUInt32LE(length, 4)
  return header
}
