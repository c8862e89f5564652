/**
 * Where a compressed stream begins and ends, told from the first and last bytes of a fragment: what is left to go by when
 * the offset tables are empty or wrong.
 */

type Family = 'jpeg' | 'jpeg2000' | 'jpegXL' | 'rle'

/** Begins a frame: the family of stream whose first marker these bytes are; undefined for the middle of a stream. */
export function streamStart(head: Uint8Array): Family | undefined {
  // SOI and the first byte of the next marker: JPEG (ISO/IEC 10918-1), lossless JPEG and JPEG-LS (ISO/IEC 14495-1) alike.
  if (begins(head, [0xff, 0xd8, 0xff])) return 'jpeg'
  // SOC followed by SIZ: JPEG 2000 and High-Throughput JPEG 2000 (ISO/IEC 15444-1 §A.4), or a sender's JP2 file around it.
  if (begins(head, [0xff, 0x4f, 0xff, 0x51]) || begins(head, [0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20])) return 'jpeg2000'
  // A bare codestream or the box form (ISO/IEC 18181-2).
  if (begins(head, [0xff, 0x0a]) || begins(head, [0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20])) return 'jpegXL'
  return isRleHeader(head) ? 'rle' : undefined
}

/** Whether these last bytes of a fragment close a stream that ends in a marker (EOI, EOC); padding behind it is looked through. */
export function streamEnds(tail: Uint8Array): boolean {
  let last = tail.length - 1
  // One NUL pads to an even length (PS3.5 §A.4); some senders pad to a word or with 0xFF.
  while (last > 0 && (tail[last] === 0x00 || tail[last] === 0xff)) last--
  return last > 0 && tail[last] === 0xd9 && tail[last - 1] === 0xff
}

/** Number of segments and the offset of the first, which stands right behind the 64-byte header (PS3.5 §G.5). */
function isRleHeader(head: Uint8Array): boolean {
  const [segments = 0] = head
  const inOrder = segments < 2 || uint32(head, 8) > uint32(head, 4)
  return segments >= 1 && segments <= 15 && uint32(head, 0) === segments && uint32(head, 4) === 64 && inOrder
}

function begins(bytes: Uint8Array, marker: readonly number[]): boolean {
  return marker.every((byte, index) => bytes[index] === byte)
}

function uint32(bytes: Uint8Array, offset: number): number {
  return bytes.length < offset + 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset, true)
}
