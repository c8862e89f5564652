/** How the image of a pane is arranged there, as films keep it: turned by right angles, mirrored, enlarged, inverted. */
import type { FilmArea, FilmView } from '@isocenter/contracts'
import type { Viewport } from './ohif.ts'

interface Size { readonly width: number; readonly height: number }
type Point = readonly [number, number]

/** A pane, and where a place of it lies in the image: in pixels from the image's top left corner. */
export interface Pane {
  readonly size: Size
  readonly image: Size
  readonly at: (place: Point) => Point
}

/** So many pixels of the image may be out of sight at an edge before a part of it is meant. */
const edge = 1.5
/** Of a right angle: beyond it, a part of the pane is no rectangle of the image. */
const straight = 0.02

/** As it lies in the pane; what is turned by other than right angles is printed whole, turned by the nearest. */
export function arrangementOf({ size, image, at }: Pane): Pick<FilmView, 'rotation' | 'isFlipped' | 'area'> {
  const corners = [at([0, 0]), at([size.width, 0]), at([0, size.height]), at([size.width, size.height])] as const
  const [[x, y], [rightX, rightY], [belowX, belowY]] = corners
  if (!corners.flat().every(Number.isFinite)) return {}
  // Where one comes in the image by going right in the pane, and by going down.
  const [right, down] = [[rightX - x, rightY - y], [belowX - x, belowY - y]] as const
  const isUpright = Math.abs(down[1]) >= Math.abs(down[0])
  const rotation = isUpright ? (down[1] > 0 ? 0 : 180) : (down[0] > 0 ? 90 : 270)
  // Of an image that is turned and not mirrored, right is: its right, its top, its left, its bottom.
  const along = { 0: right[0], 90: -right[1], 180: -right[0], 270: right[1] }[rotation]
  const [long, short] = isUpright ? [Math.abs(down[1]), Math.abs(down[0])] : [Math.abs(down[0]), Math.abs(down[1])]
  const area = short <= long * straight ? partOf(corners, image) : undefined
  return { ...(rotation === 0 ? {} : { rotation }), ...(along < 0 ? { isFlipped: true } : {}), ...(area && { area }) }
}

/** What is seen of the image; undefined where that is all of it, or nothing. */
function partOf(corners: readonly Point[], { width, height }: Size): FilmArea | undefined {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)]
  const [left, top] = [Math.max(0, Math.round(Math.min(...xs))), Math.max(0, Math.round(Math.min(...ys)))]
  const [right, bottom] = [Math.min(width, Math.round(Math.max(...xs))), Math.min(height, Math.round(Math.max(...ys)))]
  if (right <= left || bottom <= top || (left < edge && top < edge && width - right < edge && height - bottom < edge)) return undefined
  return { left, top, width: right - left, height: bottom - top }
}

/** What the viewer shows of an image by itself: it inverts those whose lowest value is white. */
const startsInverted = (instance: Readonly<Record<string, unknown>> | undefined): boolean => instance?.['PhotometricInterpretation'] === 'MONOCHROME1'

/** How a pane shows its image; undefined where it is as stored, or the pane cannot tell. */
export function viewOf(viewport: Viewport, instance: Readonly<Record<string, unknown>> | undefined): FilmView | undefined {
  const pixels = viewport.getImageData?.()?.imageData
  const isInverted = (viewport.getProperties?.()?.invert ?? false) !== startsInverted(instance)
  const { clientWidth, clientHeight } = viewport.element
  const arranged = pixels === undefined || viewport.canvasToWorld === undefined ? {} : arrangementOf({
    size: { width: clientWidth, height: clientHeight }, image: { width: pixels.getDimensions()[0] ?? 0, height: pixels.getDimensions()[1] ?? 0 },
    at: ([x, y]) => {
      const [column = Number.NaN, row = Number.NaN] = pixels.worldToIndex(viewport.canvasToWorld?.([x, y]) ?? [])
      // Numbers are those of the middles of pixels.
      return [column + 0.5, row + 0.5]
    },
  })
  const view = { ...(isInverted ? { isInverted } : {}), ...arranged }
  return Object.keys(view).length === 0 ? undefined : view
}
