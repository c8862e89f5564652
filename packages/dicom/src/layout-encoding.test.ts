import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FrameIndex } from './frames.ts'
import type { Layout } from './layout.ts'
import { decodeLayout, encodeLayout } from './layout-encoding.ts'
import { allVRs } from './vr.ts'

const offset = fc.nat({ max: 2 ** 31 - 1 })
const fragments = fc.array(fc.record({ gap: fc.oneof(fc.constant(8), fc.nat({ max: 5000 })), length: fc.nat() }), { maxLength: 40 }).map((parts) => {
  const offsets = new Float64Array(parts.length)
  const lengths = new Float64Array(parts.length)
  let end = 0
  for (const [index, { gap, length }] of parts.entries()) {
    offsets[index] = end + gap
    lengths[index] = length
    end += gap + length
  }
  return { offsets, lengths }
})
const frames: fc.Arbitrary<FrameIndex> = fc.oneof(
  fc.record({ kind: fc.constant('native' as const), offset, frameBits: fc.integer({ min: 1, max: 2 ** 40 }), numberOfFrames: fc.nat(), wordBytes: fc.constantFrom(1, 2, 4, 8) }),
  fc.record({ kind: fc.constant('whole' as const), fragments, numberOfFrames: fc.nat() }),
  fragments.chain((made) =>
    fc.subarray([...made.offsets.keys()]).map((firsts) => ({
      kind: 'encapsulated' as const,
      fragments: made,
      firstFragments: Uint32Array.of(...firsts, made.offsets.length),
    })),
  ),
)
const path = fc.array(fc.tuple(fc.nat({ max: 0xffff_ffff }), fc.integer({ min: 1, max: 3000 })), { minLength: 1, maxLength: 4 }).map((steps) =>
  steps.map(([tag, item], index) => tag.toString(16).toUpperCase().padStart(8, '0') + (index === steps.length - 1 ? '' : `.${item}`)).join('.'),
)
const vr = fc.constantFrom(...allVRs)
const layout: fc.Arbitrary<Layout> = fc.record(
  {
    littleEndian: fc.boolean(),
    inflated: fc.boolean(),
    dataSetOffset: offset,
    frames,
    pixel: fc.record({
      Rows: fc.nat({ max: 65535 }),
      Columns: fc.nat({ max: 65535 }),
      SamplesPerPixel: fc.nat({ max: 4 }),
      BitsAllocated: fc.constantFrom(1, 8, 16, 32, 64),
      BitsStored: fc.nat({ max: 64 }),
      PixelRepresentation: fc.nat({ max: 1 }),
      PlanarConfiguration: fc.nat({ max: 1 }),
      PhotometricInterpretation: fc.oneof(fc.constantFrom('', 'MONOCHROME2', 'YBR_RCT'), fc.string()),
    }),
    bulkdata: fc.array(fc.record({ path, offset, length: fc.nat(), vr }), { maxLength: 20 }),
  },
  { requiredKeys: ['littleEndian', 'inflated', 'dataSetOffset', 'bulkdata'] },
)

const ctSlice: Layout = {
  littleEndian: true,
  inflated: false,
  dataSetOffset: 344,
  frames: { kind: 'native', offset: 2902, frameBits: 512 * 512 * 16, numberOfFrames: 1, wordBytes: 1 },
  pixel: { Rows: 512, Columns: 512, SamplesPerPixel: 1, BitsAllocated: 16, BitsStored: 12, PixelRepresentation: 1, PlanarConfiguration: 0, PhotometricInterpretation: 'MONOCHROME2' },
  bulkdata: [{ path: '7FE00010', offset: 2902, length: 512 * 512 * 2, vr: 'OW' }],
}

describe('the kept layout', () => {
  test('is read back as it was written', () => {
    fc.assert(
      fc.property(layout, (one) => {
        expect(decodeLayout(encodeLayout(one))).toEqual(one)
      }),
    )
  })

  test('of a single-frame CT takes no more than 48 bytes', () => {
    expect(encodeLayout(ctSlice).length).toBeLessThanOrEqual(48)
  })

  test('of 50 000 frames, a fragment each, takes at most four bytes a frame', () => {
    const count = 50_000
    const lengths = Float64Array.from({ length: count }, (_, index) => 20_000 + (index % 7) * 2)
    const offsets = new Float64Array(count)
    for (let index = 0, at = 1000; index < count; index++) {
      offsets[index] = at + 8
      at += 8 + (lengths[index] ?? 0)
    }
    const firstFragments = Uint32Array.from({ length: count + 1 }, (_, index) => index)
    const cine: Layout = { ...ctSlice, frames: { kind: 'encapsulated', fragments: { offsets, lengths }, firstFragments } }
    const bytes = encodeLayout(cine)
    expect(bytes.length).toBeLessThanOrEqual(count * 4)
    expect(decodeLayout(bytes)).toEqual(cine)
  })

  test('of the first version is read without what it lacked', () => {
    const kept = { ...ctSlice, pixel: { ...ctSlice.pixel, BitsStored: 0, PixelRepresentation: 0 } }
    const bytes = [...encodeLayout(kept as Layout)]
    const depth = bytes.indexOf(16, 3)
    expect(decodeLayout(Uint8Array.from([1, ...bytes.slice(1, depth + 1), ...bytes.slice(depth + 3)]))).toEqual(kept)
  })

  test('of another version is refused', () => {
    const bytes = encodeLayout(ctSlice)
    bytes[0] = 99
    expect(() => decodeLayout(bytes)).toThrow(RangeError)
  })

  test('cut off anywhere, or with any bytes changed, is refused or decoded, never more', () => {
    const whole = encodeLayout(ctSlice)
    for (let length = 0; length < whole.length; length++) expect(() => decodeLayout(whole.subarray(0, length))).toThrow(RangeError)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        try {
          decodeLayout(Uint8Array.of(1, ...noise))
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
  })
})
