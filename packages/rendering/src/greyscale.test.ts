import type { DicomJson, VR } from '@isocenter/dicom'
import { describe, expect, test } from 'vitest'
import { rasterOf } from './raster.ts'

/** Four pixels in a row, 16 bits unless said otherwise, as words. */
function image(words: readonly number[], attributes: DicomJson = {}, bits = 16): { metadata: DicomJson; frameNumber: number; pixels: Uint8Array } {
  const pixels = Buffer.alloc((words.length * bits) / 8)
  for (const [index, word] of words.entries()) pixels.writeUIntLE(word < 0 ? word + 2 ** bits : word, (index * bits) / 8, bits / 8)
  const metadata: DicomJson = {
    '00280002': us(1), '00280004': { vr: 'CS', Value: ['MONOCHROME2'] }, '00280010': us(1), '00280011': us(words.length),
    '00280100': us(bits), '00280101': us(bits), '00280102': us(bits - 1), '00280103': us(0), ...attributes,
  }
  return { metadata, frameNumber: 1, pixels }
}
const us = (...Value: number[]) => ({ vr: 'US' as VR, Value })
const ds = (...Value: number[]) => ({ vr: 'DS' as VR, Value })
const cs = (value: string) => ({ vr: 'CS' as VR, Value: [value] })
const sq = (...items: DicomJson[]) => ({ vr: 'SQ' as VR, Value: items })
const signed = { '00280103': us(1) }
const greys = (source: Parameters<typeof rasterOf>[0], options?: Parameters<typeof rasterOf>[1]) => [...rasterOf(source, options).data]

test('stored values become Hounsfield units before the window is looked at', () => {
  const ct = { '00281052': ds(-1024), '00281053': ds(1), '00281050': ds(40), '00281051': ds(400) }
  expect(greys(image([824, 864, 1064, 1264], ct))).toEqual([0, 0, 128, 255])
  expect(greys(image([-200, -160, 40, 240], { ...signed, '00281050': ds(40), '00281051': ds(400) }))).toEqual([0, 0, 128, 255])
})

test('of several windows the first usable one counts, and a VOI LUT only where there is none', () => {
  const lut = { '00283010': sq({ '00283002': us(4, 0, 8), '00283006': { vr: 'US' as const, Value: [255, 128, 64, 0] } }) }
  const widths = { '00281050': ds(99, 1.5, 1000), '00281051': ds(0, 3, 1) }
  expect(greys(image([0, 1, 2, 3], { ...widths, ...lut }))).toEqual([0, 128, 255, 255])
  expect(greys(image([0, 1, 2, 3], lut))).toEqual([255, 128, 64, 0])
})

test('a window that is asked for goes before the stored one', () => {
  const stored = { '00281050': ds(0), '00281051': ds(1) }
  expect(greys(image([0, 25, 50, 100], stored), { window: { center: 50, width: 100, function: 'linear-exact' } })).toEqual([0, 64, 128, 255])
})

test('without any window the smallest value is black and the largest white, padding left out and black', () => {
  const padded = { ...signed, '00280120': { vr: 'SS' as VR, Value: [-2000] } }
  expect(greys(image([-2000, 0, 50, 100], padded))).toEqual([0, 0, 128, 255])
  const range = { '00280120': us(0), '00280121': us(9) }
  expect(greys(image([0, 9, 10, 20], range))).toEqual([0, 0, 0, 255])
  expect(greys(image([7, 7], {}))).toEqual([0, 0])
})

test('a padding value written as US in an image of signed values means the same bits', () => {
  expect(greys(image([-2000, 0, 50, 100], { ...signed, '00280120': us(63_536) }))).toEqual([0, 0, 128, 255])
})

test('MONOCHROME1 is turned round, padding stays black; Presentation LUT Shape has the last word', () => {
  const m1 = { '00280004': cs('MONOCHROME1'), '00280120': us(65_535) }
  expect(greys(image([0, 50, 100, 65_535], m1))).toEqual([255, 128, 0, 0])
  expect(greys(image([0, 50, 100], { '20500020': cs('INVERSE') }))).toEqual([255, 128, 0])
  expect(greys(image([0, 50, 100], { '00280004': cs('MONOCHROME1'), '20500020': cs('IDENTITY') }))).toEqual([0, 128, 255])
})

