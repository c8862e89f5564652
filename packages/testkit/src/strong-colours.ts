/** A picture that asks more of a JPEG 2000 encoder than any photograph does. */

/** Coefficients of the reversible wavelet's filters (ISO 15444-1 F.4.8.2), the middle one in the middle. */
const lowPass = [-1 / 8, 2 / 8, 6 / 8, 2 / 8, -1 / 8]
const highPass = [-1 / 2, 1, -1 / 2]

/** What each sample counts in the coefficient over sample `centre` that these filters make, level by level. */
function countIn(filters: readonly (readonly number[])[], centre: number): Map<number, number> {
  let weights = new Map([[centre, 1]])
  for (const [level, filter] of filters.entries()) {
    const next = new Map<number, number>()
    for (const [at, weight] of weights) {
      for (const [index, factor] of filter.entries()) {
        const place = at + (index - (filter.length >> 1)) * 2 ** level
        next.set(place, (next.get(place) ?? 0) + weight * factor)
      }
    }
    weights = next
  }
  return weights
}

/**
 * 128 by 128 pixels of magenta and green, `most` being their strongest sample: colour differences laid so that they add up to
 * the largest coefficient that JPEG 2000's reversible transform can make of them. Colour by pixel, a byte a sample.
 */
export function strongColours(bands: 'LL' | 'HL', most: number): Uint8Array {
  const lows = Array.from({ length: bands === 'LL' ? 5 : 4 }, () => lowPass)
  const down = countIn(lows, 64)
  const across = bands === 'LL' ? down : countIn([...lows.slice(1), highPass], 72)
  const pixels = new Uint8Array(128 * 128 * 3)
  for (let index = 0; index < 128 * 128; index++) {
    const isMagenta = (across.get(index % 128) ?? 0) * (down.get(index >> 7) ?? 0) > 0
    pixels.set(isMagenta ? [most, 0, most] : [0, most, 0], index * 3)
  }
  return pixels
}
