import type { Answer } from '../client.ts'
import { mediaType, must, same, status } from '../expect.ts'
import { syntax } from '../fixtures/fixtures.ts'
import { parameters, partsOf } from '../multipart/multipart.ts'
import { instancePath, seriesPath } from '../store.ts'
import { check, type Check } from '../suite.ts'

const json = 'application/dicom+json'
const multipartDicom = 'multipart/related; type="application/dicom"'

/** The transfer syntax written inside a Part 10 object (0002,0010). */
function syntaxInside(bytes: Buffer): string | undefined {
  const at = bytes.indexOf(Buffer.from('020010005549', 'hex'), 132)
  return at === -1 ? undefined : bytes.subarray(at + 8, at + 8 + bytes.readUInt16LE(at + 6)).toString('latin1').replace(/\0+$/, '')
}

const onlyPart = (answer: Answer) => {
  const parts = partsOf(answer)
  same(parts.length, 1, 'parts')
  return parts[0] ?? { headers: {}, body: Buffer.alloc(0) }
}

/** Sections 8.3.3.1, 8.4.1 and 8.7 of PS3.18: which representation is answered. */
export const negotiationChecks: readonly Check[] = [
  check(23, 'M', 'only unsupported media types: 406', async ({ client, fixtures }) => {
    for (const path of [`${seriesPath(fixtures.report)}/metadata`, '/studies', instancePath(fixtures.report)]) status(await client.get(path, 'foo/bar'), 406)
  }),
  check(24, 'M', 'of several ranges the supported one is answered', async ({ client, fixtures }) => {
    const answer = await client.get(`${seriesPath(fixtures.report)}/metadata`, `foo/bar, ${json};q=0.2, application/unheard`)
    status(answer, 200)
    same(mediaType(answer), json, 'media type')
  }),
  check(25, 'M', 'a quality of zero excludes', async ({ client, fixtures }) => {
    status(await client.get(`${seriesPath(fixtures.report)}/metadata`, `${json};q=0, application/json;q=0, foo/bar`), 406)
  }),
  check(26, 'M', 'anything for metadata is DICOM JSON', async ({ client, fixtures }) => {
    for (const accept of ['*/*', undefined]) same(mediaType(await client.get(`${seriesPath(fixtures.report)}/metadata`, accept)), json, 'media type')
  }),
  check(27, 'M', 'anything for an instance is multipart application/dicom, Explicit VR Little Endian', async ({ client, fixtures }) => {
    const part = onlyPart(await client.get(instancePath(fixtures.implicit), '*/*'))
    same(syntaxInside(part.body), syntax.explicit, 'transfer syntax inside')
  }),
  check(28, 'M', 'application/dicom without a transfer syntax is Explicit VR Little Endian', async ({ client, fixtures }) => {
    for (const one of [fixtures.implicit, fixtures.bigEndian, fixtures.nativeCine]) same(syntaxInside(onlyPart(await client.get(instancePath(one), multipartDicom)).body), syntax.explicit, 'transfer syntax inside')
  }),
  check(29, 'M', 'transfer-syntax=* is the stored one', async ({ client, fixtures }) => {
    const part = onlyPart(await client.get(instancePath(fixtures.jpegCine), `${multipartDicom}; transfer-syntax=*`))
    same(syntaxInside(part.body), syntax.jpeg, 'transfer syntax inside')
    must(part.body.equals(fixtures.jpegCine.bytes), 'the bytes are not those stored')
  }),
  check(30, 'M', 'Implicit VR and Big Endian never leave, not even for *', async ({ client, fixtures }) => {
    for (const one of [fixtures.implicit, fixtures.bigEndian]) same(syntaxInside(onlyPart(await client.get(instancePath(one), `${multipartDicom}; transfer-syntax=*`)).body), syntax.explicit, 'transfer syntax inside')
  }),
  check(31, 'M', 'only Implicit VR or Big Endian asked: 406', async ({ client, fixtures }) => {
    for (const uid of [syntax.implicit, syntax.big]) status(await client.get(instancePath(fixtures.implicit), `${multipartDicom}; transfer-syntax=${uid}`), 406)
  }),
  check(32, 'M', 'an unsupported transfer syntax alone is 406, beside a supported one it is ignored', async ({ client, fixtures }) => {
    const unknown = `${multipartDicom}; transfer-syntax=1.2.3.4`
    status(await client.get(instancePath(fixtures.report), unknown), 406)
    status(await client.get(instancePath(fixtures.report), `${unknown}, ${multipartDicom}; transfer-syntax=${syntax.explicit}`), 200)
  }),
  check(35, 'M', 'names and values of media types: any case, quoted or not', async ({ client, fixtures }) => {
    for (const accept of [
      'Multipart/Related; Type=application/dicom',
      'multipart/related;type="application/DICOM"',
      'MULTIPART/RELATED; TYPE="application/dicom"; Transfer-Syntax="*"',
    ]) {
      status(await client.get(instancePath(fixtures.report), accept), 200)
    }
  }),
  check(36, 'C', 'a semicolon inside the quotes of type is understood', async ({ client, fixtures }) => {
    const answer = await client.get(`${instancePath(fixtures.jpegCine)}/frames/1`, `multipart/related; type="image/jpeg; transfer-syntax=${syntax.jpeg}"`)
    status(answer, 200)
    must(onlyPart(answer).body.equals(fixtures.jpegCine.frames[0] ?? Buffer.alloc(0)), 'the frame is not the one stored')
  }),
  check(37, 'C', 'type="*/*" is accepted for frames and bulk data', async ({ client, fixtures }) => {
    status(await client.get(`${instancePath(fixtures.nativeCine)}/frames/1`, 'multipart/related; type="*/*"'), 200)
  }),
  check(38, 'C', "OHIF's search header is answered JSON", async ({ client }) => {
    same(mediaType(await client.get('/studies?limit=1', 'application/dicom+json, multipart/related; type=application/octet-stream')), json, 'media type')
  }),
  check(39, 'C', "a browser's Accept gets JSON for metadata and a frame for frames", async ({ client, fixtures }) => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
    same(mediaType(await client.get(`${seriesPath(fixtures.report)}/metadata`, accept)), json, 'media type')
    status(await client.get(`${instancePath(fixtures.nativeCine)}/frames/1`, accept), 200)
  }),
  check(40, 'C', 'application/json is an alias', async ({ client }) => {
    const answer = await client.get('/studies?limit=1', 'application/json')
    status(answer, 200)
    same(mediaType(answer), json, 'media type')
  }),
  check(41, 'M', 'the accept parameter overrides the header', async ({ client, fixtures }) => {
    same(mediaType(await client.get(`${seriesPath(fixtures.report)}/metadata?accept=application%2Fdicom%2Bjson`, 'foo/bar')), json, 'media type')
  }),
  check(42, 'C', 'accept=* and a whole media type in accept work', async ({ client, fixtures }) => {
    status(await client.get(`${instancePath(fixtures.report)}?accept=*`), 200)
    status(await client.get(`${instancePath(fixtures.report)}?accept=${encodeURIComponent(`${multipartDicom};transfer-syntax=*`)}`), 200)
  }),
  check(43, 'C', 'DICOM and rendered media types beside one another do not confuse either resource', async ({ client, fixtures }) => {
    const [ct] = fixtures.ct
    must(ct !== undefined, 'no CT')
    const mixed = `image/jpeg, ${multipartDicom}`
    const file = await client.get(instancePath(ct), mixed)
    status(file, 200, 400)
    if (file.status === 200) same(mediaType(file), 'multipart/related', 'media type of the instance')
    const image = await client.get(`${instancePath(ct)}/rendered`, mixed)
    status(image, 200, 400)
    if (image.status === 200) same(mediaType(image), 'image/jpeg', 'media type of the rendered instance')
  }),
  check(45, 'M', 'a rendered media type with a transfer syntax is ignored', async ({ client, fixtures }) => {
    const [ct] = fixtures.ct
    must(ct !== undefined, 'no CT')
    status(await client.get(`${instancePath(ct)}/rendered`, `image/jpeg; transfer-syntax=${syntax.jpeg}`), 406)
    same(mediaType(await client.get(`${instancePath(ct)}/rendered`, `image/jpeg; transfer-syntax=${syntax.jpeg}, image/png`)), 'image/png', 'media type')
  }),
  check(44, 'M', 'a range with two transfer syntaxes is ignored', async ({ client, fixtures }) => {
    status(await client.get(instancePath(fixtures.report), `${multipartDicom}; transfer-syntax=*; transfer-syntax=${syntax.explicit}`), 406)
  }),
  check(46, 'M', 'Accept-Charset: utf-8 and * fine, an unsupported one alone 406', async ({ client }) => {
    const ask = (charset: string) => client.ask('/studies?limit=1', { headers: { Accept: json, 'Accept-Charset': charset } })
    status(await ask('utf-8'), 200)
    status(await ask('*'), 200)
    status(await ask('x-unheard-of'), 406)
  }),
  check(48, 'M', 'a part says its transfer syntax once, as it is inside', async ({ client, fixtures }) => {
    for (const one of [fixtures.jpegCine, fixtures.nativeCine]) {
      const part = onlyPart(await client.get(instancePath(one), `${multipartDicom}; transfer-syntax=*`))
      const told = part.headers['content-type'] ?? ''
      same((told.match(/transfer-syntax/gi) ?? []).length, 1, 'transfer-syntax parameters')
      same(parameters(told)['transfer-syntax'], syntaxInside(part.body), 'transfer syntax told')
    }
  }),
]
