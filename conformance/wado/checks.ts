import type { Answer } from '../client.ts'
import { header, mediaType, must, same, status } from '../expect.ts'
import { fixture, syntax, type Fixture, type Fixtures } from '../fixtures/fixtures.ts'
import { attribute, dataSets } from '../json/model.ts'
import { partsOf } from '../multipart/multipart.ts'
import { instancePath, seriesPath, storeAll, studyPath } from '../store.ts'
import { check, NotApplicable, type Check } from '../suite.ts'

const asStored = 'multipart/related; type="application/dicom"; transfer-syntax=*'
const octets = 'multipart/related; type="application/octet-stream"'
const anyFrame = `${octets}; transfer-syntax=*`

const ctOf = ({ ct }: Fixtures): Fixture => {
  const [one] = ct
  must(one !== undefined, 'no CT')
  return one
}

const framesOf = (answer: Answer): Buffer[] => {
  status(answer, 200)
  return partsOf(answer).map(({ body }) => body)
}

/** Compares frames byte by byte. */
function sameFrames(actual: readonly Buffer[], expected: readonly (Buffer | undefined)[]): void {
  same(actual.length, expected.length, 'parts')
  actual.forEach((frame, index) => { must(frame.equals(expected[index] ?? Buffer.alloc(0)), `part ${String(index + 1)} is not the frame stored`) })
}

const isPart10 = (bytes: Buffer) => bytes.subarray(128, 132).toString('latin1') === 'DICM'

