/**
 * Bytes encrypted piece by piece with AES-256-GCM, so that a file is neither held whole nor given out before it is known to be as it was kept
 * (the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015).
 * A key seals one file only. The nonce is the number of the piece and whether it is the last: none can be left out, moved or added at the end.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const keyBytes = 32
const tagBytes = 16
/** Of plain text in every piece but the last. */
const pieceBytes = 64 * 1024

export const newFileKey = (): Buffer => randomBytes(keyBytes)

function nonceOf(piece: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(piece, 7)
  nonce.writeUInt8(isLast ? 1 : 0, 11)
  return nonce
}

function seal(key: Buffer, piece: number, isLast: boolean, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(algorithm, key, nonceOf(piece, isLast))
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function open(key: Buffer, piece: number, isLast: boolean, sealed: Buffer): Buffer {
  const decipher = createDecipheriv(algorithm, key, nonceOf(piece, isLast), { authTagLength: tagBytes }).setAuthTag(sealed.subarray(sealed.length - tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()])
}

const strideBytes = pieceBytes + tagBytes

/** Bytes `offset` … `offset + length - 1` of a sealed file, with the range of the sealed bytes they are opened out of. */
export interface SealedRange {
  readonly offset: number
  readonly length: number
  /** To be read from the store. */
  readonly sealed: { readonly offset: number; readonly length: number }
  readonly firstPiece: number
  readonly lastPiece: number
}

/** Where a range of a file lies among its sealed bytes. @param byteLength of the file as it was; the range lies inside it and is not empty */
export function sealedRange(byteLength: number, { offset, length }: { readonly offset: number; readonly length: number }): SealedRange {
  const lastPiece = Math.ceil(byteLength / pieceBytes) - 1
  const [first, last] = [Math.floor(offset / pieceBytes), Math.floor((offset + length - 1) / pieceBytes)]
  const end = Math.min((last + 1) * strideBytes, byteLength + (lastPiece + 1) * tagBytes)
  return { offset, length, firstPiece: first, lastPiece, sealed: { offset: first * strideBytes, length: end - first * strideBytes } }
}

/** Pieces of so many bytes each, but the last, which is at least a byte unless nothing came at all. */
async function* inPieces(source: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<{ piece: Buffer; index: number; isLast: boolean }> {
  let waiting: Uint8Array[] = []
  let held = 0
  let index = 0
  for await (const chunk of source) {
    waiting.push(chunk)
    held += chunk.length
    while (held > length) {
      const all = Buffer.concat(waiting, held)
      yield { piece: all.subarray(0, length), index: index++, isLast: false }
      waiting = [all.subarray(length)]
      held -= length
    }
  }
  yield { piece: Buffer.concat(waiting, held), index, isLast: true }
}

/** The bytes as they are kept. */
export async function* sealBytes(source: AsyncIterable<Uint8Array>, key: Buffer): AsyncGenerator<Buffer> {
  for await (const { piece, index, isLast } of inPieces(source, pieceBytes)) yield seal(key, index, isLast, piece)
}

/** The bytes as they were. @throws Error where they are not as they were sealed, before the piece in question is given out */
export async function* openBytes(source: AsyncIterable<Uint8Array>, key: Buffer): AsyncGenerator<Buffer> {
  for await (const { piece, index, isLast } of inPieces(source, strideBytes)) {
    if (piece.length < tagBytes) throw new Error('A sealed file is cut short.')
    yield open(key, index, isLast, piece)
  }
}

/** The bytes of a range as they were. @param source the sealed bytes the range names @throws Error as `openBytes` */
export async function* openRange(source: AsyncIterable<Uint8Array>, key: Buffer, { offset, length, firstPiece, lastPiece }: SealedRange): AsyncGenerator<Buffer> {
  let at = firstPiece * pieceBytes
  for await (const { piece, index } of inPieces(source, strideBytes)) {
    if (piece.length < tagBytes) throw new Error('A sealed file is cut short.')
    const plain = open(key, firstPiece + index, firstPiece + index === lastPiece, piece)
    yield plain.subarray(Math.max(0, offset - at), offset + length - at)
    at += plain.length
  }
  if (at < offset + length) throw new Error('A sealed file is cut short.')
}
