import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, bytesOf, sharedDicom } from '@isocenter/testkit'
import type { FastifyReply } from 'fastify'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createCatalogue, ensureDefaultOrganisation } from '../../catalogue/index.ts'
import type { Access, Permission } from '../../identity/index.ts'
import { rows } from '../../platform/db.ts'
import { sweep } from '../stow/sweep.ts'
import { aService, type TestService } from '../service.fixture.ts'
import { createRendering } from './index.ts'

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

const value = (json: DicomJson, tag: string) => String(json[tag]?.Value?.[0])
const studyOf = (json: DicomJson) => `/studies/${value(json, '0020000D')}`
const seriesOf = (json: DicomJson) => `${studyOf(json)}/series/${value(json, '0020000E')}`
const pathOf = (json: DicomJson) => `${seriesOf(json)}/instances/${value(json, '00080018')}`
const storeAll = async (objects: readonly DicomJson[]) => { expect((await service.store(objects.map((json) => bytesOf(json)))).statusCode).toBe(200) }
const kept = (json: DicomJson) => rows<{ blob_key: string; version: number }>(
  service.db,
  'select t.blob_key, t.version from thumbnail t join instance using (instance_key) where sop_instance_uid = ?',
  [value(json, '00080018')],
)

/** Until it is so, ten seconds at most. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await isSo()) return
    await sleep(100)
  }
  throw new Error('it did not become so')
}

/** A grey image of one value, so that its thumbnail says which instance it is of. */
const grey = (level: number, attributes: object = {}) => anInstance({
  kind: 'CT', Rows: 64, Columns: 64, BitsAllocated: 16, BitsStored: 16, HighBit: 15, PixelRepresentation: 0, PixelData: Buffer.from(new Uint16Array(64 * 64).fill(level).buffer),
  RescaleSlope: 1, RescaleIntercept: 0, WindowCenter: 128, WindowWidth: 256, ...attributes,
})
async function levelOf(path: string): Promise<number> {
  const answer = await service.get(`${path}/thumbnail`)
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'image/jpeg'])
  const { data } = await sharp(answer.rawPayload).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  return data[0] ?? -1
}

function series(levels: readonly number[], attributes: object = {}): DicomJson[] {
  const { '0020000D': study, '0020000E': seriesUID } = grey(0)
  return levels.map((level, index) => ({ ...grey(level, { InstanceNumber: index + 1, ...attributes }), '0020000D': study, '0020000E': seriesUID }) as DicomJson)
}

test('a series is shown by its middle instance, and its thumbnail is there before anybody asks', async () => {
  const all = series([10, 60, 110, 160, 210])
  await storeAll(all.toReversed())
  const [, , middle] = all
  await eventually(async () => (await kept(middle as DicomJson)).length === 1)
  expect(await levelOf(seriesOf(all[0] as DicomJson))).toBeCloseTo(110, -1)
  expect(await levelOf(studyOf(all[0] as DicomJson))).toBeCloseTo(110, -1)
  expect(await kept(all[0] as DicomJson)).toEqual([])
  expect(await levelOf(pathOf(all[0] as DicomJson))).toBeCloseTo(10, -1)
  expect(await kept(all[0] as DicomJson)).toHaveLength(1)
})

test('a series that grows is shown by its new middle, and the ETag changes with it', async () => {
  const all = series([20, 120, 220])
  const path = seriesOf(all[0] as DicomJson)
  await storeAll(all.slice(0, 1))
  expect(await levelOf(path)).toBeCloseTo(20, -1)
  const { etag } = (await service.get(`${path}/thumbnail`)).headers
  await storeAll(all.slice(1))
  expect(await levelOf(path)).toBeCloseTo(120, -1)
  const answer = await service.get(`${path}/thumbnail`, { 'if-none-match': String(etag) })
  expect(answer.statusCode).toBe(200)
  expect((await service.get(`${path}/thumbnail`, { 'if-none-match': String(answer.headers['etag']) })).statusCode).toBe(304)
})

