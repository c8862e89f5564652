import { randomInt } from 'node:crypto'

/** Letters and digits that are not mistaken for each other when read out. */
const upper = 'ABCDEFGHJKMNPQRSTUVWXYZ'
const lower = 'abcdefghijkmnpqrstuvwxyz'
const digits = '23456789'
const symbols = '$@&_'
const length = 12

const oneOf = (characters: string): string => characters.charAt(randomInt(characters.length))

/** A random password that keeps the standard policy; some 65 bits. */
export function newOneTimePassword(): string {
  const needed = [upper, lower, digits, symbols].map(oneOf)
  const characters = [...needed, ...Array.from({ length: length - needed.length }, () => oneOf(upper + lower + digits))]
  // Fisher–Yates: or the symbol would always stand at the same place.
  for (let last = characters.length - 1; last > 0; last--) {
    const other = randomInt(last + 1)
    const [a = '', b = ''] = [characters[last], characters[other]]
    characters[last] = b
    characters[other] = a
  }
  return characters.join('')
}
