import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeFrame, type FrameFormat } from '@isocenter/codecs'
import { buildFrameIndex, frameRanges, readInstance, type DataSet, type DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, bytesOf, sharedDicom, type InstanceInput } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, partsOf, type TestService } from '../service.fixture.ts'

const uid = (suffix: string): string => `1.2.840.10008.1.2.${suffix}`
const ELE = uid('1')
const RLELossless = uid('5')
const lossless = ['1', '5', '4.57', '4.70', '4.80', '4.201', '4.202', '8.1'].map(uid)
const folder = sharedDicom()

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

const value = (json: DicomJson, tag: string) => json[tag]?.Value?.[0]
const pathOf = (json: DicomJson) => `/studies/${String(value(json, '0020000D'))}/series/${String(value(json, '0020000E'))}/instances/${String(value(json, '00080018'))}`
const nativePixels = (json: DicomJson): Buffer => Buffer.from(json['7FE00010']?.InlineBinary ?? '', 'base64')

async function stored(input: InstanceInput, transferSyntaxUID = ELE): Promise<{ path: string; json: DicomJson; pixels: Buffer }> {
  const json = anInstance(input)
  expect((await service.store([bytesOf(json, { transferSyntaxUID })])).statusCode).toBeLessThan(300)
  return { path: pathOf(json), json, pixels: nativePixels(json) }
}

const formatOf = (dataSet: DataSet): FrameFormat => ({
  Rows: dataSet.number('Rows') ?? 0, Columns: dataSet.number('Columns') ?? 0, SamplesPerPixel: dataSet.number('SamplesPerPixel') ?? 0,
  BitsAllocated: dataSet.number('BitsAllocated') ?? 0, BitsStored: dataSet.number('BitsStored') ?? 0, PixelRepresentation: dataSet.number('PixelRepresentation') ?? 0,
  PhotometricInterpretation: dataSet.string('PhotometricInterpretation') ?? '', PlanarConfiguration: dataSet.number('PlanarConfiguration') ?? 0,
})

/** The object's frames decoded, as whoever received it would. */
async function decoded(object: Buffer): Promise<{ dataSet: DataSet; transferSyntaxUID: string; SOPInstanceUID: string | undefined; frames: Uint8Array[] }> {
  const instance = await readInstance(object)
  expect(instance.warnings).toEqual([])
  const { frames } = buildFrameIndex(instance)
  const found: Uint8Array[] = []
  for (let number = 1; frames && number <= (instance.dataSet.number('NumberOfFrames') ?? 1); number++) {
    const bytes = Buffer.concat((frameRanges(frames, number) ?? []).map(({ offset, length }) => object.subarray(offset, offset + length)))
    found.push((await decodeFrame(bytes, instance.transferSyntaxUID, formatOf(instance.dataSet))).pixels)
  }
  return { dataSet: instance.dataSet, transferSyntaxUID: instance.transferSyntaxUID, SOPInstanceUID: instance.fileMeta?.string('MediaStorageSOPInstanceUID'), frames: found }
}

