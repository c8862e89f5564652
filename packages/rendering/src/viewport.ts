/** The viewport parameter of rendered resources (PS3.18 §8.3.5.1.3). */

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
  readonly cut: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
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
  const cut = cutOf(viewport?.region, image)
  if (!cut) return undefined
  const { flipsHorizontally, flipsVertically, ...part } = cut
  return { cut: part, flipsHorizontally, flipsVertically, ...(viewport ? fitted(part, pixelAspect, viewport) : { width: part.width, height: part.height }) }
}

function cutOf(region: Region | undefined, { width, height }: { width: number; height: number }) {
  const left = region?.left ?? 0
  const top = region?.top ?? 0
  const askedWidth = region?.width ?? width - left
  const askedHeight = region?.height ?? height - top
  const from = { x: Math.max(0, Math.round(left)), y: Math.max(0, Math.round(top)) }
  const to = { x: Math.min(width, Math.round(left + Math.abs(askedWidth))), y: Math.min(height, Math.round(top + Math.abs(askedHeight))) }
  if (to.x <= from.x || to.y <= from.y) return undefined
  return { left: from.x, top: from.y, width: to.x - from.x, height: to.y - from.y, flipsHorizontally: askedWidth < 0, flipsVertically: askedHeight < 0 }
}

/** The largest size of the same shape that fits, at least one pixel. */
export function fitted(part: { width: number; height: number }, pixelAspect: number, into: { width: number; height: number }): { width: number; height: number } {
  const shape = part.width / (part.height * pixelAspect)
  const width = Math.min(into.width, into.height * shape)
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(width / shape)) }
}
