/** Overlay planes (PS3.3 §C.9.2): graphics of one bit a pixel, beside the pixels or in their unused bits. */
import { type DicomJson, type DicomJsonAttribute } from '@isocenter/dicom'
import { bytesOf } from './attributes.ts'
import type { PixelFormat } from './pixel-format.ts'
import { unpackedBits, type Samples } from './samples.ts'

export interface Overlay {
  /** 0x6000 … 0x601E */
  readonly group: number
  readonly Rows: number
  readonly Columns: number
  /** Row and column of the image the overlay's first pixel lies on, counted from 1. */
  readonly origin: readonly [row: number, column: number]
  /** One byte a pixel, 0 or 1. */
  readonly bits: Uint8Array
}

/** Larger than any image that is rendered. */
const maxOverlayPixels = 50_000_000

/**
 * The overlays of a frame, counted from 1. Those in unused bits are taken out of `samples`.
 * @param groups only these, where given
 */
export function overlaysOf(json: DicomJson, frameNumber: number, embedded?: { samples: Samples; format: PixelFormat }, groups?: ReadonlySet<number>): Overlay[] {
  const found: Overlay[] = []
  for (let group = 0x6000; group <= 0x601e; group += 2) {
    if (groups && !groups.has(group)) continue
    const overlay = overlayOf(json, group, frameNumber, embedded)
    if (overlay) found.push(overlay)
  }
  return found
}

function overlayOf(json: DicomJson, group: number, frameNumber: number, embedded?: { samples: Samples; format: PixelFormat }): Overlay | undefined {
  const element = (suffix: string): DicomJsonAttribute | undefined => json[group.toString(16).toUpperCase() + suffix]
  const number = (suffix: string, index = 0) => {
    const value = element(suffix)?.Value?.[index]
    return typeof value === 'number' || typeof value === 'string' ? Number(value) : undefined
  }
  const Rows = number('0010') ?? 0
  const Columns = number('0011') ?? 0
  if (Rows < 1 || Columns < 1 || Rows * Columns > maxOverlayPixels) return undefined
  const frames = number('0015') ?? 1
  const firstFrame = number('0051') ?? 1
  // One plane holds for all frames unless there are several, which begin at the Image Frame Origin.
  const plane = frames > 1 ? frameNumber - firstFrame : 0
  if (plane < 0 || plane >= frames) return undefined
  const origin = [number('0050', 0) ?? 1, number('0050', 1) ?? 1] as const
  const data = bytesOf(element('3000'))
  if (data) return { group, Rows, Columns, origin, bits: unpackedBits(data, Rows * Columns, plane * Rows * Columns) }
  const position = number('0102')
  if (!embedded || position === undefined || (number('0100') ?? 1) < 2) return undefined
  const { samples, format } = embedded
  if (format.SamplesPerPixel !== 1 || samples.length !== Rows * Columns) return undefined
  return { group, Rows, Columns, origin, bits: Uint8Array.from(samples as ArrayLike<number>, (raw) => (raw >>> position) & 1) }
}

/** Draws overlays into a raster of 1 or 3 channels, each drawn pixel getting the same value in every channel. */
export function drawOverlays(overlays: readonly Overlay[], raster: { data: Uint8Array; width: number; height: number; channels: 1 | 3 }, value = 255): void {
  const { data, width, height, channels } = raster
  for (const { Rows, Columns, origin: [row, column], bits } of overlays) {
    for (let y = 0; y < Rows; y++) {
      const imageRow = y + row - 1
      if (imageRow < 0 || imageRow >= height) continue
      for (let x = 0; x < Columns; x++) {
        const imageColumn = x + column - 1
        if (bits[y * Columns + x] !== 1 || imageColumn < 0 || imageColumn >= width) continue
        const at = (imageRow * width + imageColumn) * channels
        data.fill(value, at, at + channels)
      }
    }
  }
}
