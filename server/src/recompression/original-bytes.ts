/** The bytes that were received of an object that is stored compressed: its pixels decoded again, and the rest as it was kept. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { addressableFrames, type Layout } from '@isocenter/dicom'
import type { BlobStore } from '../storage/index.ts'
import type { StoredInstance, Transcoding } from '../transcoding/index.ts'

/** An object whose bytes beside its pixels are more than this is left as it is: they are held. */
export const maxRestBytes = 1024 * 1024
const pixelData = '7FE00010'

export interface OriginalDeps {
  readonly blobs: BlobStore
  readonly transcoding: Pick<Transcoding, 'nativeFrame'>
}

/** Where the pixels of an object lie. */
export interface PixelRange {
  readonly offset: number
  readonly length: number
}

/** The value of Pixel Data, items and all where it is compressed; undefined where there is none. */
export const pixelValueOf = ({ bulkdata }: Layout): PixelRange | undefined => bulkdata.find(({ path }) => path === pixelData)

/** The bytes of an object before and behind a range; undefined when they are too many. */
export async function bytesBeside(blobs: BlobStore, { blobKey, byteLength }: Pick<StoredInstance, 'blobKey' | 'byteLength'>, { offset, length }: PixelRange, signal: AbortSignal): Promise<Buffer | undefined> {
  const behind = { offset: offset + length, length: byteLength - offset - length }
  if (offset + behind.length > maxRestBytes) return undefined
  const pieces: Buffer[] = []
  for (const range of [{ offset: 0, length: offset }, behind]) {
    if (range.length === 0) continue
    for await (const chunk of await blobs.read(blobKey, range, signal) as AsyncIterable<Buffer>) pieces.push(Buffer.from(chunk))
  }
  return Buffer.concat(pieces)
}

/** The rest of an original, deflated with that of what it was compressed to as the dictionary: they say nearly the same in nearly the same bytes. */
export const deflatedRest = (rest: Uint8Array, dictionary: Uint8Array): Buffer => deflateRawSync(rest, { level: 9, dictionary })

/**
 * The object as it was received, a frame at a time.
 * @throws CodecError, and of zlib where the object is not the one the rest was kept beside
 */
export async function* originalBytes(
  deps: OriginalDeps, instance: StoredInstance, { rest, pixelsOffset }: { readonly rest: Uint8Array; readonly pixelsOffset: number }, signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const value = pixelValueOf(instance.layout)
  const dictionary = value && await bytesBeside(deps.blobs, instance, value, signal)
  if (!dictionary) throw new Error('an object that was recompressed has no pixels any more')
  yield* aroundPixels(deps, instance, { rest, pixelsOffset, dictionary }, signal)
}

/**
 * The bytes of a rest with the decoded frames of an object where its pixels were.
 * @throws as `originalBytes`
 */
export async function* aroundPixels(
  { transcoding }: Pick<OriginalDeps, 'transcoding'>, instance: StoredInstance,
  { rest, pixelsOffset, dictionary }: { readonly rest: Uint8Array; readonly pixelsOffset: number; readonly dictionary: Uint8Array }, signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { frames } = instance.layout
  if (!frames) throw new Error('an object that was recompressed has no frames any more')
  const around = inflateRawSync(rest, { dictionary, maxOutputLength: maxRestBytes })
  yield around.subarray(0, pixelsOffset)
  for (let frameNumber = 1; frameNumber <= addressableFrames(frames); frameNumber++) yield (await transcoding.nativeFrame(instance, frameNumber, signal)).pixels
  yield around.subarray(pixelsOffset)
}
