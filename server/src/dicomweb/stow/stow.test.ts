import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { anInstance, aStudy, attributes, aUID, bytesOf } from '@isocenter/testkit'
import type { DicomJson } from '@isocenter/dicom'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, partsOf, storeBody, type TestService } from '../service.fixture.ts'

let service: TestService
beforeAll(async () => { service = await aService({ STOW_MAX_INSTANCE_BYTES: String(1024 ** 2), STOW_MAX_REQUEST_BYTES: String(4 * 1024 ** 2) }) })
afterAll(() => service.close())

const value = (json: DicomJson, tag: string) => json[tag]?.Value?.[0]
const items = (json: DicomJson, tag: string) => (json[tag]?.Value ?? []) as DicomJson[]
const pathOf = (json: DicomJson) => `/studies/${String(value(json, '0020000D'))}/series/${String(value(json, '0020000E'))}/instances/${String(value(json, '00080018'))}`
const counts = async () => {
  const [row] = await service.db('instance').count<{ count: string }[]>('*')
  return Number(row?.count)
}

describe('what is stored', () => {
  test('201 a multipart store answers 200 with what it references, and the bytes come back as they went', async () => {
    const study = aStudy({ series: 2, instances: 2 })
    const objects = study.instances.map((instance) => bytesOf(instance))
    const response = await service.store(objects)
    expect(response.statusCode).toBe(200)
    expect(response.headers['content-type']).toMatch(/^application\/dicom\+json/)
    const json = response.json<DicomJson>()
    expect(value(json, '00081190')).toBe(`https://pacs.example/dicom-web/studies/${study.StudyInstanceUID}`)
    expect(Object.keys(json)).toEqual(['00081190', '00081199'])
    expect(items(json, '00081199').map((item) => value(item, '00081155'))).toEqual(study.instances.map((instance) => value(instance, '00080018')))
    expect(Object.keys(items(json, '00081199')[0] ?? {})).toEqual(['00081150', '00081155', '00081190', '00090010', '00091001'])
    for (const [index, instance] of study.instances.entries()) {
      const retrieved = await service.get(pathOf(instance), { accept: 'application/dicom; transfer-syntax=*' })
      expect(retrieved.rawPayload.equals(Buffer.from(objects[index] ?? []))).toBe(true)
    }
  })

  test('208 it can be searched and retrieved at once', async () => {
    const instance = anInstance()
    await service.store([bytesOf(instance)])
    const found = await service.get(`/studies?StudyInstanceUID=${String(value(instance, '0020000D'))}`)
    expect(found.json()).toHaveLength(1)
    expect(value(found.json<DicomJson[]>()[0] ?? {}, '00201208')).toBe(1)
  })

  test('184 a single object as application/dicom', async () => {
    const instance = anInstance()
    const stored = await service.app.inject({ method: 'POST', url: '/dicom-web/studies', payload: Buffer.from(bytesOf(instance)), headers: { ...await service.as('north'), 'content-type': 'application/dicom' } })
    expect(stored.statusCode).toBe(200)
  })

  test('16 a compressed body', async () => {
    const { contentType, body } = storeBody([bytesOf(anInstance())])
    const send = async (encoding: string, payload: Buffer) => service.app.inject({
      method: 'POST', url: '/dicom-web/studies', payload, headers: { ...await service.as('north'), 'content-type': contentType, 'content-encoding': encoding } })
    expect((await send('gzip', gzipSync(body))).statusCode).toBe(200)
    expect((await send('br', brotliCompressSync(body))).statusCode).toBe(200)
    expect((await send('deflate', deflateSync(body))).statusCode).toBe(200)
    expect((await send('compress', body)).statusCode).toBe(415)
    expect((await send('br', body)).statusCode).toBe(400)
    expect((await send('gzip', body)).statusCode).toBe(400)
  })

  test('185 a part whose type carries a transfer syntax, or that says only octets', async () => {
    for (const type of ['application/dicom; transfer-syntax=1.2.840.10008.1.2.1', 'application/octet-stream']) {
      const { contentType, body } = storeBody([bytesOf(anInstance())], type)
      const response = await service.app.inject({ method: 'POST', url: '/dicom-web/studies', payload: body, headers: { ...await service.as('north'), 'content-type': contentType } })
      expect(response.statusCode).toBe(200)
    }
  })

  test('the hash of the data set alone is kept beside that of the whole object', async () => {
    const instance = anInstance()
    const bytes = Buffer.from(bytesOf(instance))
    await service.store([bytes])
    const row = await service.db('instance').where({ sop_instance_uid: value(instance, '00080018') }).first<{ sha256: Buffer; data_set_sha256: Buffer; layout: Buffer }>()
    const dataSetOffset = 144 + bytes.readUInt32LE(140)
    const dataSetSha256 = createHash('sha256').update(bytes.subarray(dataSetOffset)).digest()
    expect(row.data_set_sha256).toEqual(dataSetSha256)
    expect(row.sha256).toEqual(createHash('sha256').update(bytes.subarray(0, dataSetOffset)).update(dataSetSha256).digest())
  })

  test('an object without preamble or File Meta Information is kept as it came, and leaves as a DICOM file', async () => {
    const instance = anInstance()
    const bytes = Buffer.from(bytesOf(instance))
    const dataSet = bytes.subarray(144 + bytes.readUInt32LE(140))
    const response = await service.store([dataSet])
    expect(response.statusCode).toBe(202)
    const row = await service.db('instance').where({ sop_instance_uid: value(instance, '00080018') }).first<{ blob_key: string }>('blob_key')
    const kept: Buffer[] = []
    for await (const chunk of await service.blobs.read(row?.blob_key ?? '')) kept.push(chunk as Buffer)
    expect(Buffer.concat(kept).equals(dataSet)).toBe(true)
    const retrieved = (await service.get(pathOf(instance), { accept: 'application/dicom' })).rawPayload
    expect(retrieved.toString('latin1', 128, 132)).toBe('DICM')
    expect(retrieved.subarray(retrieved.length - dataSet.length).equals(dataSet)).toBe(true)
  })
})

