import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Upload } from '@isocenter/contracts'
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, bytesOf, hasProgram, testBucket } from '@isocenter/testkit'
import { Upload as TusUpload } from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minimumAgeMs, sweep } from '../dicomweb/index.ts'
import { aService, type TestService } from '../dicomweb/service.fixture.ts'

const value = (json: DicomJson | undefined, tag: string) => json?.[tag]?.Value?.[0]
const items = (json: DicomJson | undefined, tag: string) => (json?.[tag]?.Value ?? []) as DicomJson[]
const uidOf = (json: DicomJson) => String(value(json, '00080018'))
const pathOf = (json: DicomJson) => `/studies/${String(value(json, '0020000D'))}/series/${String(value(json, '0020000E'))}/instances/${uidOf(json)}`
const sha = (algorithm: 'sha256' | 'sha1', bytes: Uint8Array) => `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`
const version = { 'tus-resumable': '1.0.0' }
const octets = { ...version, 'content-type': 'application/offset+octet-stream' }

const stores = [{ store: 'folder', needs: [] }, { store: 'bucket', needs: ['radosgw'] }] as const

describe.each(stores.filter(({ needs }) => needs.every(hasProgram)))('uploads, blobs in a $store', ({ store }) => {
  let service: TestService
  let address: string
  let north: { authorization: string }
  beforeAll(async () => {
    service = await aService({ STOW_MAX_INSTANCE_BYTES: String(8 * 1024 ** 2), UPLOADS_MAX_OPEN: '30' }, store === 'bucket' ? await testBucket() : undefined)
    await service.app.listen({ host: '127.0.0.1', port: 0 })
    address = `http://127.0.0.1:${(service.app.server.address() as AddressInfo).port}`
    north = await service.as('north')
  })
  afterAll(() => service.close())

  const send = (method: 'POST' | 'PATCH' | 'HEAD' | 'GET' | 'DELETE' | 'OPTIONS', url: string, headers: Record<string, string> = {}, payload?: Uint8Array) =>
    service.app.inject({ method, url, headers: { ...north, ...headers }, ...(payload && { payload: Buffer.from(payload) }) })
  const create = async (byteLength: number, headers: Record<string, string> = {}) => {
    const answer = await send('POST', '/api/uploads', { ...version, 'upload-length': String(byteLength), ...headers })
    expect([answer.statusCode, answer.body]).toEqual([201, ''])
    return String(answer.headers.location)
  }
  const patch = (url: string, offset: number, bytes: Uint8Array, headers: Record<string, string> = {}) => send('PATCH', url, { ...octets, 'upload-offset': String(offset), ...headers }, bytes)
  const told = async (url: string) => (await send('GET', url)).json<Upload>()
  const offsetOf = async (url: string) => (await send('HEAD', url, version)).headers['upload-offset']
  const pieces = async () => (await Array.fromAsync(service.blobs.list('uploads/'))).length
  const stored = async (uid: string) => (await service.db('instance').where({ sop_instance_uid: uid })).length
  const sweepLater = () => sweep({ db: service.db, blobs: service.blobs, now: () => new Date(Date.now() + minimumAgeMs + 60_000) })

  test('in pieces come to an instance that is what was sent, with the answer a store would have had', async () => {
    const instance = anInstance()
    const bytes = Buffer.from(bytesOf(instance))
    const url = await create(bytes.length, { 'upload-metadata': `filename ${Buffer.from('王.dcm').toString('base64')},kind ${Buffer.from('instance').toString('base64')}` })
    const cuts = [0, 1, 500, bytes.length - 1, bytes.length]
    for (const [index, from] of cuts.slice(0, -1).entries()) {
      expect(await offsetOf(url)).toBe(String(from))
      const answer = await patch(url, from, bytes.subarray(from, cuts[index + 1]))
      expect([answer.statusCode, answer.headers['upload-offset'], answer.headers['tus-resumable']]).toEqual([204, String(cuts[index + 1]), '1.0.0'])
      expect(Date.parse(String(answer.headers['upload-expires']))).toBeGreaterThan(Date.now())
    }
    const upload = await told(url)
    expect(upload).toMatchObject({ kind: 'instance', state: 'finished', status: 200, disposition: 'stored', byteOffset: bytes.length })
    expect(value(upload.result as DicomJson, '00081190')).toBe(`https://pacs.example/dicom-web/studies/${String(value(instance, '0020000D'))}`)
    expect(String(value(items(upload.result as DicomJson, '00081199')[0], '00091001'))).toMatch(/^sha-256=:/)
    const retrieved = await service.get(pathOf(instance), { accept: 'application/dicom; transfer-syntax=*' })
    expect(retrieved.rawPayload.equals(bytes)).toBe(true)
  })

  test('say whether the very same was there already, or is held apart since its study is of another patient', async () => {
    const { StudyInstanceUID, instances: [instance = {}] } = aStudy({ instances: 1, PatientID: 'P-1' })
    const [stranger = {}] = aStudy({ instances: 1, StudyInstanceUID, PatientID: 'P-2' }).instances
    const answers: Upload[] = []
    for (const bytes of [instance, instance, stranger].map((one) => bytesOf(one))) {
      const url = await create(bytes.length)
      await patch(url, 0, bytes)
      answers.push(await told(url))
    }
    expect(answers).toMatchObject([{ status: 200, disposition: 'stored' }, { status: 200, disposition: 'alreadyThere' }, { status: 202, disposition: 'heldApart' }])
    // It is in no study that could be shown.
    expect(value(answers[2]?.result as DicomJson, '00081190')).toBeUndefined()
  })

  test('leave nothing behind but the instance, and that for one sweep only', async () => {
    const bytes = bytesOf(anInstance())
    const url = await create(bytes.length)
    await patch(url, 0, bytes)
    expect(await pieces()).toBeGreaterThan(0)
    await sweepLater()
    expect(await pieces()).toBe(0)
    expect(await told(url)).toMatchObject({ state: 'finished', status: 200 })
  })

  test('that are not finished lose nothing to the sweep', async () => {
    const bytes = Buffer.from(bytesOf(anInstance()))
    const url = await create(bytes.length)
    await patch(url, 0, bytes.subarray(0, 500))
    await sweepLater()
    expect(await pieces()).toBe(1)
    await patch(url, 500, bytes.subarray(500))
    expect(await told(url)).toMatchObject({ status: 200 })
  })

  test('that end in no DICOM object, or not in the announced one, say so as a store would', async () => {
    const noDicom = Buffer.from('no DICOM '.repeat(100))
    const url = await create(noDicom.length)
    expect((await patch(url, 0, noDicom)).statusCode).toBe(204)
    expect(await told(url)).toMatchObject({ state: 'finished', status: 409, disposition: 'notStored', result: { '0008119A': { Value: [{ '00081197': { Value: [0xc000] } }] } } })

    const instance = anInstance()
    const bytes = bytesOf(instance)
    const wrong = Buffer.from(`sha-256=:${Buffer.alloc(32).toString('base64')}:`).toString('base64')
    const announced = await create(bytes.length, { 'upload-metadata': `dataSetDigest ${wrong}` })
    await patch(announced, 0, bytes)
    expect(await told(announced)).toMatchObject({ status: 409, result: { '00081198': { Value: [{ '00081197': { Value: [0x0110] } }] } } })
    expect(await stored(uidOf(instance))).toBe(0)
  })

  test('may be created with their first bytes', async () => {
    const bytes = bytesOf(anInstance())
    const answer = await send('POST', '/api/uploads', { ...octets, 'upload-length': String(bytes.length) }, bytes)
    expect([answer.statusCode, answer.headers['upload-offset']]).toEqual([201, String(bytes.length)])
    expect(await told(String(answer.headers.location))).toMatchObject({ state: 'finished', status: 200 })
  })

  test('check what comes with a checksum, and count none of it where it is another', async () => {
    const bytes = Buffer.from(bytesOf(anInstance()))
    const url = await create(bytes.length)
    const half = bytes.subarray(0, bytes.length >> 1)
    const refused = await patch(url, 0, half, { 'upload-checksum': sha('sha256', bytes) })
    expect([refused.statusCode, refused.json()]).toEqual([460, expect.objectContaining({ type: '/problems/upload-checksum-mismatch' })])
    expect(await offsetOf(url)).toBe('0')
    expect((await patch(url, 0, half, { 'upload-checksum': sha('sha1', half) })).statusCode).toBe(204)
    expect((await patch(url, half.length, bytes.subarray(half.length), { 'upload-checksum': sha('sha256', bytes.subarray(half.length)) })).statusCode).toBe(204)
    expect(await told(url)).toMatchObject({ status: 200 })
    expect((await patch(await create(10), 0, Buffer.alloc(10), { 'upload-checksum': 'md5 AAAA' })).statusCode).toBe(400)
  })

  test('go on only where they stopped: a repeated request is told where that is', async () => {
    const bytes = Buffer.from(bytesOf(anInstance()))
    const url = await create(bytes.length)
    await patch(url, 0, bytes.subarray(0, 100))
    const repeated = await patch(url, 0, bytes.subarray(0, 100))
    expect([repeated.statusCode, repeated.headers['upload-offset'], repeated.json()]).toEqual([409, '100', expect.objectContaining({ uploadOffset: 100 })])
    await patch(url, 100, bytes.subarray(100))
    const last = await patch(url, 100, bytes.subarray(100))
    expect([last.statusCode, last.headers['upload-offset']]).toEqual([409, String(bytes.length)])
  })

  test('take bytes from one request at a time, and store once whoever is fastest', async () => {
    const instance = anInstance()
    const bytes = Buffer.from(bytesOf(instance))
    const url = await create(bytes.length)
    const answers = await Promise.all(Array.from({ length: 6 }, () => patch(url, 0, bytes)))
    const statuses = answers.map(({ statusCode }) => statusCode)
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    expect(statuses.filter((status) => status !== 204).every((status) => status === 409 || status === 423)).toBe(true)
    expect(await told(url)).toMatchObject({ state: 'finished', status: 200 })
    expect(await stored(uidOf(instance))).toBe(1)
  })

  test('keep what arrived of a request that broke off', async () => {
    const bytes = Buffer.from(bytesOf(anInstance({ kind: 'SC', Rows: 500, Columns: 500 })))
    const url = await create(bytes.length)
    const half = bytes.length >> 1
    await new Promise<void>((resolve) => {
      const cut = httpRequest(`${address}${url}`, { method: 'PATCH', headers: { ...north, ...octets, 'upload-offset': '0', 'content-length': bytes.length } })
      cut.on('error', () => { resolve() })
      cut.write(bytes.subarray(0, half), () => setTimeout(() => cut.destroy(new Error('cut')), 200))
    })
    await expect.poll(() => offsetOf(url), { timeout: 10_000 }).toBe(String(half))
    await expect.poll(async () => (await patch(url, half, bytes.subarray(half))).statusCode, { timeout: 10_000 }).toBe(204)
    expect(await told(url)).toMatchObject({ status: 200 })
  })

  test('are bounded in size and number, and refuse what nobody can mean', async () => {
    const tooLarge = await send('POST', '/api/uploads', { ...version, 'upload-length': String(9 * 1024 ** 2) })
    expect([tooLarge.statusCode, tooLarge.json()]).toEqual([413, expect.objectContaining({ maxBytes: 8 * 1024 ** 2 })])
    const impossible: Record<string, string>[] = [
      {},
      { 'upload-length': '-1' },
      { 'upload-length': '1e3' },
      { 'upload-length': '10', 'upload-metadata': `kind ${Buffer.from('zip').toString('base64')}` },
      { 'upload-length': '10', 'upload-metadata': 'a b c' },
    ]
    for (const headers of impossible) {
      expect((await send('POST', '/api/uploads', { ...version, ...headers })).statusCode).toBe(400)
    }
    const url = await create(10)
    expect((await patch(url, 0, Buffer.alloc(11))).statusCode).toBe(400)
    expect((await send('PATCH', url, { ...version, 'upload-offset': '0', 'content-type': 'application/dicom' }, Buffer.alloc(1))).statusCode).toBe(415)
    const old = await send('HEAD', url, {})
    expect([old.statusCode, old.headers['tus-version']]).toEqual([412, '1.0.0'])

    const east = await service.as('crowded')
    const open = () => service.app.inject({ method: 'POST', url: '/api/uploads', headers: { ...east, ...version, 'upload-length': '10' } })
    const answers = await Promise.all(Array.from({ length: 34 }, open))
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(30)
    expect(answers.filter(({ statusCode }) => statusCode === 409)).toHaveLength(4)
  })

  test('of another organisation are not there', async () => {
    const url = await create(10)
    const south = await service.as('south')
    for (const method of ['GET', 'HEAD', 'DELETE'] as const) expect((await service.app.inject({ method, url, headers: { ...south, ...version } })).statusCode).toBe(404)
    expect((await service.app.inject({ method: 'PATCH', url, headers: { ...south, ...octets, 'upload-offset': '0' }, payload: Buffer.alloc(1) })).statusCode).toBe(404)
  })

  test('of another who is confined to other studies are not there; another token of the same reach goes on', async () => {
    const url = await create(10)
    await service.db('upload').where({ upload_id: url.split('/').at(-1) }).update({ studies: ['1.2.3'] })
    const renewed = await service.as('north')
    for (const method of ['GET', 'HEAD', 'DELETE'] as const) expect((await service.app.inject({ method, url, headers: { ...renewed, ...version } })).statusCode).toBe(404)
    expect((await service.app.inject({ method: 'PATCH', url, headers: { ...renewed, ...octets, 'upload-offset': '0' }, payload: Buffer.alloc(1) })).statusCode).toBe(404)
    expect(await offsetOf(url)).toBe('0')
    await service.db('upload').where({ upload_id: url.split('/').at(-1) }).update({ studies: null })
    expect((await service.app.inject({ method: 'PATCH', url, headers: { ...renewed, ...octets, 'upload-offset': '0' }, payload: Buffer.alloc(1) })).statusCode).toBe(204)
    await service.db('upload').where({ upload_id: url.split('/').at(-1) }).update({ actor: 'gateway:7' })
    expect((await send('HEAD', url, version)).statusCode).toBe(404)
    await service.db('upload').where({ upload_id: url.split('/').at(-1) }).delete()
  })

  test('with a piece that is lost end, and say that the object is to be sent again', async () => {
    const instance = anInstance()
    const bytes = Buffer.from(bytesOf(instance))
    const url = await create(bytes.length)
    await patch(url, 0, bytes.subarray(0, 500))
    const { blob_key } = await service.db('upload_chunk').where({ upload_id: url.split('/').at(-1) }).first<{ blob_key: string }>('blob_key')
    await service.blobs.delete(blob_key)
    expect((await patch(url, 500, bytes.subarray(500))).statusCode).toBe(204)
    const { state, status, result } = await told(url)
    expect([state, status]).toEqual(['finished', 409])
    expect(String(value(items(result as DicomJson, '00081198')[0] ?? items(result as DicomJson, '0008119A')[0], '00091002'))).toContain('upload the object again')
    expect(await stored(uidOf(instance))).toBe(0)
  })

  test('take no piece the sweep may have removed already', async () => {
    const bytes = Buffer.from(bytesOf(anInstance()))
    const url = await create(bytes.length)
    // A server that stands still between the bytes of a piece and its row.
    const stalls = `create function stall() returns trigger language plpgsql as $$ begin new.since = now() - interval '61 minutes'; return new; end $$;
      create trigger stall before insert on obsolete_blob for each row when (new.blob_key like 'uploads/%') execute function stall()`
    await service.db.raw(stalls)
    try {
      expect((await patch(url, 0, bytes)).statusCode).toBe(423)
      expect(await offsetOf(url)).toBe('0')
    } finally {
      await service.db.raw('drop trigger stall on obsolete_blob; drop function stall()')
    }
    expect((await patch(url, 0, bytes)).statusCode).toBe(204)
    expect(await told(url)).toMatchObject({ state: 'finished', status: 200 })
  })

  test('are given up on request, and when their time is over', async () => {
    const url = await create(10)
    await patch(url, 0, Buffer.alloc(5))
    expect((await send('DELETE', url, version)).statusCode).toBe(204)
    expect((await send('HEAD', url, version)).statusCode).toBe(404)

    const late = await create(10)
    await patch(late, 0, Buffer.alloc(5))
    await service.db('upload').where({ upload_id: late.split('/').at(-1) }).update({ expires_at: new Date(0) })
    expect(await service.uploads.keep()).toMatchObject({ expired: 1 })
    expect((await send('HEAD', late, version)).statusCode).toBe(404)
    await sweepLater()
    const left = await service.db('upload_chunk').select<{ blob_key: string }[]>('blob_key')
    expect(await pieces()).toBe(left.length)
  })

  test('that a server left complete are stored by the next that looks', async () => {
    const instance = anInstance()
    const bytes = bytesOf(instance)
    const url = await create(bytes.length)
    await patch(url, 0, bytes)
    const uploadId = url.split('/').at(-1)
    // As if the server had died between the last byte and the result: the object may be stored or not.
    const chunks = await service.db('obsolete_blob').whereLike('blob_key', 'uploads/%').orderBy('since', 'desc').limit(1).select<{ blob_key: string }[]>('blob_key')
    await service.db('obsolete_blob').where({ blob_key: chunks[0]?.blob_key }).delete()
    await service.db('upload_chunk').insert({ upload_id: uploadId, byte_offset: 0, byte_length: bytes.length, blob_key: chunks[0]?.blob_key })
    await service.db('upload').where({ upload_id: uploadId }).update({ state: 'complete', result: null, result_status: null })
    expect(await service.uploads.keep()).toMatchObject({ finished: 1 })
    expect(await told(url)).toMatchObject({ state: 'finished', status: 200 })
    expect(await stored(uidOf(instance))).toBe(1)
  })

  test('are described to who asks, token or not', async () => {
    const answer = await service.app.inject({ method: 'OPTIONS', url: '/api/uploads' })
    expect([answer.statusCode, answer.headers['tus-version'], answer.headers['tus-extension'], answer.headers['tus-max-size'], answer.headers['tus-checksum-algorithm']])
      .toEqual([204, '1.0.0', 'creation,creation-with-upload,checksum,expiration,termination', String(8 * 1024 ** 2), 'sha256,sha1'])
  })

  describe('by clients nobody here wrote', () => {
    const bytes = (instance: DicomJson) => Buffer.from(bytesOf(instance))
    const upload = (file: Buffer, options: object = {}) => new Promise<TusUpload>((resolve, reject) => {
      const tus: TusUpload = new TusUpload(file, {
        endpoint: `${address}/api/uploads`, headers: { ...north }, retryDelays: [0, 100, 500], metadata: { filename: 'CT 1.dcm', kind: 'instance' },
        onError: reject, onSuccess: () => { resolve(tus) }, ...options,
      })
      tus.start()
    })

    test.each([['whole', {}], ['in chunks', { chunkSize: 1000 }], ['created with data', { uploadDataDuringCreation: true }]])('tus-js-client, %s', async (_how, options) => {
      const instance = anInstance()
      const { url } = await upload(bytes(instance), options)
      expect(await told(new URL(url ?? '').pathname)).toMatchObject({ state: 'finished', status: 200 })
      expect((await service.get(pathOf(instance), { accept: 'application/dicom; transfer-syntax=*' })).rawPayload.equals(bytes(instance))).toBe(true)
    })

    test('curl, as anybody would try it', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'isocenter-upload-'))
      try {
        const instance = anInstance()
        const file = join(directory, 'object.dcm')
        await writeFile(file, bytes(instance))
        const curl = async (...args: string[]) => (await promisify(execFile)('curl', ['-sS', '-i', '-H', `authorization: ${north.authorization}`, '-H', 'Tus-Resumable: 1.0.0', ...args])).stdout
        const created = await curl('-X', 'POST', '-H', `Upload-Length: ${bytes(instance).length}`, `${address}/api/uploads`)
        const path = /^location: (\S+)/im.exec(created)?.[1] ?? ''
        const patched = await curl('-X', 'PATCH', '-H', 'Upload-Offset: 0', '-H', 'Content-Type: application/offset+octet-stream', '--data-binary', `@${file}`, address + path)
        expect(patched).toMatch(/^HTTP\/1.1 204/)
        expect(await curl(address + path)).toContain('"state":"finished"')
        expect(await stored(uidOf(instance))).toBe(1)
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    })
  })
})
