/** Chance that can be had again: everything a run did follows from its seed. */

/** A number of 0 … below 1, each time another (mulberry32). */
export type Chance = () => number

export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number of 0 … below `limit`. */
export const below = (chance: Chance, limit: number): number => Math.floor(chance() * limit)

export function oneOf<T>(chance: Chance, choices: readonly T[]): T {
  const choice = choices[below(chance, choices.length)]
  if (choice === undefined) throw new RangeError('There is nothing to choose from.')
  return choice
}

/** Lengths and counts that readers trip over. */
const extremes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff] as const

/** The bytes with one to four changes: bits turned, numbers made extreme, pieces cut, doubled, moved or made up. */
export function mutated(chance: Chance, bytes: Uint8Array): Buffer {
  let result: Buffer = Buffer.from(bytes)
  for (let changes = 1 + below(chance, 4); changes > 0 && result.length > 0; changes--) result = changed(chance, result)
  return result
}

function changed(chance: Chance, bytes: Buffer): Buffer {
  // What is at the beginning decides more than what is in the pixels.
  const at = below(chance, chance() < 0.7 ? Math.min(bytes.length, 2_000) : bytes.length)
  const length = 1 + below(chance, chance() < 0.9 ? 16 : 4_096)
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (below(chance, 8)) {
    case 0: bytes[at] = (bytes[at] ?? 0) ^ (1 << below(chance, 8)); return bytes
    case 1: bytes[at] = below(chance, 256); return bytes
    case 2: if (at + 4 <= bytes.length) bytes.writeUInt32LE(oneOf(chance, extremes), at); return bytes
    case 3: if (at + 2 <= bytes.length) bytes.writeUInt16LE(oneOf(chance, extremes) & 0xffff, at); return bytes
    case 4: return Buffer.concat([before, after.subarray(length)])
    case 5: return Buffer.concat([before, after.subarray(0, length), after])
    case 6: return Buffer.concat([before, Buffer.from(Array.from({ length: Math.min(length, 64) }, () => below(chance, 256))), after])
    default: return chance() < 0.5 ? before : Buffer.concat([after, before])
  }
}
