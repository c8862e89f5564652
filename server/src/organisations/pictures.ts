/** Logos and signatures: whatever picture was sent, what is kept is a small PNG made anew from its pixels. */
import sharp from 'sharp'
import { invalidPicture } from './problems.ts'

const maxPixels = 16_000_000
/** Longest side: a signature on paper at 300 dpi is some 8 cm wide. */
const maxSide = 1_000
const maxKeptBytes = 1024 * 1024
const formats = new Set(['png', 'jpeg', 'webp'])

/**
 * The picture as it is kept: no metadata, no other format hidden in it, bounded in size.
 * @throws invalidPicture 422
 */
export async function cleanPicture(bytes: Uint8Array): Promise<Buffer> {
  const png = await pngOf(bytes).catch(() => { throw invalidPicture('It must be a whole PNG, JPEG or WebP of at most 16 million pixels.') })
  if (png === undefined || png.byteLength > maxKeptBytes) throw invalidPicture('It must be a PNG, JPEG or WebP, and simple enough to be kept in a megabyte.')
  return png
}

async function pngOf(bytes: Uint8Array): Promise<Buffer | undefined> {
  const picture = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' })
  if (!formats.has((await picture.metadata()).format)) return undefined
  return picture.rotate().resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true }).png({ compressionLevel: 9 }).toBuffer()
}
