import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cut, turned, turnedPoint, within, type Turn } from './geometry.ts'
import { shuttered } from './shutter.ts'
import { fitted, placementOf } from './viewport.ts'

/**
 * 1 2 3
 * 4 5 6
 */
const six = { width: 3, height: 2, channels: 1 as const, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }
const turn = (degrees: Turn['degrees'], flipsHorizontally = false, flipsVertically = false): Turn => ({ degrees, flipsHorizontally, flipsVertically })

describe('turning', () => {
  test('90 degrees is clockwise', () => {
    expect(turned(six, turn(90))).toEqual({ width: 2, height: 3, channels: 1, data: Uint8Array.of(4, 1, 5, 2, 6, 3) })
    expect([...turned(six, turn(270)).data]).toEqual([3, 6, 2, 5, 1, 4])
    expect([...turned(six, turn(180)).data]).toEqual([6, 5, 4, 3, 2, 1])
  })
  test('a flip comes after the rotation (PS3.3 §C.10.6)', () => {
    expect([...turned(six, turn(0, true)).data]).toEqual([3, 2, 1, 6, 5, 4])
    expect([...turned(six, turn(0, false, true)).data]).toEqual([4, 5, 6, 1, 2, 3])
    expect([...turned(six, turn(90, true)).data]).toEqual([1, 4, 2, 5, 3, 6])
  })
  test('no pixel is lost or doubled', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom<Turn['degrees']>(0, 90, 180, 270), fc.boolean(), fc.boolean(), (width, height, degrees, h, v) => {
      const raster = { width, height, channels: 1 as const, data: Uint8Array.from({ length: width * height }, (_, index) => index + 1) }
      expect([...turned(raster, turn(degrees, h, v)).data].sort((a, b) => a - b)).toEqual([...raster.data])
    }))
  })
  test('every pixel goes where its place does, with all its channels', () => {
    const raster = { width: 3, height: 2, channels: 3 as const, data: Uint8Array.from({ length: 18 }, (_, index) => index + 1) }
    for (const degrees of [0, 90, 180, 270] as const) for (const h of [false, true]) for (const v of [false, true]) {
      const { width, data } = turned(raster, turn(degrees, h, v))
      for (const [place, [x, y]] of ([[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [2, 1]] as const).entries()) {
        const [toX, toY] = turnedPoint([x, y], raster, turn(degrees, h, v), 1)
        expect([...data.subarray((toY * width + toX) * 3, (toY * width + toX) * 3 + 3)]).toEqual([1, 2, 3].map((channel) => place * 3 + channel))
      }
    }
  })
  test('corners go where pixels go', () => {
    expect(turnedPoint([0, 0], six, turn(90), 0)).toEqual([2, 0])
    expect(turnedPoint([3, 2], six, turn(90), 0)).toEqual([0, 3])
  })
})

test('of an area that reaches beyond the image its part within is left', () => {
  expect(within({ left: 1, top: 0, width: 9, height: 1 }, six)).toEqual({ left: 1, top: 0, width: 2, height: 1 })
  expect(within({ left: 3, top: 0, width: 1, height: 1 }, six)).toBeUndefined()
})

test('what lies outside an image that is cut from is black', () => {
  expect([...cut(six, { left: -1, top: 1, width: 3, height: 2 }).data]).toEqual([0, 4, 5, 0, 0, 0])
  expect([...cut(six, { left: 5, top: 5, width: 1, height: 1 }).data]).toEqual([0])
})

describe('viewport', () => {
  const image = { width: 512, height: 256 }
  test('the image touches two sides, its shape kept', () => {
    expect(fitted(image, 1, { width: 100, height: 100 })).toEqual({ width: 100, height: 50 })
    expect(fitted(image, 1, { width: 2000, height: 500 })).toEqual({ width: 1000, height: 500 })
    // Pixels twice as high as wide.
    expect(fitted(image, 2, { width: 100, height: 100 })).toEqual({ width: 100, height: 100 })
  })
  test('a region is cut; elided values mean all there is; negative sizes turn over', () => {
    expect(placementOf({ width: 50, height: 50, region: { left: 12, top: 0, width: 100, height: 100 } }, image, 1)).toMatchObject({ cut: { left: 12, top: 0, width: 100, height: 100 }, width: 50, height: 50 })
    expect(placementOf({ width: 50, height: 50, region: { left: 500, top: 250 } }, image, 1)?.cut).toEqual({ left: 500, top: 250, width: 12, height: 6 })
    expect(placementOf({ width: 50, height: 50, region: { left: 0, top: 0, width: -512, height: -256 } }, image, 1)).toMatchObject({ flipsHorizontally: true, flipsVertically: true })
  })
  test('a region outside the image shows nothing', () => {
    expect(placementOf({ width: 50, height: 50, region: { left: 600, top: 0 } }, image, 1)).toBeUndefined()
  })
  test('it always fits and never vanishes', () => {
    const size = fc.integer({ min: 1, max: 5000 })
    fc.assert(fc.property(size, size, size, size, fc.double({ min: 0.05, max: 20, noNaN: true }), (width, height, vw, vh, aspect) => {
      const placed = fitted({ width, height }, aspect, { width: vw, height: vh })
      expect(placed.width).toBeGreaterThanOrEqual(1)
      expect(placed.height).toBeGreaterThanOrEqual(1)
      expect(placed.width).toBeLessThanOrEqual(vw)
      expect(placed.height).toBeLessThanOrEqual(vh)
    }))
  })
})

describe('shutters (PS3.3 §C.7.6.11)', () => {
  const white = { width: 5, height: 5, channels: 1 as const, data: new Uint8Array(25).fill(255) }
  const visible = (json: Parameters<typeof shuttered>[1]) => [...shuttered(white, json).data].map((value) => (value === 255 ? '#' : '.')).join('').replace(/.{5}/g, '$&\n')
  const is = (...Value: number[]) => ({ vr: 'IS' as const, Value })
  test('edges belong to what is seen', () => {
    expect(visible({ '00181600': { vr: 'CS', Value: ['RECTANGULAR'] }, '00181602': is(2), '00181604': is(4), '00181606': is(1), '00181608': is(2) })).toBe('.###.\n.###.\n.....\n.....\n.....\n')
  })
  test('a circle is given by row and column of its center', () => {
    expect(visible({ '00181600': { vr: 'CS', Value: ['CIRCULAR'] }, '00181610': is(3, 2), '00181612': is(1) })).toBe('.....\n.#...\n###..\n.#...\n.....\n')
  })
  test('several shutters all have to let a pixel through, and give the grey asked for', () => {
    const both = { '00181600': { vr: 'CS' as const, Value: ['RECTANGULAR', 'CIRCULAR'] }, '00181602': is(2), '00181604': is(5), '00181606': is(1), '00181608': is(5), '00181610': is(3, 2), '00181612': is(1) }
    expect(visible(both)).toBe('.....\n.#...\n.##..\n.#...\n.....\n')
    expect(shuttered(white, { ...both, '00181622': { vr: 'US', Value: [0x8000] } }).data[0]).toBe(128)
  })
})
