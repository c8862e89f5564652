import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeFrame } from '@isocenter/codecs'
import { multipartBoundary, multipartEnd, partHeader, writeDicomXml, type DicomJson } from '@isocenter/dicom'
import { anInstance, attributes, aUID, sharedDicom } from '@isocenter/testkit'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, partsOf, type TestService } from '../../service.fixture.ts'

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

interface Part { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }
const json = (...dataSets: readonly DicomJson[]): Part => ({ headers: { 'Content-Type': 'application/dicom+json' }, body: Buffer.from(JSON.stringify(dataSets)) })
const bulk = (location: string, body: Uint8Array, type = 'application/octet-stream'): Part => ({ headers: { 'Content-Type': type, 'Content-Location': location }, body })

async function store(parts: readonly Part[], { root = 'application/dicom+json', start = '' } = {}) {
  const boundary = multipartBoundary()
  const body = Buffer.concat([...parts.flatMap(({ headers, body: bytes }, index) => [partHeader(boundary, headers, index === 0), bytes]), ...(parts.length > 0 ? [multipartEnd(boundary)] : [])])
  const contentType = `multipart/related; type="${root}"; boundary=${boundary}${start === '' ? '' : `; start="${start}"`}`
  return service.app.inject({ method: 'POST', url: '/dicom-web/studies', headers: { ...await service.as('north'), 'content-type': contentType }, payload: body })
}

const value = (dataSet: DicomJson, tag: string) => dataSet[tag]?.Value?.[0]
const pathOf = (dataSet: DicomJson) => `/studies/${String(value(dataSet, '0020000D'))}/series/${String(value(dataSet, '0020000E'))}/instances/${String(value(dataSet, '00080018'))}`
const metadataOf = async (dataSet: DicomJson) => (await service.get(`${pathOf(dataSet)}/metadata`)).json<[DicomJson]>()[0]
const frameOf = async (dataSet: DicomJson, frameNumber = 1) => service.get(`${pathOf(dataSet)}/frames/${frameNumber}`, { accept: 'multipart/related; type="application/octet-stream"; transfer-syntax=*' })
const frameBytes = async (dataSet: DicomJson, frameNumber = 1) => (await partsOf(await frameOf(dataSet, frameNumber)))[0]?.body

/** A secondary capture that says nothing of its pixels but where they are. */
function capture(BulkDataURI: string, more: Parameters<typeof attributes>[0] = {}): DicomJson {
  return {
    ...attributes({
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
      SOPInstanceUID: aUID(),
      StudyInstanceUID: aUID(),
      SeriesInstanceUID: aUID(),
      Modality: 'OT',
      PatientName: 'Zoë^王',
      ...more,
    }),
    '7FE00010': { vr: 'OB', BulkDataURI },
  }
}

