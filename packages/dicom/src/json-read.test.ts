import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DicomJsonError, parseDicomJson, parseDicomJsonArray, type DicomJsonErrorCode } from './json.ts'

const one = (attribute: unknown): unknown => parseDicomJson({ '00111001': attribute })['00111001']

describe('normal form', () => {
  test('keys are upper case, group lengths are dropped', () => {
    const json = parseDicomJson('{"7fe00010":{"vr":"OW"},"00080000":{"vr":"UL","Value":[4]},"00080060":{"vr":"CS","Value":["CT"]}}')
    expect(Object.keys(json).sort()).toEqual(['00080060', '7FE00010'])
  })

  test.each([{ vr: 'SH', Value: [] }, { vr: 'SH', Value: null }, { vr: 'SH', Value: [null] }, { vr: 'SH', Value: [''] }, { vr: 'SH', Value: '' }, { vr: 'SH', BulkDataURI: null }])(
    'an empty value in whatever spelling has only vr: %j', (attribute) => {
      expect(one(attribute)).toEqual({ vr: 'SH' })
    },
  )

  test('empty values among others keep their place', () => {
    expect(one({ vr: 'CS', Value: ['bar', '', 'foo', null] })).toEqual({ vr: 'CS', Value: ['bar', null, 'foo', null] })
  })

  test.each<[string, unknown[], unknown[]]>([
    ['US', ['12', 3], [12, 3]],
    ['FD', ['1e3', 'NaN', '-inf', 'Infinity'], [1000, 'NaN', '-Infinity', 'Infinity']],
    ['UV', ['9007199254740993', '5', 7], ['9007199254740993', 5, 7]],
    ['DS', ['1.50', 2], ['1.50', 2]],
    ['IS', ['7', 8], ['7', 8]],
    ['LO', [5, 'a\\b'], ['5', 'a\\b']],
    ['AT', ['0008fffe'], ['0008FFFE']],
    ['PN', ['Doe^J=王', { Alphabetic: 'Doe^J', Ideographic: '' }, {}, null], [{ Alphabetic: 'Doe^J', Ideographic: '王' }, { Alphabetic: 'Doe^J' }, null, null]],
    ['SQ', [{}, null, { '00080060': { vr: 'CS' } }], [{}, {}, { '00080060': { vr: 'CS' } }]],
  ])('%s %j', (vr, Value, values) => {
    expect(one({ vr, Value })).toEqual({ vr, Value: values })
  })

  test('binary and bulk data', () => {
    expect(one({ vr: 'OB', InlineBinary: 'AQI=' })).toEqual({ vr: 'OB', InlineBinary: 'AQI=' })
    expect(one({ vr: 'OB', InlineBinary: ['AQI='] })).toEqual({ vr: 'OB', InlineBinary: 'AQI=' })
    expect(one({ vr: 'OB', InlineBinary: '' })).toEqual({ vr: 'OB' })
    expect(one({ vr: 'OW', BulkDataURI: 'bulk/1' })).toEqual({ vr: 'OW', BulkDataURI: 'bulk/1' })
  })

  test('a list and a single data set are both taken', () => {
    expect(parseDicomJsonArray('{}')).toEqual([{}])
    expect(parseDicomJsonArray('[{},{}]')).toEqual([{}, {}])
    expect(parseDicomJson('[{}]')).toEqual({})
  })

  test('is its own normal form', () => {
    fc.assert(fc.property(anyDataSet, (json) => {
      const normal = parseDicomJson(json)
      expect(parseDicomJson(JSON.stringify(normal))).toEqual(normal)
    }))
  })
})

