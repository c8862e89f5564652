/** Decoding and encoding frames in other threads. */
import type { EncodedFrame, EncodeOptions } from '../codec.ts'
import { CodecError } from '../codec-error.ts'
import { maxFrameBytes, nativeFrameBytes, type FrameFormat, type NativeFrame } from '../frame-format.ts'
import { owned } from './answer-tasks.ts'
import { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from './worker-pool.ts'

/** One frame from a transfer syntax, to one, or from one to the other; native where either is absent. */
export interface CodecTask {
  readonly bytes: Uint8Array
  readonly format: FrameFormat
  readonly from?: string
  readonly to?: string
  readonly options?: EncodeOptions | undefined
}

export interface CodecResult {
  readonly bytes: Uint8Array
  readonly format: FrameFormat
}

export interface CodecCallOptions {
  readonly signal?: AbortSignal | undefined
  /** The caller gives the bytes away: they are not copied, and gone afterwards. */
  readonly giveAway?: boolean
}

/** As `decodeFrame` and `encodeFrame`, elsewhere. Every function throws CodecError, with timeout, trapped, overloaded and closed besides. */
export interface CodecPool {
  readonly decode: (bytes: Uint8Array, transferSyntaxUID: string, format: FrameFormat, options?: CodecCallOptions) => Promise<NativeFrame>
  readonly encode: (pixels: Uint8Array, format: FrameFormat, transferSyntaxUID: string, options?: EncodeOptions & CodecCallOptions) => Promise<EncodedFrame>
  /** Decodes and encodes in one go, the frame between staying where it is. */
  readonly transcode: (bytes: Uint8Array, from: string, format: FrameFormat, to: string, options?: EncodeOptions & CodecCallOptions) => Promise<EncodedFrame>
  readonly load: WorkerPool<CodecTask, CodecResult>['load']
  readonly close: () => Promise<void>
}

/** Threads for codecs; the first is started with the first frame. */
export function createCodecPool(options: WorkerPoolOptions = {}): CodecPool {
  const pool = createWorkerPool<CodecTask, CodecResult>(new URL('codec-worker.ts', import.meta.url), options)
  const run = async (task: CodecTask, { signal, giveAway = false }: CodecCallOptions): Promise<CodecResult> => {
    const frameBytes = nativeFrameBytes(task.format)
    // Here as well as in the thread: what is too large is not even sent.
    if (!(frameBytes + task.bytes.length <= 2 * maxFrameBytes)) throw new CodecError('tooLarge', 'the frame is larger than a codec takes')
    const bytes = giveAway ? owned(task.bytes) : new Uint8Array(task.bytes)
    return pool.run({ ...task, bytes }, { transfer: [bytes.buffer], bytes: frameBytes, timeoutMs: patienceMs(frameBytes), signal })
  }
  return {
    async decode(bytes, from, format, callOptions = {}) {
      const { bytes: pixels, format: decodedFormat } = await run({ bytes, from, format }, callOptions)
      return { pixels, format: decodedFormat }
    },
    encode: (pixels, format, to, callOptions = {}) => run({ bytes: pixels, format, to, options: encodeOptionsOf(callOptions) }, callOptions),
    transcode: (bytes, from, format, to, callOptions = {}) => run({ bytes, from, format, to, options: encodeOptionsOf(callOptions) }, callOptions),
    load: pool.load,
    close: pool.close,
  }
}

/** Twenty times what the slowest codec takes: damaged JPEG-LS streams run for ever, and must not hold a thread as long as a large frame may. */
const patienceMs = (frameBytes: number): number => 5_000 + frameBytes / 500

/** Without the signal, which cannot be sent. */
function encodeOptionsOf({ jpegQuality, nearLossless, jpeg2000Ratio, quantizationStep }: EncodeOptions): EncodeOptions {
  return {
    ...(jpegQuality !== undefined && { jpegQuality }), ...(nearLossless !== undefined && { nearLossless }),
    ...(jpeg2000Ratio !== undefined && { jpeg2000Ratio }), ...(quantizationStep !== undefined && { quantizationStep }),
  }
}
