/** PS3.18 §8.3.5, §8.7.4 and §10.4.1.1.3: rendered resources and thumbnails. */
import type { Answer, Client } from '../client.ts'
import { header, mediaType, must, same, status } from '../expect.ts'
import type { Element } from '../fixtures/data-set.ts'
import type { Fixture } from '../fixtures/fixtures.ts'
import { partsOf } from '../multipart/multipart.ts'
import { instancePath, seriesPath, storeAll, studyPath } from '../store.ts'
import { check, type Check } from '../suite.ts'
import { ct, paletteTables, pdf, picture, presentationState, report } from './objects.ts'
import { decodePng, type Picture } from './png.ts'

/** Stores an object and gives the path of its instance. */
async function stored(client: Client, object: Fixture): Promise<string> {
  await storeAll(client, [object])
  return instancePath(object)
}

async function pngOf(client: Client, path: string): Promise<Picture> {
  const answer = await client.get(path, 'image/png')
  status(answer, 200)
  same(mediaType(answer), 'image/png', 'media type')
  return decodePng(answer.body)
}

const near = (actual: number, expected: number, what: string, tolerance = 2) => { must(Math.abs(actual - expected) <= tolerance, `${what}: ${String(actual)} instead of ${String(expected)}`) }
const greyAt = (image: Picture, x: number, y = 0): number => image.at(x, y)[0]
const isJpeg = ({ body }: Answer) => body[0] === 0xff && body[1] === 0xd8
const isGif = ({ body }: Answer) => /^GIF8[79]a/.test(body.toString('latin1', 0, 6))

/** The kind of a JPEG's first frame header: C0 for baseline sequential. */
function startOfFrame(jpeg: Buffer): number {
  for (let at = 2; at + 4 < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg[at + 1] ?? 0
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return marker
  }
  return 0
}

async function statusesOf(client: Client, path: string, queries: readonly string[], expected: number): Promise<void> {
  for (const query of queries) {
    const answer = await client.get(`${path}?${query}`, 'image/png')
    must(answer.status === expected, `?${query} is answered ${String(answer.status)} instead of ${String(expected)}`)
  }
}

