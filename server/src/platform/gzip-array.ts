/** A JSON array as one gzip member (RFC 1952), joined from deflated pieces that are objects, or several of them with commas between. */
import { crc32 } from 'node:zlib'
import { combineCrc32 } from './crc32-combine.ts'
import type { DeflatedPiece } from './joinable-deflate.ts'

/** One byte as a stored block (RFC 1951 §3.2.4): it ends at a byte, as all that is joined must. */
const stored = (character: string, isLast: boolean): Buffer => Buffer.from([isLast ? 1 : 0, 1, 0, 0xfe, 0xff, character.charCodeAt(0)])

const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])

/** What a member begins with. */
export const arrayStart: Uint8Array = Buffer.concat([header, stored('[', false)])
/** What stands between two pieces. */
export const arrayComma: Uint8Array = stored(',', false)
const closing = stored(']', true)
const trailerBytes = 8

/** A whole array: how long it is in either form, and what its text sums up to. */
export interface ArraySize {
  readonly gzipBytes: number
  readonly textBytes: number
  /** CRC-32 of the text. */
  readonly crc32: number
}

/** The size of the array of these pieces. */
export function sizeOfArray(pieces: Iterable<DeflatedPiece>): ArraySize {
  const { deflatedBytes, textBytes, crc32: sum } = joined(pieces)
  return {
    gzipBytes: arrayStart.length + deflatedBytes + closing.length + trailerBytes,
    textBytes: textBytes + 2,
    crc32: crc32(']', combineCrc32(crc32('['), sum, textBytes)),
  }
}

/** Pieces with commas between them as one piece. */
export function joined(pieces: Iterable<DeflatedPiece>): DeflatedPiece {
  let deflatedBytes = 0
  let textBytes = 0
  let sum = 0
  for (const piece of pieces) {
    if (textBytes > 0) {
      deflatedBytes += arrayComma.length
      textBytes += 1
      sum = crc32(',', sum)
    }
    deflatedBytes += piece.deflatedBytes
    textBytes += piece.textBytes
    sum = combineCrc32(sum, piece.crc32, piece.textBytes)
  }
  return { deflatedBytes, textBytes, crc32: sum }
}

/** What a member ends with. */
export function arrayEnd({ textBytes, crc32: sum }: ArraySize): Uint8Array {
  const trailer = Buffer.alloc(trailerBytes)
  trailer.writeUInt32LE(sum, 0)
  // Modulo 2^32 (RFC 1952 §2.3.1).
  trailer.writeUInt32LE(textBytes % 2 ** 32, 4)
  return Buffer.concat([closing, trailer])
}
