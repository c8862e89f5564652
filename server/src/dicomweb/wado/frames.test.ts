/** Frames and bulk data: which bytes they are, in which type and range, and which there are not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, partsOf, type TestService } from '../service.fixture.ts'
import { Deflated, ELE, ExplicitVRBigEndian, ImplicitVRLittleEndian, pixelsOf, RLELossless, stored, value } from './wado.fixture.ts'

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

describe('frames', () => {
  test('155 each frame of a native multi-frame image, exactly', async () => {
    const { path, json } = await stored(service, { kind: 'US' })
    const pixels = pixelsOf(json)
    const count = Number(value(json, '00280008'))
    const frameBytes = pixels.length / count
    for (let frameNumber = 1; frameNumber <= count; frameNumber++) {
      const response = await service.get(`${path}/frames/${frameNumber}`, { accept: 'multipart/related; type=application/octet-stream; transfer-syntax=*' })
      expect(response.headers['content-type']).toMatch(/^multipart\/related; type="application\/octet-stream"; boundary=/)
      const [part] = await partsOf(response)
      expect(part?.headers.get('content-type')).toBe(`application/octet-stream; transfer-syntax=${ELE}`)
      expect(part?.headers.get('content-location')).toBe(`https://pacs.example/dicom-web${path}/frames/${frameNumber}`)
      expect(part?.body.equals(pixels.subarray((frameNumber - 1) * frameBytes, frameNumber * frameBytes))).toBe(true)
    }
    const list = await partsOf(await service.get(`${path}/frames/2,1`))
    expect(list.map(({ body }) => body.length)).toEqual([frameBytes, frameBytes])
    expect(list[1]?.body.equals(pixels.subarray(0, frameBytes))).toBe(true)
  })

  test('159 one frame single-part; a list is multipart only', async () => {
    const { path, json } = await stored(service, { kind: 'CT' })
    const response = await service.get(`${path}/frames/1`, { accept: 'application/octet-stream' })
    expect([response.headers['content-type'], response.headers['content-length']]).toEqual([`application/octet-stream; transfer-syntax=${ELE}`, String(response.rawPayload.length)])
    expect(response.rawPayload.equals(pixelsOf(json))).toBe(true)
    const cine = (await stored(service, { kind: 'US' })).path
    expect((await service.get(`${cine}/frames/1,2`, { accept: 'application/octet-stream' })).statusCode).toBe(406)
  })

  test('155 frames of one bit a pixel begin at a byte', async () => {
    const pixels = Buffer.from([0b1010_0101, 0b1100_0011, 0b0000_1111, 0b0001_0001])
    const { path } = await stored(service, { kind: 'SEG', Rows: 3, Columns: 3, NumberOfFrames: 3, BitsAllocated: 1, BitsStored: 1, HighBit: 0, PixelData: pixels })
    const bit = (index: number) => ((pixels[index >> 3] ?? 0) >> (index & 7)) & 1
    for (const frameNumber of [1, 2, 3]) {
      const { rawPayload } = await service.get(`${path}/frames/${frameNumber}`, { accept: 'application/octet-stream' })
      expect(rawPayload.length).toBe(2)
      for (let index = 0; index < 16; index++) expect(((rawPayload[index >> 3] ?? 0) >> (index & 7)) & 1).toBe(index < 9 ? bit((frameNumber - 1) * 9 + index) : 0)
    }
  })

  test.each([ExplicitVRBigEndian, Deflated, ImplicitVRLittleEndian])('frames and bulk data of %s are little endian and inflated', async (transferSyntaxUID) => {
    const { path, json } = await stored(service, { kind: 'CT', Rows: 100, Columns: 77 }, transferSyntaxUID)
    expect((await service.get(`${path}/frames/1`, { accept: 'application/octet-stream' })).rawPayload.equals(pixelsOf(json))).toBe(true)
    const bulkdata = `${path}/bulkdata/7FE00010`
    expect((await service.get(bulkdata)).rawPayload.equals(pixelsOf(json))).toBe(true)
    const part = await service.get(bulkdata, { range: 'bytes=1001-2002' })
    expect([part.statusCode, part.rawPayload.equals(pixelsOf(json).subarray(1001, 2003))]).toEqual([206, true])
  })

  test('156 compressed frames come as they are, under their own type', async () => {
    const { path } = await stored(service, { kind: 'US' }, RLELossless)
    const response = await service.get(`${path}/frames/1,2`, { accept: 'multipart/related; type="application/octet-stream"; transfer-syntax="*"' })
    const parts = await partsOf(response)
    expect(parts.map(({ headers }) => headers.get('content-type'))).toEqual(Array(2).fill(`image/dicom-rle; transfer-syntax=${RLELossless}`))
    const single = await service.get(`${path}/frames/1`, { accept: 'image/dicom-rle' })
    expect(single.headers['content-type']).toBe(`image/dicom-rle; transfer-syntax=${RLELossless}`)
    expect(single.rawPayload.equals(parts[0]?.body ?? Buffer.alloc(0))).toBe(true)
    expect((await service.get(`${path}/frames/1`, { accept: 'image/jxl' })).statusCode).toBe(406)
    const all = await partsOf(await service.get(`${path}/bulkdata/7FE00010`))
    expect(all[0]?.body.equals(single.rawPayload)).toBe(true)
  })

  test('154 166 frames there are not', async () => {
    const { path } = await stored(service, { kind: 'CT' })
    for (const [list, status] of [['0', 404], ['2', 404], ['1,2', 404], ['x', 400], ['1,', 400], ['1,1', 400], ['-1', 400], ['1.5', 400], ['99999999999999999999', 404]] as const) {
      expect([list, (await service.get(`${path}/frames/${list}`)).statusCode]).toEqual([list, status])
    }
    expect((await service.get(`${(await stored(service, { kind: 'SR' })).path}/frames/1`)).statusCode).toBe(404)
  })

  test('18 the same strong ETag means the same bytes, multipart too, and other bytes have another boundary', async () => {
    const { path } = await stored(service, { kind: 'US' })
    const urls = [path, `${path}/frames/1,2`, `${path}/frames/2`, `${path}/bulkdata/7FE00010`]
    const boundaries = new Set<string>()
    for (const url of urls) {
      const [one, another] = [await service.get(url, { accept: 'multipart/related; type="*/*"' }), await service.get(url, { accept: 'multipart/related; type="*/*"' })]
      expect(one.headers.etag).toMatch(/^"/)
      expect([another.headers.etag, another.headers['content-type'], another.rawPayload.equals(one.rawPayload)]).toEqual([one.headers.etag, one.headers['content-type'], true])
      expect((await partsOf(one)).length).toBeGreaterThan(0)
      boundaries.add(String(one.headers['content-type']))
    }
    expect(boundaries.size).toBe(urls.length)
  })

  test('18 a frame has an ETag', async () => {
    const { path } = await stored(service, { kind: 'CT' })
    const { etag } = (await service.get(`${path}/frames/1`)).headers
    expect((await service.get(`${path}/frames/1`, { 'if-none-match': String(etag) })).statusCode).toBe(304)
  })
})

describe('bulk data', () => {
  test('162 an encapsulated document in its own type, and as octets', async () => {
    const document = Buffer.from(`%PDF-1.4 ${'x'.repeat(4000)}`)
    const { path } = await stored(service, { kind: 'PDF', EncapsulatedDocument: document, MIMETypeOfEncapsulatedDocument: 'application/pdf' })
    const response = await service.get(`${path}/bulkdata/00420011`)
    expect([response.headers['content-type'], response.headers['x-content-type-options']]).toEqual(['application/pdf', 'nosniff'])
    expect(response.rawPayload.subarray(0, document.length).equals(document)).toBe(true)
    expect((await service.get(`${path}/bulkdata/00420011`, { accept: 'application/octet-stream' })).headers['content-type']).toBe('application/octet-stream')
    const [part] = await partsOf(await service.get(`${path}/bulkdata/00420011`, { accept: 'multipart/related; type="application/octet-stream"' }))
    expect(part?.body.subarray(0, document.length).equals(document)).toBe(true)
  })

  test('a document cannot be a page of this origin', async () => {
    const { path } = await stored(service, { kind: 'PDF', EncapsulatedDocument: Buffer.from(`<script>1</script>${' '.repeat(4000)}`), MIMETypeOfEncapsulatedDocument: 'text/html' })
    const response = await service.get(`${path}/bulkdata/00420011`, { accept: 'text/html,*/*' })
    expect([response.headers['content-type'], response.headers['content-security-policy']]).toEqual(['application/octet-stream', "sandbox; default-src 'none'"])
  })

  test('163 ranges', async () => {
    const { path, json } = await stored(service, { kind: 'CT' })
    const pixels = pixelsOf(json)
    const range = async (text: string, headers = {}) => {
      const response = await service.get(`${path}/bulkdata/7FE00010`, { range: text, ...headers })
      return [response.statusCode, response.headers['content-range'], response.rawPayload.length]
    }
    expect(await range('bytes=0-9')).toEqual([206, `bytes 0-9/${pixels.length}`, 10])
    expect(await range('bytes=500-')).toEqual([206, `bytes 500-${pixels.length - 1}/${pixels.length}`, pixels.length - 500])
    expect(await range('bytes=-3')).toEqual([206, `bytes ${pixels.length - 3}-${pixels.length - 1}/${pixels.length}`, 3])
    expect(await range('bytes=99999-')).toEqual([416, `bytes */${pixels.length}`, expect.any(Number)])
    expect(await range('bytes=0-1,3-4')).toEqual([200, undefined, pixels.length])
    expect(await range('pages=1-2')).toEqual([200, undefined, pixels.length])
    expect(await range('bytes=0-9', { 'if-range': '"other"' })).toEqual([200, undefined, pixels.length])
  })

  test('a path that is none, or that the instance has not', async () => {
    const { path } = await stored(service, { kind: 'CT' })
    for (const bulkdata of ['00100010', 'x', '7FE00010.1', '..%2f..']) expect([bulkdata, (await service.get(`${path}/bulkdata/${bulkdata}`)).statusCode]).toEqual([bulkdata, 404])
  })
})
