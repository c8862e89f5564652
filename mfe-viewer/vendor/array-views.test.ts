import { createRequire } from 'node:module'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { viewMaker, type Elements, type View, type ViewMaker } from './array-views.ts'

/** The library itself, of the version within the release. */
const original = createRequire(import.meta.url)('ndarray') as (data: Elements, shape: readonly number[], stride?: readonly number[], offset?: number) => View

/** Ours, made as the library makes views of what is compiled for it. */
function ours(dtype: string, data: Elements, shape: readonly number[], stride: readonly number[], offset: number): View {
  const makers: ViewMaker[] = []
  while (makers.length <= shape.length + 1) makers.push(viewMaker(dtype, makers.length - 1, makers))
  const make = makers[shape.length + 1]
  if (make === undefined) throw new Error('There is no maker.')
  return make(data, shape, stride, offset)
}

const both = (dtype: string, data: Elements, shape: readonly number[], stride: readonly number[], offset: number): readonly [View, View] => [original(data, shape, stride, offset), ours(dtype, data, shape, stride, offset)]

/** Every place of a view. */
const placesOf = (shape: readonly number[]): number[][] => shape.reduce<number[][]>((places, length) => places.flatMap((place) => Array.from({ length }, (_, at) => [...place, at])), [[]])

function expectSame([theirs, mine]: readonly [View, View]): void {
  const told = ({ dtype, dimension, shape, stride, offset, size }: View) => ({ dtype, dimension, shape: [...shape], stride: [...stride], offset, size })
  expect(told(mine)).toEqual(told(theirs))
  const places = theirs.dimension === -1 ? [[]] : placesOf(theirs.shape)
  expect(places.map((place) => [mine.index(...place), mine.get(...place)])).toEqual(places.map((place) => [theirs.index(...place), theirs.get(...place)]))
  // Dimensions of the same stride have no order between them, and the library's differs with their count.
  if (new Set(theirs.stride.map(Math.abs)).size === theirs.stride.length) expect(mine.order).toEqual(theirs.order)
}

const perDimension = fc.array(fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }), { maxLength: 4 })
const changes = fc.oneof(
  fc.record({ how: fc.constantFrom('hi', 'lo', 'pick'), by: perDimension }),
  fc.record({ how: fc.constant('step'), by: fc.array(fc.option(fc.constantFrom(-2, -1, 1, 2), { nil: undefined }), { maxLength: 4 }) }),
  fc.record({ how: fc.constant('transpose'), by: fc.constantFrom([1, 0], [2, 1, 0], [0, 2, 1], [1, 0, 2, 3], [3, 2, 1, 0]) }),
) as fc.Arbitrary<{ readonly how: 'hi' | 'lo' | 'pick' | 'step' | 'transpose'; readonly by: readonly (number | undefined)[] }>

describe('views of arrays are those of the library they stand for', () => {
  test.each([['uint8', Uint8Array], ['uint16', Uint16Array], ['float32', Float32Array]] as const)('%s, one dimension to four, row by row, sliced, mirrored, turned and picked', (dtype, Kind) => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), fc.array(changes, { maxLength: 4 }), (shape, course) => {
      const data = Kind.from(Array.from({ length: shape.reduce((product, length) => product * length, 1) }, (_, index) => index + 1))
      const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1))
      let pair = both(dtype, data, shape, stride, 0)
      expectSame(pair)
      for (const { how, by } of course) {
        const [theirs, mine] = pair
        if (theirs.dimension < 1) break
        const fits = how === 'lo' || how === 'hi' ? by.map((one, axis) => (one === undefined ? one : Math.min(one, theirs.shape[axis] ?? 0))) : how === 'pick' ? by.map((one, axis) => ((theirs.shape[axis] ?? 0) > (one ?? 0) ? one : undefined)) : by
        if (how === 'transpose' && (by.length !== theirs.dimension)) continue
        const changed = [theirs[how](...fits as number[]), mine[how](...fits as number[])] as const
        if (changed[0] === null || changed[1] === null) throw new Error('There is no view.')
        pair = [changed[0], changed[1]]
        expectSame(pair)
      }
    }), { numRuns: 300 })
  })

  test('what is written through a view is where the library writes it', () => {
    for (const [shape, stride, offset] of [[[4, 3], [3, 1], 0], [[3, 4], [1, 3], 0], [[4, 3], [-3, 1], 9], [[2, 2, 3], [6, 3, 1], 0]] as const) {
      const [here, there] = [new Uint8Array(12), new Uint8Array(12)]
      const [theirs, mine] = [original(there, shape, stride, offset), ours('uint8', here, shape, stride, offset)]
      for (const [value, place] of placesOf(shape).entries()) expect(mine.set(...place, value + 1)).toBe(theirs.set(...place, value + 1))
      expect(here).toEqual(there)
    }
  })

  test('a view of one element, and one of nothing', () => {
    const data = [7, 8, 9]
    const [theirs, mine] = both('array', data, [3], [1], 0).map((view) => view.pick(1)) as [View, View]
    expectSame([theirs, mine])
    expect([mine.set(5), theirs.get()]).toEqual([5, 5])
    expectSame([theirs.pick(), mine.pick()] as [View, View])
    expect([mine.pick()?.pick(), mine.pick()?.get(), mine.pick()?.hi().size]).toEqual([null, undefined, 0])
  })

  test('elements may be had by an object', () => {
    const held = new Map<number, unknown>([[0, 'a'], [1, 'b'], [2, 'c'], [3, 'd']])
    const data = { get: (index: number) => held.get(index), set: (index: number, value: unknown) => held.set(index, value) }
    const pair = both('generic', data, [2, 2], [2, 1], 0)
    expectSame(pair)
    pair[1].set(1, 0, 'e')
    expect(pair[0].get(1, 0)).toBe('e')
  })

  test('it needs nothing from around it, nor a function made of text', () => {
    const text = viewMaker.toString()
    expect(text).not.toMatch(/new Function|\beval\b/)
    const alone = runInNewContext(`(${text})`) as typeof viewMaker
    const makers: ViewMaker[] = []
    while (makers.length < 4) makers.push(alone('uint8', makers.length - 1, makers))
    expect(makers[3]?.(Uint8Array.of(1, 2, 3, 4), [2, 2], [2, 1], 0).transpose(1, 0).get(0, 1)).toBe(3)
  })
})