describe('a whole instance', () => {
  test.each(lossless.flatMap((from) => (from === ELE || from === RLELossless || from === uid('8.1') ? lossless.filter((to) => to !== from).map((to) => [from, to] as const) : [])))(
    '149 stored as %s and had as %s says so inside and keeps its pixels', async (from, to) => {
      const { path, json, pixels } = await stored({ kind: 'CT', Rows: 40, Columns: 50 }, from)
      const answer = await service.get(path, { accept: `application/dicom; transfer-syntax=${to}` })
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, `application/dicom; transfer-syntax=${to}`])
      const object = await decoded(answer.rawPayload)
      expect([object.transferSyntaxUID, object.SOPInstanceUID]).toEqual([to, value(json, '00080018')])
      expect(Buffer.concat(object.frames).equals(pixels)).toBe(true)
      expect(object.dataSet.has('LossyImageCompression')).toBe('00282110' in json)
      if (to === ELE) expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length)
    })

  test('149 a cine of colours keeps every frame in every syntax', async () => {
    const { path, json, pixels } = await stored({ kind: 'US' })
    for (const to of lossless.filter((one) => one !== ELE)) {
      const [part] = await partsOf(await service.get(path, { accept: `multipart/related; type="application/dicom"; transfer-syntax=${to}` }))
      const object = await decoded(part?.body ?? Buffer.alloc(0))
      expect(object.frames).toHaveLength(Number(value(json, '00280008')))
      expect(Buffer.concat(object.frames).equals(pixels)).toBe(true)
      expect(object.dataSet.number('PlanarConfiguration')).toBe(value(json, '00280006') === undefined ? undefined : to === RLELossless ? 1 : 0)
    }
  })

  test('27 28 what is compressed without losses is decoded for who names no transfer syntax', async () => {
    const { path, pixels } = await stored({ kind: 'CT' }, RLELossless)
    for (const accept of ['application/dicom', '*/*', 'multipart/related; type="application/dicom"', 'multipart/related; type="application/dicom"; q=0.5, application/json']) {
      const answer = await service.get(path, { accept })
      const object = String(answer.headers['content-type']).startsWith('multipart') ? (await partsOf(answer))[0]?.body : answer.rawPayload
      const { transferSyntaxUID, frames } = await decoded(object ?? Buffer.alloc(0))
      expect([transferSyntaxUID, frames[0] && Buffer.compare(frames[0], pixels)]).toEqual([ELE, 0])
    }
  })

  test('with losses is another instance, which tells what was lost and where it comes from', async () => {
    const { path, json } = await stored({ kind: 'CT', Rows: 64, Columns: 64 })
    const ask = () => service.get(path, { accept: `application/dicom; transfer-syntax=${uid('4.81')}` })
    const { dataSet, SOPInstanceUID } = await decoded((await ask()).rawPayload)
    expect(SOPInstanceUID).toMatch(/^2\.25\.\d+$/)
    expect(dataSet.string('SOPInstanceUID')).toBe(SOPInstanceUID)
    expect(dataSet.strings('ImageType')).toEqual(['DERIVED', 'PRIMARY', 'AXIAL'])
    expect([dataSet.string('LossyImageCompression'), dataSet.string('LossyImageCompressionMethod')]).toEqual(['01', 'ISO_14495_1'])
    expect(dataSet.number('LossyImageCompressionRatio')).toBeGreaterThan(0)
    expect(dataSet.items('SourceImageSequence').at(-1)?.string('ReferencedSOPInstanceUID')).toBe(value(json, '00080018'))
    expect(dataSet.items('DerivationCodeSequence').at(-1)?.string('CodeValue')).toBe('113040')
    // The same question, the same instance.
    expect((await decoded((await ask()).rawPayload)).SOPInstanceUID).toBe(SOPInstanceUID)
  })

  test('losses are produced for who names their transfer syntax, and for nobody else', async () => {
    const { path } = await stored({ kind: 'SC' })
    for (const accept of ['image/jpeg', 'image/*', 'image/jpeg; transfer-syntax=*', '*/*', 'multipart/related; type="image/jpeg"']) {
      const answer = await service.get(`${path}/frames/1`, { accept })
      expect([accept, answer.statusCode, /4\.(50|51|81|91|203)\b/.test(answer.body)]).toEqual([accept, 200, false])
      expect(answer.headers['content-type']).not.toMatch(/4\.(50|51|81|91|203)\b/)
    }
    const asked = await service.get(`${path}/frames/1`, { accept: `image/jpeg; transfer-syntax=${uid('4.50')}` })
    expect(asked.headers['content-type']).toBe(`image/jpeg; transfer-syntax=${uid('4.50')}`)
    expect([...asked.rawPayload.subarray(0, 2)]).toEqual([0xff, 0xd8])
  })

  test('150 a series with an object that has no such form is answered 206', async () => {
    const study = aStudy({ instances: 3 })
    const [one, two, three] = study.instances
    const { '7FE00010': _, ...withoutPixels } = three ?? {}
    await service.store([bytesOf(one ?? {}), bytesOf(two ?? {}, { transferSyntaxUID: RLELossless }), bytesOf(withoutPixels)])
    const answer = await service.get(`/studies/${study.StudyInstanceUID}`, { accept: `multipart/related; type="application/dicom"; transfer-syntax=${uid('4.80')}` })
    expect([answer.statusCode, answer.headers.warning]).toEqual([206, expect.stringContaining('1 instances cannot be had')])
    const parts = await partsOf(answer)
    expect(parts.map(({ headers }) => headers.get('content-type'))).toEqual(Array(2).fill(`application/dicom; transfer-syntax=${uid('4.80')}`))
    for (const { body } of parts) expect((await decoded(body)).transferSyntaxUID).toBe(uid('4.80'))
  })

  test('HEAD tells the type without making it', async () => {
    const { path } = await stored({ kind: 'CT' })
    const answer = await service.app.inject({ method: 'HEAD', url: `/dicom-web${path}`, headers: { ...(await service.as('north')), accept: `application/dicom; transfer-syntax=${RLELossless}` } })
    expect([answer.statusCode, answer.headers['content-type'], answer.rawPayload.length]).toEqual([200, `application/dicom; transfer-syntax=${RLELossless}`, 0])
  })
})

