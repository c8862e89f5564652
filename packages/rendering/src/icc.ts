/** Colour spaces of rendered images (PS3.18 §8.3.5.1.5): profiles made here, so that none has to be found on the machine. */
import type { Raster } from './raster.ts'

export const colourSpaces = ['srgb', 'adobergb', 'rommrgb', 'displayp3'] as const
export type ColourSpace = (typeof colourSpaces)[number]

type Matrix = readonly [number, number, number, number, number, number, number, number, number]

interface Space {
  readonly description: string
  /** From linear RGB to XYZ under D50, by row. */
  readonly toXYZ: Matrix
  /** From 0 … 1 as encoded to linear light. */
  readonly decode: (value: number) => number
  readonly encode: (value: number) => number
}

const srgbDecode = (value: number) => (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
const srgbEncode = (value: number) => (value <= 0.003_130_8 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055)
const power = (gamma: number) => ({ decode: (value: number) => value ** gamma, encode: (value: number) => value ** (1 / gamma) })

const spaces: Readonly<Record<ColourSpace, Space>> = {
  srgb: {
    description: 'sRGB IEC61966-2.1', decode: srgbDecode, encode: srgbEncode,
    toXYZ: [0.436_074_7, 0.385_064_9, 0.143_080_4, 0.222_504_5, 0.716_878_6, 0.060_616_9, 0.013_932_2, 0.097_104_5, 0.714_173_3],
  },
  adobergb: {
    description: 'Adobe RGB (1998) compatible', ...power(563 / 256),
    toXYZ: [0.609_755_9, 0.205_240_1, 0.149_224, 0.311_124_2, 0.625_656, 0.063_219_7, 0.019_481_1, 0.060_890_2, 0.744_838_7],
  },
  rommrgb: {
    description: 'ROMM RGB', ...power(1.8),
    toXYZ: [0.797_674_9, 0.135_191_7, 0.031_353_4, 0.288_040_2, 0.711_874_1, 0.000_085_7, 0, 0, 0.825_21],
  },
  displayp3: {
    description: 'Display P3', decode: srgbDecode, encode: srgbEncode,
    toXYZ: [0.515_118_7, 0.291_977_8, 0.157_103_5, 0.241_189_2, 0.692_244_1, 0.066_566_8, -0.001_050_5, 0.041_879_1, 0.784_071_3],
  },
}

/** An sRGB raster in another space, of three channels; colours outside it are clipped. */
export function inColourSpace(raster: Raster, space: ColourSpace): Raster {
  const source = coloured(raster)
  if (space === 'srgb') return source
  const { encode, toXYZ } = spaces[space]
  const matrix = product(inverse(toXYZ), spaces.srgb.toXYZ)
  const linear = Float64Array.from({ length: 256 }, (_, value) => srgbDecode(value / 255))
  const encoded = Uint8Array.from({ length: 4097 }, (_, value) => Math.round(255 * encode(value / 4096)))
  const data = new Uint8Array(source.data.length)
  const toByte = (value: number) => encoded[Math.round(4096 * Math.max(0, Math.min(1, value)))] ?? 0
  for (let at = 0; at < data.length; at += 3) {
    const [r, g, b] = [linear[source.data[at] ?? 0] ?? 0, linear[source.data[at + 1] ?? 0] ?? 0, linear[source.data[at + 2] ?? 0] ?? 0]
    data[at] = toByte(matrix[0] * r + matrix[1] * g + matrix[2] * b)
    data[at + 1] = toByte(matrix[3] * r + matrix[4] * g + matrix[5] * b)
    data[at + 2] = toByte(matrix[6] * r + matrix[7] * g + matrix[8] * b)
  }
  return { ...source, data }
}

/** Greys as three equal channels. */
export function coloured(raster: Raster): Raster {
  if (raster.channels === 3) return raster
  const data = new Uint8Array(raster.data.length * 3)
  for (let index = 0; index < raster.data.length; index++) data.fill(raster.data[index] ?? 0, index * 3, index * 3 + 3)
  return { ...raster, channels: 3, data }
}

function product(a: Matrix, b: Matrix): Matrix {
  const cell = (row: number, column: number) => [0, 1, 2].reduce((sum, index) => sum + (a[row * 3 + index] ?? 0) * (b[index * 3 + column] ?? 0), 0)
  return [cell(0, 0), cell(0, 1), cell(0, 2), cell(1, 0), cell(1, 1), cell(1, 2), cell(2, 0), cell(2, 1), cell(2, 2)]
}

function inverse([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
  const over = (value: number) => value / determinant
  return [
    over(e * i - f * h), over(c * h - b * i), over(b * f - c * e), over(f * g - d * i), over(a * i - c * g), over(c * d - a * f),
    over(d * h - e * g), over(b * g - a * h), over(a * e - b * d),
  ]
}

/** An ICC profile of version 2.1: a display's primaries and tone curve (ICC.1:2001-04). */
export function iccProfile(space: ColourSpace): Uint8Array {
  const { description, toXYZ, decode } = spaces[space]
  const curve = curveTag(decode)
  const tags: [string, Buffer][] = [
    ['desc', descriptionTag(description)], ['cprt', textTag('CC0')], ['wtpt', xyzTag(0.964_2, 1, 0.824_9)],
    ['rXYZ', xyzTag(toXYZ[0], toXYZ[3], toXYZ[6])], ['gXYZ', xyzTag(toXYZ[1], toXYZ[4], toXYZ[7])], ['bXYZ', xyzTag(toXYZ[2], toXYZ[5], toXYZ[8])],
    ['rTRC', curve], ['gTRC', curve], ['bTRC', curve],
  ]
  const header = Buffer.alloc(128)
  const table = Buffer.alloc(4 + tags.length * 12)
  table.writeUInt32BE(tags.length)
  const placed = new Map<Buffer, number>()
  const pieces: Buffer[] = []
  let offset = header.length + table.length
  for (const [index, [signature, data]] of tags.entries()) {
    if (!placed.has(data)) {
      placed.set(data, offset)
      const padded = Buffer.alloc(Math.ceil(data.length / 4) * 4)
      data.copy(padded)
      pieces.push(padded)
      offset += padded.length
    }
    const entry = 4 + index * 12
    table.write(signature, entry, 'latin1')
    table.writeUInt32BE(placed.get(data) ?? 0, entry + 4)
    table.writeUInt32BE(data.length, entry + 8)
  }
  header.writeUInt32BE(offset, 0)
  header.writeUInt32BE(0x0210_0000, 8)
  header.write('mntrRGB XYZ ', 12, 'latin1')
  header.writeUInt16BE(2026, 24)
  header.writeUInt16BE(1, 26)
  header.writeUInt16BE(1, 28)
  header.write('acsp', 36, 'latin1')
  xyzNumbers(0.964_2, 1, 0.824_9).copy(header, 68)
  return Buffer.concat([header, table, ...pieces])
}

function xyzNumbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeInt32BE(Math.round(value * 65_536), index * 4)
  return bytes
}

const tagOf = (signature: string, ...content: Buffer[]) => Buffer.concat([Buffer.from(signature, 'latin1'), Buffer.alloc(4), ...content])
const xyzTag = (x: number, y: number, z: number) => tagOf('XYZ ', xyzNumbers(x, y, z))
const textTag = (text: string) => tagOf('text', Buffer.from(`${text}\0`, 'latin1'))

function descriptionTag(text: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length + 1)
  // Neither a Unicode nor a Macintosh description follows.
  return tagOf('desc', length, Buffer.from(`${text}\0`, 'latin1'), Buffer.alloc(4 + 4 + 2 + 1 + 67))
}

const curvePoints = 1024

function curveTag(decode: (value: number) => number): Buffer {
  const bytes = Buffer.alloc(4 + curvePoints * 2)
  bytes.writeUInt32BE(curvePoints)
  for (let index = 0; index < curvePoints; index++) bytes.writeUInt16BE(Math.round(65_535 * decode(index / (curvePoints - 1))), 4 + index * 2)
  return tagOf('curv', bytes)
}
