import { strongColours, strongestPattern } from '@isocenter/testkit/instances'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canDecode, canEncode, decodeFrame, encodeFrame } from './codecs.ts'
import { halvedColourDifferences, fullColourDifferences, rgb } from './colour-differences.ts'
import { jpeg2000Header, jpegHeader } from './codestream.ts'
import { encodedBy, frameInfoOf, loadModule, type Encoder } from './embind.ts'
import { nativeFrameBytes, type FrameFormat } from './frame-format.ts'

const uid = (suffix: string): string => `1.2.840.10008.1.2.${suffix}`
const lossless = ['1', '5', '8.1', '4.57', '4.70', '4.80', '4.90', '4.201', '4.202'].map(uid)

const grey: FrameFormat = { Rows: 64, Columns: 48, SamplesPerPixel: 1, BitsAllocated: 16, BitsStored: 12, PixelRepresentation: 0, PhotometricInterpretation: 'MONOCHROME2', PlanarConfiguration: 0 }
const colour: FrameFormat = { ...grey, SamplesPerPixel: 3, BitsAllocated: 8, BitsStored: 8, PhotometricInterpretation: 'RGB' }

/** Formats images have: any bits stored, signed and unsigned, grey and colour, odd and tiny sizes. */
const format: fc.Arbitrary<FrameFormat> = fc.record({
  Rows: fc.integer({ min: 1, max: 70 }), Columns: fc.integer({ min: 1, max: 70 }),
  depth: fc.oneof(
    fc.constant([1, 1] as const), fc.integer({ min: 1, max: 8 }).map((stored) => [8, stored] as const),
    fc.integer({ min: 1, max: 16 }).map((stored) => [16, stored] as const), fc.constant([32, 32] as const),
  ),
  PixelRepresentation: fc.constantFrom(0, 1), isColour: fc.boolean(),
}).map(({ Rows, Columns, depth: [BitsAllocated, BitsStored], PixelRepresentation, isColour }) => ({
  Rows, Columns, BitsAllocated, BitsStored, PlanarConfiguration: 0,
  PixelRepresentation: BitsAllocated === 1 ? 0 : PixelRepresentation,
  SamplesPerPixel: isColour && BitsAllocated > 1 ? 3 : 1,
  PhotometricInterpretation: isColour && BitsAllocated > 1 ? 'RGB' : 'MONOCHROME2',
}))

/** Pixels with edges, flat parts and some noise; `isUnruly` uses bits above Bits Stored as well, as overlays do. */
function picture(of: FrameFormat, seed: number, isUnruly: boolean): Uint8Array {
  const pixels = new Uint8Array(nativeFrameBytes(of))
  const { BitsAllocated, BitsStored, PixelRepresentation } = of
  if (BitsAllocated === 1) {
    const bits = of.Rows * of.Columns
    for (let index = 0; index < bits; index++) if ((index * seed) % 7 < 3) pixels[index >> 3]! |= 1 << (index & 7)
    return pixels
  }
  const view = new DataView(pixels.buffer)
  const bits = isUnruly ? BitsAllocated : BitsStored
  for (let at = 0, state = seed; at < pixels.length; at += BitsAllocated / 8) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    const smooth = (at * 3) % 2 ** bits
    const value = (at % 97 < 40 ? seed : smooth + (state >>> 28)) % 2 ** bits
    const signed = PixelRepresentation === 1 && value >= 2 ** (bits - 1) ? value - 2 ** bits : value
    if (BitsAllocated === 8) view.setInt8(at, signed)
    else if (BitsAllocated === 16) view.setInt16(at, signed, true)
    else view.setInt32(at, signed, true)
  }
  return pixels
}

