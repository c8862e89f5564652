import { deflateSync, gzipSync } from 'node:zlib'
import type { Answer, Client } from '../client.ts'
import { header, must, same, status } from '../expect.ts'
import { fixture, newUid, sopClass } from '../fixtures/fixtures.ts'
import { attribute, dataSets, first, type DicomJson } from '../json/model.ts'
import { multipartOf, partsOf, type Part } from '../multipart/multipart.ts'
import { failures, instancePath, storedUids } from '../store.ts'
import { check, type Check } from '../suite.ts'

/** An instance as metadata, and the UIDs it is found by. */
interface Draft {
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly json: DicomJson
}

/** A secondary capture of 1 x 2 pixels in 8 bits; the pixels are at `uri`. */
function draft(uri: string, more: DicomJson = {}, image = true): Draft {
  const [StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID] = [newUid(), newUid(), newUid()]
  const us = (value: number) => ({ vr: 'US', Value: [value] })
  return {
    StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID,
    json: {
      '00080016': { vr: 'UI', Value: [sopClass.secondaryCapture] }, '00080018': { vr: 'UI', Value: [SOPInstanceUID] }, '00080060': { vr: 'CS', Value: ['OT'] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Check^Bulk', Ideographic: '王^小东' }] }, '0020000D': { vr: 'UI', Value: [StudyInstanceUID] }, '0020000E': { vr: 'UI', Value: [SeriesInstanceUID] },
      ...(image && { '00280002': us(1), '00280004': { vr: 'CS', Value: ['MONOCHROME2'] }, '00280010': us(1), '00280011': us(2), '00280100': us(8), '00280101': us(8), '00280102': us(7), '00280103': us(0) }),
      '7FE00010': { vr: 'OB', BulkDataURI: uri }, ...more,
    },
  }
}

const json = (...drafts: readonly { json: DicomJson }[]): Part => ({ headers: { 'Content-Type': 'application/dicom+json' }, body: Buffer.from(JSON.stringify(drafts.map((one) => one.json))) })
const bulk = (location: string, body: Buffer, type = 'application/octet-stream'): Part => ({ headers: { 'Content-Type': type, 'Content-Location': location }, body })
const pixels = Buffer.of(17, 34)

/** The attributes as the Native DICOM Model, PS3.19 §A.1. */
function nativeModel(attributes: DicomJson): string {
  const valueElement = (vr: string, value: unknown, index: number) => vr === 'PN'
    ? '<PersonName number="1"><Alphabetic><FamilyName>Check</FamilyName><GivenName>Xml</GivenName></Alphabetic></PersonName>'
    : `<Value number="${String(index + 1)}">${String(value)}</Value>`
  const elements = Object.entries(attributes).map(([tag, { vr, Value, BulkDataURI }]) => {
    const content = BulkDataURI === undefined
      ? (Value ?? []).map((value, index) => valueElement(vr, value, index)).join('')
      : `<BulkData uri="${BulkDataURI}"/>`
    return `<DicomAttribute tag="${tag}" vr="${vr}">${content}</DicomAttribute>`
  })
  const namespace = 'http://dicom.nema.org/PS3.19/models/NativeDICOM'
  return `<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel xmlns="${namespace}" xml:space="preserve">${elements.join('')}</NativeDicomModel>`
}

async function send(client: Client, parts: readonly Part[], root = 'application/dicom+json', parameters = ''): Promise<Answer> {
  const { contentType, body } = multipartOf(parts, root)
  return client.ask('/studies', { method: 'POST', headers: { 'Content-Type': contentType + parameters, Accept: 'application/dicom+json' }, body })
}

const frame = async (client: Client, of: Draft): Promise<Buffer> => {
  const answer = await client.get(`${instancePath({ ...fixture({}), ...of })}/frames/1`, 'multipart/related; type="application/octet-stream"; transfer-syntax=*')
  status(answer, 200)
  return partsOf(answer)[0]?.body ?? Buffer.alloc(0)
}

const metadata = async (client: Client, of: Draft): Promise<DicomJson> => {
  const [one] = dataSets((await client.get(`${instancePath({ ...fixture({}), ...of })}/metadata`, 'application/dicom+json')).json())
  must(one !== undefined, 'no metadata')
  return one
}

/** Start of image, frame header of 4 x 6 in 8 bits grey, scan header, two bytes, end of image: a baseline JPEG as far as its markers go. */
const jpeg = Buffer.from('ffd8' + 'ffc0000b0800040006010111 00'.replaceAll(' ', '') + 'ffda0008010100003f00' + '1234' + 'ffd9', 'hex')

/** A grey PNG of 3 x 2, one byte a pixel. */
function png(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const typed = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(typed))
    return Buffer.concat([length, typed, sum])
  }
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', Buffer.from('0000000300000002' + '0800000000', 'hex')),
    chunk('IDAT', deflateSync(Buffer.of(0, 10, 20, 30, 0, 40, 50, 60))), chunk('IEND', Buffer.alloc(0)),
  ])
}

