/** The CRC-32 of two texts joined, from the CRC-32 of each: arithmetic of polynomials over GF(2), lowest bit first (RFC 1952 §8). */

const polynomial = 0xedb88320
/** The polynomial 1. */
const one = 0x80000000

/** The product of two polynomials modulo the CRC's own. */
function multiply(a: number, b: number): number {
  let product = 0
  let shifted = b
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= shifted
    shifted = shifted & 1 ? (shifted >>> 1) ^ polynomial : shifted >>> 1
  }
  return product >>> 0
}

/** x to the power of 8, 16, 32 …: what each bit of a length in bytes shifts by. */
const powers: readonly number[] = (() => {
  // x^8, since the highest bit stands for 1.
  const all = [one >>> 8]
  // Lengths up to 2^53 bytes.
  for (let bit = 1; bit < 53; bit++) all.push(multiply(all[bit - 1] ?? 0, all[bit - 1] ?? 0))
  return all
})()

/** x to the power of eight times `byteLength`. */
function shiftOf(byteLength: number): number {
  let shift = one
  for (let bit = 0, rest = byteLength; rest > 0; bit++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(powers[bit] ?? 0, shift)
  }
  return shift
}

/**
 * The CRC-32 of `first` followed by `second`, without reading either.
 * @param secondLength bytes in the second
 */
export function combineCrc32(first: number, second: number, secondLength: number): number {
  return (multiply(shiftOf(secondLength), first) ^ second) >>> 0
}
