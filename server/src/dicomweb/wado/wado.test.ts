/** Studies, series and instances retrieved, with their metadata: in which form, under which status, by whom, and when the client goes. */
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { encodeFileMeta, readInstance, writeDicomJson, type DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, attributes, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, partsOf, type TestService } from '../service.fixture.ts'
import { Deflated, ELE, ExplicitVRBigEndian, ImplicitVRLittleEndian, pathOf, pixelsOf, RLELossless, stored, value } from './wado.fixture.ts'

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

describe('instances', () => {
  test.each([
    ['Implicit VR Little Endian, and is not', ImplicitVRLittleEndian, ELE],
    ['Explicit VR Little Endian, and is not', ELE, ImplicitVRLittleEndian],
    ['JPEG Lossless, and has native pixels', '1.2.840.10008.1.2.4.70', ELE],
  ])('what says it is %s never leaves under that name', async (_name, declared, actual) => {
    const json = anInstance({ kind: 'CT' })
    const bytes = Buffer.from(bytesOf(json, { transferSyntaxUID: actual }))
    const head = encodeFileMeta({ MediaStorageSOPClassUID: String(value(json, '00080016')), MediaStorageSOPInstanceUID: String(value(json, '00080018')), TransferSyntaxUID: declared })
    const dataSet = bytes.subarray(144 + bytes.readUInt32LE(140))
    expect((await service.store([Buffer.concat([head, dataSet])])).statusCode).toBe(202)
    for (const accept of ['application/dicom', 'application/dicom; transfer-syntax=*']) {
      const response = await service.get(pathOf(json), { accept })
      expect([response.statusCode, response.headers['content-type']]).toEqual([200, `application/dicom; transfer-syntax=${ELE}`])
      const parsed = await readInstance(response.rawPayload)
      expect([parsed.warnings, parsed.fileMeta?.string('TransferSyntaxUID'), parsed.dataSet.string('SOPInstanceUID')]).toEqual([[], ELE, value(json, '00080018')])
      if (actual === ELE) expect(response.rawPayload.subarray(parsed.dataSetOffset).equals(dataSet)).toBe(true)
    }
    expect((await service.get(`${pathOf(json)}/frames/1`, { accept: 'application/octet-stream' })).rawPayload.equals(pixelsOf(json))).toBe(true)
  })

  test('28 29 the stored bytes, single-part and multipart, with their transfer syntax', async () => {
    const { path, bytes } = await stored(service)
    for (const accept of ['application/dicom', `application/dicom; transfer-syntax=${ELE}`, 'application/dicom; transfer-syntax=*']) {
      const response = await service.get(path, { accept })
      expect([response.statusCode, response.headers['content-type'], response.headers['content-length']]).toEqual([200, `application/dicom; transfer-syntax=${ELE}`, String(bytes.length)])
      expect(response.rawPayload.equals(bytes)).toBe(true)
      expect(response.headers['content-location']).toBe(`https://pacs.example/dicom-web${path}`)
    }
    for (const accept of ['*/*', 'multipart/related; type="application/dicom"', 'multipart/related; type=application/dicom; transfer-syntax=*']) {
      const response = await service.get(path, { accept })
      expect(response.headers['content-type']).toMatch(/^multipart\/related; type="application\/dicom"; boundary=[^; ]{1,70}$/)
      expect(Number(response.headers['content-length'])).toBe(response.rawPayload.length)
      const [part, ...more] = await partsOf(response)
      expect(more).toEqual([])
      expect(Object.fromEntries(part?.headers ?? [])).toEqual({
        'content-type': `application/dicom; transfer-syntax=${ELE}`, 'content-length': String(bytes.length), 'content-location': `https://pacs.example/dicom-web${path}` })
      expect(part?.body.equals(bytes)).toBe(true)
    }
  })

  test.each([ImplicitVRLittleEndian, ExplicitVRBigEndian, Deflated])('30 what is stored as %s is had as Explicit VR Little Endian, equal in meaning', async (transferSyntaxUID) => {
    const { path, json, bytes } = await stored(service, { kind: 'CT', Rows: 200, Columns: 300 }, transferSyntaxUID)
    const response = await service.get(path, { accept: `application/dicom; transfer-syntax=${ELE}` })
    expect(response.statusCode).toBe(200)
    expect(Number(response.headers['content-length'])).toBe(response.rawPayload.length)
    const parsed = await readInstance(response.rawPayload)
    expect([parsed.transferSyntaxUID, parsed.fileMeta?.string('MediaStorageSOPInstanceUID'), parsed.warnings]).toEqual([ELE, value(json, '00080018'), []])
    const { '7FE00010': pixelData, ...rest } = json
    const meaning = JSON.parse(writeDicomJson(parsed.dataSet)) as DicomJson
    expect(meaning).toMatchObject(JSON.parse(writeDicomJson((await readInstance(bytesOf(rest))).dataSet)) as DicomJson)
    const element = parsed.dataSet.get('PixelData')
    expect(response.rawPayload.subarray(element?.offset, (element?.offset ?? 0) + (element?.length ?? 0)).equals(Buffer.from(pixelData?.InlineBinary ?? '', 'base64'))).toBe(true)
    const anySyntax = await service.get(path, { accept: 'application/dicom; transfer-syntax=*' })
    expect(anySyntax.headers['content-type']).toBe(`application/dicom; transfer-syntax=${transferSyntaxUID === Deflated ? Deflated : ELE}`)
    if (transferSyntaxUID === Deflated) expect(anySyntax.rawPayload.equals(bytes)).toBe(true)
    else expect((await service.get(path, { accept: `application/dicom; transfer-syntax=${transferSyntaxUID}` })).statusCode).toBe(406)
  })

  test('32 compressed: as it is stored, and in no form there is no codec for', async () => {
    const { path, bytes } = await stored(service, { kind: 'US' }, RLELossless)
    expect((await service.get(path, { accept: 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.110' })).statusCode).toBe(406)
    const refused = await service.get(path, { accept: 'application/dicom; transfer-syntax=1.2.840.10008.1.2.4.102' })
    expect(refused.json()).toMatchObject({ status: 406, available: expect.arrayContaining([`application/dicom; transfer-syntax=${RLELossless}`]) })
    expect((await service.get(path, { accept: 'application/dicom; transfer-syntax=*' })).rawPayload.equals(bytes)).toBe(true)
  })

  test('147 151 a study and a series come back whole, an unknown one not', async () => {
    const study = aStudy({ series: 2, instances: 3 })
    await service.store(study.instances.map((instance) => bytesOf(instance)))
    const parts = await partsOf(await service.get(`/studies/${study.StudyInstanceUID}`))
    expect(parts.map(({ headers }) => headers.get('content-location')).sort()).toEqual(study.instances.map((instance) => `https://pacs.example/dicom-web${pathOf(instance)}`).sort())
    const series = `/studies/${study.StudyInstanceUID}/series/${study.series[0]?.SeriesInstanceUID ?? ''}`
    expect(await partsOf(await service.get(series))).toHaveLength(3)
    expect((await service.get(series, { accept: 'application/dicom' })).statusCode).toBe(406)
    expect((await service.get('/studies/1.2.3.4.5.6')).statusCode).toBe(404)
  })

  test('150 what cannot be had is left out, and said so; when nothing can, 406', async () => {
    const study = aStudy({ instances: 2 })
    const [image, bare] = study.instances
    const { '7FE00010': _, ...withoutPixels } = bare ?? {}
    await service.store([bytesOf(image ?? {}), bytesOf(withoutPixels)])
    const some = await service.get(`/studies/${study.StudyInstanceUID}`, { accept: `multipart/related; type="application/dicom"; transfer-syntax=${RLELossless}` })
    expect([some.statusCode, some.headers.warning]).toEqual([206, expect.stringContaining('1 instances cannot be had')])
    expect(await partsOf(some)).toHaveLength(1)
    expect((await service.get(`/studies/${study.StudyInstanceUID}`, { accept: 'multipart/related; type="application/dicom"; transfer-syntax=1.2.3' })).statusCode).toBe(406)
    const all = await service.get(`/studies/${study.StudyInstanceUID}`, { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' })
    expect([all.statusCode, (await partsOf(all)).length]).toEqual([200, 2])
  })
})

describe('status rules', () => {
  test('3 a path that holds no UID is a bad request', async () => {
    for (const path of ['/studies/abc', '/studies/1..2', '/studies/1.2/series/x', `/studies/${'1'.repeat(65)}/metadata`, '/studies/1.2%2F3', '/studies/%2e%2e%2f1']) {
      expect([path, (await service.get(path)).statusCode]).toEqual([path, 400])
    }
  })

  test('6 a series of another study is not found, nor is a wrong instance', async () => {
    const one = (await stored(service)).json
    const other = (await stored(service)).json
    const crossed = `/studies/${String(value(one, '0020000D'))}/series/${String(value(other, '0020000E'))}`
    for (const path of [crossed, `${crossed}/metadata`, `${crossed}/instances/${String(value(other, '00080018'))}`, `${crossed}/instances/${String(value(other, '00080018'))}/frames/1`]) {
      expect([path, (await service.get(path)).statusCode]).toEqual([path, 404])
    }
  })

  test('5 230 deleted is 410 at every level, also below and for all resources, until it is stored again', async () => {
    const { path, json, bytes } = await stored(service)
    const study = `/studies/${String(value(json, '0020000D'))}`
    const remove = async (url: string) => (await service.app.inject({ method: 'DELETE', url: `/dicom-web${url}`, headers: await service.as('north') })).statusCode
    expect(await remove(study)).toBe(204)
    for (const url of [study, `${study}/metadata`, path, `${path}/metadata`, `${path}/frames/1`, `${path}/bulkdata/7FE00010`]) expect([url, (await service.get(url)).statusCode]).toEqual([url, 410])
    expect(await remove(study)).toBe(410)
    expect(await remove('/studies/1.2.3.99')).toBe(404)
    expect((await service.get(`/studies?StudyInstanceUID=${String(value(json, '0020000D'))}`)).json()).toEqual([])
    await service.store([bytes])
    expect((await service.get(path)).statusCode).toBe(200)
  })

  test('12 errors are problems in JSON, without the values of the request', async () => {
    const response = await service.get('/studies/1.2.3.4.5')
    expect(response.headers['content-type']).toBe('application/problem+json')
    expect(response.json()).toMatchObject({ type: '/problems/no-such-study', status: 404, detail: 'No study has this UID.' })
  })

  test('14 a slash at the end changes nothing', async () => {
    const { path } = await stored(service)
    expect((await service.get(`${path}/metadata/`)).statusCode).toBe(200)
  })

  test('23 46 what cannot be accepted', async () => {
    const { path } = await stored(service)
    expect((await service.get(`${path}/metadata`, { accept: 'text/html' })).json()).toMatchObject({ status: 406, available: expect.arrayContaining(['application/dicom+json']) })
    expect((await service.get(`${path}/metadata`, { 'accept-charset': 'gb18030' })).statusCode).toBe(406)
    expect((await service.get(`${path}/metadata`, { 'accept-charset': 'gb18030, *;q=0.1' })).statusCode).toBe(200)
  })

  test('41 42 the query parameter goes before the header, escaped or not', async () => {
    const { path } = await stored(service)
    for (const accept of ['application/dicom+json', 'application%2Fdicom%2Bjson', '*']) {
      expect((await service.get(`${path}/metadata?accept=${accept}`, { accept: 'text/html' })).statusCode).toBe(200)
    }
    const file = await service.get(`${path}?accept=multipart/related;type=application/dicom;transfer-syntax=*`, { accept: 'text/html' })
    expect(file.headers['content-type']).toMatch(/^multipart\/related/)
    expect((await service.get(`${path}/metadata?accept=image/png`)).statusCode).toBe(406)
  })
})

test('13 HEAD says what GET would, without a body', async () => {
  const { path, json } = await stored(service, { kind: 'US' })
  await stored(service, { StudyInstanceUID: String(value(json, '0020000D')) }, ImplicitVRLittleEndian)
  const study = `/studies/${String(value(json, '0020000D'))}`
  for (const url of ['/studies', study, `${study}/metadata`, path, `${path}?accept=application/dicom`, `${path}/metadata`, `${path}/frames/1`, `${path}/frames/1,2?accept=*`, `${path}/bulkdata/7FE00010`]) {
    const get = await service.get(url)
    const head = await service.app.inject({ method: 'HEAD', url: `/dicom-web${url}`, headers: await service.as('north') })
    const told = (headers: object) => Object.fromEntries(Object.entries(headers).filter(([name]) => !['date', 'connection', 'transfer-encoding', 'keep-alive'].includes(name)).map(([name, text]) => [name, String(text).replace(/boundary=\S+/, '')]))
    expect([url, head.statusCode, head.rawPayload.length, told(head.headers)]).toEqual([url, get.statusCode, 0, told(get.headers)])
  }
})

describe('metadata', () => {
  test('152 85 everything but bulk data, which has URIs that resolve', async () => {
    const { path, json } = await stored(service, { kind: 'CT' })
    const response = await service.get(`${path}/metadata`)
    expect(response.headers['content-type']).toBe('application/dicom+json')
    const [metadata] = response.json<DicomJson[]>()
    expect(metadata).toMatchObject(attributes({ PatientName: 'Wang^Xiaodong=王^小东' }) && { '00080018': json['00080018'] })
    expect(metadata?.['7FE00010']).toEqual({ vr: 'OW', BulkDataURI: `/dicom-web${path}/bulkdata/7FE00010` })
    const bulk = await service.get(`${path}/bulkdata/7FE00010`)
    expect(bulk.rawPayload.equals(pixelsOf(json))).toBe(true)
  })

  test('18 19 an ETag answers 304 until something changes', async () => {
    const study = aStudy({ instances: 2 })
    await service.store(study.instances.map((instance) => bytesOf(instance)))
    const series = `/studies/${study.StudyInstanceUID}/series/${study.series[0]?.SeriesInstanceUID ?? ''}`
    for (const url of [`${series}/metadata`, series, `/studies/${study.StudyInstanceUID}/metadata`]) {
      const first = await service.get(url)
      const etag = String(first.headers.etag)
      expect(etag).toMatch(url === series ? /^W\/"[\w-]+"$/ : /^"[\w-]+"$/)
      const again = await service.get(url, { 'if-none-match': `"x", ${etag}` })
      expect([again.statusCode, again.rawPayload.length, again.headers.etag]).toEqual([304, 0, etag])
      await service.store([bytesOf(anInstance({ StudyInstanceUID: study.StudyInstanceUID, SeriesInstanceUID: study.series[0]?.SeriesInstanceUID ?? '' }))])
      const changed = await service.get(url, { 'if-none-match': etag })
      expect([changed.statusCode, changed.headers.etag === etag]).toEqual([200, false])
    }
  })

  test('17 it is compressed where the client takes it', async () => {
    const study = aStudy({ instances: 20 })
    await service.store(study.instances.map((instance) => bytesOf(instance)))
    for (const url of [`/studies/${study.StudyInstanceUID}/metadata`, `${pathOf(study.instances[0] ?? {})}/metadata`, `/studies/${study.StudyInstanceUID}/instances`]) {
      const plain = await service.get(url)
      const compressed = await service.get(url, { 'accept-encoding': 'br, gzip' })
      expect(compressed.headers['content-encoding']).toBe('gzip')
      expect(JSON.parse(gunzipSync(compressed.rawPayload).toString())).toEqual(plain.json())
      expect(compressed.headers.etag === undefined || compressed.headers.etag !== plain.headers.etag).toBe(true)
      expect((await service.get(url, { 'accept-encoding': 'gzip;q=0' })).headers).not.toHaveProperty('content-encoding')
    }
  })
})

test('231 no resource of another organisation can be told from one that never was', async () => {
  const { path, json } = await stored(service, { kind: 'US' })
  const south = await service.as('south')
  const study = `/studies/${String(value(json, '0020000D'))}`
  const series = `${study}/series/${String(value(json, '0020000E'))}`
  const etag = String((await service.get(`${path}/metadata`)).headers.etag)
  for (const resource of [study, series, path, `${study}/metadata`, `${series}/metadata`, `${path}/metadata`, `${path}/frames/1`, `${path}/bulkdata/7FE00010`]) {
    const theirs = await service.get(resource, { ...south, 'if-none-match': etag })
    const nobodys = await service.get(resource.replace(study, '/studies/1.2.3.4.5.6.7'), south)
    expect([resource, theirs.statusCode, theirs.json<{ detail: string }>().detail]).toEqual([resource, 404, nobodys.json<{ detail: string }>().detail])
  }
  for (const resource of [study, series, path]) {
    expect((await service.app.inject({ method: 'DELETE', url: `/dicom-web${resource}`, headers: south })).statusCode).toBe(404)
    expect((await service.get(resource)).statusCode).toBe(200)
  }
  for (const resource of [`/studies?StudyInstanceUID=${String(value(json, '0020000D'))}`, `${study}/series`, `${study}/instances`, `${series}/instances`, `/series?StudyInstanceUID=${String(value(json, '0020000D'))}`, `/instances?SOPInstanceUID=${String(value(json, '00080018'))}`]) {
    expect([resource, (await service.get(resource, south)).json()]).toEqual([resource, []])
    expect([resource, (await service.get(resource)).json()]).toEqual([resource, [expect.anything()]])
  }
})

test('a read is in the audit trail', async () => {
  const { path, json } = await stored(service, { kind: 'CT' })
  await service.get(`${path}/frames/1`)
  // Reads are written together, every few seconds.
  const actions = () => service.db('audit_event').where({ study_instance_uid: value(json, '0020000D') }).orderBy('audit_event_id').pluck<string[]>('action')
  await expect.poll(actions, { timeout: 15_000 }).toEqual(['study.store', 'study.retrieve'])
})

test('167 a client that goes stops the reading for it', async () => {
  const { path } = await stored(service, { kind: 'SC', Rows: 2000, Columns: 2000 })
  const { port } = new URL(await service.app.listen({ port: 0, host: '127.0.0.1' }))
  const { authorization } = await service.as('north')
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(`GET /dicom-web${path}/bulkdata/7FE00010 HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`)
  await new Promise((resolve) => { socket.once('data', resolve) })
  socket.pause()
  const openFiles = () => process.getActiveResourcesInfo().filter((name) => name.includes('FileHandle') || name === 'FSReqPromise').length
  socket.destroy()
  await expect.poll(openFiles, { timeout: 10_000 }).toBe(0)
})
