import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeInstance, type DicomJson } from '@isocenter/dicom'
import { anInstance, bytesOf, sharedDicom } from '@isocenter/testkit'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, partsOf, type TestService } from '../service.fixture.ts'

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

const value = (json: DicomJson, tag: string) => String(json[tag]?.Value?.[0])
const studyOf = (json: DicomJson) => `/studies/${value(json, '0020000D')}`
const seriesOf = (json: DicomJson) => `${studyOf(json)}/series/${value(json, '0020000E')}`
const pathOf = (json: DicomJson) => `${seriesOf(json)}/instances/${value(json, '00080018')}`
const storeAll = async (objects: readonly DicomJson[]) => { expect((await service.store(objects.map((json) => bytesOf(json)))).statusCode).toBeLessThan(300) }
const sameStudy = (first: DicomJson, ...others: DicomJson[]): DicomJson[] => [first, ...others.map((json) => ({ ...json, '0020000D': first['0020000D'] }) as DicomJson)]
const located = (parts: { headers: ReadonlyMap<string, string> }[]) => parts.map(({ headers }) => headers.get('content-location')?.replace('https://pacs.example/dicom-web', ''))

describe('a study', () => {
  const [slice, cine, report] = sameStudy(
    anInstance({ kind: 'CT', SeriesNumber: 1 }),
    anInstance({ kind: 'US', SeriesNumber: 2, NumberOfFrames: 3 }),
    anInstance({ kind: 'SR', SeriesNumber: 3 }),
  ) as [DicomJson, DicomJson, DicomJson]
  beforeAll(() => storeAll([slice, cine, report]))

  test('as multipart is every frame of every image in order, each with its own URL', async () => {
    const response = await service.get(`${studyOf(slice)}/rendered`, { accept: 'multipart/related; type="image/png"' })
    expect(response.statusCode).toBe(200)
    const parts = await partsOf(response)
    expect(located(parts)).toEqual([`${pathOf(slice)}/frames/1/rendered`, ...[1, 2, 3].map((frame) => `${pathOf(cine)}/frames/${frame}/rendered`)])
    for (const { headers, body } of parts) {
      expect(headers.get('content-type')).toBe('image/png')
      expect((await sharp(body).metadata()).format).toBe('png')
    }
  })
  test('as multipart of pages is its reports', async () => {
    const parts = await partsOf(await service.get(`${studyOf(slice)}/rendered`, { accept: 'multipart/related; type="text/html"' }))
    expect(located(parts)).toEqual([`${pathOf(report)}/rendered`])
  })
  test('as one image is the one that stands for it; a series of reports is a page', async () => {
    const image = await service.get(`${studyOf(slice)}/rendered`, { accept: 'image/jpeg' })
    expect([image.statusCode, image.headers['content-type'], image.headers['content-location']]).toEqual([200, 'image/jpeg', `https://pacs.example/dicom-web${studyOf(slice)}/rendered`])
    expect((await service.get(`${seriesOf(report)}/rendered`)).headers['content-type']).toBe('text/html; charset=utf-8')
  })
  test('that is not there, or went, is answered as everywhere', async () => {
    const other = anInstance({ kind: 'CT' })
    expect((await service.get(`${studyOf(other)}/rendered`)).statusCode).toBe(404)
    await storeAll([other])
    await service.app.inject({ method: 'DELETE', url: `/dicom-web${studyOf(other)}`, headers: await service.as('north') })
    for (const path of [studyOf(other), seriesOf(other), pathOf(other), `${pathOf(other)}/frames/1`]) expect((await service.get(`${path}/rendered`)).statusCode).toBe(410)
  })
})

describe('an image with several frames', () => {
  const cine = anInstance({ kind: 'US', NumberOfFrames: 5, FrameTime: 40 })
  beforeAll(() => storeAll([cine]))

  test('is an animation as GIF, with its own pace', async () => {
    const { pages, delay } = await sharp((await service.get(`${pathOf(cine)}/rendered`, { accept: 'image/gif' })).rawPayload, { animated: true }).metadata()
    expect([pages, delay]).toEqual([5, [40, 40, 40, 40, 40]])
  })
  test('is its middle frame as one still image', async () => {
    const middle = await service.get(`${pathOf(cine)}/frames/3/rendered`, { accept: 'image/png' })
    expect((await service.get(`${pathOf(cine)}/rendered`, { accept: 'image/png' })).rawPayload.equals(middle.rawPayload)).toBe(true)
    expect((await service.get(`${pathOf(cine)}/frames/4/rendered`, { accept: 'image/png' })).rawPayload.equals(middle.rawPayload)).toBe(false)
  })
  test('gives the frames that are named, in their order, and refuses others', async () => {
    const parts = await partsOf(await service.get(`${pathOf(cine)}/frames/5,2/rendered`))
    expect(located(parts)).toEqual([5, 2].map((frame) => `${pathOf(cine)}/frames/${frame}/rendered`))
    expect((await service.get(`${pathOf(cine)}/frames/5,2/rendered`, { accept: 'image/jpeg' })).statusCode).toBe(406)
    for (const [frames, status] of [['6', 404], ['1,6', 404], ['0', 404], ['x', 400], ['1,1', 400]] as const) expect((await service.get(`${pathOf(cine)}/frames/${frames}/rendered`)).statusCode).toBe(status)
  })
})