describe('lossless encoding', () => {
  test.each(lossless)('in %s gives every frame back, bit by bit', async (target) => {
    // Only what the encoder takes, or luck would say how much is proven.
    await fc.assert(fc.asyncProperty(format.filter((of) => canEncode(target, of)), fc.integer({ min: 1, max: 2 ** 31 }), fc.boolean(), async (of, seed, isUnruly) => {
      const pixels = picture(of, seed, isUnruly)
      const encoded = await encodeFrame(pixels, of, target)
      const decoded = await decodeFrame(encoded.bytes, target, encoded.format)
      expect(Buffer.compare(decoded.pixels, pixels)).toBe(0)
      expect(decoded.format).toEqual(of)
    }), { numRuns: 75 })
  })

  test('of colour by plane gives colour by pixel', async () => {
    const planes = Uint8Array.of(1, 2, 3, 4, 5, 6)
    const format = { ...colour, Rows: 1, Columns: 2, PlanarConfiguration: 1 }
    const { bytes } = await encodeFrame(planes, format, uid('1'))
    expect([...bytes]).toEqual([1, 3, 5, 2, 4, 6])
  })

  test('names the colours JPEG 2000 makes, and decodes them to RGB', async () => {
    const encoded = await encodeFrame(picture(colour, 5, false), colour, uid('4.90'))
    expect(encoded.format.PhotometricInterpretation).toBe('YBR_RCT')
    expect((await decodeFrame(encoded.bytes, uid('4.90'), encoded.format)).format.PhotometricInterpretation).toBe('RGB')
    const luminance = { ...colour, PhotometricInterpretation: 'YBR_FULL' }
    const untransformed = await encodeFrame(picture(luminance, 5, false), luminance, uid('4.90'))
    expect(untransformed.format.PhotometricInterpretation).toBe('YBR_FULL')
  })

  test('leaves the components as they are in JPEG 2000 where their differences outgrow what its encoder has bits for', async () => {
    for (const BitsStored of [1, 2, 8]) {
      for (const bands of ['LL', 'HL'] as const) {
        const of = { ...colour, Rows: 128, Columns: 128, BitsStored }
        const pixels = strongColours(bands, 2 ** BitsStored - 1)
        const encoded = await encodeFrame(pixels, of, uid('4.90'))
        expect(Buffer.compare((await decodeFrame(encoded.bytes, uid('4.90'), encoded.format)).pixels, pixels), `${bands} of ${BitsStored} bits`).toBe(0)
        if (BitsStored === 8) expect(encoded.format.PhotometricInterpretation).toBe('RGB')
      }
    }
    // A marker in pure colours on a grey picture is none of it.
    const marked = picture({ ...colour, SamplesPerPixel: 1, PhotometricInterpretation: 'MONOCHROME2' }, 5, false)
    const pixels = Uint8Array.from({ length: marked.length * 3 }, (_, index) => index < 30 ? (index % 3 === 0 ? 255 : 0) : marked[Math.floor(index / 3)]!)
    const encoded = await encodeFrame(pixels, colour, uid('4.90'))
    expect(encoded.format.PhotometricInterpretation).toBe('YBR_RCT')
    expect(Buffer.compare((await decodeFrame(encoded.bytes, uid('4.90'), encoded.format)).pixels, pixels)).toBe(0)
  })

  const strongest = [[8, 2, 0], [8, 8, 0], [16, 10, 0], [16, 12, 1], [16, 16, 0], [16, 16, 1]] as const
  test.each(['4.90', '4.201'])('in %s keeps grey pictures laid for the largest coefficients', async (suffix) => {
    for (const [BitsAllocated, BitsStored, PixelRepresentation] of strongest) {
      const of = { ...grey, Rows: 128, Columns: 128, BitsAllocated, BitsStored, PixelRepresentation }
      const [least, most] = PixelRepresentation === 1 ? [-(2 ** (BitsStored - 1)), 2 ** (BitsStored - 1) - 1] : [0, 2 ** BitsStored - 1]
      for (const bands of ['LL', 'HL', 'LH', 'HH'] as const) {
        for (const level of [1, 3, 5]) {
          const samples = strongestPattern(bands, level).map((isStrong) => (isStrong ? most : least))
          const pixels = new Uint8Array(BitsAllocated === 8 ? Uint8Array.from(samples).buffer : Int16Array.from(samples).buffer)
          const { bytes } = await encodeFrame(pixels, of, uid(suffix))
          expect(Buffer.compare((await decodeFrame(bytes, uid(suffix), of)).pixels, pixels), `${bands} ${level} of ${BitsStored} bits`).toBe(0)
        }
      }
    }
  })

  /** Samples of 0 and 1, as a generator throws them. */
  const noise = (count: number, seed: number): Uint8Array => {
    let state = seed
    return Uint8Array.from({ length: count }, () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 31)
  }

  test('keeps noise of one bit, whose rounding outgrows what HTJ2K has bits for at five levels', async () => {
    const of = { ...grey, Rows: 64, Columns: 64, BitsAllocated: 8, BitsStored: 1 }
    for (const seed of [259, 528, 540]) {
      const pixels = noise(64 * 64, seed)
      const { bytes } = await encodeFrame(pixels, of, uid('4.201'))
      for (const reader of ['4.201', '4.90']) expect(Buffer.compare((await decodeFrame(bytes, uid(reader), of)).pixels, pixels), `${reader} of ${seed}`).toBe(0)
    }
  })

  test('in JPEG 2000 takes noise that needs more room than its few bits have', async () => {
    for (const of of [{ ...grey, BitsStored: 1 }, { ...colour, BitsStored: 1 }].map((one) => ({ ...one, Rows: 128, Columns: 128, BitsAllocated: 8 }))) {
      const pixels = noise(nativeFrameBytes(of), 5)
      const encoded = await encodeFrame(pixels, of, uid('4.90'))
      expect(Buffer.compare((await decodeFrame(encoded.bytes, uid('4.90'), encoded.format)).pixels, pixels)).toBe(0)
    }
  })

  test('of colours that are not transformed is not done in HTJ2K: its encoder mixes up their rows', async () => {
    for (const suffix of ['4.201', '4.202', '4.203']) {
      expect(canEncode(uid(suffix), colour)).toBe(true)
      for (const PhotometricInterpretation of ['YBR_FULL', 'YBR_PARTIAL_420', 'HSV']) expect(canEncode(uid(suffix), { ...colour, PhotometricInterpretation })).toBe(false)
      expect(canEncode(uid(suffix), { ...colour, SamplesPerPixel: 4, PhotometricInterpretation: 'CMYK' })).toBe(false)
      expect(canDecode(uid(suffix), { ...colour, PhotometricInterpretation: 'YBR_FULL' })).toBe(true)
    }
  })

  test('by others in HTJ2K, of colours they left untransformed, is decoded with its rows in order', async () => {
    const of = { ...colour, Rows: 7, Columns: 9, PhotometricInterpretation: 'YBR_FULL' }
    const pixels = Uint8Array.from({ length: nativeFrameBytes(of) }, (_, index) => (index * 7 + (index % 3) * 80) & 0xff)
    // The encoder takes line after line for the components one by one, whatever it is said to get: so it gets them in that order.
    const lines = new Uint8Array(pixels.length)
    for (let line = 0; line < of.Rows * 3; line++) {
      const [row, component] = [line % of.Rows, Math.floor(line / of.Rows)]
      for (let column = 0; column < of.Columns; column++) lines[(Math.floor(line / 3) * of.Columns + column) * 3 + line % 3] = pixels[(row * of.Columns + column) * 3 + component]!
    }
    const { HTJ2KEncoder } = await loadModule<{ HTJ2KEncoder: new () => Encoder }>('@cornerstonejs/codec-openjph')
    const stream = encodedBy(new HTJ2KEncoder(), lines, { ...frameInfoOf(of, 8, false), isUsingColorTransform: false })
    const decoded = await decodeFrame(stream, uid('4.202'), of)
    expect(Buffer.compare(decoded.pixels, pixels)).toBe(0)
    expect(decoded.format.PhotometricInterpretation).toBe('YBR_FULL')
  })

  test('makes every HTJ2K stream one that a reader can take by resolutions: RPCL', async () => {
    const { bytes } = await encodeFrame(picture(grey, 5, false), grey, uid('4.201'))
    const COD = Buffer.from(bytes).indexOf(Buffer.from([0xff, 0x52]))
    expect(bytes[COD + 5]).toBe(2)
    expect(Buffer.from(bytes).includes(Buffer.from([0xff, 0x55]))).toBe(true)
  })
})

