import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWindow, throughWindow, windowFunctionOf, windowFunctions } from './window.ts'

/** 8 bits, as PS3.3 §C.11.2.1.2 puts it: y from 0 to 255. */
const shown = (center: number, width: number, name: (typeof windowFunctions)[number]) => {
  const through = throughWindow({ center, width, function: name })
  return (value: number) => 255 * through(value)
}

describe('linear (PS3.3 §C.11.2.1.2.1)', () => {
  test('the example of the standard: center 2048, width 4096 leaves 12 bits as they are', () => {
    const y = shown(2048, 4096, 'linear')
    expect(y(0)).toBe(0)
    expect(y(4095)).toBe(255)
    expect(y(2047.5)).toBeCloseTo(127.5, 10)
  })
  test('center 0, width 100: black at -50, white at 49', () => {
    const y = shown(0, 100, 'linear')
    expect([y(-50), y(-49), y(48), y(49)].map((value) => Math.round(value * 100) / 100)).toEqual([0, 2.58, 252.42, 255])
  })
  test('width 1 is a threshold at the center', () => {
    const y = shown(10, 1, 'linear')
    expect([y(9), y(9.5), y(9.6), y(10)]).toEqual([0, 0, 255, 255])
  })
})

test('linear exact: half of the range at the center, the width not lessened by one (§C.11.2.1.3.2)', () => {
  const y = shown(0, 100, 'linear-exact')
  expect([y(-50), y(-25), y(0), y(25), y(50), y(51)]).toEqual([0, 63.75, 127.5, 191.25, 255, 255])
})

test('sigmoid: e to the 4 at the ends of the width (§C.11.2.1.3.1)', () => {
  const y = shown(40, 400, 'sigmoid')
  expect(y(40)).toBe(127.5)
  expect(y(240)).toBeCloseTo(255 / (1 + Math.exp(-2)), 10)
  expect(y(-160)).toBeCloseTo(255 / (1 + Math.exp(2)), 10)
})

test('every function rises from 0 to 1 and never falls', () => {
  fc.assert(fc.property(
    fc.constantFrom(...windowFunctions), fc.double({ min: -5000, max: 5000, noNaN: true }), fc.double({ min: 1, max: 5000, noNaN: true }),
    fc.double({ min: -10_000, max: 10_000, noNaN: true }), fc.double({ min: -10_000, max: 10_000, noNaN: true }),
    (name, center, width, one, other) => {
      const through = throughWindow({ center, width, function: name })
      const [low, high] = [through(Math.min(one, other)), through(Math.max(one, other))]
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(1)
      expect(low).toBeLessThanOrEqual(high)
    }))
})

test('a linear window is at least 1 wide, the others only wider than nothing', () => {
  expect(windowFunctions.map((name) => isWindow({ center: 0, width: 0.5, function: name }))).toEqual([false, true, true])
  expect(windowFunctions.map((name) => isWindow({ center: 0, width: 0, function: name }))).toEqual([false, false, false])
  expect(isWindow({ center: Number.NaN, width: 10, function: 'sigmoid' })).toBe(false)
})

test('VOI LUT Function is LINEAR unless it says otherwise', () => {
  expect([undefined, 'LINEAR', 'LINEAR_EXACT', 'SIGMOID', 'OTHER'].map(windowFunctionOf)).toEqual(['linear', 'linear', 'linear-exact', 'sigmoid', 'linear'])
})
