/** Rasters to JPEG, PNG and GIF. */
import sharp, { type Sharp } from 'sharp'
import { coloured, iccProfile, inColourSpace, type ColourSpace } from './icc.ts'
import { jpegWithProfile, pngWithProfile } from './icc-embed.ts'
import type { Raster } from './raster.ts'

// Results are never asked for twice by the same pixels, so remembering operations only takes memory.
sharp.cache(false)

export const renderedMediaTypes = ['image/jpeg', 'image/png', 'image/gif'] as const
export type RenderedMediaType = (typeof renderedMediaTypes)[number]

/** `no`: none; `yes`: the instance's own profile, or sRGB; else pixels and profile of the space. */
export type ProfileWish = 'no' | 'yes' | ColourSpace

export interface EncodeOptions {
  readonly mediaType: RenderedMediaType
  /** JPEG only, 1 to 100. */
  readonly quality: number
  readonly profile: ProfileWish
  /** ICC profile that says what the raster's colours are; sRGB when absent. */
  readonly ownProfile?: Uint8Array | undefined
}

/** An image of 8 bits a channel; JPEG is baseline sequential (PS3.18 §8.7.4). */
export async function encodeImage(raster: Raster, { mediaType, quality, profile, ownProfile }: EncodeOptions): Promise<Uint8Array> {
  if (mediaType === 'image/gif') return gifOf([raster], [0])
  if (profile === 'no') return encoded(raster, mediaType, quality)
  const own = raster.channels === 3 ? ownProfile : undefined
  const embed = mediaType === 'image/jpeg' ? jpegWithProfile : pngWithProfile
  if (profile === 'yes') return own ? embed(await encoded(raster, mediaType, quality), own) : embed(await encoded(coloured(raster), mediaType, quality), iccProfile('srgb'))
  const source = own ? await convertedToSRGB(raster, own) : raster
  return embed(await encoded(inColourSpace(source, profile), mediaType, quality), iccProfile(profile))
}

async function encoded(raster: Raster, mediaType: 'image/jpeg' | 'image/png', quality: number): Promise<Uint8Array> {
  const image = imageOf(raster)
  return mediaType === 'image/png'
    ? image.png({ compressionLevel: 3 }).toBuffer()
    // Huffman tables made for each image are a second pass over it: twice the time for a tenth of the bytes at most, and the same pixels.
    : image.jpeg({ quality, progressive: false, mozjpeg: false, optimiseCoding: false, chromaSubsampling: quality >= 90 ? '4:4:4' : '4:2:0' }).toBuffer()
}

/** A raster for sharp; greys stay greys. */
export function imageOf({ width, height, channels, data }: Raster): Sharp {
  const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
  return channels === 1 ? image.toColourspace('b-w') : image
}

async function convertedToSRGB(raster: Raster, profile: Uint8Array): Promise<Raster> {
  const tagged = pngWithProfile(await imageOf(raster).png({ compressionLevel: 0 }).toBuffer(), profile)
  const { data, info } = await sharp(tagged, { limitInputPixels: false }).toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3, data }
}

/** An animation that repeats for ever, or a still image when it has one frame. Rasters have one size. */
export async function gifOf(rasters: readonly Raster[], delaysMs: readonly number[]): Promise<Uint8Array> {
  const [first] = rasters
  if (!first) throw new RangeError('An animation has at least one frame.')
  const isColour = rasters.some(({ channels }) => channels === 3)
  const frames = isColour ? rasters.map(coloured) : rasters
  const data = frames.length === 1 ? first.data : Buffer.concat(frames.map((frame) => frame.data))
  const { width, height } = first
  const image = sharp(isColour && frames.length === 1 ? coloured(first).data : data, {
    raw: { width, height: height * frames.length, channels: isColour ? 3 : 1, ...(frames.length > 1 && { pageHeight: height }) }, limitInputPixels: false,
  })
  return image.gif({ loop: 0, delay: [...delaysMs], dither: 0, effort: 3 }).toBuffer()
}

/** The raster at another size. */
export async function resized(raster: Raster, width: number, height: number): Promise<Raster> {
  if (width === raster.width && height === raster.height) return raster
  const { data, info } = await imageOf(raster).resize(width, height, { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false }).raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3, data }
}
