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
  if (!isTransparent(data)) makePaperTransparent(data)
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

/** What is as light as the paper goes; what is darker stays, the softer the nearer to it. The paper is the grey most of the picture has. */
function makePaperTransparent(rgba: Buffer): void {
  const counts = new Uint32Array(256)
  for (let at = 0; at < rgba.length; at += 4) {
    const grey = Math.round(greyAt(rgba, at))
    counts[grey] = (counts[grey] ?? 0) + 1
  }
  const paper = counts.indexOf(counts.reduce((most, one) => Math.max(most, one), 0))
  for (let at = 0; at < rgba.length; at += 4) {
    const darker = paper - paperMargin - greyAt(rgba, at)
    rgba[at + 3] = Math.round(255 * Math.min(1, Math.max(0, darker / inkStep)))
  }
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
