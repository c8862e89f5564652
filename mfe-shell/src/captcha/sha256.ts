/**
 * SHA-256 (FIPS 180-4), synchronous: the browser's own is asynchronous, which costs more than the hash, and is not there at all on pages
 * that came over plain HTTP. For captchas only, which are no secret.
 */

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
const k = new Uint32Array(64)
const initial = new Uint32Array(8)
for (let candidate = 2, found = 0; found < 64; candidate++) {
  let isPrime = true
  for (let factor = 2; factor * factor <= candidate; factor++) isPrime &&= candidate % factor !== 0
  if (!isPrime) continue
  if (found < 8) initial[found] = fraction(Math.sqrt(candidate))
  k[found] = fraction(Math.cbrt(candidate))
  found++
}

function fraction(value: number): number {
  return Math.floor((value - Math.floor(value)) * 2 ** 32)
}

const schedule = new Uint32Array(64)

/** The first 32 bits of the hash. */
export function firstWordOfSha256(message: Uint8Array): number {
  const state = initial.slice()
  const blocks = Math.ceil((message.length + 9) / 64)
  const padded = new Uint8Array(blocks * 64)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 4, message.length * 8)
  for (let block = 0; block < blocks; block++) compress(state, view, block * 64)
  return state[0] ?? 0
}

function compress(state: Uint32Array, view: DataView, offset: number): void {
  const w = schedule
  for (let i = 0; i < 16; i++) w[i] = view.getUint32(offset + i * 4)
  for (let i = 16; i < 64; i++) {
    const a = at(w, i - 15)
    const b = at(w, i - 2)
    w[i] = at(w, i - 16) + (rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)) + at(w, i - 7) + (rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10))
  }
  let a = at(state, 0), b = at(state, 1), c = at(state, 2), d = at(state, 3), e = at(state, 4), f = at(state, 5), g = at(state, 6), h = at(state, 7)
  for (let i = 0; i < 64; i++) {
    const one = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + at(k, i) + at(w, i)) | 0
    const two = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + one) | 0
    d = c
    c = b
    b = a
    a = (one + two) | 0
  }
  const words = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] = at(state, i) + (words[i] ?? 0)
}

const at = (array: Uint32Array, index: number): number => array[index] ?? 0
const rotate = (value: number, by: number): number => (value >>> by) | (value << (32 - by))