describe('duplicates', () => {
  test('201 the same bytes again change nothing', async () => {
    const bytes = bytesOf(anInstance())
    await service.store([bytes])
    const before = await counts()
    expect((await service.store([bytes])).statusCode).toBe(200)
    expect(await counts()).toBe(before)
  })

  test('202 other bytes under the same UIDs are a new version', async () => {
    const instance = anInstance({ PatientID: 'A' })
    await service.store([bytesOf(instance)])
    const response = await service.store([bytesOf({ ...instance, ...attributes({ PatientID: 'B' }) })])
    expect(response.statusCode).toBe(200)
    const [metadata] = (await service.get(`${pathOf(instance)}/metadata`)).json<DicomJson[]>()
    expect(value(metadata ?? {}, '00100020')).toBe('B')
  })

  test('202 where the organisation refuses them, the failure says so', async () => {
    const east = await service.as('east')
    await service.db('organisation').where({ slug: 'east' }).update({ duplicate_policy: 'reject' })
    const instance = anInstance({ PatientID: 'A' })
    expect((await service.store([bytesOf(instance)], { headers: east })).statusCode).toBe(200)
    const response = await service.store([bytesOf({ ...instance, ...attributes({ PatientID: 'B' }) })], { headers: east })
    expect(response.statusCode).toBe(409)
    expect(items(response.json(), '00081198').map((item) => value(item, '00081197'))).toEqual([0x0111])
  })

  test('202 two at once are one instance', async () => {
    const bytes = bytesOf(anInstance())
    const before = await counts()
    const responses = await Promise.all([service.store([bytes, bytes]), service.store([bytes])])
    expect(responses.map((response) => response.statusCode)).toEqual([200, 200])
    expect(await counts()).toBe(before + 1)
  })
})

