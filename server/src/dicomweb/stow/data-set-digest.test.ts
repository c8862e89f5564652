import { createHash } from 'node:crypto'
import { anInstance, bytesOf } from '@isocenter/testkit'
import { multipartEnd, parseDicomXml, partHeader, type DicomJson } from '@isocenter/dicom'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, type TestService } from '../service.fixture.ts'
import { announcedDigest, digestText } from './data-set-digest.ts'

let service: TestService
beforeAll(async () => { service = await aService() })
afterAll(() => service.close())

const value = (json: DicomJson | undefined, tag: string) => json?.[tag]?.Value?.[0]
const items = (json: DicomJson, tag: string) => (json[tag]?.Value ?? []) as DicomJson[]
const uidOf = (json: DicomJson) => String(value(json, '00080018'))

/** The data set of a file with preamble and File Meta Information. */
const dataSetOf = (file: Uint8Array): Buffer => {
  const bytes = Buffer.from(file)
  return bytes.subarray(144 + bytes.readUInt32LE(140))
}
const digestOf = (file: Uint8Array) => digestText(createHash('sha256').update(dataSetOf(file)).digest())

/** Stores objects, each with the digest that is said to be its. */
async function storeAnnounced(parts: readonly { bytes: Uint8Array; announced?: string }[], headers: Record<string, string> = {}) {
  const payload = Buffer.concat([
    ...parts.flatMap(({ bytes, announced }, index) => [
      partHeader('here', { 'Content-Type': 'application/dicom', ...(announced !== undefined && { 'Data-Set-Digest': announced }) }, index === 0), bytes,
    ]),
    multipartEnd('here'),
  ])
  return service.app.inject({
    method: 'POST', url: '/dicom-web/studies', payload,
    headers: { ...await service.as('north'), 'content-type': 'multipart/related; type="application/dicom"; boundary=here', ...headers },
  })
}

const isStored = async (SOPInstanceUID: string) => (await service.db('instance').where({ sop_instance_uid: SOPInstanceUID })).length === 1

describe('a digest that is announced', () => {
  test('is held against what came: what fits is stored, what does not fails alone and leaves nothing', async () => {
    const [good, bad, silent] = [anInstance(), anInstance(), anInstance()]
    const response = await storeAnnounced([
      { bytes: bytesOf(bad), announced: digestOf(bytesOf(good)) },
      { bytes: bytesOf(good), announced: digestOf(bytesOf(good)) },
      { bytes: bytesOf(silent) },
    ])
    expect(response.statusCode).toBe(202)
    const json = response.json<DicomJson>()
    expect(items(json, '00081199').map((item) => value(item, '00081155'))).toEqual([uidOf(good), uidOf(silent)])
    expect(items(json, '00081198')).toEqual([expect.objectContaining({
      '00081155': { vr: 'UI', Value: [uidOf(bad)] },
      '00081197': { vr: 'US', Value: [0x0110] },
      '00090010': { vr: 'LO', Value: ['ISOCENTER'] },
      '00091002': { vr: 'UT', Value: [`received ${digestOf(bytesOf(bad))}`] },
    })])
    expect([await isStored(uidOf(good)), await isStored(uidOf(silent)), await isStored(uidOf(bad))]).toEqual([true, true, false])
    expect((await storeAnnounced([{ bytes: bytesOf(bad), announced: digestOf(bytesOf(bad)) }])).statusCode).toBe(200)
  })

  test('finds one bit that changed anywhere in the data set', async () => {
    const file = Buffer.from(bytesOf(anInstance()))
    const announced = digestOf(file)
    const first = file.length - dataSetOf(file).length
    // The last bytes are pixels: any value is as good DICOM as the right one.
    const changed = Buffer.from(file)
    changed.writeUInt8(changed.readUInt8(file.length - 1) ^ 1, file.length - 1)
    expect(first).toBeLessThan(file.length - 1)
    expect((await storeAnnounced([{ bytes: changed, announced }])).statusCode).toBe(409)
    expect((await storeAnnounced([{ bytes: file, announced }])).statusCode).toBe(200)
  })

  test('is of the data set alone: another File Meta Information in front changes nothing', async () => {
    const file = bytesOf(anInstance())
    const response = await storeAnnounced([{ bytes: dataSetOf(file), announced: digestOf(file) }])
    expect(items(response.json(), '00081199').map((item) => value(item, '00091001'))).toEqual([digestOf(file)])
  })

  test('that cannot be read fails its instance: it must not pass for one that was checked', async () => {
    const file = bytesOf(anInstance())
    const response = await storeAnnounced([{ bytes: file, announced: 'sha-256=abc' }])
    expect(response.statusCode).toBe(409)
    expect(items(response.json(), '0008119A').map((item) => value(item, '00081197'))).toEqual([0x0110])
  })

  test('may stand on a request of one object', async () => {
    const file = Buffer.from(bytesOf(anInstance()))
    const send = async (announced: string) => service.app.inject({
      method: 'POST', url: '/dicom-web/studies', payload: file, headers: { ...await service.as('north'), 'content-type': 'application/dicom', 'data-set-digest': announced } })
    expect((await send(digestOf(bytesOf(anInstance())))).statusCode).toBe(409)
    expect((await send(digestOf(file))).statusCode).toBe(200)
  })
})

describe('a receipt', () => {
  test('says what is held, whether it has just come, was there, or had been superseded', async () => {
    const instance = anInstance({ PatientID: 'A' })
    const first = bytesOf(instance)
    const second = bytesOf({ ...instance, '00100020': { vr: 'LO', Value: ['B'] } })
    for (const bytes of [first, first, second, first]) {
      const response = await storeAnnounced([{ bytes }])
      expect(items(response.json(), '00081199').map((item) => value(item, '00091001'))).toEqual([digestOf(bytes)])
    }
    const [now] = await service.db('instance').where({ sop_instance_uid: uidOf(instance) }).select<{ data_set_sha256: Buffer }[]>('data_set_sha256')
    expect(digestText(now?.data_set_sha256 ?? Buffer.alloc(0))).toBe(digestOf(second))
    const [former] = await service.db('instance_version').join('instance', 'instance.instance_key', 'instance_version.instance_key')
      .where({ sop_instance_uid: uidOf(instance) }).select<{ data_set_sha256: Buffer }[]>('instance_version.data_set_sha256')
    expect(digestText(former?.data_set_sha256 ?? Buffer.alloc(0))).toBe(digestOf(first))
  })

  test('comes in XML too', async () => {
    const file = bytesOf(anInstance())
    const response = await storeAnnounced([{ bytes: file }], { accept: 'application/dicom+xml' })
    const json = parseDicomXml(response.body)
    expect(items(json, '00081199').map((item) => value(item, '00091001'))).toEqual([digestOf(file)])
  })
})

describe('the header', () => {
  test('reads what it writes, among digests of other kinds', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (digest) => {
      const text = digestText(digest)
      for (const header of [text, `sha-512=:AAAA:, ${text}`, `${text};note=1 , md5=::`]) expect(announcedDigest(header)).toEqual(Buffer.from(digest))
    }))
  })

  test('that names only other algorithms announces nothing', () => {
    expect([undefined, 'sha-512=:AAAA:'].map(announcedDigest)).toEqual([undefined, undefined])
  })

  test.each(['', 'sha-256', 'sha-256=abc', 'sha-256=:AAAA:', 'SHA-256=:AAAA:', 'sha-256=:A-_A:', ','])('%j is unreadable', (header) => {
    expect(announcedDigest(header)).toBe('unreadable')
  })
})
