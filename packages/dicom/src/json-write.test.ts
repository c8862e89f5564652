import { describe, expect, test } from 'vitest'
import { maxInlineBinaryBytes, maxInlineValueBytes } from './bulkdata.ts'
import { DataSet, type DataElement, type DataSetContext } from './data-set.ts'
import { tagOf, type Keyword } from './dictionary.ts'
import type { FragmentTable } from './fragment-table.ts'
import { writeDicomJson } from './json.ts'
import type { Tag } from './tag.ts'
import type { VR } from './vr.ts'

const LITTLE: DataSetContext = { littleEndian: true }

const element = (where: Tag | Keyword, vr: VR, value: string | Uint8Array | readonly number[]): DataElement => {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : Uint8Array.from(value)
  return { tag: typeof where === 'string' ? tagOf(where) : where, vr, offset: 0, length: bytes.length, value: bytes }
}
const sequence = (keyword: Keyword, items: readonly DataSet[]): DataElement => ({ tag: tagOf(keyword), vr: 'SQ', offset: 0, length: 0, items })
const text = (...elements: DataElement[]): string => writeDicomJson(new DataSet(elements, LITTLE))
/** The one attribute of a data set of one. */
const member = (...args: Parameters<typeof element>): unknown => Object.values(JSON.parse(text(element(...args))) as object)[0]

describe('the shape of a data set (PS3.18 §F.2.2)', () => {
  test('keys ascend though the file does not, and the first of two counts', () => {
    expect(text(element('PatientID', 'LO', 'A'), element('Modality', 'CS', 'CT'), element('PatientID', 'LO', 'B')))
      .toBe('{"00080060":{"vr":"CS","Value":["CT"]},"00100020":{"vr":"LO","Value":["A"]}}')
  })

  test('group lengths and File Meta Information are left out', () => {
    expect(text(element(0x0002_0010, 'UI', '1.2'), element(0x0008_0000, 'UL', [1, 0, 0, 0]), element('Modality', 'CS', 'CT')))
      .toBe('{"00080060":{"vr":"CS","Value":["CT"]}}')
  })

  test('an empty data set is {}', () => {
    expect(text()).toBe('{}')
  })

  test('private attributes come with their creator', () => {
    expect(text(element(0x0009_0010, 'LO', 'ACME 1.0'), element(0x0009_1001, 'UN', [1, 2])))
      .toBe('{"00090010":{"vr":"LO","Value":["ACME 1.0"]},"00091001":{"vr":"UN","InlineBinary":"AQI="}}')
  })
})

describe('empty values (PS3.18 §F.2.5)', () => {
  test.each<VR>(['SH', 'PN', 'US', 'DS', 'OB', 'UT', 'AT', 'FD'])('%s has only vr', (vr) => {
    expect(text(element(0x0011_1001, vr, ''))).toBe(`{"00111001":{"vr":"${vr}"}}`)
  })

  test('nothing but padding is empty', () => {
    expect(text(element('PatientID', 'LO', '  '))).toBe('{"00100020":{"vr":"LO"}}')
    expect(text(element('SOPInstanceUID', 'UI', '\0\0'))).toBe('{"00080018":{"vr":"UI"}}')
    expect(text(element('PatientName', 'PN', '== '))).toBe('{"00100010":{"vr":"PN"}}')
  })

  test('an empty value among others is null', () => {
    expect(member('ImageType', 'CS', 'bar\\\\foo')).toEqual({ vr: 'CS', Value: ['bar', null, 'foo'] })
    expect(member('ImageOrientationPatient', 'DS', '1\\ \\2')).toEqual({ vr: 'DS', Value: [1, null, 2] })
    expect(member('OtherPatientNames', 'PN', 'A\\\\B')).toEqual({ vr: 'PN', Value: [{ Alphabetic: 'A' }, null, { Alphabetic: 'B' }] })
  })

  test('an empty sequence has only vr; an empty item is {}', () => {
    expect(text(sequence('RequestAttributesSequence', []))).toBe('{"00400275":{"vr":"SQ"}}')
    expect(text(sequence('RequestAttributesSequence', [new DataSet([], LITTLE)]))).toBe('{"00400275":{"vr":"SQ","Value":[{}]}}')
  })
})

