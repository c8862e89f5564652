import { inflateRawSync } from 'node:zlib'
import { header, mediaType, must, same, status } from '../expect.ts'
import { fixture } from '../fixtures/fixtures.ts'
import { attribute, dataSets } from '../json/model.ts'
import { partsOf } from '../multipart/multipart.ts'
import { instancePath, seriesPath, storeAll, studyPath } from '../store.ts'
import { check, type Check } from '../suite.ts'

const anything = 'multipart/related; type="*/*"'

/** Files of a zip by its central directory (APPNOTE 4.3); stored and deflated entries, none larger than this suite's objects. */
function unzipped(bytes: Buffer): Map<string, Buffer> {
  const end = bytes.lastIndexOf(Buffer.from('504b0506', 'hex'))
  must(end !== -1, 'no end of central directory')
  const files = new Map<string, Buffer>()
  for (let at = bytes.readUInt32LE(end + 16), left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    must(bytes.readUInt32LE(at) === 0x02014b50, 'the central directory is broken')
    const [method, compressed, nameLength, extra, comment, local] = [
      bytes.readUInt16LE(at + 10),
      bytes.readUInt32LE(at + 20),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
      bytes.readUInt16LE(at + 32),
      bytes.readUInt32LE(at + 42),
    ]
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength)
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const data = bytes.subarray(start, start + compressed)
    must(!files.has(name), `${name} occurs twice`)
    files.set(name, method === 0 ? data : inflateRawSync(data))
    at += 46 + nameLength + extra + comment
  }
  return files
}

/** PS3.18 §10.4: bulk data and pixel data of whole scopes, and zip. */
export const scopeChecks: readonly Check[] = [
  check(157, 'M', 'a video is one stream: had whole as its own type, and not frame by frame', async ({ client }) => {
    const stream = Buffer.concat([Buffer.from([0, 0, 0, 16]), Buffer.from('ftypisom', 'latin1'), Buffer.alloc(4), Buffer.alloc(5000, 9)])
    const video = fixture({
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.77.1.4.1', transferSyntax: '1.2.840.10008.1.2.4.102', pixelItems: [Buffer.alloc(0), stream],
      elements: [
        ['00080060', 'CS', 'XC'], ['00280002', 'US', [3]], ['00280004', 'CS', 'YBR_PARTIAL_420'], ['00280008', 'IS', '25'], ['00280010', 'US', [480]],
        ['00280011', 'US', [640]], ['00280100', 'US', [8]], ['00280101', 'US', [8]], ['00280102', 'US', [7]], ['00280103', 'US', [0]],
      ],
    })
    await storeAll(client, [video])
    const whole = await client.get(`${instancePath(video)}/bulkdata/7FE00010`, 'video/mp4')
    status(whole, 200)
    must(whole.body.subarray(0, stream.length).equals(stream), 'other bytes')
    status(await client.get(`${instancePath(video)}/frames/2`, 'multipart/related; type="video/mp4"'), 404, 406)
  }),
  check(162, 'M', 'bulk data come as octets in a part or alone, a document under its type', async ({ client, fixtures }) => {
    const [dataSet] = dataSets((await client.get(`${instancePath(fixtures.nativeCine)}/metadata`)).json())
    const uri = attribute(dataSet ?? {}, '7FE00010')?.BulkDataURI ?? ''
    const url = new URL(uri, `${client.base.href.replace(/\/$/, '')}${instancePath(fixtures.nativeCine)}/metadata`).href
    const whole = Buffer.concat(fixtures.nativeCine.frames)
    const [part] = partsOf(await client.get(url, 'multipart/related; type="application/octet-stream"'))
    must(part?.body.subarray(0, whole.length).equals(whole), 'the part has other bytes')
    const single = await client.get(url, 'application/octet-stream')
    same(mediaType(single), 'application/octet-stream', 'media type')
    must(single.body.subarray(0, whole.length).equals(whole), 'other bytes')

    const pdf = Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(20_001, 0x20)])
    const document = fixture({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.104.1', elements: [['00080060', 'CS', 'DOC'], ['00420010', 'ST', 'Report'], ['00420011', 'OB', pdf], ['00420012', 'LO', 'application/pdf']] })
    await storeAll(client, [document])
    const answer = await client.get(`${instancePath(document)}/bulkdata/00420011`, 'application/pdf')
    status(answer, 200)
    same(mediaType(answer), 'application/pdf', 'media type of the document')
    must(answer.body.subarray(0, pdf.length).equals(pdf), 'the document has other bytes')
  }),
  check(164, 'M', 'study, series and instance have all their bulk data and all their pixel data', async ({ client, fixtures }) => {
    const [first] = fixtures.ct
    must(first !== undefined, 'no CT')
    for (const [path, count] of [[studyPath(first), 5], [seriesPath(first), 3], [instancePath(first), 1]] as const) {
      for (const name of ['bulkdata', 'pixeldata']) {
        const answer = await client.get(`${path}/${name}`, anything)
        status(answer, 200)
        const parts = partsOf(answer)
        same(parts.length, count, `parts of ${name}`)
        must(parts.every(({ headers }) => (headers['content-location'] ?? '') !== ''), 'a part has no Content-Location')
      }
    }
    const [part] = partsOf(await client.get(`${instancePath(first)}/pixeldata`, anything))
    must(part?.body.equals(first.frames[0] ?? Buffer.alloc(0)), 'the pixels differ')
    status(await client.get(`${instancePath(fixtures.report)}/pixeldata`, anything), 404)
    same(partsOf(await client.get(`${instancePath(fixtures.jpegCine)}/pixeldata`, anything)).length, 4, 'frames of a compressed object')
  }),
  check(165, 'S', 'zip: a file for each instance under a name of its own, with a DICOMDIR', async ({ client, fixtures }) => {
    const [first] = fixtures.ct
    must(first !== undefined, 'no CT')
    const answer = await client.get(studyPath(first), 'application/zip')
    status(answer, 200)
    same(mediaType(answer), 'application/zip', 'media type')
    const files = unzipped(answer.body)
    const stored = new Set(fixtures.ct.map(({ bytes }) => bytes.toString('latin1')))
    same([...files.values()].filter((bytes) => stored.has(bytes.toString('latin1'))).length, fixtures.ct.length, 'files that are the instances stored')
    for (const name of files.keys()) must(/^[A-Za-z0-9_./-]+$/.test(name) && !name.includes('..') && !name.startsWith('/'), `the name ${name} is not safe everywhere`)
    const directory = files.get('DICOMDIR')
    if (directory) {
      must(directory.toString('latin1', 128, 132) === 'DICM', 'the DICOMDIR is no Part 10 file')
      for (const name of files.keys()) if (name !== 'DICOMDIR') must(directory.includes(name.replaceAll('/', '\\')), `the DICOMDIR does not name ${name}`)
    }
    must(header(answer, 'etag') !== '' || header(answer, 'cache-control') !== '', 'neither ETag nor Cache-Control')
  }),
]