/** PS3.18 §10.4: retrieval, and §10.1.1 frames. */
export const wadoChecks: readonly Check[] = [
  check(147, 'M', 'a study comes as every instance once, each a Part 10 file', async ({ client, fixtures }) => {
    for (const [path, count] of [[studyPath(ctOf(fixtures)), 5], [seriesPath(ctOf(fixtures)), 3], [instancePath(ctOf(fixtures)), 1]] as const) {
      const parts = partsOf(await client.get(path, asStored))
      same(parts.length, count, 'parts')
      must(parts.every(({ body }) => isPart10(body)), 'a part is no Part 10 file')
      same(new Set(parts.map(({ headers }) => headers['content-location'])).size, count, 'different places')
    }
  }),
  check(148, 'X', 'what leaves as stored is what was sent, byte for byte', async ({ client, fixtures }) => {
    for (const one of fixtures.all.filter(({ transferSyntax }) => transferSyntax === syntax.explicit || transferSyntax === syntax.jpeg)) {
      const [part] = partsOf(await client.get(instancePath(one), asStored))
      must(part?.body.equals(one.bytes), 'the bytes differ')
    }
  }),
  check(154, 'M', 'frame lists: several, out of range 404, malformed 400', async ({ client, fixtures }) => {
    const path = `${instancePath(fixtures.nativeCine)}/frames`
    sameFrames(framesOf(await client.get(`${path}/1,3`, octets)), [fixtures.nativeCine.frames[0], fixtures.nativeCine.frames[2]])
    for (const list of ['4', '1,4', '99999999999']) status(await client.get(`${path}/${list}`, octets), 404)
    for (const list of ['x', '1,,2', '1.5', '-1']) status(await client.get(`${path}/${list}`, octets), 400)
    status(await client.get(`${path}/0`, octets), 400, 404)
  }),
  check(155, 'M', 'frames of native objects are their exact bytes, 1-bit frames included', async ({ client, fixtures }) => {
    for (const one of [fixtures.nativeCine, fixtures.bits, ctOf(fixtures), fixtures.implicit, fixtures.bigEndian]) {
      for (const [index, frame] of one.frames.entries()) sameFrames(framesOf(await client.get(`${instancePath(one)}/frames/${String(index + 1)}`, octets)), [frame])
    }
  }),
  check(156, 'M', 'frames of compressed objects are their joined fragments, without item tags', async ({ client, fixtures }) => {
    const { frames } = fixtures.jpegCine
    for (const [index, frame] of frames.entries()) sameFrames(framesOf(await client.get(`${instancePath(fixtures.jpegCine)}/frames/${String(index + 1)}`, anyFrame)), [frame])
    sameFrames(framesOf(await client.get(`${instancePath(fixtures.jpegCine)}/frames/1,2,3,4`, anyFrame)), frames)
  }),
  check(159, 'C', 'one frame can be asked for in a single part', async ({ client, fixtures }) => {
    const jpeg = await client.get(`${instancePath(fixtures.jpegCine)}/frames/1`, 'image/jpeg')
    same(mediaType(jpeg), 'image/jpeg', 'media type')
    must(jpeg.body.equals(fixtures.jpegCine.frames[0] ?? Buffer.alloc(0)), 'not the frame stored')
    const native = await client.get(`${instancePath(fixtures.nativeCine)}/frames/2`, 'application/octet-stream')
    same(mediaType(native), 'application/octet-stream', 'media type')
    must(native.body.equals(fixtures.nativeCine.frames[1] ?? Buffer.alloc(0)), 'not the frame stored')
  }),
  check(163, 'S', 'bulk data in ranges: 206 with Content-Range, 416 beyond the end', async ({ client, fixtures }) => {
    const [dataSet] = dataSets((await client.get(`${instancePath(fixtures.nativeCine)}/metadata`)).json())
    const uri = attribute(dataSet ?? {}, '7FE00010')?.BulkDataURI
    must(uri !== undefined, 'no BulkDataURI')
    const url = new URL(uri, `${client.base.href.replace(/\/$/, '')}${instancePath(fixtures.nativeCine)}/metadata`).href
    const ask = (Range: string) => client.ask(url, { headers: { Range, Accept: 'application/octet-stream' } })
    const part = await ask('bytes=16-31')
    status(part, 206)
    must(/^bytes 16-31\/\d+$/.test(header(part, 'content-range')), 'Content-Range is wrong')
    must(part.body.equals(fixtures.nativeCine.frames[1] ?? Buffer.alloc(0)), 'other bytes than asked')
    same((await ask('bytes=-16')).body.length, 16, 'length of a suffix')
    status(await ask('bytes=100000-'), 416)
  }),
  check(166, 'M', 'frames of an object without pixels: 404', async ({ client, fixtures }) => {
    status(await client.get(`${instancePath(fixtures.report)}/frames/1`, octets), 404, 406)
  }),
  check(230, 'X', 'a deleted study is gone everywhere, and answered 410', async ({ client }) => {
    const one = fixture({})
    await storeAll(client, [one])
    const deleted = await client.ask(studyPath(one), { method: 'DELETE' })
    if (deleted.status === 405 || deleted.status === 501) throw new NotApplicable('this server does not delete')
    status(deleted, 200, 204)
    same(await client.get(`/studies?StudyInstanceUID=${one.StudyInstanceUID}`).then((answer) => answer.status === 204 ? [] : answer.json()), [], 'studies found')
    for (const path of [studyPath(one), `${studyPath(one)}/metadata`, instancePath(one)]) status(await client.get(path), 410)
    await storeAll(client, [one])
    status(await client.get(instancePath(one)), 200)
  }),
  check(19, 'X', 'after an update the old ETag is stale', async ({ client }) => {
    const one = fixture({})
    await storeAll(client, [one])
    const path = `${studyPath(one)}/metadata`
    const etag = header(await client.get(path), 'etag')
    await storeAll(client, [fixture({ StudyInstanceUID: one.StudyInstanceUID })])
    const again = await client.ask(path, { headers: { 'If-None-Match': etag } })
    status(again, 200)
    must(header(again, 'etag') !== etag, 'the ETag stayed the same')
    same(dataSets(again.json()).length, 2, 'instances')
  }),
  check(53, 'M', 'the root type of a multipart answer is that of its first part', async ({ client, fixtures }) => {
    const answer = await client.get(`${instancePath(fixtures.jpegCine)}/frames/1`, anyFrame)
    const [part] = partsOf(answer)
    must(header(answer, 'content-type').includes((part?.headers['content-type'] ?? '').split(';', 1)[0] ?? '?'), 'it is another')
  }),
]
