/** Films as a document: what is held while it is read. */
import { inflateSync } from 'node:zlib'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { PrintSettings } from '@isocenter/contracts'
import { filmDocument, type PageImage } from './document.ts'

const settings: PrintSettings = { columns: 2, rows: 2, FilmOrientation: 'PORTRAIT', FilmSizeID: 'A4', isTrueSize: false, texts: [], colour: 'grayscale', copies: 1, PrintPriority: 'MED' }
const jpeg = await sharp({ create: { width: 600, height: 600, channels: 3, background: 'grey', noise: { type: 'gaussian', mean: 128, sigma: 60 } } }).jpeg({ quality: 95 }).toBuffer()

const image = (position: number, draw: PageImage['jpeg'] = () => Promise.resolve(jpeg)): PageImage => ({ position, SOPInstanceUID: `1.2.3.${String(position)}`, frame: 1, jpeg: draw })

/** What is written on the pages of a document, as its fonts have it. */
function textOf(document: Buffer): string {
  const streams = document.toString('latin1').split(/\bstream\n/).slice(1).map((rest) => Buffer.from(rest.slice(0, rest.indexOf('\nendstream')), 'latin1'))
  const pages = streams.filter((bytes) => bytes[0] === 0x78).map((bytes) => inflateSync(bytes).toString('latin1'))
  return pages.flatMap((page) => [...page.matchAll(/<([0-9a-f]+)>/g)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1'))).join('')
}

test('an image is asked for when its reader has taken those before, however many there are', async () => {
  let asked = 0
  const images = Array.from({ length: 40 }, (_, index) => image(index + 1, () => { asked++; return Promise.resolve(jpeg) }))
  let byteLength = 0
  for await (const bytes of filmDocument(settings, images)) {
    byteLength += bytes.length
    expect(asked * jpeg.length - byteLength).toBeLessThan(2 * jpeg.length)
    await new Promise(setImmediate)
  }
  expect([asked, byteLength > 40 * jpeg.length]).toEqual([40, true])
})

test('an image that cannot be drawn is named in its place, and those behind it are drawn', async () => {
  const document = Buffer.concat(await Array.fromAsync(filmDocument(settings, [image(1), image(2, () => Promise.resolve('notDrawable')), image(3)])))
  expect(document.toString('latin1').match(/\/Type \/Page\b/g)).toHaveLength(1)
  expect(document.toString('latin1').match(/\/Subtype \/Image/g)).toHaveLength(2)
  expect(textOf(document)).toBe('Image 2 could not be drawn.1.2.3.2Frame 1')
})

test('what an image throws ends it', async () => {
  const images = [image(1), image(2, () => Promise.reject(new Error('unreadable')))]
  await expect(Array.fromAsync(filmDocument(settings, images))).rejects.toThrow('unreadable')
})