describe('one image', () => {
  const slice = anInstance({ kind: 'CT' })
  beforeAll(() => storeAll([slice]))

  test('has a validator that changes with every parameter, and HEAD without a body', async () => {
    const path = `${pathOf(slice)}/rendered`
    const etags = await Promise.all([
      '', '?quality=50', '?viewport=20,20', '?window=0,10,sigmoid', '?annotation=patient', '?iccprofile=yes',
    ].map(async (query) => String((await service.get(path + query, { accept: 'image/jpeg' })).headers['etag'])))
    expect(new Set(etags).size).toBe(etags.length)
    expect((await service.get(path, { accept: 'image/jpeg', 'if-none-match': etags[0] ?? '' })).statusCode).toBe(304)
    const head = await service.app.inject({ method: 'HEAD', url: `/dicom-web${path}`, headers: { ...await service.as('north'), accept: 'image/png' } })
    expect([head.statusCode, head.headers['content-type'], head.rawPayload.length]).toEqual([200, 'image/png', 0])
  })
  test('with a region outside it is refused, with a parameter given twice too', async () => {
    for (const query of ['viewport=10,10,9000,0,5,5', 'quality=1&quality=2']) expect((await service.get(`${pathOf(slice)}/rendered?${query}`)).statusCode).toBe(400)
  })
  test('what an annotation asked for is repeated by its letters only', async () => {
    const { headers } = await service.get(`${pathOf(slice)}/rendered?annotation=technique,a%0d%0aSet-Cookie:x`, { accept: 'image/png' })
    expect(headers['warning']).toBe('299 https://pacs.example/dicom-web: The following annotation values are not supported: aset-cookiex')
  })
  test('frames that cannot be decoded are the instance\'s fault: 406, and the server goes on', async () => {
    const { '7FE00010': _, ...rest } = anInstance({ kind: 'SC' })
    const broken = encodeInstance(rest, { transferSyntaxUID: '1.2.840.10008.1.2.4.90', pixelData: { frames: [[Uint8Array.from({ length: 100 }, (_, index) => index)]] } })
    await service.store([broken])
    const answer = await service.get(`${pathOf(rest)}/rendered`)
    expect([answer.statusCode, answer.json<{ type: string }>().type]).toEqual([406, '/problems/not-renderable'])
    expect((await service.get(`${pathOf(slice)}/rendered`)).statusCode).toBe(200)
  })
})

test('a report cannot run anything in the browser that shows it', async () => {
  const report = anInstance({ kind: 'SR' })
  await storeAll([report])
  const { headers, body } = await service.get(`${pathOf(report)}/rendered`, { accept: 'text/html' })
  expect(headers['content-security-policy']).toContain("default-src 'none'")
  expect(headers['content-security-policy']).not.toContain('allow-scripts')
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(body).not.toMatch(/<script|on\w+=|javascript:/)
})

test('a PDF is sent as it was put in, whole or in part, with a validator', async () => {
  const pdf = anInstance({ kind: 'PDF' })
  await storeAll([pdf])
  const whole = await service.get(`${pathOf(pdf)}/rendered`)
  expect([whole.statusCode, whole.headers['content-type'], whole.rawPayload.toString('latin1', 0, 5)]).toEqual([200, 'application/pdf', '%PDF-'])
  expect((await service.get(`${pathOf(pdf)}/rendered`, { accept: 'text/html' })).statusCode).toBe(406)
})

const shared = sharedDicom()
describe.skipIf(!shared)('real objects', () => {
  async function storedFile(path: string): Promise<string> {
    const answer = await service.store([await readFile(join(shared ?? '', path))])
    return value((answer.json<DicomJson>()['00081199']?.Value?.[0]) as DicomJson, '00081190').replace(/^.*\/dicom-web/, '')
  }
  test('a large PDF by ranges', async () => {
    const path = await storedFile('pdf/pdf.dcm')
    const whole = await service.get(`${path}/rendered`)
    const range = await service.get(`${path}/rendered`, { range: 'bytes=100-199' })
    expect([range.statusCode, range.headers['content-range']]).toEqual([206, `bytes 100-199/${whole.rawPayload.length}`])
    expect(range.rawPayload.equals(whole.rawPayload.subarray(100, 200))).toBe(true)
    expect((await service.get(`${path}/rendered`, { range: 'bytes=99999999-' })).statusCode).toBe(416)
  })
  test('a presentation state with its image; without it, 406', async () => {
    const state = await storedFile('ko-pr/roi-tests/real01.pr.dcm')
    expect((await service.get(`${state}/rendered`)).statusCode).toBe(406)
    await storedFile('ko-pr/roi-tests/real01.dcm')
    const answer = await service.get(`${state}/rendered?viewport=300,300`, { accept: 'image/png' })
    expect(answer.statusCode).toBe(200)
    expect((await sharp(answer.rawPayload).metadata()).width).toBeLessThanOrEqual(300)
    expect((await service.get(`${state}/rendered?window=1,2,linear`)).statusCode).toBe(400)
  })
  test.for([
    'secondary-capture/SC_rgb_small_odd.dcm', 'us-multiframe/gdcm-US-ALOKA-16.dcm', 'enhanced/eCT_Supplemental.dcm',
    'enhanced/parametric_map_float.dcm', 'cr-dx/RG3_J2KR.dcm', 'wsi/sm_image.dcm', 'seg/liver-ct/liver.dcm',
  ])(
    '%s is rendered', async (path) => {
      const answer = await service.get(`${await storedFile(path)}/rendered?viewport=128,128`, { accept: 'image/png' })
      expect(answer.statusCode).toBe(200)
      const { width, height } = await sharp(answer.rawPayload).metadata()
      expect(Math.max(width, height)).toBe(128)
    })
})