test('a study is shown by its first series of images, whatever else comes first', async () => {
  const [image] = series([90], { SeriesNumber: 7 })
  const report = { ...anInstance({ kind: 'SR', SeriesNumber: 1 }), '0020000D': image?.['0020000D'] } as DicomJson
  await storeAll([report, image as DicomJson])
  expect(await levelOf(studyOf(image as DicomJson))).toBeCloseTo(90, -1)
  // The report alone has an icon.
  expect((await service.get(`${seriesOf(report)}/thumbnail`)).statusCode).toBe(200)
})

test('other bytes under the same UIDs have another thumbnail; that of the former is given up', async () => {
  const [image] = series([40])
  const path = pathOf(image as DicomJson)
  await storeAll([image as DicomJson])
  expect(await levelOf(path)).toBeCloseTo(40, -1)
  const [former] = await kept(image as DicomJson)
  const changed = { ...grey(200), '0020000D': image?.['0020000D'], '0020000E': image?.['0020000E'], '00080018': image?.['00080018'] } as DicomJson
  expect((await service.store([bytesOf(changed)])).statusCode).toBeLessThan(300)
  expect(await levelOf(path)).toBeCloseTo(200, -1)
  expect(await rows(service.db, 'select 1 from obsolete_blob where blob_key = ?', [former?.blob_key ?? ''])).toHaveLength(1)
})

