/**
 * Buffers that are used again. A fresh one of half a megabyte costs the system a page fault for every 4 KiB of it and V8 a
 * share of a garbage collection, together more than reading the file; so whoever knows that a buffer's bytes have gone gives it back.
 */

const smallestBytes = 64 * 1024
/** The longest that is lent; longer reads are made in pieces. */
export const maxLentBytes = 1024 * 1024
/** Buffers waiting to be lent, all sizes together; beyond that those of the kind that was used longest ago go to the garbage collector. */
const maxIdleBytes = 32 * 1024 * 1024

/** What memory waits for: a size, which is a power of two, or whoever needs it to begin at a page of the system. */
type Kind = number | 'paged'

/** Lent buffers by their memory, each with the bytes that were asked for. */
const lent = new WeakMap<ArrayBufferLike, { readonly byteOffset: number; readonly length: number; readonly kind: Kind }>()
/**
 * Idle memory by its kind; the kind used last comes last. Storing leaves its long buffers here, and reading frames, which are
 * shorter, would find no room for its own beside them.
 */
const idle = new Map<Kind, ArrayBuffer[]>()
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
  return lentFrom(size, 0, length, () => Buffer.allocUnsafeSlow(size).buffer)
}

/**
 * A buffer like those of `lend` in memory that begins at a page of the system's, all `maxLentBytes` of which are behind it: what the
 * system reads into or writes out of directly, past its own copies of a file.
 * @param byteOffset where it begins in that memory; with `length` at most `maxLentBytes`
 */
export function lendPaged(length: number, byteOffset = 0): Buffer {
  if (byteOffset + length > maxLentBytes) throw new RangeError(`A buffer of ${byteOffset + length} bytes is longer than is lent.`)
  // Memory that may be resized has pages of its own; any other may begin anywhere.
  return lentFrom('paged', byteOffset, length, () => new ArrayBuffer(maxLentBytes, { maxByteLength: maxLentBytes }))
}

function lentFrom(kind: Kind, byteOffset: number, length: number, allocate: () => ArrayBuffer): Buffer {
  const waiting = idleOf(kind).pop()
  if (waiting) idleBytes -= waiting.byteLength
  const memory = waiting ?? allocate()
  lent.set(memory, { byteOffset, length, kind })
  return Buffer.from(memory, byteOffset, length)
}

/**
 * Gives a lent buffer back: its bytes are not looked at any more, by anyone. Anything else that is given, a part of one
 * included, is left alone, so a sender need not know where its chunks are from; but it must send none of them twice.
 */
export function giveBack(bytes: Uint8Array): void {
  const { buffer } = bytes
  const loan = lent.get(buffer)
  if (loan?.byteOffset !== bytes.byteOffset || loan.length !== bytes.byteLength || !(buffer instanceof ArrayBuffer)) return
  lent.delete(buffer)
  idleOf(loan.kind).push(buffer)
  idleBytes += buffer.byteLength
  if (idleBytes > maxIdleBytes) dropUnused()
}

/** The idle memory of a kind, which is now the one used last. */
function idleOf(kind: Kind): ArrayBuffer[] {
  const waiting = idle.get(kind) ?? []
  idle.delete(kind)
  idle.set(kind, waiting)
  return waiting
}

function dropUnused(): void {
  for (const waiting of idle.values()) {
    while (idleBytes > maxIdleBytes) {
      const unused = waiting.pop()
      if (!unused) break
      idleBytes -= unused.byteLength
    }
    if (idleBytes <= maxIdleBytes) return
  }
}