describe('text', () => {
  test.each<[VR, string, unknown[]]>([
    ['LO', ' a b ', ['a b']],
    ['CS', 'ORIGINAL\\PRIMARY ', ['ORIGINAL', 'PRIMARY']],
    ['UI', '1.2.3\0', ['1.2.3']],
    ['LO', 'ES\0\0', ['ES']],
    ['LT', '  indented\r\n ', ['  indented\r\n']],
    ['LO', ' A\t ', ['A\t']],
    ['ST', 'C:\\a\\b', ['C:\\a\\b']],
    ['UT', 'a\\b ', ['a\\b']],
    ['UR', 'http://a/b\\c', ['http://a/b\\c']],
    ['UC', ' a\\b ', [' a', 'b']],
    ['LO', '"quoted"\t', ['"quoted"\t']],
    ['AE', ' STORE ', ['STORE']],
    ['DA', '19970424', ['19970424']],
  ])('%s %j', (vr, value, values) => {
    expect(member(0x0011_1001, vr, value)).toEqual({ vr, Value: values })
  })

  test('person names are objects of the groups that are there, carets kept', () => {
    const charset = element('SpecificCharacterSet', 'CS', 'ISO_IR 192')
    const name = element('PatientName', 'PN', Buffer.from('Wang^XiaoDong^^=王^小东='))
    expect(text(charset, name))
      .toBe('{"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"Wang^XiaoDong^^","Ideographic":"王^小东"}]}}')
  })

  test('(0008,0005) says what the JSON is in, at every level, and each item is read by its own', () => {
    const root = new DataSet([], LITTLE)
    const item = new DataSet([element('SpecificCharacterSet', 'CS', 'ISO_IR 144'), element('CodeMeaning', 'LO', '\xbb')], { ...LITTLE, parent: root })
    expect(JSON.parse(text(element('SpecificCharacterSet', 'CS', 'ISO_IR 100'), element('PatientID', 'LO', '\xe9'), sequence('ConceptNameCodeSequence', [item])))).toEqual({
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00100020': { vr: 'LO', Value: ['é'] },
      '0040A043': { vr: 'SQ', Value: [{ '00080005': { vr: 'CS', Value: ['ISO_IR 192'] }, '00080104': { vr: 'LO', Value: ['Л'] } }] },
    })
  })
})

describe('numbers (PS3.18 §F.2.3)', () => {
  test.each<[VR, string, unknown[]]>([
    ['DS', '1.0e-05 ', [0.00001]],
    ['DS', '-0.5\\+2\\.5\\007', [-0.5, 2, 0.5, 7]],
    ['DS', '12,5', ['12,5']],
    ['DS', '1.50', [1.5]],
    ['DS', '0.3333333333333333', [0.3333333333333333]],
    ['DS', '0.10000000000000001', ['0.10000000000000001']],
    ['DS', '12345678901234567890', ['12345678901234567890']],
    ['DS', '1e999', ['1e999']],
    ['DS', '1e-999', ['1e-999']],
    ['DS', '.', ['.']],
    ['DS', 'NaN', ['NaN']],
    ['DS', '-', ['-']],
    ['DS', '5\0', [5]],
    ['IS', '1 \\-2', [1, -2]],
    ['IS', '007', [7]],
    ['IS', '1.0', ['1.0']],
    ['IS', '1E+02', ['1E+02']],
    ['IS', '3\0', [3]],
    ['IS', '9007199254740993', ['9007199254740993']],
  ])('%s %j', (vr, value, values) => {
    expect(member(0x0011_1001, vr, value)).toEqual({ vr, Value: values })
  })

  test.each<[VR, string, unknown[]]>([
    ['US', 'ffff0100', [65535, 1]],
    ['SS', 'ffff', [-1]],
    ['UL', 'ffffffff', [4294967295]],
    ['SL', 'feffffff', [-2]],
    ['FL', '0000c03f', [1.5]],
    ['FD', '9a9999999999b93f', [0.1]],
    ['FL', '0000c07f0000807f000080ff', ['NaN', 'Infinity', '-Infinity']],
    ['UV', 'ffffffffffff1f00', [9007199254740991]],
    ['UV', '0000000000002000', ['9007199254740992']],
    ['SV', 'ffffffffffffffff', [-1]],
    ['SV', '0000000000000080', ['-9223372036854775808']],
    ['AT', '08001800e07f1000', ['00080018', '7FE00010']],
  ])('%s %s', (vr, hex, values) => {
    expect(member(0x0011_1001, vr, Buffer.from(hex, 'hex'))).toEqual({ vr, Value: values })
  })

  test('negative zero stays negative', () => {
    expect(text(element(0x0011_1001, 'FD', Buffer.from('0000000000000080', 'hex')))).toBe('{"00111001":{"vr":"FD","Value":[-0]}}')
  })

  test('bytes that are not a whole number of values are shown as bytes', () => {
    expect(member('Rows', 'US', [1, 2, 3])).toEqual({ vr: 'UN', InlineBinary: 'AQID' })
  })

  test('big endian numbers and tags', () => {
    const big = new DataSet([element('FrameIncrementPointer', 'AT', [0x00, 0x18, 0x10, 0x63]), element('Rows', 'US', [2, 0])], { littleEndian: false })
    expect(JSON.parse(writeDicomJson(big))).toEqual({ '00280009': { vr: 'AT', Value: ['00181063'] }, '00280010': { vr: 'US', Value: [512] } })
  })
})

