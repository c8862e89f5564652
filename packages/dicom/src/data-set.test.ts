import { describe, expect, test } from 'vitest'
import { writeDicomJson, type DicomJson } from './json.ts'
import { readInstance } from './read.ts'
import { explicit, explicitFile, item, join, openItem, sequenceDelimiter, u16, u32, undefinedLength } from './raw-object.fixture.ts'
import { formatTag } from './tag.ts'

async function dataSetOf(...elements: Uint8Array[]) {
  return (await readInstance(explicitFile(...elements))).dataSet
}

describe('text', () => {
  test('comes without padding, be it of spaces or of NULs', async () => {
    const dataSet = await dataSetOf(
      explicit(0x0008_0018, 'UI', '1.2.3\0'), explicit(0x0008_0060, 'CS', ' CT '), explicit(0x0010_0010, 'PN', 'Doe^Jane\0\0'), explicit(0x0020_0013, 'IS', '12\0\0'),
    )
    expect(['SOPInstanceUID', 'Modality', 'PatientName', 'InstanceNumber'].map((keyword) => dataSet.string(keyword as 'Modality'))).toEqual(['1.2.3', 'CT', 'Doe^Jane', '12'])
    expect(dataSet.number('InstanceNumber')).toBe(12)
  })

  test('keeps leading spaces and backslashes where a value cannot be multiple', async () => {
    const dataSet = await dataSetOf(explicit(0x0010_4000, 'LT', '  a\\b '))
    expect(dataSet.strings('PatientComments')).toEqual(['  a\\b'])
  })

  test('of several values keeps the empty ones in their places', async () => {
    const dataSet = await dataSetOf(explicit(0x0008_0008, 'CS', 'ORIGINAL\\\\AXIAL '), explicit(0x0008_0060, 'CS', '  '), explicit(0x0010_0020, 'LO'))
    expect(dataSet.strings('ImageType')).toEqual(['ORIGINAL', '', 'AXIAL'])
    expect(dataSet.strings('Modality')).toEqual([])
    expect(dataSet.string('PatientID')).toBeUndefined()
    expect(dataSet.has('PatientID')).toBe(true)
    expect(dataSet.has('PatientName')).toBe(false)
  })

  test('is decoded by the data set’s own character set, or else by that around it', async () => {
    const greek = (tag: number) => explicit(tag, 'LO', [0xc1, 0xe2])
    const dataSet = await dataSetOf(
      explicit(0x0008_0005, 'CS', 'ISO_IR 126'),
      join(explicit(0x0008_1115, 'SQ', [], undefinedLength), openItem(greek(0x0010_0020)), item(join(explicit(0x0008_0005, 'CS', 'ISO_IR 144'), greek(0x0010_0020))), sequenceDelimiter),
      greek(0x0010_0020),
    )
    expect(dataSet.string('PatientID')).toBe('Αβ')
    expect(dataSet.items('ReferencedSeriesSequence').map((one) => one.string('PatientID'))).toEqual(['Αβ', 'Ст'])
  })

  test('is the same as in DICOM JSON, also where the VR should hold the default repertoire only', async () => {
    const chest = [0xd0, 0xd8, 0xb2, 0xbf]
    const dataSet = await dataSetOf(explicit(0x0008_0005, 'CS', 'GB18030 '), explicit(0x0018_0015, 'CS', chest), explicit(0x0018_9445, 'UC', ' a \\b\0'))
    expect(dataSet.string('BodyPartExamined')).toBe('胸部')
    for (const tag of [0x0018_0015, 0x0018_9445]) {
      expect(dataSet.strings(tag)).toEqual((JSON.parse(writeDicomJson(dataSet)) as DicomJson)[formatTag(tag)]?.Value)
    }
  })

  test('is decoded by the fallback where the object names no character set', async () => {
    const bytes = explicitFile(explicit(0x0010_0010, 'PN', [0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72]))
    expect((await readInstance(bytes, { fallbackCharset: 'ISO_IR 100' })).dataSet.string('PatientName')).toBe('Müller')
  })
})

describe('numbers', () => {
  test('come in every binary VR, signed where it is', async () => {
    const f64 = new Uint8Array(Float64Array.of(-0.1).buffer)
    const dataSet = await dataSetOf(
      explicit(0x0018_6020, 'SL', u32(0xffff_ffff)), explicit(0x0018_602c, 'FD', f64), explicit(0x0020_9165, 'AT', join(u16(0x7fe0), u16(0x0010))),
      explicit(0x0028_0010, 'US', u16(0xffff)), explicit(0x0028_0106, 'SS', u16(0xffff)), explicit(0x0028_9110, 'UL', u32(0xffff_ffff)),
      explicit(0x7fe0_0001, 'OV', join(u32(1), u32(1), u32(2), u32(0))),
    )
    expect(dataSet.elements.map((element) => dataSet.numbers(element.tag))).toEqual([[-1], [-0.1], [0x7fe0_0010], [65_535], [-1], [4_294_967_295], [4_294_967_297, 2]])
  })

  test('in text are read as PS3.5 writes them, and not otherwise', async () => {
    const dataSet = await dataSetOf(explicit(0x0028_0030, 'DS', ' 0.5\\1E-3 \\+7\\.5\\5.\\\\0x10\\1,5\\Infinity'))
    expect(dataSet.numbers('PixelSpacing')).toEqual([0.5, 0.001, 7, 0.5, 5, NaN, NaN, NaN, NaN])
  })

  test('are none where there is no value, or no number', async () => {
    const dataSet = await dataSetOf(explicit(0x0008_0060, 'CS', 'CT'), explicit(0x0020_0013, 'IS', 'one '), explicit(0x0028_0010, 'US'))
    expect(dataSet.numbers('Modality')).toEqual([])
    expect(dataSet.number('InstanceNumber')).toBeUndefined()
    expect(dataSet.number('Rows')).toBeUndefined()
    expect(dataSet.number('Columns')).toBeUndefined()
  })
})

test('of a tag that occurs twice the first counts, in small data sets and in large ones', async () => {
  for (const count of [0, 50]) {
    const many = Array.from({ length: count }, (_, index) => explicit(0x0029_1000 + index, 'LO'))
    const dataSet = await dataSetOf(explicit(0x0010_0020, 'LO', 'A '), explicit(0x0010_0020, 'LO', 'B '), ...many)
    expect(dataSet.string('PatientID')).toBe('A')
    expect(dataSet.elements).toHaveLength(count + 2)
  }
})
