/** An object in another transfer syntax with the same pixels, in a file of its own; the one in the spool stays as it is. */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { aroundPixelData, DicomReadError, encodeFileMeta, ExplicitVRLittleEndian, pixelDataHeader, transferSyntax, type ReencodedPiece } from '@isocenter/dicom'
import { CodecError, canDecode, canEncode, nativeFrameBytes, type CodecPool, type EncodedFrame, type FrameFormat } from '@isocenter/codecs'
import type { Sendable } from '../attempt.ts'
import { openSource, type RecodingSource } from './source.ts'

export interface RecodingOptions {
  readonly pool: CodecPool
  /** For files that are gone when they have been sent; emptied by who owns it. */
  readonly scratchDirectory: string
  /** Path of an object's file in the spool. */
  readonly pathOf: (objectId: string) => string
}

/** Lossless forms a node may be sent. */
export const recompressions = { htj2k: '1.2.840.10008.1.2.4.201', jpegLs: '1.2.840.10008.1.2.4.80' } as const
/** A form that saves less than this is not worth the difference. */
const largestShare = 0.95
/** Longest value an element of defined length can have (PS3.5 §7.1.2). */
const maxValueBytes = 0xffff_fffe

/** Pixels came out of a codec other than they went in. */
class PixelsDiffer extends Error {
  override readonly name = 'PixelsDiffer'
}

/**
 * An uncompressed object in a lossless form, every frame decoded again and found equal. Undefined where that is not possible,
 * not smaller, or not equal: the object is sent as it is then.
 */
export async function recompressed(original: Sendable, to: keyof typeof recompressions, options: RecodingOptions, signal: AbortSignal): Promise<Sendable | undefined> {
  const syntax = transferSyntax(original.transferSyntaxUID)
  if (!syntax || syntax.codec !== 'native' || syntax.encapsulated || syntax.deflated) return undefined
  const made = await recoded(original, recompressions[to], options, signal)
  if (!made || made.byteLength <= original.byteLength * largestShare) return made
  await made.dispose?.()
  return undefined
}

/** The object in Explicit VR Little Endian; undefined where its frames cannot be decoded. */
export async function decompressed(original: Sendable, options: RecodingOptions, signal: AbortSignal): Promise<Sendable | undefined> {
  return recoded(original, ExplicitVRLittleEndian, options, signal)
}

async function recoded(original: Sendable, to: string, options: RecodingOptions, signal: AbortSignal): Promise<Sendable | undefined> {
  let source: RecodingSource | undefined
  try {
    source = await openSource(options.pathOf(original.delivery.objectId))
    if (!source || !isPossible(source, to)) return undefined
    return await written(original, source, to, options, signal)
  } catch (error) {
    signal.throwIfAborted()
    // The object goes as it is; what is odd about it is for who reads it.
    if (error instanceof CodecError || error instanceof DicomReadError || error instanceof PixelsDiffer || error instanceof WebAssembly.RuntimeError) return undefined
    throw error
  } finally {
    await source?.close()
  }
}

function isPossible({ frameSyntaxUID, format, numberOfFrames }: RecodingSource, to: string): boolean {
  if (!canDecode(frameSyntaxUID, format) || format.PhotometricInterpretation === 'YBR_FULL_422') return false
  return to === ExplicitVRLittleEndian ? numberOfFrames * nativeFrameBytes(format) <= maxValueBytes : canEncode(to, format)
}