describe('what is refused, part by part', () => {
  const stored = () => bytesOf(anInstance())
  const noDicom = Buffer.from('This is no DICOM object. '.repeat(20))

  test('188 a part that is not DICOM is an other failure, the rest is stored', async () => {
    const response = await service.store([stored(), noDicom, stored()])
    expect(response.statusCode).toBe(202)
    const json = response.json<DicomJson>()
    expect(items(json, '00081199')).toHaveLength(2)
    expect(items(json, '0008119A').map((item) => value(item, '00081197'))).toEqual([0xc000])
    expect(json).not.toHaveProperty('00081198')
    expect(Object.keys(json).filter((tag) => tag.startsWith('0000'))).toEqual([])
    expect(String(response.headers.warning)).toContain('1 instances were not stored')
  })

  test('189 only such parts answer 409', async () => {
    const response = await service.store([noDicom])
    expect(response.statusCode).toBe(409)
    expect(response.json()).toEqual({ '00081190': { vr: 'UR' }, '0008119A': { vr: 'SQ', Value: [{ '00081197': { vr: 'US', Value: [0xc000] } }] } })
  })

  test('195 an instance without UIDs names what is known of it', async () => {
    const SOPInstanceUID = aUID()
    for (const missing of ['StudyInstanceUID', 'SeriesInstanceUID'] as const) {
      const response = await service.store([bytesOf(anInstance({ SOPInstanceUID, [missing]: null }))])
      expect(response.statusCode).toBe(409)
      const [item] = items(response.json(), '00081198')
      expect([value(item ?? {}, '00081155'), value(item ?? {}, '00081197')]).toEqual([SOPInstanceUID, 0xa900])
    }
  })

  test('4 what is no UID is refused; needless zeros in one are kept, and remarked on', async () => {
    for (const SeriesInstanceUID of ['1.2.x', '1..2', '.1', `1.${'2'.repeat(63)}`]) {
      expect([SeriesInstanceUID, (await service.store([bytesOf(anInstance({ SeriesInstanceUID }))])).statusCode]).toEqual([SeriesInstanceUID, 409])
    }
    const old = anInstance({ SeriesInstanceUID: '999.1.19941016.083000' })
    expect((await service.store([bytesOf(old)])).statusCode).toBe(202)
    expect((await service.get(`${pathOf(old)}/metadata`)).statusCode).toBe(200)
  })

  test('194 an instance of another study than the path says', async () => {
    const [one, other] = [anInstance(), anInstance()]
    const response = await service.store([bytesOf(one), bytesOf(other)], { path: `/studies/${String(value(one, '0020000D'))}` })
    expect(response.statusCode).toBe(202)
    expect(items(response.json(), '00081198').map((item) => value(item, '00081197'))).toEqual([0xc409])
    expect((await service.get(pathOf(other))).statusCode).toBe(404)
  })

  test('197 odd values are kept and remarked on', async () => {
    const instance = anInstance({ StudyDate: '2026.01.15', InstitutionName: 'x'.repeat(80) })
    const response = await service.store([bytesOf(instance)])
    expect(response.statusCode).toBe(202)
    expect(items(response.json(), '00081199').map((item) => value(item, '00081196'))).toEqual([0xb007])
    const row = await service.db('instance').where({ sop_instance_uid: value(instance, '00080018') }).first<{ warnings: unknown }>('warnings')
    expect(row?.warnings).toEqual([{ code: 'valueForm', tag: '00080020' }, { code: 'valueTooLong', tag: '00080080' }])
  })

  test('an object over the limit fails alone; the next part is stored', async () => {
    const large = bytesOf(anInstance({ kind: 'SC', Rows: 600, Columns: 600 }))
    const response = await service.store([large, stored()])
    expect(response.statusCode).toBe(202)
    expect(items(response.json(), '0008119A').map((item) => value(item, '00081197'))).toEqual([0xa700])
    expect((await service.store([large])).statusCode).toBe(413)
  })
})

