/**
 * Texts deflated so that they can be joined into one gzip member without being inflated: each ends at a byte (a sync flush),
 * no block of it is the last, and it refers to nothing before it.
 */
import { constants, crc32, createDeflate, deflateSync } from 'node:zlib'

/** What a gzip member made of pieces needs to know of each. */
export interface DeflatedPiece {
  /** Bytes it has inside a member. */
  readonly deflatedBytes: number
  /** Bytes of the text, UTF-8. */
  readonly textBytes: number
  /** CRC-32 of the text. */
  readonly crc32: number
}

/** A deflated text as it is kept: a zlib stream (RFC 1950) like any other, with a piece that can be joined inside. */
export interface JoinableText {
  readonly zlib: Uint8Array
  readonly textBytes: number
  readonly crc32: number
}

/** The two bytes a zlib stream begins with. */
const zlibHeaderBytes = 2
/** An empty last block and Adler-32: what makes it a complete zlib stream, and what a piece must not have. */
const lastBlock = Uint8Array.of(0x03, 0x00)
const zlibTrailerBytes = lastBlock.length + 4

/** Below this, handing the text to another thread costs more than deflating it here. */
const deflateHereBelowBytes = 128 * 1024
/** The fastest: text of this kind becomes a fifth already. */
const level = 1

/** Deflates one text so that it can be joined with others. */
export async function deflateJoinable(text: string): Promise<JoinableText> {
  const plain = Buffer.from(text)
  const zlib = plain.length < deflateHereBelowBytes ? deflatedHere(plain) : await deflatedInThread(plain)
  return { zlib, textBytes: plain.length, crc32: crc32(plain) }
}

/** How long the piece inside a stream of `deflateJoinable` is. */
export const pieceBytes = (zlibBytes: number): number => zlibBytes - zlibHeaderBytes - zlibTrailerBytes

/** The piece inside a stream of `deflateJoinable`. */
export const pieceOf = (zlib: Uint8Array): Uint8Array => zlib.subarray(zlibHeaderBytes, zlib.length - zlibTrailerBytes)

function deflatedHere(plain: Uint8Array): Uint8Array {
  const flushed = deflateSync(plain, { level, finishFlush: constants.Z_SYNC_FLUSH })
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(adler32(plain))
  return Buffer.concat([flushed, lastBlock, checksum])
}

function deflatedInThread(plain: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const deflate = createDeflate({ level })
    deflate.on('data', (chunk: Buffer) => { chunks.push(chunk) })
    deflate.on('end', () => { resolve(Buffer.concat(chunks)) })
    deflate.on('error', reject)
    deflate.write(plain)
    deflate.flush(constants.Z_SYNC_FLUSH, () => { deflate.end() })
  })
}

/** RFC 1950 §8.2. The sums are reduced before they could pass 32 bits. */
function adler32(bytes: Uint8Array): number {
  let low = 1
  let high = 0
  for (let start = 0; start < bytes.length; start += 5552) {
    const end = Math.min(start + 5552, bytes.length)
    for (let index = start; index < end; index++) {
      low += bytes[index] ?? 0
      high += low
    }
    low %= 65521
    high %= 65521
  }
  return ((high << 16) | low) >>> 0
}
