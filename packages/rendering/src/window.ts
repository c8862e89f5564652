/** The functions of a window (PS3.3 §C.11.2.1.2, §C.11.2.1.3). */

export const windowFunctions = ['linear', 'linear-exact', 'sigmoid'] as const
export type WindowFunction = (typeof windowFunctions)[number]

export interface Window {
  readonly center: number
  /** At least 1 for `linear`, above 0 for the others. */
  readonly width: number
  readonly function: WindowFunction
}

/** Whether a width means something with a function. */
export function isWindow({ center, width, function: name }: Window): boolean {
  return Number.isFinite(center) && Number.isFinite(width) && (name === 'linear' ? width >= 1 : width > 0)
}

/** The function of VOI LUT Function (0028,1056); LINEAR where it is absent or unknown. */
export function windowFunctionOf(term: string | undefined): WindowFunction {
  const name = term?.toLowerCase().replace('_', '-')
  return windowFunctions.find((known) => known === name) ?? 'linear'
}

/** What a window makes of a value: 0 for black to 1 for white. */
export function throughWindow({ center, width, function: name }: Window): (value: number) => number {
  switch (name) {
    case 'sigmoid': return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width))
    case 'linear-exact': return ramp(center - width / 2, center + width / 2, (value) => (value - center) / width + 0.5)
    case 'linear': {
      const middle = center - 0.5
      const reach = (width - 1) / 2
      return ramp(middle - reach, middle + reach, (value) => (value - middle) / (width - 1) + 0.5)
    }
  }
}

/** Black up to and including `from`, white above `to`. */
function ramp(from: number, to: number, between: (value: number) => number): (value: number) => number {
  return (value) => (value <= from ? 0 : value > to ? 1 : between(value))
}
