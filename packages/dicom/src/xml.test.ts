import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasProgram, sharedDicom } from '@isocenter/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dataSet } from './data-set.fixture.ts'
import { DicomJsonError, parseDicomJson, writeDicomJson, type DicomJson } from './json.ts'
import { readInstance } from './read.ts'
import { parseDicomXml } from './xml-read.ts'
import { DicomXmlError } from './xml-tokens.ts'
import { writeDicomXml } from './xml-write.ts'

const model = (content: string) => `<?xml version="1.0"?><NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM">${content}</NativeDicomModel>`
const codeOf = (text: string): string | undefined => {
  try {
    parseDicomXml(text)
    return undefined
  } catch (error) {
    if (error instanceof DicomXmlError || error instanceof DicomJsonError) return error.code
    throw error
  }
}

describe('a data set written as XML and read again', () => {
  test('is the same data set', () => {
    fc.assert(fc.property(dataSet, (json) => {
      expect(parseDicomXml(writeDicomXml(json))).toEqual(json)
    }), { numRuns: 500 })
  })

  test('keeps what XML would otherwise read differently', () => {
    const json: DicomJson = {
      '00081190': { vr: 'UR', Value: ['http://h/?a=1&b="2"'] },
      '00104000': { vr: 'LT', Value: ['one\r\ntwo\rthree\n\tfour ]]> <five/>  '] },
      '00200013': { vr: 'IS', Value: ['007'] },
      '00281050': { vr: 'DS', Value: ['40.50', 40, -0] },
      '7FE00010': { vr: 'OW', BulkDataURI: 'https://h/bulkdata/7FE00010?a="b"&c=\td' },
    }
    expect(parseDicomXml(writeDicomXml(json))).toEqual(json)
  })

  test('keeps gaps between values, and an empty one at the end', () => {
    const json: DicomJson = { '00080008': { vr: 'CS', Value: [null, 'B', null, 'D', null] } }
    const xml = writeDicomXml(json)
    expect(xml).toContain('<Value number="2">B</Value><Value number="4">D</Value><Value number="5"></Value>')
    expect(parseDicomXml(xml)).toEqual(json)
  })

  test('names people by component, and keeps delimiters a name ends with', () => {
    const json: DicomJson = { '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Wang^XiaoDong', Ideographic: '王^小东' }, null, { Alphabetic: 'Doe^^Q^^' }, { Alphabetic: '^' }, { Phonetic: 'a^b^c^d^e^f' }] } }
    const xml = writeDicomXml(json)
    expect(xml).toContain('<PersonName number="1"><Alphabetic><FamilyName>Wang</FamilyName><GivenName>XiaoDong</GivenName></Alphabetic><Ideographic><FamilyName>王</FamilyName><GivenName>小东</GivenName></Ideographic></PersonName><PersonName number="3">')
    expect(parseDicomXml(xml)).toEqual(json)
  })

  test('writes private attributes without their block and gives it back', () => {
    const json: DicomJson = {
      '00090010': { vr: 'LO', Value: ['ONE'] }, '00090012': { vr: 'LO', Value: ['TWO "&"'] },
      '00091010': { vr: 'SH', Value: ['of one'] }, '00091210': { vr: 'SH', Value: ['of two'] }, '00091301': { vr: 'SH', Value: ['of nobody'] },
    }
    const xml = writeDicomXml(json)
    expect(xml).toContain('<DicomAttribute tag="00090010" privateCreator="ONE" vr="SH">')
    expect(parseDicomXml(xml)).toEqual(json)
  })

  test('a creator that has two blocks does not merge them', () => {
    const json: DicomJson = {
      '00090010': { vr: 'LO', Value: ['ONE'] }, '00090011': { vr: 'LO', Value: ['ONE'] }, '00091001': { vr: 'SH', Value: ['a'] }, '00091101': { vr: 'SH', Value: ['b'] },
    }
    expect(parseDicomXml(writeDicomXml(json))).toEqual(json)
  })

  test('a character XML does not have is replaced, and the document stays one', () => {
    for (const character of ['\u0000', '\u0007', '\u001b', '\ufffe', '\ud800']) {
      const xml = writeDicomXml({ '00104000': { vr: 'LT', Value: [`a${character}b`] } })
      expect(parseDicomXml(xml)).toEqual({ '00104000': { vr: 'LT', Value: ['a\ufffdb'] } })
    }
  })
})

