import { inflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { DicomJson } from './json.ts'
import { encodeDataSet, encodeInstance, type EncodeOptions } from './write.ts'

const implicit = '1.2.840.10008.1.2'
const explicit = '1.2.840.10008.1.2.1'
const deflated = '1.2.840.10008.1.2.1.99'
const bigEndian = '1.2.840.10008.1.2.2'
const jpegBaseline = '1.2.840.10008.1.2.4.50'

/** The bytes of a data set as hexadecimal text. */
function hex(json: DicomJson, transferSyntaxUID: string, options: Partial<EncodeOptions> = {}): string {
  return Buffer.from(encodeDataSet(json, { ...options, transferSyntaxUID })).toString('hex')
}
const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex')

describe('an element', () => {
  const rows: DicomJson = { '00280010': { vr: 'US', Value: [512] } }

  test('has tag, VR and a two-byte length in Explicit VR Little Endian', () => {
    expect(hex(rows, explicit)).toBe(`28001000${ascii('US')}02000002`)
  })
  test('has tag and a four-byte length in Implicit VR Little Endian', () => {
    expect(hex(rows, implicit)).toBe('28001000020000000002')
  })
  test('is most significant byte first in Explicit VR Big Endian', () => {
    expect(hex(rows, bigEndian)).toBe(`00280010${ascii('US')}00020200`)
  })
  test('of a long VR has a reserved field and a four-byte length', () => {
    expect(hex({ '0040A160': { vr: 'UT', Value: ['ab'] } }, explicit)).toBe(`400060a1${ascii('UT')}000002000000${ascii('ab')}`)
  })
  test('of a short VR that is too long for its length field is written as UN', () => {
    const many = Array.from({ length: 40_000 }, () => 1)
    const bytes = Buffer.from(encodeDataSet({ '00283006': { vr: 'US', Value: many } }, { transferSyntaxUID: explicit }))
    expect(bytes.subarray(0, 12).toString('hex')).toBe(`28000630${ascii('UN')}000080380100`)
    expect(bytes).toHaveLength(12 + 80_000)
  })
  test('comes in ascending order of tags, without group lengths and without command or File Meta groups', () => {
    const json: DicomJson = {
      '00100020': { vr: 'LO', Value: ['X1'] },
      '00080000': { vr: 'UL', Value: [99] },
      '00020010': { vr: 'UI', Value: ['1.2'] },
      '00080060': { vr: 'CS', Value: ['CT'] },
    }
    expect(hex(json, explicit)).toBe(`08006000${ascii('CS')}0200${ascii('CT')}10002000${ascii('LO')}0200${ascii('X1')}`)
  })
})

describe('a value of odd length', () => {
  test.each([
    ['UI', '00080018', { vr: 'UI', Value: ['1.2'] }, `${ascii('1.2')}00`],
    ['SH', '00200010', { vr: 'SH', Value: ['abc'] }, `${ascii('abc ')}`],
    ['OB', '00282000', { vr: 'OB', InlineBinary: 'AQID' }, '01020300'],
  ] as const)('of %s is padded as PS3.5 §6.2 says', (_, tag, attribute, padded) => {
    expect(hex({ [tag]: attribute }, implicit).slice(16)).toBe(padded)
  })
})

describe('values', () => {
  const value = (attribute: DicomJson[string], transferSyntaxUID = implicit): string => hex({ '00091001': attribute }, transferSyntaxUID).slice(16)

  test('several are separated by a backslash, an empty one is nothing between two', () => {
    expect(value({ vr: 'CS', Value: ['ORIGINAL', null, 'AXIAL'] })).toBe(ascii('ORIGINAL\\\\AXIAL '))
  })
  test('person names have their groups, trailing empty ones left out', () => {
    const json: DicomJson = { '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Wang^XiaoDong', Ideographic: '王^小东' }, { Phonetic: 'x' }] } }
    expect(Buffer.from(encodeDataSet(json, { transferSyntaxUID: explicit })).toString()).toContain('Wang^XiaoDong=王^小东\\==x')
  })
  test('tags are two 16-bit numbers', () => {
    expect(value({ vr: 'AT', Value: ['00181063'] })).toBe('18006310')
  })
  test('64-bit integers may come as strings', () => {
    expect(value({ vr: 'UV', Value: ['18446744073709551615'] })).toBe('ffffffffffffffff')
    expect(value({ vr: 'SV', Value: [-2] })).toBe('feffffffffffffff')
  })
  test('numbers that JSON has no literal for come as strings', () => {
    expect(value({ vr: 'FD', Value: ['NaN', '-Infinity'] })).toBe('000000000000f87f000000000000f0ff')
  })
  test('a decimal keeps as many digits as sixteen characters hold', () => {
    expect(Buffer.from(value({ vr: 'DS', Value: [-0.1234567890123456] }), 'hex').toString()).toBe('-0.1234567890123'.padEnd(16))
    expect(Buffer.from(value({ vr: 'DS', Value: [-1.23456789012345e-300] }), 'hex').toString()).toBe('-1.23456789e-300'.padEnd(16))
  })
  test('words of binary values are swapped in Big Endian, being little endian in JSON', () => {
    const words: DicomJson = { '7FE00010': { vr: 'OW', InlineBinary: Buffer.from('01020304', 'hex').toString('base64') } }
    expect(hex(words, bigEndian).slice(24)).toBe('02010403')
  })

  test.each<[string, DicomJson[string]]>([
    ['an integer beyond its VR', { vr: 'US', Value: [70_000] }],
    ['a negative unsigned integer', { vr: 'UL', Value: [-1] }],
    ['a fraction as integer', { vr: 'SS', Value: [1.5] }],
    ['text as number', { vr: 'FD', Value: ['one'] }],
    ['a tag that is none', { vr: 'AT', Value: ['PatientName'] }],
    ['Value of a binary VR', { vr: 'OB', Value: [777] }],
    ['text as person name', { vr: 'PN', Value: ['Wang'] }],
    ['a number as text', { vr: 'LO', Value: [777] }],
  ])('%s is refused, and the message does not repeat it', (_, attribute) => {
    const write = (): string => hex({ '00091001': attribute }, explicit)
    expect(write).toThrow(expect.objectContaining({ name: 'DicomWriteError', code: 'badValue', tag: 0x00091001 }))
    expect(write).not.toThrow(String(attribute.Value?.[0]))
  })
})