describe('metadata and bulk data', () => {
  test('209 of JSON become the instance they describe, and the pixels are found by Content-Location', async () => {
    const instance = anInstance()
    const pixels = Buffer.from(instance['7FE00010']?.InlineBinary ?? '', 'base64')
    const response = await store([json({ ...instance, '7FE00010': { vr: 'OW', BulkDataURI: 'bulk/1' } }), bulk('bulk/1', pixels)])
    expect([response.statusCode, response.headers.warning]).toEqual([200, undefined])
    expect(await frameBytes(instance)).toEqual(pixels)
    const { '7FE00010': stored, ...rest } = await metadataOf(instance)
    expect(stored?.vr).toBe('OW')
    expect(rest).toMatchObject({ '00100010': instance['00100010'], '00080005': { vr: 'CS', Value: ['ISO_IR 192'] } })
  })

  test.each([
    ['absolute', 'https://pacs.example/dicom-web/studies/bulk/7', 'bulk/7', {}],
    ['relative', 'bulk/7', 'https://pacs.example/dicom-web/studies/bulk/7', {}],
    ['by content id', 'cid:pixels@example', undefined, { 'Content-ID': '<pixels@example>' }],
  ])('209 %s references resolve', async (_, uri, location, headers) => {
    const one = capture(uri, { Rows: 1, Columns: 2, SamplesPerPixel: 1, BitsAllocated: 8, PhotometricInterpretation: 'MONOCHROME2' })
    const response = await store([json(one), { headers: { ...headers, ...(location === undefined ? {} : { 'Content-Location': location }) }, body: Buffer.of(1, 2) }])
    expect(response.statusCode).toBe(200)
    expect(await frameBytes(one)).toEqual(Buffer.of(1, 2))
  })

  test('210 of XML, a part for each instance', async () => {
    const [one, two] = [capture('a&b', { Rows: 1, Columns: 2, SamplesPerPixel: 1, BitsAllocated: 8 }), capture('c', { Rows: 1, Columns: 2, SamplesPerPixel: 1, BitsAllocated: 8 })]
    const xml = (dataSet: DicomJson): Part => ({ headers: { 'Content-Type': 'application/dicom+xml' }, body: Buffer.from(writeDicomXml(dataSet)) })
    const response = await store([xml(one), xml(two), bulk('a&b', Buffer.of(1, 2)), bulk('c', Buffer.of(3, 4))], { root: 'application/dicom+xml' })
    expect(response.statusCode).toBe(200)
    expect(await frameBytes(two)).toEqual(Buffer.of(3, 4))
    expect(value(await metadataOf(one), '00100010')).toEqual({ Alphabetic: 'Zoë^王' })
  })

  test('60 the part that "start" names has the metadata, wherever it stands', async () => {
    const one = capture('p', { Rows: 1, Columns: 2, SamplesPerPixel: 1, BitsAllocated: 8 })
    const root = { ...json(one), headers: { 'Content-Type': 'application/dicom+json', 'Content-ID': '<root>' } }
    expect((await store([bulk('p', Buffer.of(5, 6)), root], { start: '<root>' })).statusCode).toBe(200)
    expect(await frameBytes(one)).toEqual(Buffer.of(5, 6))
    expect((await store([root], { start: '<other>' })).statusCode).toBe(400)
  })

  test('213 values inside the metadata are taken, and text in UTF-8 whatever character set they were once in', async () => {
    const one = {
      ...capture('none'),
      '00080005': { vr: 'CS' as const, Value: ['GB18030'] },
      '7FE00010': { vr: 'OB' as const, InlineBinary: 'AQI=' },
      ...attributes({ Rows: 1, Columns: 2, SamplesPerPixel: 1, BitsAllocated: 8 }),
    }
    expect((await store([json(one)])).statusCode).toBe(200)
    expect(await frameBytes(one)).toEqual(Buffer.of(1, 2))
    expect(value(await metadataOf(one), '00100010')).toEqual({ Alphabetic: 'Zoë^王' })
  })

  test('211 an instance whose bulk data did not come fails, the others are stored, and parts nobody names are told of', async () => {
    const [whole, lacking] = [capture('here', { Rows: 1, Columns: 2, SamplesPerPixel: 1, BitsAllocated: 8 }), capture('nowhere')]
    const response = await store([json(whole, lacking), bulk('here', Buffer.of(1, 2)), bulk('unnamed', Buffer.of(9))])
    expect(response.statusCode).toBe(202)
    expect(response.headers.warning).toEqual(expect.arrayContaining([expect.stringContaining('1 parts of bulk data are named by no instance')]))
    const failed = value(response.json<DicomJson>(), '00081198') as DicomJson
    expect([value(failed, '00081155'), value(failed, '00081197')]).toEqual([value(lacking, '00080018'), 0xc922])
  })

  test('values in sequences can be bulk data too', async () => {
    const one = { ...attributes({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.9.1.1', SOPInstanceUID: aUID(), StudyInstanceUID: aUID(), SeriesInstanceUID: aUID() }),
      '54000100': { vr: 'SQ' as const, Value: [{ '54001010': { vr: 'OW' as const, BulkDataURI: 'wave' } }] } }
    const wave = Buffer.alloc(5000, 7)
    expect((await store([json(one), bulk('wave', wave)])).statusCode).toBe(200)
    const read = await service.get(`${pathOf(one)}/bulkdata/54000100.1.54001010`, { accept: 'application/octet-stream' })
    expect(read.rawPayload.equals(wave)).toBe(true)
  })

  test('an encapsulated document keeps its bytes and gets its type and length', async () => {
    const one = {
      ...attributes({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.104.1', SOPInstanceUID: aUID(), StudyInstanceUID: aUID(), SeriesInstanceUID: aUID() }),
      '00420011': { vr: 'OB' as const, BulkDataURI: 'report.pdf' },
    }
    const pdf = Buffer.concat([Buffer.from('%PDF-1.4 '), Buffer.alloc(4000, 0x41)])
    expect((await store([json(one), bulk('report.pdf', pdf, 'application/pdf')])).statusCode).toBe(200)
    const metadata = await metadataOf(one)
    expect([value(metadata, '00420012'), value(metadata, '00420015')]).toEqual(['application/pdf', pdf.length])
    const read = await service.get(`${pathOf(one)}/bulkdata/00420011`, { accept: 'application/pdf' })
    expect(read.headers['content-type']).toBe('application/pdf')
    expect(read.rawPayload.subarray(0, pdf.length).equals(pdf)).toBe(true)
  })
})

describe('212 compressed bulk data', () => {
  const grey = { Rows: 16, Columns: 24, SamplesPerPixel: 1, BitsAllocated: 16, BitsStored: 12, PixelRepresentation: 0, PhotometricInterpretation: 'MONOCHROME2', PlanarConfiguration: 0 }
  const colour = { Rows: 16, Columns: 24, SamplesPerPixel: 3, BitsAllocated: 8, BitsStored: 8, PixelRepresentation: 0, PhotometricInterpretation: 'RGB', PlanarConfiguration: 0 }
  const pixels = (length: number, of: number) => Buffer.from(Array.from({ length }, (_, index) => (index % 2 === 1 && of === 16 ? index % 16 : (index * 7) % 251)))

  test.each([
    ['image/jls', '1.2.840.10008.1.2.4.80', grey], ['image/jls', '1.2.840.10008.1.2.4.81', grey], ['image/jphc', '1.2.840.10008.1.2.4.201', grey], ['image/jphc', '1.2.840.10008.1.2.4.203', colour],
    ['image/jpeg', '1.2.840.10008.1.2.4.70', grey], ['image/jpeg', '1.2.840.10008.1.2.4.50', colour],
  ])('%s is kept as it is, as %s, and what it says of its pixels is added', async (type, uid, format) => {
    const native = pixels(format.Rows * format.Columns * format.SamplesPerPixel * (format.BitsAllocated / 8), format.BitsAllocated)
    const { bytes } = await encodeFrame(native, format, uid)
    const one = capture('image')
    const response = await store([json(one), bulk('image', bytes, type)])
    expect(response.statusCode).toBe(200)
    const metadata = await metadataOf(one)
    expect([value(metadata, '00280010'), value(metadata, '00280011'), value(metadata, '00280002'), value(metadata, '00280101')]).toEqual([16, 24, format.SamplesPerPixel, format.BitsStored])
    expect(value(metadata, '00282110')).toBe(['.50', '.81', '.203'].some((lossy) => uid.endsWith(`.4${lossy}`)) ? '01' : undefined)
    const [part] = await partsOf(await frameOf(one))
    expect(part?.headers.get('content-type')).toBe(`${type}; transfer-syntax=${uid}`)
    expect(part?.body.subarray(0, bytes.length).equals(Buffer.from(bytes))).toBe(true)
  })

  test('what the metadata say goes before what the stream says', async () => {
    const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).jpeg().toBuffer()
    const one = capture('image', { PhotometricInterpretation: 'RGB', BitsStored: 7 })
    await store([json(one), bulk('image', jpeg, 'image/jpeg')])
    const metadata = await metadataOf(one)
    expect([value(metadata, '00280004'), value(metadata, '00280101'), value(metadata, '00280010')]).toEqual(['RGB', 7, 8])
  })

  test('several parts at one place are frames', async () => {
    const frames = await Promise.all(['red', 'green', 'blue'].map((background) => sharp({ create: { width: 8, height: 8, channels: 3, background } }).jpeg().toBuffer()))
    const one = capture('cine')
    expect((await store([json(one), ...frames.map((frame) => bulk('cine', frame, 'image/jpeg'))])).statusCode).toBe(200)
    expect(value(await metadataOf(one), '00280008')).toBe(3)
    expect((await frameBytes(one, 2))?.subarray(0, frames[1]?.length)).toEqual(frames[1])
  })

  test('PNG and GIF become native pixels', async () => {
    const rgb = pixels(6 * 4 * 3, 8)
    const png = await sharp(rgb, { raw: { width: 6, height: 4, channels: 3 } }).png().toBuffer()
    const one = capture('image')
    expect((await store([json(one), bulk('image', png, 'image/png')])).statusCode).toBe(200)
    expect((await frameBytes(one))?.equals(rgb)).toBe(true)
    expect(value(await metadataOf(one), '00280004')).toBe('RGB')

    const deep = Uint16Array.from({ length: 24 }, (_, index) => index * 2000)
    const greyPng = await sharp(deep, { raw: { width: 6, height: 4, channels: 1 } }).toColourspace('grey16').png().toBuffer()
    const two = capture('image')
    expect((await store([json(two), bulk('image', greyPng, 'image/png')])).statusCode).toBe(200)
    expect(await frameBytes(two)).toEqual(Buffer.from(deep.buffer))
    expect(value(await metadataOf(two), '00280100')).toBe(16)

    const pictures = await Promise.all(['red', 'blue'].map((background) => sharp({ create: { width: 6, height: 4, channels: 3, background } }).png().toBuffer()))
    const gif = await sharp(pictures, { join: { animated: true } }).gif().toBuffer()
    const three = capture('image')
    expect((await store([json(three), bulk('image', gif, 'image/gif')])).statusCode).toBe(200)
    expect(value(await metadataOf(three), '00280008')).toBe(2)
    expect((await frameBytes(three, 2))?.subarray(0, 3)).toEqual(Buffer.of(0, 0, 255))
  })

  test('a file around a code stream gives the stream alone', async () => {
    const stream = Buffer.from((await encodeFrame(pixels(16 * 24 * 2, 16), grey, '1.2.840.10008.1.2.4.201')).bytes)
    const box = (type: string, content: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, 0]).fill(0).map((_, index) => ((content.length + 8) >>> (24 - 8 * index)) & 0xff), Buffer.from(type, 'latin1'), content])
    const file = Buffer.concat([box('jP  ', Buffer.from([0x0d, 0x0a, 0x87, 0x0a])), box('ftyp', Buffer.from('jp2 ')), box('jp2c', stream), box('xml ', Buffer.from('<a/>'))])
    const one = capture('image')
    expect((await store([json(one), bulk('image', file, 'image/jphc')])).statusCode).toBe(200)
    expect((await frameBytes(one))?.subarray(0, stream.length)).toEqual(stream)
    expect((await frameBytes(one))?.length).toBe(stream.length + (stream.length % 2))
  })

  test('a video is kept whole, with its size, frames and their rate', async () => {
    const movie = mp4({ width: 640, height: 480, frames: 50, milliseconds: 2000 })
    const one = capture('movie', { SOPClassUID: '1.2.840.10008.5.1.4.1.1.77.1.4.1' })
    expect((await store([json(one), bulk('movie', movie, 'video/mp4')])).statusCode).toBe(200)
    const metadata = await metadataOf(one)
    expect(['00280010', '00280011', '00280008', '00181063', '00280004'].map((tag) => value(metadata, tag))).toEqual([480, 640, 50, 40, 'YBR_PARTIAL_420'])
    const read = await service.get(`${pathOf(one)}/bulkdata/7FE00010`, { accept: 'video/mp4' })
    expect(read.rawPayload.subarray(0, movie.length).equals(movie)).toBe(true)
  })

  test('what is no stream of its type fails that instance alone', async () => {
    const one = capture('image')
    const response = await store([json(one), bulk('image', Buffer.from('not a picture at all'), 'image/jpeg')])
    expect(response.statusCode).toBe(409)
    for (const type of ['image/png', 'video/mp4', 'image/jp2', 'text/html']) expect((await store([json(capture('image')), bulk('image', Buffer.from('not one at all'), type)])).statusCode).toBe(409)
  })
})

