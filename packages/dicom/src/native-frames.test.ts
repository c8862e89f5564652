import { describe, expect, test } from 'vitest'
import type { FrameWarning } from './frame-warning.ts'
import { nativeFrames, type FrameGeometry } from './native-frames.ts'

const PIXEL_DATA = 0x7fe00010
const grey = { Rows: 4, Columns: 6, SamplesPerPixel: 1, BitsAllocated: 16, PhotometricInterpretation: 'MONOCHROME2' } satisfies FrameGeometry
const colour = { ...grey, SamplesPerPixel: 3, BitsAllocated: 8, PhotometricInterpretation: 'RGB' } satisfies FrameGeometry

function frames(geometry: FrameGeometry, length: number, NumberOfFrames?: number): object {
  const warnings: FrameWarning[] = []
  const index = nativeFrames({ tag: PIXEL_DATA, offset: 1000, length, wordBytes: 1 }, geometry, NumberOfFrames, warnings)
  return { bits: index?.frameBits, frames: index?.numberOfFrames, warnings: warnings.map((warning) => warning.code) }
}

describe('a native frame', () => {
  test('is rows × columns × samples × bits', () => {
    expect(frames(grey, 48)).toEqual({ bits: 384, frames: 1, warnings: [] })
    expect(frames(colour, 144, 2)).toEqual({ bits: 576, frames: 2, warnings: [] })
  })

  test('of 1-bit pixels need not fill a byte', () => {
    expect(frames({ ...grey, Rows: 7, Columns: 5, BitsAllocated: 1 }, 14, 3)).toEqual({ bits: 35, frames: 3, warnings: [] })
  })

  test('of YBR_FULL_422 has two samples a pixel', () => {
    expect(frames({ ...colour, PhotometricInterpretation: 'YBR_FULL_422' }, 96, 2)).toEqual({ bits: 384, frames: 2, warnings: [] })
  })

  test('of YBR_FULL_422 written in full has three, as its length tells', () => {
    expect(frames({ ...colour, PhotometricInterpretation: 'YBR_FULL_422' }, 144, 2)).toEqual({ bits: 576, frames: 2, warnings: [] })
  })
})

describe('Pixel Data', () => {
  test('that end too soon give their complete frames, with a warning', () => {
    expect(frames(grey, 48 * 2 + 47, 3)).toEqual({ bits: 384, frames: 2, warnings: ['pixelDataShort'] })
  })

  test('may have a padding byte', () => {
    expect(frames({ ...grey, Rows: 3, Columns: 3, BitsAllocated: 8 }, 10)).toEqual({ bits: 72, frames: 1, warnings: [] })
  })

  test('that hold more frames than Number of Frames says give as many as it says, with a warning', () => {
    expect(frames(grey, 48 * 3, 2)).toEqual({ bits: 384, frames: 2, warnings: ['numberOfFrames'] })
  })

  test.each(['Rows', 'Columns', 'SamplesPerPixel', 'BitsAllocated'])('without %s have no frames that could be told apart', (keyword) => {
    expect(frames({ ...grey, [keyword]: undefined }, 48)).toEqual({ bits: undefined, frames: undefined, warnings: ['geometry'] })
  })

  test('of a size beyond all numbers are no frames', () => {
    const huge = { ...grey, Rows: Number.MAX_SAFE_INTEGER, Columns: Number.MAX_SAFE_INTEGER }
    expect(frames(huge, 48)).toEqual({ bits: undefined, frames: undefined, warnings: ['geometry'] })
  })
})