describe('text', () => {
  const chinese = { vr: 'LO', Value: ['胸部'] } as const

  test('that is not ASCII is UTF-8 and named so', () => {
    expect(hex({ '00081030': chinese }, explicit)).toMatch(new RegExp(`^08000500${ascii('CS')}0a00${ascii('ISO_IR 192')}`))
  })
  test('that is not ASCII inside an item is named in the data set around it, and in the item when it names another', () => {
    const bytes = encodeDataSet(
      { '00400275': { vr: 'SQ', Value: [{ '00080005': { vr: 'CS', Value: ['ISO_IR 100'] }, '00400007': chinese }] } },
      { transferSyntaxUID: explicit },
    )
    const text = Buffer.from(bytes).toString()
    expect(text.split('ISO_IR 192')).toHaveLength(3)
    expect(text).not.toContain('ISO_IR 100')
  })
  test('of ASCII needs no character set', () => {
    expect(hex({ '00081030': { vr: 'LO', Value: ['Chest '] } }, explicit)).not.toContain(ascii('ISO_IR'))
  })
  test('given as bulk data counts as well', () => {
    const json: DicomJson = { '0040A160': { vr: 'UT', BulkDataURI: 'bulkdata/0040A160' } }
    expect(hex(json, explicit, { bulkdata: new Map([['0040A160', Buffer.from('结节')]]) })).toContain(ascii('ISO_IR 192'))
  })
})

describe('sequences', () => {
  const json: DicomJson = { '00081140': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['1.22'] } }, {}] } }
  const element = `08005511${ascii('UI')}0400${ascii('1.22')}`

  test('say their lengths', () => {
    expect(hex(json, explicit)).toBe(`08004011${ascii('SQ')}00001c000000feff00e00c000000${element}feff00e000000000`)
  })
  test('or end by delimiters when asked to', () => {
    const item = `feff00e0ffffffff${element}feff0de000000000`
    expect(hex(json, explicit, { sequenceLengths: 'undefined' })).toBe(
      `08004011${ascii('SQ')}0000ffffffff${item}feff00e0fffffffffeff0de000000000feffdde000000000`,
    )
  })
})

