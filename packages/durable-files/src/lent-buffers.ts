/**
 * Buffers that are used again. A fresh one of half a megabyte costs the system a page fault for every 4 KiB of it and V8 a
 * share of a garbage collection, together more than reading the file; so whoever knows that a buffer's bytes have gone gives it back.
 */

const smallestBytes = 64 * 1024
/** The longest that is lent; longer reads are made in pieces. */
export const maxLentBytes = 1024 * 1024
/** Buffers waiting to be lent, all sizes together; what comes back beyond that is left to the garbage collector. */
const maxIdleBytes = 32 * 1024 * 1024

/** Lent buffers by their memory, each with the bytes that were asked for. */
const lent = new WeakMap<ArrayBufferLike, number>()
/** Idle buffers by their size, a power of two. */
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
  const waiting = idle.get(size)?.pop()
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
  if (idleBytes + buffer.byteLength > maxIdleBytes) return
  idleBytes += buffer.byteLength
  const waiting = idle.get(buffer.byteLength)
  const whole = Buffer.from(buffer)
  if (waiting) waiting.push(whole)
  else idle.set(buffer.byteLength, [whole])
}