describe('stored bits', () => {
  test('what lies above High Bit and below the lowest bit is no part of the value', () => {
    const twelve = { '00280101': us(12), '00280102': us(11), '00281050': ds(2048), '00281051': ds(4096) }
    expect(greys(image([0xf000, 0xffff, 0x0fff, 0x0800], twelve))).toEqual([0, 255, 255, 128])
    expect(greys(image([0x000f, 0xfff0, 0x8000], { ...twelve, '00280102': us(15) }))).toEqual([0, 255, 128])
  })
  test('the sign is that of the stored bits', () => {
    const twelve = { ...signed, '00280101': us(12), '00280102': us(11), '00281050': ds(0), '00281051': ds(4096) }
    expect(greys(image([0x0800, 0x0fff, 0x0000, 0x07ff], twelve))).toEqual([0, 127, 128, 255])
  })
  test('8, 16 and 32 bits, signed and not', () => {
    expect(greys(image([0, 128, 255], {}, 8))).toEqual([0, 128, 255])
    expect(greys(image([-128, 0, 127], signed, 8))).toEqual([0, 128, 255])
    expect(greys(image([0, 2 ** 31, 2 ** 32 - 1], {}, 32))).toEqual([0, 128, 255])
    expect(greys(image([-(2 ** 31), 0, 2 ** 31 - 1], signed, 32))).toEqual([0, 128, 255])
  })
  test('one bit: 0 is black and 1 white, also in a frame that has one of them only', () => {
    const bit = { ...image([1], {}, 8).metadata, '00280011': us(8), '00280100': us(1), '00280101': us(1), '00280102': us(0) }
    expect(greys({ metadata: bit, frameNumber: 1, pixels: Uint8Array.of(0b1000_0010) })).toEqual([0, 255, 0, 0, 0, 0, 0, 255])
    expect(greys({ metadata: bit, frameNumber: 1, pixels: Uint8Array.of(0xff) })).toEqual(Array(8).fill(255))
  })
  test('floats, with what is no number left out of the range', () => {
    const pixels = new Uint8Array(new Float32Array([0.25, Number.POSITIVE_INFINITY, 0.75, 0.5]).buffer)
    const metadata = { ...image([0, 0, 0, 0], {}, 32).metadata, '7FE00008': { vr: 'OF' as VR } }
    const [least, , most, middle] = greys({ metadata, frameNumber: 1, pixels })
    expect([least, middle, most]).toEqual([0, 128, 255])
  })
})

test('the frame\'s own functional groups go before those all share, and before the top level', () => {
  const macros = (center: number) => ({ '00289132': sq({ '00281050': ds(center), '00281051': ds(100), '00281056': cs('LINEAR_EXACT') }) })
  const groups = { '52009229': sq({ ...macros(1050), '00289145': sq({ '00281052': ds(1000), '00281053': ds(1) }) }), '52009230': sq({}, macros(1150)), '00281050': ds(0), '00281051': ds(1) }
  expect(greys(image([0, 50, 100], groups))).toEqual([0, 128, 255])
  expect(greys({ ...image([100, 150, 200], groups), frameNumber: 2 })).toEqual([0, 128, 255])
})

test('a Modality LUT is looked up, values outside it getting its ends', () => {
  const lut = { '00283000': sq({ '00283002': us(3, 10, 16), '00283006': { vr: 'OW' as const, InlineBinary: Buffer.from(Uint16Array.of(0, 500, 1000).buffer).toString('base64') } }) }
  expect(greys(image([0, 10, 11, 12, 99], lut))).toEqual([0, 0, 128, 255, 255])
})

test('the Modality LUT of angiography with logarithmic values is not for display (PS3.4 §N.2.1.1)', () => {
  const xa = { '00080016': { vr: 'UI' as VR, Value: ['1.2.840.10008.5.1.4.1.1.12.1'] }, '00281040': cs('LOG'), '00283000': sq({ '00283002': us(3, 0, 16), '00283006': { vr: 'US' as const, Value: [1000, 500, 0] } }) }
  expect(greys(image([0, 1, 2], xa))).toEqual([0, 128, 255])
})
