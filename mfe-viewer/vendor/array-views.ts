/**
 * Views of arrays, as the `ndarray` 1.0 within the release has them. That library writes a class for every kind of array and every count of
 * dimensions as text and evaluates it, which the viewer's Content-Security-Policy forbids; here the same is closures. Whatever reads
 * segmentations asks for them.
 */

/** What lies below a view: an array, or, of kind `generic`, an object that is asked for its elements. */
export interface Elements { [index: number]: unknown }
interface Holder extends Elements {
  readonly get: (index: number) => unknown
  readonly set: (index: number, value: unknown) => unknown
}

/** One number a dimension; a dimension that has none is left as it is. */
type PerDimension = readonly (number | null | undefined)[]

export interface View {
  readonly data: Elements
  readonly dtype: string
  readonly dimension: number
  readonly shape: readonly number[]
  readonly stride: readonly number[]
  readonly offset?: number
  /** How many elements it has. */
  readonly size: number
  /** Its dimensions, that of the shortest stride first. */
  readonly order: readonly number[]
  /** Where an element is in `data`. */
  readonly index: (...at: readonly number[]) => number
  readonly get: (...at: readonly number[]) => unknown
  /** The value comes last; it is returned. */
  readonly set: (...at: readonly unknown[]) => unknown
  /** Of each dimension the first so many. */
  readonly hi: (...ends: PerDimension) => View
  /** Without the first so many of each dimension. */
  readonly lo: (...starts: PerDimension) => View
  /** Every so manyth of each dimension, from its end where the step is negative. */
  readonly step: (...steps: PerDimension) => View
  readonly transpose: (...axes: readonly (number | undefined)[]) => View
  /** At one place of each dimension that has one, and without that dimension. */
  readonly pick: (...at: PerDimension) => View | null
}

export type ViewMaker = (data: Elements, shape?: readonly number[], stride?: readonly number[], offset?: number) => View

/**
 * What makes views of `dimension` dimensions of arrays of kind `dtype`: -1 for one of nothing, 0 for one of a single element. Written into the
 * release as text: it uses nothing from outside itself.
 * @param makers those of the same kind, of -1 dimensions and more; `pick` makes views of fewer by them
 */
export function viewMaker(dtype: string, dimension: number, makers: readonly (ViewMaker | undefined)[]): ViewMaker {
  const isHolder = (_data: Elements): _data is Holder => dtype === 'generic'
  const isPlace = (at: unknown): at is number => typeof at === 'number' && at >= 0

  const makeNothing = (data: Elements): View => {
    const again = () => makeNothing(data)
    return {
      data, dtype, dimension, shape: [], stride: [], size: 0, order: [], index: () => -1, get: () => undefined, set: () => undefined, hi: again, lo: again, step: again, transpose: again, pick: () => null,
    }
  }

  const make = (data: Elements, shape: readonly number[], stride: readonly number[], offset: number): View => {
    const strideOf = (axis: number) => stride[axis] ?? Number.NaN
    const index = (...at: readonly unknown[]) => {
      let place = offset
      for (let axis = 0; axis < dimension; axis++) place += strideOf(axis) * Number(at[axis])
      return place
    }
    return {
      data, dtype, dimension, shape, stride, offset, index,
      get size() { return shape.reduce((product, length) => product * length, 1) },
      get order() { return stride.map((_, axis) => axis).sort((one, other) => Math.abs(strideOf(one)) - Math.abs(strideOf(other))) },
      get: (...at) => (isHolder(data) ? data.get(index(...at)) : data[index(...at)]),
      set(...at) {
        const [place, value] = [index(...at), at[dimension]]
        if (isHolder(this.data)) return this.data.set(place, value)
        this.data[place] = value
        return value
      },
      hi: (...ends) => make(data, shape.map((length, axis) => {
        const end = ends[axis]
        return isPlace(end) ? Math.trunc(end) : length
      }), stride, offset),
      lo: (...starts) => {
        const skipped = stride.map((_, axis) => {
          const start = starts[axis]
          return isPlace(start) ? Math.trunc(start) : 0
        })
        return make(data, shape.map((length, axis) => length - (skipped[axis] ?? 0)), stride, index(...skipped))
      },
      step: (...steps) => {
        const taken = stride.map((_, axis) => {
          const step = steps[axis]
          return typeof step === 'number' ? Math.trunc(step) : 1
        })
        const first = shape.map((length, axis) => ((taken[axis] ?? 1) < 0 ? length - 1 : 0))
        return make(data, shape.map((length, axis) => Math.ceil(length / Math.abs(taken[axis] ?? 1))), stride.map((length, axis) => length * (taken[axis] ?? 1)), index(...first))
      },
      transpose: (...axes) => {
        const from = stride.map((_, axis) => axes[axis] ?? axis)
        return make(data, from.map((axis) => shape[axis] ?? Number.NaN), from.map(strideOf), offset)
      },
      pick: (...at) => {
        const kept = stride.map((_, axis) => axis).filter((axis) => !isPlace(at[axis]))
        const place = index(...stride.map((_, axis) => (isPlace(at[axis]) ? at[axis] : 0)))
        return makers[dimension === 0 ? 0 : kept.length + 1]?.(data, kept.map((axis) => shape[axis] ?? Number.NaN), kept.map(strideOf), place) ?? null
      },
    }
  }

  return dimension === -1 ? makeNothing : (data, shape = [], stride = [], offset = 0) => make(data, shape.slice(0, dimension), stride.slice(0, dimension), dimension === 0 ? offset : Math.trunc(offset))
}