describe('encoding with losses', () => {
  const smooth = Uint8Array.from({ length: 64 * 48 }, (_, index) => (index % 48) * 4 + (index >> 6))
  const words = new Uint8Array(Uint16Array.from({ length: 64 * 48 }, (_, index) => (index % 48) * 60 + (index >> 4)).buffer)
  const grey8 = { ...grey, BitsAllocated: 8, BitsStored: 8 }
  const difference = (a: Uint8Array, b: Uint8Array): number => a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0)

  test.each([['4.50', 8], ['4.51', 8], ['4.81', 2], ['4.91', 12], ['4.203', 4]] as const)('in %s keeps 8-bit pixels within %i', async (suffix, most) => {
    const encoded = await encodeFrame(smooth, grey8, uid(suffix))
    expect(encoded.bytes.length).toBeLessThan(smooth.length / 2)
    expect(difference((await decodeFrame(encoded.bytes, uid(suffix), encoded.format)).pixels, smooth)).toBeLessThanOrEqual(most)
  })

  test.each([['4.81', 2], ['4.91', 40], ['4.203', 40]] as const)('in %s keeps 12-bit pixels within %i', async (suffix, most) => {
    const encoded = await encodeFrame(words, grey, uid(suffix))
    const decoded = await decodeFrame(encoded.bytes, uid(suffix), encoded.format)
    const [a, b] = [new Uint16Array(decoded.pixels.slice().buffer), new Uint16Array(words.buffer)]
    expect(a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index]!)), 0)).toBeLessThanOrEqual(most)
    expect((suffix === '4.81' ? jpegHeader : jpeg2000Header)(encoded.bytes).isReversible).toBe(false)
  })

  test('as JPEG turns RGB into YBR_FULL and says so', async () => {
    const flat = Uint8Array.from({ length: 64 * 48 * 3 }, (_, index) => [200, 100, 50][index % 3]!)
    const encoded = await encodeFrame(flat, colour, uid('4.50'))
    expect(encoded.format.PhotometricInterpretation).toBe('YBR_FULL')
    const decoded = await decodeFrame(encoded.bytes, uid('4.50'), encoded.format)
    expect(difference(rgb(decoded).pixels, flat)).toBeLessThanOrEqual(2)
  })

  test('is refused for palettes, bits and what the encoder cannot hold', () => {
    for (const suffix of ['4.50', '4.81', '4.91', '4.203']) {
      expect(canEncode(uid(suffix), { ...grey8, PhotometricInterpretation: 'PALETTE COLOR' })).toBe(false)
      expect(canEncode(uid(suffix), { ...grey, BitsAllocated: 1, BitsStored: 1 })).toBe(false)
    }
    expect(canEncode(uid('4.50'), grey)).toBe(false)
    expect(canEncode(uid('4.51'), grey)).toBe(false)
  })
})

