import type { Client } from '../client.ts'
import { header, must, same, status } from '../expect.ts'
import { fixture, image, pixels, syntax, type Fixture } from '../fixtures/fixtures.ts'
import { everyNth, rleFrame, rlePlanes } from '../fixtures/rle.ts'
import { partsOf } from '../multipart/multipart.ts'
import { instancePath, storeAll } from '../store.ts'
import { check, NotApplicable, type Check } from '../suite.ts'

const rle = '1.2.840.10008.1.2.5'
const octets = 'multipart/related; type="application/octet-stream"'
const pixelsOfFrame = 16

/** An object whose frames are compressed by hand, and the frames as they are without. */
interface Compressed { readonly object: Fixture; readonly native: readonly Buffer[] }

/** Two frames of 16-bit grey, 4 x 4. */
async function storedGrey(client: Client): Promise<Compressed> {
  const native = [pixels(3, 32), pixels(90, 32)]
  const object = fixture({
    transferSyntax: rle, frames: native.map((frame) => rleFrame([everyNth(frame, 1, 2), everyNth(frame, 0, 2)])),
    pixelItems: [Buffer.alloc(0), ...native.map((frame) => rleFrame([everyNth(frame, 1, 2), everyNth(frame, 0, 2)]))],
    elements: [['00280008', 'IS', '2'], ...image(4, 4, 16)],
  })
  await storeAll(client, [object])
  return { object, native }
}

/** One frame of colours, 4 x 4, by pixel or by plane. */
async function storedColours(client: Client, PlanarConfiguration: 0 | 1): Promise<Compressed> {
  const planes = [pixels(10), pixels(80), pixels(160)]
  const byPlane = Buffer.concat(planes)
  const byPixel = Buffer.from(byPlane.map((_, index) => byPlane[(index % 3) * pixelsOfFrame + Math.floor(index / 3)] ?? 0))
  const object = fixture({
    transferSyntax: rle, frames: [rleFrame(planes)], pixelItems: [Buffer.alloc(0), rleFrame(planes)],
    elements: [...image(4, 4, 8), ['00280002', 'US', [3]], ['00280004', 'CS', 'RGB'], ['00280006', 'US', [PlanarConfiguration]]],
  })
  await storeAll(client, [object])
  return { object, native: [PlanarConfiguration === 0 ? byPixel : byPlane] }
}

const frameOf = (object: Fixture, list = '1'): string => `${instancePath(object)}/frames/${list}`

/** A native frame large enough for any encoder, 40 x 40 of 8 bits. */
async function storedNative(client: Client): Promise<{ object: Fixture; frame: Buffer }> {
  const frame = pixels(0, 1600)
  const object = fixture({ frames: [frame], elements: [...image(40, 40, 8), ['7FE00010', 'OB', frame]] })
  await storeAll(client, [object])
  return { object, frame }
}

/** Media types, the transfer syntax each means by itself, and the first bytes of its streams (PS3.18 Table 8.7.3-5). */
const defaults = [
  ['image/jpeg', '1.2.840.10008.1.2.4.70', 'ffd8'], ['image/jls', '1.2.840.10008.1.2.4.80', 'ffd8'],
  ['image/jp2', '1.2.840.10008.1.2.4.90', 'ff4f'], ['image/jphc', '1.2.840.10008.1.2.4.201', 'ff4f'],
] as const

/** PS3.18 §8.7.3: frames and objects in other transfer syntaxes than they came in. */
export const transcodingChecks: readonly Check[] = [
  check(33, 'M', 'what lost in compression and is asked without says which of the two it is', async ({ client, fixtures }) => {
    const answer = await client.get(instancePath(fixtures.jpegCine), 'multipart/related; type="application/dicom"')
    if (answer.status === 406) return
    const [part] = partsOf(answer)
    must(part !== undefined, 'no part')
    const said = [syntax.jpeg, syntax.explicit].find((uid) => part.headers['content-type']?.includes(uid))
    must(said !== undefined, 'the Content-Type names no transfer syntax')
    must(part.body.subarray(0, 1024).includes(Buffer.from(said, 'latin1')), 'another transfer syntax inside')
  }),
  check(149, 'M', 'an object brought into another transfer syntax says so inside and keeps its pixels, one compressed without losses too', async ({ client, fixtures }) => {
    for (const one of [fixtures.implicit, fixtures.bigEndian]) {
      const [part] = partsOf(await client.get(instancePath(one), 'multipart/related; type="application/dicom"; transfer-syntax=*'))
      must(part !== undefined && part.body.includes(Buffer.from(`${syntax.explicit}\0`, 'latin1')), 'another transfer syntax inside')
      must(part.body.subarray(-32).equals(one.frames[0] ?? Buffer.alloc(0)), 'the pixels differ')
    }
    const { object, native } = await storedGrey(client)
    const answer = await client.get(instancePath(object), `multipart/related; type="application/dicom"; transfer-syntax=${syntax.explicit}`)
    if (answer.status === 406) throw new NotApplicable('this server does not decode')
    const [part] = partsOf(answer)
    must(part !== undefined && part.body.includes(Buffer.from(`${syntax.explicit}\0`, 'latin1')), 'another transfer syntax inside')
    must(part.body.includes(Buffer.concat([...native])), 'the pixels differ')
  }),
  check(158, 'M', 'frames of a compressed object as octets are decoded, little endian, colours as PlanarConfiguration says', async ({ client }) => {
    const grey = await storedGrey(client)
    const answer = await client.get(frameOf(grey.object, '1,2'), octets)
    if (answer.status === 406) throw new NotApplicable('this server does not decode')
    status(answer, 200)
    partsOf(answer).forEach(({ body }, index) => { must(body.equals(grey.native[index] ?? Buffer.alloc(0)), `frame ${String(index + 1)} is decoded wrongly`) })
    for (const PlanarConfiguration of [0, 1] as const) {
      const colours = await storedColours(client, PlanarConfiguration)
      const [part] = partsOf(await client.get(frameOf(colours.object), octets))
      must(part?.body.equals(colours.native[0] ?? Buffer.alloc(0)), `colours lie otherwise than PlanarConfiguration ${String(PlanarConfiguration)} says`)
    }
  }),
  check(160, 'M', 'an image media type without transfer syntax means its default', async ({ client }) => {
    const { object, frame } = await storedNative(client)
    let served = 0
    for (const [type, uid, start] of defaults) {
      const answer = await client.get(frameOf(object), type)
      if (answer.status === 406) continue
      status(answer, 200)
      served++
      must(header(answer, 'content-type').includes(uid), `${type} comes in another transfer syntax`)
      same(answer.body.subarray(0, 2).toString('hex'), start, `first marker of ${type}`)
    }
    const answer = await client.get(frameOf(object), 'image/dicom-rle')
    if (answer.status === 200) {
      served++
      must(rlePlanes(answer.body, frame.length)[0]?.equals(frame) === true, 'the pixels differ')
    }
    if (served === 0) throw new NotApplicable('this server does not encode')
  }),
  check(161, 'C', 'the older names of image media types are understood', async ({ client }) => {
    const { object } = await storedGrey(client)
    for (const type of ['image/x-dicom-rle', 'image/dicom+rle', 'image/dicom-rle']) {
      const answer = await client.get(frameOf(object), `multipart/related; type="${type}"`)
      status(answer, 200)
      must(partsOf(answer)[0]?.body.equals(object.frames[0] ?? Buffer.alloc(0)), `${type} gives another frame`)
    }
  }),
]
