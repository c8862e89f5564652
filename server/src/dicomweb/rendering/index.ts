/** Rendering of stored instances: images on demand, and thumbnails ready before they are asked for. */
import type { FastifyBaseLogger } from 'fastify'
import type { Catalogue } from '../../catalogue/index.ts'
import type { BlobStore } from '../../storage/index.ts'
import { createRenderer, type Renderer } from './renderer.ts'
import { createThumbnails, type ThumbnailOptions, type Thumbnails } from './thumbnails.ts'

export interface Rendering {
  readonly renderer: Renderer
  readonly thumbnails: Thumbnails
  readonly close: () => Promise<void>
}

/** The threads start when the first image is rendered. */
export function createRendering(source: { catalogue: Catalogue; blobs: BlobStore }, log: FastifyBaseLogger, options: ThumbnailOptions = {}): Rendering {
  const renderer = createRenderer(source)
  const thumbnails = createThumbnails(source, renderer, log, options)
  return {
    renderer, thumbnails,
    close: async () => {
      await thumbnails.close()
      await renderer.close()
    },
  }
}
