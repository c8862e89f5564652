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
  for await (const { piece, index, isLast } of inPieces(source, pieceBytes + tagBytes)) {
    if (piece.length < tagBytes) throw new Error('A sealed file is cut short.')
    yield open(key, index, isLast, piece)
  }
}
