/** Codes as people read them out and type them: letters and digits that are not mistaken for each other (Crockford's base 32), in groups. */
import { createHash, randomInt } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A fresh code of five random bits a character: `K7QXM-3FJ2P` is two groups of five. */
export function newTypedCode({ groups, groupLength }: { readonly groups: number; readonly groupLength: number }): string {
  const group = () => Array.from({ length: groupLength }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
  return Array.from({ length: groups }, group).join('-')
}

/** What is kept of a code. Letter case, spaces and dashes do not matter, nor whether a person read 0 as O or 1 as I or L. */
export function typedCodeHash(code: string): Buffer {
  const read = code.toUpperCase().replace(/[\s\-‐–—]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return createHash('sha256').update(read).digest()
}