describe('frames', () => {
  test('158 as octets are decoded, colours lying as the metadata say', async () => {
    const { path, json, pixels } = await stored({ kind: 'US' }, RLELossless)
    const frames = Number(value(json, '00280008'))
    const answer = await service.get(`${path}/frames/1,2`, { accept: 'multipart/related; type="application/octet-stream"' })
    expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length)
    const parts = await partsOf(answer)
    expect(parts.map(({ headers }) => headers.get('content-type'))).toEqual(Array(2).fill(`application/octet-stream; transfer-syntax=${ELE}`))
    expect(Buffer.concat(parts.map(({ body }) => body)).equals(pixels.subarray(0, (pixels.length / frames) * 2))).toBe(true)
    const single = await service.get(`${path}/frames/2`, { accept: 'application/octet-stream' })
    expect(single.rawPayload.equals(parts[1]?.body ?? Buffer.alloc(0))).toBe(true)
  })

  test('158 by plane where PlanarConfiguration is 1', async () => {
    const { path, pixels: padded } = await stored({ kind: 'SC', PlanarConfiguration: 1 }, RLELossless)
    const pixels = padded.subarray(0, padded.length - (padded.length % 3))
    const byPlane = Buffer.alloc(pixels.length)
    // The testkit's encoder takes colour by pixel, whatever the attribute says.
    for (let index = 0; index < pixels.length; index++) byPlane[(index % 3) * (pixels.length / 3) + Math.floor(index / 3)] = pixels[index] ?? 0
    expect([...(await service.get(`${path}/frames/1`, { accept: 'application/octet-stream' })).rawPayload]).toEqual([...byPlane])
  })

  test.each([
    ['image/jls', '4.80'], ['image/x-jls', '4.80'], ['image/jpeg', '4.70'], ['image/jphc', '4.201'], ['image/dicom-rle', '5'], ['image/x-dicom-rle', '5'],
    [`image/jphc; transfer-syntax=${uid('4.202')}`, '4.202'], [`image/jpeg; transfer-syntax=${uid('4.57')}`, '4.57'],
  ])('160 161 stored native, asked as %s, come in %s', async (accept, suffix) => {
    const { path, json, pixels } = await stored({ kind: 'CT', Rows: 40, Columns: 50 })
    const answer = await service.get(`${path}/frames/1`, { accept })
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, expect.stringContaining(`transfer-syntax=${uid(suffix)}`)])
    const { dataSet } = await readInstance(bytesOf(json))
    expect(Buffer.from((await decodeFrame(answer.rawPayload, uid(suffix), formatOf(dataSet))).pixels).equals(pixels)).toBe(true)
  })

  test('stored compressed come as they are where that is accepted, whatever else could be made', async () => {
    const { path } = await stored({ kind: 'CT' }, RLELossless)
    for (const accept of ['*/*', 'image/*', 'image/dicom-rle', 'image/jls;q=0.9, image/dicom-rle', 'multipart/related; type="application/octet-stream"; transfer-syntax=*', 'multipart/related; type="*/*"']) {
      const answer = await service.get(`${path}/frames/1`, { accept })
      expect(`${String(answer.headers['content-type'])}${answer.body}`).toContain(`transfer-syntax=${RLELossless}`)
    }
  })

  test('a frame whose stream is broken is not to be had decoded, and still as it is', async () => {
    const json = anInstance({ kind: 'CT' })
    const broken = Uint8Array.from({ length: 100 }, (_, index) => (index === 0 ? 2 : index === 4 ? 64 : index === 8 ? 90 : 1))
    await service.store([bytesOf(json, { transferSyntaxUID: RLELossless, pixelData: { frames: [[broken]] } })])
    for (const accept of ['application/octet-stream', 'multipart/related; type="application/octet-stream"', 'image/jls']) {
      const refused = await service.get(`${pathOf(json)}/frames/1`, { accept })
      expect(refused.json()).toMatchObject({ status: 406, available: expect.arrayContaining([`image/dicom-rle; transfer-syntax=${RLELossless}`]) })
    }
    expect((await service.get(pathOf(json), { accept: 'application/dicom' })).statusCode).toBe(406)
    expect((await service.get(`${pathOf(json)}/frames/1`, { accept: 'image/dicom-rle' })).statusCode).toBe(200)
  })
})

