/** Graphic and text annotations of presentation states, as SVG over the finished image (PS3.3 §C.10.5). */
import { type DicomJson, type Keyword } from '@isocenter/dicom'
import { itemsOf, numbersOf, textOf } from './attributes.ts'
import { escapeMarkup } from './annotation.ts'
import { itemsFor } from './presentation-state.ts'

type Point = readonly [x: number, y: number]

export interface GraphicsSpace {
  readonly width: number
  readonly height: number
  /** From a place in the image, pixels from its top left, to one in the output. */
  readonly toOutput: (point: Point) => Point
}

/** The SVG of a frame's annotations; undefined where there is none. */
export function graphicsSvg(state: DicomJson, SOPInstanceUID: string, frameNumber: number, space: GraphicsSpace): string | undefined {
  const items = itemsFor(itemsOf(state, 'GraphicAnnotationSequence'), SOPInstanceUID, frameNumber)
  const shapes = items.flatMap((item) => [
    ...itemsOf(item, 'GraphicObjectSequence').map((object) => graphicOf(object, space)),
    ...itemsOf(item, 'TextObjectSequence').map((object) => textObjectOf(object, space)),
  ]).filter((shape) => shape !== '')
  if (shapes.length === 0) return undefined
  const { width, height } = space
  const stroke = Math.max(1, Math.round(Math.min(width, height) / 400))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g fill="none" stroke="#ffff00" stroke-width="${stroke}">${shapes.join('')}</g></svg>`
}

/** Units are pixels of the image, or parts of what is displayed (PS3.3 §C.10.5.1.1). */
function place(point: Point, units: string | undefined, space: GraphicsSpace): Point {
  const [x, y] = units === 'DISPLAY' ? [point[0] * space.width, point[1] * space.height] : space.toOutput(point)
  return [round(x), round(y)]
}

const round = (value: number) => Math.round(value * 100) / 100

function pointsOf(item: DicomJson, keyword: Keyword, units: string | undefined, space: GraphicsSpace): Point[] {
  const numbers = numbersOf(item, keyword)
  if (numbers.some((value) => !Number.isFinite(value))) return []
  return Array.from({ length: numbers.length >> 1 }, (_, index) => place([numbers[index * 2] ?? 0, numbers[index * 2 + 1] ?? 0], units, space))
}

function graphicOf(object: DicomJson, space: GraphicsSpace): string {
  const points = pointsOf(object, 'GraphicData', textOf(object, 'GraphicAnnotationUnits'), space)
  const fill = textOf(object, 'GraphicFilled') === 'Y' ? ' fill="#ffff00"' : ''
  const [first, second, third, fourth] = points
  if (!first) return ''
  switch (textOf(object, 'GraphicType')) {
    case 'POINT': return `<path d="M${first[0] - 3} ${first[1]}h6M${first[0]} ${first[1] - 3}v6"/>`
    // A curve through the points is drawn as the lines between them.
    case 'POLYLINE': case 'INTERPOLATED': return `<polyline points="${points.map(([x, y]) => `${x},${y}`).join(' ')}"${fill}/>`
    case 'CIRCLE': return second ? `<circle cx="${first[0]}" cy="${first[1]}" r="${round(distance(first, second))}"${fill}/>` : ''
    case 'ELLIPSE': return second && third && fourth ? ellipse([first, second], [third, fourth], fill) : ''
    default: return ''
  }
}

const distance = ([x1, y1]: Point, [x2, y2]: Point) => Math.hypot(x2 - x1, y2 - y1)

/** By the ends of its major and its minor axis. */
function ellipse(major: readonly [Point, Point], minor: readonly [Point, Point], fill: string): string {
  const [[x1, y1], [x2, y2]] = major
  const [cx, cy] = [round((x1 + x2) / 2), round((y1 + y2) / 2)]
  const angle = round((Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI)
  return `<ellipse cx="${cx}" cy="${cy}" rx="${round(distance(...major) / 2)}" ry="${round(distance(...minor) / 2)}" transform="rotate(${angle} ${cx} ${cy})"${fill}/>`
}

const lineHeight = 1.2

function textObjectOf(object: DicomJson, space: GraphicsSpace): string {
  const text = textOf(object, 'UnformattedTextValue')
  if (text === undefined) return ''
  const boxUnits = textOf(object, 'BoundingBoxAnnotationUnits')
  const anchorUnits = textOf(object, 'AnchorPointAnnotationUnits')
  const [corner] = pointsOf(object, 'BoundingBoxTopLeftHandCorner', boxUnits, space)
  const [opposite] = pointsOf(object, 'BoundingBoxBottomRightHandCorner', boxUnits, space)
  const [anchor] = pointsOf(object, 'AnchorPoint', anchorUnits, space)
  const lines = text.split(/\r\n|\r|\n/)
  const at = corner && opposite ? [Math.min(corner[0], opposite[0]), Math.min(corner[1], opposite[1])] as const : anchor
  if (!at) return ''
  const size = round(Math.max(10, Math.min(32, Math.min(space.width, space.height) / 30)))
  const spans = lines.map((line, index) => `<tspan x="${at[0]}" y="${round(at[1] + size * (1 + index * lineHeight))}">${escapeMarkup(line)}</tspan>`).join('')
  const pointer = anchor && corner && textOf(object, 'AnchorPointVisibility') === 'Y' ? `<line x1="${at[0]}" y1="${at[1]}" x2="${anchor[0]}" y2="${anchor[1]}"/>` : ''
  return `${pointer}<text font-family="sans-serif" font-size="${size}" fill="#ffff00" stroke="none">${spans}</text>`
}