describe('what cannot be done', () => {
  test('video, JPEG XL, JPEG 2000 Part 2 and hierarchical JPEG have no codec', () => {
    for (const suffix of ['4.110', '4.92', '4.100', '4.102', '4.59', '4.65']) expect(canDecode(uid(suffix), grey)).toBe(false)
  })

  test('pixels of several bits have no codec: how they would be packed is said nowhere', () => {
    for (const target of lossless) {
      expect(canEncode(target, { ...colour, BitsAllocated: 1, BitsStored: 1 })).toBe(false)
      expect(canDecode(target, { ...colour, BitsAllocated: 1, BitsStored: 1 })).toBe(false)
    }
  })

  test('a stream of another picture than the attributes say is not decoded', async () => {
    const { bytes } = await encodeFrame(picture(grey, 3, false), grey, uid('4.80'))
    for (const other of [{ Rows: 63 }, { Columns: 49 }, { SamplesPerPixel: 3 }, { BitsAllocated: 8, BitsStored: 8 }]) {
      await expect(decodeFrame(bytes, uid('4.80'), { ...grey, ...other })).rejects.toMatchObject({ code: 'mismatch' })
    }
  })

  test('a frame beyond what a codec may hold is refused before anything is allocated', async () => {
    const vast = { ...grey, Rows: 65_535, Columns: 65_535 }
    await expect(decodeFrame(new Uint8Array(10), uid('5'), vast)).rejects.toMatchObject({ code: 'tooLarge' })
    expect(canDecode(uid('5'), vast)).toBe(false)
  })
})

describe('colour differences', () => {
  test('shared by two pixels and given to both come back as they were', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 8, maxLength: 64 }).map((bytes) => bytes.subarray(0, bytes.length & ~7)), (pixels) => {
      const halved = { ...colour, Rows: 2, Columns: pixels.length / 4, PhotometricInterpretation: 'YBR_FULL_422' }
      const full = fullColourDifferences({ pixels, format: halved })
      expect(full.pixels.length).toBe(nativeFrameBytes(full.format))
      expect(halvedColourDifferences(full)?.pixels).toEqual(pixels)
    }))
  })
})
