/** Pictures that ask more of a JPEG 2000 encoder than any photograph does. */

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

type Bands = 'LL' | 'HL' | 'LH' | 'HH'

/**
 * Which of 128 by 128 samples must be strong and which weak to add up to the largest coefficient that level of JPEG 2000's
 * reversible transform can make in that band.
 */
export function strongestPattern(bands: Bands, level: number): boolean[] {
  const lows = Array.from({ length: level }, () => lowPass)
  const low = countIn(lows, 64)
  const high = countIn([...lows.slice(1), highPass], 64 + 2 ** (level - 1))
  const across = bands === 'HL' || bands === 'HH' ? high : low
  const down = bands === 'LH' || bands === 'HH' ? high : low
  return Array.from({ length: 128 * 128 }, (_, index) => (across.get(index % 128) ?? 0) * (down.get(index >> 7) ?? 0) > 0)
}

/** 128 by 128 pixels of magenta and green, `most` being their strongest sample: the colour differences make that pattern. Colour by pixel, a byte a sample. */
export function strongColours(bands: 'LL' | 'HL', most: number): Uint8Array {
  return Uint8Array.from(strongestPattern(bands, bands === 'LL' ? 5 : 4).flatMap((isMagenta) => (isMagenta ? [most, 0, most] : [0, most, 0])))
}