const shared = sharedDicom()
describe.skipIf(shared === undefined)('212 real JPEG 2000 frames', () => {
  test.each(['cr-dx/RG3_J2KR.dcm', 'cr-dx/RG3_J2KI.dcm'])('of %s are described as the file they came from describes them', async (file) => {
    const response = await service.store([readFileSync(join(shared ?? '', file))])
    const source = value(value(response.json<DicomJson>(), '00081199') as DicomJson, '00081190')
    const path = String(source).replace(/^.*\/dicom-web/, '')
    const original = (await service.get(`${path}/metadata`)).json<[DicomJson]>()[0]
    const [frame] = await partsOf(await service.get(`${path}/frames/1`, { accept: 'multipart/related; type="application/octet-stream"; transfer-syntax=*' }))
    const one = capture('image')
    expect((await store([json(one), bulk('image', frame?.body ?? Buffer.alloc(0), 'image/jp2')])).statusCode).toBe(200)
    const metadata = await metadataOf(one)
    for (const tag of ['00280002', '00280010', '00280011', '00280100', '00280101', '00280103']) expect([tag, value(metadata, tag)]).toEqual([tag, value(original, tag)])
    expect((await partsOf(await frameOf(one)))[0]?.headers.get('content-type')).toBe(frame?.headers.get('content-type'))
  })
})

