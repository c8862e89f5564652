/** Display shutters: what is kept out of sight (PS3.3 §C.7.6.11, §C.7.6.15). */
import { type DicomJson } from '@isocenter/dicom'
import { numberOf, numbersOf, textsOf } from './attributes.ts'
import { overlaysOf } from './overlay.ts'
import type { Raster } from './raster.ts'

type IsVisible = (column: number, row: number) => boolean

/** The raster with everything outside its shutters in the grey the shutter asks for, black if it asks for none. */
export function shuttered(raster: Raster, json: DicomJson): Raster {
  const shapes = textsOf(json, 'ShutterShape').flatMap((shape) => shapeOf(shape.trim(), json) ?? [])
  if (shapes.length === 0) return raster
  // P-Values from 0, black, to FFFFH (PS3.3 §C.7.6.11).
  const grey = Math.round(((numberOf(json, 'ShutterPresentationValue') ?? 0) / 65_535) * 255)
  const { width, height, channels } = raster
  const data = Uint8Array.from(raster.data)
  for (let row = 1; row <= height; row++) {
    for (let column = 1; column <= width; column++) {
      if (shapes.every((isVisible) => isVisible(column, row))) continue
      const at = ((row - 1) * width + column - 1) * channels
      data.fill(grey, at, at + channels)
    }
  }
  return { ...raster, data }
}

/** Columns and rows count from 1. */
function shapeOf(shape: string, json: DicomJson): IsVisible | undefined {
  switch (shape) {
    case 'RECTANGULAR': {
      const left = numberOf(json, 'ShutterLeftVerticalEdge') ?? 1
      const right = numberOf(json, 'ShutterRightVerticalEdge') ?? Number.POSITIVE_INFINITY
      const upper = numberOf(json, 'ShutterUpperHorizontalEdge') ?? 1
      const lower = numberOf(json, 'ShutterLowerHorizontalEdge') ?? Number.POSITIVE_INFINITY
      return (column, row) => column >= left && column <= right && row >= upper && row <= lower
    }
    case 'CIRCULAR': {
      const [centerRow, centerColumn] = numbersOf(json, 'CenterOfCircularShutter')
      const radius = numberOf(json, 'RadiusOfCircularShutter')
      if (centerRow === undefined || centerColumn === undefined || radius === undefined) return undefined
      return (column, row) => (column - centerColumn) ** 2 + (row - centerRow) ** 2 <= radius ** 2
    }
    case 'POLYGONAL': return polygon(numbersOf(json, 'VerticesOfThePolygonalShutter'))
    case 'BITMAP': return bitmap(json)
    default: return undefined
  }
}

/** Vertices are row, column, row, column …; a point is inside when a line from it crosses the edge an odd number of times. */
function polygon(vertices: readonly number[]): IsVisible | undefined {
  const count = vertices.length >> 1
  if (count < 3 || vertices.some(Number.isNaN)) return undefined
  return (column, row) => {
    let isInside = false
    for (let index = 0, previous = count - 1; index < count; previous = index++) {
      const [y1 = 0, x1 = 0] = [vertices[index * 2], vertices[index * 2 + 1]]
      const [y2 = 0, x2 = 0] = [vertices[previous * 2], vertices[previous * 2 + 1]]
      if (y1 > row !== y2 > row && column < ((x2 - x1) * (row - y1)) / (y2 - y1) + x1) isInside = !isInside
    }
    return isInside
  }
}

/** Set bits of the overlay are out of sight. */
function bitmap(json: DicomJson): IsVisible | undefined {
  const group = numberOf(json, 'ShutterOverlayGroup')
  const [overlay] = group === undefined ? [] : overlaysOf(json, 1, undefined, new Set([group]))
  if (!overlay) return undefined
  const { Columns, Rows, bits, origin: [firstRow, firstColumn] } = overlay
  return (column, row) => {
    const [x, y] = [column - firstColumn, row - firstRow]
    return x < 0 || y < 0 || x >= Columns || y >= Rows || bits[y * Columns + x] !== 1
  }
}
