/** Avatars and signatures: whatever picture was sent, what is kept is made anew from its pixels, small, and without what cameras write into files. */
import sharp, { type Region, type Sharp } from 'sharp'
import { invalidPicture } from '../organisations/index.ts'
import { signatureRefused } from './problems.ts'

const limits = { limitInputPixels: 40_000_000, failOn: 'error' } as const
const formats = new Set(['png', 'jpeg', 'webp'])

const avatarSide = 256
const maxAvatarKept = 128 * 1024

/** Longest sides of a signature: on paper at 300 dpi it is some 8 cm wide. */
const signatureBox = { width: 1_000, height: 500 }
const maxSignatureKept = 256 * 1024
/** Less ink than so many pixels is a slip of the pen. */
const leastInk = 40
/** Grey steps between paper and ink that are neither: the soft edge of a stroke. */
const paperMargin = 24
const inkStep = 72
/** px: wider than strokes are, narrower than shadows. */
const tileSide = 40

/**
 * A square of 256 pixels from the middle of a picture, as WebP.
 * @throws invalidPicture 422
 */
export async function avatarOf(bytes: Uint8Array): Promise<Buffer> {
  const refusal = () => invalidPicture('It must be a whole PNG, JPEG or WebP of at most 40 million pixels.')
  const webp = await readable(bytes).then((picture) => picture?.rotate().resize({ width: avatarSide, height: avatarSide, fit: 'cover' }).webp({ quality: 82 }).toBuffer()).catch(() => { throw refusal() })
  if (webp === undefined || webp.byteLength > maxAvatarKept) throw refusal()
  return webp
}

/**
 * The strokes of a signature alone: paper made transparent, empty edges cut off. A picture that is transparent already keeps its transparency.
 * @throws signatureRefused 422 for no picture, or one with nothing on it
 */
export async function signatureOf(bytes: Uint8Array): Promise<Buffer> {
  const png = await strokesOf(bytes).catch((error: unknown) => {
    if (error instanceof NothingDrawn) throw signatureRefused('Nothing is drawn on it.')
    throw signatureRefused('It must be a whole PNG, JPEG or WebP of at most 40 million pixels.')
  })
  if (png === undefined || png.byteLength > maxSignatureKept) throw signatureRefused('It must be a PNG, JPEG or WebP of strokes on plain paper.')
  return png
}

class NothingDrawn extends Error {}

async function readable(bytes: Uint8Array): Promise<Sharp | undefined> {
  const picture = sharp(bytes, limits)
  return formats.has((await picture.metadata()).format) ? picture : undefined
}

async function strokesOf(bytes: Uint8Array): Promise<Buffer | undefined> {
  const picture = await readable(bytes)
  if (picture === undefined) return undefined
  const { data, info } = await picture.rotate().resize({ ...signatureBox, fit: 'inside', withoutEnlargement: true }).toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const { width, height } = info
  if (!isTransparent(data)) makePaperTransparent(data, width, height)
  const box = inkBox(data, width)
  if (box === undefined) throw new NothingDrawn()
  return sharp(data, { raw: { width, height, channels: 4 } }).extract(box).png({ compressionLevel: 9 }).toBuffer()
}

/** True when a picture brings a background of its own that nothing is on. */
function isTransparent(rgba: Buffer): boolean {
  for (let at = 3; at < rgba.length; at += 4) if ((rgba[at] ?? 255) < 128) return true
  return false
}

const greyAt = (rgba: Buffer, at: number): number => 0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0)

/** What is as light as the paper around it goes; what is darker stays, the softer the nearer to it. */
function makePaperTransparent(rgba: Buffer, width: number, height: number): void {
  const [columns, rows] = [Math.ceil(width / tileSide), Math.ceil(height / tileSide)]
  // A photograph is never lit evenly: in every tile most of what is there is paper, and between the middles of tiles it changes gently.
  const tiles = Float32Array.from({ length: columns * rows }, (_, tile) => paperOfTile(rgba, width, height, (tile % columns) * tileSide, Math.floor(tile / columns) * tileSide))
  const paper = new Float32Array(columns)
  for (let y = 0, at = 0; y < height; y++) {
    const row = placeBetween(y, rows)
    for (let column = 0; column < columns; column++) {
      const above = tiles[row.before * columns + column] ?? 255
      paper[column] = above + ((tiles[row.behind * columns + column] ?? 255) - above) * row.share
    }
    for (let x = 0; x < width; x++, at += 4) {
      const place = x / tileSide - 0.5
      const before = Math.max(0, Math.floor(place))
      const left = paper[before] ?? 255
      const here = left + ((paper[Math.min(columns - 1, before + 1)] ?? 255) - left) * Math.max(0, place - before)
      const darker = here - paperMargin - greyAt(rgba, at)
      rgba[at + 3] = Math.round(255 * Math.min(1, Math.max(0, darker / inkStep)))
    }
  }
}

/** Between the middles of which two tiles a pixel is, and how far on its way from one to the other. */
function placeBetween(pixel: number, tiles: number): { before: number; behind: number; share: number } {
  const place = Math.max(0, pixel / tileSide - 0.5)
  const before = Math.floor(place)
  return { before, behind: Math.min(tiles - 1, before + 1), share: place - before }
}

/** Three quarters of a tile are darker or as dark: ink covers less than that of any. Counted, not sorted: half a million pixels wait for nobody. */
function paperOfTile(rgba: Buffer, width: number, height: number, left: number, top: number): number {
  const [right, bottom] = [Math.min(left + tileSide, width), Math.min(top + tileSide, height)]
  const counts = new Uint32Array(256)
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const grey = Math.round(greyAt(rgba, (y * width + x) * 4))
      counts[grey] = (counts[grey] ?? 0) + 1
    }
  }
  let remaining = (right - left) * (bottom - top) * 0.75
  return counts.findIndex((count) => (remaining -= count) < 0)
}

/** The smallest box around all ink; undefined where there is hardly any. */
function inkBox(rgba: Buffer, width: number): Region | undefined {
  let [left, right, top, bottom, ink] = [Infinity, -1, Infinity, -1, 0]
  for (let at = 3; at < rgba.length; at += 4) {
    if ((rgba[at] ?? 0) < 64) continue
    const pixel = (at - 3) / 4
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
    ink++
  }
  return ink < leastInk ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 }
}
