/**
 * CPU time of codecs for one frame, in milliseconds, and the size of what they make: `node packages/codecs/bench/codecs.ts`.
 * The least of several runs counts, since the machine is rarely idle. Frames are synthetic: a body-like 12-bit slice
 * with noise, once 512 x 512 and once 2048 x 2487, and 480 x 640 of 8-bit colour.
 */
import { decodeFrame, encodeFrame } from '../src/codecs.ts'
import type { FrameFormat } from '../src/frame-format.ts'
import { createCodecPool } from '../src/pool/codec-pool.ts'

const uid = (suffix: string): string => `1.2.840.10008.1.2.${suffix}`
const grey = (Rows: number, Columns: number): FrameFormat =>
  ({ Rows, Columns, SamplesPerPixel: 1, BitsAllocated: 16, BitsStored: 12, PixelRepresentation: 0, PhotometricInterpretation: 'MONOCHROME2', PlanarConfiguration: 0 })
const frames = {
  'CT 512 x 512': grey(512, 512),
  'DX 2048 x 2487': grey(2487, 2048),
  'US 480 x 640 RGB': { ...grey(480, 640), SamplesPerPixel: 3, BitsAllocated: 8, BitsStored: 8, PhotometricInterpretation: 'RGB' },
}
const syntaxes = {
  'RLE': '5',
  'deflate': '8.1',
  'JPEG lossless SV1': '4.70',
  'JPEG-LS': '4.80',
  'HTJ2K': '4.201',
  'JPEG 2000': '4.90',
  'JPEG baseline': '4.50',
  'JPEG-LS near 2': '4.81',
  'HTJ2K lossy': '4.203',
  'JPEG 2000 10:1': '4.91',
}

/** A smooth ellipse in air, some bone, and four bits of noise. */
function picture({ Rows, Columns, SamplesPerPixel, BitsAllocated, BitsStored }: FrameFormat): Uint8Array {
  const samples = BitsAllocated === 8 ? new Uint8Array(Rows * Columns * SamplesPerPixel) : new Uint16Array(Rows * Columns * SamplesPerPixel)
  const top = 2 ** BitsStored - 1
  let state = 1
  for (let index = 0; index < samples.length; index++) {
    const pixel = Math.floor(index / SamplesPerPixel)
    const x = (pixel % Columns) / Columns - 0.5
    const y = Math.floor(pixel / Columns) / Rows - 0.5
    const radius = Math.hypot(x * 1.3, y * 1.8)
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const noise = (state >>> 28) - 8
    const level = radius > 0.6 ? 0.01 : radius > 0.5 ? 0.6 : 0.25 + 0.05 * Math.sin(x * 40 + index % SamplesPerPixel) * Math.cos(y * 30)
    samples[index] = Math.max(0, Math.min(top, Math.round(level * top) + (radius > 0.6 ? noise >> 2 : noise)))
  }
  return new Uint8Array(samples.buffer)
}

async function least(work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  const until = performance.now() + 1500
  for (let runs = 0; runs < 3 || performance.now() < until; runs++) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

for (const [name, format] of Object.entries(frames)) {
  const pixels = picture(format)
  console.log(`\n${name}, ${pixels.length} bytes\n${'codec'.padEnd(20)}${'encode ms'.padStart(10)}${'decode ms'.padStart(10)}${'bytes'.padStart(10)}${'ratio'.padStart(8)}`)
  for (const [codec, suffix] of Object.entries(syntaxes)) {
    const encoded = await encodeFrame(pixels, format, uid(suffix)).catch(() => undefined)
    if (!encoded) continue
    const encode = await least(() => encodeFrame(pixels, format, uid(suffix)))
    const decode = await least(() => decodeFrame(encoded.bytes, uid(suffix), encoded.format))
    console.log(`${codec.padEnd(20)}${encode.toFixed(1).padStart(10)}${decode.toFixed(1).padStart(10)}${String(encoded.bytes.length).padStart(10)}${(pixels.length / encoded.bytes.length).toFixed(1).padStart(8)}`)
  }
}

const format = frames['CT 512 x 512']
const { bytes } = await encodeFrame(picture(format), format, uid('4.201'))
const pool = createCodecPool()
const started = performance.now()
await pool.decode(bytes, uid('4.201'), format)
const first = performance.now() - started
for (let warm = 0; warm < 20; warm++) await pool.decode(bytes, uid('4.201'), format)
const count = 200
const before = performance.now()
await Promise.all(Array.from({ length: count }, () => pool.decode(bytes, uid('4.201'), format)))
console.log(`\nthreads: first HTJ2K CT frame ${first.toFixed(0)} ms (a thread started), then ${(count / ((performance.now() - before) / 1000)).toFixed(0)} frames/s`)
await pool.close()
