import { must, same, status } from '../expect.ts'
import { fixture } from '../fixtures/fixtures.ts'
import { attribute, dataSets } from '../json/model.ts'
import { partsOf } from '../multipart/multipart.ts'
import { instancePath, seriesPath, storeAll } from '../store.ts'
import { check, type Check, type Context } from '../suite.ts'

const multipartXml = 'multipart/related; type="application/dicom+xml"'

/** The metadata of an object, each part one document. */
async function documents({ client }: Context, path: string): Promise<string[]> {
  const answer = await client.get(path, multipartXml)
  status(answer, 200)
  return partsOf(answer).map(({ headers, body }) => {
    must(/^application\/dicom\+xml\b/.test(headers['content-type'] ?? ''), `a part is ${headers['content-type'] ?? 'nothing'}`)
    return body.toString('utf8')
  })
}

async function onlyDocument(context: Context, path: string): Promise<string> {
  const [only = '', ...others] = await documents(context, path)
  same(others.length, 0, 'further parts')
  return only
}

/** The DicomAttribute element of a tag, whole. */
function element(document: string, tag: string): string {
  const found = new RegExp(`<DicomAttribute\\b[^>]*\\btag="${tag}"[^>]*?(?:/>|>.*?</DicomAttribute>)`, 's').exec(document)?.[0]
  must(found !== undefined, `there is no DicomAttribute ${tag}`)
  return found
}

/** Values with their numbers. */
const numbered = (text: string): string[][] => [...text.matchAll(/<Value number="(\d+)">([^<]*)<\/Value>/g)].map(([, number = '', value = '']) => [number, value])

/** PS3.19 §A.1 and PS3.18 §8.7.3.2: the Native DICOM Model. */
export const xmlChecks: readonly Check[] = [
  check(47, 'M', 'searches and metadata come in XML, one part a result', async (context) => {
    const { client, fixtures } = context
    const [first] = fixtures.ct
    must(first !== undefined, 'no CT')
    same((await documents(context, `${seriesPath(first)}/metadata`)).length, 3, 'parts of the series')
    same((await documents(context, `/studies?StudyInstanceUID=${first.StudyInstanceUID}`)).length, 1, 'studies')
    status(await client.get(`/studies?StudyInstanceUID=${first.StudyInstanceUID}.1`, multipartXml), 200, 204)
  }),
  check(90, 'M', 'the root is NativeDicomModel in its namespace, with white space kept, in UTF-8', async (context) => {
    const document = await onlyDocument(context, `${instancePath(context.fixtures.values)}/metadata`)
    const root = /<NativeDicomModel\b[^>]*>/.exec(document)?.[0] ?? ''
    must(/\bxml:space="preserve"/.test(root), 'xml:space is not preserve')
    must(/\bxmlns="http:\/\/dicom\.nema\.org\/PS3\.19\/models\/NativeDICOM"/.test(root), 'another namespace')
    must(/^<\?xml version="1\.[01]"( encoding="UTF-8")?/i.test(document), 'no XML declaration of UTF-8')
  }),
  check(91, 'M', 'attributes have tag, VR and keyword; private ones their creator in place of the block', async (context) => {
    const document = await onlyDocument(context, `${instancePath(context.fixtures.values)}/metadata`)
    must(/\bvr="CS"/.test(element(document, '00080008')) && /\bkeyword="ImageType"/.test(element(document, '00080008')), 'VR or keyword of ImageType')
    const own = element(document, '00090001')
    must(/\bprivateCreator="CONFORMANCE"/.test(own), 'no privateCreator')
    must(!/\bkeyword=/.test(own), 'a private attribute has a keyword')
  }),
  check(92, 'M', 'values are numbered from 1, and empty ones leave a gap', async (context) => {
    const document = await onlyDocument(context, `${instancePath(context.fixtures.values)}/metadata`)
    same(numbered(element(document, '00080008')).filter(([, value]) => value !== ''), [['1', 'ORIGINAL'], ['2', 'PRIMARY'], ['4', 'AXIAL']], 'values')
    must(numbered(element(document, '00181200')).length === 0, 'an empty attribute has values')
  }),
  check(93, 'M', 'names of people come by group and component', async (context) => {
    const document = element(await onlyDocument(context, `${instancePath(context.fixtures.chinese)}/metadata`), '00100010').replace(/>\s+</g, '><')
    must(document.includes('<Alphabetic><FamilyName>Wang</FamilyName><GivenName>XiaoDong'), 'the alphabetic group')
    must(/<Ideographic>.*王.*<\/Ideographic>/s.test(document), 'the ideographic group')
    must(/<PersonName number="1">/.test(document), 'the number')
  }),
  check(94, 'M', 'bulk data and inline binary are what JSON has', async (context) => {
    const { client, fixtures } = context
    const values = await onlyDocument(context, `${instancePath(fixtures.values)}/metadata`)
    must(/<InlineBinary>\s*AQIDBA==\s*<\/InlineBinary>/.test(element(values, '00090002')), 'InlineBinary')
    const cine = element(await onlyDocument(context, `${instancePath(fixtures.nativeCine)}/metadata`), '7FE00010')
    const [json] = dataSets((await client.get(`${instancePath(fixtures.nativeCine)}/metadata`, 'application/dicom+json')).json())
    same(/<BulkData uri="([^"]*)"/.exec(cine)?.[1], attribute(json ?? {}, '7FE00010')?.BulkDataURI, 'BulkData uri')
  }),
  check(95, 'C', 'characters XML does not have neither break the document nor prevent storing', async (context) => {
    const one = fixture({ elements: [['00104000', 'LT', 'bell\u0007 & <escape>\u001b\u0000 end']] })
    await storeAll(context.client, [one])
    const document = await onlyDocument(context, `${instancePath(one)}/metadata`)
    must(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(document), 'a control character stands in the document')
    must(!/&#(x0*(1?[0-8bcef]|1[0-9a-f])|0*([0-8]|1[124-9]|2\d|3[01]));/i.test(document), 'a control character stands there by number')
    must(/bell.* &amp; &lt;escape/.test(element(document, '00104000')), 'the text around them is not whole')
  }),
]
