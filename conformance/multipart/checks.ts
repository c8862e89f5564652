import { header, must, same, status } from '../expect.ts'
import { fixture } from '../fixtures/fixtures.ts'
import type { DicomJson } from '../json/model.ts'
import { instancePath, seriesPath, store, storedUids } from '../store.ts'
import { check, type Check } from '../suite.ts'
import { multipartOf, parameters, partsOf } from './multipart.ts'

const dicom = { 'Content-Type': 'application/dicom' }

/** Section 8.6.1.2 of PS3.18 and RFC 2387: multipart bodies, both ways. */
export const multipartChecks: readonly Check[] = [
  check(49, 'M', 'the answer names type and boundary', async ({ client, fixtures }) => {
    const { type, boundary } = parameters(header(await client.get(seriesPath(fixtures.report), 'multipart/related; type="application/dicom"'), 'content-type'))
    same(type?.toLowerCase(), 'application/dicom', 'type')
    must(boundary !== undefined, 'no boundary')
  }),
  check(50, 'M', 'the boundary has 1 to 70 allowed characters', async ({ client, fixtures }) => {
    const { boundary = '' } = parameters(header(await client.get(seriesPath(fixtures.report)), 'content-type'))
    must(/^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/.test(boundary), 'it has not')
  }),
  check(51, 'M', 'delimiters stand on lines of their own', async ({ client, fixtures }) => {
    const [one] = fixtures.ct
    must(one !== undefined, 'no CT')
    same(partsOf(await client.get(seriesPath(one))).length, 3, 'parts')
  }),
  check(52, 'M', 'each part has Content-Type, and Content-Location names the instance', async ({ client, fixtures }) => {
    const [one] = fixtures.ct
    must(one !== undefined, 'no CT')
    for (const { headers, body } of partsOf(await client.get(seriesPath(one)))) {
      must(headers['content-type']?.startsWith('application/dicom'), 'Content-Type is missing')
      must(headers['content-location']?.includes('/instances/'), 'Content-Location is missing')
      if (headers['content-length'] !== undefined) same(Number(headers['content-length']), body.length, 'Content-Length')
    }
  }),
  check(54, 'M', 'a frame part says its media type, transfer syntax and place', async ({ client, fixtures }) => {
    const [part] = partsOf(await client.get(`${instancePath(fixtures.jpegCine)}/frames/2`, 'multipart/related; type="image/jpeg"'))
    must(part !== undefined, 'no part')
    must(/^image\/jpeg/.test(part.headers['content-type'] ?? ''), 'not image/jpeg')
    same(parameters(part.headers['content-type'] ?? '')['transfer-syntax'], '1.2.840.10008.1.2.4.50', 'transfer syntax')
    must(/\/frames\/2$/.test(part.headers['content-location'] ?? ''), 'Content-Location does not end in /frames/2')
  }),
  check(56, 'M', 'preamble, epilogue, quoted boundary, folded and odd-cased headers are understood', async ({ client }) => {
    const one = fixture({})
    const text = (value: string) => Buffer.from(value, 'latin1')
    const body = Buffer.concat([text('This is a preamble.\r\n--b 1\r\ncontent-TYPE: application/dicom;\r\n  transfer-syntax=1.2.840.10008.1.2.1\r\nX-Other: 1\r\n\r\n'), one.bytes, text('\r\n--b 1--\r\nepilogue')])
    const answer = await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': 'multipart/related; boundary="b 1"; type="application/dicom"' }, body })
    status(answer, 200)
    same(storedUids(answer.json() as DicomJson), [one.SOPInstanceUID], 'stored')
  }),
  check(57, 'M', 'the boundary word inside pixel data does not split a part', async ({ client }) => {
    const one = fixture({ elements: [['00090010', 'LO', 'X'], ['00091001', 'OB', Buffer.from('--inside\r\n--insid\r\n-inside --inside--')]] })
    const { contentType, body } = multipartOf([{ headers: dicom, body: one.bytes }], 'application/dicom', 'inside')
    const answer = await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': contentType }, body })
    status(answer, 200)
    must((await client.get(instancePath(one), 'application/dicom')).body.equals(one.bytes), 'the object is not what was sent')
  }),
  check(58, 'M', 'a missing boundary is answered 400', async ({ client }) => {
    const { body } = multipartOf([{ headers: dicom, body: fixture({}).bytes }])
    status(await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': 'multipart/related; type="application/dicom"' }, body }), 400)
  }),
  check(59, 'X', 'a body that breaks off is answered 400, and nothing half is visible', async ({ client }) => {
    const [whole, cut] = [fixture({}), fixture({})]
    const { contentType, body } = multipartOf([{ headers: dicom, body: whole.bytes }, { headers: dicom, body: cut.bytes }])
    const answer = await client.ask('/studies', { method: 'POST', headers: { 'Content-Type': contentType }, body: body.subarray(0, body.length - 200) })
    must(answer.status === 400 || answer.status === 202, `status ${String(answer.status)}`)
    status(await client.get(instancePath(cut)), 404)
  }),
  check(61, 'X', 'a request of two thousand small parts is answered part by part', async ({ client }) => {
    const draft = fixture({})
    const many = Array.from({ length: 2000 }, (_, index) => fixture({ StudyInstanceUID: draft.StudyInstanceUID, SeriesInstanceUID: draft.SeriesInstanceUID, elements: [['00200013', 'IS', String(index + 1)]] }))
    const answer = await store(client, many.map(({ bytes }) => bytes))
    status(answer, 200)
    same(storedUids(answer.json() as DicomJson).length, 2000, 'stored')
  }),
]