test('with an instance its thumbnail goes, and the sweep removes its bytes', async () => {
  const [image] = series([70])
  await storeAll([image as DicomJson])
  await levelOf(pathOf(image as DicomJson))
  const [{ blob_key: blobKey } = { blob_key: '' }] = await kept(image as DicomJson)
  expect(blobKey).toMatch(/^derived\/thumbnails\/\d+\/\d{4}\/\d\d\//)
  await service.app.inject({ method: 'DELETE', url: `/dicom-web${studyOf(image as DicomJson)}`, headers: await service.as('north') })
  expect(await service.blobs.stat(blobKey)).toBeDefined()
  await sweep({ db: service.db, blobs: service.blobs, now: () => new Date(Date.now() + 2 * 60 * 60 * 1000) })
  expect(await service.blobs.stat(blobKey)).toBeUndefined()
  expect((await service.get(`${pathOf(image as DicomJson)}/thumbnail`)).statusCode).toBe(410)
})

test('a thumbnail whose bytes are lost is made again', async () => {
  const [image] = series([130])
  await storeAll([image as DicomJson])
  await levelOf(pathOf(image as DicomJson))
  const [{ blob_key: blobKey } = { blob_key: '' }] = await kept(image as DicomJson)
  await service.blobs.delete(blobKey)
  // Another process, which does not remember it.
  const catalogue = createCatalogue({ db: service.db })
  const { thumbnails, close } = createRendering({ catalogue, blobs: service.blobs }, service.app.log)
  try {
    const { organisationId } = await ensureDefaultOrganisation(service.db, 'north')
    const access = { actor: { kind: 'command', id: 'test' }, organisationId, permissions: new Set<Permission>(), studies: 'all' } satisfies Access
    const representative = await catalogue.representative(access, { StudyInstanceUID: value(image as DicomJson, '0020000D') })
    expect(representative?.thumbnailKey).toBe(blobKey)
    const askers = await Promise.all(Array.from({ length: 5 }, async () => representative && thumbnails.of(access, representative)))
    expect(new Set(askers).size).toBe(1)
    const [{ blob_key: newKey } = { blob_key: '' }] = await kept(image as DicomJson)
    expect(await service.blobs.stat(newKey)).toBeDefined()
  } finally {
    await close()
    await catalogue.close()
  }
})

test('another organisation, and a token that may not retrieve, see none of it', async () => {
  const [image] = series([50])
  await storeAll([image as DicomJson])
  for (const path of [studyOf, seriesOf, pathOf].map((of) => of(image as DicomJson))) {
    for (const resource of ['thumbnail', 'rendered']) {
      expect((await service.get(`${path}/${resource}`, await service.as('south'))).statusCode).toBe(404)
      expect((await service.get(`${path}/${resource}`, await service.as('north', ['dicomweb:search']))).statusCode).toBe(403)
    }
  }
})

test('nothing of the patient is in a thumbnail: neither in its bytes nor burned into its pixels', async () => {
  const [image] = series([0], { Rows: 64, Columns: 64, PatientName: 'Secret^Name', PatientID: 'SECRET-1', WindowCenter: 1000, WindowWidth: 100 })
  await storeAll([image as DicomJson])
  const { rawPayload } = await service.get(`${pathOf(image as DicomJson)}/thumbnail?annotation=patient`)
  expect(rawPayload.includes('Secret')).toBe(false)
  expect(rawPayload.includes('SECRET')).toBe(false)
  const { data } = await sharp(rawPayload).raw().toBuffer({ resolveWithObject: true })
  expect(Math.max(...data)).toBeLessThan(8)
  expect((await sharp(rawPayload).metadata()).exif).toBeUndefined()
})

describe('sizes', () => {
  test('256 pixels at most, a smaller image stays as it is; a viewport is touched', async () => {
    const large = anInstance({ kind: 'CT', Rows: 300, Columns: 600 })
    const small = anInstance({ kind: 'CT', Rows: 32, Columns: 16 })
    await storeAll([large, small])
    const sizeOf = async (path: string) => {
      const { width, height } = await sharp((await service.get(path)).rawPayload).metadata()
      return [width, height]
    }
    expect(await sizeOf(`${pathOf(large)}/thumbnail`)).toEqual([256, 128])
    expect(await sizeOf(`${pathOf(small)}/thumbnail`)).toEqual([16, 32])
    expect(await sizeOf(`${pathOf(large)}/thumbnail?viewport=100,100`)).toEqual([100, 50])
    expect(await sizeOf(`${pathOf(large)}/thumbnail?viewport=500,400`)).toEqual([500, 250])
    expect(await sizeOf(`${pathOf(small)}/thumbnail?viewport=256,256`)).toEqual([128, 256])
  })
})

/** The status of an answer, and how often its handler replied until it came to its end, which may be after the answer. */
async function repliesTo(path: string, headers?: Record<string, string>): Promise<{ status: number; replies: number; etag: string }> {
  const ended = Promise.withResolvers<undefined>()
  let replies = () => 0
  const start = (handled: unknown) => { const send = vi.spyOn((handled as { reply: FastifyReply }).reply, 'send'); replies = () => send.mock.calls.length }
  const end = () => { ended.resolve(undefined) }
  subscribe('tracing:fastify.request.handler:start', start)
  subscribe('tracing:fastify.request.handler:asyncEnd', end)
  try {
    const { statusCode, headers: { etag } } = await service.get(path, headers)
    await ended.promise
    return { status: statusCode, replies: replies(), etag: String(etag) }
  } finally {
    unsubscribe('tracing:fastify.request.handler:start', start)
    unsubscribe('tracing:fastify.request.handler:asyncEnd', end)
  }
}

test('what is larger than the stored thumbnail is answered once: rendered, and where nothing has changed', async () => {
  const large = anInstance({ kind: 'CT', Rows: 300, Columns: 600 })
  await storeAll([large])
  for (const path of [studyOf(large), seriesOf(large), pathOf(large), `${pathOf(large)}/frames/1`].map((of) => `${of}/thumbnail?viewport=500,400`)) {
    const { etag, ...rendered } = await repliesTo(path)
    expect([path, rendered]).toEqual([path, { status: 200, replies: 1 }])
    expect(await repliesTo(path, { 'if-none-match': etag })).toMatchObject({ status: 304, replies: 1 })
  }
})

test('what is no picture, and what cannot be decoded, has an icon', async () => {
  const objects = (['SR', 'PDF'] as const).map((kind) => anInstance({ kind }))
  await storeAll(objects)
  for (const json of objects) expect((await service.get(`${pathOf(json)}/thumbnail`)).headers['content-type']).toBe('image/jpeg')
})

const shared = sharedDicom()
test.skipIf(!shared)('JPEG XL has no decoder here: its thumbnail is an icon, rendered says why', async () => {
  const answer = await service.store([await readFile(join(shared ?? '', 'transfer-syntaxes/will-jxl.dcm'))])
  const path = value((answer.json<DicomJson>()['00081199']?.Value?.[0]) as DicomJson, '00081190').replace(/^.*\/dicom-web/, '')
  expect((await service.get(`${path}/thumbnail`)).statusCode).toBe(200)
  const rendered = await service.get(`${path}/rendered`)
  expect([rendered.statusCode, rendered.json<{ type: string }>().type]).toEqual([406, '/problems/not-renderable'])
})
