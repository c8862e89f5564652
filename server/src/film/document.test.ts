/** Films as a document: what is held while it is read. */
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { PrintSettings } from '@isocenter/contracts'
import { filmDocument } from './document.ts'

const settings: PrintSettings = { columns: 2, rows: 2, FilmOrientation: 'PORTRAIT', FilmSizeID: 'A4', isTrueSize: false, texts: [], colour: 'grayscale', copies: 1, PrintPriority: 'MED' }
const jpeg = await sharp({ create: { width: 600, height: 600, channels: 3, background: 'grey', noise: { type: 'gaussian', mean: 128, sigma: 60 } } }).jpeg({ quality: 95 }).toBuffer()

test('an image is asked for when its reader has taken those before, however many there are', async () => {
  let asked = 0
  const images = Array.from({ length: 40 }, (_, index) => ({ position: index + 1, jpeg: () => { asked++; return Promise.resolve(jpeg) } }))
  let byteLength = 0
  for await (const bytes of filmDocument(settings, images)) {
    byteLength += bytes.length
    expect(asked * jpeg.length - byteLength).toBeLessThan(2 * jpeg.length)
    await new Promise(setImmediate)
  }
  expect([asked, byteLength > 40 * jpeg.length]).toEqual([40, true])
})

test('what an image throws ends it', async () => {
  const images = [{ position: 1, jpeg: () => Promise.resolve(jpeg) }, { position: 2, jpeg: () => Promise.reject(new Error('unreadable')) }]
  await expect(Array.fromAsync(filmDocument(settings, images))).rejects.toThrow('unreadable')
})