export const renderingChecks: readonly Check[] = [
  check(168, 'M', 'a frame is rendered as JPEG unless PNG or GIF is asked', async ({ client }) => {
    const path = `${await stored(client, ct())}/rendered`
    const plain = await client.get(path, 'image/*')
    status(plain, 200)
    same(mediaType(plain), 'image/jpeg', 'media type of image/*')
    must(isJpeg(plain) && isJpeg(await client.get(path, 'image/jpeg')), 'the body is not a JPEG')
    must(isGif(await client.get(path, 'image/gif')), 'the body is not a GIF')
    same((await pngOf(client, path)).width, 64, 'columns')
    status(await client.get(path, 'image/tiff'), 406)
  }),
  check(169, 'M', 'all frames of an image with several are to be had: as GIF, and one a part', async ({ client }) => {
    const path = `${await stored(client, picture((_x, _y, frame) => frame * 100, { bits: 8, frames: 3, elements: [['00281050', 'DS', '128'], ['00281051', 'DS', '256']] }))}`
    const gif = await client.get(`${path}/rendered`, 'image/gif')
    status(gif, 200)
    must(isGif(gif) && gif.body.toString('latin1').split('\x21\xf9\x04').length - 1 === 3, 'the GIF has not three frames')
    const parts = partsOf(await client.get(`${path}/rendered`, 'multipart/related; type="image/png"'))
    same(parts.length, 3, 'parts')
    same(parts.map(({ body }) => greyAt(decodePng(body), 0)), [0, 100, 200], 'greys of the parts')
    same(greyAt(await pngOf(client, `${path}/frames/3/rendered`), 0), 200, 'grey of frame 3')
    status(await client.get(`${path}/frames/4/rendered`, 'image/png'), 404)
  }),
  check(170, 'M', 'a report is rendered as HTML, plain text and XML, its text escaped', async ({ client }) => {
    const path = `${await stored(client, report())}/rendered`
    const page = await client.get(path, 'text/html')
    status(page, 200)
    same(mediaType(page), 'text/html', 'media type')
    must(/charset="?utf-8/i.test(header(page, 'content-type')), 'the charset is not named')
    const html = page.body.toString('utf8')
    for (const part of ['Check Report', 'Findings', '12.5', '肺']) must(html.includes(part), `${part} is missing`)
    must(!html.includes('<script>alert'), 'text of the report became markup')
    const text = await client.get(path, 'text/plain')
    same([text.status, mediaType(text)], [200, 'text/plain'], 'plain text')
    must(text.body.toString('utf8').includes('肺 <script>alert(1)</script> & more'), 'plain text is not as written')
    const xml = await client.get(path, 'text/xml')
    same([xml.status, mediaType(xml)], [200, 'text/xml'], 'XML')
    must(/^<\?xml/.test(xml.body.toString('utf8')), 'no XML declaration')
    same(mediaType(await client.get(path, '*/*')), 'text/html', 'media type of */*')
  }),
  check(171, 'M', 'JPEG is baseline sequential with 8 bits a channel', async ({ client }) => {
    const path = await stored(client, ct())
    same(startOfFrame((await client.get(`${path}/rendered`, 'image/jpeg')).body), 0xc0, 'start of frame')
    await pngOf(client, `${path}/rendered`)
  }),
  check(172, 'M', 'linear, linear-exact and sigmoid each give their own pixels', async ({ client }) => {
    const path = `${await stored(client, picture((x) => x))}/rendered`
    // Center 32, width 32 (PS3.3 §C.11.2.1.2, §C.11.2.1.3), at 20, 32 and 44.
    const expected: Record<string, number[]> = {
      linear: [20, 32, 44].map((x) => ((x - 31.5) / 31 + 0.5) * 255),
      'linear-exact': [20, 32, 44].map((x) => ((x - 32) / 32 + 0.5) * 255),
      sigmoid: [20, 32, 44].map((x) => 255 / (1 + Math.exp((-4 * (x - 32)) / 32))),
    }
    for (const [name, values] of Object.entries(expected)) {
      const image = await pngOf(client, `${path}?window=32,32,${name}`)
      for (const [index, x] of [20, 32, 44].entries()) near(greyAt(image, x), values[index] ?? 0, `${name} at ${String(x)}`, 1)
    }
  }),
  check(173, 'M', 'a window that lacks a part or makes no sense is refused', async ({ client }) => {
    const path = `${await stored(client, ct())}/rendered`
    await statusesOf(
      client,
      path,
      [
        'window=40', 'window=40,400', 'window=40,400,', 'window=40,0,linear-exact', 'window=40,-1,sigmoid', 'window=40,0.5,linear',
        'window=40,400,cubic', 'window=a,400,linear', 'window=1,2,linear,3',
      ],
      400,
    )
    await statusesOf(client, path, ['window=40,0.5,sigmoid', 'window=-40.5,1,linear'], 200)
  }),
  check(174, 'M', 'modality LUT, then stored window 1, else VOI LUT, else the range; MONOCHROME1 is inverted; functional groups count', async ({ client }) => {
    const window = await pngOf(client, `${await stored(client, ct())}/rendered`)
    // C 0, W 33: black from -16.5, white from 15.5, values from -32 on.
    near(greyAt(window, 10), 0, 'below the window')
    near(greyAt(window, 40), ((8 + 0.5) / 32 + 0.5) * 255, 'inside the window')
    near(greyAt(window, 60), 255, 'above the window')
    const falling = Array.from({ length: 64 }, (_, index) => 255 - index)
    const withLut = picture((x) => x, { elements: [['00283010', 'SQ', [[['00283002', 'US', [64, 0, 8]], ['00283006', 'US', falling]]]]] })
    const lut = await pngOf(client, `${await stored(client, withLut)}/rendered`)
    near(greyAt(lut, 10), 245, 'through the VOI LUT', 1)
    const range = await pngOf(client, `${await stored(client, picture((x) => 500 + x))}/rendered`)
    same([greyAt(range, 0), greyAt(range, 63)], [0, 255], 'ends of the range')
    const inverted = await pngOf(client, `${await stored(client, picture((x) => 500 + x, { photometric: 'MONOCHROME1' }))}/rendered`)
    same([greyAt(inverted, 0), greyAt(inverted, 63)], [255, 0], 'ends of the range of MONOCHROME1')
    const macro = (center: string): Element[] => [['00289132', 'SQ', [[['00281050', 'DS', center], ['00281051', 'DS', '2']]]]]
    const groups = picture((x) => x, { frames: 2, SOPClassUID: '1.2.840.10008.5.1.4.1.1.7.3', elements: [['52009229', 'SQ', [[]]], ['52009230', 'SQ', [macro('20'), macro('50')]]] })
    const path = await stored(client, groups)
    same([greyAt(await pngOf(client, `${path}/frames/1/rendered`), 35), greyAt(await pngOf(client, `${path}/frames/2/rendered`), 35)], [255, 0], 'value 35 in the windows of frames 1 and 2')
  }),
  check(175, 'M', 'viewport scales, crops and turns over', async ({ client }) => {
    const path = `${await stored(client, picture((x, y) => (x < 32 ? 0 : 255) * (y < 16 ? 1 : 0), { bits: 8, rows: 32 }))}/rendered`
    const fits = await pngOf(client, `${path}?viewport=100,100`)
    same([fits.width, fits.height], [100, 50], 'size in a viewport of 100 by 100')
    const cropped = await pngOf(client, `${path}?viewport=20,20,40,0,10,10`)
    same([cropped.width, cropped.height, greyAt(cropped, 5, 5)], [20, 20, 255], 'size and grey of the crop')
    const elided = await pngOf(client, `${path}?viewport=64,64,,,,`)
    same([elided.width, elided.height], [64, 32], 'size with elided values')
    const flipped = await pngOf(client, `${path}?viewport=64,32,0,0,-64,-32`)
    same([greyAt(flipped, 5, 26), greyAt(flipped, 58, 26), greyAt(flipped, 5, 5)], [255, 0, 0], 'greys of the image turned over')
    await statusesOf(client, path, ['viewport=', 'viewport=100', 'viewport=0,100', 'viewport=-5,100', 'viewport=a,b', 'viewport=100,100,1', 'viewport=100,100,0,0,0,5', 'viewport=100,100,900,900,5,5'], 400)
  }),
  check(176, 'M', 'quality, 1 to 100, changes the size of a JPEG', async ({ client }) => {
    const path = `${await stored(client, picture((x, y) => (x * 37 + y * 91) % 251, { bits: 8 }))}/rendered`
    const [low, high] = [await client.get(`${path}?quality=10`, 'image/jpeg'), await client.get(`${path}?quality=95`, 'image/jpeg')]
    must(low.body.length < high.body.length, `${String(low.body.length)} bytes at 10, ${String(high.body.length)} at 95`)
    await statusesOf(client, path, ['quality=0', 'quality=101', 'quality=x', 'quality='], 400)
    same((await client.get(`${path}?quality=10`, 'image/png')).body, (await client.get(path, 'image/png')).body, 'PNG with and without quality')
  }),
  check(177, 'M', 'annotation burns in text; unknown kinds are ignored with a warning', async ({ client }) => {
    const path = `${await stored(client, picture(() => 0, { bits: 8, columns: 256, rows: 256, elements: [['00100010', 'PN', 'Burnt^In'], ['00180060', 'DS', '120']] }))}/rendered`
    const ink = ({ width, height, at }: Picture) => Array.from({ length: width * height }, (_, index) => at(index % width, Math.floor(index / width))[0]).filter((grey) => grey > 128).length
    same(ink(await pngOf(client, path)), 0, 'bright pixels without annotation')
    for (const kind of ['patient', 'technique', 'patient,technique']) must(ink(await pngOf(client, `${path}?annotation=${kind}`)) > 20, `annotation=${kind} writes nothing`)
    const unknown = await client.get(`${path}?annotation=patient,horoscope`, 'image/png')
    status(unknown, 200)
    must(/^299 \S+: The following annotation values are not supported: horoscope/.test(header(unknown, 'warning')), `Warning: ${header(unknown, 'warning')}`)
    await statusesOf(client, path, ['annotation='], 400)
  }),
  check(178, 'M', 'iccprofile embeds a profile where the media type can hold one', async ({ client }) => {
    const path = `${await stored(client, ct())}/rendered`
    must(!(await client.get(`${path}?iccprofile=no`, 'image/jpeg')).body.includes('ICC_PROFILE'), 'a profile in spite of no')
    for (const wish of ['yes', 'srgb', 'adobergb', 'rommrgb']) must((await client.get(`${path}?iccprofile=${wish}`, 'image/jpeg')).body.includes('ICC_PROFILE'), `no profile for ${wish}`)
    must((await client.get(`${path}?iccprofile=yes`, 'image/png')).body.includes('iCCP'), 'no profile in the PNG')
    status(await client.get(`${path}?iccprofile=srgb`, 'image/gif'), 400)
    status(await client.get(`${path}?iccprofile=no`, 'image/gif'), 200)
    await statusesOf(client, path, ['iccprofile=cmyk', 'iccprofile='], 400)
  }),
  check(179, 'M', 'a presentation state is rendered as its image, and takes no window', async ({ client }) => {
    const image = ct()
    const state = presentationState(image)
    await storeAll(client, [image, state])
    const path = `${instancePath(state)}/rendered`
    const shown = await pngOf(client, path)
    // Flipped: column 0 shows the largest value, and INVERSE makes it black.
    same([shown.width, shown.height, greyAt(shown, 0), greyAt(shown, 63)], [64, 64, 0, 255], 'size and greys')
    same((await pngOf(client, `${path}?viewport=32,32`)).width, 32, 'columns in a viewport')
    await statusesOf(client, path, ['window=0,100,linear', 'viewport=10,10,0,0,5,5'], 400)
  }),
  check(180, 'M', 'every photometric interpretation, depth and sign is rendered', async ({ client }) => {
    const steps = (x: number, least: number, most: number) => (x < 21 ? least : x < 42 ? Math.round((least + most) / 2) : most)
    const monochrome = [
      picture((x) => (x < 32 ? 0 : 1), { bits: 1 }), picture((x) => steps(x, 0, 4095), { stored: 12 }), picture((x) => steps(x, -32_768, 32_767), { signed: true }),
      picture((x) => steps(x, -2048, 2047) & 0xfff, { stored: 12, signed: true }), picture((x) => steps(x, 0, 2 ** 32 - 1), { bits: 32 }),
      picture((x) => (x === 5 ? 65_535 : steps(x, 100, 300)), { elements: [['00280120', 'US', [65_535]]] }),
    ]
    for (const [index, object] of monochrome.entries()) {
      const image = await pngOf(client, `${await stored(client, object)}/rendered`)
      near(greyAt(image, 0), 0, `darkest of object ${String(index)}`)
      near(greyAt(image, 63), 255, `brightest of object ${String(index)}`)
      if (index > 0) near(greyAt(image, 30), 128, `middle of object ${String(index)}`)
    }
    const colours = [
      picture(() => [200, 100, 50], { bits: 8, samples: 3, photometric: 'RGB' }),
      // The same by the formulas of PS3.3 §C.7.6.3.1.2.
      picture(() => [124, 86, 182], { bits: 8, samples: 3, photometric: 'YBR_FULL' }),
    ]
    for (const object of colours) {
      const image = await pngOf(client, `${await stored(client, object)}/rendered`)
      for (const [channel, expected] of [200, 100, 50].entries()) near(image.at(3, 3)[channel] ?? 0, expected, `channel ${String(channel)}`, 3)
    }
    const palette = await pngOf(client, `${await stored(client, picture((x) => (x < 20 ? 0 : x < 40 ? 11 : 60), { bits: 8, photometric: 'PALETTE COLOR', elements: paletteTables() }))}/rendered`)
    same([palette.at(0, 0), palette.at(30, 0), palette.at(63, 0)], [[255, 0, 0], [0, 255, 0], [0, 0, 255]], 'colours of the palette')
  }),
  check(181, 'M', 'a thumbnail is one image, at every level, without the name of the patient', async ({ client }) => {
    const dark = (name: string) => picture(() => 0, { bits: 8, columns: 256, rows: 256, elements: [['00100010', 'PN', name], ['00100020', 'LO', name]] })
    const object = dark('SECRET^NAME')
    await storeAll(client, [object])
    const paths = [studyPath(object), seriesPath(object), instancePath(object), `${instancePath(object)}/frames/1`]
    for (const path of paths) {
      const answer = await client.get(`${path}/thumbnail`, 'image/jpeg')
      same([answer.status, mediaType(answer)], [200, 'image/jpeg'], path.replace(/[0-9.]{9,}/g, '{uid}'))
      must(isJpeg(answer) && !answer.body.includes('SECRET'), 'no JPEG, or a name in it')
      const image = await pngOf(client, `${path}/thumbnail`)
      must(Array.from({ length: image.width * image.height }, (_, index) => greyAt(image, index % image.width, Math.floor(index / image.width))).every((grey) => grey < 32), 'something is written into a black image')
    }
    const validator = header(await client.get(`${seriesPath(object)}/thumbnail`, 'image/jpeg'), 'etag')
    must(/^"/.test(validator), 'no strong ETag')
    status(await client.ask(`${seriesPath(object)}/thumbnail`, { headers: { Accept: 'image/jpeg', 'If-None-Match': validator } }), 304)
    status(await client.get(`${studyPath({ StudyInstanceUID: '2.25.404' })}/thumbnail`, 'image/jpeg'), 404)
  }),
  check(182, 'M', 'the viewport of a thumbnail has two values', async ({ client }) => {
    const path = `${await stored(client, ct())}/thumbnail`
    const small = await pngOf(client, `${path}?viewport=32,16`)
    same([small.width, small.height], [16, 16], 'size in a viewport of 32 by 16')
    await statusesOf(client, path, ['viewport=32', 'viewport=32,32,0,0,8,8', 'viewport=x,y', 'viewport=0,0'], 400)
    const accepted = await client.get(`${path}?accept=image/png`, '*/*')
    same([accepted.status, mediaType(accepted)], [200, 'image/png'], 'the accept parameter')
  }),
  check(183, 'C', 'documents and reports have an icon for a thumbnail, and a PDF is rendered as itself, by ranges too', async ({ client }) => {
    const { fixture: encapsulated, document } = pdf()
    for (const object of [report(), encapsulated]) {
      const answer = await client.get(`${await stored(client, object)}/thumbnail`, '*/*')
      must(answer.status === 200 && isJpeg(answer), `a thumbnail is answered ${String(answer.status)}`)
    }
    const path = `${instancePath(encapsulated)}/rendered`
    const whole = await client.get(path, '*/*')
    same([whole.status, mediaType(whole)], [200, 'application/pdf'], 'the PDF')
    same(whole.body, document, 'bytes of the PDF')
    const part = await client.ask(path, { headers: { Accept: 'application/pdf', Range: 'bytes=0-3' } })
    same([part.status, part.body.toString('latin1'), header(part, 'content-range')], [206, '%PDF', `bytes 0-3/${String(document.length)}`], 'a range of the PDF')
    status(await client.get(path, 'image/jpeg'), 406)
  }),
]
