import type { DicomJson } from '@isocenter/dicom'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { graphicsSvg } from './graphics.ts'
import { displayedArea, isPresentationState, referencedImages, spatialTransform } from './presentation-state.ts'
import { renderImage, ViewportOutside, type RenderOptions } from './render.ts'

const us = (...Value: number[]) => ({ vr: 'US' as const, Value })
const ds = (...Value: number[]) => ({ vr: 'DS' as const, Value })
const cs = (value: string) => ({ vr: 'CS' as const, Value: [value] })
const ui = (value: string) => ({ vr: 'UI' as const, Value: [value] })
const sq = (...Value: DicomJson[]) => ({ vr: 'SQ' as const, Value })

/** 4 columns, 2 rows, 0 … 70 by tens, MONOCHROME1 and with a window of its own that a state replaces. */
const image = {
  metadata: {
    '00080018': ui('1.2.3'), '00280002': us(1), '00280004': cs('MONOCHROME1'), '00280010': us(2), '00280011': us(4), '00280100': us(8), '00280101': us(8), '00280102': us(7), '00280103': us(0),
    '00281050': ds(1), '00281051': ds(1),
  } satisfies DicomJson,
  frameNumber: 1,
  pixels: Uint8Array.from({ length: 8 }, (_, index) => index * 10),
}

async function shown(state: DicomJson, options: Partial<RenderOptions> = {}): Promise<{ width: number; height: number; greys: number[] }> {
  const png = await renderImage([image], { mediaType: 'image/png', presentationState: state, ...options })
  const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, greys: [...data].filter((_, index) => index % info.channels === 0) }
}

const window = { '00283110': sq({ '00281050': ds(35.5), '00281051': ds(71) }), '20500020': cs('IDENTITY') }
const steps = (...tens: number[]) => tens.map((ten) => Math.round((ten / 7) * 255))

test('the state\'s window and presentation LUT replace what the image says, its photometric interpretation too', async () => {
  expect((await shown(window)).greys).toEqual(steps(0, 1, 2, 3, 4, 5, 6, 7))
  expect((await shown({ ...window, '20500020': cs('INVERSE') })).greys).toEqual(steps(0, 1, 2, 3, 4, 5, 6, 7).map((grey) => 255 - grey))
})
test('without a softcopy VOI LUT the full range is shown', async () => {
  expect((await shown({ '20500020': cs('IDENTITY') })).greys).toEqual(steps(0, 1, 2, 3, 4, 5, 6, 7))
})
test('a softcopy VOI LUT for another image is not for this one', async () => {
  const other = { '00283110': sq({ '00281050': ds(0), '00281051': ds(1), '00081140': sq({ '00081155': ui('9.9') }) }) }
  expect((await shown(other)).greys).toEqual(steps(0, 1, 2, 3, 4, 5, 6, 7))
})
test('rotation is clockwise and comes before the flip', async () => {
  expect(await shown({ ...window, '00700042': us(90) })).toEqual({ width: 2, height: 4, greys: steps(4, 0, 5, 1, 6, 2, 7, 3) })
  expect((await shown({ ...window, '00700042': us(90), '00700041': cs('Y') })).greys).toEqual(steps(0, 4, 1, 5, 2, 6, 3, 7))
})
test('the displayed area is cut out, and black beyond the image', async () => {
  const area = (x1: number, y1: number, x2: number, y2: number) => ({ ...window, '0070005A': sq({ '00700052': { vr: 'SL' as const, Value: [x1, y1] }, '00700053': { vr: 'SL' as const, Value: [x2, y2] } }) })
  expect(await shown(area(2, 1, 3, 2))).toEqual({ width: 2, height: 2, greys: steps(1, 2, 5, 6) })
  expect((await shown(area(4, 2, 5, 2))).greys).toEqual([255, 0])
  // Turned by 180 degrees the corner that is top left on the screen is the last pixel of the image.
  expect(displayedArea(area(4, 2, 1, 1), '1.2.3', 1)).toMatchObject({ left: 0, top: 0, width: 4, height: 2 })
  expect(displayedArea(area(1, 1, 2_000_000, 2_000_000), '1.2.3', 1)).toBeUndefined()
})
test('a shutter of the state hides', async () => {
  expect((await shown({ ...window, '00181600': cs('RECTANGULAR'), '00181602': us(4), '00181604': us(4), '00181606': us(1), '00181608': us(2) })).greys).toEqual(steps(0, 0, 0, 3, 0, 0, 0, 7))
})
test('overlays are drawn when they are in an activated layer', async () => {
  const overlay = {
    '60000010': us(2),
    '60000011': us(4),
    '60000040': cs('G'),
    '60000050': { vr: 'SS' as const, Value: [1, 1] },
    '60000100': us(1),
    '60000102': us(0),
    '60003000': { vr: 'OB' as const, InlineBinary: Buffer.of(0b0000_0001, 0).toString('base64') },
  }
  expect((await shown({ ...window, ...overlay })).greys[0]).toBe(0)
  expect((await shown({ ...window, ...overlay, '60001001': cs('LAYER') })).greys[0]).toBe(255)
})