describe('a document from elsewhere', () => {
  test('private creators that only their attributes name get a block', () => {
    expect(parseDicomXml(model('<DicomAttribute tag="00090002" vr="SH" privateCreator="X"><Value number="1">v</Value></DicomAttribute>'))).toEqual({
      '00090010': { vr: 'LO', Value: ['X'] }, '00091002': { vr: 'SH', Value: ['v'] },
    })
    expect(parseDicomXml(model('<DicomAttribute tag="00091102" vr="SH" privateCreator="X"><Value number="1">v</Value></DicomAttribute>'))).toEqual({
      '00090011': { vr: 'LO', Value: ['X'] }, '00091102': { vr: 'SH', Value: ['v'] },
    })
  })

  test('prefixes, comments, CDATA, references and line breaks between elements are understood', () => {
    const xml = `\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<!-- c --><n:NativeDicomModel xmlns:n="http://dicom.nema.org/PS3.19/models/NativeDICOM">
      <n:DicomAttribute keyword="StudyDescription" tag='00081030' vr='LO'>\n<n:Value number="1">a&#x41;<![CDATA[<&]]>&lt;<!-- no --></n:Value>\n</n:DicomAttribute></n:NativeDicomModel>\n`
    expect(parseDicomXml(xml)).toEqual({ '00081030': { vr: 'LO', Value: ['aA<&<'] } })
  })

  test.each([
    ['documentType', '<!DOCTYPE NativeDicomModel [<!ENTITY a "aaaa">]><NativeDicomModel/>'],
    ['documentType', '<!DOCTYPE x SYSTEM "file:///etc/passwd"><NativeDicomModel/>'],
    ['encoding', '<?xml version="1.0" encoding="UTF-16"?><NativeDicomModel/>'],
    ['tooDeep', model('<DicomAttribute tag="00081140" vr="SQ"><Item number="1">'.repeat(1000))],
    ['notWellFormed', ''],
    ['notWellFormed', '<NativeDicomModel>'],
    ['notWellFormed', '<NativeDicomModel/><NativeDicomModel/>'],
    ['notWellFormed', model('<DicomAttribute tag="00081030" tag="00081030" vr="LO"/>')],
    ['notWellFormed', model('<DicomAttribute tag="00081030" vr="LO"><Value number="1">&nbsp;</Value></DicomAttribute>')],
    ['notWellFormed', model('<DicomAttribute tag="00081030" vr="LO"><Value number="1">&#0;</Value></DicomAttribute>')],
    ['notWellFormed', model('<DicomAttribute tag="00081030" vr="LO"></Value>')],
    ['notNativeModel', '<html/>'],
    ['notNativeModel', '<NativeDicomModel xmlns="http://example.org/"/>'],
    ['notNativeModel', model('text')],
    ['notNativeModel', model('<DicomAttribute vr="LO"/>')],
    ['notNativeModel', model('<DicomAttribute tag="00081030" vr="LO"/><DicomAttribute tag="00081030" vr="LO"/>')],
    ['notNativeModel', model('<DicomAttribute tag="00081030" vr="LO"><Value number="4000000000">a</Value></DicomAttribute>')],
    ['notNativeModel', model('<DicomAttribute tag="00081030" vr="LO"><Value number="2">a</Value><Value number="1">b</Value></DicomAttribute>')],
    ['notNativeModel', model('<DicomAttribute tag="00081030" vr="LO"><Item number="1"/></DicomAttribute>')],
    ['notNativeModel', model('<DicomAttribute tag="7FE00010" vr="OW"><BulkData uuid="1"/></DicomAttribute>')],
    ['notNativeModel', model('<DicomAttribute tag="7FE00010" vr="OW"><InlineBinary>AAAA</InlineBinary><BulkData uri="a"/></DicomAttribute>')],
    ['badVR', model('<DicomAttribute tag="00081030"/>')],
    ['badValue', model('<DicomAttribute tag="7FE00010" vr="OW"><InlineBinary>no</InlineBinary></DicomAttribute>')],
    ['badValue', model('<DicomAttribute tag="00280010" vr="US"><Value number="1">x</Value></DicomAttribute>')],
  ])('is refused as %s: %s', (code, text) => {
    expect(codeOf(text)).toBe(code)
  })

  test('any text is read or refused, never anything else', () => {
    const piece = fc.constantFrom('<', '>', '/', '"', '=', '&', ';', '<!--', '-->', '<![CDATA[', ']]>', '<?', '?>', 'DicomAttribute', 'Value', ' number="1"', ' tag="00081030"', ' vr="LO"', 'NativeDicomModel', 'a', '\ud800')
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => { codeOf(pieces.join('')) }))
  })
})

const shared = sharedDicom()
describe.skipIf(shared === undefined || !hasProgram('dcm2xml'))('the documents of DCMTK', () => {
  const files = ['charsets/chrGerm.dcm', 'charsets/chrFren.dcm', 'charsets/chrArab.dcm', 'charsets/chrRuss.dcm']
  test.each(files)('%s has the text that we read from the object itself', async (file) => {
    const path = join(shared ?? '', file)
    const xml = execFileSync('dcm2xml', ['--quiet', '--native-format', '--use-xml-namespace', '--convert-to-utf8', path]).toString('utf8')
    // DCMTK leaves binary values out, under a uuid; nothing but text is compared.
    const theirs = parseDicomXml(xml.replace(/<BulkData uuid="[^"]*"\/>/g, ''))
    const ours = parseDicomJson(writeDicomJson((await readInstance(readFileSync(path))).dataSet))
    for (const key of ['00080008', '00080016', '00080020', '00080060', '00100010', '00100020', '0020000D', '00280030', '00080070', '00081030']) {
      expect([key, spoken(theirs[key]?.Value)]).toEqual([key, spoken(ours[key]?.Value)])
    }
  })
})

/** Numbers as text: DCMTK keeps `1.50` where DICOM JSON has 1.5. */
const spoken = (values: readonly unknown[] | undefined) => values?.map((value) => (typeof value === 'string' && /^-?[\d.]+$/.test(value) ? Number(value) : value))