describe('bulk data', () => {
  const json: DicomJson = { '54000100': { vr: 'SQ', Value: [{ '54001010': { vr: 'OW', BulkDataURI: 'x' } }] } }

  test('are taken by path', () => {
    expect(hex(json, explicit, { bulkdata: new Map([['54000100.1.54001010', Uint8Array.of(1, 2)]]) })).toMatch(/0102$/)
  })
  test('that are not given are missed', () => {
    expect(() => hex(json, explicit)).toThrow(expect.objectContaining({ code: 'missingBulkdata' }))
  })
  test('that no attribute takes are refused rather than dropped', () => {
    expect(() => hex({}, explicit, { bulkdata: new Map([['7FE00010', Uint8Array.of(1, 2)]]) })).toThrow(expect.objectContaining({ code: 'unusedBulkdata' }))
  })
})

describe('encapsulated Pixel Data', () => {
  const frames = [[Uint8Array.of(1, 2, 3)], [Uint8Array.of(4, 5), Uint8Array.of(6, 7)]]
  const header = `e07f1000${ascii('OB')}0000ffffffff`
  const items = 'feff00e00400000001020300feff00e0020000000405feff00e0020000000607feffdde000000000'

  test('is items behind an empty Basic Offset Table, each of even length', () => {
    expect(hex({}, jpegBaseline, { pixelData: { frames } })).toBe(`${header}feff00e000000000${items}`)
  })
  test('has in its Basic Offset Table where each frame begins', () => {
    expect(hex({}, jpegBaseline, { pixelData: { frames, offsetTable: 'basic' } })).toBe(`${header}feff00e008000000000000000c000000${items}`)
  })
  test('has in its Extended Offset Table offsets and lengths without padding', () => {
    const single = [[Uint8Array.of(1, 2, 3)], [Uint8Array.of(4, 5)]]
    expect(hex({}, jpegBaseline, { pixelData: { frames: single, offsetTable: 'extended' } })).toContain(
      [
        `e07f0100${ascii('OV')}000010000000`, '0000000000000000', '0c00000000000000',
        `e07f0200${ascii('OV')}000010000000`, '0300000000000000', '0200000000000000',
        header, 'feff00e000000000',
      ].join(''),
    )
  })
  test('cannot have an Extended Offset Table when a frame is in pieces (PS3.5 §A.4)', () => {
    expect(() => hex({}, jpegBaseline, { pixelData: { frames, offsetTable: 'extended' } })).toThrow(expect.objectContaining({ code: 'pixelData' }))
  })
  test('goes only with transfer syntaxes that have it, and they only with it', () => {
    expect(() => hex({}, explicit, { pixelData: { frames } })).toThrow(expect.objectContaining({ code: 'transferSyntax' }))
    const native: DicomJson = { '7FE00010': { vr: 'OW', InlineBinary: 'AQI=' } }
    expect(() => hex(native, jpegBaseline)).toThrow(expect.objectContaining({ code: 'pixelData' }))
  })
})

describe('a file', () => {
  const json: DicomJson = { '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] }, '00080018': { vr: 'UI', Value: ['2.25.1'] } }

  test('begins with preamble, prefix and File Meta Information that counts its own length', () => {
    const file = Buffer.from(encodeInstance(json, { transferSyntaxUID: explicit, SourceApplicationEntityTitle: 'NORTH' }))
    expect(file.subarray(0, 128).every((byte) => byte === 0)).toBe(true)
    expect(file.toString('latin1', 128, 132)).toBe('DICM')
    const dataSet = encodeDataSet(json, { transferSyntaxUID: explicit })
    expect(132 + 12 + file.readUInt32LE(140) + dataSet.length).toBe(file.length)
    expect(file.toString('latin1')).toContain('NORTH ')
  })
  test('that is deflated inflates to its Explicit VR Little Endian data set and is of even length', () => {
    const inflated = inflateRawSync(encodeDataSet(json, { transferSyntaxUID: deflated }))
    expect(inflated).toEqual(encodeDataSet(json, { transferSyntaxUID: explicit }))
    expect(encodeDataSet(json, { transferSyntaxUID: deflated }).length % 2).toBe(0)
  })
  test('needs a SOP Class UID and a SOP Instance UID', () => {
    expect(() => encodeInstance({}, { transferSyntaxUID: explicit })).toThrow('MediaStorageSOPClassUID')
  })
})
