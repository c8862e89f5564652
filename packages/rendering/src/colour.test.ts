import { expect, test } from 'vitest'
import { coloursOf } from './colour.ts'
import { NotRenderable } from './not-renderable.ts'
import type { PixelFormat } from './pixel-format.ts'

const format = (PhotometricInterpretation: string, changes: Partial<PixelFormat> = {}): PixelFormat => ({
  Rows: 1, Columns: 2, SamplesPerPixel: 3, BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelRepresentation: 0, PlanarConfiguration: 0, PhotometricInterpretation, sampleKind: 'integer', ...changes,
})

test('colour by plane and colour by pixel give the same', () => {
  expect([...coloursOf(Uint8Array.of(1, 2, 3, 4, 5, 6), format('RGB'), false)]).toEqual([1, 2, 3, 4, 5, 6])
  expect([...coloursOf(Uint8Array.of(1, 4, 2, 5, 3, 6), format('RGB', { PlanarConfiguration: 1 }), false)]).toEqual([1, 2, 3, 4, 5, 6])
})
test('YBR_FULL: the primaries of PS3.3 §C.7.6.3.1.2', () => {
  // 0.299 R + 0.587 G + 0.114 B and so on, rounded; red and blue.
  expect([...coloursOf(Uint8Array.of(76, 85, 255, 29, 255, 107), format('YBR_FULL'), false)]).toEqual([254, 0, 0, 0, 0, 254])
  expect([...coloursOf(Uint8Array.of(0, 128, 128, 255, 128, 128), format('YBR_FULL'), false)]).toEqual([0, 0, 0, 255, 255, 255])
})
test('YBR_PARTIAL_422: 16 is black, 235 white', () => {
  expect([...coloursOf(Uint8Array.of(16, 235, 128, 128), format('YBR_PARTIAL_422'), true)]).toEqual([0, 0, 0, 255, 255, 255])
})
test('YBR_FULL_422: two pixels share their colour, and an odd column keeps its own', () => {
  expect([...coloursOf(Uint8Array.of(0, 255, 128, 128, 100, 0, 128, 128), format('YBR_FULL_422', { Columns: 3 }), true)]).toEqual([0, 0, 0, 255, 255, 255, 100, 100, 100])
})
test('16 bits are shown by their upper 8', () => {
  const wide = format('RGB', { BitsAllocated: 16, BitsStored: 16, HighBit: 15, Columns: 1 })
  expect([...coloursOf(Uint16Array.of(0, 0x8000, 0xffff), wide, false)]).toEqual([0, 128, 255])
})
test('other channels are not guessed at, and what is no term is not repeated', () => {
  expect(() => coloursOf(new Uint8Array(8), format('CMYK', { SamplesPerPixel: 4 }), false)).toThrow(NotRenderable)
  expect(() => coloursOf(new Uint8Array(8), format('Wang^Xiao'), false)).toThrow(/written there/)
})
