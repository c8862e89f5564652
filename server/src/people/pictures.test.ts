import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { avatarOf, signatureOf } from './pictures.ts'

const refusedAs = (type: string) => ({ kind: { type: `/problems/${type}` } })
const strokes = '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="300"><path d="M120 200 Q 260 40 300 180 T 460 120" fill="none" stroke="#1a2a8a" stroke-width="8"/></svg>'
const onPaper = (paper: string) => sharp({ create: { width: 600, height: 300, channels: 3, background: paper } }).composite([{ input: Buffer.from(strokes) }])

describe('an avatar', () => {
  test('is a small square made anew: no position, no camera, and as its orientation says', async () => {
    const photo = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#a05030' } }).withExif({ IFD0: { Copyright: 'Somebody' }, IFD3: { GPSLatitude: '31/1 14/1 0/1' } }).jpeg().toBuffer()
    const webp = await avatarOf(photo)
    const { format, width, height, exif } = await sharp(webp).metadata()
    expect({ format, width, height, exif }).toEqual({ format: 'webp', width: 256, height: 256, exif: undefined })
    expect(webp.includes('Somebody')).toBe(false)
  })
  test.each([['text', Buffer.from('hello, I am no picture')], ['SVG, which could hold scripts', Buffer.from(strokes)], ['nothing', Buffer.alloc(0)]])('is not made of %s', async (_what, bytes) => {
    await expect(avatarOf(bytes)).rejects.toMatchObject(refusedAs('invalid-picture'))
  })
})

describe('a signature', () => {
  test.each(['#ffffff', '#d8d4c8'])('on paper of %s keeps the strokes, in their colour, and loses the paper and the empty edges', async (paper) => {
    const png = await signatureOf(await onPaper(paper).jpeg({ quality: 85 }).toBuffer())
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
    expect(info.channels).toBe(4)
    expect(info.width).toBeLessThan(400)
    const alphas = Array.from({ length: info.width * info.height }, (_, pixel) => data[pixel * 4 + 3] ?? 0)
    expect(alphas.filter((alpha) => alpha === 0).length / alphas.length).toBeGreaterThan(0.6)
    const ink = alphas.findIndex((alpha) => alpha === 255)
    const [red = 0, , blue = 0] = data.subarray(ink * 4, ink * 4 + 3)
    expect(blue).toBeGreaterThan(red)
  })
  test('photographed in bad light loses the shadow too', async () => {
    const shade = '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="300"><defs><linearGradient id="g"><stop offset="0" stop-color="#fafafa"/><stop offset="1" stop-color="#8c8880"/></linearGradient></defs><rect width="600" height="300" fill="url(#g)"/></svg>'
    const photo = await sharp(Buffer.from(shade)).composite([{ input: Buffer.from(strokes) }]).jpeg({ quality: 80 }).toBuffer()
    const { data, info } = await sharp(await signatureOf(photo)).raw().toBuffer({ resolveWithObject: true })
    const alphas = Array.from({ length: info.width * info.height }, (_, pixel) => data[pixel * 4 + 3] ?? 0)
    expect(info.width).toBeLessThan(400)
    expect(alphas.filter((alpha) => alpha < 16).length / alphas.length).toBeGreaterThan(0.6)
    expect(alphas.filter((alpha) => alpha > 128).length / alphas.length).toBeGreaterThan(0.03)
  })
  test('drawn on glass keeps the transparency it has', async () => {
    const png = await signatureOf(await sharp(Buffer.from(strokes)).png().toBuffer())
    expect((await sharp(png).stats()).isOpaque).toBe(false)
  })
  test.each([['an empty sheet', onPaper('#ffffff').composite([])], ['an empty glass', sharp({ create: { width: 300, height: 100, channels: 4, background: '#00000000' } })]])('is not taken from %s', async (
    _what,
    picture,
  ) => {
    await expect(picture.png().toBuffer().then(signatureOf)).rejects.toMatchObject(refusedAs('signature-refused'))
  })
  test('is small, whatever was sent', async () => {
    const { width, height } = await sharp(await signatureOf(await onPaper('#ffffff').resize(4_000, 2_000).png().toBuffer())).metadata()
    expect(Math.max(width, height)).toBeLessThanOrEqual(1_000)
  })
})
