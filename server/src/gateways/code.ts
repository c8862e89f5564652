/** Upload codes as people type them: letters and digits that are not mistaken for each other (Crockford's base 32), in groups. */
import { createHash, randomInt } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const groups = 5
const groupLength = 5

/** A fresh code of 125 random bits: `K7QXM-3FJ2P-9WTRB-VH4DN-0XZ8E`. */
export function newUploadCode(): string {
  const group = () => Array.from({ length: groupLength }, () => alphabet[randomInt(alphabet.length)]).join('')
  return Array.from({ length: groups }, group).join('-')
}

/** What a code is found by. Letter case, spaces and dashes do not matter, nor whether a person read 0 as O or 1 as I or L. */
export function uploadCodeHash(code: string): Buffer {
  const read = code.toUpperCase().replace(/[\s\-‐–—]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  // No slow hash: it could be guessed no better than a key.
  return createHash('sha256').update(read).digest()
}