describe('refusals name the place and never the value', () => {
  const nested = (depth: number): unknown => {
    let json: unknown = {}
    for (let level = 0; level < depth; level++) json = { '00400275': { vr: 'SQ', Value: [json] } }
    return json
  }

  test.each<[unknown, DicomJsonErrorCode, string]>([
    ['{', 'notJson', ''],
    ['5', 'notDataSet', ''],
    ['[]', 'notDataSet', ''],
    ['[{},{}]', 'notDataSet', ''],
    ['[{},5]', 'notDataSet', '[2]'],
    ['{"0010002":{"vr":"LO"}}', 'badTag', ''],
    ['{"__proto__":{"vr":"LO"}}', 'badTag', ''],
    ['{"PatientID":{"vr":"LO"}}', 'badTag', ''],
    ['{"0040a043":{"vr":"SQ"},"0040A043":{"vr":"SQ"}}', 'badTag', '0040A043'],
    ['{"00100020":{}}', 'badVR', '00100020'],
    ['{"00100020":{"vr":"XX"}}', 'badVR', '00100020'],
    ['{"00100020":{"vr":"__proto__"}}', 'badVR', '00100020'],
    ['{"00100020":"secret"}', 'badValue', '00100020'],
    ['{"00100020":{"vr":"LO","Value":"secret"}}', 'badValue', '00100020'],
    ['{"00100020":{"vr":"LO","Value":[true]}}', 'badValue', '00100020[1]'],
    ['{"00111001":{"vr":"OB","Value":[],"InlineBinary":""}}', 'severalValues', '00111001'],
    ['{"00111001":{"vr":"OB","BulkDataURI":"a","InlineBinary":"AAAA"}}', 'severalValues', '00111001'],
    ['{"00111001":{"vr":"OB","InlineBinary":"se cret"}}', 'badValue', '00111001'],
    ['{"00111001":{"vr":"OB","Value":[1]}}', 'badValue', '00111001[1]'],
    ['{"00111001":{"vr":"UN","Value":["secret"]}}', 'badValue', '00111001[1]'],
    ['{"00111001":{"vr":"OB","BulkDataURI":5}}', 'badValue', '00111001'],
    ['{"00280010":{"vr":"US","Value":[1,"secret"]}}', 'badValue', '00280010[2]'],
    ['{"00280010":{"vr":"US","Value":["NaN"]}}', 'badValue', '00280010[1]'],
    ['{"00280009":{"vr":"AT","Value":[1577058]}}', 'badValue', '00280009[1]'],
    ['{"00100010":{"vr":"PN","Value":[{"Alphabetic":5}]}}', 'badValue', '00100010[1]'],
    ['{"00100010":{"vr":"PN","Value":[{"Alphabetic":"secret=b"}]}}', 'badValue', '00100010[1]'],
    ['{"00400275":{"vr":"SQ","BulkDataURI":"a"}}', 'badValue', '00400275'],
    ['[{"00400275":{"vr":"SQ","Value":[{},{"00321060":{"vr":"LO","Value":[{}]}}]}}]', 'badValue', '[1].00400275[2].00321060[1]'],
    [nested(65), 'tooDeep', '00400275[1]'],
  ])('%j: %s', (input, code, path) => {
    let error: unknown
    try {
      parseDicomJson(input)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(DicomJsonError)
    expect(error).toMatchObject({ code, path: code === 'tooDeep' ? expect.stringContaining(path) as string : path })
    expect((error as Error).message).not.toContain('secret')
  })

  test('sixty-four sequences deep is deep enough', () => {
    expect(() => parseDicomJson(nested(64))).not.toThrow()
  })

  test('any JSON is read or refused by name', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), anyDataSet.map((json) => JSON.stringify(json)), fc.string()), (text) => {
      try {
        parseDicomJsonArray(text)
      } catch (error) {
        expect(error).toBeInstanceOf(DicomJsonError)
      }
    }))
  })
})

/** Data sets of few tags and VRs, so that what is generated is often valid. */
const { dataSet: anyDataSet } = fc.letrec<{ dataSet: object; attribute: object }>((tie) => ({
  dataSet: fc.dictionary(fc.constantFrom('00080005', '00100010', '0040a043', '7FE00010'), tie('attribute'), { maxKeys: 3 }),
  attribute: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ vr: fc.constantFrom('LO', 'CS'), Value: fc.array(fc.option(fc.string())) }),
    fc.record({ vr: fc.constantFrom('US', 'FD'), Value: fc.array(fc.option(fc.integer())) }),
    fc.record({ vr: fc.constant('PN'), Value: fc.array(fc.record({ Alphabetic: fc.string({ unit: fc.constantFrom('a', '^', ' ') }) })) }),
    fc.record({ vr: fc.constant('OB'), InlineBinary: fc.base64String() }),
    fc.record({ vr: fc.constant('SQ'), Value: fc.array(tie('dataSet'), { maxLength: 2 }) }),
  ),
}))
