/** The viewport parameter of rendered resources (PS3.18 §8.3.5.1.3). */
import { within, type Area } from './geometry.ts'

export interface Viewport {
  /** Of the viewport, pixels. */
  readonly width: number
  readonly height: number
  /** The part of the image to show, image pixels from its top left; a negative width or height turns it over. Absent: all of it. */
  readonly region?: Region | undefined
}

export interface Region {
  readonly left: number
  readonly top: number
  /** undefined: to the edge of the image. */
  readonly width?: number | undefined
  readonly height?: number | undefined
}

/** How a part of an image becomes the output: cut, turned over, scaled. */
export interface Placement {
  readonly cut: Area
  readonly flipsHorizontally: boolean
  readonly flipsVertically: boolean
  readonly width: number
  readonly height: number
}

/**
 * The placement for a viewport; undefined when the region shows nothing of the image. The region is scaled until it touches
 * two sides of the viewport, its shape kept.
 * @param pixelAspect height of a pixel divided by its width
 */
export function placementOf(viewport: Viewport | undefined, image: { width: number; height: number }, pixelAspect: number): Placement | undefined {
  const { left = 0, top = 0, width = image.width - left, height = image.height - top } = viewport?.region ?? {}
  const [x, y] = [Math.round(left), Math.round(top)]
  const cut = within({ left: x, top: y, width: Math.round(left + Math.abs(width)) - x, height: Math.round(top + Math.abs(height)) - y }, image)
  if (!cut) return undefined
  return { cut, flipsHorizontally: width < 0, flipsVertically: height < 0, ...(viewport ? fitted(cut, pixelAspect, viewport) : { width: cut.width, height: cut.height }) }
}

/** The largest size of the same shape that fits, at least one pixel. */
export function fitted(part: { width: number; height: number }, pixelAspect: number, into: { width: number; height: number }): { width: number; height: number } {
  const shape = part.width / (part.height * pixelAspect)
  const width = Math.min(into.width, into.height * shape)
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(width / shape)) }
}