describe('requests that are no store', () => {
  const send = async (contentType: string | undefined, payload: Buffer | string, extra = {}) => service.app.inject({
    method: 'POST', url: '/dicom-web/studies', payload, headers: { ...await service.as('north'), ...(contentType !== undefined && { 'content-type': contentType }), ...extra } })

  test('186 other media types', async () => {
    for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=b', 'multipart/related; type="image/png"; boundary=b', 'nonsense']) {
      const response = await send(type, 'x')
      expect([type, response.statusCode, response.headers['content-type']]).toEqual([type, 415, 'application/problem+json'])
    }
    expect((await send(undefined, Buffer.from('x'))).statusCode).toBe(415)
    expect((await send(undefined, '')).statusCode).toBe(415)
  })

  test('58 a missing boundary, 190 no parts, 56 lines ending in LF', async () => {
    expect((await send('multipart/related; type="application/dicom"', 'x')).statusCode).toBe(400)
    expect((await send('multipart/related; type="application/dicom"; boundary=b', '--b--')).statusCode).toBe(400)
    expect((await send('multipart/related; type="application/dicom"; boundary=b', '')).statusCode).toBe(400)
    expect((await send('multipart/related; type="application/dicom"; boundary=b', '--b\n\nx\n--b--')).json()).toMatchObject({ status: 400, code: 'lineEnding' })
  })

  test('59 a body that breaks off answers 400 and lists what was stored before', async () => {
    const [one, two] = [anInstance(), anInstance()]
    const { contentType, body } = storeBody([bytesOf(one), bytesOf(two)])
    const response = await send(contentType, body.subarray(0, body.length - 300))
    expect(response.statusCode).toBe(400)
    const { response: listed } = response.json<{ response: DicomJson }>()
    expect(items(listed, '00081199').map((item) => value(item, '00081155'))).toEqual([value(one, '00080018')])
    expect((await service.get(pathOf(one))).statusCode).toBe(200)
    expect((await service.get(pathOf(two))).statusCode).toBe(404)
  })

  test('9 a body over the limit, told or not', async () => {
    const { contentType, body } = storeBody(Array.from({ length: 6 }, () => bytesOf(anInstance({ kind: 'SC', Rows: 550, Columns: 550 }))))
    const told = await send(contentType, body)
    expect([told.statusCode, told.headers.connection]).toEqual([413, 'close'])
    expect(told.json()).toMatchObject({ type: '/problems/payload-too-large', maxBytes: 4 * 1024 ** 2 })
  })

  test('190 an empty body is no instance', async () => {
    const headers = { ...await service.as('north'), 'content-type': 'application/dicom' }
    for (const payload of [Buffer.alloc(0), undefined]) {
      const response = await service.app.inject({ method: 'POST', url: '/dicom-web/studies', headers, ...(payload && { payload }) })
      expect([response.statusCode, response.json<{ type: string }>().type]).toEqual([400, '/problems/nothing-to-store'])
    }
  })

  test('a wrong UID in the path, a method it has not', async () => {
    expect((await service.store([bytesOf(anInstance())], { path: '/studies/abc' })).statusCode).toBe(400)
    const put = await service.app.inject({ method: 'PUT', url: '/dicom-web/studies', headers: await service.as('north') })
    expect([put.statusCode, put.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS, POST'])
  })
})

describe('who may store', () => {
  test('7 nobody without a token, nobody without the permission', async () => {
    const { contentType, body } = storeBody([bytesOf(anInstance())])
    const send = (headers: object) => service.app.inject({ method: 'POST', url: '/dicom-web/studies', payload: body, headers: { 'content-type': contentType, ...headers } })
    expect((await send({})).statusCode).toBe(401)
    expect((await send(await service.as('north', ['dicomweb:search']))).statusCode).toBe(403)
  })

  test('231 the same UIDs in two organisations are two instances, and neither sees the other', async () => {
    const instance = anInstance()
    const south = await service.as('south')
    expect((await service.store([bytesOf(instance)])).statusCode).toBe(200)
    expect((await service.get(pathOf(instance), south)).statusCode).toBe(404)
    expect((await service.store([bytesOf({ ...instance, ...attributes({ PatientID: 'SOUTH' }) })], { headers: south })).statusCode).toBe(200)
    const [north] = (await service.get(`${pathOf(instance)}/metadata`)).json<DicomJson[]>()
    expect(value(north ?? {}, '00100020')).not.toBe('SOUTH')
  })

  test('218 every store is in the audit trail', async () => {
    const instance = anInstance()
    await service.store([bytesOf(instance)])
    const event = await service.db('audit_event').where({ action: 'study.store', study_instance_uid: value(instance, '0020000D') }).first<{ outcome: string; actor: string }>()
    expect(event?.outcome).toBe('success')
    expect(event?.actor).toMatch(/^token:/)
  })
})

describe('over a real connection', () => {
  test('217 a client that goes in the middle of an object leaves nothing behind', async () => {
    const address = await service.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = new URL(address)
    const [whole, half] = [anInstance(), anInstance()]
    const { contentType, body } = storeBody([bytesOf(whole), bytesOf(half)])
    const { authorization } = await service.as('north')
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(`POST /dicom-web/studies HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n\r\n`)
    socket.write(body.subarray(0, body.length - 200))
    const isThere = async (json: DicomJson) => (await service.get(pathOf(json))).statusCode === 200
    await expect.poll(() => isThere(whole), { timeout: 10_000 }).toBe(true)
    socket.destroy()
    // The thumbnail of the whole one may be on its way still.
    await expect.poll(() => service.blobs.countUnfinished(new Date(Date.now() + 1000)), { timeout: 10_000 }).toBe(0)
    expect(await isThere(half)).toBe(false)
  })

  test('61 many small parts arrive in one chunked request', async () => {
    const instances = Array.from({ length: 300 }, () => anInstance({ kind: 'SR', StudyInstanceUID: '1.2.3', SeriesInstanceUID: '1.2.3.4' }))
    const { contentType, body } = storeBody(instances.map((instance) => bytesOf(instance)))
    const address = service.app.listeningOrigin
    const response = await fetch(`${address}/dicom-web/studies`, {
      method: 'POST', headers: { ...await service.as('north'), 'content-type': contentType }, duplex: 'half',
      body: new ReadableStream({
        start(controller) {
          for (let at = 0; at < body.length; at += 1000) controller.enqueue(body.subarray(at, at + 1000))
          controller.close()
        },
      }),
    })
    expect(response.status).toBe(200)
    expect(items(await response.json() as DicomJson, '00081199')).toHaveLength(300)
  })
})

test('147 a whole study comes back with every instance once', async () => {
  const study = aStudy({ series: 2, instances: 3 })
  const objects = study.instances.map((instance) => Buffer.from(bytesOf(instance)))
  await service.store(objects)
  const parts = await partsOf(await service.get(`/studies/${study.StudyInstanceUID}`))
  expect(parts.map(({ body }) => body.toString('base64')).sort()).toEqual(objects.map((object) => object.toString('base64')).sort())
})
