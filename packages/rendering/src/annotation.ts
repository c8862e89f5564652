/** Text burned into rendered images: `annotation=patient,technique` (PS3.18 §8.3.5.1.1), and how they lie. */
import sharp from 'sharp'
import type { EdgeLetters } from './edge-letters.ts'
import { resized } from './encode.ts'
import { coloured } from './icc.ts'
import { NotRenderable } from './not-renderable.ts'
import type { Raster } from './raster.ts'

/** Height of a line, as a part of the image's. */
const linePart = 1 / 32
const [leastPoints, mostPoints] = [9, 48]
/** Lets as much of the image through as `a0` in markup. */
const ground = { r: 0, g: 0, b: 0, alpha: 0xa0 / 0xff }

/** Text is read on an image of so many pixels a side. */
const legibleSide = 256
/** However narrow the image is, it grows no longer than that. */
const longestGrown = 4096

/** The raster, enlarged where text on it could not be read. */
export function legible(raster: Raster): Promise<Raster> {
  const { width, height } = raster
  const times = Math.min(Math.ceil(legibleSide / Math.min(width, height)), Math.floor(longestGrown / Math.max(width, height)))
  return times > 1 ? resized(raster, width * times, height * times) : Promise.resolve(raster)
}

export interface Texts {
  readonly top: readonly string[]
  readonly bottom: readonly string[]
  /** Above the lines at the bottom, and not made smaller with them. */
  readonly note?: string | undefined
  readonly edges?: EdgeLetters | undefined
}

/**
 * The raster with lines in its corners and letters at its edges, white on a dark ground so that they are read on any image. Text that does not fit is
 * made smaller.
 * @throws NotRenderable when text cannot be drawn here: an image asked for with a name must not come without
 */
export async function annotated(raster: Raster, { top, bottom, note, edges }: Texts): Promise<Raster> {
  const [head, noted, foot] = await Promise.all([textBlock(top, raster), textBlock(note === undefined ? [] : [note], raster), textBlock(bottom, raster)])
  const composites: Composite[] = []
  if (head) composites.push({ input: head.data, left: 0, top: 0 })
  if (foot) composites.push({ input: foot.data, left: 0, top: Math.max(0, raster.height - foot.height) })
  if (noted) composites.push({ input: noted.data, left: 0, top: Math.max(0, raster.height - (foot?.height ?? 0) - noted.height) })
  if (edges) composites.push(...await lettersAt(edges, raster, { top: extent([head]), bottom: extent([noted, foot]) }))
  if (composites.length === 0) return raster
  const base = coloured(raster)
  const { data, info } = await sharp(base.data, { raw: { width: base.width, height: base.height, channels: 3 }, limitInputPixels: false })
    .composite(composites).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, channels: 3, data }
}

interface Composite { readonly input: Buffer; readonly left: number; readonly top: number }
interface Size { readonly width: number; readonly height: number }
interface Block extends Size { readonly data: Buffer }

/** Of blocks one under another. */
const extent = (blocks: readonly (Block | undefined)[]): Size => ({ width: Math.max(0, ...blocks.map((block) => block?.width ?? 0)), height: blocks.reduce((sum, block) => sum + (block?.height ?? 0), 0) })

/** Each in the middle of its edge; beyond the lines of its corner where these come near it, so that it is not read as one of their words. */
async function lettersAt(edges: EdgeLetters, raster: Raster, lines: Readonly<Record<'top' | 'bottom', Size>>): Promise<Composite[]> {
  const middle = (whole: number, part: number) => Math.floor((whole - part) / 2)
  const beyond = ({ width, height }: Size, letter: Size) => (width + letter.width > middle(raster.width, letter.width) ? height : 0)
  const places: readonly (readonly [string, (letter: Size) => readonly [left: number, top: number]])[] = [
    [edges.top, (letter) => [middle(raster.width, letter.width), beyond(lines.top, letter)]],
    [edges.right, (letter) => [raster.width - letter.width, middle(raster.height, letter.height)]],
    [edges.bottom, (letter) => [middle(raster.width, letter.width), raster.height - letter.height - beyond(lines.bottom, letter)]],
    [edges.left, (letter) => [0, middle(raster.height, letter.height)]],
  ]
  const drawn = await Promise.all(places.map(async ([letters, placeOf]) => {
    const block = await textBlock([letters], raster)
    if (!block) return []
    const [left, top] = placeOf(block)
    return [{ input: block.data, left: Math.max(0, left), top: Math.max(0, top) }]
  }))
  return drawn.flat()
}

async function textBlock(lines: readonly string[], { width, height }: Raster): Promise<Block | undefined> {
  if (lines.length === 0) return undefined
  if (!await hasFont()) throw new NotRenderable('Text cannot be drawn: no font is installed on the server.')
  const points = Math.round(Math.max(leastPoints, Math.min(mostPoints, height * linePart)))
  const markup = `<span foreground="white" background="#000000a0">${lines.map(escapeMarkup).join('\n')}</span>`
  // Cut at the ink of its outermost strokes, a line that stands alone would run into a bright image.
  const rim = lines.length === 1 ? Math.min(Math.ceil(points / 6), Math.floor(width / 8), Math.floor(height / 8)) : 0
  const { data, info } = await textImage(markup, points).resize(width - 2 * rim, Math.max(1, Math.floor(height / 2) - 2 * rim), { fit: 'inside', withoutEnlargement: true })
    .extend({ top: rim, right: rim, bottom: rim, left: rim, background: ground }).png().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

const textImage = (markup: string, points: number) => sharp({ text: { text: markup, font: `sans ${points}`, rgba: true, dpi: 72 } })

let fontIsThere: Promise<boolean> | undefined

/** Without any font every letter is drawn as a box of one width, with its code in it; of a single letter that no font has, that is all there is to say. */
function hasFont(): Promise<boolean> {
  fontIsThere ??= Promise.all(['iiii', 'MMMM'].map((text) => textImage(text, leastPoints).png().toBuffer({ resolveWithObject: true })))
    .then(([narrow, wide]) => narrow?.info.width !== wide?.info.width)
  return fontIsThere
}

/** Control characters cannot stand in markup. */
export function escapeMarkup(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
