/** Images that are encoded already, made smaller or another type. */
import sharp from 'sharp'
import type { RenderedMediaType } from './encode.ts'

export interface SmallImageOptions {
  readonly mediaType: RenderedMediaType
  /** Into this the image is fitted, its shape kept. */
  readonly into?: { readonly width: number; readonly height: number } | undefined
}

const quality = 85

/** An encoded image at another size, as another type. */
export function smallImage(image: Uint8Array, { mediaType, into }: SmallImageOptions): Promise<Uint8Array> {
  const source = sharp(image)
  const sized = into ? source.resize(into.width, into.height, { fit: 'inside' }) : source
  switch (mediaType) {
    case 'image/jpeg': return sized.jpeg({ quality, progressive: false }).toBuffer()
    case 'image/png': return sized.png().toBuffer()
    case 'image/gif': return sized.gif().toBuffer()
  }
}

/** A drawing as a JPEG. The SVG must be our own: it is trusted. */
export function drawingImage(svg: string): Promise<Uint8Array> {
  return sharp(Buffer.from(svg)).flatten({ background: '#000000' }).jpeg({ quality, progressive: false }).toBuffer()
}