describe('binary (PS3.18 §F.2.7)', () => {
  test.each<[VR, string]>([['OB', 'AQIDBAUGBwg='], ['OW', 'AgEEAwYFCAc='], ['OL', 'BAMCAQgHBgU='], ['OF', 'BAMCAQgHBgU='], ['OD', 'CAcGBQQDAgE='], ['OV', 'CAcGBQQDAgE='], ['UN', 'AQIDBAUGBwg=']])(
    '%s of a big endian object is turned to little endian', (vr, base64) => {
      const bytes = element(0x0011_1001, vr, [1, 2, 3, 4, 5, 6, 7, 8])
      expect(JSON.parse(writeDicomJson(new DataSet([bytes], { littleEndian: false })))).toEqual({ '00111001': { vr, InlineBinary: base64 } })
      expect([...(bytes.value ?? [])]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    },
  )
})

describe('bulk data (PS3.18 §F.2.6)', () => {
  const asked: string[] = []
  const write = (...elements: DataElement[]): Record<string, unknown> => JSON.parse(writeDicomJson(new DataSet(elements, LITTLE), {
    bulkDataURI: (path) => {
      asked.push(path)
      return `/bulkdata/${path}`
    },
  })) as Record<string, unknown>

  test('pixel data of any size', () => {
    expect(write(element('PixelData', 'OW', [1, 2]))).toEqual({ '7FE00010': { vr: 'OW', BulkDataURI: '/bulkdata/7FE00010' } })
  })

  test('encapsulated pixel data, which is OB', () => {
    const fragments: FragmentTable = {
      basicOffsets: new Uint32Array(), offsets: new Float64Array(), lengths: new Float64Array(), heads: new Uint8Array(), tails: new Uint8Array(),
    }
    expect(write({ tag: tagOf('PixelData'), vr: 'OW', offset: 0, length: 0, fragments })).toEqual({ '7FE00010': { vr: 'OB', BulkDataURI: '/bulkdata/7FE00010' } })
  })

  test('binary and numbers beyond their limits, and nothing at the limit', () => {
    expect(write(element(0x0011_1001, 'OB', new Uint8Array(maxInlineBinaryBytes)))).toMatchObject({ '00111001': { InlineBinary: expect.any(String) as string } })
    expect(write(element(0x0011_1001, 'OB', new Uint8Array(maxInlineBinaryBytes + 1)))).toEqual({ '00111001': { vr: 'OB', BulkDataURI: '/bulkdata/00111001' } })
    expect(write(element(0x0011_1001, 'FD', new Uint8Array(maxInlineValueBytes + 8)))).toEqual({ '00111001': { vr: 'FD', BulkDataURI: '/bulkdata/00111001' } })
    expect(write(element(0x0011_1001, 'UT', 'x'.repeat(maxInlineValueBytes + 1)))).toEqual({ '00111001': { vr: 'UT', BulkDataURI: '/bulkdata/00111001' } })
  })

  test('never a VR that PS3.18 does not allow, however long, unless its value was not kept', () => {
    expect(write(element(0x0011_1001, 'LO', 'x'.repeat(20_000)))).toMatchObject({ '00111001': { Value: [expect.any(String)] } })
    expect(write({ tag: 0x0011_1001, vr: 'LO', offset: 0, length: 70_000 })).toEqual({ '00111001': { vr: 'LO', BulkDataURI: '/bulkdata/00111001' } })
  })

  test('paths name items from 1', () => {
    asked.length = 0
    const channel = (): DataSet => new DataSet([element('WaveformData', 'OW', new Uint8Array(2000))], LITTLE)
    write(sequence('WaveformSequence', [channel(), channel()]))
    expect(asked).toEqual(['54000100.1.54001010', '54000100.2.54001010'])
  })

  test('an empty value is empty, be it pixel data', () => {
    expect(write(element('PixelData', 'OW', []))).toEqual({ '7FE00010': { vr: 'OW' } })
  })

  test('where there is no URI a kept value stays and one that was not kept is left out, not shown as empty', () => {
    expect(text(element('PixelData', 'OB', [1, 2]))).toBe('{"7FE00010":{"vr":"OB","InlineBinary":"AQI="}}')
    expect(text({ tag: tagOf('PixelData'), vr: 'OB', offset: 0, length: 70_000 })).toBe('{}')
  })
})
