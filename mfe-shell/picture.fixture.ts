import sharp from 'sharp'

const stripes = Array.from({ length: 32 }, (_, nth) => `<rect x="${String(nth * 10)}" width="10" height="240" fill="hsl(${String(nth * 11)}, 70%, 50%)"/>`).join('')

/** A picture of many colours, 320 by 240, as people upload them. */
export const aPicture = (format: 'jpeg' | 'png', options: { readonly progressive?: boolean } = {}): Promise<Buffer> =>
  sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240">${stripes}</svg>`)).toFormat(format, options).toBuffer()