async function written(original: Sendable, source: RecodingSource, to: string, { pool, scratchDirectory }: RecodingOptions, signal: AbortSignal): Promise<Sendable> {
  await mkdir(scratchDirectory, { recursive: true, mode: 0o700 })
  const path = join(scratchDirectory, randomUUID())
  const dispose = (): Promise<void> => rm(path, { force: true })
  try {
    const file = await open(path, 'wx', 0o600)
    const hash = createHash('sha256')
    let byteLength = 0
    const fileMeta = { MediaStorageSOPClassUID: original.delivery.SOPClassUID, MediaStorageSOPInstanceUID: original.delivery.SOPInstanceUID, TransferSyntaxUID: to }
    const dataSetOffset = encodeFileMeta(fileMeta).length
    try {
      for await (const chunk of objectChunks(source, to, fileMeta, pool, signal)) {
        hash.update(chunk.subarray(Math.max(0, Math.min(chunk.length, dataSetOffset - byteLength))))
        byteLength += chunk.length
        await file.appendFile(chunk)
      }
    } finally {
      await file.close()
    }
    return {
      delivery: original.delivery, transferSyntaxUID: to, byteLength, dataSetOffset, dataSetSha256: hash.digest('hex'), dispose,
      read: (from = 0) => createReadStream(path, { start: from, highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function* objectChunks(source: RecodingSource, to: string, fileMeta: Parameters<typeof encodeFileMeta>[0], pool: CodecPool, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const first = await frameIn(source, 1, to, pool, signal)
  const { dataSet, transferSyntaxUID } = source.instance
  const hasUntoldLoss = transferSyntax(transferSyntaxUID)?.lossy === true && dataSet.string('LossyImageCompression') !== '01'
  const { before, after } = aroundPixelData(source.instance, {
    fileMeta,
    attributes: {
      '00280004': { vr: 'CS', Value: [first.format.PhotometricInterpretation] },
      ...(first.format.SamplesPerPixel > 1 && { '00280006': { vr: 'US', Value: [0] } }),
      // Only the transfer syntax had told that something was lost (PS3.3 §C.7.6.1.1.5).
      ...(hasUntoldLoss && { '00282110': { vr: 'CS', Value: ['01'] } }),
      '7FE00001': undefined, '7FE00002': undefined, '7FE00003': undefined,
    },
  })
  yield* piecesOf(source, before)
  yield* to === ExplicitVRLittleEndian ? nativePixelData(source, first, to, pool, signal) : encapsulatedPixelData(source, first, to, pool, signal)
  yield* piecesOf(source, after)
}

async function* piecesOf(source: RecodingSource, pieces: readonly ReencodedPiece[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece
    else yield* source.range(piece)
  }
}

async function* framesFrom(source: RecodingSource, first: EncodedFrame, to: string, pool: CodecPool, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield first.bytes
  for (let frameNumber = 2; frameNumber <= source.numberOfFrames; frameNumber++) {
    const { bytes, format } = await frameIn(source, frameNumber, to, pool, signal)
    if (format.PhotometricInterpretation !== first.format.PhotometricInterpretation) throw new CodecError('mismatch', 'the frames have not all the same colours')
    yield bytes
  }
}

async function* nativePixelData(source: RecodingSource, first: EncodedFrame, to: string, pool: CodecPool, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const length = source.numberOfFrames * first.bytes.length
  yield pixelDataHeader(first.format.BitsAllocated > 8 ? 'OW' : 'OB', length + (length % 2))
  yield* framesFrom(source, first, to, pool, signal)
  if (length % 2 === 1) yield Uint8Array.of(0)
}

/** One fragment a frame behind an empty Basic Offset Table (PS3.5 §A.4). */
async function* encapsulatedPixelData(source: RecodingSource, first: EncodedFrame, to: string, pool: CodecPool, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield pixelDataHeader('OB', undefined)
  yield itemHeader(0xe000, 0)
  for await (const frame of framesFrom(source, first, to, pool, signal)) {
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

/** One frame in the form wanted. A compressed one is decoded again and must be the pixels it was made of. */
async function frameIn(source: RecodingSource, frameNumber: number, to: string, pool: CodecPool, signal: AbortSignal): Promise<EncodedFrame> {
  const stored = await source.frame(frameNumber)
  const { pixels, format } = await pool.decode(stored, source.frameSyntaxUID, source.format, { signal })
  if (to === ExplicitVRLittleEndian) return { bytes: pixels, format }
  const encoded = await pool.encode(pixels, format, to, { signal })
  const again = await pool.decode(encoded.bytes, to, encoded.format, { signal })
  if (!isSamePixels(again.format, format) || !Buffer.from(again.pixels.buffer, again.pixels.byteOffset, again.pixels.length).equals(pixels)) throw new PixelsDiffer('The recompressed frame is not the one it was made of.')
  return encoded
}

const isSamePixels = (one: FrameFormat, other: FrameFormat): boolean =>
  one.PhotometricInterpretation === other.PhotometricInterpretation && one.SamplesPerPixel === other.SamplesPerPixel && one.BitsAllocated === other.BitsAllocated
