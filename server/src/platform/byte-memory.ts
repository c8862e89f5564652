/** Keeps what was used last, so many bytes of it. */
export interface ByteMemory {
  get: (key: string) => Buffer | undefined
  /** What a key names never changes: a second set is ignored. */
  set: (key: string, bytes: Buffer) => void
}

/** A memory that forgets what was used longest ago once it holds more than `maxBytes`. */
export function createByteMemory(maxBytes: number): ByteMemory {
  const kept = new Map<string, Buffer>()
  let total = 0
  return {
    get: (key) => {
      const bytes = kept.get(key)
      if (bytes) {
        // A Map keeps the order of insertion: back to its end.
        kept.delete(key)
        kept.set(key, bytes)
      }
      return bytes
    },
    set: (key, bytes) => {
      if (kept.has(key)) return
      kept.set(key, inMemoryOfItsOwn(bytes))
      total += bytes.byteLength
      for (const [oldest, { byteLength }] of kept) {
        if (total <= maxBytes) break
        kept.delete(oldest)
        total -= byteLength
      }
    },
  }
}

/**
 * The same bytes, not as part of something larger. A small Buffer lies in 64 KiB that Node shares out: kept for long it keeps all of
 * that, twenty times what was counted.
 */
function inMemoryOfItsOwn(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength === bytes.byteLength) return bytes
  const own = Buffer.allocUnsafeSlow(bytes.byteLength)
  bytes.copy(own)
  return own
}