function crc32(bytes: Buffer): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1
  }
  return (crc ^ 0xffff_ffff) >>> 0
}

/** PS3.18 §10.5.1.4 and Table 10.5.2-1: store of metadata and bulk data; content codings of a store. */
export const metadataStoreChecks: readonly Check[] = [
  check(16, 'M', 'compressed request bodies are taken, an unknown coding is answered 415', async ({ client }) => {
    const { contentType, body } = multipartOf([{ headers: { 'Content-Type': 'application/dicom' }, body: fixture({}).bytes }])
    const post = (coding: string, bytes: Buffer) => client.ask('/studies', { method: 'POST', headers: { 'Content-Type': contentType, 'Content-Encoding': coding }, body: bytes })
    status(await post('gzip', gzipSync(body)), 200)
    status(await post('deflate', deflateSync(body)), 200)
    status(await post('x-unheard-of', body), 415)
    const broken = await post('gzip', body)
    must(broken.status >= 400 && broken.status < 500, `status ${String(broken.status)} for a body that is not gzip`)
  }),
  check(60, 'M', 'the part that "start" names has the metadata', async ({ client }) => {
    const one = draft('pixels')
    const root = { ...json(one), headers: { 'Content-Type': 'application/dicom+json', 'Content-ID': '<root@check>' } }
    status(await send(client, [bulk('pixels', pixels), root], 'application/dicom+json', '; start="<root@check>"'), 200)
    same([...await frame(client, one)], [...pixels], 'pixels')
  }),
  check(89, 'C', 'numbers as text and nulls are taken, a value given twice is not', async ({ client }) => {
    const one = draft('pixels', { '00280010': { vr: 'US', Value: ['1'] }, '00080008': { vr: 'CS', Value: ['ORIGINAL', null, 'AXIAL'] }, '00180050': { vr: 'DS', Value: ['2.5'] } })
    status(await send(client, [json(one), bulk('pixels', pixels)]), 200)
    const stored = await metadata(client, one)
    same([first(stored, '00280010'), first(stored, '00180050'), attribute(stored, '00080008')?.Value], [1, 2.5, ['ORIGINAL', null, 'AXIAL']], 'values')
    const twice = draft('pixels', { '00091001': { vr: 'OB', InlineBinary: 'AQI=', BulkDataURI: 'pixels' } })
    status(await send(client, [json(twice), bulk('pixels', pixels)]), 400, 409)
  }),
  check(198, 'M', 'what is stored comes back unchanged, or tells its former values in OriginalAttributesSequence', async ({ client }) => {
    const one = fixture({ elements: [['00080050', 'SH', 'lower case'], ['00100040', 'CS', 'x'], ['00100010', 'PN', 'no^Comma, please']] })
    const { contentType, body } = multipartOf([{ headers: { 'Content-Type': 'application/dicom' }, body: one.bytes }])
    status(await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': contentType }, body }), 200, 202)
    const back = await client.get(instancePath(one), 'application/dicom; transfer-syntax=*')
    must(back.body.equals(one.bytes) || back.body.includes(Buffer.from('00046105', 'hex')), 'changed without a word')
  }),
  check(216, 'X', 'a preamble is kept or zeroed, and never hides what the object is', async ({ client }) => {
    const { bytes, ...uids } = fixture({})
    const marked = Buffer.concat([Buffer.from('II*\0'.padEnd(128, 'x'), 'latin1'), bytes.subarray(128)])
    const { contentType, body } = multipartOf([{ headers: { 'Content-Type': 'application/dicom' }, body: marked }])
    status(await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': contentType }, body }), 200)
    const back = (await client.get(instancePath({ bytes, ...uids }), 'application/dicom; transfer-syntax=*')).body
    must(back.subarray(128).equals(bytes.subarray(128)), 'more than the preamble was changed')
    must(back.subarray(0, 128).equals(marked.subarray(0, 128)) || back.subarray(0, 128).every((byte) => byte === 0), 'the preamble is another one')
  }),
  check(209, 'M', 'JSON metadata with bulk data: relative, absolute and cid references', async ({ client }) => {
    const [relative, cid] = [draft('bulk/pixels'), draft('cid:pixels@check')]
    const answer = await send(client, [json(relative, cid), bulk('bulk/pixels', pixels), { headers: { 'Content-Type': 'application/octet-stream', 'Content-ID': '<pixels@check>' }, body: pixels }])
    status(answer, 200)
    same(storedUids(answer.json() as DicomJson).toSorted(), [relative.SOPInstanceUID, cid.SOPInstanceUID].toSorted(), 'stored')
    for (const one of [relative, cid]) same([...await frame(client, one)], [...pixels], 'pixels')
    const absolute = draft('http://example.org/bulk/pixels')
    status(await send(client, [json(absolute), bulk('http://example.org/bulk/pixels', pixels)]), 200)
    same(first(await metadata(client, absolute), '00100010'), { Alphabetic: 'Check^Bulk', Ideographic: '王^小东' }, 'name')
  }),
  check(210, 'M', 'XML metadata, a part for each instance', async ({ client }) => {
    const drafts = [draft('one'), draft('two')]
    const parts = drafts.map(({ json: attributes }): Part => ({
      headers: { 'Content-Type': 'application/dicom+xml' },
      body: Buffer.from(nativeModel(attributes)),
    }))
    status(await send(client, [...parts, bulk('one', pixels), bulk('two', pixels)], 'application/dicom+xml'), 200)
    for (const one of drafts) {
      same(first(await metadata(client, one), '00100010'), { Alphabetic: 'Check^Xml' }, 'name')
      same([...await frame(client, one)], [...pixels], 'pixels')
    }
  }),
  check(211, 'M', 'bulk data that did not come fail their instance alone; those nobody names are warned of', async ({ client }) => {
    const [whole, lacking] = [draft('here'), draft('nowhere')]
    const answer = await send(client, [json(whole, lacking), bulk('here', pixels), bulk('unnamed', pixels)])
    status(answer, 202)
    same(storedUids(answer.json() as DicomJson), [whole.SOPInstanceUID], 'stored')
    same(failures(answer.json() as DicomJson).map(({ SOPInstanceUID }) => SOPInstanceUID), [lacking.SOPInstanceUID], 'failed')
    must(header(answer, 'warning').includes('299'), 'no Warning')
  }),
  check(212, 'M', 'compressed bulk data are kept, PNG is decoded, and missing Image Pixel attributes are derived', async ({ client }) => {
    const compressed = draft('image', {}, false)
    status(await send(client, [json(compressed), bulk('image', jpeg, 'image/jpeg')]), 200)
    const told = await metadata(client, compressed)
    same(['00280010', '00280011', '00280002', '00280100', '00280101', '00280004'].map((tag) => first(told, tag)), [4, 6, 1, 8, 8, 'MONOCHROME2'], 'Image Pixel attributes')
    must((await frame(client, compressed)).subarray(0, jpeg.length).equals(jpeg), 'the stream was changed')
    const picture = draft('image', {}, false)
    status(await send(client, [json(picture), bulk('image', png(), 'image/png')]), 200)
    same([...(await frame(client, picture)).subarray(0, 6)], [10, 20, 30, 40, 50, 60], 'pixels of the PNG')
  }),
  check(213, 'M', 'InlineBinary is taken, and the transfer syntax of the metadata part respected', async ({ client }) => {
    const inline = draft('', { '7FE00010': { vr: 'OB', InlineBinary: pixels.toString('base64') } })
    status(await send(client, [json(inline)]), 200)
    same([...await frame(client, inline)], [...pixels], 'pixels')
    const named = draft('image', {}, false)
    const root = { ...json(named), headers: { 'Content-Type': 'application/dicom+json; transfer-syntax=1.2.840.10008.1.2.4.51' } }
    status(await send(client, [root, bulk('image', jpeg, 'image/jpeg')]), 200)
    const answer = await client.get(`${instancePath({ ...fixture({}), ...named })}/frames/1`, 'image/jpeg; transfer-syntax=*')
    must(header(answer, 'content-type').includes('1.2.840.10008.1.2.4.51'), `answered as ${header(answer, 'content-type')}`)
  }),
]
