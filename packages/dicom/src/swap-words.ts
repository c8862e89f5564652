/**
 * A copy with the bytes of every word reversed, from one byte order to the other; what is left over behind the last whole word
 * stays as it is. The same array when a word is one byte.
 */
export function wordsSwapped(bytes: Uint8Array, wordBytes: number): Uint8Array {
  if (wordBytes === 1) return bytes
  const copy = Buffer.from(bytes)
  const whole = copy.subarray(0, copy.length - (copy.length % wordBytes))
  if (wordBytes === 2) whole.swap16()
  else if (wordBytes === 4) whole.swap32()
  else whole.swap64()
  return copy
}
