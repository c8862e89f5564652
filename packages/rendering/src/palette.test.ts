import fc from 'fast-check'
import type { DicomJson, VR } from '@isocenter/dicom'
import { expect, test } from 'vitest'
import { NotRenderable } from './not-renderable.ts'
import { expandedSegments, paletteOf } from './palette.ts'
import { rasterOf } from './raster.ts'

const binary = (bytes: Uint8Array) => ({ vr: 'OW' as VR, InlineBinary: Buffer.from(bytes).toString('base64') })
const words = (...values: number[]) => new Uint8Array(Uint16Array.from(values).buffer)
const us = (...Value: number[]) => ({ vr: 'US' as VR, Value })
const palette = (descriptor: readonly number[], red: Uint8Array, green = red, blue = red): DicomJson => ({
  '00281101': us(...descriptor), '00281102': us(...descriptor), '00281103': us(...descriptor), '00281201': binary(red), '00281202': binary(green), '00281203': binary(blue),
})

test('entries of 16 bits are shown by their upper 8', () => {
  expect([...paletteOf(palette([3, 0, 16], words(0, 0x8000, 0xffff)), false).red]).toEqual([0, 0x80, 0xff])
})
test('entries of 8 bits lie one a byte, or one a word', () => {
  expect([...paletteOf(palette([4, 0, 8], Uint8Array.of(0, 10, 200, 255)), false).red]).toEqual([0, 10, 200, 255])
  expect([...paletteOf(palette([4, 0, 8], words(0, 10, 200, 255)), false).red]).toEqual([0, 10, 200, 255])
})
test('entries said to have 16 bits but needing 8 are taken as they are', () => {
  expect([...paletteOf(palette([3, 0, 16], words(0, 128, 255)), false).red]).toEqual([0, 128, 255])
})
test('an incomplete palette is no palette', () => {
  const { '00281203': _, ...incomplete } = palette([2, 0, 16], words(0, 1))
  expect(() => paletteOf(incomplete, false)).toThrow(NotRenderable)
})

test('segments: discrete values, a line to a value, a repeat of what was (PS3.3 §C.7.9.2)', () => {
  // 0: two values; 1: four steps to 80; 2: the first segment again, at word offset 0.
  const data = [0, 2, 10, 20, 1, 3, 80, 2, 1, 0, 0]
  expect([...expandedSegments(data, 16)]).toEqual([10, 20, 40, 60, 80, 10, 20])
})
test('whatever segments say, no more entries come than there is room for, and it ends', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 60 }), fc.integer({ min: 1, max: 300 }), (data, count) => {
    expect(expandedSegments(data, count).length).toBeLessThanOrEqual(count)
  }))
})

test('PALETTE COLOR: pixels below and above the table get its ends', () => {
  const metadata: DicomJson = {
    '00280002': us(1), '00280004': { vr: 'CS', Value: ['PALETTE COLOR'] }, '00280010': us(1), '00280011': us(4), '00280100': us(8), '00280101': us(8), '00280102': us(7), '00280103': us(0),
    ...palette([2, 10, 16], words(0xff00, 0), words(0, 0xff00), words(0, 0)),
  }
  expect([...rasterOf({ metadata, frameNumber: 1, pixels: Uint8Array.of(0, 10, 11, 200) }).data]).toEqual([255, 0, 0, 255, 0, 0, 0, 255, 0, 0, 255, 0])
})
test('a supplemental palette colours the values from its first on, the others stay grey', () => {
  const metadata: DicomJson = {
    '00280002': us(1), '00280004': { vr: 'CS', Value: ['MONOCHROME2'] }, '00280010': us(1), '00280011': us(3), '00280100': us(8), '00280101': us(8), '00280102': us(7), '00280103': us(0),
    '00089205': { vr: 'CS', Value: ['COLOR'] }, '00281050': { vr: 'DS', Value: [50] }, '00281051': { vr: 'DS', Value: [100] }, '00281056': { vr: 'CS', Value: ['LINEAR_EXACT'] },
    ...palette([2, 200, 16], words(0xff00, 0), words(0, 0xff00), words(0, 0)),
  }
  expect([...rasterOf({ metadata, frameNumber: 1, pixels: Uint8Array.of(50, 200, 201) }).data]).toEqual([128, 128, 128, 255, 0, 0, 0, 255, 0])
})
