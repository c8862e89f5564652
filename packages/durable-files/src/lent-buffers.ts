/**
 * Buffers that are used again. A fresh one of half a megabyte costs the system a page fault for every 4 KiB of it and V8 a
 * share of a garbage collection, together more than reading the file; so whoever knows that a buffer's bytes have gone gives it back.
 */

const smallestBytes = 64 * 1024
/** The longest that is lent; longer reads are made in pieces. */
export const maxLentBytes = 1024 * 1024
/** Buffers waiting to be lent, all sizes together; beyond that those of the size that was used longest ago go to the garbage collector. */
const maxIdleBytes = 32 * 1024 * 1024

/** Lent buffers by their memory, each with the bytes that were asked for. */
const lent = new WeakMap<ArrayBufferLike, number>()
/**
 * Idle buffers by their size, a power of two; the size used last comes last. Storing leaves its long buffers here, and reading
 * frames, which are shorter, would find no room for its own beside them.
 */
const idle = new Map<number, Buffer[]>()
let idleBytes = 0

/**
 * A buffer of `length` bytes with any content, which nobody else has. It may be given back once, or forgotten.
 * @param length at most `maxLentBytes`
 */
export function lend(length: number): Buffer {
  if (length > maxLentBytes) throw new RangeError(`A buffer of ${length} bytes is longer than is lent.`)
  // Small ones come from memory the allocator keeps anyway.
  if (length <= smallestBytes / 2) return Buffer.allocUnsafe(length)
  let size = smallestBytes
  while (size < length) size *= 2
  const waiting = idleOf(size).pop()
  if (waiting) idleBytes -= size
  const buffer = waiting ?? Buffer.allocUnsafeSlow(size)
  lent.set(buffer.buffer, length)
  return buffer.subarray(0, length)
}

/**
 * Gives a lent buffer back: its bytes are not looked at any more, by anyone. Anything else that is given, a part of one
 * included, is left alone, so a sender need not know where its chunks are from; but it must send none of them twice.
 */
export function giveBack(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (bytes.byteOffset !== 0 || lent.get(buffer) !== bytes.byteLength) return
  lent.delete(buffer)
  idleOf(buffer.byteLength).push(Buffer.from(buffer))
  idleBytes += buffer.byteLength
  if (idleBytes > maxIdleBytes) dropUnused()
}

/** The idle buffers of a size, which is now the one used last. */
function idleOf(size: number): Buffer[] {
  const waiting = idle.get(size) ?? []
  idle.delete(size)
  idle.set(size, waiting)
  return waiting
}

function dropUnused(): void {
  for (const [size, waiting] of idle) {
    while (waiting.length > 0 && idleBytes > maxIdleBytes) {
      waiting.pop()
      idleBytes -= size
    }
    if (idleBytes <= maxIdleBytes) return
  }
}
