import { inflateSync } from 'node:zlib'
import { must } from '../expect.ts'

export interface Picture {
  readonly width: number
  readonly height: number
  /** Red, green and blue of a pixel, columns and rows from 0. */
  readonly at: (x: number, y: number) => readonly [number, number, number]
}

const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** Decodes a PNG of 8 bits a channel that is not interlaced: what a server renders. @throws Error for anything else */
export function decodePng(bytes: Buffer): Picture {
  must(bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')), 'the body is not a PNG')
  const chunks: { type: string; data: Buffer }[] = []
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  const header = chunks.find(({ type }) => type === 'IHDR')?.data ?? Buffer.alloc(13)
  const [width, height, depth = 0, colourType = 0, , , interlaced] = [header.readUInt32BE(0), header.readUInt32BE(4), ...header.subarray(8)]
  const channels = channelsOf[colourType] ?? 0
  must(depth === 8 && channels > 0 && interlaced === 0, `a PNG of ${String(depth)} bits, colour type ${String(colourType)}`)
  const rows = unfiltered(inflateSync(Buffer.concat(chunks.flatMap(({ type, data }) => (type === 'IDAT' ? [data] : [])))), width * channels, height, channels)
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data
  return {
    width, height,
    at: (x, y) => {
      const pixel = rows.subarray((y * width + x) * channels, (y * width + x + 1) * channels)
      const [first = 0, second = 0, third = 0] = pixel
      if (colourType === 3) return [palette?.[first * 3] ?? 0, palette?.[first * 3 + 1] ?? 0, palette?.[first * 3 + 2] ?? 0]
      return channels < 3 ? [first, first, first] : [first, second, third]
    },
  }
}

/** PNG §9: every row begins with the number of its filter. */
function unfiltered(filtered: Buffer, rowBytes: number, height: number, pixelBytes: number): Buffer {
  const rows = Buffer.alloc(rowBytes * height)
  const value = (row: number, index: number) => (row < 0 || index < 0 ? 0 : rows[row * rowBytes + index] ?? 0)
  for (let row = 0; row < height; row++) {
    const filter = filtered[row * (rowBytes + 1)] ?? 0
    for (let index = 0; index < rowBytes; index++) {
      const [left, above, corner] = [index < pixelBytes ? 0 : value(row, index - pixelBytes), value(row - 1, index), index < pixelBytes ? 0 : value(row - 1, index - pixelBytes)]
      const predicted = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter] ?? 0
      rows[row * rowBytes + index] = (filtered[row * (rowBytes + 1) + 1 + index] ?? 0) + predicted
    }
  }
  return rows
}

function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner
  const [toLeft, toAbove, toCorner] = [Math.abs(estimate - left), Math.abs(estimate - above), Math.abs(estimate - corner)]
  return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner
}
