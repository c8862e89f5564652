import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { encodeFrame } from './codecs.ts'
import { CodecError } from './codec-error.ts'
import { nativeFrameBytes, type FrameFormat } from './frame-format.ts'
import { createCodecPool } from './pool/codec-pool.ts'

const syntaxes = ['5', '8.1', '4.50', '4.57', '4.70', '4.80', '4.81', '4.90', '4.91', '4.201', '4.203'].map((suffix) => `1.2.840.10008.1.2.${suffix}`)
const format: FrameFormat = { Rows: 64, Columns: 64, SamplesPerPixel: 1, BitsAllocated: 8, BitsStored: 8, PixelRepresentation: 0, PhotometricInterpretation: 'MONOCHROME2', PlanarConfiguration: 0 }
const pixels = Uint8Array.from({ length: nativeFrameBytes(format) }, (_, index) => (index * 7 + (index >> 5) * 31) & 0xff)
const seconds = Number(process.env['CODEC_FUZZ_SECONDS'] ?? 2)
const timeoutMs = 5_000
const pool = createCodecPool({ size: 1, timeoutMs })
afterAll(() => pool.close())

/** Bytes changed, cut out, doubled, or the rest cut off. */
const mutation = fc.record({ at: fc.nat({ max: 9_999 }).map((part) => part / 10_000), kind: fc.constantFrom('set', 'cut', 'drop', 'double'), value: fc.nat({ max: 255 }), length: fc.integer({ min: 1, max: 24 }) })

function mutated(bytes: Uint8Array, mutations: readonly { at: number; kind: string; value: number; length: number }[]): Uint8Array {
  return mutations.reduce<Buffer>((stream, { at, kind, value, length }) => {
    const position = Math.floor(at * stream.length)
    const [before, after] = [stream.subarray(0, position), stream.subarray(position)]
    if (kind === 'cut') return before
    if (kind === 'drop') return Buffer.concat([before, after.subarray(length)])
    if (kind === 'double') return Buffer.concat([before, after.subarray(0, length), after])
    const changed = Buffer.from(stream)
    if (position < changed.length) changed[position] = value
    return changed
  }, Buffer.from(bytes))
}

describe('a damaged stream', () => {
  test.each(syntaxes)('in %s is decoded to a whole frame or refused, in time', async (uid) => {
    const { bytes } = await encodeFrame(pixels, format, uid)
    const outcomes: Record<string, number> = {}
    const property = fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
      const started = performance.now()
      const outcome = await pool.decode(mutated(bytes, mutations), uid, format).then(
        (frame) => { expect(frame.pixels.length).toBe(pixels.length); return 'decoded' },
        (error: unknown) => { expect(error).toBeInstanceOf(CodecError); return (error as CodecError).code },
      )
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      expect(performance.now() - started).toBeLessThan(timeoutMs + 2_000)
    })
    // One damaged frame alone may take all the time there is.
    const until = performance.now() + seconds * 1000
    do await fc.assert(property, { numRuns: 20 })
    while (performance.now() < until)
    // Whatever happened, the next frame is decoded.
    expect((await pool.decode(bytes, uid, format)).format.Rows).toBe(format.Rows)
    if (process.env['CODEC_FUZZ_SECONDS'] !== undefined) console.log(uid, outcomes)
  }, 600_000)
})
