import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attribute, tagOf, type Keyword } from './dictionary.ts'
import { attributesByKeyword } from './dictionary.generated.ts'
import { writeDicomJson, type DicomJson, type DicomJsonAttribute } from './json.ts'
import { InstanceReader } from './read.ts'
import { formatTag } from './tag.ts'
import type { VR } from './vr.ts'
import { encodeDataSet, encodeInstance } from './write.ts'

const syntaxes = {
  'Implicit VR Little Endian': '1.2.840.10008.1.2',
  'Explicit VR Little Endian': '1.2.840.10008.1.2.1',
  'Deflated Explicit VR Little Endian': '1.2.840.10008.1.2.1.99',
  'Explicit VR Big Endian': '1.2.840.10008.1.2.2',
}

/** Attributes whose VR PS3.6 leaves no choice, so that Implicit VR says it too; by VR. */
const keywordsByVR = Map.groupBy(
  (Object.keys(attributesByKeyword) as Keyword[]).filter((keyword) => {
    const group = tagOf(keyword) >>> 16
    const isOfDataSet = group > 0x0002 && group < 0x7fe0 && keyword !== 'SpecificCharacterSet'
    return isOfDataSet && attribute(keyword)?.vr.length === 1 && !attributesByKeyword[keyword].includes('x')
  }),
  (keyword) => attribute(keyword)?.vr[0] ?? 'UN',
)

const letters = 'ABCxyz019-.王小东歐陽やまだ홍길동ÄéñŁжΩ'
const word = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 8 }).map((characters) => characters.join(''))
const words = fc.array(word, { minLength: 1, maxLength: 3 }).map((list) => list.join(' '))
const personName = fc
  .record({ Alphabetic: words, Ideographic: words, Phonetic: words }, { requiredKeys: [] })
  .filter((groups) => Object.keys(groups).length > 0)
const digits = (count: number): fc.Arbitrary<string> => fc.array(fc.constantFrom(...'0123456789'), { minLength: count, maxLength: count }).map((list) => list.join(''))
const eighths = fc.integer({ min: -80_000, max: 80_000 }).map((count) => count / 8)
const binary = (wordBytes: number): fc.Arbitrary<DicomJsonAttribute['InlineBinary']> =>
  fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.concat(Array.from({ length: Math.max(2, wordBytes) }, () => bytes)).toString('base64'))

const values: Partial<Record<VR, fc.Arbitrary<string | number | object>>> = {
  AE: fc.constantFrom('NORTH', 'CT 01'), AS: fc.constantFrom('030Y', '006M'), CS: fc.constantFrom('ORIGINAL', 'A_B 1'),
  AT: fc.nat({ max: 0xffff_ffff }).map(formatTag), DA: digits(8), TM: digits(6), DT: digits(14),
  DS: eighths, IS: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), UI: fc.array(fc.nat(), { minLength: 2, maxLength: 5 }).map((parts) => `1.${parts.join('.')}`),
  LO: words, SH: words, UC: words, PN: personName,
  US: fc.nat({ max: 0xffff }), SS: fc.integer({ min: -0x8000, max: 0x7fff }), UL: fc.nat({ max: 0xffff_ffff }), SL: fc.integer(),
  UV: fc.maxSafeNat(), SV: fc.maxSafeInteger(), FL: eighths, FD: eighths,
}
const texts: Partial<Record<VR, fc.Arbitrary<string>>> = {
  LT: words, ST: words, UT: fc.array(words, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\r\n\\')), UR: fc.constant('https://example.org/a b'),
}
const binaryWordBytes: Partial<Record<VR, number>> = { OB: 1, OW: 2, OL: 4, OF: 4, OV: 8, OD: 8 }

const { dataSet } = fc.letrec<{ dataSet: DicomJson; attribute: [string, DicomJsonAttribute] }>((tie) => ({
  dataSet: fc.array(tie('attribute'), { maxLength: 8, depthIdentifier: 'items' }).map((entries) => Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))),
  attribute: fc
    .constantFrom(...keywordsByVR.keys())
    .chain((vr) => fc.tuple(fc.constantFrom(...(keywordsByVR.get(vr) ?? [])).map((keyword) => formatTag(tagOf(keyword))), attributeOf(vr, tie('dataSet')))),
}))

function attributeOf(vr: VR, item: fc.Arbitrary<DicomJson>): fc.Arbitrary<DicomJsonAttribute> {
  const empty = fc.constant({ vr })
  const single = texts[vr]
  const value = vr === 'SQ' ? item : values[vr]
  const wordBytes = binaryWordBytes[vr]
  if (single) return fc.oneof(empty, single.map((text) => ({ vr, Value: [text] })))
  if (wordBytes !== undefined) return fc.oneof(empty, binary(wordBytes).map((InlineBinary) => ({ vr, InlineBinary })))
  if (value === undefined) return empty
  const list = fc.array(value, { minLength: 1, maxLength: 3, depthIdentifier: 'items' })
  return fc.oneof({ depthIdentifier: 'items' }, empty, list.map((Value) => ({ vr, Value })))
}

async function read(bytes: Uint8Array, transferSyntaxUID?: string): Promise<DicomJson> {
  const reader = new InstanceReader(transferSyntaxUID === undefined ? {} : { transferSyntaxUID })
  await reader.write(bytes)
  const instance = await reader.end()
  expect(instance.warnings).toEqual([])
  return JSON.parse(writeDicomJson(instance.dataSet)) as DicomJson
}

/** The data set with the character set that the writer names when text is not ASCII. */
function named(json: DicomJson): DicomJson {
  const isAscii = /^[\x00-\x7f]*$/.test(JSON.stringify(json))
  return isAscii ? json : { '00080005': { vr: 'CS', Value: ['ISO_IR 192'] }, ...json }
}

describe.each(Object.entries(syntaxes))('what is written in %s', (_, transferSyntaxUID) => {
  test.each(['defined', 'undefined'] as const)('is read as the data set it was, sequences of %s length', async (sequenceLengths) => {
    await fc.assert(
      fc.asyncProperty(dataSet, async (json) => {
        const instance: DicomJson = { ...json, '00080016': { vr: 'UI', Value: ['1.2'] }, '00080018': { vr: 'UI', Value: ['2.25.1'] } }
        expect(await read(encodeInstance(instance, { transferSyntaxUID, sequenceLengths }))).toEqual(named(instance))
      }),
      { numRuns: 150 },
    )
  })
})

test('a data set alone is read when its transfer syntax is told', async () => {
  const transferSyntaxUID = '1.2.840.10008.1.2'
  await fc.assert(
    fc.asyncProperty(dataSet, async (json) => {
      fc.pre(Object.keys(json).length > 0)
      expect(await read(encodeDataSet(json, { transferSyntaxUID }), transferSyntaxUID)).toEqual(named(json))
    }),
  )
})
