const tableSize = 1 << 16

/** Repeatable noise: samples made twice are the same bytes. */
export interface Noise {
  /** About normal, mean 0, deviation 1. */
  readonly normal: () => number
  /** Even between 0 and 1. */
  readonly even: () => number
}

/** A source of noise that depends on nothing but its seed (a xorshift generator behind a table of normals). */
export function createNoise(seed: number): Noise {
  let state = (seed * 2654435761 >>> 0) || 1
  const even = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  return { even, normal: () => normals[(even() * tableSize) | 0] ?? 0 }
}

const normals = normalTable()

function normalTable(): Float32Array {
  const table = new Float32Array(tableSize)
  for (let index = 0; index < tableSize; index += 2) {
    // Box–Muller over a fixed grid of radii and a golden-ratio walk of angles
    const radius = Math.sqrt(-2 * Math.log((index + 1) / tableSize))
    const angle = 2 * Math.PI * (index * 0.6180339887498949 % 1)
    table[index] = radius * Math.cos(angle)
    table[index + 1] = radius * Math.sin(angle)
  }
  return table
}
