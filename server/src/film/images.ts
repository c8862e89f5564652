/** Images as they go onto films. */
import sharp from 'sharp'
import type { FilmImage, Millimetres, PrintSettings } from '@isocenter/contracts'
import type { DicomJson } from '@isocenter/dicom'
import type { Catalogue } from '../catalogue/index.ts'
import type { Renderer } from '../dicomweb/index.ts'
import type { Access } from '../identity/index.ts'
import { sizeInBody } from './true-size.ts'

export interface FilmImages {
  /** An image with its window, its view and text, what the view changed and the directions of the body at its edges, as JPEG of nearly no loss; undefined when it has gone. @throws notRenderable 406 */
  readonly jpeg: (access: Access, image: FilmImage, settings: Pick<PrintSettings, 'texts' | 'language'>, signal: AbortSignal) => Promise<Uint8Array | undefined>
  /** The same as a portable anymap, 8 bits a sample. */
  readonly anymap: (access: Access, image: FilmImage, settings: Pick<PrintSettings, 'texts' | 'language' | 'colour'>, signal: AbortSignal) => Promise<Uint8Array | undefined>
  /** How wide and high what is seen of the image is in the body; undefined where it does not say. */
  readonly sizeInBody: (access: Access, image: FilmImage) => Promise<Millimetres | undefined>
}

const jpegQuality = 95

export function createFilmImages({ catalogue, renderer }: { readonly catalogue: Catalogue; readonly renderer: Renderer }): FilmImages {
  const rendered = async (
    access: Access,
    image: FilmImage,
    mediaType: 'image/jpeg' | 'image/png',
    { texts, language }: Pick<PrintSettings, 'texts' | 'language'>,
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> => {
    const record = await catalogue.findInstance(access, image)
    return record
      && renderer.render({
        access,
        record,
        frameNumbers: [image.frame],
        signal,
        options: {
          mediaType,
          quality: jpegQuality,
          annotation: texts,
          language,
          saysHowItLies: true,
          ...(image.window && { window: { ...image.window, function: 'linear' } }),
          ...(image.view && { view: image.view }),
        },
      })
  }
  return {
    jpeg: (access, image, settings, signal) => rendered(access, image, 'image/jpeg', settings, signal),

    anymap: async (access, image, settings, signal) => {
      const png = await rendered(access, image, 'image/png', settings, signal)
      if (!png) return undefined
      const isGrey = settings.colour === 'grayscale'
      const pixels = sharp(png).removeAlpha().toColourspace(isGrey ? 'b-w' : 'srgb')
      const { data, info } = await pixels.raw().toBuffer({ resolveWithObject: true })
      return Buffer.concat([Buffer.from(`P${isGrey ? 5 : 6}\n${info.width} ${info.height}\n255\n`, 'latin1'), data])
    },

    sizeInBody: async (access, image) => {
      for await (const { json } of catalogue.metadata(access, image)) return sizeInBody(JSON.parse(json) as DicomJson, image.frame, image.view)
      return undefined
    },
  }
}