describe('requests that are no store', () => {
  test('metadata that are no JSON, no UTF-8 or nothing', async () => {
    expect((await store([{ headers: { 'Content-Type': 'application/dicom+json' }, body: Buffer.from('{') }])).statusCode).toBe(400)
    expect((await store([{ headers: { 'Content-Type': 'application/dicom+json' }, body: Buffer.from([0x22, 0xff, 0x22]) }])).statusCode).toBe(400)
    expect((await store([json()])).statusCode).toBe(400)
  })

  test('one data set that is wrong fails alone', async () => {
    const good = capture('p', { Rows: 1, Columns: 2, SamplesPerPixel: 1, BitsAllocated: 8 })
    const response = await store([{ headers: {}, body: Buffer.from(JSON.stringify([good, { '00100010': { vr: 'XX' } }, { __proto__: 1 }])) }, bulk('p', Buffer.of(1, 2))])
    expect(response.statusCode).toBe(202)
  })

  test('a cut off body stores nothing', async () => {
    const one = capture('p', { Rows: 1, Columns: 2, SamplesPerPixel: 1, BitsAllocated: 8 })
    const boundary = multipartBoundary()
    const payload = Buffer.concat([partHeader(boundary, json(one).headers, true), json(one).body, partHeader(boundary, { 'Content-Location': 'p' }, false), Buffer.of(1)])
    const response = await service.app.inject({
      method: 'POST',
      url: '/dicom-web/studies',
      headers: { ...await service.as('north'), 'content-type': `multipart/related; type="application/dicom+json"; boundary=${boundary}` },
      payload,
    })
    expect(response.statusCode).toBe(400)
    expect((await service.get(pathOf(one))).statusCode).toBe(404)
  })
})

