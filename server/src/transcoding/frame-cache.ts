/** Frames that were made, kept for who asks next. */
import type { EncodedFrame } from '@isocenter/codecs'

/** A memory, or later a store of derived blobs: what it lost can be made again. A key names one frame of one object in one form. */
export interface FrameCache {
  readonly get: (key: string) => Promise<EncodedFrame | undefined>
  readonly put: (key: string, frame: EncodedFrame) => void
}

/** What a frame costs beside its bytes: key, format, buffer, place in the map. Sixty thousand frames of 2 KiB were seen to take half as much again. */
const costOfKeeping = 1024

/** Keeps what was used last, `maxBytes` of it; a frame larger than a quarter of that is not worth what it would drive out. */
export function createFrameMemory(maxBytes: number): FrameCache & { readonly byteLength: () => number } {
  const kept = new Map<string, EncodedFrame>()
  const costOf = ({ bytes }: EncodedFrame): number => bytes.buffer.byteLength + costOfKeeping
  let total = 0
  return {
    get: (key) => {
      const frame = kept.get(key)
      if (frame) {
        // A Map keeps the order of insertion: back to its end.
        kept.delete(key)
        kept.set(key, frame)
      }
      return Promise.resolve(frame)
    },
    put: (key, frame) => {
      if (kept.has(key) || frame.bytes.length > maxBytes / 4) return
      kept.set(key, frame)
      total += costOf(frame)
      for (const [oldest, other] of kept) {
        if (total <= maxBytes) break
        kept.delete(oldest)
        total -= costOf(other)
      }
    },
    byteLength: () => total,
  }
}
