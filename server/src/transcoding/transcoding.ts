/** Frames of stored instances in other transfer syntaxes: each made once for all who ask at the same time, and remembered for a while. */
import { ExplicitVRLittleEndian } from '@isocenter/dicom'
import { CodecError, createCodecPool, type EncodedFrame, type NativeFrame } from '@isocenter/codecs'
import type { BlobStore } from '../storage/index.ts'
import { createFrameMemory, type FrameCache } from './frame-cache.ts'
import type { TranscodingMetrics } from './metrics.ts'
import { createHopeless } from './hopeless.ts'
import { createSharedWork } from './shared-work.ts'
import { formatOf, frameSyntaxOf, readFrame, type StoredInstance } from './stored-frame.ts'

export interface Transcoding {
  /**
   * One frame, counted from 1, in the transfer syntax; `format` says what the attributes beside it must be. Its bytes are
   * shared: nobody changes them.
   * @throws CodecError, malformed where there is no such frame
   */
  readonly frame: (instance: StoredInstance, frameNumber: number, transferSyntaxUID: string, signal: AbortSignal) => Promise<EncodedFrame>
  /** One frame without compression, colour by pixel. @throws CodecError */
  readonly nativeFrame: (instance: StoredInstance, frameNumber: number, signal: AbortSignal) => Promise<NativeFrame>
  /** Frames worth making at the same time. */
  readonly ahead: number
  readonly close: () => Promise<void>
}

export interface TranscodingOptions {
  readonly blobs: BlobStore
  /** Threads that decode and encode. */
  readonly threads: number
  /** Longest a codec may take for a frame, milliseconds. */
  readonly timeoutMs: number
  /** Bytes of frames kept in memory. */
  readonly cacheBytes: number
  readonly cache?: FrameCache
  readonly metrics?: TranscodingMetrics | undefined
}

/** Reads, decodes and encodes in threads of its own, the first started with the first frame. */
export function createTranscoding({ blobs, threads, timeoutMs, cacheBytes, cache = createFrameMemory(cacheBytes), metrics }: TranscodingOptions): Transcoding {
  const pool = createCodecPool({
    size: threads, timeoutMs,
    onTask: (ended) => { metrics?.ended(ended) },
    onReplaced: (reason) => { metrics?.replaced(reason) },
  })
  const work = createSharedWork<EncodedFrame>()

  const hopeless = createHopeless()

  const make = async (instance: StoredInstance, frameNumber: number, transferSyntaxUID: string, signal: AbortSignal): Promise<EncodedFrame> => {
    const format = formatOf(instance.layout)
    const bytes = format && await readFrame(blobs, instance, frameNumber, signal)
    if (!format || !bytes) throw new CodecError('malformed', 'there is no such frame')
    const options = { signal, giveAway: true }
    const from = frameSyntaxOf(instance)
    if (transferSyntaxUID !== ExplicitVRLittleEndian) return pool.transcode(bytes, from, format, transferSyntaxUID, options)
    const { pixels, format: decoded } = await pool.decode(bytes, from, format, options)
    return { bytes: pixels, format: decoded }
  }

  const frame: Transcoding['frame'] = async (instance, frameNumber, transferSyntaxUID, signal) => {
    const key = `${Buffer.from(instance.sha256).toString('base64url')}/${frameNumber}/${transferSyntaxUID}`
    const kept = await cache.get(key)
    metrics?.asked(kept !== undefined)
    if (kept) return kept
    hopeless.refuse(key)
    return work.share(key, signal, async (shared) => {
      const made = await make(instance, frameNumber, transferSyntaxUID, shared).catch((error: unknown) => { throw hopeless.noted(key, error) })
      cache.put(key, made)
      return made
    })
  }

  return {
    frame,
    nativeFrame: async (instance, frameNumber, signal) => {
      const { bytes, format } = await frame(instance, frameNumber, ExplicitVRLittleEndian, signal)
      return { pixels: bytes, format }
    },
    ahead: threads + 1,
    close: pool.close,
  }
}
