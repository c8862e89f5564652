import type { DicomJson } from '@isocenter/dicom'
import { anInstance, bytesOf } from '@isocenter/testkit'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, type TestService } from '../service.fixture.ts'

let service: TestService
let image: DicomJson
beforeAll(async () => {
  service = await aService()
  image = anInstance({ Rows: 40, Columns: 60 })
  await service.store([bytesOf(image)])
})
afterAll(() => service.close())

const value = (json: DicomJson, tag: string) => String(json[tag]?.Value?.[0])
async function wado(of: DicomJson, more: Record<string, string> = {}, base = '/wado') {
  const query = new URLSearchParams({ requestType: 'WADO', studyUID: value(of, '0020000D'), seriesUID: value(of, '0020000E'), objectUID: value(of, '00080018'), ...more })
  return service.app.inject({ url: `${base}?${query.toString()}`, headers: await service.as('north') })
}
const sizeOf = async (body: Buffer) => {
  const { width, height } = await sharp(body).metadata()
  return [width, height]
}

describe('229 the URI service', () => {
  test('answers with the file, in the transfer syntax asked for', async () => {
    const answer = await wado(image, { contentType: 'application/dicom' })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/dicom; transfer-syntax=1.2.840.10008.1.2.1'])
    expect(answer.rawPayload.equals(Buffer.from(bytesOf(image)))).toBe(true)
    expect((await wado(image, { contentType: 'application/dicom', transferSyntax: '1.2.840.10008.1.2.4.80' })).headers['content-type']).toContain('1.2.840.10008.1.2.4.80')
    expect((await wado(image, { contentType: 'application/dicom' }, '/dicom-web/wado')).statusCode).toBe(200)
  })

  test('a single image is a JPEG where nothing is asked, several frames are a file', async () => {
    const answer = await wado(image)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'image/jpeg'])
    expect(await sizeOf(answer.rawPayload)).toEqual([60, 40])
    const cine = anInstance({ kind: 'US', NumberOfFrames: 3 })
    await service.store([bytesOf(cine)])
    expect((await wado(cine)).headers['content-type']).toMatch(/^application\/dicom/)
    expect((await wado(cine, { contentType: 'image/png', frameNumber: '2' })).headers['content-type']).toBe('image/png')
    expect((await wado(cine, { contentType: 'image/png', frameNumber: '4' })).statusCode).toBe(404)
  })

  test('rows and columns are what the image is fitted into, the region is cut out of it', async () => {
    const size = async (more: Record<string, string>) => sizeOf((await wado(image, { contentType: 'image/png', ...more })).rawPayload)
    expect(await size({ rows: '20' })).toEqual([30, 20])
    expect(await size({ columns: '30' })).toEqual([30, 20])
    expect(await size({ region: '0,0,0.5,0.5' })).toEqual([30, 20])
    expect(await size({ region: '0.5,0,1,1', columns: '60' })).toEqual([60, 80])
  })

  test('a window changes the picture', async () => {
    const narrow = await wado(image, { contentType: 'image/png', windowCenter: '10', windowWidth: '5' })
    const wide = await wado(image, { contentType: 'image/png', windowCenter: '10', windowWidth: '5000' })
    expect([narrow.statusCode, wide.statusCode]).toEqual([200, 200])
    expect(narrow.rawPayload.equals(wide.rawPayload)).toBe(false)
  })

  test.each([
    [{ requestType: 'WADOX' }], [{ objectUID: '' }], [{ studyUID: 'x' }], [{ seriesUID: '1..2' }], [{ windowCenter: '10' }], [{ windowWidth: '10' }], [{ rows: '0' }], [{ region: '0,0,2,2' }], [{ region: '0.5,0,0.5,1' }],
    [{ imageQuality: '0' }], [{ frameNumber: '0' }], [{ transferSyntax: '1.2.840.10008.1.2.1', contentType: 'image/jpeg' }], [{ contentType: 'application/dicom; transfer-syntax=1.2.840.10008.1.2.1' }],
    [{ contentType: 'application/dicom', rows: '20' }], [{ anonymize: 'yes' }], [{ charset: 'latin1' }],
  ])('%s is answered 400', async (more) => {
    expect((await wado(image, more as Record<string, string>)).statusCode).toBe(400)
  })

  test('what is not there is 404, what cannot be had so 406, who says nothing who he is 401', async () => {
    expect((await wado(image, { objectUID: '1.2.3' })).statusCode).toBe(404)
    expect((await wado(image, { contentType: 'image/tiff' })).statusCode).toBe(406)
    expect((await wado(image, { contentType: 'application/dicom', transferSyntax: '1.2.840.10008.1.2' })).statusCode).toBe(406)
    expect((await service.app.inject({ url: '/wado?requestType=WADO' })).statusCode).toBe(401)
  })
})