describe('graphics', () => {
  const graphic = (type: string, data: number[], units = 'PIXEL') => ({ '00700001': sq({ '00700009': sq({ '00700005': cs(units), '00700023': cs(type), '00700022': { vr: 'FL' as const, Value: data } }) }) })
  const space = { width: 200, height: 100, toOutput: ([x, y]: readonly [number, number]) => [x * 2, y * 2] as const }
  const svg = (state: DicomJson) => graphicsSvg(state, '1.2.3', 1, space) ?? ''
  test('points are where the image\'s pixels are drawn, or parts of what is displayed', () => {
    expect(svg(graphic('POLYLINE', [1, 2, 3, 4]))).toContain('<polyline points="2,4 6,8"/>')
    expect(svg(graphic('POLYLINE', [0.5, 0.5, 1, 1], 'DISPLAY'))).toContain('<polyline points="100,50 200,100"/>')
    expect(svg(graphic('CIRCLE', [10, 10, 13, 14]))).toContain('<circle cx="20" cy="20" r="10"/>')
    expect(svg(graphic('ELLIPSE', [10, 20, 30, 20, 20, 15, 20, 25]))).toContain('<ellipse cx="40" cy="40" rx="20" ry="10" transform="rotate(0 40 40)"/>')
    expect(svg(graphic('POINT', [5, 5]))).toContain('M7 10h6M10 7v6')
  })
  test('text is escaped, control characters are left out', () => {
    const text = {
      '00700001': sq({
        '00700008': sq({
          '00700006': { vr: 'ST', Value: ['</text><script>&\u0007'] },
          '00700003': cs('PIXEL'),
          '00700010': { vr: 'FL', Value: [1, 1] },
          '00700011': { vr: 'FL', Value: [9, 9] },
        }),
      }),
    } satisfies DicomJson
    expect(svg(text)).toContain('&#60;/text&#62;&#60;script&#62;&#38; </tspan>')
  })
  test('values that are no numbers draw nothing', () => {
    expect(graphicsSvg(graphic('POLYLINE', [1, Number.NaN]), '1.2.3', 1, space)).toBeUndefined()
    expect(graphicsSvg({}, '1.2.3', 1, space)).toBeUndefined()
  })
  test('a line is drawn over the image', async () => {
    const { greys } = await shown({ ...window, ...graphic('POLYLINE', [0, 1, 4, 1]) }, { viewport: { width: 400, height: 200 } })
    expect(greys[100 * 400 + 10]).toBeGreaterThan(150)
  })
})

test('referenced images are told in order, with their frames', () => {
  const state = { '00081115': sq({ '0020000E': ui('1.2'), '00081140': sq({ '00081155': ui('1.2.1') }, { '00081155': ui('1.2.2'), '00081160': { vr: 'IS', Value: [2, 3] } }) }) } satisfies DicomJson
  expect(referencedImages(state)).toEqual([
    { SeriesInstanceUID: '1.2', SOPInstanceUID: '1.2.1', frameNumbers: [] }, { SeriesInstanceUID: '1.2', SOPInstanceUID: '1.2.2', frameNumbers: [2, 3] },
  ])
  expect(isPresentationState('1.2.840.10008.5.1.4.1.1.11.1')).toBe(true)
  expect(spatialTransform({ '00700042': us(450) }).degrees).toBe(90)
})

test('as a reader has it before him: inverted, the part he sees, turned, then mirrored', async () => {
  // As stored, the lowest value is white here.
  const plain = async (view: NonNullable<RenderOptions['view']>) => {
    const metadata = { ...image.metadata, '00281050': ds(35.5), '00281051': ds(71) }
    const png = await renderImage([{ ...image, metadata }], { mediaType: 'image/png', view })
    const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, greys: [...data].filter((_, index) => index % info.channels === 0) }
  }
  expect(await plain({ isInverted: true })).toEqual({ width: 4, height: 2, greys: steps(0, 1, 2, 3, 4, 5, 6, 7) })
  expect(await plain({ isInverted: true, rotation: 90 })).toEqual({ width: 2, height: 4, greys: steps(4, 0, 5, 1, 6, 2, 7, 3) })
  expect((await plain({ isInverted: true, rotation: 90, isFlipped: true })).greys).toEqual(steps(0, 4, 1, 5, 2, 6, 3, 7))
  expect(await plain({ isInverted: true, area: { left: 2, top: 1, width: 9, height: 9 } })).toEqual({ width: 2, height: 1, greys: steps(6, 7) })
  await expect(plain({ area: { left: 4, top: 0, width: 1, height: 1 } })).rejects.toThrow(ViewportOutside)
})
