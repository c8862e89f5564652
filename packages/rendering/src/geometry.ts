/** Cutting and turning rasters, pixel by pixel and without loss. */
import type { Raster } from './raster.ts'

/** A part of an image, its pixels counted from 0 at the top left. */
export interface Area {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** As much of an area as there is of the image; undefined where that is nothing. */
export function within({ left, top, width, height }: Area, image: { readonly width: number; readonly height: number }): Area | undefined {
  const [right, bottom] = [Math.min(image.width, left + width), Math.min(image.height, top + height)]
  const [x, y] = [Math.max(0, left), Math.max(0, top)]
  return right > x && bottom > y ? { left: x, top: y, width: right - x, height: bottom - y } : undefined
}

/** A part of a raster; what lies outside it is black. */
export function cut(raster: Raster, { left, top, width, height }: Area): Raster {
  if (left === 0 && top === 0 && width === raster.width && height === raster.height) return raster
  const { channels } = raster
  const data = new Uint8Array(width * height * channels)
  const from = Math.max(0, left)
  const to = Math.min(raster.width, left + width)
  for (let row = Math.max(0, top); row < Math.min(raster.height, top + height) && to > from; row++) {
    const start = (row * raster.width + from) * channels
    data.set(raster.data.subarray(start, start + (to - from) * channels), ((row - top) * width + from - left) * channels)
  }
  return { width, height, channels, data }
}

export interface Turn {
  /** Clockwise; before any flip. */
  readonly degrees: 0 | 90 | 180 | 270
  readonly flipsHorizontally: boolean
  readonly flipsVertically: boolean
}

/** A raster turned clockwise, then turned over. */
export function turned(raster: Raster, turn: Turn): Raster {
  if (turn.degrees === 0 && !turn.flipsHorizontally && !turn.flipsVertically) return raster
  const { channels } = raster
  const sideways = turn.degrees === 90 || turn.degrees === 270
  const width = sideways ? raster.height : raster.width
  const height = sideways ? raster.width : raster.height
  const data = new Uint8Array(raster.data.length)
  const placeOf = (x: number, y: number): number => {
    const [toX, toY] = turnedPoint([x, y], raster, turn, 1)
    return (toY * width + toX) * channels
  }
  // The next pixel always lies as far away as the one before did: a mammogram has 14 million of them.
  const first = placeOf(0, 0)
  const [beside, below] = [placeOf(1, 0) - first, placeOf(0, 1) - first]
  for (let y = 0, from = 0; y < raster.height; y++) {
    for (let x = 0, to = first + y * below; x < raster.width; x++, to += beside) {
      for (let channel = 0; channel < channels; channel++) data[to + channel] = raster.data[from++] ?? 0
    }
  }
  return { width, height, channels, data }
}

/**
 * Where a point of an image lies once it is turned.
 * @param pixel 1 for the number of a pixel, 0 for a place between pixels
 */
export function turnedPoint([x, y]: readonly [number, number], { width, height }: { width: number; height: number }, turn: Turn, pixel: 0 | 1): [number, number] {
  const [right, bottom] = [width - pixel, height - pixel]
  const points: Record<Turn['degrees'], [number, number]> = { 0: [x, y], 90: [bottom - y, x], 180: [right - x, bottom - y], 270: [y, right - x] }
  const [turnedX, turnedY] = points[turn.degrees]
  const sideways = turn.degrees === 90 || turn.degrees === 270
  return [turn.flipsHorizontally ? (sideways ? bottom : right) - turnedX : turnedX, turn.flipsVertically ? (sideways ? right : bottom) - turnedY : turnedY]
}