describe.skipIf(folder === undefined)('real files', () => {
  const real = async (path: string): Promise<{ path: string; dataSet: DataSet }> => {
    const bytes = readFileSync(join(folder ?? '', path))
    expect((await service.store([bytes])).statusCode).toBeLessThan(300)
    const { dataSet } = await readInstance(bytes)
    const [study, series, instance] = (['StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID'] as const).map((keyword) => dataSet.string(keyword))
    return { dataSet, path: `/studies/${study}/series/${series}/instances/${instance}` }
  }

  test('33 a lossy one goes as it is where Explicit VR Little Endian is the default, decoded where it is named, and tells of its loss', async () => {
    const { path, dataSet } = await real('us-multiframe/US-agilent-10frames.dcm')
    expect(dataSet.string('PhotometricInterpretation')).toBe('YBR_FULL_422')
    expect((await service.get(path, { accept: 'application/dicom' })).headers['content-type']).toBe(`application/dicom; transfer-syntax=${uid('4.50')}`)
    const named = await decoded((await service.get(path, { accept: `application/dicom; transfer-syntax=${ELE}` })).rawPayload)
    expect(named.SOPInstanceUID).toBe(dataSet.string('SOPInstanceUID'))
    expect([named.dataSet.string('PhotometricInterpretation'), named.dataSet.number('PlanarConfiguration'), named.dataSet.string('LossyImageCompression')]).toEqual(['YBR_FULL', 0, '01'])
    expect(named.frames).toHaveLength(10)
  })

  test('158 a YBR_FULL_422 frame as octets has halved colour differences, as its metadata say', async () => {
    const { path, dataSet } = await real('us-multiframe/examples_ybr_color.dcm')
    const answer = await service.get(`${path}/frames/1`, { accept: 'application/octet-stream' })
    expect(answer.rawPayload.length).toBe((dataSet.number('Rows') ?? 0) * (dataSet.number('Columns') ?? 0) * 2)
    expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length)
  })

  test('frames of one bit a pixel are packed without gaps when the whole is decoded', async () => {
    const { path, dataSet } = await real('seg/compressed/liver_nonbyte_aligned_rle.dcm')
    const native = (await service.get(path, { accept: `application/dicom; transfer-syntax=${ELE}` })).rawPayload
    const instance = await readInstance(native)
    const bits = (dataSet.number('Rows') ?? 0) * (dataSet.number('Columns') ?? 0) * (dataSet.number('NumberOfFrames') ?? 0)
    expect(bits % 8).not.toBe(0)
    expect(instance.dataSet.get('PixelData')?.length).toBe(Math.ceil(bits / 16) * 2)
    // Back through another codec, frame by frame, nothing has moved.
    await service.store([native], { path: '/studies' })
    const again = await decoded((await service.get(path, { accept: `application/dicom; transfer-syntax=${uid('4.90')}` })).rawPayload)
    const direct = await decoded(readFileSync(join(folder ?? '', 'seg/compressed/liver_nonbyte_aligned_rle.dcm')))
    expect(again.frames.map((frame) => Buffer.compare(frame, direct.frames[again.frames.indexOf(frame)] ?? Buffer.alloc(0)))).toEqual(direct.frames.map(() => 0))
  })
})