/** The boxes of an MPEG-4 file that describe one H.264 track, the movie behind the media as cameras write it. */
function mp4({ width, height, frames, milliseconds }: { width: number; height: number; frames: number; milliseconds: number }): Buffer {
  const box = (type: string, ...content: Buffer[]) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(8 + content.reduce((sum, { length }) => sum + length, 0))
    head.write(type, 4, 'latin1')
    return Buffer.concat([head, ...content])
  }
  const words = (...numbers: number[]) => {
    const bytes = Buffer.alloc(numbers.length * 4)
    numbers.forEach((number, index) => { bytes.writeUInt32BE(number, index * 4) })
    return bytes
  }
  const visual = Buffer.alloc(78)
  visual.writeUInt16BE(width, 24)
  visual.writeUInt16BE(height, 26)
  const entry = box('avc1', visual, box('avcC', Buffer.from([1, 100, 0, 40, 0xff, 0xe0, 0])))
  const samples = box('stbl', box('stsd', words(0, 1), entry), box('stsz', words(0, 0, frames)))
  const media = box('mdia', box('mdhd', words(0, 0, 0, 1000, milliseconds, 0)), box('hdlr', words(0, 0), Buffer.from('vide'), words(0, 0, 0)), box('minf', samples))
  return Buffer.concat([box('ftyp', Buffer.from('isom'), words(0)), box('mdat', Buffer.alloc(3001, 5)), box('moov', box('trak', media))])
}
